"""The modem's radio and its SIM card: when there is a cell, and what is said of both unasked.

Knows no command: network.py and sim.py do.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.devices.modem.access import Context
from simulator.devices.modem.faults import Health
from simulator.devices.modem.sim import ANNOUNCED
from simulator.devices.modem.state import PIN_WANTED, READY, SIM_STATES, Later, Say, State

# Estimates, as field logs have them.
_SIM_READY_S = 1.0  # after the start
_SMS_READY_S = 1.0  # after the SIM
_PHONE_BOOK_READY_S = 0.5  # after that
_REGISTERED_S = 3.0


@dataclass(frozen=True)
class Radio:
    """The radio."""

    _state: State
    _health: Health
    _say: Say
    _later: Later
    _on_registration: Callable[[], None]  # the modem may have found or lost its cell
    _on_no_cell: Callable[[], None]  # there can be none

    def start(self) -> None:
        """The modem has started: look for a cell."""
        self._later(_SIM_READY_S, self._announce_parts)
        self._changed()

    def coverage(self, covered: bool) -> None:
        """Lose or regain the radio. A lost link stays lost; the modem notices it later."""
        self._state.covered = covered
        self._changed()

    def lose_cell(self) -> None:
        """Lose it for a moment."""
        covered = self._state.covered
        self.coverage(False)
        self.coverage(covered)

    def set_functionality(self, number: int) -> None:
        """Switch the radio, as AT+CFUN does; after 1 it says again what is ready."""
        was, self._state.functionality = self._state.functionality, number
        self._state.detached = False
        if number == 0:
            self._state.lose_sim_power()
        if number == 1 and was != 1:
            self._later(_SIM_READY_S, self._announce_parts)
        self._changed()

    def attach(self, wanted: bool) -> None:
        """Leave the network's packet data, or look for them anew, as AT+CGATT does."""
        self._state.detached = not wanted
        self._changed()

    def set_sim(self, state: str) -> None:
        """Change the card's state, by hand or by a command; a modem that is on says so."""
        if state not in SIM_STATES:
            raise ValueError(f"a SIM card is never {state!r}")
        self._state.sim = state
        self._state.pin_locked |= state == PIN_WANTED
        if state in ANNOUNCED:
            self._say(ANNOUNCED[state])
        self._changed()

    def unlock_sim(self) -> None:
        """Have the card want no PIN any more, as somebody sets it in a telephone."""
        self._state.pin_locked, self._state.pin_tries = False, 3
        self.set_sim(READY)

    def _announce_parts(self) -> None:
        if self._state.sim in ANNOUNCED:
            self._say(ANNOUNCED[self._state.sim])
        if self._state.sim == READY:
            self._later(_SMS_READY_S, lambda: self._say("SMS DONE"))
            self._later(_SMS_READY_S + _PHONE_BOOK_READY_S, lambda: self._say("PB DONE"))

    def _changed(self) -> None:
        if self._state.radio_works:
            if self._state.is_on and not self._state.registered:
                self._later(_REGISTERED_S, self._register)
            return
        self._state.registered = self._state.denied = False
        self._on_registration()
        self._on_no_cell()

    def _register(self) -> None:
        """Attach with the context 1 of this moment; what is defined later waits for the next."""
        state = self._state
        found = state.radio_works and self._health.fault.finds_cell
        if not (found and state.registered):
            state.attached = state.contexts.get(1, Context())
            state.registered = found and state.access.lets_in(state.attached)
            state.denied = found and not state.registered
        state.time_known = state.time_known or state.registered
        self._on_registration()
