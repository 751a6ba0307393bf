"""`python -m tests.firmware.start_table` writes the table of docs/start.md anew."""

import argparse
import tempfile
from pathlib import Path

from tests.firmware.start_table.outcomes import outcomes, rows, write_table

argparse.ArgumentParser(
    prog="python -m tests.firmware.start_table", description=__doc__
).parse_args()
with tempfile.TemporaryDirectory() as folder:
    found = list(outcomes(Path(folder)))
print(rows(found))
write_table(found)
