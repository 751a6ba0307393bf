"""CSV as it comes out of Excel, LibreOffice and HR programs, into lines of texts.

UTF-8 with a mark or without, UTF-16 with one; Windows-1252 where that reads as French does; else
what charset-normalizer holds it for among the single-byte sets of western Europe. Separators are
semicolons, commas or tabs. Never here: what the columns mean.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from charset_normalizer import from_bytes

from server.fleet.refusals import Reason
from server.fleet.tables.sheet import MOST_LINES, Line, refuse, too_large

SEPARATORS = ";,\t"
_MARKED = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SINGLE_BYTE = ["cp1252", "cp850", "mac_roman"]
# What nobody wrote as Windows-1252: of few letters alone, charset-normalizer cannot say.
_ODD = re.compile(r"[^\x00-\x7f\xa0«»°ªº€’–—…œŒÀ-ÖØ-öø-ÿ]|(?<=\w)[–—…](?=\w)|(?<=[a-zà-ÿ])Œ")
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_TOLD_BY_EXCEL = re.compile(r"sep=(.)\s*", re.IGNORECASE)


def lines_of(content: bytes, known: Callable[[Sequence[str]], int]) -> list[Line]:
    """Read CSV.

    Args:
        content: of the file.
        known: how many of these cells name a column; of the separators, the one is meant by which
            most of the header is known.

    Raises:
        Refused: NOT_A_TABLE, BAD_QUOTES (with its line), TABLE_TOO_LARGE.
    """
    texts: list[str] = _LINES.findall(_text_of(content))
    skipped = 0
    told = _TOLD_BY_EXCEL.fullmatch(texts[0]) if texts else None
    if told is not None and told[1] in SEPARATORS:
        skipped, separators = 1, told[1]
    else:
        separators = SEPARATORS
    if len(texts) > MOST_LINES * 2:  # a cell may have lines of its own
        raise too_large()
    header = next((text for text in texts[skipped:] if text.strip(SEPARATORS + " \r\n")), "")
    separator = max(separators, key=lambda each: _fit(header, each, known))
    return list(_read(texts[skipped:], separator, skipped))


def _fit(header: str, separator: str, known: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    cells = next(csv.reader([header], delimiter=separator), [])
    return known(cells), len(cells)


def _read(texts: Iterable[str], separator: str, skipped: int) -> Iterator[Line]:
    # One more line end: the last line may have none, and an open quote is then seen as such.
    reader = csv.reader(chain(texts), delimiter=separator, strict=True)
    begins = skipped + 1
    try:
        for cells in reader:
            yield Line(begins, tuple(cells))
            begins = skipped + reader.line_num + 1
    except csv.Error:
        raise refuse(Reason.BAD_QUOTES, begins) from None


def _text_of(content: bytes) -> str:
    for mark, encoding in _MARKED:
        if content.startswith(mark):
            return _decoded(content, encoding)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = _of_single_bytes(content)
    if "\0" in text:
        raise refuse(Reason.NOT_A_TABLE)
    return text


def _of_single_bytes(content: bytes) -> str:
    text = content.decode("cp1252", errors="replace")
    if _ODD.search(text) is None:
        return text
    best = from_bytes(content, cp_isolation=_SINGLE_BYTE).best()
    return _decoded(content, "cp1252" if best is None else best.encoding)


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise refuse(Reason.NOT_A_TABLE) from None
