"""`python -m tests.server.fleet.privacy` writes docs/personal-data.md anew."""

import argparse

from tests.server.fleet.privacy.table import write

argparse.ArgumentParser(
    prog="python -m tests.server.fleet.privacy", description=__doc__
).parse_args()
write()
