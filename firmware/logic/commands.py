"""Commands of the server: acted upon at most once, in rising order, none after its expiry.

    begin -> stored -> act -> stored -> recorded -> stored

The id is in flash before the act, with its result as UNKNOWN until the act is done. So a power loss
anywhere repeats no act and loses no result: after the next start `owed` gives what was not
recorded, which is UNKNOWN where nobody can know, and says how the relay stands.

    inhibit          -> PENDING -> APPLIED when the relay is inhibited under law 1
    cancel inhibit   -> while pending: the inhibit is CANCELLED; later: REFUSED, for the only door
                        out of inhibited is a badge

Moves no relay: with no trip open the immobiliser does so by itself as soon as it is safe.
"""

from firmware.logic.const import const
from shared_protocol import codec
from shared_protocol.messages import COMMAND_CANCEL_INHIBIT, COMMAND_INHIBIT
from shared_protocol.records import (
    COMMAND_APPLIED,
    COMMAND_CANCELLED,
    COMMAND_EXPIRED,
    COMMAND_PENDING,
    COMMAND_REFUSED,
    COMMAND_UNKNOWN,
    RELAY_INHIBITED,
    CommandResult,
)

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

    def begin(self, command_id: int) -> bool:
        """Take note of a command before anything is done; False when it is a repetition."""
        if command_id <= self.highest_id:
            return False
        self.highest_id = command_id
        self._answer(command_id, COMMAND_UNKNOWN, 0)
        return True

    def act(self, command, time_s: int, relay: int) -> list[CommandResult]:
        """Judge a Command message that `begin` took, and act; return what is to be recorded.

        `time_s` 0 (unknown clock) refuses: whether it has expired cannot be told.
        """
        number = command.command_id
        results = []
        result = COMMAND_REFUSED
        if time_s and time_s >= command.expires_s:
            result = COMMAND_EXPIRED
        elif time_s and command.kind == COMMAND_INHIBIT:
            results = self._settle_pending(COMMAND_CANCELLED, relay)
            result = COMMAND_APPLIED
            if relay != RELAY_INHIBITED:
                self.pending_id = number
                result = COMMAND_PENDING
        elif time_s and command.kind == COMMAND_CANCEL_INHIBIT and self.pending_id:
            results = self._settle_pending(COMMAND_CANCELLED, relay)
            result = COMMAND_APPLIED
        return results + [self._answer(number, result, relay)]

    def refuse(self, command_id: int, relay: int) -> CommandResult:
        """The answer to a command that `begin` took and flash did not: it is not acted upon."""
        return self._answer(command_id, COMMAND_REFUSED, relay)

    def again(self, command_id: int, relay: int) -> CommandResult:
        """The answer to a repetition: the result it had, or UNKNOWN when that is forgotten."""
        for number, result, _ in self._answers:
            if number == command_id:
                return CommandResult(number, result, relay)
        return CommandResult(command_id, COMMAND_UNKNOWN, relay)

    def relay_inhibited(self) -> list[CommandResult]:
        """Tell that the relay is inhibited now: a pending inhibit has been applied."""
        return self._settle_pending(COMMAND_APPLIED, RELAY_INHIBITED)

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
