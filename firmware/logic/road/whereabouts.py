"""What the receiver said last, and for how long that says something about now.

Holds one speed and one position; measures no distance (odometer.py) and sends nothing.
"""

from collections import namedtuple

from firmware.logic.const import const
from firmware.logic.road.trusted_speed import TrustedSpeed
from shared_protocol.records import NO_POSITION

Where = namedtuple("Where", ("odometer_m", "lat_e7", "lon_e7"))
"""NO_POSITION in both coordinates when the last fix is too old."""

# Long enough to leave the sky under a car park's roof, short enough to be that car park.
_POSITION_VALID_MS = const(120_000)


class Whereabouts:
    """The last fix of one car."""

    def __init__(self):
        """Know nothing."""
        self._speed = TrustedSpeed()
        self._position = (NO_POSITION, NO_POSITION)
        self._position_ms = 0

    def fix(self, fix, now_ms: int) -> None:
        """Take a fix of nmea.py."""
        if fix.lat_e7 is not None:
            self._position = (fix.lat_e7, fix.lon_e7)
            self._position_ms = now_ms
        self._speed.hear(fix, now_ms)

    def stay(self, now_ms: int) -> None:
        """Keep a position that is still valid: the receiver sleeps, the car is where it was."""
        if now_ms - self._position_ms <= _POSITION_VALID_MS:
            self._position_ms = now_ms

    def speed_mm_s(self, now_ms: int) -> int | None:
        """The speed, None when it is not fresh or not to be trusted."""
        return self._speed.mm_s(now_ms)

    def where(self, odometer_m: int, now_ms: int) -> Where:
        """The place for a record: without coordinates when they are too old."""
        recent = now_ms - self._position_ms <= _POSITION_VALID_MS
        return Where(odometer_m, *(self._position if recent else (NO_POSITION, NO_POSITION)))
