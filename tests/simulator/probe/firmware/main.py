"""Starts the probe; unlike the box's main.py it lets an exception end the process, to be seen."""

import sys

sys.path.insert(0, "/a")

from firmware.application import run

run()
