"""Commands of the server: acted upon at most once, in rising order, none after its expiry.

    begin -> stored -> obey -> stored -> recorded -> stored

The id is in flash before the act, with its result as UNKNOWN until the act is done. So a power loss
anywhere repeats no act and loses no result: after the next start `owed` gives what was not
recorded, which is UNKNOWN where nobody can know, and says how the relay stands.

    inhibit          -> PENDING -> APPLIED when the relay is inhibited under law 1
    cancel inhibit   -> while pending: the inhibit is CANCELLED; later: REFUSED, for the only door
                        out of inhibited is a badge
    end trip         -> APPLIED, also when that trip is over already; REFUSED while its keys are not
                        in their holder, unless the command says that it does not matter

Moves no relay and ends no trip: with no trip open the immobiliser inhibits by itself as soon as it
is safe, and the trip is the caller's.
"""

from collections import namedtuple

from firmware.logic.const import const
from shared_protocol import codec
from shared_protocol.limits import MAX_COMMAND_STEP
from shared_protocol.messages import (
    COMMAND_CANCEL_INHIBIT,
    COMMAND_END_TRIP,
    COMMAND_END_TRIP_WITHOUT_KEYS,
    COMMAND_INHIBIT,
)
from shared_protocol.records import (
    COMMAND_APPLIED,
    COMMAND_CANCELLED,
    COMMAND_EXPIRED,
    COMMAND_PENDING,
    COMMAND_REFUSED,
    COMMAND_UNKNOWN,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    RELAY_UNKNOWN,
    CommandResult,
)

Obeyed = namedtuple("Obeyed", ("ends_trip", "results"))
"""What to do, in this order: end the trip, store the commands, record the results."""

_ENDS = (COMMAND_END_TRIP, COMMAND_END_TRIP_WITHOUT_KEYS)
_HEAD_LAYOUT = const("II")
_ANSWER_LAYOUT = const("IBB")  # id, result, 1 when it is still to be recorded
_ANSWER_BYTES = const(6)
_ANSWERS_KEPT = const(4)


class Commands:
    """Attributes to read: `highest_id`, `pending_id` (0: no inhibit is pending)."""

    def __init__(self, stored: bytes = b""):
        """Take up what `to_bytes` gave; nothing stored means that no command ever came."""
        self.highest_id = self.pending_id = 0
        self._answers = []  # [id, result, owed], oldest first
        if len(stored) < 8:
            return
        (self.highest_id, self.pending_id), at = codec.decode(_HEAD_LAYOUT, stored)
        while at + _ANSWER_BYTES <= len(stored):
            answer, at = codec.decode(_ANSWER_LAYOUT, stored, at)
            self._answers.append(answer)

    def to_bytes(self) -> bytes:
        """What must be in flash, atomically, at each step."""
        data = bytearray()
        codec.encode_onto(data, _HEAD_LAYOUT, (self.highest_id, self.pending_id))
        for answer in self._answers:
            codec.encode_onto(data, _ANSWER_LAYOUT, answer)
        return bytes(data)

    def refused_as_jump(self, command_id: int, time_s: int, relay: int):
        """The answer to a command whose id is beyond reason at that time, or None.

        Ids are times: to take one of the far future would refuse every later command. Nothing is
        kept of it. `time_s` 0 (unknown clock): none can be judged, and none would be obeyed.
        """
        if command_id > self.highest_id and (not time_s or command_id > time_s + MAX_COMMAND_STEP):
            return CommandResult(command_id, COMMAND_REFUSED, relay)
        return None

    def begin(self, command_id: int) -> bool:
        """Take note of a command before anything is done; False when it is a repetition."""
        if command_id <= self.highest_id:
            return False
        self.highest_id = command_id
        self._answer(command_id, COMMAND_UNKNOWN, 0)
        return True

    def obey(
        self, command, *, stored: bool, time_s: int, relay: int, keys_in: bool, is_driver: bool
    ) -> Obeyed:
        """What a Command message that `begin` took does now; see `act`.

        `stored`: flash holds its number; if not, it is refused. `is_driver`: the open trip is of
        the badge that it names; of another's no command ends anything.
        """
        if not stored:
            return Obeyed(False, [self._answer(command.command_id, COMMAND_REFUSED, relay)])
        results = self.act(command, time_s, relay, keys_in)
        is_end = command.kind in _ENDS and results[-1].result == COMMAND_APPLIED
        return Obeyed(is_end and is_driver, results)

    def act(self, command, time_s: int, relay: int, keys_in: bool) -> list[CommandResult]:
        """Judge a command, and act; return what is to be recorded.

        `time_s` 0 (unknown clock) refuses: whether it has expired cannot be told. `keys_in`: the
        keys are in their holder, or there is none.
        """
        number = command.command_id
        results = []
        result = COMMAND_REFUSED
        if time_s and time_s >= command.expires_s:
            result = COMMAND_EXPIRED
        elif time_s and command.kind == COMMAND_INHIBIT and relay != RELAY_UNKNOWN:
            results = self._settle_pending(COMMAND_CANCELLED, relay)
            result = COMMAND_APPLIED
            if relay == RELAY_ENABLED:
                self.pending_id = number
                result = COMMAND_PENDING
        elif time_s and command.kind == COMMAND_CANCEL_INHIBIT and self.pending_id:
            results = self._settle_pending(COMMAND_CANCELLED, relay)
            result = COMMAND_APPLIED
        elif time_s and (
            command.kind == COMMAND_END_TRIP_WITHOUT_KEYS
            or (command.kind == COMMAND_END_TRIP and keys_in)
        ):
            result = COMMAND_APPLIED
        return results + [self._answer(number, result, relay)]

    def again(self, command_id: int, relay: int) -> CommandResult:
        """The answer to a repetition: the result it had, or UNKNOWN when that is forgotten."""
        for number, result, _ in self._answers:
            if number == command_id:
                return CommandResult(number, result, relay)
        return CommandResult(command_id, COMMAND_UNKNOWN, relay)

    def relay_shows(self, relay: int) -> list[CommandResult]:
        """Tell what the contact shows: once inhibited, a pending inhibit has been applied.

        Also at boot: power may have failed right after the pulse.
        """
        return self._settle_pending(COMMAND_APPLIED, relay) if relay == RELAY_INHIBITED else []

    def owed(self, relay: int) -> list[CommandResult]:
        """What a power loss kept from being recorded."""
        return [
            CommandResult(number, result, relay) for number, result, owed in self._answers if owed
        ]

    def recorded(self) -> None:
        """Tell that every result given so far is in the journal."""
        for answer in self._answers:
            answer[2] = 0

    def _settle_pending(self, result: int, relay: int) -> list[CommandResult]:
        if not self.pending_id:
            return []
        number, self.pending_id = self.pending_id, 0
        return [self._answer(number, result, relay)]

    def _answer(self, command_id: int, result: int, relay: int) -> CommandResult:
        """Keep a result as owed, in place of the one that the command had."""
        self._answers = [answer for answer in self._answers if answer[0] != command_id]
        self._answers = self._answers[1 - _ANSWERS_KEPT :] + [[command_id, result, 1]]
        return CommandResult(command_id, result, relay)
