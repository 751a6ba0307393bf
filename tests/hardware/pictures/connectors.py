"""The connectors, way by way, with the pin of the chip behind each."""

from tests.hardware.sheet import GREY, Sheet
from tests.hardware.wiring import CONNECTORS, NAMES, of_way
from tests.hardware.words import Language

_ROW = 0.9


def draw_car(language: Language) -> Sheet:
    """Return the sheet of the connectors to the car."""
    return _draw(language, "The connectors to the car", ("X1", "X2", "X3"))


def draw_cabin(language: Language) -> Sheet:
    """Return the sheet of the connectors to what stands in the cabin."""
    return _draw(language, "The connectors to the cabin", ("X4", "X5", "X6"))


def _draw(language: Language, title: str, names: tuple[str, ...]) -> Sheet:
    ways = sum(len(CONNECTORS[name]) for name in names)
    sheet = Sheet(language, _ROW * ways + 1.6 * len(names) + 0.2, title)
    top = 0.4
    for name in names:
        sheet.text((0.3, top + 0.4), sheet.mark(f"{name}: ") + sheet.say(NAMES[name]))
        top += 1.0
        for way in CONNECTORS[name]:
            sheet.box((0.3, top), (1.2, _ROW), str(way.number))
            sheet.box((1.5, top), (11.2, _ROW))
            text = sheet.say(way.wire)
            sheet.text((1.8, top + _ROW / 2), text, color="black" if way.is_used else GREY)
            if of_way(way):
                sheet.tag((12.7, top + _ROW / 2), of_way(way))
            top += _ROW
        top += 0.6
    return sheet
