"""`python -m tests.flasher.failures_table` writes the table of docs/technician.md anew."""

import re
from pathlib import Path

from flasher.failures import Failure
from tests.support import ROOT

PAGE = ROOT / "docs" / "technician.md"
_TABLE = re.compile(r"(?s)(<!-- the table: .*? -->\n).*(<!-- until here -->)")
_PLACE = re.compile(r"%\((\w+)\)s")


def made_anew(path: Path = PAGE) -> str:
    """The page with the table of every failure."""
    rows = ""
    for failure in Failure:
        english, french = (_PLACE.sub(r"*\1*", text) for text in failure.value)
        rows += f"| `{failure.name}` | {english} | {french} |\n"
    head = "| name | English | français |\n|---|---|---|\n"
    return _TABLE.sub(lambda found: found[1] + head + rows + found[2], path.read_text("utf-8"))


if __name__ == "__main__":
    PAGE.write_text(made_anew(), "utf-8")
