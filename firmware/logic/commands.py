"""Commands of the server: each at most once, in rising order, none after its expiry.

    inhibit          -> PENDING -> APPLIED when the relay is inhibited under law 1
    cancel inhibit   -> while pending: the inhibit is CANCELLED; later: REFUSED, for the only door
                        out of inhibited is a badge

The state is to be stored before the results are acted upon or recorded. Moves no relay: with no
trip open the immobiliser does so by itself as soon as it is safe.
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
    RELAY_INHIBITED,
    CommandResult,
)

_LAYOUT = const("II")


class Commands:
    """Attributes to read: `highest_id`, `pending_id` (0: no inhibit is pending)."""

    def __init__(self, stored: bytes = b""):
        """Take up what `to_bytes` gave; nothing stored means that no command ever came."""
        self.highest_id = self.pending_id = 0
        if len(stored) == 8:
            (self.highest_id, self.pending_id), _ = codec.decode(_LAYOUT, stored)

    def to_bytes(self) -> bytes:
        """What must be in flash before the results of `take` are acted upon."""
        return codec.encode(_LAYOUT, (self.highest_id, self.pending_id))

    def take(self, command, time_s: int, relay: int) -> list[CommandResult]:
        """Judge a Command message; an id not above the highest is a repetition and says nothing.

        `time_s` 0 (unknown clock) refuses: whether it has expired cannot be told.
        """
        number = command.command_id
        if number <= self.highest_id:
            return []
        self.highest_id = number
        if not time_s:
            return [CommandResult(number, COMMAND_REFUSED, relay)]
        if time_s >= command.expires_s:
            return [CommandResult(number, COMMAND_EXPIRED, relay)]
        if command.kind == COMMAND_INHIBIT:
            results = self._drop_pending(relay)
            if relay != RELAY_INHIBITED:
                self.pending_id = number
                return results + [CommandResult(number, COMMAND_PENDING, relay)]
            return results + [CommandResult(number, COMMAND_APPLIED, relay)]
        if command.kind == COMMAND_CANCEL_INHIBIT and self.pending_id:
            results = self._drop_pending(relay)
            return results + [CommandResult(number, COMMAND_APPLIED, relay)]
        return [CommandResult(number, COMMAND_REFUSED, relay)]

    def relay_inhibited(self) -> list[CommandResult]:
        """Tell that the relay is inhibited now: a pending inhibit has been applied."""
        if not self.pending_id:
            return []
        result = CommandResult(self.pending_id, COMMAND_APPLIED, RELAY_INHIBITED)
        self.pending_id = 0
        return [result]

    def _drop_pending(self, relay: int) -> list[CommandResult]:
        if not self.pending_id:
            return []
        result = CommandResult(self.pending_id, COMMAND_CANCELLED, relay)
        self.pending_id = 0
        return [result]
