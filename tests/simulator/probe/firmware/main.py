"""Starts the probe; unlike the box's main.py it lets an exception through."""

import sys

sys.path.insert(0, "/a")

from firmware.application import run

run()
