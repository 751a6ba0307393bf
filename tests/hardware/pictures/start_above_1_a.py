"""A start wire that carries more than the latching relay may: it drives an ordinary car relay."""

from schemdraw import elements

from tests.hardware.sheet import Sheet
from tests.hardware.words import Language


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 8.6, "A start wire of 1 to 10 A")
    sheet.text((0.3, 0.6), sheet.say("from the ignition switch"))
    sheet.text((15.7, 0.6), sheet.say("to the start relay"), "right")
    sheet.wire((0.4, 2.4), (6, 2.4))
    sheet.tag((2.6, 2.4), "X2.1", "center")
    sheet.part(elements.Switch(), (6, 2.4), (10, 2.4))
    sheet.text((8, 1.5), sheet.say("K2, contact"), "center")
    sheet.wire((10, 2.4), (15.6, 2.4))
    sheet.tag((13.4, 2.4), "X2.2", "center")
    sheet.dot((4.4, 2.4))
    sheet.wire((4.4, 2.4), (4.4, 5), (5.2, 5))
    sheet.part(elements.Switch(), (5.2, 5), (8.8, 5))
    sheet.text((7, 4.1), sheet.say("K1, contact 1"), "center")
    sheet.wire((8.8, 5), (10.6, 5))
    sheet.dot((4.4, 5))
    sheet.wire((4.4, 5), (4.4, 6.7), (5.2, 6.7))
    sheet.part(elements.Switch(), (5.2, 6.7), (8.8, 6.7))
    sheet.wire((8.8, 6.7), (9.6, 6.7), (9.6, 5))
    sheet.dot((9.6, 5))
    sheet.text((7, 7.4), sheet.say("S1: sealed override"), "center")
    sheet.part(elements.Inductor2(), (10.6, 5), (10.6, 7.4))
    sheet.ground((10.6, 7.4))
    sheet.text((11.2, 6.2), sheet.say("K2, coil: a car\nrelay with its\nown resistor"))
    return sheet
