"""Is the car off, does it stand, does it move? What ending, pausing and handing over ask.

    off      the ignition line has been off for 5 s without a break; where no line is fitted, a
             trusted speed has been still for 60 s
    stands   a trusted speed of at most 0.5 m/s for 5 s; an unknown one stands while the line is off
    moves    a trusted speed that is surely a drive, or that is above 0.5 m/s for 3 s
    locks    off; or it stands, in a car whose line is absent or unproven: it says little of the
             engine, and a driver who walks away leaves nothing open

A car that neither stands nor moves is one that nobody can tell of: what is asked then waits. Says
nothing of the relay: immobiliser.py is law 1, with longer times and its own counts. Time is
monotonic milliseconds; every count begins anew at boot and after a time that nobody looked.
"""

from collections import namedtuple

from firmware.logic.const import const

Motion = namedtuple("Motion", ("off", "stands", "moves", "off_ms", "still_ms", "quiet_ms", "locks"))
"""`off_ms`: how long the car is off while no trusted speed moved; `still_ms`: how long a trusted
speed has been still, 0 without one; `quiet_ms`: how long the line did not change, nobody cranked
and no such speed moved, where there is no trusted speed now, else 0."""

OFF_MS = const(5_000)
STANDS_MS = const(5_000)
_OFF_WITHOUT_LINE_MS = const(60_000)
STILL_MM_S = const(500)
# A standing receiver shows more than 0.5 m/s now and then, but not this much, nor for this long.
_SURELY_MM_S = const(1_500)
_MOVES_MS = const(3_000)
# What was not looked at for longer than this was not seen unbroken.
LONGEST_BLINK_MS = const(5_000)


class Standing:
    """What the looks at one car's ignition line and speed have shown."""

    def __init__(self, now_ms: int, line_fitted: bool = True):
        """Begin with a car of which nothing is known; `line_fitted`: its ignition line is wired."""
        self._line_fitted = line_fitted
        self._looked_ms = now_ms
        self._begin_anew(now_ms)

    def look(
        self, now_ms: int, ignition_on: bool, speed_mm_s: int | None, cranked: bool = False
    ) -> None:
        """Take the raw line and the trusted speed, None when it is unknown; twice a second.

        `cranked`: the starter was asked to turn since the last look.
        """
        if now_ms - self._looked_ms > LONGEST_BLINK_MS:
            self._begin_anew(now_ms)
        self._looked_ms = now_ms
        if cranked:
            self._quiet_since_ms = now_ms
        if ignition_on:
            if self._off_since_ms is not None:
                self._quiet_since_ms = now_ms
            self._off_since_ms = None
        elif self._off_since_ms is None:
            self._off_since_ms = self._quiet_since_ms = now_ms
        if speed_mm_s is None or speed_mm_s > STILL_MM_S:
            self._still_since_ms = None
        elif self._still_since_ms is None:
            self._still_since_ms = now_ms
        if speed_mm_s is None or speed_mm_s <= STILL_MM_S:
            self._fast_since_ms = None
            return
        self._quiet_since_ms = self._moved_ms = now_ms
        if speed_mm_s >= _SURELY_MM_S:
            self._fast_since_ms = now_ms - _MOVES_MS
        elif self._fast_since_ms is None:
            self._fast_since_ms = now_ms

    def motion(self, now_ms: int, line_proven: bool = False) -> Motion:
        """What the last look showed, as it is now."""
        still_ms = _since(self._still_since_ms, now_ms)
        is_unknown = self._still_since_ms is None and self._fast_since_ms is None
        if self._line_fitted:
            off_ms = _since(self._off_since_ms, now_ms)
            is_off = self._off_since_ms is not None
            is_surely_off = is_off and off_ms >= OFF_MS
        else:
            off_ms, is_off = max(still_ms - _OFF_WITHOUT_LINE_MS, 0), False
            is_surely_off = still_ms >= _OFF_WITHOUT_LINE_MS
        stands = is_off if is_unknown else still_ms >= STANDS_MS
        says_little = not (self._line_fitted and line_proven)
        return Motion(
            is_surely_off,
            stands,
            _since(self._fast_since_ms, now_ms) >= _MOVES_MS,
            min(off_ms, now_ms - self._moved_ms),
            still_ms,
            now_ms - self._quiet_since_ms if is_unknown else 0,
            is_surely_off or (stands and says_little),
        )

    def _begin_anew(self, now_ms: int) -> None:
        self._off_since_ms = self._still_since_ms = self._fast_since_ms = None
        self._quiet_since_ms = self._moved_ms = now_ms


def _since(since_ms, now_ms: int) -> int:
    return 0 if since_ms is None else now_ms - since_ms
