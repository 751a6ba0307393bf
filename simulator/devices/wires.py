"""The wires of one car: start relay, starter, doors, keys and fuel card, battery, lights, buzzer.

The start relay is latching: a pulse on its enable or inhibit coil moves it, and without power it
stays as it is. Never decides anything.
"""

from collections.abc import Callable

from firmware.board import Board
from simulator.devices.battery import Battery
from simulator.engine.pins import Pins
from simulator.engine.timeline import US, Timeline, Timer

COIL_PULSE_S = 0.020  # a shorter pulse does not move a latching relay of this size
LOCK_PULSE_S = 0.100  # what a car's central locking takes for a press of its button
CRANK_S = 0.8  # the driver holds the key, then the engine runs

FAULTS = {
    "stuck": "the relay's armature does not move",
    "welded": "its start contact never opens, whatever the armature does",
    "no_feedback": "the wire of its feedback contact is broken: it always reads inhibited",
    "reversed": "the wires of its two coils are swapped",
}


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

    Without a start relay (a door-only car) nothing interrupts the start, and the contact that
    would tell of it is tied high.

    Attributes:
        relay: "enabled" or "inhibited"; `relay_changes` holds (Unix ms, new state).
        door: "locked" or "unlocked"; `door_changes` likewise.
        signals: (Unix ms, "green" | "red" | "buzzer", 0 or 1), every change of a light or sound.
        faults: what no firmware may do to the wires, in words.
        ignition, engine_running: whether they are on.
        battery: say it with `set_battery`, `break_battery` and `draw`, for its pin to tell.
        on_relay: told the new state when the start relay has moved.
    """

    def __init__(
        self, timeline: Timeline, pins: Pins, board: Board, start_relay: bool = True
    ) -> None:
        self.relay = "inhibited" if start_relay else "enabled"
        self.on_relay: Callable[[str], None] = lambda state: None
        self.relay_changes: list[tuple[int, str]] = []
        self.door = "locked"
        self.door_changes: list[tuple[int, str]] = []
        self.signals: list[tuple[int, str, int]] = []
        self._shown: dict[str, int] = {}
        self.faults: list[str] = []
        self.ignition = False
        self.engine_running = False
        self.timeline = timeline
        self._pins = pins
        self._board = board
        pulse = Pulse
        self._start_relay = start_relay
        self._override = False
        self._keys_in = self._card_in = True
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
        self._cranking: Timer | None = None
        self.battery = Battery()
        self._fault: str | None = None
        for number in (board.ignition, board.crank, board.door_contact):
            pins.set_outside(number, 0)
        self._tell_relay()
        self._tell_holder()
        self._tell_battery()

    @property
    def starter_allowed(self) -> bool:
        """Whether the starter turns when the driver asks for it."""
        return self.relay == "enabled" or self._override or self._fault == "welded"

    # The driver's hands

    def set_ignition(self, on: bool) -> None:
        """Turn the key; off stops the engine."""
        self.ignition = on
        self._pins.set_outside(self._board.ignition, 1 if on else 0)
        if not on:
            self._end_cranking()
            self.stall()

    def crank(self) -> None:
        """Turn the key to start and hold it until the engine runs, or would have."""
        self.set_ignition(True)
        self._end_cranking()
        self._pins.set_outside(self._board.crank, 1)
        self._cranking = self.timeline.call_later(CRANK_S, self._catch)
        self._tell_battery()

    def stall(self) -> None:
        """Let the engine stop by itself; the ignition stays as it is."""
        self.engine_running = False
        self._tell_battery()

    def set_door(self, is_open: bool) -> None:
        """Open a door by hand, or shut them all."""
        self._pins.set_outside(self._board.door_contact, 1 if is_open else 0)

    def set_keys(self, in_holder: bool) -> None:
        """Take the keys out of their holder, or put them back."""
        self._keys_in = in_holder
        self._tell_holder()

    def set_fuel_card(self, in_slot: bool) -> None:
        """Take the fuel card out of its slot, or put it back."""
        self._card_in = in_slot
        self._tell_holder()

    def set_override(self, on: bool) -> None:
        """Break the seal and bridge the start contact by hand, or undo it.

        The switch's second pole tells the box, as docs/hardware.md suggests.
        """
        self._override = on
        self._tell_relay()
        self._tell_battery()

    # What may be wrong

    def set_battery(self, resting_v: float) -> None:
        """Have a battery of that voltage when nothing charges it."""
        self.battery.set_resting(resting_v)
        self._tell_battery()

    def break_battery(self, name: str | None) -> None:
        """Give the battery a fault of battery.FAULTS, or mend it."""
        self.battery.fault = name
        self._tell_battery()

    def draw(self, box_a: float, duration_s: float) -> None:
        """Let the battery feed the car, and a box that draws that much, for so long."""
        self.battery.draw(box_a, duration_s)
        self._tell_battery()

    def fault(self, name: str | None) -> None:
        """Break the relay in a way of FAULTS, or mend it."""
        if name is not None and name not in FAULTS:
            raise ValueError(f"a relay has no fault {name!r}; it has {', '.join(FAULTS)}")
        self._fault = name
        self._tell_relay()

    def _catch(self) -> None:
        """The starter has turned long enough, if the relay let it turn."""
        turned = self.starter_allowed and self.battery.turns_engine
        self._end_cranking()
        self.engine_running = self.engine_running or turned
        self._tell_battery()

    def _end_cranking(self) -> None:
        if self._cranking is not None:
            self._cranking.cancel()
            self._cranking = None
            self._pins.set_outside(self._board.crank, 0)

    def _tell_battery(self) -> None:
        turns = self._cranking is not None and self.starter_allowed
        self.battery.cranks = turns and not self.engine_running
        self.battery.charges = self.engine_running
        microvolts = round(self.battery.volts * 1_000_000 / self._board.battery_divider)
        self._pins.set_outside(self._board.battery_adc, microvolts)

    def _tell_holder(self) -> None:
        """Two contacts in series, as docs/hardware.md has them: the box reads whether all is in."""
        self._pins.set_outside(self._board.key_holder, 1 if self._keys_in and self._card_in else 0)

    def _tell_relay(self) -> None:
        closed = self.relay == "enabled" and self._fault != "no_feedback"
        self._pins.set_outside(self._board.relay_sense, 1 if closed or self._override else 0)

    def _move(self, state: str) -> None:
        if self._enable.high and self._inhibit.high:
            self.faults.append("both relay coils energised")
            return
        if self._fault == "reversed":
            state = "inhibited" if state == "enabled" else "enabled"
        if self.relay != state and self._fault != "stuck" and self._start_relay:
            self.relay = state
            self.relay_changes.append((self._now_ms(), state))
            self._tell_relay()
            self.on_relay(state)

    def _latch(self, state: str) -> None:
        self.door = state
        self.door_changes.append((self._now_ms(), state))

    def _signal(self, name: str, level: int | None) -> None:
        level = level or 0  # a pin that floats is pulled down
        if self._shown.get(name, 0) != level:
            self._shown[name] = level
            self.signals.append((self._now_ms(), name, level))

    def _now_ms(self) -> int:
        return self.timeline.now_us * 1000 // US
