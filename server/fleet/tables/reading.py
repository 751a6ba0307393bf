"""A table into entries: each line becomes an entry of the fleet file, or the refusals against it.

Never here: what the fleet has already, storing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, BinaryIO

from pydantic import ValidationError

from server.fleet.fleet_file import BadgeOfAgent, Entry
from server.fleet.inputs import Input, placed_refusals_of
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.tables import csv_text, sheet, workbook
from server.fleet.tables.cells import CellError, printable, said
from server.fleet.tables.columns import TABLES, Column, Kind, Table
from server.fleet.tables.sheet import Line, refuse

_SHOWN = 4  # of a badge's digits: who reads a verdict copies no card


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line that says something.

    `name` is how the line calls what it speaks of, of a badge the end of it alone; `entry` is None
    when there are `refusals`.
    `since`: the day from which it holds, None: from now on.
    """

    number: int
    name: str
    entry: Entry | Input | None = None
    since: date | None = None
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """A table that was read; `ignored` are the headings that no column has."""

    kind: Kind
    lines: tuple[EntryLine, ...]
    ignored: tuple[str, ...] = field(default=())


def read(kind: Kind, file: BinaryIO) -> Entries:
    """Read a table.

    Args:
        kind: of table.
        file: CSV or XLSX, whatever its name; it can be sought.

    Raises:
        Refused: it cannot be read as a whole; `field` is empty, or a line.
    """
    table = TABLES[kind]
    content = sheet.content_of(file)
    if sheet.is_workbook(content):
        file.seek(0)
        lines = workbook.lines_of(file)
    else:
        lines = csv_text.lines_of(content, lambda cells: len(_known(table, cells)))
    full = [line for line in lines if not line.is_empty]
    if len(full) > sheet.MOST_LINES:
        raise sheet.too_large()
    if not full:
        raise refuse(Reason.TABLE_EMPTY)
    header, *rest = full
    columns = _columns(table, header)
    if not rest:
        raise refuse(Reason.HEADER_ONLY)
    cells = (said(cell) for cell in header.cells)
    ignored = tuple(printable(cell) for cell in cells if cell and not table.called(cell))
    return Entries(kind, tuple(_entries(table, columns, rest)), ignored)


def _known(table: Table, cells: Sequence[str]) -> set[Column]:
    return {column for cell in cells if (column := table.called(cell)) is not None}


def _columns(table: Table, header: Line) -> list[Column | None]:
    """Return which column each cell of a line is of; raises Refused."""
    columns = [table.called(cell) for cell in header.cells]
    against = [
        Refusal(f"line {header.number}", Reason.COLUMN_TWICE, {"column": column.heading})
        for column, times in Counter(columns).items()
        if column is not None and times > 1
    ]
    against += [
        Refusal(f"line {header.number}", Reason.COLUMN_MISSING, {"column": column.heading})
        for column in table.columns
        if column.is_needed and column not in columns
    ]
    if against:
        raise Refused(*against)
    return columns


def _entries(
    table: Table, columns: Sequence[Column | None], lines: Sequence[Line]
) -> Iterator[EntryLine]:
    first: dict[object, int] = {}
    for line in lines:
        read = _entry(table, columns, line)
        if read.entry is not None:
            key = getattr(read.entry, table.key)
            before = first.setdefault(key, line.number)
            if before != line.number:
                values = {"name": read.name, "first": f"line {before}"}
                refusal = Refusal(table.key, Reason.SAME_AS, values)
                read = EntryLine(line.number, read.name, refusals=(refusal,))
        yield read


def _entry(table: Table, columns: Sequence[Column | None], line: Line) -> EntryLine:
    against: list[Refusal] = []
    words: dict[str, Any] = {}
    cells = list(line.cells)
    while len(cells) > len(columns) and not cells[-1].strip():
        cells.pop()
    if len(cells) > len(columns):
        values = {"found": len(cells), "expected": len(columns)}
        refusal = Refusal("", Reason.TOO_MANY_CELLS, values)
        return EntryLine(line.number, _name(table, said(cells[0])), refusals=(refusal,))
    texts = {
        column.word: said(cell)
        for column, cell in zip(columns, cells, strict=False)
        if column is not None
    }
    for column in table.columns:
        text = texts.get(column.word)
        if text is None:
            if column.is_needed:
                against.append(Refusal(column.word, Reason.CELL_EMPTY))
            continue
        try:
            words[column.word] = column.read(text)
        except CellError as error:
            against.append(Refusal(column.word, error.reason))
    name = _name(table, texts.get(table.key))
    since = words.pop("since", None)
    given_name = words.pop("given_name", None)
    if given_name is not None and "full_name" in words:
        words["full_name"] = f"{given_name} {words['full_name']}"
    entry = None
    if not against:
        entry, against = _judged(table, words)
    return EntryLine(line.number, name, None if against else entry, since, tuple(against))


def _name(table: Table, text: str | None) -> str:
    name = printable(text or "")
    return f"…{name[-_SHOWN:]}" if table.entry is BadgeOfAgent and name else name


def _judged(table: Table, words: Mapping[str, Any]) -> tuple[Entry | Input | None, list[Refusal]]:
    try:
        return table.entry.model_validate(words), []
    except ValidationError as error:
        return None, [
            replace(refusal, field=refusal.field or table.key)
            for _, refusal in placed_refusals_of(table.entry, error)
        ]
