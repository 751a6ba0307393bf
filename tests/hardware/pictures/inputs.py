"""What the box reads of the car: one isolated channel, its three lines, the door contact."""

from schemdraw import elements

from tests.hardware.sheet import Sheet
from tests.hardware.wiring import gpio
from tests.hardware.words import Language


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 18, "The isolated inputs")
    _channel(sheet)
    _lines(sheet, 7)
    _door_contact_to_ground(sheet, 10.6)
    _door_contact_to_plus(sheet, 15.2)
    return sheet


def _channel(sheet: Sheet) -> None:
    sheet.text((0.3, 0.6), sheet.say("Each of the three lines:"))
    sheet.tag((1.3, 2), "X", "center")
    sheet.wire((1.8, 2), (2.4, 2))
    sheet.part(elements.Resistor(), (2.4, 2), (4.8, 2))
    sheet.text((3.6, 1.2), sheet.mark("2.2 kΩ"), "center")
    opto = sheet.symbol(elements.Optocoupler(), (7.4, 2))
    sheet.wire((4.8, 2), opto("anode"))
    low = opto("cathode")[1]
    sheet.part(elements.Diode(), (5.6, low), (5.6, 2))
    sheet.dot((5.6, 2))
    sheet.dot((5.6, low))
    sheet.text((5.1, (2 + low) / 2), "1N4148", "right")
    sheet.wire(opto("cathode"), (5.6, low), (5.6, low + 1))
    sheet.ground((5.6, low + 1))
    sheet.text((8, low + 1), "LTV-817", "center")
    right = opto("collector")[0]
    sheet.wire(opto("collector"), (right + 1, opto("collector")[1]))
    sheet.tag((right + 1, opto("collector")[1]), sheet.mark("3.3 V"))
    emitter = opto("emitter")
    sheet.wire(emitter, (right + 2.6, emitter[1]))
    sheet.tag((right + 2.6, emitter[1]), "GPIO")
    sheet.dot((right + 1.4, emitter[1]))
    sheet.part(elements.Resistor(), (right + 1.4, emitter[1]), (right + 1.4, emitter[1] + 2))
    sheet.ground((right + 1.4, emitter[1] + 2))
    sheet.text((right + 1.9, emitter[1] + 1.1), sheet.mark("10 kΩ"))


def _lines(sheet: Sheet, top: float) -> None:
    rows = (
        ("ignition, terminal 15", "X3.1", "ignition"),
        ("crank, terminal 50", "X2.1", "crank"),
        ("door contact", "X3.4, X3.5", "door_contact"),
    )
    for row, (line, way, pin) in enumerate(rows):
        y = top + 0.8 * row
        sheet.text((0.3, y), sheet.say(line))
        sheet.text((8, y), way)
        sheet.text((12.5, y), gpio(pin))


def _door_contact_to_ground(sheet: Sheet, top: float) -> None:
    sheet.text((0.3, top - 0.8), sheet.say("A door contact that switches to ground:"))
    sheet.tag((2, top + 0.9), "12 V", "right")
    sheet.part(elements.Resistor(), (2, top + 0.9), (3.8, top + 0.9))
    sheet.text((2.9, top + 0.1), sheet.mark("470 Ω"), "center")
    for row, way in enumerate(("X3.6", "X3.4", "X3.5")):
        sheet.tag((5.5, top + 0.9 + 0.9 * row), way, "right")
    sheet.wire((5.5, top + 0.9), (6.3, top + 0.9), (6.3, top + 1.8), (5.5, top + 1.8))
    sheet.text((6.7, top + 1.35), sheet.say("bridge in the plug"))
    sheet.wire((5.5, top + 2.7), (11.4, top + 2.7))
    sheet.part(elements.Switch(), (11.4, top + 2.7), (14.8, top + 2.7))
    sheet.wire((14.8, top + 2.7), (15.4, top + 2.7))
    sheet.ground((15.4, top + 2.7))
    sheet.text((13.1, top + 1.8), sheet.say("door"), "center")


def _door_contact_to_plus(sheet: Sheet, top: float) -> None:
    sheet.text((0.3, top - 0.4), sheet.say("A door contact that switches to plus:"))
    sheet.tag((5.5, top + 1), "X3.4", "right")
    sheet.tag((5.5, top + 1.9), "X3.5", "right")
    sheet.wire((5.5, top + 1), (10.4, top + 1))
    sheet.part(elements.Switch(), (10.4, top + 1), (13.4, top + 1))
    sheet.wire((13.4, top + 1), (14, top + 1))
    sheet.tag((14, top + 1), "12 V")
    sheet.text((11.9, top + 1.6), sheet.say("door"), "center")
    sheet.wire((5.5, top + 1.9), (7.3, top + 1.9))
    sheet.ground((7.3, top + 1.9))
