"""Metres driven, from the receiver's Doppler speed, in integers. Positions never enter.

Trapezoid between successive fixes, in (mm/s x ms). A standing receiver still reports a few cm/s, so
distance counts only while the car moves; what led up to a movement is counted once the movement is
certain, so that creeping in a queue is not lost.

With the ignition off only a car that is nobody's gains metres, once it is surely carried off (a tow
truck): they are kilometres without a trip. A driver whose car stands on a ferry drives nothing.
"""

from firmware.logic.const import const

# A standing receiver shows 0.05 to 0.2 m/s, now and then more, but not for seconds on end.
_NOISE_MM_S = const(200)
# The car moves when it is surely faster than noise (also a log or a box that begins in mid-drive),
_SURELY_MOVING_MM_S = const(1500)
# or clearly faster for a while,
_MOVING_MM_S = const(500)
_MOVING_AFTER_MS = const(3000)
# or a little faster for long: a queue, a parking place.
_CREEPING_MM_S = const(250)
_CREEPING_AFTER_MS = const(10_000)
# With the ignition off: carried, no push by hand and no noise.
_CARRIED_MM_S = const(5000)
_CARRIED_AFTER_MS = const(10_000)
# It stands again when it has been this slow for a while, and that while is not counted.
_STANDING_MM_S = const(250)
_STANDING_AFTER_MS = const(3000)
# A longer gap cannot be interpolated from its ends.
_LONGEST_STEP_MS = const(10_000)
# Nothing on wheels that a badge opens; a receiver that says so is jammed.
_FASTEST_MM_S = const(90_000)

_HALF_MICROMETRES_A_METRE = const(2_000_000)  # the trapezoid is not halved


class Odometer:
    """Running metres. Attributes to read: `metres`, `moving`."""

    def __init__(self, metres: int = 0):
        """Go on from the metres the journal remembers."""
        self.metres = metres
        self.moving = False
        self._rest = 0  # below one metre, in half micrometres
        self._last_ms = 0
        self._last_mm_s = -1  # below 0: no sample to integrate from
        self._undecided = 0  # counted only if the car turns out to move, or to move on
        self._undecided_ms = 0
        self._clear_ms = 0  # how long clearly faster than noise

    def add(
        self, time_ms: int, speed_mm_s: int | None, ignition_on: bool, nobodys: bool = False
    ) -> int:
        """Take one speed at a time of the receiver's clock; return the metres gained.

        A time that does not advance is ignored; an unknown speed leaves a gap. `nobodys`: no trip
        is open.
        """
        if not ignition_on and not nobodys:
            self._forget()
            return 0
        if speed_mm_s is None or speed_mm_s > _FASTEST_MM_S:
            return 0
        step_ms = time_ms - self._last_ms
        if self._last_mm_s >= 0 and -_LONGEST_STEP_MS < step_ms <= 0:
            return 0
        distance = 0
        if self._last_mm_s >= 0 and 0 < step_ms <= _LONGEST_STEP_MS:
            distance = (self._last_mm_s + speed_mm_s) * step_ms
        else:
            step_ms = 0
        self._last_ms = time_ms
        self._last_mm_s = speed_mm_s
        return self._count(self._gate(distance, step_ms, speed_mm_s, ignition_on))

    def _gate(self, distance: int, step_ms: int, speed_mm_s: int, ignition_on: bool) -> int:
        """Return the part of the undecided distance and of this step that is proven driven."""
        self._undecided += distance
        self._undecided_ms += step_ms
        clear_mm_s = _MOVING_MM_S if ignition_on else _CARRIED_MM_S
        self._clear_ms = self._clear_ms + step_ms if speed_mm_s >= clear_mm_s else 0
        if self.moving:
            proven = speed_mm_s >= _STANDING_MM_S
            decided = proven or self._undecided_ms >= _STANDING_AFTER_MS
        elif not ignition_on:
            proven = self._clear_ms >= _CARRIED_AFTER_MS
            decided = proven or speed_mm_s < _NOISE_MM_S
        else:
            proven = (
                speed_mm_s >= _SURELY_MOVING_MM_S
                or self._clear_ms >= _MOVING_AFTER_MS
                or self._is_creeping()
            )
            decided = proven or speed_mm_s < _NOISE_MM_S
        if not decided:
            return 0
        self.moving = proven
        distance = self._undecided if proven else 0
        self._undecided = 0
        self._undecided_ms = 0
        return distance

    def _is_creeping(self) -> bool:
        return (
            self._undecided_ms >= _CREEPING_AFTER_MS
            and self._undecided >= 2 * _CREEPING_MM_S * self._undecided_ms
        )

    def _count(self, distance: int) -> int:
        self._rest += distance
        gained = self._rest // _HALF_MICROMETRES_A_METRE
        self._rest -= gained * _HALF_MICROMETRES_A_METRE
        self.metres += gained
        return gained

    def _forget(self) -> None:
        self.moving = False
        self._last_mm_s = -1
        self._undecided = self._undecided_ms = self._clear_ms = 0
