"""The board's two headers: what is soldered to which way."""

from tests.hardware.sheet import GREY, Align, Sheet
from tests.hardware.wiring import HEADERS, of_header
from tests.hardware.words import Language

_ROW = 0.9
_TOP = 1.8


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 17, "The headers of the board")
    sheet.text((8, 0.6), sheet.say("numbers of the maker's schematic; IO is GPIO"), "center")
    sheet.frame((5.4, 1.1), (5.2, 15.5))
    _header(sheet, "U5", 5.4, "right")
    _header(sheet, "U6", 9.7, "left")
    return sheet


def _header(sheet: Sheet, name: str, left: float, outside: Align) -> None:
    """A column of ways, with the marks of the board beside it and our wires outside."""
    to_left = outside == "right"
    sheet.text((left + 0.45, _TOP - 0.3), name, "center")
    ways = list(enumerate(HEADERS[name], 1))
    for row, (number, what) in enumerate(reversed(ways) if to_left else ways):
        y = _TOP + _ROW * row
        middle = y + _ROW / 2
        wire = of_header(what)
        sheet.box((left, y), (0.9, _ROW), str(number))
        mark = what if isinstance(what, str) else f"IO{what}"
        color = "black" if wire else GREY
        sheet.text((6.4 if to_left else 9.6, middle), mark, "left" if to_left else "right", color)
        if wire:
            text = wire if wire.startswith("X") else sheet.say(wire)
            sheet.text((5.2 if to_left else 10.8, middle), text, outside)
