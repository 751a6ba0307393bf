"""The two outputs to the central locking, and the relay that they move where the car wants more."""

from schemdraw import elements

from tests.hardware.sheet import Sheet
from tests.hardware.wiring import gpio
from tests.hardware.words import Language


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 13.6, "The outputs to the doors")
    _driver(sheet)
    _to_ground(sheet, 7.4)
    _relay(sheet, 10)
    return sheet


def _driver(sheet: Sheet) -> None:
    sheet.text((0.3, 0.6), sheet.say("Each of the two outputs:"))
    terminals = sheet.symbol(elements.NFet().reverse(), (6, 2))
    sheet.wire((6, 2), (6, 1.7), (7.4, 1.7))
    sheet.tag((7.4, 1.7), "X3")
    sheet.ground(terminals("source"))
    sheet.text((6.4, 3.3), "NCV8402A")
    gate_x, gate_y = terminals("gate")
    sheet.wire((gate_x, gate_y), (2.4, gate_y))
    sheet.tag((2.4, gate_y), "GPIO", "right")
    sheet.dot((3.2, gate_y))
    sheet.part(elements.Resistor(), (3.2, gate_y), (3.2, gate_y + 2))
    sheet.ground((3.2, gate_y + 2))
    sheet.text((3.7, gate_y + 1.4), sheet.mark("3.3 kΩ"))
    rows = (("unlock", "X3.2", "door_unlock"), ("lock", "X3.3", "door_lock"))
    for row, (line, way, pin) in enumerate(rows):
        y = 3.3 + 0.9 * row
        sheet.text((9.6, y), sheet.say(line))
        sheet.text((11.6, y), way)
        sheet.text((13.3, y), gpio(pin))


def _to_ground(sheet: Sheet, y: float) -> None:
    sheet.text((0.3, y - 1.2), sheet.say("A. The car's lines are pulled to ground: nothing else."))
    sheet.tag((2.2, y), "X3.2", "right")
    sheet.wire((2.2, y), (6, y))
    sheet.box((6, y - 0.5), (9.2, 1), sheet.say("unlock line of the central locking"))


def _relay(sheet: Sheet, y: float) -> None:
    sheet.text(
        (0.3, y - 1.2), sheet.say("B, C, D. Other lines: a relay for each output, K3 and K4.")
    )
    sheet.tag((2.2, y), "X1.3", "right")
    sheet.wire((2.2, y), (4, y))
    sheet.part(elements.Inductor2(), (4, y), (4, y + 2.4))
    sheet.wire((4, y), (5.6, y))
    sheet.dot((4, y))
    sheet.part(elements.Diode(), (5.6, y + 2.4), (5.6, y))
    sheet.text((6.1, y + 1.2), "1N4148")
    sheet.wire((2.2, y + 2.4), (5.6, y + 2.4))
    sheet.dot((4, y + 2.4))
    sheet.tag((2.2, y + 2.4), "X3.2", "right")
    sheet.text((9, y + 1.2), sheet.say("K3; K4 likewise\nbetween X1.3 and X3.3"))
