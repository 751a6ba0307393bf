"""What the box says with two LEDs and a buzzer: one pattern per event, each distinct.

A refusal is some long reds, at most five, then some short ones, at most four, so that an agent can
say them on the telephone. The long ones say where the matter lies: 1 the booking, 2 the car, 3 the
box or the badge, 4 the driver, 5 the papers. docs/signals.md shows the same
table to agents; a test compares them.

What keeps a new box off the air is counted the same way without a sound, for the technician who
fits it: 1 the modem, 2 the SIM card, 3 the network, 4 the server, 5 the battery.
"""

from firmware.logic.access.outcome import (
    SIGNAL_DOOR_OPEN,
    SIGNAL_ENDED,
    SIGNAL_HANDOVER,
    SIGNAL_LEARNED,
    SIGNAL_NOTED,
    SIGNAL_OCCUPANT,
    SIGNAL_PAUSED,
    SIGNAL_PENDING,
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
    SIGNAL_PENDING: "GG.g.g",
    SIGNAL_HANDOVER: "GG.g.g.g",
    SIGNAL_DOOR_OPEN: "G.R.G.R",
    SIGNAL_LEARNED: "g.g.g.G",
    "ready": "g.g",
}
"""Event -> slots of SLOT_MS: g green, r red, capital with the buzzer, `.` dark and silent."""

REFUSALS = "11 12 13 31 21 32 33 14 22 23 24 34 41 42 43 44 51"
"""Of each reason of shared_protocol.records, from 1 on: how many long ones, how many short ones.

As one text: a table of patterns would cost the box's heap ten times as much."""

OFF_AIR = "11 21 22 23 24 31 32 33 41 42 43 12 51"
"""The same of each cause of shared_protocol.records.OFF_AIR_*, but for a box that limps."""

SLOT_MS = 150


def pattern(event: str) -> str:
    """The slots of an event of PATTERNS, or of `refused N` or `off_air N` with a cause's number."""
    if event in PATTERNS:
        return PATTERNS[event]
    name, number = event.split(" ")
    counts, long = (REFUSALS, "RR.") if name == "refused" else (OFF_AIR, "rr.")
    at = 3 * int(number) - 3
    return (long * int(counts[at]) + "r." * int(counts[at + 1]))[:-1]


def slots(event: str) -> list[tuple[int, int, int]]:
    """The (green, red, buzzer) levels of each slot of an event, dark at the end."""
    levels = []
    for slot in pattern(event) + ".":
        levels.append((int(slot in "gG"), int(slot in "rR"), int(slot in "GR")))
    return levels
