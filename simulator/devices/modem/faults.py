"""What modems do wrong in the field, each by its name.

A fault is told of everything that it may spoil and says what becomes of it. It never touches the
line or the network by itself: the modem's parts do what it lets them do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from simulator.devices.modem.state import BUSY, FAILURE, READY, Later, State

# What can end a fault. Cutting the supply also restarts, and so does the power key.
SOCKET_CLOSED = "socket closed"
RESTART = "restart"  # the reset pin, AT+CRESET, AT+CFUN=1,1
POWER_KEY = "power key"
SUPPLY_CUT = "supply cut"
_ANY_START = frozenset((RESTART, POWER_KEY, SUPPLY_CUT))

_LONG_REPLY_BYTES = 128  # what the FIFO of an ESP32's UART holds
_OVERFLOWN_BYTES = 16


@dataclass(frozen=True)
class Joints:
    """Where a fault takes hold of the modem, beside its state."""

    later: Later
    set_sim: Callable[[str], None]
    set_functionality: Callable[[int], None]
    lose_cell: Callable[[], None]  # for a moment
    lose_link: Callable[[], None]


class Fault:
    """A modem that is well; the faults below change what differs.

    Attributes:
        meaning: one line for a person.
        ended_by: what ends it besides healing it.
        finds_cell, opens_sockets, sends, tells_closes, hears_key, hears_reset: what still works.
        over: whether it has ended.
    """

    meaning = "well"
    ended_by: ClassVar[frozenset[str]] = frozenset()
    finds_cell = True
    opens_sockets = True
    sends = True
    tells_closes = True
    hears_key = True
    hears_reset = True
    over = False

    def begin(self, joints: Joints) -> None:
        """The fault sets in."""

    def started(self, state: State, joints: Joints) -> None:
        """The modem has just started, before its first banner."""

    def hears(self, data: bytes) -> bytes:
        """Return what of the box's bytes gets through to the modem."""
        return data

    def answers(self, command: str, state: State) -> str | None:
        """Return all that is said to a command; None: what the modem says."""
        return None

    def says(self, data: bytes) -> bytes:
        """Return what of the modem's bytes gets out."""
        return data


class Silent(Fault):
    """Hears nothing, says nothing."""

    meaning = "answers nothing, until it is healed"

    def hears(self, data: bytes) -> bytes:
        """Nothing gets through."""
        return b""

    def says(self, data: bytes) -> bytes:
        """Nothing gets out."""
        return b""


class MuteUntilPowerCut(Silent):
    """T-SIM7000G#53: silent after a day, until the power was removed."""

    meaning = "mute; neither the power key nor the reset pin helps, only cutting its supply"
    ended_by = frozenset((SUPPLY_CUT,))
    hears_key = False
    hears_reset = False


class HungUntilReset(Silent):
    """arduino-esp32#9907: nothing but a reset as long as the manual's revives it."""

    meaning = "mute; the power key does not help, only 2 s of the reset pin"
    ended_by = frozenset((RESTART, SUPPLY_CUT))
    hears_key = False


class Error(Fault):
    """A command interpreter that has lost its way."""

    meaning = "ERROR to everything, until it is healed"

    def answers(self, command: str, state: State) -> str | None:
        """Refuse it."""
        return "ERROR"


class UrcInReply(Fault):
    """TinyGSM#62, #197: a message of its own between a command and its reply."""

    meaning = "a URC swallows a reply, then ERROR until the socket is closed or the modem restarted"
    ended_by = _ANY_START | {SOCKET_CLOSED}
    struck = False

    def answers(self, command: str, state: State) -> str | None:
        """Strike at the first command; refuse the others but those that end the fault."""
        if not self.struck:
            self.struck = True
            return "+CIPRXGET: 1,0" if state.link else "+CREG: 1"
        if command.startswith(("AT+CIPCLOSE=", "AT+NETCLOSE", "AT+CRESET", "AT+CFUN=1,1")):
            return None
        return "ERROR"


class FreezeAfterUrc(UrcInReply):
    """The same, with the worse end."""

    meaning = "a URC swallows a reply, then mute until the reset pin, the power key or the supply"
    ended_by = _ANY_START

    def hears(self, data: bytes) -> bytes:
        """Hear nothing once it has frozen."""
        return b"" if self.struck else data

    def says(self, data: bytes) -> bytes:
        """Say nothing once it has frozen, but for the message that froze it."""
        return b"" if self.struck and not data.startswith(b"\r\n+C") else data


class CloseUnreported(Fault):
    """TinyGSM#309: nobody learns that the socket is gone."""

    meaning = "an end of the socket from outside is never told: the modem believes it open"
    tells_closes = False


class SendFail(Fault):
    """TinyGSM#111: the data are taken and not sent."""

    meaning = "CIPSEND takes the data and fails, until the socket is closed"
    ended_by = _ANY_START | {SOCKET_CLOSED}
    sends = False


class EndlessSearch(Fault):
    """OVMS-3#1323: LTE, GSM, LTE, and never a cell again."""

    meaning = "loses its cell and searches for ever, until it is restarted"
    ended_by = _ANY_START
    finds_cell = False

    def begin(self, joints: Joints) -> None:
        """Losing the radio for a moment is what starts it."""
        joints.lose_cell()


class ReconnectLoop(Fault):
    """OVMS-3 PR 1189: no connection came up again before a power cycle."""

    meaning = "loses its socket; then every CIPOPEN fails until the power key or the supply"
    ended_by = frozenset((POWER_KEY, SUPPLY_CUT))
    opens_sockets = False

    def begin(self, joints: Joints) -> None:
        """Lose the connection there is."""
        joints.lose_link()


class ResetHeldAtBoot(Fault):
    """LilyGo-Modem-Series#463: the reset line held low while it starts."""

    meaning = "the next start comes up with CFUN 0 and SIM failure, the one after is well"
    struck = False

    def started(self, state: State, joints: Joints) -> None:
        """Spoil one start."""
        self.over = self.struck
        state.sim = READY if self.struck else FAILURE
        if not self.struck:
            joints.set_functionality(0)
        self.struck = True


class SimBusy(Fault):
    """python-gsmmodem#10: the SIM takes its time."""

    meaning = "SIM busy (CME ERROR 14) for 10 s after the next start"

    def started(self, state: State, joints: Joints) -> None:
        """Be busy once."""
        self.over = True
        state.sim = BUSY
        joints.later(10.0, lambda: joints.set_sim(READY))


class CpinWithoutOk(Fault):
    """python-gsmmodem#19: half an answer."""

    meaning = "AT+CPIN? is answered with +CPIN: READY and no OK, until it is healed"

    def answers(self, command: str, state: State) -> str | None:
        """Give half the answer."""
        return "+CPIN: READY" if command == "AT+CPIN?" else None


class StrayBanners(Fault):
    """T-SIM7600X PR 41: what belongs to a start comes at any time."""

    meaning = (
        "banners of a start (RDY, SMS DONE ...) between a command and its result, until healed"
    )
    _BANNERS = (b"RDY", b"SMS DONE", b"PB DONE", b"*ATREADY: 1")
    _said = 0

    def says(self, data: bytes) -> bytes:
        """Put a banner before each line."""
        if not data.startswith(b"\r\n") or data.startswith(b"\r\n>"):
            return data
        banner = self._BANNERS[self._said % len(self._BANNERS)]
        self._said += 1
        return b"\r\n" + banner + b"\r\n" + data


class UartOverflow(Fault):
    """OVMS-3#350: no flow control, and a box that was busy with its flash for a moment."""

    meaning = "three replies longer than 128 bytes lose 16 of their bytes on the way to the box"
    _left = 3

    def says(self, data: bytes) -> bytes:
        """Lose what a full FIFO has no room for."""
        if len(data) <= _LONG_REPLY_BYTES:
            return data
        self._left -= 1
        self.over = not self._left
        return data[:_LONG_REPLY_BYTES] + data[_LONG_REPLY_BYTES + _OVERFLOWN_BYTES :]


FAULTS: dict[str, type[Fault]] = {
    "silent": Silent,
    "error": Error,
    "urc_in_reply": UrcInReply,
    "freeze_after_urc": FreezeAfterUrc,
    "close_unreported": CloseUnreported,
    "send_fail": SendFail,
    "endless_search": EndlessSearch,
    "reconnect_loop": ReconnectLoop,
    "mute_until_power_cut": MuteUntilPowerCut,
    "hung_until_reset": HungUntilReset,
    "reset_held_at_boot": ResetHeldAtBoot,
    "sim_busy": SimBusy,
    "cpin_without_ok": CpinWithoutOk,
    "stray_banners": StrayBanners,
    "uart_overflow": UartOverflow,
}


class Health:
    """What is wrong with the modem at present, for all its parts to ask."""

    def __init__(self) -> None:
        self._fault = Fault()

    @property
    def fault(self) -> Fault:
        """The fault, or `Fault` itself while it is well."""
        if self._fault.over:
            self._fault = Fault()
        return self._fault

    def set(self, name: str | None) -> Fault:
        """Have one of FAULTS from now on, by its name; None: be well."""
        self._fault = FAULTS[name]() if name else Fault()
        return self._fault

    def happened(self, event: str) -> None:
        """Something happened that may end the fault."""
        self._fault.over |= event in self._fault.ended_by
