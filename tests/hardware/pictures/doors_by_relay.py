"""What a door output's relay does in a car: 12 V on a line, a motor's wire, a remote's button."""

from schemdraw import elements

from tests.hardware.sheet import Sheet
from tests.hardware.words import Language


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 18.6, "What the relays K3 and K4 switch")
    sheet.text((0.3, 0.6), sheet.say("F2: 12 V permanent, a fuse as that of the central locking"))
    _to_plus(sheet, 3.6)
    _reversing(sheet, 8.2)
    _button(sheet, 14.4)
    return sheet


def _to_plus(sheet: Sheet, y: float) -> None:
    sheet.text((0.3, y - 1.6), sheet.say("B. The car's lines want 12 V:"))
    sheet.tag((2.2, y), "F2", "right")
    sheet.part(elements.Switch(), (2.2, y), (6, y))
    sheet.text((4.1, y - 0.9), "K3", "center")
    sheet.box((6, y - 0.5), (9.2, 1), sheet.say("unlock line of the central locking"))


def _reversing(sheet: Sheet, y: float) -> None:
    sheet.text((0.3, y - 2.4), sheet.say("C. The car's two wires reverse a motor: each is cut."))
    for row, relay in enumerate(("K3", "K4")):
        middle = y + 2.6 * row
        sheet.box((0.3, middle - 0.5), (3.4, 1), sheet.say(f"motor, wire {row + 1}"))
        sheet.wire((3.7, middle), (5, middle))
        switch = sheet.symbol(elements.SwitchSpdt2(), (5, middle))
        sheet.text((5.5, middle - 0.9), relay, "center")
        for name, target in (("b", "the car's wire, at rest"), ("c", "F2, while it pulses")):
            x, height = switch(name)
            sheet.wire((x, height), (8, height))
            sheet.text((8.3, height), sheet.say(target))


def _button(sheet: Sheet, y: float) -> None:
    sheet.text((0.3, y - 1.3), sheet.say("D. No line at all: the button of a remote is pressed."))
    sheet.frame((4.6, y - 0.4), (11, 3.9))
    sheet.tag((2.2, y + 1.4), "3 V", "right")
    sheet.wire((2.2, y + 1.4), (4.6, y + 1.4))
    sheet.text((3.4, y + 2.2), sheet.say("its cell's\nplace"), "center")
    sheet.text((10.1, y + 0.2), sheet.say("remote, without its transponder"), "center")
    sheet.part(elements.Button(), (5.6, y + 1.6), (9, y + 1.6))
    sheet.text((9.4, y + 1.6), sheet.say("its button for unlocking"))
    sheet.wire((5.6, y + 1.6), (5.6, y + 2.9))
    sheet.part(elements.Switch(), (5.6, y + 2.9), (9, y + 2.9))
    sheet.wire((9, y + 2.9), (9, y + 1.6))
    sheet.text((9.4, y + 2.9), "K3")
