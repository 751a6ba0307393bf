"""Commands of the server: acted upon at most once, in rising order, none after its expiry.

    begin -> stored -> obey -> stored -> recorded -> stored

The id is in flash before the act, with its result as UNKNOWN until the act is done. So a power loss
anywhere repeats no act and loses no result: after the next start `owed` gives what was not
recorded, which is UNKNOWN where nobody can know, and says how the relay stands.

    inhibit          -> PENDING -> APPLIED when the relay is inhibited under law 1
    cancel inhibit   -> while pending: the inhibit is CANCELLED; later: REFUSED, for the only door
                        out of inhibited is a badge
    end trip         -> APPLIED, also when that trip is over already; REFUSED while the car moves,
                        or its keys are not in their holder, unless the command says that it does
                        not matter; PENDING while the ignition is on -> APPLIED, or CANCELLED when
                        the driver drives on or badges
    end from afar    -> PENDING -> APPLIED with the trip's end, whoever ends it; EXPIRED; CANCELLED
                        by its withdrawal, another such order or a theft order, under which it is
                        REFUSED
    theft            -> PENDING -> APPLIED when no trip is open and the relay is inhibited, and in
                        force from the first moment until it is withdrawn
    withdraw         -> APPLIED; REFUSED where there is nothing to withdraw
    learn            -> PENDING -> APPLIED with the card that comes (learning.py); EXPIRED;
                        CANCELLED by another such order, or by a reset

Moves no relay and ends no trip: with no trip open the immobiliser inhibits by itself as soon as it
is safe, and the trip is the caller's.
"""

from collections import namedtuple

from firmware.logic.const import const
from shared_protocol import codec
from shared_protocol.limits import MAX_COMMAND_STEP
from shared_protocol.messages import (
    COMMAND_CANCEL_INHIBIT,
    COMMAND_END_FROM_AFAR,
    COMMAND_END_FROM_AFAR_WITHOUT_KEYS,
    COMMAND_END_TRIP,
    COMMAND_END_TRIP_WITHOUT_KEYS,
    COMMAND_INHIBIT,
    COMMAND_LEARN_BADGE,
    COMMAND_THEFT,
    COMMAND_WITHDRAW_END,
    COMMAND_WITHDRAW_THEFT,
)
from shared_protocol.records import (
    ASKED_END_COMMAND,
    ASKED_END_COMMAND_WITHOUT_KEYS,
    ASKED_END_FROM_AFAR,
    ASKED_END_FROM_AFAR_WITHOUT_KEYS,
    ASKED_THEFT,
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
    Ordered,
    TripAsked,
    TripEnd,
)

Obeyed = namedtuple("Obeyed", ("ends_trip", "results"))
"""What to do, in this order: what the trip was asked, store the commands, record the results."""

ASKS = {
    COMMAND_END_TRIP: ASKED_END_COMMAND,
    COMMAND_END_TRIP_WITHOUT_KEYS: ASKED_END_COMMAND_WITHOUT_KEYS,
}
"""Kind of a command -> what it asks of the open trip, as its driver does."""

ORDERS = {
    COMMAND_END_FROM_AFAR: ASKED_END_FROM_AFAR,
    COMMAND_END_FROM_AFAR_WITHOUT_KEYS: ASKED_END_FROM_AFAR_WITHOUT_KEYS,
    COMMAND_THEFT: ASKED_THEFT,
}
"""Kind of a command -> what somebody else orders by it (afar.py)."""

WITHDRAWS = {
    COMMAND_WITHDRAW_END: (ASKED_END_FROM_AFAR, ASKED_END_FROM_AFAR_WITHOUT_KEYS),
    COMMAND_WITHDRAW_THEFT: (ASKED_THEFT,),
}
"""Kind of a command -> the orders that it takes back."""

_HEAD_LAYOUT = const("II")
_ANSWER_LAYOUT = const("IBB")  # id, result, 1 when it is still to be recorded
_ANSWER_BYTES = const(6)
_ANSWERS_KEPT = const(4)
# In the place of a result: the order with that id waits.
_END_WAITS = const(128)
_THEFT_WAITS = const(129)
_LEARN_WAITS = const(130)


class Commands:
    """Attributes to read: `highest_id`, `pending_id` (0: no inhibit is pending).

    A driver's end of a trip that is pending is the one whose answer says so.
    """

    def __init__(self, stored: bytes = b""):
        """Take up what `to_bytes` gave; nothing stored means that no command ever came."""
        self.highest_id = self.pending_id = 0
        self._end_id = self._theft_id = self._learn_id = 0  # of orders that wait; 0: none
        self._answers = []  # [id, result, owed], oldest first
        if len(stored) < 8:
            return
        (self.highest_id, self.pending_id), at = codec.decode(_HEAD_LAYOUT, stored)
        while at + _ANSWER_BYTES <= len(stored):
            answer, at = codec.decode(_ANSWER_LAYOUT, stored, at)
            if answer[1] == _END_WAITS:
                self._end_id = answer[0]
            elif answer[1] == _THEFT_WAITS:
                self._theft_id = answer[0]
            elif answer[1] == _LEARN_WAITS:
                self._learn_id = answer[0]
            else:
                self._answers.append(answer)

    def to_bytes(self) -> bytes:
        """What must be in flash, atomically, at each step."""
        data = bytearray()
        codec.encode_onto(data, _HEAD_LAYOUT, (self.highest_id, self.pending_id))
        for answer in self._answers:
            codec.encode_onto(data, _ANSWER_LAYOUT, answer)
        if self._end_id:
            codec.encode_onto(data, _ANSWER_LAYOUT, (self._end_id, _END_WAITS, 0))
        if self._theft_id:
            codec.encode_onto(data, _ANSWER_LAYOUT, (self._theft_id, _THEFT_WAITS, 0))
        if self._learn_id:
            codec.encode_onto(data, _ANSWER_LAYOUT, (self._learn_id, _LEARN_WAITS, 0))
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

    def obey(self, command, *, stored: bool, time_s: int, relay: int, asked: tuple) -> Obeyed:
        """What a Command message that `begin` took does now; see `act`.

        `stored`: flash holds its number; if not, it is refused. `asked`: see `act`.
        """
        if not stored:
            return Obeyed(False, [self._answer(command.command_id, COMMAND_REFUSED, relay)])
        results = self.act(command, time_s, relay, asked)
        done = results[-1].result in (COMMAND_APPLIED, COMMAND_PENDING)
        kind = command.kind
        asks = kind in ASKS or kind in ORDERS or kind in WITHDRAWS
        return Obeyed(asks and bool(asked) and done, results)

    def act(self, command, time_s: int, relay: int, asked: tuple) -> list[CommandResult]:
        """Judge a command, and act; return what is to be recorded.

        `time_s` 0 (unknown clock) refuses: whether it has expired cannot be told. `asked`: the
        records with which the trip that the command names would answer to what it ASKS, or the car
        to what it ORDERS or WITHDRAWS; none when that trip is not open, or there is no such order.
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
        elif time_s and command.kind in ASKS:
            if not asked or isinstance(asked[-1], TripEnd):
                result = COMMAND_APPLIED
            elif isinstance(asked[-1], TripAsked):
                results = self._settle_ending(COMMAND_CANCELLED, relay)
                result = COMMAND_PENDING
        elif time_s and command.kind in ORDERS:
            if not asked:
                result = COMMAND_APPLIED
            elif isinstance(asked[-1], Ordered):
                results = self._settle_orders(COMMAND_CANCELLED, relay)
                result = COMMAND_PENDING
                if command.kind == COMMAND_THEFT:
                    self._theft_id = number
                else:
                    self._end_id = number
        elif time_s and command.kind in WITHDRAWS and asked:
            results = self._settle_orders(COMMAND_CANCELLED, relay)
            result = COMMAND_APPLIED
        elif time_s and command.kind == COMMAND_LEARN_BADGE:
            results = self.learning_ends(COMMAND_CANCELLED, relay)
            result = COMMAND_PENDING
            self._learn_id = number
        return results + [self._answer(number, result, relay)]

    def trip_did(self, records, relay: int) -> list[CommandResult]:
        """Tell what was recorded: a trip's end, or another wish, settles a pending one."""
        for record in records:
            if isinstance(record, TripEnd):
                results = self._settle_ending(COMMAND_APPLIED, relay)
                return results + self._settle_end(COMMAND_APPLIED, relay)
            if isinstance(record, Ordered) and record.what not in ORDERS.values():
                return self._settle_end(COMMAND_EXPIRED, relay)  # withdrawn ones are settled
            if isinstance(record, TripAsked) and record.what not in ASKS.values():
                return self._settle_ending(COMMAND_CANCELLED, relay)
        return []

    def theft_done(self, relay: int) -> list[CommandResult]:
        """Tell that a car under a theft order is nobody's, and cannot be started any more."""
        return self._settle_theft(COMMAND_APPLIED, relay)

    def learning_ends(self, result: int, relay: int) -> list[CommandResult]:
        """Tell that the order to learn a card, if one waits, does so no more, and with what."""
        number, self._learn_id = self._learn_id, 0
        return [self._answer(number, result, relay)] if number else []

    def trip_asks(self, what: int, ordered: int) -> None:
        """Tell at boot what is pending: power may have failed before an end's answer was kept."""
        if what not in ASKS.values():
            self._settle_ending(COMMAND_UNKNOWN, RELAY_UNKNOWN)
        if ordered not in WITHDRAWS[COMMAND_WITHDRAW_END]:
            self._settle_end(COMMAND_UNKNOWN, RELAY_UNKNOWN)
        if ordered != ASKED_THEFT:
            self._settle_theft(COMMAND_UNKNOWN, RELAY_UNKNOWN)
        # A card that came before power failed is a record of its own, whatever is said here.
        self.learning_ends(COMMAND_CANCELLED, RELAY_UNKNOWN)

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

    def _settle_ending(self, result: int, relay: int) -> list[CommandResult]:
        for number, kept, _ in self._answers:
            others = (self.pending_id, self._end_id, self._theft_id, self._learn_id)
            if kept == COMMAND_PENDING and number not in others:
                return [self._answer(number, result, relay)]
        return []

    def _settle_orders(self, result: int, relay: int) -> list[CommandResult]:
        return self._settle_end(result, relay) + self._settle_theft(result, relay)

    def _settle_theft(self, result: int, relay: int) -> list[CommandResult]:
        number, self._theft_id = self._theft_id, 0
        return [self._answer(number, result, relay)] if number else []

    def _settle_end(self, result: int, relay: int) -> list[CommandResult]:
        number, self._end_id = self._end_id, 0
        return [self._answer(number, result, relay)] if number else []

    def _answer(self, command_id: int, result: int, relay: int) -> CommandResult:
        """Keep a result as owed, in place of the one that the command had."""
        self._answers = [answer for answer in self._answers if answer[0] != command_id]
        self._answers = self._answers[1 - _ANSWERS_KEPT :] + [[command_id, result, 1]]
        return CommandResult(command_id, result, relay)
