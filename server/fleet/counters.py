"""How far a counter that boxes and server share may be ahead of what this server knows.

A little: then the server was restored from an older copy. Beyond that something is broken, and to
believe it would use the counter up. Never here: where the counters are kept.
"""

MAX_EPOCH = 0xFFFF
"""Of a box's journals: two bytes of the wire."""

MAX_KEY_GENERATION = 0xFFFF
"""Of a box's keys: two bytes of the wire."""

MAX_STEP = 256
"""A key or a lost journal a week, and a copy of the database of five years before."""

MAX_COMMAND_STEP = 1 << 24
"""Of a command's number ahead of the time, in seconds: a box refuses what is further."""


def may_be(said: int, known: int) -> bool:
    """Say whether a box may be that far when this server knows of `known`."""
    return said <= known + MAX_STEP
