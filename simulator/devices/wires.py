"""The wires of one car: start relay, doors, ignition, lights and buzzer. Never decides anything.

The start relay is latching: a pulse on its enable or inhibit coil moves it, and without power it
stays as it is.
"""

from collections.abc import Callable

from firmware.board import Board
from simulator.pins import Pins
from simulator.timeline import US, Timeline, Timer

COIL_PULSE_S = 0.020  # a shorter pulse does not move a latching relay of this size
LOCK_PULSE_S = 0.100  # what a car's central locking takes for a press of its button


class Pulse:
    """Watches a pin and calls `act` once it has been high for the time that the coil needs."""

    def __init__(
        self, timeline: Timeline, pins: Pins, number: int, needed_s: float, act: Callable[[], None]
    ) -> None:
        self.high = False
        self._timeline = timeline
        self._needed_s = needed_s
        self._act = act
        self._timer: Timer | None = None
        pins.watch(number, self._on_level)

    def _on_level(self, level: int | None) -> None:
        self.high = level == 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.high:
            self._timer = self._timeline.call_later(self._needed_s, self._act)


class Wires:
    """What a car's wiring does with the box's pins.

    Attributes:
        relay: "enabled" or "inhibited"; `relay_changes` holds (Unix ms, new state).
        door: "locked" or "unlocked"; `door_changes` likewise.
        signals: (Unix ms, "green" | "red" | "buzzer", 0 or 1), every change of a light or sound.
        faults: what no firmware may do to the wires, in words.
    """

    def __init__(self, timeline: Timeline, pins: Pins, board: Board) -> None:
        self.relay = "inhibited"
        self.relay_changes: list[tuple[int, str]] = []
        self.door = "locked"
        self.door_changes: list[tuple[int, str]] = []
        self.signals: list[tuple[int, str, int]] = []
        self.faults: list[str] = []
        self.ignition = False
        self.timeline = timeline
        self._pins = pins
        self._board = board
        pulse = Pulse
        self._enable = pulse(
            timeline, pins, board.relay_enable, COIL_PULSE_S, lambda: self._move("enabled")
        )
        self._inhibit = pulse(
            timeline, pins, board.relay_inhibit, COIL_PULSE_S, lambda: self._move("inhibited")
        )
        pulse(timeline, pins, board.door_unlock, LOCK_PULSE_S, lambda: self._latch("unlocked"))
        pulse(timeline, pins, board.door_lock, LOCK_PULSE_S, lambda: self._latch("locked"))
        for name, number in (
            ("green", board.led_green),
            ("red", board.led_red),
            ("buzzer", board.buzzer),
        ):
            pins.watch(number, lambda level, name=name: self._signal(name, level))  # type: ignore[misc]
        pins.set_outside(board.ignition, 0)
        pins.set_outside(board.relay_sense, 0)

    @property
    def starter_allowed(self) -> bool:
        """Whether the starter turns when the driver asks for it."""
        return self.relay == "enabled"

    def set_ignition(self, on: bool) -> None:
        """The driver turns the key."""
        self.ignition = on
        self._pins.set_outside(self._board.ignition, 1 if on else 0)

    def _move(self, state: str) -> None:
        if self._enable.high and self._inhibit.high:
            self.faults.append("both relay coils energised")
        elif self.relay != state:
            self.relay = state
            self.relay_changes.append((self._now_ms(), state))
            self._pins.set_outside(self._board.relay_sense, 1 if state == "enabled" else 0)

    def _latch(self, state: str) -> None:
        self.door = state
        self.door_changes.append((self._now_ms(), state))

    def _signal(self, name: str, level: int | None) -> None:
        self.signals.append((self._now_ms(), name, level or 0))

    def _now_ms(self) -> int:
        return self.timeline.now_us * 1000 // US
