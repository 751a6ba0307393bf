"""A SIMCom A7670 LTE modem: its keys, its lines and its life; puts its parts together.

The parts share state.py's State and take what else they need by name. What it answers to commands
is theirs, what it does wrong faults.py's. Never starts by itself, unless told to be on.
"""

from collections.abc import Callable

from firmware.board import Board
from simulator.devices.modem.at_commands import AtCommands
from simulator.devices.modem.at_results import framed
from simulator.devices.modem.context import PacketData
from simulator.devices.modem.faults import (
    FAULTS,
    POWER_KEY,
    RESTART,
    SUPPLY_CUT,
    Fault,
    Health,
    Joints,
)
from simulator.devices.modem.identity import ZONE_QUARTERS, Identity
from simulator.devices.modem.messages import Messages
from simulator.devices.modem.network import Registration
from simulator.devices.modem.radio import Radio
from simulator.devices.modem.sim import Sim
from simulator.devices.modem.sms_store import Message
from simulator.devices.modem.state import BUSY, READY, State
from simulator.devices.modem.tcp import TcpCommands
from simulator.devices.modem.tcp_socket import TcpSocket
from simulator.engine.network import Network
from simulator.engine.pins import Pins
from simulator.engine.timeline import US, Timeline, Timer
from simulator.engine.uart import SerialLine

BAUD = 115200
# A7670 hardware design: at least 50 ms to start, 2.5 s to switch off, 2 s to reset; the rest is
# typical.
_POWER_ON_PULSE_S = 0.050
_POWER_OFF_PULSE_S = 2.5
_RESET_PULSE_S = 2.0
_START_S = 8.0  # from the pulse to the first banner
_RING_S = 0.060  # RI is low for that long at a message of the modem's own, else high
_WAKING_S = 0.040  # an estimate: what comes sooner after DTR went low is lost


class A76xx:
    """The modem.

    Attributes:
        state: what it is now.
        starts: how often it has started.
        coverage, set_sim, unlock_sim: of radio.py.
        lose_link, lose_bearer, close_link: of tcp_socket.py.
    """

    def __init__(
        self,
        timeline: Timeline,
        line: SerialLine,
        network: Network,
        pins: Pins,
        board: Board,
        on_wire: Callable[[str, bytes], None],
    ) -> None:
        self.state = State(timeline.now_us)
        self.starts = 0
        self._timeline = timeline
        self._line = line
        self._health = Health()
        self._socket = TcpSocket(
            self.state, self._health, network, self._tell, self._later, on_wire
        )
        self._radio = Radio(
            self.state,
            self._health,
            self._say,
            self._later,
            self._registration_changed,
            self._socket.lose_cell,
        )
        self.coverage = self._radio.coverage
        self.set_sim = self._radio.set_sim
        self.unlock_sim = self._radio.unlock_sim
        self.lose_link = self._socket.lose
        self.lose_bearer = self._socket.lose_bearer
        self.close_link = self._socket.close
        self._joints = Joints(
            self._later,
            self._radio.set_sim,
            self._radio.set_functionality,
            self._radio.lose_cell,
            self._socket.lose,
            self.restart,
        )
        self._taken_away = False  # the supply, by a test
        self._pins = pins
        self._ri = board.modem_ri
        self._ringing: Timer | None = None
        self._deaf_until_us = 0
        self._starting = False
        self._dtr_high = False
        self._timers: list[Timer] = []
        self._held: Timer | None = None
        self._held_for_off: Timer | None = None
        self._resetting: Timer | None = None
        self._go_off()
        pins.set_outside(self._ri, 1)
        line.on_data = self._on_data
        pins.watch(board.modem_pwrkey, self._on_pwrkey)
        pins.watch(board.modem_reset, self._on_reset)
        pins.watch(board.modem_dtr, self._on_dtr)

    # What a test or a scenario does to it

    def off(self) -> None:
        """Take its supply away: it answers nothing, and nothing can start it."""
        self._taken_away = True
        self.power_cut()

    def on(self) -> None:
        """Give its supply back: it waits for its power key, as after any power cut."""
        self._taken_away = False

    def power_cut(self) -> None:
        """Lose power for a moment, together with the box."""
        self._go_off()
        self._health.happened(SUPPLY_CUT)

    @property
    def faulty(self) -> Fault:
        """What is wrong with it."""
        return self._health.fault

    def fault(self, name: str | None) -> None:
        """Begin one of FAULTS, by name; None: well again."""
        if name is not None and name not in FAULTS:
            raise ValueError(f"a modem has no fault {name!r}")
        self._health.set(name).begin(self._joints)

    def receive_sms(self, sender: str, text: str) -> None:
        """Have somebody send it a message; it arrives when there is a cell and room on the card."""
        now_s = self._timeline.now_us / US
        self.state.coming.append(Message(sender, text, now_s, ZONE_QUARTERS))
        self._messages.deliver()

    # The line

    def _say(self, text: str) -> None:
        """Say one line of text unasked, framed as the modem does."""
        self._tell(framed(text))

    def _tell(self, data: bytes) -> None:
        """Say something unasked, with a pulse on RI."""
        self._send(data)
        if self.state.is_on and self._ringing is None:
            self._pins.set_outside(self._ri, 0)
            self._ringing = self._timeline.call_later(_RING_S, self._ring_ends)

    def _ring_ends(self) -> None:
        self._ringing = None
        self._pins.set_outside(self._ri, 1)

    def _send(self, data: bytes) -> None:
        """Send bytes to the box, unless the modem is off; its fault may spoil or delay them."""
        fault = self._health.fault
        if not self.state.is_on or not (said := fault.says(data)):
            return
        if fault.late_s:
            self._later(fault.late_s, lambda: self._line.send(said))
        else:
            self._line.send(said)

    @property
    def sleeps(self) -> bool:
        """Whether it may sleep and does: it hears nothing."""
        return self.state.may_sleep and self._dtr_high

    def _on_data(self, data: bytes) -> None:
        deaf = self.sleeps or self._timeline.now_us < self._deaf_until_us
        if self.state.is_on and not deaf and (heard := self._health.fault.hears(data)):
            self._commands.receive(heard)

    # The power key, the reset pin and DTR

    def _on_pwrkey(self, level: int | None) -> None:
        for timer in (self._held, self._held_for_off):
            if timer is not None:
                timer.cancel()
        if level == 1 and self._health.fault.hears_key:
            self._held = self._timeline.call_later(_POWER_ON_PULSE_S, self._power_on)
            self._held_for_off = self._timeline.call_later(_POWER_OFF_PULSE_S, self._power_off)

    def _power_on(self) -> None:
        if not self._taken_away and not self.state.is_on and not self._starting:
            self.restart()

    def _power_off(self) -> None:
        if self.state.is_on:
            self._switch_off()

    def _on_reset(self, level: int | None) -> None:
        if self._resetting is not None:
            self._resetting.cancel()
        if level == 0 and self._health.fault.hears_reset:
            self._resetting = self._timeline.call_later(_RESET_PULSE_S, self._reset)

    def _reset(self) -> None:
        if self.state.is_on:
            self.restart()

    def _on_dtr(self, level: int | None) -> None:
        if self.sleeps and level != 1:
            self._deaf_until_us = self._timeline.now_us + round(_WAKING_S * US)
        self._dtr_high = level == 1

    # Life

    def restart(self) -> None:
        """Start, as after the power key, the reset pin or AT+CRESET."""
        self._go_off()
        self._health.happened(RESTART)
        self._starting = True
        self._later(_START_S, self.start)

    def start(self) -> None:
        """Be on from now; what it was told before is forgotten."""
        self._starting = False
        self.starts += 1
        self.state.is_on = True
        self.state.functionality = 1
        self.state.started_us = self._timeline.now_us
        if self.state.sim == BUSY:
            self.state.sim = READY
        self._health.fault.started(self.state, self._joints)
        self._say("*ATREADY: 1")
        self._radio.start()

    def _switch_off(self) -> None:
        """Stop, as after a long press of the power key or AT+CPOF."""
        self._go_off()
        self._health.happened(POWER_KEY)

    def _go_off(self) -> None:
        """Stop at once: nothing that was to come comes, all settings are gone."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._socket.cut()
        self._starting = False
        self.state.lose_power()
        self._registration = Registration(self.state, self._say)
        self._messages = Messages(self.state, self._say)
        groups = (
            Identity(
                self.state,
                self._timeline,
                self._later,
                self._radio.set_functionality,
                self.restart,
                self._switch_off,
            ),
            Sim(self.state, self._later, self._radio.set_sim),
            self._registration,
            PacketData(self.state, self._radio.attach),
            TcpCommands(self.state, self._health, self._socket, self._say, self._later),
            self._messages,
        )
        self._commands = AtCommands(
            self._send,
            self._later,
            lambda command: self._health.fault.answers(command, self.state),
            (group.table for group in groups),
        )

    def _later(self, delay_s: float, callback: Callable[[], None]) -> None:
        """Have something happen later, unless the modem loses power before."""
        self._timers = [timer for timer in self._timers if timer.callback is not None]
        self._timers.append(self._timeline.call_later(delay_s, callback))

    def _registration_changed(self) -> None:
        self._registration.changed()
        self._messages.deliver()
