"""A SIMCom A7670 LTE modem: its supply, its keys, its radio, its SIM card and its one socket.

What it answers to commands is at_commands.py's, what it does wrong modem_faults.py's. TCP
connections are real ones, through network.py. Never starts by itself, unless told to be on.
"""

from collections.abc import Callable

from firmware.board import Board
from simulator.devices.modem.at_commands import AtCommands
from simulator.devices.modem.faults import (
    FAULTS,
    POWER_KEY,
    RESTART,
    SOCKET_CLOSED,
    SUPPLY_CUT,
    Fault,
)
from simulator.devices.modem.identity import ZONE_QUARTERS
from simulator.devices.modem.sim import ANNOUNCED, BUSY, READY, SIM_STATES
from simulator.devices.modem.sms_store import Message, SmsStore
from simulator.engine.network import Network
from simulator.engine.pins import Pins
from simulator.engine.tcp_link import TcpLink
from simulator.engine.timeline import US, Timeline, Timer
from simulator.engine.uart import SerialLine

BAUD = 115200
# A7670 hardware design: at least 50 ms to start, 2.5 s to switch off, the rest is typical.
_POWER_ON_PULSE_S = 0.050
_POWER_OFF_PULSE_S = 2.5
_RESET_PULSE_S = 0.100
_START_S = 8.0  # from the pulse to the first banner
# Estimates, as field logs have them.
_SIM_READY_S = 1.0  # after that
_SMS_READY_S = 1.0  # after the SIM
_PHONE_BOOK_READY_S = 0.5  # after that
_REGISTERED_S = 3.0
_NOTICE_LOSS_S = 20.0  # until the modem says that its bearer is gone
# The manual's <close_reason> of +IPCLOSE.
CLOSED_BY_REMOTE, CLOSED_FOR_SENDING_TIMEOUT = 1, 2


class A76xx:
    """The modem.

    Attributes:
        is_on: whether it has started and talks.
        registered: whether it has a cell.
        bearer: whether NETOPEN has succeeded and the modem still believes in it.
        link: the TCP connection of socket 0, if any.
        received: bytes from the server which the box has not fetched yet.
        fetched: whether the box fetches (CIPRXGET=1) or gets bytes pushed.
        covered: whether there is a cell to be found.
        signal: what AT+CSQ says of a cell, 0 to 31.
        sim: the card, one of modem_sim.SIM_STATES; `pin_tries` it grants before its PUK.
        messages: the short messages on the card.
        functionality: AT+CFUN: 0 nearly nothing, 1 all, 4 no radio.
        may_sleep: AT+CSCLK=1; it then hears nothing while DTR is high.
        character_set: of AT+CSCS.
        time_known: whether the network has told the time since the start at `started_us`.
        faulty: what is wrong with it, see modem_faults.py.
    """

    is_on: bool
    registered: bool
    bearer: bool
    functionality: int
    character_set: str

    def __init__(
        self,
        timeline: Timeline,
        line: SerialLine,
        network: Network,
        pins: Pins,
        board: Board,
        on_wire: Callable[[str, bytes], None],
    ) -> None:
        self.link: TcpLink | None = None
        self.received = b""
        self.covered = True
        self.signal = 22
        self.sim = READY
        self.pin_tries = 3
        self.messages = SmsStore()
        self.faulty = Fault(self)
        self.started_us = timeline.now_us
        self._timeline = timeline
        self._line = line
        self._network = network
        self._on_wire = on_wire
        self._coming: list[Message] = []  # what the network still keeps for it
        self._taken_away = False  # the supply, by a test
        self._cut = False  # the supply, by the box
        self._starting = False
        self._dtr_high = False
        self._timers: list[Timer] = []
        self._held: Timer | None = None
        self._held_for_off: Timer | None = None
        self._resetting: Timer | None = None
        self._go_off()
        line.on_data = self._on_data
        pins.watch(board.modem_pwrkey, self._on_pwrkey)
        pins.watch(board.modem_reset, self._on_reset)
        pins.watch(board.modem_power, self._on_power)
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
        self._end_fault(SUPPLY_CUT)

    def coverage(self, covered: bool) -> None:
        """Lose or regain the radio. A lost link stays lost; the modem notices it later."""
        self.covered = covered
        self._radio_changed()

    def fault(self, name: str | None) -> None:
        """Begin one of modem_faults.FAULTS, by name; None: well again."""
        if name is not None and name not in FAULTS:
            raise ValueError(f"a modem has no fault {name!r}")
        self.faulty = FAULTS[name](self) if name else Fault(self)
        self.faulty.begin()

    def set_sim(self, state: str) -> None:
        """Change the card's state, by hand or by a command; a modem that is on says so."""
        if state not in SIM_STATES:
            raise ValueError(f"a SIM card is never {state!r}")
        self.sim = state
        if state in ANNOUNCED:
            self.say(ANNOUNCED[state])
        self._radio_changed()

    def receive_sms(self, sender: str, text: str) -> None:
        """Have somebody send it a message; it arrives when there is a cell and room on the card."""
        now_s = self._timeline.now_us / US
        self._coming.append(Message(sender, text, now_s, ZONE_QUARTERS))
        self.deliver_messages()

    def lose_link(self, reason: int = CLOSED_BY_REMOTE) -> None:
        """Lose the socket from outside, as when the operator drops it."""
        if self.link is not None:
            self.link.cut()
            self._on_close(self.link, reason)

    def lose_bearer(self) -> None:
        """Lose the packet data context, as when the network takes it away."""
        if self.link is not None:
            self.link.cut()
        self._notice_loss()

    # What the commands use

    @property
    def now_us(self) -> int:
        """The present instant, in microseconds of Unix time."""
        return self._timeline.now_us

    def say(self, text: str) -> None:
        """Send one line of text, framed as the modem does."""
        self.send(f"\r\n{text}\r\n".encode())

    def send(self, data: bytes) -> None:
        """Send bytes to the box, unless the modem is off; its fault may spoil them."""
        if self.is_on and (said := self.faulty.says(data)):
            self._line.send(said)

    def later(self, delay_s: float, callback: Callable[[], None]) -> None:
        """Have something happen later, unless the modem loses power before."""
        self._timers = [timer for timer in self._timers if timer.callback is not None]
        self._timers.append(self._timeline.call_later(delay_s, callback))

    def set_functionality(self, number: int) -> None:
        """Switch the radio, as AT+CFUN does; after 1 it says again what is ready."""
        was, self.functionality = self.functionality, number
        if number == 1 and was != 1:
            self.later(_SIM_READY_S, self._announce_parts)
        self._radio_changed()

    def open_link(self, host: str, port: int) -> None:
        """Open socket 0."""
        link = self._network.connect(host, port)
        link.on_open = lambda success: self._on_open(link, success)
        link.on_data = lambda data: self._on_received(data, host, port)
        link.on_close = lambda: self._on_close(link, CLOSED_BY_REMOTE)
        link.on_wire = self._on_wire
        self.link = link
        self.received = b""

    def close_link(self) -> None:
        """Close socket 0 if it is open."""
        if self.link is not None:
            self.link.close()
            self.link = None
        self._end_fault(SOCKET_CLOSED)

    def restart(self) -> None:
        """Start, as after the power key, the reset pin or AT+CRESET."""
        self._go_off()
        self._end_fault(RESTART)
        self._starting = True
        self.later(_START_S, self.start)

    def switch_off(self) -> None:
        """Stop, as after a long press of the power key or AT+CPOF."""
        self._go_off()
        self._end_fault(POWER_KEY)

    def deliver_messages(self) -> None:
        """Take what the network keeps, as far as the card has room."""
        if self.is_on and self.registered:
            while self._coming and self._commands.messages.arrived(self._coming[0]):
                self._coming.pop(0)

    # The power key, the reset pin, the supply and DTR

    def _on_pwrkey(self, level: int | None) -> None:
        for timer in (self._held, self._held_for_off):
            if timer is not None:
                timer.cancel()
        if level == 1 and self.faulty.hears_pins:
            self._held = self._timeline.call_later(_POWER_ON_PULSE_S, self._power_on)
            self._held_for_off = self._timeline.call_later(_POWER_OFF_PULSE_S, self._power_off)

    def _power_on(self) -> None:
        supplied = not self._taken_away and not self._cut
        if supplied and not self.is_on and not self._starting:
            self.restart()

    def _power_off(self) -> None:
        if self.is_on:
            self.switch_off()

    def _on_reset(self, level: int | None) -> None:
        if self._resetting is not None:
            self._resetting.cancel()
        if level == 0 and self.faulty.hears_pins:
            self._resetting = self._timeline.call_later(_RESET_PULSE_S, self._reset)

    def _reset(self) -> None:
        if self.is_on:
            self.restart()

    def _on_power(self, level: int | None) -> None:
        self._cut = level == 1
        if self._cut:
            self.power_cut()

    def _on_dtr(self, level: int | None) -> None:
        self._dtr_high = level == 1

    # Life

    def start(self) -> None:
        """Be on from now; what it was told before is forgotten."""
        self._starting = False
        self.is_on = True
        self.functionality = 1
        self.started_us = self._timeline.now_us
        if self.sim == BUSY:
            self.sim = READY
        self.faulty.started()
        self.say("*ATREADY: 1")
        self.later(_SIM_READY_S, self._announce_parts)
        self._radio_changed()

    def _announce_parts(self) -> None:
        if self.sim in ANNOUNCED:
            self.say(ANNOUNCED[self.sim])
        if self.sim == READY:
            self.later(_SMS_READY_S, lambda: self.say("SMS DONE"))
            self.later(_SMS_READY_S + _PHONE_BOOK_READY_S, lambda: self.say("PB DONE"))

    def _go_off(self) -> None:
        """Stop at once: nothing that was to come comes, all settings are gone."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self.link is not None:
            self.link.cut()
            self.link = None
        self.received = b""
        self._starting = self.is_on = self.registered = self.bearer = False
        self.fetched = self.may_sleep = self.time_known = False
        self.functionality = 1
        self.character_set = "IRA"
        self._commands = AtCommands(self)

    def _radio_changed(self) -> None:
        if self.covered and self.functionality == 1 and self.sim == READY:
            if self.is_on and not self.registered:
                self.later(_REGISTERED_S, self._register)
            return
        self.registered = False
        self._commands.registration.changed()
        if self.link is not None:
            self.link.cut()
        if self.bearer:
            self.later(_NOTICE_LOSS_S, self._notice_loss)

    def _register(self) -> None:
        radio = self.covered and self.functionality == 1 and self.sim == READY
        self.registered = radio and self.faulty.finds_cell
        self.time_known = self.time_known or self.registered
        self._commands.registration.changed()
        self.deliver_messages()

    def _notice_loss(self) -> None:
        if self.bearer and self.faulty.tells_closes:
            self.bearer = False
            self.link = None
            self.received = b""
            self.say("+CIPEVENT: NETWORK CLOSED UNEXPECTEDLY")

    # What comes in

    def _on_data(self, data: bytes) -> None:
        asleep = self.may_sleep and self._dtr_high
        if self.is_on and not asleep and (heard := self.faulty.hears(data)):
            self._commands.receive(heard)

    def _on_open(self, link: TcpLink, success: bool) -> None:
        if self.link is link:
            if not success:
                self.link = None
            self.say("+CIPOPEN: 0,0" if success else "+CIPOPEN: 0,1")

    def _on_received(self, data: bytes, host: str, port: int) -> None:
        if not self.fetched:
            self.send(f"\r\nRECV FROM:{host}:{port}\r\n+IPD{len(data)}\r\n".encode() + data)
            return
        first = not self.received
        self.received += data
        if first:
            self.say("+CIPRXGET: 1,0")

    def _on_close(self, link: TcpLink, reason: int) -> None:
        if self.link is link and self.faulty.tells_closes:
            self.link = None
            self.say(f"+IPCLOSE: 0,{reason}")
            self._end_fault(SOCKET_CLOSED)

    def _end_fault(self, event: str) -> None:
        if event in self.faulty.ended_by:
            self.fault(None)
