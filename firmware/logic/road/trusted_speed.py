"""The receiver's speed as far as it can be trusted; None where it cannot.

Not trusted: a speed that is old, whose receiver's time stands still, or that the receiver's own
positions contradict. A lone second of motion of a car that stands is what a standing receiver
shows (reflections), no motion: a car cannot set off and stop within a second. What stood is still
known to stand for the moment that a receiver needs to find its satellites again. Measures no
distance for anybody (odometer.py).
"""

from firmware.logic.const import const
from firmware.logic.road.distance import metres

# Slower than any walk; above what a standing receiver mostly shows.
STILL_MM_S = const(500)

# A receiver that has said nothing for three of its periods says nothing about now.
_VALID_MS = const(3_000)
# Of a car that has stood for a while: a loss of a second and a hot start.
_STOOD_MS = const(5_000)
_STANDING_VALID_MS = const(10_000)
# Reflections that last a few seconds show less than this, a car that sets off shows more: in
# mm, beside two fixes a second apart.
_SETS_OFF_MM = const(2_000)
_SETS_OFF_MS = const(1_000)

# So far on its speed, and not left this circle: less than the turning circle of a car.
_CLAIMED_M = const(40)
_CIRCLE_M = const(8)
# So far by its positions within a minute, beyond what its speed explains: reflections do less.
_STRAYED_M = const(60)
_WINDOW_MS = const(60_000)


class TrustedSpeed:
    """What one receiver's fixes say of the car's speed."""

    def __init__(self):
        """Know nothing."""
        self._mm_s = None
        self._said_ms = 0
        self._time_ms = None  # the receiver's, of the last fix
        self._stood_since_ms = None
        self._fast_since_ms = None  # the receiver's time
        self._fast_um = 0  # mm/s x ms since then
        self._stuck = _Stuck()
        self._strayed = _Strayed()

    def fix(self, fix, now_ms: int) -> None:
        """Take a fix of nmea.py."""
        time_ms = fix.time_s * 1000 + fix.millisecond
        step_ms = None if self._time_ms is None else time_ms - self._time_ms
        if step_ms is not None and step_ms <= 0:
            self._time_ms = time_ms
            return
        if fix.speed_mm_s is None:
            return
        self._time_ms = time_ms
        if step_ms is None or step_ms > _VALID_MS:
            step_ms = 0
        if fix.lat_e7 is not None:
            self._stuck.add(fix, step_ms)
            self._strayed.add(fix, step_ms)
        if self._stuck.found or self._strayed.found:
            self._mm_s = self._stood_since_ms = self._fast_since_ms = None
            return
        self._judge(fix.speed_mm_s, step_ms, time_ms, now_ms)
        self._said_ms = now_ms

    def mm_s(self, now_ms: int) -> int | None:
        """The speed, None when it is unknown."""
        valid_ms = _STANDING_VALID_MS if self._stood(self._said_ms) else _VALID_MS
        return self._mm_s if now_ms - self._said_ms <= valid_ms else None

    def _stood(self, at_ms: int) -> bool:
        return self._stood_since_ms is not None and at_ms - self._stood_since_ms >= _STOOD_MS

    def _judge(self, mm_s: int, step_ms: int, time_ms: int, now_ms: int) -> None:
        if self.mm_s(now_ms) is None:  # nothing is known of the time between
            self._stood_since_ms = None
        if mm_s <= STILL_MM_S:
            if self._stood_since_ms is None:
                self._stood_since_ms = now_ms
            self._fast_since_ms = None
            self._mm_s = mm_s
            return
        if self._fast_since_ms is None:
            self._fast_since_ms = time_ms
            self._fast_um = 0
        self._fast_um += mm_s * step_ms
        sets_off = (
            time_ms - self._fast_since_ms >= _SETS_OFF_MS and self._fast_um >= _SETS_OFF_MM * 1000
        )
        if sets_off or not self._stood(now_ms):
            self._stood_since_ms = None
            self._mm_s = mm_s


class _Stuck:
    """Positions that stay where they are while the speed says that the car goes."""

    def __init__(self):
        self.found = False
        self._at = None
        self._claimed_um = 0

    def add(self, fix, step_ms: int) -> None:
        if self._at is None or metres(self._at, fix) > _CIRCLE_M:
            self._at = fix
            self._claimed_um = 0
            self.found = False
        elif fix.speed_mm_s > STILL_MM_S:
            self._claimed_um += fix.speed_mm_s * step_ms
            self.found = self._claimed_um >= _CLAIMED_M * 1_000_000
        elif self.found:  # it says now that it stands, as its positions do
            self._claimed_um = 0
            self.found = False


class _Strayed:
    """Positions that go where the speed does not.

    One leap is a receiver that finds its place; two within a minute are none.
    """

    def __init__(self):
        self.found = False
        self._at = self._last = None
        self._leapt_ms = _WINDOW_MS  # how long ago
        self._window_ms = 0
        self._claimed_um = 0

    def add(self, fix, step_ms: int) -> None:
        last, self._last = self._last, fix
        moved_um = fix.speed_mm_s * step_ms
        self._window_ms += step_ms
        self._claimed_um += moved_um
        self._leapt_ms += step_ms
        if last is None or _beyond(last, fix, moved_um):
            if last is not None:
                self.found = self.found or self._leapt_ms < _WINDOW_MS
                self._leapt_ms = 0
            self._begin(fix)
        elif _beyond(self._at, fix, self._claimed_um):
            self.found = True
            self._begin(fix)
        elif self._window_ms >= _WINDOW_MS:
            self.found = False
            self._begin(fix)

    def _begin(self, fix) -> None:
        self._at = fix
        self._window_ms = self._claimed_um = 0


def _beyond(start, end, claimed_um: int) -> bool:
    """Whether the way between two fixes is longer than the speed explains."""
    return metres(start, end) > _STRAYED_M + claimed_um * 3 // 2_000_000
