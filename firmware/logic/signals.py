"""What the box says with two LEDs and a buzzer: one pattern per event, each distinct.

docs/signals.md shows the same table to agents and is compared with it by a test.
"""

from firmware.logic.trip import (
    SIGNAL_ENDED,
    SIGNAL_NOTED,
    SIGNAL_PAUSED,
    SIGNAL_RESUMED,
    SIGNAL_STARTED,
)

PATTERNS = {
    SIGNAL_STARTED: "GG",
    SIGNAL_RESUMED: "G",
    SIGNAL_NOTED: "g",
    SIGNAL_PAUSED: "G.g",
    SIGNAL_ENDED: "G.G.G",
    # One long red, then as many short ones as the reason's number.
    "refused 1": "RR.r",
    "refused 2": "RR.r.r",
    "refused 3": "RR.r.r.r",
    "refused 4": "RR.r.r.r.r",
    "refused 5": "RR.r.r.r.r.r",
    "refused 6": "RR.r.r.r.r.r.r",
    "ready": "g.g",
}
"""Event -> slots of SLOT_MS: g green, r red, capital with the buzzer, `.` dark and silent."""

SLOT_MS = 150


def slots(event: str) -> list[tuple[int, int, int]]:
    """The (green, red, buzzer) levels of each slot of an event, dark at the end."""
    levels = []
    for slot in PATTERNS[event] + ".":
        levels.append((int(slot in "gG"), int(slot in "rR"), int(slot in "GR")))
    return levels
