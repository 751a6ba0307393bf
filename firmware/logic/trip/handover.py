"""When a car that somebody has changes hands to the next driver, and what waits until it may.

A running booking keeps the car for its driver until its end, unless he asked to end. The next
driver's badge at a car whose ignition is on is written down as a handover: who is first at the
reader after the ignition was off is the driver, and whose the metres until then are nobody knows.
Moves neither relay nor doors: trip.py says what a badge gets.
"""

from firmware.logic.access.outcome import DOOR_LEAVE, NOTHING, SIGNAL_STARTED, Outcome
from firmware.logic.const import const
from firmware.logic.road.whereabouts import Where
from firmware.logic.trip.state import TripState
from firmware.logic.trip.wishes import OWN_ENDS, waited_enough
from shared_protocol.messages import GRANT_BOOKING, GRANT_NO_LICENCE, GRANT_NO_NOTICE
from shared_protocol.records import (
    ASKED_END,
    END_OTHER_DRIVER,
    HANDOVER_ASKED,
    HANDOVER_DROPPED,
    HANDOVER_SEEN_OFF,
    NO_POSITION,
    LegStart,
    TripEnd,
    TripHandover,
    TripStart,
)

# Who asked to end and still sits there later than this has thought better of it, or has gone.
_ASKED_WITHIN_S = const(600)


class Handover(TripState):
    """What of a trip is about its changing hands; a `motion` is one of standing.py."""

    def __init__(self, stored: bytes, odometer_m: int):
        """Take up what `to_bytes` gave; nothing stored means no trip, and metres as given."""
        super().__init__(stored, odometer_m)
        self._next_since_ms = None  # since when the box looks at the handover that waits

    def settle_handover(self, grants, time_s: int, motion, where: Where, now_ms: int) -> Outcome:
        """Note that the ignition was off while a handover waits, or that it was left on too long.

        An ignition that stays on keeps the car from the next driver no longer than the booking of
        the former one runs; a driver of the same booking waits for no end of it.
        """
        taking = self.taking
        if taking is None:
            return NOTHING
        if self._next_since_ms is None:
            self._next_since_ms = now_ms
        if motion.off and motion.stands and taking.stage == HANDOVER_ASKED:
            return Outcome(0, DOOR_LEAVE, "", (_at_stage(HANDOVER_SEEN_OFF, taking, where),))
        is_left_on = waited_enough(ASKED_END, motion, now_ms - self._next_since_ms)
        if not is_left_on or self._keeps(taking.grant_id, grants, time_s):
            return NOTHING
        return Outcome(0, DOOR_LEAVE, SIGNAL_STARTED, self._taken(taking, self.in_leg, where))

    def _keeps(self, grant_id: int, grants, time_s: int) -> bool:
        """Whether the car stays with its driver, whoever comes by the right of that grant."""
        is_given_up = self.asked in OWN_ENDS or self.undetermined
        is_held = grant_id != self.grant and not is_given_up
        return is_held and _runs(grants, self._tag, time_s)

    def _may_change_hands(self, motion, time_s: int) -> bool:
        """Whether it is off and stands, or stands and its driver's badge just asked to end."""
        asked = self.asked == ASKED_END and bool(self._asked_s)
        asked = asked and 0 <= time_s - self._asked_s <= _ASKED_WITHIN_S
        return motion.stands and (motion.off or asked or self.undetermined)

    def _was_off(self, motion) -> bool:
        is_off = motion.off and motion.stands
        was_seen = self.taking is not None and self.taking.stage == HANDOVER_SEEN_OFF
        return not motion.moves and (is_off or was_seen)

    def _has_come_first(self, motion, time_s: int) -> bool:
        """Whether the badge now at the reader, of who waits for the car, has it."""
        return self._was_off(motion) or self._may_change_hands(motion, time_s)

    def _dropped(self, motion, where: Where) -> tuple:
        """The record that the driver was the first at the reader, if a handover waits for that."""
        if self.taking is None or not self._was_off(motion):
            return ()
        return (_at_stage(HANDOVER_DROPPED, self.taking, where),)

    def _asks_for_it(self, tag: bytes, verdict, assurance: int, where: Where) -> TripHandover:
        """The record that the next driver is there while the ignition is on."""
        self._next_since_ms = None
        private = int(verdict.private)
        return TripHandover(
            where.odometer_m, tag, verdict.grant_id, assurance, private, HANDOVER_ASKED
        )

    def _taken(self, taking, ignition_on: bool, where: Where) -> tuple:
        """The records of the handover that waits, done."""
        return self._start_records(
            taking.badge_tag, taking.grant_id, taking.assurance, taking.private, ignition_on, where
        )

    def _start_records(
        self,
        tag: bytes,
        grant_id: int,
        assurance: int,
        private: int,
        ignition_on: bool,
        where: Where,
    ) -> tuple:
        """The end of another driver's trip, if one is open, and the beginning of this one."""
        changes_hands = self.open and tag != self._tag
        records = self._end_records(END_OTHER_DRIVER, where) if changes_hands else []
        if private:
            where = Where(where.odometer_m, NO_POSITION, NO_POSITION)
        records.append(TripStart(tag, grant_id, *where, assurance, private))
        if ignition_on:
            records.append(LegStart(where.odometer_m))
        return tuple(records)

    def _end_records(self, reason: int, where: Where) -> list:
        """A leg that goes on is not said to be over: only the ignition's own edge says that."""
        if self._private:
            where = Where(where.odometer_m, NO_POSITION, NO_POSITION)
        return [TripEnd(*where, reason)]


def _at_stage(stage: int, pending: TripHandover, where: Where) -> TripHandover:
    """The handover that waits, at another stage."""
    return TripHandover(where.odometer_m, *pending[1:5], stage)


def _runs(grants, tag: bytes, time_s: int) -> bool:
    """Whether a booking of this badge runs; at an unknown time (0) any that it has may."""
    bookings = [
        grant
        for grant in grants.of_badge(tag)
        if grant.kind in (GRANT_BOOKING, GRANT_NO_LICENCE, GRANT_NO_NOTICE)
    ]
    until_s = max(time_s, grants.closed_s)
    return any(
        not time_s or (grant.not_before_s <= time_s and until_s < grant.not_after_s)
        for grant in bookings
    )
