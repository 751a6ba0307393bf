"""From the car's battery to 5 V: fuse, load dump, reversed battery, hold-up, converter."""

from schemdraw import elements

from tests.hardware.sheet import GREY, Sheet
from tests.hardware.words import Language

_X = 4.0  # the supply's own line goes down here


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 18.4, "The supply")
    sheet.frame((0.4, 4.5), (15.2, 13.6), color=GREY, dashed=True)
    sheet.text((0.7, 17.6), sheet.say("in the box"), color=GREY)
    _from_the_battery(sheet)
    _against_load_dump_and_reversal(sheet)
    _to_5_v(sheet)
    return sheet


def _from_the_battery(sheet: Sheet) -> None:
    sheet.text((_X + 0.6, 0.6), sheet.say("12 V permanent, terminal 30"))
    sheet.part(elements.Fuse(), (_X, 0.4), (_X, 3.4))
    sheet.text((_X + 0.6, 1.9), sheet.say("F1: 2 A slow, within 20 cm of the tap"))
    sheet.wire((_X, 3.4), (_X, 7))
    sheet.tag((_X, 4.5), "X1.1", "center")
    sheet.text((12, 3.1), sheet.say("ground, terminal 31"), "center")
    sheet.wire((12, 3.6), (12, 5.4))
    sheet.tag((12, 4.5), "X1.2", "center")
    sheet.ground((12, 5.4))


def _against_load_dump_and_reversal(sheet: Sheet) -> None:
    sheet.dot((_X, 5.8))
    sheet.wire((_X, 5.8), (5, 5.8))
    sheet.tag((5, 5.8), sheet.say("battery divider"))
    sheet.dot((_X, 7))
    sheet.wire((_X, 7), (9, 7))
    sheet.part(elements.Zener(), (9, 9), (9, 7))
    sheet.ground((9, 9))
    sheet.text((9.7, 8), sheet.mark("D1: SM8S24A"))
    sheet.wire((_X, 7), (_X, 8.6))
    sheet.box((1, 8.6), (6, 1.8), sheet.mark("U1: LM74700-Q1\nQ1: N-MOSFET, 60 V"))
    sheet.wire((_X, 10.4), (_X, 12.6))
    sheet.dot((_X, 11.4))
    sheet.wire((_X, 11.4), (11.2, 11.4))
    sheet.tag((11.2, 11.4), sheet.say("K1, and X1.3"))
    sheet.dot((9, 11.4))
    sheet.part(elements.Capacitor(), (9, 11.4), (9, 13.4))
    sheet.ground((9, 13.4))
    sheet.text((9.7, 12.6), sheet.mark("C1: 2200 µF, 50 V,\n105 °C"))


def _to_5_v(sheet: Sheet) -> None:
    sheet.box((1, 12.6), (6, 1.4), sheet.mark("U2: LT8609S, 5.0 V"))
    sheet.part(elements.Schottky(), (_X, 14), (_X, 16))
    sheet.text((_X + 0.7, 15), sheet.mark("D2: SS34"))
    sheet.wire((_X, 16), (_X, 17), (4.6, 17))
    sheet.tag((4.6, 17), sheet.mark("5 V: VBUS (U6.16), X4.1, X5.3, X6.1"))
