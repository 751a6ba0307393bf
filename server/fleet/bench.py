"""The bench test of a box in its car: its checks in their order, how each may fail, what is left.

The box knows its checks better than the server does: a name that is not known here is kept and
shown as it is. Never here: words for people (web/pages/interventions/words.py), the test itself
(the box's).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

from server.fleet.model.boxes import Board

Outcome = Literal["ok", "failed", "not_fitted", "waiting"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
QUIET_S = 3600
"""A test, or a board just written, of which nothing new was told for so long is left alone."""


class Check(StrEnum):
    """What is tested, in this order; the value is the box's name for it."""

    RESETS = "resets"
    FLASH = "flash"
    MEMORY = "memory"
    CLOCK = "clock"
    BATTERY = "battery"
    IGNITION = "ignition"
    CRANK = "crank"
    RELAY = "relay"
    RELAY_CONTACT = "relay_contact"
    DOOR = "door"
    READER = "reader"
    BADGE = "badge"
    SATELLITES = "satellites"
    MODEM = "modem"
    SIM = "sim"
    REGISTRATION = "registration"
    SIGNAL = "signal"
    SERVER = "server"


class Failure(StrEnum):
    """Why a check failed; the value is the box's name for it."""

    RESETS_MANY = "RESETS_MANY"
    FLASH_WORN = "FLASH_WORN"
    FLASH_FULL = "FLASH_FULL"
    WRONG_BOARD = "WRONG_BOARD"
    CLOCK_UNSET = "CLOCK_UNSET"
    BATTERY_FLAT = "BATTERY_FLAT"
    BATTERY_NOT_WIRED = "BATTERY_NOT_WIRED"
    IGNITION_NOT_SEEN = "IGNITION_NOT_SEEN"
    IGNITION_STUCK = "IGNITION_STUCK"
    CRANK_NOT_SEEN = "CRANK_NOT_SEEN"
    RELAY_REVERSED = "RELAY_REVERSED"
    RELAY_DEAD = "RELAY_DEAD"
    CONTACT_DEAD = "CONTACT_DEAD"
    DOOR_NOT_SEEN = "DOOR_NOT_SEEN"
    READER_SILENT = "READER_SILENT"
    BADGE_NOT_SEEN = "BADGE_NOT_SEEN"
    ANTENNA_DEAD = "ANTENNA_DEAD"
    NO_SATELLITES = "NO_SATELLITES"
    MODEM_SILENT = "MODEM_SILENT"
    SIM_MISSING = "SIM_MISSING"
    SIM_PIN_WRONG = "SIM_PIN_WRONG"
    SIM_LOCKED = "SIM_LOCKED"
    NOT_REGISTERED = "NOT_REGISTERED"
    APN_REFUSED = "APN_REFUSED"
    SIGNAL_WEAK = "SIGNAL_WEAK"
    SERVER_UNREACHABLE = "SERVER_UNREACHABLE"
    SERVER_REFUSES = "SERVER_REFUSES"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one check; `failure` and `value` as the box named them, None: it did not."""

    check: str
    outcome: Outcome
    failure: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class BenchTest:
    """A test as far as it has got, at `at_s` by the box's clock (None: it does not say).

    The server learnt of it at `noted_at_s`, and not again of the same.
    """

    at_s: int | None
    noted_at_s: int
    lines: tuple[Line, ...]
    is_done: bool

    @property
    def failed(self) -> tuple[Line, ...]:
        """What is to be mended."""
        return tuple(line for line in self.lines if line.outcome == "failed")


Stage = Literal["to_fit", "made", "flashed", "failed", "tested", "online"]


@dataclass(frozen=True, slots=True)
class Job:
    """How far a car has got on its way from no box to one that is heard.

    `board` None: it has no box; `test` None: no bench test of it was told.
    """

    board: Board | None
    test: BenchTest | None

    @property
    def stage(self) -> Stage:
        """What it has reached; something that failed comes before what else is well."""
        if self.board is None:
            return "to_fit"
        if self.test is not None and self.test.failed:
            return "failed"
        if self.board.last_seen_s is not None:
            return "online"
        if self.test is not None and self.test.is_done:
            return "tested"
        if self.board.flashed_at_s is not None:
            return "flashed"
        return "made" if self.board.mac is None else "to_fit"

    def is_live(self, now_s: int) -> bool:
        """Say whether there may soon be more to tell: written just now, or its test goes on."""
        if self.board is None or (self.test is not None and self.test.is_done):
            return False
        told_s = self.test.noted_at_s if self.test is not None else self.board.flashed_at_s
        return told_s is not None and now_s - told_s < QUIET_S


def kept(line: Line) -> Line:
    """Return what is kept of a line: of whose a badge is, nothing."""
    is_silent = line.check == Check.BADGE
    return Line(line.check, line.outcome, line.failure, None if is_silent else line.value)
