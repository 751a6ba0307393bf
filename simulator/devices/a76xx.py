"""A SIMCom A7670 LTE modem: its power key, its radio, and what it says.

The answers to commands are in at_commands.py. TCP connections are real ones, through network.py.
Never starts by itself: it needs power and a pulse on its PWRKEY.
"""

from collections.abc import Callable

from firmware.board import Board
from simulator.devices.at_commands import AtCommands
from simulator.devices.modem_faults import (
    FAULTS,
    POWER_KEY,
    RESTART,
    SOCKET_CLOSED,
    SUPPLY_CUT,
    Fault,
)
from simulator.network import Network
from simulator.pins import Pins
from simulator.tcp_link import TcpLink
from simulator.timeline import Timeline, Timer
from simulator.uart import SerialLine

BAUD = 115200
_POWER_ON_PULSE_S = 0.050
_POWER_OFF_PULSE_S = 2.5
_RESET_PULSE_S = 0.100
_START_S = 8.0  # from the pulse to the first banner
_SIM_READY_S = 1.0  # after that
_REGISTERED_S = 3.0
_NOTICE_LOSS_S = 20.0  # until the modem says that its bearer is gone


class A76xx:
    """The modem.

    Attributes:
        is_on: whether it has started and talks.
        registered: whether it has a cell.
        bearer: whether NETOPEN has succeeded and the modem still believes in it.
        link: the TCP connection of socket 0, if any.
        received: bytes from the server which the box has not fetched yet.
        covered: whether there is a cell to be found.
        sim: "ready", "busy" or "failure".
        faulty: what is wrong with it, see modem_faults.py.
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
        self.is_on = False
        self.registered = False
        self.bearer = False
        self.link: TcpLink | None = None
        self.received = b""
        self._timeline = timeline
        self._line = line
        self._network = network
        self._on_wire = on_wire
        self.covered = True
        self.sim = "ready"
        self.faulty = Fault(self)
        self._taken_away = False  # the supply, by a test
        self._cut = False  # the supply, by the box
        self._starting = False
        self._radio_on = True
        self._timers: list[Timer] = []
        self._held: Timer | None = None
        self._held_for_off: Timer | None = None
        self._resetting: Timer | None = None
        self._commands = AtCommands(self)
        line.on_data = self._on_data
        pins.watch(board.modem_pwrkey, self._on_pwrkey)
        pins.watch(board.modem_reset, self._on_reset)
        pins.watch(board.modem_power, self._on_power)

    # What a test or a scenario does to it

    def off(self) -> None:
        """Take its supply away: it answers nothing, and nothing can start it."""
        self._taken_away = True
        self.power_cut()

    def power_cut(self) -> None:
        """Lose power for a moment, together with the box."""
        self._go_off()
        self._end_fault(SUPPLY_CUT)

    def _go_off(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self.link is not None:
            self.link.cut()
            self.link = None
        self.received = b""
        self._starting = self.is_on = self.registered = self.bearer = False

    def on(self) -> None:
        """Give its supply back: it waits for its power key, as after any power cut."""
        self._taken_away = False

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

    def lose_link(self) -> None:
        """Lose the socket from outside, as when the operator drops it."""
        if self.link is not None:
            self.link.cut()
            self._on_close(self.link)

    # What the commands use

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

    def radio(self, on: bool) -> None:
        """Switch the radio, as AT+CFUN does."""
        self._radio_on = on
        self._radio_changed()

    def open_link(self, host: str, port: int) -> None:
        """Open socket 0."""
        link = self._network.connect(host, port)
        link.on_open = lambda success: self._on_open(link, success)
        link.on_data = self._on_received
        link.on_close = lambda: self._on_close(link)
        link.on_wire = self._on_wire
        self.link = link
        self.received = b""

    def close_link(self) -> None:
        """Close socket 0 if it is open."""
        if self.link is not None:
            self.link.close()
            self.link = None
        self._end_fault(SOCKET_CLOSED)

    def sim_is_ready(self) -> None:
        """The SIM has become ready."""
        self.sim = "ready"
        self.say("+CPIN: READY")

    def restart(self) -> None:
        """Start, as after the power key, the reset pin or AT+CRESET."""
        self._go_off()
        self._end_fault(RESTART)
        self._starting = True
        self.later(_START_S, self._start)

    # The power key and the reset pin

    def _on_pwrkey(self, level: int | None) -> None:
        for timer in (self._held, self._held_for_off):
            if timer is not None:
                timer.cancel()
        if level == 1 and not self._taken_away and not self._cut and self.faulty.hears_pins:
            self._held = self._timeline.call_later(_POWER_ON_PULSE_S, self._power_on)
            self._held_for_off = self._timeline.call_later(_POWER_OFF_PULSE_S, self._power_off)

    def _power_on(self) -> None:
        if not self.is_on and not self._starting:
            self.restart()

    def _power_off(self) -> None:
        if self.is_on:
            self._go_off()
            self._end_fault(POWER_KEY)

    def _on_power(self, level: int | None) -> None:
        self._cut = level == 1
        if self._cut:
            self.power_cut()

    def _on_reset(self, level: int | None) -> None:
        if self._resetting is not None:
            self._resetting.cancel()
        if level == 0 and self.is_on and self.faulty.hears_pins:
            self._resetting = self._timeline.call_later(_RESET_PULSE_S, self.restart)

    # Life

    def _start(self) -> None:
        self._starting = False
        self.is_on = self._radio_on = True
        self.sim = "ready"
        self._commands = AtCommands(self)
        self.faulty.started()
        self.say("*ATREADY: 1")
        if self.sim == "ready":
            self.later(_SIM_READY_S, self.sim_is_ready)
        self.later(_SIM_READY_S + 1.0, lambda: self.say("SMS DONE"))
        self.later(_SIM_READY_S + 1.5, lambda: self.say("PB DONE"))
        self._radio_changed()

    def _radio_changed(self) -> None:
        if self.covered and self._radio_on:
            if self.is_on:
                self.later(_REGISTERED_S, self._register)
            return
        self.registered = False
        if self.link is not None:
            self.link.cut()
        if self.bearer:
            self.later(_NOTICE_LOSS_S, self._notice_loss)

    def _register(self) -> None:
        self.registered = self.covered and self._radio_on and self.faulty.finds_cell

    def _notice_loss(self) -> None:
        if self.bearer and self.faulty.tells_closes:
            self.bearer = False
            self.link = None
            self.received = b""
            self.say("+CIPEVENT: NETWORK CLOSED UNEXPECTEDLY")

    # What comes in

    def _on_data(self, data: bytes) -> None:
        if self.is_on and (heard := self.faulty.hears(data)):
            self._commands.receive(heard)

    def _on_open(self, link: TcpLink, success: bool) -> None:
        if self.link is link:
            if not success:
                self.link = None
            self.say("+CIPOPEN: 0,0" if success else "+CIPOPEN: 0,1")

    def _on_received(self, data: bytes) -> None:
        first = not self.received
        self.received += data
        if first:
            self.say("+CIPRXGET: 1,0")

    def _on_close(self, link: TcpLink) -> None:
        if self.link is link and self.faulty.tells_closes:
            self.link = None
            self.say("+IPCLOSE: 0,1")
            self._end_fault(SOCKET_CLOSED)

    def _end_fault(self, event: str) -> None:
        if event in self.faulty.ended_by:
            self.fault(None)
