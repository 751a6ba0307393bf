"""What stands around the shipped parts in the walk's car: chip, line, signs, recorder.

Each answers at once and says what it did; `car` is model.py's. Decides and judges nothing.
"""

from typing import Any

from firmware.logic.access.immobiliser import Immobiliser
from firmware.logic.access.ration import Ration
from firmware.logic.signs.ignition_line import IgnitionLine
from firmware.tasks.recorder import Recorder
from firmware.tasks.signs import Signs
from shared_protocol.records import Battery, Refusal


class Chip:
    """The poller that waits, the chip that sleeps instead, and a modem that sleeps already."""

    register = modify = unregister = None
    asleep, drives = True, False
    line_wakes = True
    slept_ms = 0

    def ipoll(self, timeout_ms: int) -> tuple[()]:
        return ()

    def poll(self, timeout_ms: int) -> tuple[()]:
        return ()

    def speed_up(self) -> None:
        """To no effect."""

    def sleep(self, duration_ms: int) -> bool:
        """It has fallen asleep: what wakes it is an event."""
        self.slept_ms = duration_ms
        return False


class Line:
    """The ignition's, as ignition.py reads it: `on` once two looks in a row have found the same."""

    fitted = True

    def __init__(self, car: Any):
        self._car = car

    @property
    def on(self) -> bool:
        return self._car.line_steady

    def look(self) -> bool:
        car = self._car
        edge, car.edge = car.edge, False
        if car.on == car.line_last and not edge:
            car.line_steady = car.on
        car.line_last = car.on
        return car.on or edge


class SeveralSigns(Immobiliser):
    """The shipped one, with signs beside the receiver's."""

    car: Any

    def sense(self, now_ms: int, ignition_on: bool, signs: tuple) -> None:
        super().sense(now_ms, ignition_on, signs + self.car.speeds[1:])


class FixedSigns(Signs):
    """Signs that know whether the line is proven, and tell nothing."""

    cranked = False

    def __init__(self, line: IgnitionLine, car: Any):
        super().__init__(ignition_line=line, cranked=lambda: False, state_store=car, now_ms=car.now)
        self._proven = car.setting.proven
        self.contradictions: Any = self

    def prove(self, *look: Any) -> bool:
        return self._proven

    def tell(self, now_ms: int, **look: Any) -> tuple[()]:
        return ()

    def look(self, now_ms: int, **look: Any) -> tuple[()]:
        return ()

    def begin_trip(self) -> None:
        """It tells nothing."""

    def inhibits(self) -> None:
        """It tells nothing."""


class ToldRecorder(Recorder):
    """The shipped one; tells the records. No day here has more refusals than its ration."""

    car: Any

    def write(self, records, now_ms: int) -> bool:
        self.car.did.extend(records)
        self._refusals = Ration()
        is_kept = super().write(records, now_ms)
        may_lose = self.car.flash_full or (not self.car.has_room and _is_outweighed(records))
        assert is_kept or may_lose, "the model's flash lost a record"
        return is_kept


def _is_outweighed(records: Any) -> bool:
    return all(isinstance(record, (Refusal, Battery)) for record in records)
