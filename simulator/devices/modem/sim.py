"""The SIM card: its states, its code and its numbers. The messages it stores are sms_store.py's."""

from typing import TYPE_CHECKING

from simulator.devices.modem.at_results import AtError, Line, Table

if TYPE_CHECKING:
    from simulator.devices.modem.a76xx import A76xx

# A test network's country and operator (001 01), so that nobody's card is named.
IMSI = "001010123456789"
ICCID = "8988211000000000017"
PIN = "1234"
READY, ABSENT, PIN_WANTED, PUK_WANTED, BUSY, FAILURE = (
    "ready",
    "absent",
    "pin",
    "puk",
    "busy",
    "failure",
)
SIM_STATES = (READY, ABSENT, PIN_WANTED, PUK_WANTED, BUSY, FAILURE)
# What each state answers to a command that needs the card.
_ERRORS = {ABSENT: 10, PIN_WANTED: 11, PUK_WANTED: 12, FAILURE: 13, BUSY: 14}
# What the modem says of a state by itself.
ANNOUNCED = {
    READY: "+CPIN: READY",
    PIN_WANTED: "+CPIN: SIM PIN",
    PUK_WANTED: "+CPIN: SIM PUK",
    ABSENT: "+CPIN: SIM REMOVED",
}


def require_sim(modem: "A76xx") -> None:
    """Raise the CME error of a card that cannot be read."""
    if modem.sim != READY:
        raise AtError(cme=_ERRORS[modem.sim])


class Sim:
    """The commands of this group, in `table`."""

    def __init__(self, modem: "A76xx") -> None:
        self._modem = modem
        self.table: Table = {
            "+CPIN?": self._state,
            "+CPIN=?": lambda: [],
            "+CPIN=": self._enter,
            "+CIMI": lambda: self._read(IMSI),
            "+CIMI=?": lambda: [],
            "+CICCID": lambda: self._read(f"+ICCID: {ICCID}"),
            "+CCID": lambda: self._read(f"+CCID: {ICCID}"),
            "+CLCK=?": lambda: ['+CLCK: ("SC")'],
            "+CLCK=": self._lock,
            "+SPIC": lambda: [f"+SPIC: {modem.pin_tries},10,3,10"],
            "+CNUM": lambda: self._read(),
            "+CNUM=?": lambda: [],
        }

    def _state(self) -> list[Line]:
        if self._modem.sim in (READY, PIN_WANTED, PUK_WANTED):
            return [ANNOUNCED[self._modem.sim]]
        raise AtError(cme=_ERRORS[self._modem.sim])

    def _read(self, *lines: str) -> list[Line]:
        require_sim(self._modem)
        return list(lines)

    def _enter(self, pin: str) -> list[Line]:
        modem = self._modem
        if modem.sim == READY:
            raise AtError(cme=3)
        if modem.sim != PIN_WANTED:
            raise AtError(cme=_ERRORS[modem.sim])
        if pin == PIN:
            modem.pin_tries = 3
            modem.later(0.2, lambda: modem.set_sim(READY))
            return []
        modem.pin_tries -= 1
        if not modem.pin_tries:
            modem.set_sim(PUK_WANTED)
            raise AtError(cme=12)
        raise AtError(cme=16)

    def _lock(self, facility: str, mode: str, *rest: str) -> list[Line]:
        """Say whether the card's code is asked for at a start; no lock is changed."""
        if facility != "SC":
            raise AtError(cme=3)
        require_sim(self._modem)
        if mode != "2":
            raise AtError(cme=3)
        return ["+CLCK: 0"]
