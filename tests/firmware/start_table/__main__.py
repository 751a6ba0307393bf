"""`python -m tests.firmware.start_table` writes the table of docs/start.md anew."""

import tempfile
from pathlib import Path

from tests.firmware.start_table.outcomes import outcomes, rows, write_table

with tempfile.TemporaryDirectory() as folder:
    found = list(outcomes(Path(folder)))
print(rows(found))
write_table(found)
