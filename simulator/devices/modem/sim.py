"""The SIM card: its states, its code and its numbers. The messages it stores are sms_store.py's."""

from collections.abc import Callable

from simulator.devices.modem.at_results import AtError, Line, Table
from simulator.devices.modem.state import (
    ABSENT,
    BUSY,
    FAILURE,
    PIN_WANTED,
    PUK_WANTED,
    READY,
    Later,
    State,
)

# A test network's country and operator (001 01), so that nobody's card is named.
IMSI = "001010123456789"
ICCID = "8988211000000000017"
# What each state answers to a command that needs the card.
_ERRORS = {ABSENT: 10, PIN_WANTED: 11, PUK_WANTED: 12, FAILURE: 13, BUSY: 14}
# What the modem says of a state by itself.
ANNOUNCED = {
    READY: "+CPIN: READY",
    PIN_WANTED: "+CPIN: SIM PIN",
    PUK_WANTED: "+CPIN: SIM PUK",
    ABSENT: "+CPIN: SIM REMOVED",
}


def require_sim(state: State) -> None:
    """Raise the CME error of a card that cannot be read."""
    if state.sim != READY:
        raise AtError(cme=_ERRORS[state.sim])


class Sim:
    """The commands of this group, in `table`."""

    def __init__(self, state: State, later: Later, set_sim: Callable[[str], None]) -> None:
        self._state = state
        self._later = later
        self._set_sim = set_sim
        self.table: Table = {
            "+CPIN?": self._say_state,
            "+CPIN=?": lambda: [],
            "+CPIN=": self._enter,
            "+CIMI": lambda: self._read(IMSI),
            "+CIMI=?": lambda: [],
            "+CICCID": lambda: self._read(f"+ICCID: {ICCID}"),
            "+CCID": lambda: self._read(f"+CCID: {ICCID}"),
            "+CLCK=?": lambda: ['+CLCK: ("SC")'],
            "+CLCK=": self._lock,
            # The manual's order: PIN, PUK, PIN2, PUK2.
            "+SPIC": lambda: [f"+SPIC: {state.pin_tries},10,3,10"],
            "+CNUM": lambda: self._read(),
            "+CNUM=?": lambda: [],
        }

    def _say_state(self) -> list[Line]:
        if self._state.sim in (READY, PIN_WANTED, PUK_WANTED):
            return [ANNOUNCED[self._state.sim]]
        raise AtError(cme=_ERRORS[self._state.sim])

    def _read(self, *lines: str) -> list[Line]:
        require_sim(self._state)
        return list(lines)

    def _enter(self, pin: str) -> list[Line]:
        state = self._state
        if state.sim == READY:
            raise AtError(cme=3)
        if state.sim != PIN_WANTED:
            raise AtError(cme=_ERRORS[state.sim])
        if pin == state.pin:
            state.pin_tries = 3
            self._later(0.2, lambda: self._set_sim(READY))
            return []
        state.pin_tries -= 1
        if not state.pin_tries:
            self._set_sim(PUK_WANTED)
            raise AtError(cme=12)
        raise AtError(cme=16)

    def _lock(self, facility: str, mode: str, *rest: str) -> list[Line]:
        """Say whether the card's code is asked for at a start; no lock is changed."""
        if facility != "SC":
            raise AtError(cme=3)
        require_sim(self._state)
        if mode != "2":
            raise AtError(cme=3)
        return [f"+CLCK: {int(self._state.pin_locked)}"]
