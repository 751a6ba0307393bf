"""`python -m tests.server.roles` writes docs/roles.md anew."""

import argparse

from tests.server.roles.table import write

argparse.ArgumentParser(description=__doc__).parse_args()
write()
