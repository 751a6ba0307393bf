"""`python -m tests.flasher.failures_table` writes the tables of docs/technician.md anew."""

import argparse
import re
from pathlib import Path

from flasher.failures import Bilingual
from flasher.failures.batch import BatchFailure
from flasher.failures.bench import BenchCheck, BenchFailure, BenchWish
from flasher.failures.board import BoardFailure
from flasher.failures.files import FileFailure
from flasher.failures.server import ServerFailure
from tests.support import ROOT

PAGE = ROOT / "docs" / "technician.md"
KINDS: dict[str, type[Bilingual]] = {
    "board": BoardFailure,
    "files": FileFailure,
    "batch": BatchFailure,
    "server": ServerFailure,
    "bench": BenchFailure,
}
"""What a table is called in the page -> the failures in it."""
_TABLES: dict[str, type[Bilingual]] = {**KINDS, "checks": BenchCheck, "wishes": BenchWish}
PLACES = re.compile(r"%\((\w+)\)s")
_TABLE = re.compile(
    r"(?s)(<!-- table (\w+): python -m tests\.flasher\.failures_table -->\n)"
    r".*?(<!-- until here -->)"
)


def made_anew(path: Path = PAGE) -> str:
    """The page with its tables of all failures and checks."""
    return _TABLE.sub(lambda found: found[1] + _table(found[2]) + found[3], path.read_text("utf-8"))


def _table(kind: str) -> str:
    rows = "| name | English | français |\n|---|---|---|\n"
    for each in _TABLES[kind]:
        name = each.name if kind in KINDS else each.name.lower()  # a check, as the box says it
        english, french = (PLACES.sub(r"*\1*", text) for text in each.value)
        rows += f"| `{name}` | {english} | {french} |\n"
    return rows


if __name__ == "__main__":
    argparse.ArgumentParser(
        prog="python -m tests.flasher.failures_table", description=__doc__
    ).parse_args()
    PAGE.write_text(made_anew(), "utf-8")
