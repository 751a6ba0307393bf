"""The registry of personal data as docs/personal-data.md."""

from server.config import Retention
from server.fleet.privacy.registry import KINDS, OF_NOBODY, Kind, Until
from tests.support import ROOT

TABLE = ROOT / "docs" / "personal-data.md"
_HEAD = """\
<!-- Made from the registry itself: `python -m tests.server.fleet.privacy` -->
# What is kept of people

For what, who reads it beside the person themselves, and until when. The days are settings, here \
as they are without any. What is past its date is erased each night: from the tables, from the \
database's log and its free pages, and from the copies beside it.

"""


def in_markdown() -> str:
    """Return the page."""
    lines = ["| what | for | read by | until |", "| --- | --- | --- | --- |"]
    lines += [_line(kind) for kind in KINDS]
    lines += ["", "## Where it stands", "", "| what | table | columns |", "| --- | --- | --- |"]
    lines += [
        f"| {kind.title} | {table} | {', '.join(names)} |"
        for kind in KINDS
        for table, names in kind.columns.items()
    ]
    lines += [
        "",
        "## What speaks of nobody",
        "",
        "| table | why | columns |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {table} | {why} | {', '.join(names)} |" for table, (why, names) in OF_NOBODY.items()
    ]
    return _HEAD + "\n".join(lines) + "\n"


def write() -> None:
    """Write it."""
    TABLE.write_text(in_markdown())


def _line(kind: Kind) -> str:
    readers = ", ".join(role.value.replace("_", " ") for role in kind.readers()) or "no other"
    until = "; ".join(_date(each) for each in kind.until)
    return f"| **{kind.title}**: {kind.says} | {', '.join(kind.purposes)} | {readers} | {until} |"


def _date(until: Until) -> str:
    if until.setting is None:
        return until.since
    return f"{getattr(Retention(), until.setting)} days {until.since} (`{until.setting}`)"
