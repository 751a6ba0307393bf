"""Where things go in a car, seen from above, its front to the left; a plan, to no scale."""

from tests.hardware.sheet import GREY, Sheet
from tests.hardware.words import Language

# A label beside the car, its place, whether its line comes from above, and where it leads.
_PLACES = (
    ("satellite receiver: on the\ndashboard, under clear glass", 0.3, "above", (5.4, 6.2)),
    ("LTE antenna: on plastic, 20 cm\nfrom people and receiver", 8.1, "above", (9.6, 6.6)),
    ("reader and lights: behind\nthe windscreen, driver's side", 0.3, "below", (4.6, 8.7)),
    ("box: low, under a seat,\nout of the sun", 8.7, "below", (9.4, 8.4)),
)
_ABOVE_Y, _BELOW_Y = 1.0, 12.6


def draw(language: Language) -> Sheet:
    """Return the sheet."""
    sheet = Sheet(language, 13.6, "Where things go in the car")
    sheet.frame((1, 4), (14.4, 6.6), color=GREY)
    sheet.text((1.4, 5), sheet.say("front"))
    sheet.wire((4.6, 4.3), (3.9, 5.6), (3.9, 9), (4.6, 10.3), color=GREY)
    sheet.text((1.3, 7.3), sheet.say("wind-\nscreen"), color=GREY)
    sheet.wire((6, 4.2), (6, 10.4), color=GREY, dashed=True)
    sheet.frame((8.2, 7.6), (2.4, 2.2), color=GREY)
    sheet.frame((8.2, 4.9), (2.4, 2.2), color=GREY)
    sheet.text((13, 7.3), sheet.say("rear seat"), "center", GREY)
    for text, left, side, (x, y) in _PLACES:
        label_y = _ABOVE_Y if side == "above" else _BELOW_Y
        sheet.text((left, label_y), sheet.say(text))
        sheet.wire((x, label_y + (0.8 if side == "above" else -0.8)), (x, y))
        sheet.dot((x, y))
    return sheet
