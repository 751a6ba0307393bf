"""One cell: from what people and table programs write to what an entry of the fleet file says.

`None` is an empty cell: it says nothing. Never here: which cell it is (columns.py).
"""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from server.fleet.inputs import one_line
from server.fleet.names import folded
from server.fleet.refusals import Reason

_YES = {"oui", "o", "vrai", "yes", "y", "true", "1", "x"}
_NO = {"non", "n", "faux", "no", "false", "0"}
_SPOILT = re.compile(
    r"#(N/A|REF!|NAME\?|NOM\s?\?|VALUE!|VALEUR!|DIV/0!|NUM!|NOMBRE!)|\d[.,]?\d*E[+]\d+"
)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?")
_SERIAL = re.compile(r"\d{5}")
_SERIAL_FROM = date(1899, 12, 30)  # Excel's day 0, after the leap day that 1900 did not have
_FORMULA = "=+-@=+-@"
_UID_DIGITS = (8, 14, 20)


class CellError(Exception):
    """Why a cell cannot be read."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def guarded(text: str) -> str:
    """Return a text that no table program takes for a formula: an apostrophe stands before it."""
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def said(cell: str) -> str | None:
    """Return what a cell says, in one line, without the apostrophe of `guarded`; None: nothing."""
    text = str(one_line(cell))
    if text.startswith("'") and text[1:2] and text[1] in _FORMULA + "'":
        text = text[1:]
    return text or None


def printable(text: str) -> str:
    """Return a text that is refused as it may stand on a page or a terminal."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def text_of(text: str) -> str:
    """Read a name; what a table program puts in the place of one is none."""
    if _SPOILT.fullmatch(text):
        raise CellError(Reason.SPOILT_CELL)
    return text


def uid_of(text: str) -> str:
    """Read a badge's number, with or without signs between its bytes: 04:A1:B2:C3.

    Of digits only, a table program makes a number: zeros before it are then gone, or all but the
    first of its digits.
    """
    text_of(text)
    digits = re.sub(r"[\s:.-]", "", text).removeprefix("0x")
    if digits.isdecimal() and len(digits) not in _UID_DIGITS:
        raise CellError(Reason.SPOILT_CELL)
    return digits


def uid_in_words(uid: bytes) -> str:
    """Write a badge's number so that no table program makes a number of it."""
    return uid.hex(":")


def flag_of(text: str) -> bool:
    """Read yes or no, in French or English."""
    word = folded(text)
    if word not in _YES | _NO:
        raise CellError(Reason.NOT_YES_OR_NO)
    return word in _YES


def flag_in_words(flag: object) -> str:
    """Write yes or no."""
    return "oui" if flag else "non"


def number_of(text: str) -> float:
    """Read a number: 9,99 is 9.99; 1 234,5 and 1.234,5 and 1,234.5 are 1234.5.

    1,234 could be either, and is what it is in France: a little more than one.
    """
    plain = re.sub(r"[\s'’]", "", text)
    if "," in plain and "." in plain:
        thousands = min(",.", key=plain.rindex)
        plain = plain.replace(thousands, "")
    try:
        return float(Decimal(plain.replace(",", ".")))
    except (InvalidOperation, OverflowError):
        raise CellError(Reason.NOT_A_NUMBER) from None


def number_in_words(number: object) -> str:
    """Write a number with a decimal comma."""
    return str(number).replace(".", ",")


def day_of(text: str) -> date:
    """Read a day: 2026-09-01, 01/09/2026, 01.09.2026, or the number that Excel has for it."""
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := _DAY_FIRST.fullmatch(text):
            day, month, year = map(int, found.groups())
            if month > 12 >= day:
                raise CellError(Reason.DAY_OR_MONTH)
            return date(year, month, day)
        if _SERIAL.fullmatch(text):
            return _SERIAL_FROM + timedelta(days=int(text))
    except ValueError:
        pass
    raise CellError(Reason.NOT_A_DAY)
