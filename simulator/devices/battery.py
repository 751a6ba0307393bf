"""A car's battery, lead-acid of 12 V: how full it is, and what voltage that makes under its load.

Who cranks, charges or draws is told from outside. Knows no pin, and decides nothing.
"""

from itertools import pairwise

_CAPACITY_AH = 60.0
_OLD_AH = 20.0
_RESISTANCE_OHM = 0.02
_CRANKING_DROP_V = 2.9
_OLD_CRANKING_DROP_V = 4.5
_TURNS_FROM_V = 7.0  # below, a starter does not turn an engine any more
_CHARGING_V = 14.2
_CHARGING_A = 20.0
_LIGHTS_A = 5.0  # side lights and what goes with them
_CAR_A = 0.025  # a parked car: alarm, key receiver, clock
_NEW_V = 12.6
# At rest, by the share of its charge that is left (Battery Council International); below none it
# falls fast, and what then is left is of no use to it.
_AT_REST = ((-0.1, 9.5), (0.0, 11.89), (0.25, 12.06), (0.5, 12.24), (0.75, 12.45), (1.0, 12.65))

FAULTS = {
    "old": "a third of its charge fits, and a crank pulls it far down",
    "lights_left_on": "the lights draw 5 A, whether the engine runs or not",
}


class Battery:
    """Attributes to set: `cranks`, `charges`, and `fault`, of FAULTS or None."""

    def __init__(self) -> None:
        self.cranks = False
        self.charges = False
        self.fault: str | None = None
        self._charge = 0.0  # the share that is left
        self.set_resting(_NEW_V)

    @property
    def volts(self) -> float:
        """What its poles have now."""
        if self.charges:
            return _CHARGING_V
        drop_v = _OLD_CRANKING_DROP_V if self.fault == "old" else _CRANKING_DROP_V
        resting_v = _between([(share, volts) for share, volts in _AT_REST], self._charge)
        return resting_v - self._load_a * _RESISTANCE_OHM - (drop_v if self.cranks else 0.0)

    @property
    def turns_engine(self) -> bool:
        """Whether it is still strong enough for the starter that cranks."""
        return self.volts >= _TURNS_FROM_V

    def set_resting(self, volts: float) -> None:
        """Be so full that it has this voltage at rest."""
        self._charge = _between([(volts, share) for share, volts in _AT_REST], volts)

    def draw(self, box_a: float, duration_s: float) -> None:
        """Let time pass in which the box draws that much, beside what the car does."""
        into_a = (_CHARGING_A if self.charges else 0.0) - self._load_a - _CAR_A - box_a
        capacity_ah = _OLD_AH if self.fault == "old" else _CAPACITY_AH
        charge = self._charge + into_a * duration_s / 3600 / capacity_ah
        self._charge = min(max(charge, _AT_REST[0][0]), _AT_REST[-1][0])

    @property
    def _load_a(self) -> float:
        return _LIGHTS_A if self.fault == "lights_left_on" else 0.0


def _between(points: list[tuple[float, float]], at: float) -> float:
    """Read a line through rising points, held at its ends."""
    at = min(max(at, points[0][0]), points[-1][0])
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    raise AssertionError("beyond its end")
