"""The relay in the start wire: contact, sealed override, feedback, two coils with their drivers."""

from schemdraw import elements

from tests.hardware.sheet import Sheet
from tests.hardware.wiring import gpio
from tests.hardware.words import Language

_WIRE_Y = 2.4
_FEEDBACK_Y = 7.8
_RAIL_Y = 11.6


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 17.8, "The start relay")
    _start_wire(sheet)
    _feedback(sheet)
    sheet.wire((5.2, _RAIL_Y), (13, _RAIL_Y))
    sheet.tag((9.1, _RAIL_Y), sheet.say("12 V behind Q1"), "center")
    _coil(sheet, 5.2, "coil E:\nenables", "relay_enable", "Q2: NCV8402A")
    _coil(sheet, 11.6, "coil I:\ninhibits", "relay_inhibit", "Q3: NCV8402A")
    return sheet


def _start_wire(sheet: Sheet) -> None:
    y = _WIRE_Y
    sheet.text((0.3, 0.6), sheet.say("from the ignition switch"))
    sheet.text((15.7, 0.6), sheet.say("to the start relay"), "right")
    sheet.wire((0.4, y), (6, y))
    sheet.tag((2.6, y), "X2.1", "center")
    sheet.part(elements.Switch(), (6, y), (10, y))
    sheet.text((8, y - 0.9), sheet.say("K1, contact 1"), "center")
    sheet.wire((10, y), (15.6, y))
    sheet.tag((13.4, y), "X2.2", "center")
    _in_parallel(sheet, y, 4.8, 11.2)
    sheet.text((8, y + 2.4), sheet.say("S1: sealed override"), "center")
    sheet.dot((4, y))
    sheet.wire((4, y), (4, y + 3.6), (4.6, y + 3.6))
    sheet.tag((4.6, y + 3.6), sheet.say("crank input") + f", {gpio('crank')}")


def _feedback(sheet: Sheet) -> None:
    y = _FEEDBACK_Y
    sheet.tag((3.4, y), sheet.mark("3.3 V"), "right")
    sheet.wire((3.4, y), (6, y))
    sheet.part(elements.Switch(), (6, y), (10, y))
    sheet.text((8, y - 0.9), sheet.say("K1, contact 2"), "center")
    _in_parallel(sheet, y, 4.8, 10.6)
    sheet.text((8, y + 2.4), sheet.say("S1, second pole"), "center")
    sheet.wire((10, y), (13, y))
    sheet.tag((13, y), gpio("relay_sense"))
    sheet.dot((11.8, y))
    sheet.part(elements.Resistor(), (11.8, y), (11.8, y + 2))
    sheet.ground((11.8, y + 2))
    sheet.text((12.3, y + 1.1), sheet.mark("1 kΩ"))


def _in_parallel(sheet: Sheet, y: float, left: float, right: float) -> None:
    """A pole of the override beside a contact of the relay."""
    sheet.dot((left, y))
    sheet.dot((right, y))
    sheet.wire((left, y), (left, y + 1.7), (6, y + 1.7))
    sheet.part(elements.Switch(), (6, y + 1.7), (10, y + 1.7))
    sheet.wire((10, y + 1.7), (right, y + 1.7), (right, y))


def _coil(sheet: Sheet, x: float, name: str, pin: str, driver: str) -> None:
    y = _RAIL_Y
    sheet.part(elements.Inductor2(), (x, y), (x, y + 2.4))
    sheet.text((x - 0.6, y + 1.2), sheet.say(name), "right")
    sheet.dot((x + 1.4, y))
    sheet.part(elements.Diode(), (x + 1.4, y + 2.4), (x + 1.4, y))
    sheet.text((x + 1.6, y + 2), "1N4148")
    sheet.wire((x, y + 2.4), (x + 1.4, y + 2.4))
    terminals = sheet.symbol(elements.NFet().reverse(), (x, y + 2.4))
    sheet.ground(terminals("source"))
    gate_x, gate_y = terminals("gate")
    sheet.wire((gate_x, gate_y), (x - 2.7, gate_y))
    sheet.tag((x - 2.7, gate_y), gpio(pin), "right")
    sheet.dot((x - 2, gate_y))
    sheet.part(elements.Resistor(), (x - 2, gate_y), (x - 2, gate_y + 2))
    sheet.ground((x - 2, gate_y + 2))
    sheet.text((x - 1.5, gate_y + 1.5), sheet.mark("3.3 kΩ"))
    sheet.text((x - 0.4, gate_y + 2.2), sheet.mark(driver))
