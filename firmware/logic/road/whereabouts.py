"""What the receiver said last, and for how long that says something about now.

Holds one speed (trusted_speed.py) and one position, and how far from there the car may be by now;
measures no distance (odometer.py) and sends nothing.
"""

from collections import namedtuple

from firmware.logic.const import const
from firmware.logic.road.trusted_speed import TrustedSpeed
from shared_protocol.records import NO_POSITION

Where = namedtuple("Where", ("odometer_m", "lat_e7", "lon_e7"))
"""NO_POSITION in both coordinates when the last fix is too old."""

Place = namedtuple("Place", ("lat_e7", "lon_e7", "off_m"))
"""The car is there, or within `off_m` of there."""

# What a receiver between high houses may be off; and as far as a car gets in a second.
_FIX_OFF_M = const(50)
_FASTEST_M_S = const(40)
# Long enough to leave the sky under a car park's roof, short enough to be that car park.
_POSITION_VALID_MS = const(120_000)


class Whereabouts:
    """The last fix of one car."""

    def __init__(self):
        """Know nothing."""
        self._speed = TrustedSpeed()
        self._position = (NO_POSITION, NO_POSITION)
        self._position_ms = 0
        self._sure = None  # a position whose speed is trusted: so are its time and its neighbours
        self._sure_ms = self._left_ms = 0

    def fix(self, fix, now_ms: int) -> None:
        """Take a fix of nmea.py."""
        if fix.lat_e7 is not None:
            self._position = (fix.lat_e7, fix.lon_e7)
            self._position_ms = now_ms
        self._speed.fix(fix, now_ms)
        if fix.lat_e7 is not None and self._speed.mm_s(now_ms) is not None:
            self._sure, self._sure_ms = (fix.lat_e7, fix.lon_e7), now_ms

    def place(self, now_ms: int, is_parked: bool) -> "Place | None":
        """Where the car surely is, None when nobody can say; to be asked at each look.

        `is_parked`: whether the car is known to have stood since the last look.
        """
        if not is_parked:
            self._left_ms = now_ms
        if self._sure is None:
            return None
        driven_ms = max(0, self._left_ms - self._sure_ms)
        return Place(*self._sure, _FIX_OFF_M + driven_ms * _FASTEST_M_S // 1000)

    def stay(self, now_ms: int) -> None:
        """Keep a position that is still valid: the receiver sleeps, the car is where it was."""
        if now_ms - self._position_ms <= _POSITION_VALID_MS:
            self._position_ms = now_ms

    def speed_mm_s(self, now_ms: int) -> int | None:
        """The speed as far as it is trusted, None when it is unknown."""
        return self._speed.mm_s(now_ms)

    def where(self, odometer_m: int, now_ms: int) -> Where:
        """The place for a record: without coordinates when they are too old."""
        recent = now_ms - self._position_ms <= _POSITION_VALID_MS
        return Where(odometer_m, *(self._position if recent else (NO_POSITION, NO_POSITION)))
