"""What the box says with two LEDs and a buzzer: one pattern per event, each distinct.

A refusal is some long reds, then some short ones, at most four of each, so that an agent can say
them on the telephone. The long ones say where the matter lies: 1 the booking, 2 the car, 3 the box
or the badge, 4 the driver. docs/signals.md shows the same table to agents; a test compares them.
"""

from firmware.logic.trip import (
    SIGNAL_DOOR_OPEN,
    SIGNAL_ENDED,
    SIGNAL_NOTED,
    SIGNAL_OCCUPANT,
    SIGNAL_PAUSED,
    SIGNAL_RELEASED,
    SIGNAL_RESUMED,
    SIGNAL_STARTED,
)

PATTERNS = {
    SIGNAL_STARTED: "GG",
    SIGNAL_RESUMED: "G",
    SIGNAL_NOTED: "g",
    SIGNAL_OCCUPANT: "g.G",
    SIGNAL_RELEASED: "GG.g",
    SIGNAL_PAUSED: "G.g",
    SIGNAL_ENDED: "G.G.G",
    SIGNAL_DOOR_OPEN: "G.R.G.R",
    "refused 1": "RR.r",
    "refused 2": "RR.r.r",
    "refused 3": "RR.r.r.r",
    "refused 8": "RR.r.r.r.r",
    "refused 5": "RR.RR.r",
    "refused 9": "RR.RR.r.r",
    "refused 10": "RR.RR.r.r.r",
    "refused 11": "RR.RR.r.r.r.r",
    "refused 4": "RR.RR.RR.r",
    "refused 6": "RR.RR.RR.r.r",
    "refused 7": "RR.RR.RR.r.r.r",
    "refused 12": "RR.RR.RR.r.r.r.r",
    "refused 13": "RR.RR.RR.RR.r",
    "ready": "g.g",
}
"""Event -> slots of SLOT_MS: g green, r red, capital with the buzzer, `.` dark and silent.

`refused N`: the reason's number in shared_protocol.records."""

SLOT_MS = 150


def slots(event: str) -> list[tuple[int, int, int]]:
    """The (green, red, buzzer) levels of each slot of an event, dark at the end."""
    levels = []
    for slot in PATTERNS[event] + ".":
        levels.append((int(slot in "gG"), int(slot in "rR"), int(slot in "GR")))
    return levels
