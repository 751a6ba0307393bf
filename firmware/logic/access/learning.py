"""Learn at this car: the next unknown card's UID is told once, because a named person asked for it.

Of the cards that come only one that would be refused as unknown is learned: a badge that the box
knows, whatever it may do, is judged as ever. So is any card while somebody drives, one that lies
beside another, and one whose UID is made up (card.py). A learned card opens nothing. Ends at the
first card, after its time, and with a reset, for nothing of it is kept. Moves nothing; which order
is begun, and its answer, is commands.py.
"""

from firmware.logic.access.outcome import DOOR_LEAVE, SIGNAL_LEARNED, Outcome
from shared_protocol.limits import LEARN_VALID_S
from shared_protocol.records import REFUSED_UNKNOWN_BADGE, BadgeLearned, Refusal


class Learning:
    """What one box is asked to learn, if anything."""

    def __init__(self):
        """Begin with nothing to learn."""
        self._order = None  # its number, and until when it waits

    @property
    def waits(self) -> bool:
        """Whether an order waits for a card."""
        return self._order is not None

    def begin(self, command_id: int, left_s: int, now_ms: int) -> None:
        """Wait for a card, and no more for an earlier order's; `left_s`: till this one expires."""
        self._order = command_id, now_ms + min(left_s, LEARN_VALID_S) * 1000

    def end(self) -> None:
        """Wait no more."""
        self._order = None

    def is_over(self, now_ms: int) -> bool:
        """Whether an order waits whose time is over."""
        return self._order is not None and now_ms >= self._order[1]

    def judged(self, outcome: Outcome, uid: bytes, no_time: bool, now_ms: int) -> Outcome:
        """What comes of a card: it is learned, or else what would come of it, `outcome`.

        Args:
            outcome: of the trip.
            uid: the card's; empty when it does not lie alone there, or has proved a key.
            no_time: somebody drives (a trip is open and not paused, or the car moves), or the car
                is said to be stolen, and an order is no means to know a thief.
            now_ms: of the box's uptime.
        """
        if self._order is None or not uid or no_time or self.is_over(now_ms):
            return outcome
        for record in outcome.records:
            if isinstance(record, Refusal) and record.reason == REFUSED_UNKNOWN_BADGE:
                learned = BadgeLearned(self._order[0], uid)
                return Outcome(0, DOOR_LEAVE, SIGNAL_LEARNED, (learned,))
        return outcome
