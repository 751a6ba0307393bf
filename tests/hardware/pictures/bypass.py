"""The bridge plug: how a car is put back as it left the factory, without the box."""

from tests.hardware.sheet import Sheet
from tests.hardware.words import Language

_WAYS = (1.2, 2.4)  # below the top of a plug


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 14.4, "The bypass")
    sheet.text((0.3, 0.6), sheet.say("Fitted:"))
    _car_side(sheet, 1.2)
    _box_plug(sheet, 7.4, 1.2)
    _bridge_plug(sheet, 7.4, 5)
    sheet.text((9.5, 6.8), sheet.say("bridge plug, on its cord"))
    sheet.text(
        (0.3, 9.2), sheet.say("Bypassed: the car starts by its own switch, without the box.")
    )
    _car_side(sheet, 9.8)
    _bridge_plug(sheet, 7.4, 9.8)
    _box_plug(sheet, 10.4, 9.8)
    return sheet


def _car_side(sheet: Sheet, top: float) -> None:
    for text, way in zip(("ignition switch", "start relay"), _WAYS, strict=True):
        sheet.wire((0.4, top + way), (5.4, top + way))
        sheet.text((0.4, top + way - 0.45), sheet.say(text))
    sheet.frame((5.4, top + 0.5), (1.7, 2.6))
    for number, way in enumerate(_WAYS, 1):
        sheet.text((6.25, top + way), str(number), "center")
    sheet.text((6.25, top + 3.6), sheet.say("X2, car"), "center")


def _box_plug(sheet: Sheet, left: float, top: float) -> None:
    sheet.frame((left, top + 0.5), (1.7, 2.6))
    for number, way in enumerate(_WAYS, 1):
        sheet.text((left + 0.85, top + way), str(number), "center")
        sheet.wire((left + 1.7, top + way), (left + 2.6, top + way))
    sheet.box((left + 2.6, top + 0.5), (2.9, 2.6), sheet.say("K1,\ncontact 1"))
    sheet.text((left + 1.7, top + 3.6), sheet.say("X2, box"), "center")


def _bridge_plug(sheet: Sheet, left: float, top: float) -> None:
    sheet.frame((left, top + 0.5), (1.7, 2.6))
    for number, way in enumerate(_WAYS, 1):
        sheet.text((left + 0.5, top + way), str(number), "center")
        sheet.wire((left + 0.9, top + way), (left + 1.3, top + way))
    sheet.wire((left + 1.3, top + _WAYS[0]), (left + 1.3, top + _WAYS[1]))
