"""XLSX into lines of texts, the first sheet that has any.

A cell is read as it was meant: a date as its day, a number as its digits. What the number's format
cannot show whole (1.2E+15) stays as it looks, for the column to refuse. Never here: what the
columns mean.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

from server.fleet.refusals import Reason
from server.fleet.tables.sheet import MOST_LINES, Line, refuse, too_large

_MOST_UNPACKED_BYTES = 64 << 20  # 16 MB of a bomb unpack to gigabytes
_MOST_COLUMNS = 64
_WHOLE = 10**15  # from here on Excel itself has lost digits
# What openpyxl and zipfile raise of a file that is no workbook, of a broken one, and of one packed
# in a way that zipfile does not know (a RuntimeError).
_DAMAGED = (
    zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, SyntaxError,
    EOFError, OSError, RuntimeError, OverflowError, AssertionError,
)  # fmt: skip


def lines_of(file: BinaryIO) -> list[Line]:
    """Read a workbook; `file` can be sought.

    Raises:
        Refused: NOT_A_TABLE, FILE_WITH_PASSWORD, OPEN_DOCUMENT, TABLE_TOO_LARGE.
    """
    from openpyxl import load_workbook  # for which no command that reads none waits

    _look_inside(file)
    try:
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            sheets = (list(_lines(sheet)) for sheet in workbook.worksheets)
            return next((lines for lines in sheets if lines), [])
        finally:
            workbook.close()
    except _DAMAGED as error:
        raise refuse(Reason.NOT_A_TABLE) from error


def _look_inside(file: BinaryIO) -> None:
    """Refuse what is no workbook, and what would fill the memory, before anything is unpacked."""
    try:
        with zipfile.ZipFile(file) as parts:
            names = set(parts.namelist())
            if "mimetype" in names:
                raise refuse(Reason.OPEN_DOCUMENT)
            if any(part.flag_bits & 1 for part in parts.infolist()):
                raise refuse(Reason.FILE_WITH_PASSWORD)
            if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED_BYTES:
                raise too_large()
            if "[Content_Types].xml" not in names:
                raise refuse(Reason.NOT_A_TABLE)
            for part in parts.infolist():
                # No workbook declares entities; one that does makes gigabytes of a few lines.
                if b"<!DOCTYPE" in parts.read(part):
                    raise refuse(Reason.NOT_A_TABLE)
    except _DAMAGED as error:
        raise refuse(Reason.NOT_A_TABLE) from error
    file.seek(0)


def _lines(sheet: Any) -> Iterator[Line]:
    found = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), start=1):
        texts = [_text_of(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        line = Line(number, tuple(texts))
        if line.is_empty:
            continue
        found += 1
        if found > MOST_LINES:
            raise too_large()
        yield line


def _text_of(cell: Any) -> str:
    value = cell.value
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "1" if value else "0"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date():
            return value.isoformat()
        case int() | float():
            return _digits(value, str(cell.number_format))
    return str(value)


def _digits(value: int | float, number_format: str) -> str:
    if "E" in number_format.upper().replace("GENERAL", "") or abs(value) >= _WHOLE:
        return f"{value:.2E}"
    if value != int(value):
        return repr(value)
    whole = str(int(value))
    is_padded = bool(number_format) and set(number_format) == {"0"}
    return whole.zfill(len(number_format)) if is_padded else whole
