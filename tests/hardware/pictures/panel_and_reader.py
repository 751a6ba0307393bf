"""The lights and the buzzer, and what the board adds to the reader's three lines."""

from schemdraw import elements

from tests.hardware.sheet import Sheet
from tests.hardware.wiring import gpio
from tests.hardware.words import Language


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 18, "Lights, buzzer and reader")
    sheet.text((0.3, 0.6), sheet.say("Each light:"))
    _light(sheet, 2, "led_green", "X5.1", "green light")
    _light(sheet, 4, "led_red", "X5.2", "red light")
    sheet.text((0.3, 5.8), sheet.say("The buzzer, an active one:"))
    _buzzer(sheet, 7)
    sheet.text((0.3, 11.8), sheet.say("The reader's lines:"))
    for row, (pin, way) in enumerate(
        (("reader_sda", "X4.3"), ("reader_scl", "X4.4"), ("reader_irq", "X4.5"))
    ):
        _reader_line(sheet, 14.6 + 1.2 * row, 9 - 2.2 * row, pin, way)
    sheet.wire((4.6, 12.8), (11, 12.8))
    sheet.tag((11, 12.8), sheet.mark("3.3 V"))
    return sheet


def _light(sheet: Sheet, y: float, pin: str, way: str, name: str) -> None:
    sheet.tag((2.9, y), gpio(pin), "right")
    sheet.part(elements.Resistor(), (2.9, y), (5.6, y))
    sheet.text((4.25, y - 0.7), sheet.mark("120 Ω"), "center")
    sheet.wire((5.6, y), (8, y))
    sheet.tag((6.6, y), way, "center")
    sheet.part(elements.LED(), (8, y), (10.6, y))
    sheet.text((9.3, y + 0.7), sheet.say(name), "center")
    sheet.wire((10.6, y), (14.6, y))
    sheet.tag((12.4, y), "X5.5", "center")
    sheet.ground((14.6, y))


def _buzzer(sheet: Sheet, y: float) -> None:
    sheet.tag((2.1, y), "5 V", "right")
    sheet.wire((2.1, y), (5.6, y))
    sheet.tag((3.8, y), "X5.3", "center")
    sheet.box((5.6, y - 0.5), (3, 1), sheet.say("buzzer"))
    sheet.wire((8.6, y), (12.6, y), (12.6, y + 0.8))
    sheet.tag((10.4, y), "X5.4", "center")
    transistor = sheet.symbol(elements.BjtNpn().anchor("collector"), (12.6, y + 0.8))
    sheet.ground(transistor("emitter"))
    sheet.text((13, transistor("base")[1]), "BC817")
    base_x, base_y = transistor("base")
    sheet.wire((base_x, base_y), (8.4, base_y))
    sheet.dot((9.8, base_y))
    sheet.part(elements.Resistor(), (9.8, base_y), (9.8, base_y + 2.2))
    sheet.ground((9.8, base_y + 2.2))
    sheet.text((10.3, base_y + 1.4), sheet.mark("10 kΩ"))
    sheet.part(elements.Resistor(), (5.4, base_y), (8.4, base_y))
    sheet.text((6.9, base_y + 0.7), sheet.mark("4.7 kΩ"), "center")
    sheet.tag((5.4, base_y), gpio("buzzer"), "right")


def _reader_line(sheet: Sheet, y: float, x: float, pin: str, way: str) -> None:
    """A line of the reader, pulled up at x."""
    sheet.tag((2.9, y), gpio(pin), "right")
    sheet.wire((2.9, y), (12.4, y))
    sheet.tag((12.4, y), way)
    sheet.dot((x, y))
    sheet.part(elements.Resistor(), (x, 12.8), (x, 14.2))
    sheet.wire((x, 14.2), (x, y))
    sheet.text((x + 0.35, 13.6), sheet.mark("4.7 kΩ"))
