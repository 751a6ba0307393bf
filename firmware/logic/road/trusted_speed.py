"""Can the receiver's speed be believed? Not when its time stands, or its positions contradict it.

A receiver that hangs repeats its last sentence; one that is deceived, or whose speed is frozen,
says 0 while its positions drive on. Its speed is then unknown, which is not zero. Integers only.
Measures no distance for the books (odometer.py) and tells no position.
"""

from math import cos, radians

from firmware.logic.const import const

# A receiver that has said nothing for three of its periods says nothing about now.
_VALID_MS = const(3_000)
# A clock that goes back further was set: what it says next advances again.
_SET_BACK_MS = const(10_000)
# So long are positions and speed held against each other.
_WINDOW_MS = const(10_000)
# What positions may wander in that time, also between high houses.
_WANDER_MM = const(50_000)
# A drive this long that ends where it began, to the width of a road, was none.
_DRIVE_MM = const(150_000)
_SPOT_MM = const(3_000)
_TENTH_MM_A_UNIT = const(111)  # of latitude, 1e-7 degrees


class TrustedSpeed:
    """The last speed of one receiver."""

    def __init__(self):
        """Know nothing."""
        self._speed_mm_s = None
        self._speed_ms = 0
        self._time_ms = 0  # of the receiver's clock
        self._anchor = None  # (receiver's time, lat_e7, lon_e7), where the window begins
        self._driven_mm = 0  # since then, as the speed has it
        self._doubted_until_ms = 0  # by the receiver's clock

    def hear(self, fix, now_ms: int) -> None:
        """Take a fix of nmea.py; one whose time does not advance says nothing."""
        time_ms = fix.time_s * 1000 + fix.millisecond
        step_ms = time_ms - self._time_ms
        if -_SET_BACK_MS < step_ms <= 0:
            return
        self._time_ms = time_ms
        if fix.speed_mm_s is None:
            self._anchor = None
            return
        faster_mm_s = max(fix.speed_mm_s, self._speed_mm_s or 0)
        self._speed_mm_s, self._speed_ms = fix.speed_mm_s, now_ms
        if fix.lat_e7 is None:
            self._anchor = None
        elif self._anchor is None or not 0 < step_ms <= _WINDOW_MS:
            self._begin(fix, time_ms)
        else:
            self._driven_mm += faster_mm_s * step_ms // 1000
            self._compare(fix, time_ms)

    def mm_s(self, now_ms: int) -> int | None:
        """The speed, None when it is not fresh or not to be believed."""
        if now_ms - self._speed_ms > _VALID_MS or self._time_ms < self._doubted_until_ms:
            return None
        return self._speed_mm_s

    def _begin(self, fix, time_ms: int) -> None:
        self._anchor = (time_ms, fix.lat_e7, fix.lon_e7)
        self._driven_mm = 0
        if self._doubted_until_ms > time_ms + _WINDOW_MS:  # the clock was set back
            self._doubted_until_ms = time_ms + _WINDOW_MS

    def _compare(self, fix, time_ms: int) -> None:
        began_ms, lat_e7, lon_e7 = self._anchor
        north_mm = (fix.lat_e7 - lat_e7) * _TENTH_MM_A_UNIT // 10
        east_mm = int((fix.lon_e7 - lon_e7) * cos(radians(lat_e7 / 1e7))) * _TENTH_MM_A_UNIT // 10
        apart_mm2 = north_mm * north_mm + east_mm * east_mm
        whole = time_ms - began_ms >= _WINDOW_MS
        most_mm = self._driven_mm + _WANDER_MM
        if apart_mm2 > most_mm * most_mm or (
            whole and self._driven_mm > _DRIVE_MM and apart_mm2 < _SPOT_MM * _SPOT_MM
        ):
            self._doubted_until_ms = time_ms + _WINDOW_MS
            self._begin(fix, time_ms)
        elif whole:
            self._begin(fix, time_ms)
