"""One trip at most: badge to start it, short badge to pause and resume, held badge to end it.

Decides what the wires must do and which records follow; touches neither, and changes nothing of the
trip: those records do (state.py). Ending asks no grant, clock or network, only for the keys, where
their holder is fitted; a technician, a manager and the box itself end a trip without them.
Coordinates appear only in TripStart and TripEnd (mileage mode), and for private use not even there.

A trip ends, pauses and changes hands in a car that is off and stands (standing.py); its doors are
locked at the driver's badge also where the books wait, as soon as `motion.locks`. While it moves
that is refused. What is asked with the ignition on, or when nobody can tell, is pending: `settle`
does it once the car is off and stands, and withdraws it after 50 m; the driver's next badge does,
too. A next driver who badges with the ignition on waits as well (handover.py). An ignition that
stays on keeps no trip open for ever; who then drives on, before it was seen off, takes the same
trip up again: its driver is undetermined until a badge says who it is.
"""

from firmware.logic.access.badge_decision import RIDES, Granted, Refused, decide, rank_of
from firmware.logic.access.card import RANK_DRIVER
from firmware.logic.access.outcome import (
    CAUSE_GRANT,
    CAUSE_TECHNICIAN,
    DOOR_LEAVE,
    DOOR_LOCK,
    DOOR_UNLOCK,
    NOTHING,
    SIGNAL_ENDED,
    SIGNAL_HANDOVER,
    SIGNAL_NOTED,
    SIGNAL_OCCUPANT,
    SIGNAL_PAUSED,
    SIGNAL_PENDING,
    SIGNAL_RELEASED,
    SIGNAL_RESUMED,
    SIGNAL_STARTED,
    Outcome,
    refusal_of,
)
from firmware.logic.const import const
from firmware.logic.road.whereabouts import Where
from firmware.logic.trip.afar import under_order
from firmware.logic.trip.handover import Handover
from firmware.logic.trip.wishes import END_REASON, HIS_BADGE, may_be, waited_enough
from shared_protocol.records import (
    ASKED_END,
    ASKED_END_TECHNICIAN,
    ASKED_NOTHING,
    ASKED_PAUSE,
    END_IGNITION_LEFT_ON,
    REFUSED_CAR_IN_USE,
    REFUSED_IGNITION_ON,
    REFUSED_KEYS_MISSING,
    REFUSED_MOVING,
    REFUSED_NOT_GENUINE,
    RELAY_INHIBITED,
    LegEnd,
    LegStart,
    Occupant,
    Odometer,
    TripAsked,
    TripPause,
    TripResume,
    TripTakenUp,
)

# The page follows the trip. A box whose power is cut loses at most this much driving, and what
# waits in recorder.py.
_ODOMETER_EVERY_MS = const(10_000)

# Who drives on has changed his mind.
_WITHDRAWN_AFTER_M = const(50)
# What the badge now at the reader has already done.
_NO_CARD = const(0)  # or nothing that its being held or leaving could change
_HAS_RESUMED = const(1)
_IS_DRIVER = const(2)
_IS_TECHNICIAN = const(3)


class Trip(Handover):
    """What may be read of it: state.py. A `motion` is one of standing.py."""

    def __init__(self, stored: bytes = b"", odometer_m: int = 0):
        """Take up what `to_bytes` gave; nothing stored means no trip, and metres as given."""
        super().__init__(stored, odometer_m)
        self._card = _NO_CARD
        self._odometer_ms = 0

    def badge_arrived(
        self,
        tag: bytes,
        grants,
        *,
        time_s: int,
        relay: int,
        ignition_on: bool,
        motion,
        where: Where,
        assurance: int,
    ) -> Outcome:
        """A badge is at the reader: the driver's own is asked nothing, any other has its verdict.

        `time_s` (0: unknown) and the GrantSet decide; `assurance` of records.ASSURANCE_* says how
        the badge proved itself.
        """
        if self.is_driver(tag) and self.undetermined:  # whoever drove till now, it is he from here
            verdict = under_order(Granted(self.grant, False, False), self.ordered)
        elif self.is_driver(tag) or self.is_taking(tag):
            return self._holder_arrived(tag, relay, ignition_on, motion, where, time_s)
        else:
            verdict = self._verdict(tag, grants, time_s)
        return self.other_arrived(tag, verdict, ignition_on, motion, where, assurance, time_s)

    def badge_rank(self, tag: bytes, grants, time_s: int) -> int:
        """How much a badge may do now, as RANK_* of card.py; changes nothing."""
        if self.is_driver(tag) or self.is_taking(tag):
            return RANK_DRIVER
        return rank_of(self._verdict(tag, grants, time_s))

    def _verdict(self, tag: bytes, grants, time_s: int):
        """What grants and orders say, and whether the booking of who has the car lets it go."""
        verdict = decide(grants, tag, time_s, self.grant, self.lapsed_grant(tag, time_s))
        verdict = under_order(verdict, self.ordered)
        if not (self.open and isinstance(verdict, Granted)) or verdict.technician:
            return verdict
        kept = self._keeps(verdict.grant_id, grants, time_s)
        return Refused(REFUSED_CAR_IN_USE) if kept else verdict

    def _holder_arrived(
        self, tag: bytes, relay: int, ignition_on: bool, motion, where: Where, time_s: int
    ) -> Outcome:
        """The driver's badge, or that of who waits for the car: of two, the first one has it."""
        if self.is_driver(tag):
            outcome = self.driver_arrived(relay, where)
            return Outcome(*outcome[:3], self._dropped(motion, where) + outcome.records)
        if not self._has_come_first(motion, time_s):
            return self._resumed(relay, where, self.asked == ASKED_PAUSE)
        self._card = _NO_CARD
        return Outcome(
            CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_STARTED, self._taken(self.taking, ignition_on, where)
        )

    def driver_arrived(self, relay: int, where: Where) -> Outcome:
        """The driver's own badge is at the reader: resume at once; anything else can wait."""
        return self._resumed(relay, where, self.asked != ASKED_NOTHING)

    def _resumed(self, relay: int, where: Where, withdraws: bool) -> Outcome:
        if not (self.paused or self.asked) and relay != RELAY_INHIBITED:
            self._card = _IS_DRIVER
            return Outcome(0, DOOR_LEAVE, SIGNAL_NOTED, ())
        self._card = _HAS_RESUMED
        records = []
        if withdraws:
            records.append(TripAsked(where.odometer_m, ASKED_NOTHING))
        if self.paused:
            records.append(TripResume(where.odometer_m))
        return Outcome(CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, tuple(records))

    def other_arrived(
        self,
        tag: bytes,
        verdict,
        ignition_on: bool,
        motion,
        where: Where,
        assurance: int,
        time_s: int = 0,
    ) -> Outcome:
        """Another badge is at the reader, with its verdict (Granted, RIDES or Refused).

        A granted one starts a trip, and ends the one of another driver first: in a car that is off
        and stands, or one that stands and whose driver's badge just asked to end. Of a car that may
        stand, with the ignition on, it opens the doors, and waits (one at a time). A technician's
        leaves the trip alone, and releases the car.
        """
        self._card = _NO_CARD
        if verdict == RIDES:
            return Outcome(0, DOOR_LEAVE, SIGNAL_OCCUPANT, (Occupant(tag),))
        if isinstance(verdict, Refused):
            return refusal_of(tag, verdict.reason)
        cause = CAUSE_TECHNICIAN if verdict.technician else CAUSE_GRANT
        if verdict.technician and self.open:
            self._card = _IS_TECHNICIAN
            return Outcome(cause, DOOR_UNLOCK, SIGNAL_RELEASED, ())
        changes_hands = self.open and tag != self._tag
        if changes_hands and not self._may_change_hands(motion, time_s):
            if motion.moves:
                return refusal_of(tag, REFUSED_MOVING)
            if self.taking:
                refused = refusal_of(tag, REFUSED_IGNITION_ON)
                return Outcome(cause, DOOR_UNLOCK, refused.signal, refused.records)
            records = (self._asks_for_it(tag, verdict, assurance, where),)
            return Outcome(cause, DOOR_UNLOCK, SIGNAL_HANDOVER, records)
        # The driver of a private trip that the box ended comes back: it stays private.
        comes_back = tag == self._tag and verdict.grant_id == self._grant_id
        comes_back = comes_back and (self._lapsed or self.undetermined)
        private = verdict.private or (self._private and comes_back)
        records = self._start_records(
            tag, verdict.grant_id, assurance, int(private), ignition_on, where
        )
        return Outcome(cause, DOOR_UNLOCK, SIGNAL_STARTED, records)

    def not_genuine(self, tag: bytes) -> Outcome:
        """A card that has a key did not prove that it holds it: whatever its grants, it is none."""
        self._card = _NO_CARD
        return refusal_of(tag, REFUSED_NOT_GENUINE)

    def badge_held(self, tag: bytes, keys_in: bool, motion, where: Where) -> Outcome:
        """A badge has been held for 3 s: it asks for the trip's end, unless it just began it.

        The driver's ends it with the keys in their holder (`keys_in`, true where there is none), a
        technician's in any case. One that did not arrive (its card was not genuine) ends nothing.
        """
        if self._card == _IS_TECHNICIAN and self.open:
            return self.ask(tag, ASKED_END_TECHNICIAN, keys_in, motion, where)
        if self._card not in (_IS_DRIVER, _HAS_RESUMED) or not self.is_driver(tag):
            return NOTHING
        return self.ask(tag, ASKED_END, keys_in, motion, where)

    def ask(self, tag: bytes, what: int, keys_in: bool, motion, where: Where) -> Outcome:
        """Do what is asked of the open trip (ASKED_*) now, or later, or not; `tag` asks."""
        if motion.moves:
            return refusal_of(tag, REFUSED_MOVING)
        if not (motion.off and motion.stands):
            return Outcome(0, DOOR_LEAVE, SIGNAL_PENDING, (TripAsked(where.odometer_m, what),))
        if not may_be(what, keys_in):
            return refusal_of(tag, REFUSED_KEYS_MISSING)
        return self._done(what, where)

    def settle(self, now_ms: int, keys_in: bool, motion, where: Where) -> Outcome:
        """Do what is pending, as soon as it may be; withdraw it when the car drives on."""
        what = self.asked
        if what == ASKED_NOTHING:
            return NOTHING
        if self._waits_since_ms is None:
            self._waits_since_ms = now_ms
        if where.odometer_m - self._asked_m >= _WITHDRAWN_AFTER_M:
            withdrawn = (TripAsked(where.odometer_m, ASKED_NOTHING),)
            return Outcome(0, DOOR_LEAVE, "", withdrawn)
        may = may_be(what, keys_in)
        if motion.off and motion.stands:
            return self._done(what, where) if may else NOTHING
        waited = waited_enough(what, motion, now_ms - self._waits_since_ms)
        if waited and what != ASKED_PAUSE:
            is_technicians = what == ASKED_END_TECHNICIAN
            return self.end(END_REASON[what] if is_technicians else END_IGNITION_LEFT_ON, where)
        # The books wait on, the doors do not; the badge that asked opens them again.
        if self._has_locked or not (may and what in HIS_BADGE and (waited or motion.locks)):
            return NOTHING
        self._has_locked = True
        return Outcome(0, DOOR_LOCK, "", ())

    def _done(self, what: int, where: Where) -> Outcome:
        if what == ASKED_PAUSE:
            return Outcome(0, DOOR_LOCK, SIGNAL_PAUSED, (TripPause(where.odometer_m),))
        return self.end(END_REASON[what], where)

    def end(self, reason: int, where: Where) -> Outcome:
        """End the trip in progress, for a reason of records.END_*."""
        return Outcome(0, DOOR_LOCK, SIGNAL_ENDED, tuple(self._end_records(reason, where)))

    def badge_left(self, tag: bytes, was_held: bool, motion, where: Where) -> Outcome:
        """A badge has gone: the driver's short badge asks for a pause."""
        card, self._card = self._card, _NO_CARD
        may_pause = self.is_driver(tag) or self.is_taking(tag)
        if was_held or card != _IS_DRIVER or not may_pause:
            return NOTHING
        return self.ask(tag, ASKED_PAUSE, True, motion, where)

    def ignition(self, on: bool, odometer_m: int) -> tuple:
        """The records that bring the leg in line with the (debounced) ignition."""
        if not self.open or on == self.in_leg:
            return ()
        return (LegStart(odometer_m) if on else LegEnd(odometer_m),)

    def after_end(self, motion, odometer_m: int) -> tuple:
        """What is seen of a car that was left running: its end, or that somebody drives on in it.

        Law 2: whoever that is may start it again. Whose the metres are nobody knows before a badge.
        """
        if self.open or not self.left_running:
            return ()
        if motion.off:
            return (LegEnd(odometer_m),)
        return (TripTakenUp(odometer_m),) if motion.moves else ()

    def odometer(self, odometer_m: int, now_ms: int) -> tuple:
        """The Odometer record, when the car has moved and the last is old enough."""
        if odometer_m == self.odometer_m or now_ms - self._odometer_ms < _ODOMETER_EVERY_MS:
            return ()
        self._odometer_ms = now_ms
        return (Odometer(odometer_m),)
