"""Two inputs that are not isolated: the battery's divider, the contacts of the key holder."""

from schemdraw import elements

from tests.hardware.sheet import Sheet
from tests.hardware.wiring import gpio
from tests.hardware.words import Language


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 13.2, "The battery's divider and the key holder")
    _divider(sheet, 3.4)
    _key_holder(sheet, 10)
    return sheet


def _divider(sheet: Sheet, y: float) -> None:
    sheet.text((0.3, 0.6), sheet.say("Battery, behind the fuse:"))
    sheet.tag((2.1, y), "X1.1", "right")
    sheet.part(elements.Resistor(), (2.1, y), (5.4, y))
    sheet.text((3.75, y - 0.8), sheet.mark("100 kΩ, 0.1 %"), "center")
    sheet.wire((5.4, y), (13, y))
    sheet.tag((13, y), gpio("battery_adc"))
    sheet.dot((6, y))
    sheet.part(elements.Resistor(), (6, y), (6, y + 2.4))
    sheet.ground((6, y + 2.4))
    sheet.text((5.5, y + 1.2), sheet.mark("10 kΩ,\n0.1 %"), "right")
    sheet.dot((8, y))
    sheet.part(elements.Capacitor(), (8, y), (8, y + 2.4))
    sheet.ground((8, y + 2.4))
    sheet.text((8.5, y + 1.9), sheet.mark("100 nF"))
    sheet.dot((11.4, y))
    sheet.part(elements.Schottky(), (11.4, y + 2.4), (11.4, y))
    sheet.ground((11.4, y + 2.4))
    sheet.part(elements.Schottky(), (11.4, y), (11.4, y - 1.8))
    sheet.tag((11.4, y - 2.2), sheet.mark("3.3 V"), "center")
    sheet.text((12, y + 1.2), "BAT54S")


def _key_holder(sheet: Sheet, y: float) -> None:
    sheet.text(
        (0.3, y - 2.2), sheet.say("Key holder, and the fuel card's slot where there is one:")
    )
    sheet.tag((2.2, y), sheet.mark("3.3 V"), "right")
    sheet.part(elements.Resistor(), (2.2, y), (4.2, y))
    sheet.text((3.2, y - 0.8), sheet.mark("1 kΩ"), "center")
    sheet.wire((4.2, y), (6.2, y))
    sheet.tag((5.1, y), "X3.7", "center")
    sheet.part(elements.Switch(), (6.2, y), (8.3, y))
    sheet.part(elements.Switch(), (8.3, y), (10.4, y))
    sheet.text((7.25, y - 0.9), sheet.say("keys"), "center")
    sheet.text((9.35, y - 0.9), sheet.say("card"), "center")
    sheet.wire((10.4, y), (13.2, y))
    sheet.tag((11.4, y), "X3.8", "center")
    sheet.tag((13.2, y), gpio("key_holder"))
    sheet.dot((12.7, y))
    sheet.part(elements.Resistor(), (12.7, y), (12.7, y + 2.2))
    sheet.ground((12.7, y + 2.2))
    sheet.text((13.2, y + 1.2), sheet.mark("10 kΩ"))
