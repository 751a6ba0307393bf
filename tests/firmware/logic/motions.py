"""What a test says a car does; namedtuples of MicroPython have no `_replace`."""

from firmware.logic.road.standing import Motion


def motion_of(
    *, off=False, stands=False, moves=False, off_ms=0, still_ms=0, quiet_ms=0, locks=False
):
    """A car of which nothing is known but this."""
    return Motion(off, stands, moves, off_ms, still_ms, quiet_ms, locks)
