"""The way online and back: every state names its time limit and both of its exits, as data.

Each failure climbs one rung of the recovery ladder before the next try, or more when the state that
failed cannot be helped by the lower ones: a link that is only lost costs seconds, and a modem that
nothing else wakes is reset, then switched off and on. A server that is away is no fault of the
modem: while the bearer is known to work it costs the socket and no more. What is done in a state is
the driver's; nothing here speaks AT.
"""

from collections import namedtuple

from firmware.logic.const import const
from shared_protocol.records import (
    OFF_AIR_BATTERY_LOW,
    OFF_AIR_MODEM_RESTARTED,
    OFF_AIR_MODEM_SILENT,
    OFF_AIR_NO_CONTEXT,
    OFF_AIR_NO_COVERAGE,
    OFF_AIR_NO_SERVER,
    OFF_AIR_PATH_FORGOTTEN,
    OFF_AIR_PIN_WANTED,
    OFF_AIR_PIN_WRONG,
    OFF_AIR_SERVER_SILENT,
    OFF_AIR_SIM_FAILED,
)

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable


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

RECOVERY = (CLOSE_SOCKET, NETCLOSE, RADIO_CYCLE, RESET, POWER_CYCLE)
"""After the 1st, 2nd ... failure in a row; from the last on, always the last."""

STATES = {
    state.name: state
    for state in (
        # A cold A7670 answers 8 to 15 s after its key; a warm one at once, or some seconds late.
        State(POWER_UP, 35_000, AT_READY, RECOVER, RESET),
        State(AT_READY, 40_000, SIM, RECOVER, RESET),
        # A SIM may be busy for 10 s after power-up, and the radio slow to go off before its PIN; a
        # SIM that fails wants a new start.
        State(SIM, 60_000, REGISTERED, RECOVER, RESET),
        # Roaming or an underground exit: the full band scan of the maker's notes.
        State(REGISTERED, 180_000, NETOPEN, RECOVER, RADIO_CYCLE),
        State(NETOPEN, 120_000, CIPOPEN, RECOVER, NETCLOSE),
        State(CIPOPEN, 180_000, ONLINE, RECOVER, CLOSE_SOCKET),
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

CAUSES = {
    POWER_UP: OFF_AIR_MODEM_SILENT,
    AT_READY: OFF_AIR_MODEM_SILENT,
    SIM: OFF_AIR_SIM_FAILED,
    REGISTERED: OFF_AIR_NO_COVERAGE,
    NETOPEN: OFF_AIR_NO_CONTEXT,
    CIPOPEN: OFF_AIR_NO_SERVER,
    ONLINE: OFF_AIR_SERVER_SILENT,
}
"""What keeps a box off the air that fails in a state, when its driver does not know better."""

SERVER_AWAY = (
    OFF_AIR_NO_SERVER,
    OFF_AIR_SERVER_SILENT,
    OFF_AIR_PATH_FORGOTTEN,
    OFF_AIR_MODEM_RESTARTED,
)
"""What no restart of the modem ends: its bearer works, or nothing speaks against it."""

PIN_MISSING = (OFF_AIR_PIN_WANTED, OFF_AIR_PIN_WRONG)
"""What nothing but people ends: a rung would only have the card ask again."""

_BACK_OFF_FIRST_MS = const(2_000)
# Doubled with each failure up to these: somebody has the car; it is parked, and nobody waits.
_LONGEST_AWAKE_MS = const(60_000)
_LONGEST_NO_SERVER_MS = const(600_000)
_LONGEST_PARKED_MS = const(7_200_000)

# A connection that lived this long was a success; a shorter one counts as a failure.
_GOOD_CONNECTION_MS = const(60_000)

# A modem that reaches the network and no server, day after day, may be wrong about the former.
_SUSPECT_MODEM_MS = const(86_400_000)
# Where there is no cell, or no SIM that opens, a restart finds none: one an hour, for a modem that
# searches in circles (OVMS-3#1323).
_RESTART_AGAIN_MS = const(3_600_000)


class ModemStates:
    """Attributes to read: `state` (of STATES), `failures` (in a row), `cause` (of the last one).

    `off`: the modem is switched off for the pause.
    """

    def __init__(self, now_ms: int, entropy: "Callable[[int], bytes]"):
        """Begin at power up; `entropy` gives so many random bytes, for pauses unlike others'."""
        self.state = STATES[POWER_UP]
        self.failures = 0
        self.cause = 0
        self.off = False
        self._entropy = entropy
        self._chance = 0  # of 256, for the pause
        self._rung = -1  # of RECOVERY, the last that was tried
        self._entered_ms = now_ms
        self._restarted_ms = None  # for want of a cell
        self._away_ms = None  # since when the server is, or since the restart for that

    def time_left_ms(self, now_ms: int) -> int | None:
        """How long the state may still take; None when it has no limit of its own."""
        if self.state.timeout_ms is None:
            return None
        return max(0, self._entered_ms + self.state.timeout_ms - now_ms)

    def back_off_ms(self, now_ms: int, quiet: bool) -> int:
        """How much of BACK_OFF is left: 2 s, doubled with each failure, and up to a half off.

        Up to a minute; while the car is parked up to 10 minutes for a server that is away, whose
        coverage costs nothing to try, and to two hours for anything else.
        """
        longest_ms = _LONGEST_AWAKE_MS
        if quiet:
            away = self.cause in SERVER_AWAY
            longest_ms = _LONGEST_NO_SERVER_MS if away else _LONGEST_PARKED_MS
        pause_ms = min(_BACK_OFF_FIRST_MS << min(max(self.failures - 1, 0), 12), longest_ms)
        pause_ms -= pause_ms * self._chance // 512
        return max(0, self._entered_ms + pause_ms - now_ms)

    def finished(self, success: bool, now_ms: int, cause: int = 0, off: bool = False) -> None:
        """Leave the state: its work succeeded, or failed or ran out of time.

        `cause`, of records.OFF_AIR_*, is what the driver knows of a failure; 0: nothing. `off`: the
        battery wants the modem off as long as it is not needed.
        """
        state = self.state
        failed = not success
        if state.name == ONLINE:
            success = success or cause == OFF_AIR_BATTERY_LOW
            success = success or now_ms - self._entered_ms >= _GOOD_CONNECTION_MS
        target = state.after_success if success else state.after_failure
        if target == RECOVER:
            if failed:
                self.cause = cause or CAUSES[state.name]
            if success:
                self.failures, self._rung = 0, -1
                self._restarted_ms = self._away_ms = None
            self.failures += 1
            self._chance = self._entropy(1)[0]
            self.off = off
            target = POWER_CYCLE if off else self._climb(state, now_ms)
        self.state = STATES[target]
        self._entered_ms = now_ms

    def _climb(self, state: State, now_ms: int) -> str:
        """The rung for a failure in this state, BACK_OFF where none can help."""
        if self.cause in PIN_MISSING:
            return BACK_OFF
        if self.cause in SERVER_AWAY:
            if self._away_ms is None:
                self._away_ms = now_ms
            if now_ms - self._away_ms < _SUSPECT_MODEM_MS:
                return CLOSE_SOCKET
            self._away_ms = now_ms
            return RECOVERY[-1]
        rung = max(self._rung + 1, RECOVERY.index(state.first_rung))
        self._rung = min(rung, len(RECOVERY) - 1)
        if state.name in (SIM, REGISTERED) and self._rung > RECOVERY.index(RADIO_CYCLE):
            if self._restarted_ms is not None and now_ms - self._restarted_ms < _RESTART_AGAIN_MS:
                return RADIO_CYCLE
            self._restarted_ms = now_ms
        return RECOVERY[self._rung]
