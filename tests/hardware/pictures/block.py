"""The whole box: what of the car it meets, its circuits, what stands in the cabin."""

from tests.hardware.sheet import GREY, Sheet
from tests.hardware.words import Language

# What the car has, its connector, the circuit in the box, whether that tells or is told.
_CAR = (
    ("12 V battery,\nfuse F1, 2 A", "X1", "supply,\nbattery divider", "->"),
    ("start wire,\nterminal 50", "X2", "start relay K1,\ncontact 2", "<>"),
    ("ignition,\ndoor contact", "X3", "inputs,\nisolated", "->"),
    ("central\nlocking", "X3", "door drivers", "<-"),
)
_CABIN = (
    ("badge\nreader", "X4"),
    ("lights,\nbuzzer", "X5"),
    ("satellite\nreceiver", "X6"),
    ("key\nholder", "X3"),
    ("LTE\nantenna", "A1"),
)


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 12.8, "The box and what it meets")
    sheet.frame((4.7, 1.2), (7.5, 11.1), color=GREY, dashed=True)
    sheet.text((8.45, 0.7), sheet.say("the box"), "center")
    sheet.text((1.95, 0.7), sheet.say("the car"), "center")
    sheet.text((14.5, 0.7), sheet.say("the cabin"), "center")
    sheet.box((9.7, 1.7), (2.2, 10.1), sheet.mark("ESP32-\nS3,\nmodem\nLTE"))
    for row, (car, connector, circuit, ways) in enumerate(_CAR):
        top = 1.7 + 2.7 * row
        middle = top + 1
        sheet.box((0.2, top), (3.5, 2), sheet.say(car))
        sheet.wire((3.7, middle), (5, middle))
        sheet.text((4.2, middle - 0.5), connector, "center")
        sheet.box((5, top), (3.9, 2), sheet.say(circuit))
        if ">" in ways:
            sheet.arrow((8.9, middle + 0.3), (9.7, middle + 0.3))
        if "<" in ways:
            sheet.arrow((9.7, middle - 0.3), (8.9, middle - 0.3))
    for row, (device, connector) in enumerate(_CABIN):
        top = 1.7 + 2.1 * row
        sheet.wire((11.9, top + 0.85), (13.2, top + 0.85))
        sheet.text((12.7, top + 0.35), connector, "center")
        sheet.box((13.2, top), (2.6, 1.7), sheet.say(device))
    return sheet
