"""The way online and back: every state names its time limit and both of its exits, as data.

Each failure climbs one rung of the recovery ladder before the next try, or more when the state that
failed cannot be helped by the lower ones: a link that is only lost costs seconds, and a modem that
nothing else wakes is reset, then switched off and on. What is done in a state is the driver's;
nothing here speaks AT.
"""

from collections import namedtuple

from firmware.logic.const import const


class ModemError(Exception):
    """The modem refused, or did not answer in time; the text is the command's name.

    Attribute to read: `cause`, of records.OFF_AIR_*, where the driver knows what keeps it off the
    air; 0: the state that it happened in says enough.
    """

    def __init__(self, command: str, cause: int = 0):
        """`command`: its name, with nothing that was given with it."""
        self.cause = cause
        super().__init__(command)


State = namedtuple("State", ("name", "timeout_ms", "after_success", "after_failure", "first_rung"))

# A state is named by the driver's method that does its work, but for the last two.
POWER_UP = "power_up"
AT_READY = "prepare"
SIM = "wait_for_sim"
REGISTERED = "wait_for_network"
NETOPEN = "open_network"
CIPOPEN = "connect"
CLOSE_SOCKET = "close_socket"
NETCLOSE = "close_network"
RADIO_CYCLE = "cycle_radio"
RESET = "reset"
POWER_CYCLE = "cycle_power"
ONLINE = "online"
BACK_OFF = "back_off"

RECOVER = "recover"
"""Not a state: the rung of RECOVERY that the number of failures in a row asks for."""

RECOVERY = (CLOSE_SOCKET, CLOSE_SOCKET, NETCLOSE, RADIO_CYCLE, RESET, POWER_CYCLE)
"""After the 1st, 2nd ... failure in a row; from the last on, always the last."""

STATES = {
    state.name: state
    for state in (
        # A cold A7670 answers 8 to 15 s after its key; a warm one at once, or some seconds late.
        State(POWER_UP, 35_000, AT_READY, RECOVER, RESET),
        State(AT_READY, 40_000, SIM, RECOVER, RESET),
        # A SIM may be busy for 10 s after power-up; one that fails wants a new start.
        State(SIM, 40_000, REGISTERED, RECOVER, RESET),
        # Roaming or an underground exit: the full band scan of the maker's notes.
        State(REGISTERED, 180_000, NETOPEN, RECOVER, RADIO_CYCLE),
        State(NETOPEN, 120_000, CIPOPEN, RECOVER, NETCLOSE),
        State(CIPOPEN, 120_000, ONLINE, RECOVER, CLOSE_SOCKET),
        # The session has deadlines of its own; it ends by losing the link.
        State(ONLINE, None, RECOVER, RECOVER, CLOSE_SOCKET),
        # These succeed or not; either way a pause follows and the next try shows.
        State(CLOSE_SOCKET, 40_000, BACK_OFF, BACK_OFF, None),
        State(NETCLOSE, 40_000, BACK_OFF, BACK_OFF, None),
        State(RADIO_CYCLE, 60_000, BACK_OFF, BACK_OFF, None),
        State(RESET, 10_000, BACK_OFF, BACK_OFF, None),
        State(POWER_CYCLE, 10_000, BACK_OFF, BACK_OFF, None),
        State(BACK_OFF, None, POWER_UP, POWER_UP, None),
    )
}

_BACK_OFF_FIRST_MS = const(2_000)
_BACK_OFF_LONGEST_MS = const(60_000)

# A connection that lived this long was a success; a shorter one counts as a failure.
_GOOD_CONNECTION_MS = const(60_000)


class ModemStates:
    """Attributes to read: `state` (of STATES), `failures` (in a row)."""

    def __init__(self, now_ms: int):
        """Begin at power up."""
        self.state = STATES[POWER_UP]
        self.failures = 0
        self._rung = -1  # of RECOVERY, the last that was tried
        self._entered_ms = now_ms

    def time_left_ms(self, now_ms: int) -> int | None:
        """How long the state may still take; None when it has no limit of its own."""
        if self.state.timeout_ms is None:
            return None
        return max(0, self._entered_ms + self.state.timeout_ms - now_ms)

    def back_off_ms(self) -> int:
        """How long BACK_OFF lasts now: 2 s, doubled with each failure, up to 60 s."""
        return min(_BACK_OFF_FIRST_MS << min(max(self.failures - 1, 0), 10), _BACK_OFF_LONGEST_MS)

    def finished(self, success: bool, now_ms: int) -> None:
        """Leave the state: its work succeeded, or failed or ran out of time."""
        state = self.state
        if state.name == ONLINE:
            success = success or now_ms - self._entered_ms >= _GOOD_CONNECTION_MS
        target = state.after_success if success else state.after_failure
        if target == RECOVER:
            if success:
                self.failures, self._rung = 0, -1
            self.failures += 1
            rung = max(self._rung + 1, RECOVERY.index(state.first_rung))
            self._rung = min(rung, len(RECOVERY) - 1)
            target = RECOVERY[self._rung]
        self.state = STATES[target]
        self._entered_ms = now_ms
