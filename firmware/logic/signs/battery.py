"""What the car's battery says: how much the box may still draw from it, and what to record.

A 12 V lead-acid battery at rest and at 25 °C has 12.65 V when full, 12.45 at three quarters, 12.24
at a half, 12.06 at a quarter and 11.89 when empty (Battery Council International). The reading may
be 0.13 V off, so that 12.5 V never reads as the first limit does. What counts is the highest of a
quarter of an hour: the dip of a crank, or a lamp, changes nothing. Reads no pin; and whoever
decides of doors and relay does not know of it.
"""

from firmware.logic.const import const
from shared_protocol.records import Battery

_LIMITS_MV = (12_200, 12_000, 11_600)  # below each begins the next stage
_BACK_MV = const(300)  # above its limit a stage is over
# No battery gets there by itself: something charges it.
_CHARGING_MV = const(13_200)
# A box that runs is fed with more than this: the input is not wired.
NOT_WIRED_MV = const(5_000)
_JUDGE_AFTER_MS = const(900_000)
_TELL_EVERY_MS = const(3_600_000)


class BatteryStage:
    """Attribute to read: `stage`.

    0: nothing is wrong. 1: somebody is told. 2: a parked box connects once an hour. 3: it does not
    until the battery is charged, and badge and relay live longest.
    """

    def __init__(self, now_ms: int):
        """Nothing is known, and nothing wrong."""
        self.stage = 0
        self._judged_ms = self._told_ms = now_ms
        self._highest_mv = 0  # since it was judged
        self._lowest_mv = 0xFFFF  # since it was told

    def read(self, millivolts: int, now_ms: int) -> tuple:
        """Take a reading; return the record, when one is due."""
        if millivolts < NOT_WIRED_MV:
            if not self.stage or now_ms - self._judged_ms < 2 * _JUDGE_AFTER_MS:
                return ()
            self.stage = 0  # who cuts the wire does not keep the box off the air
            return (Battery(0, 0, 0),)
        self._highest_mv = highest_mv = max(self._highest_mv, millivolts)
        self._lowest_mv = min(self._lowest_mv, millivolts)
        charges = self.stage and millivolts >= _CHARGING_MV
        if not charges and now_ms - self._judged_ms < _JUDGE_AFTER_MS:
            return ()
        was = self.stage
        self.stage = max(stage_of(highest_mv), min(was, stage_of(highest_mv - _BACK_MV)))
        self._judged_ms, self._highest_mv = now_ms, 0
        if self.stage == was and now_ms - self._told_ms < _TELL_EVERY_MS:
            return ()
        record = Battery(self.stage, highest_mv, self._lowest_mv)
        self._told_ms, self._lowest_mv = now_ms, 0xFFFF
        return (record,)


def stage_of(millivolts: int) -> int:
    """The stage of a battery that has that much at rest."""
    return sum([millivolts < limit_mv for limit_mv in _LIMITS_MV])
