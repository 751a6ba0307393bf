"""What a table would change, line by line, before anything is taken in.

Never here: reading it (reading.py), changing anything.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from server.fleet.fleet_file import AgentEntry, VehicleEntry
from server.fleet.refusals import Reason, Refusal
from server.fleet.tables.columns import TABLES, Kind
from server.fleet.tables.reading import Entries, EntryLine

Rows = Mapping[Any, Mapping[str, str]]
"""What is there: key -> heading -> text; of a badge also whether it is BLOCKED."""
BLOCKED = "bloqué"  # no column: a table neither blocks a badge nor puts one back

Outcome = Literal["new", "changed", "kept", "same", "refused"]
_PLATE = re.compile(r"[A-Z]{2}-?\d{3}-?[A-Z]{2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """A word of a line: what is there, what comes; of one that stays as people made it, alike."""

    heading: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a line.

    `kept`: it says what the table before it said, and people changed that since: theirs stays, and
    `changes` shows what the table says instead.
    """

    number: int
    name: str
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    refusals: tuple[Refusal, ...] = field(default=())


def verdicts_of(
    entries: Entries, before: Rows, after: Rows, refused: Mapping[int, tuple[Refusal, ...]]
) -> tuple[Verdict, ...]:
    """Judge each line.

    Args:
        entries: the table.
        before: the fleet before it.
        after: the fleet with it.
        refused: number of a line -> what the fleet has against it.
    """
    return tuple(
        _verdict(entries.kind, line, before, after, refused.get(line.number, ()))
        for line in entries.lines
    )


def counts(verdicts: Iterable[Verdict]) -> Counter[Outcome]:
    """Count the lines by what becomes of them."""
    return Counter(verdict.outcome for verdict in verdicts)


def digest(verdicts: Iterable[Verdict]) -> str:
    """Return by what two such lists are told apart, as long as the program is the same."""
    return hashlib.sha256(repr(tuple(verdicts)).encode()).hexdigest()


def _verdict(
    kind: Kind, line: EntryLine, before: Rows, after: Rows, refused: tuple[Refusal, ...]
) -> Verdict:
    table, name = TABLES[kind], line.name
    refusals = line.refusals + refused
    if line.entry is None or refusals:
        return Verdict(line.number, name, "refused", refusals=refusals)
    key = getattr(line.entry, table.key)
    was, now = before.get(key), after.get(key, {})
    if was is None:
        if (word := _looks_swapped(line.entry)) is not None:
            refusal = Refusal(word, Reason.LOOKS_SWAPPED)
            return Verdict(line.number, name, "refused", refusals=(refusal,))
        named = table.column(table.key).heading  # of a badge, its number: it is not shown whole
        comes = ((heading, text) for heading, text in now.items() if text and heading != named)
        changes = tuple(Change(heading, "", text) for heading, text in comes)
        return Verdict(line.number, name, "new", changes)
    changes = tuple(
        Change(heading, was.get(heading, ""), text)
        for heading, text in now.items()
        if was.get(heading) != text
    )
    if changes:
        return Verdict(line.number, name, "changed", changes)
    words = line.entry.model_dump(by_alias=True, exclude_none=True)
    said = {
        column.heading: column.write(words[column.word])
        for column in table.columns
        if column.word in words
    }
    kept = tuple(
        Change(heading, now[heading], text)
        for heading, text in said.items()
        if now[heading] != text
    )
    if now.get(BLOCKED):
        kept += (Change(BLOCKED, now[BLOCKED], ""),)
    return Verdict(line.number, name, "kept" if kept else "same", kept)


def _looks_swapped(entry: object) -> str | None:
    """Return the word that seems to hold another's; of what is there already nobody asks."""
    if isinstance(entry, AgentEntry) and " " in entry.login and " " not in entry.full_name:
        return "login"
    if isinstance(entry, VehicleEntry) and _PLATE.fullmatch(entry.label):
        return None if _PLATE.fullmatch(entry.plate) else "plate"
    return None
