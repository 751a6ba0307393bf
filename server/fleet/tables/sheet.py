"""A table as somebody sends it: bytes in, lines of texts out, each with its number in the file.

Which kind of file it is, is told by its content, never by its name. Never here: what the columns
mean (columns.py).
"""

from typing import BinaryIO, NamedTuple

from server.fleet.refusals import Reason, Refusal, Refused

MOST_BYTES = 16 << 20  # of a file; 10,000 people take 1 MB
MOST_LINES = 20_000  # each is shown with its verdict
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream of a file with a password


class Line(NamedTuple):
    """One line of a table: its number in the file (the first is 1), and its cells as texts."""

    number: int
    cells: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing stands in it."""
        return not any(cell.strip() for cell in self.cells)


def refuse(reason: Reason, line: int | None = None, **values: int | str) -> Refused:
    """Return what is raised of a file as a whole, or of the line where it cannot be read on."""
    return Refused(Refusal("" if line is None else f"line {line}", reason, values))


def content_of(file: BinaryIO) -> bytes:
    """Return what is in a file that could be a table.

    Raises:
        Refused: TABLE_TOO_LARGE, TABLE_EMPTY, OLD_EXCEL, FILE_WITH_PASSWORD.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise too_large()
    if not content.strip():
        raise refuse(Reason.TABLE_EMPTY)
    if content.startswith(_OLE):
        is_locked = _ENCRYPTED in content
        raise refuse(Reason.FILE_WITH_PASSWORD if is_locked else Reason.OLD_EXCEL)
    return content


def is_workbook(content: bytes) -> bool:
    """Say whether it is packed as XLSX files are."""
    return content.startswith(_ZIP)


def too_large() -> Refused:
    """Return what is raised of a file that nobody can mean."""
    return refuse(Reason.TABLE_TOO_LARGE, megabytes=MOST_BYTES >> 20, lines=MOST_LINES)
