"""One trip at most: badge to start it, short badge to pause and resume, held badge to end it.

Decides what the wires must do and which records follow; touches neither. Its state changes only by
`apply(record)`, live and when the journal is replayed at boot, so that both always agree. Ending
asks no grant, clock or network, only for the keys, where their holder is fitted; a technician, a
manager and the box itself end a trip without them. Coordinates appear only in TripStart and TripEnd
(mileage mode), and for private use not even there.

A trip ends, pauses and changes hands in a car that is off and stands (standing.py). While it moves
that is refused. What is asked with the ignition on, or when nobody can tell, is pending: `settle`
does it once the car is off and stands, and withdraws it after 50 m; the driver's next badge does,
too. An ignition that stays on keeps no trip open for ever.
"""

from firmware.logic.access.badge_decision import NO_TRIP, RIDES, Refused, decide, rank_of
from firmware.logic.access.card import RANK_DRIVER
from firmware.logic.access.outcome import (
    CAUSE_COMMAND,
    CAUSE_CONTACT,
    CAUSE_GRANT,
    CAUSE_PARKED,
    CAUSE_TECHNICIAN,
    DOOR_LEAVE,
    DOOR_LOCK,
    DOOR_UNLOCK,
    NOTHING,
    SIGNAL_ENDED,
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
from firmware.logic.access.wishes import END_REASON, OWN_ENDS, may_be, waited_enough
from firmware.logic.const import const
from firmware.logic.road.whereabouts import Where
from shared_protocol import codec
from shared_protocol.records import (
    ASKED_END,
    ASKED_END_TECHNICIAN,
    ASKED_NOTHING,
    ASKED_PAUSE,
    END_IGNITION_LEFT_ON,
    END_INFERRED,
    END_OTHER_DRIVER,
    NO_POSITION,
    REFUSED_IGNITION_ON,
    REFUSED_KEYS_MISSING,
    REFUSED_MOVING,
    REFUSED_NOT_GENUINE,
    RELAY_INHIBITED,
    LegEnd,
    LegStart,
    Occupant,
    Odometer,
    Relay,
    TripAsked,
    TripEnd,
    TripPause,
    TripResume,
    TripStart,
)

# The page follows the trip. A box whose power is cut loses at most this much driving, and what
# waits in recorder.py.
_ODOMETER_EVERY_MS = const(10_000)

_LAYOUT = const("B8IIBII")
_OPEN = const(1)
_PAUSED = const(2)
_IN_LEG = const(4)
_LAPSED = const(8)
_PRIVATE = const(16)
_OWES_INHIBIT = const(32)

# Who drives on has changed his mind.
_WITHDRAWN_AFTER_M = const(50)
# So long may a driver come back to a trip that the box ended.
_TAKEN_UP_FOR_S = const(72 * 3600)

# What the badge now at the reader has already done.
_NO_CARD = const(0)  # or nothing that its being held or leaving could change
_HAS_RESUMED = const(1)
_IS_DRIVER = const(2)
_IS_TECHNICIAN = const(3)


class Trip:
    """Attributes to read: `open`, `paused`, `in_leg`, `odometer_m` (the last one recorded).

    `owes_inhibit`: no inhibiting pulse is recorded since the start was enabled last.
    `asked`: what is pending, of records.ASKED_*. Where a `motion` is asked for, that is one of
    standing.py.
    """

    def __init__(self, stored: bytes = b"", odometer_m: int = 0):
        """Take up what `to_bytes` gave; nothing stored means no trip, and metres as given."""
        self.open = self.paused = self.in_leg = self._lapsed = self._private = False
        self.owes_inhibit = False
        self.odometer_m = odometer_m
        self._tag = bytes(8)
        self._grant_id = 0
        self.asked = ASKED_NOTHING
        self._asked_m = 0
        self._ended_s = 0  # when the box itself ended the trip; 0: it did not, or knew no time
        self._card = _NO_CARD
        self._odometer_ms = 0
        if stored:
            values, _ = codec.decode(_LAYOUT, stored)
            flags, self._tag, self._grant_id, self.odometer_m = values[:4]
            self.asked, self._asked_m, self._ended_s = values[4:]
            self.open = bool(flags & _OPEN)
            self.paused = bool(flags & _PAUSED)
            self.in_leg = bool(flags & _IN_LEG)
            self._lapsed = bool(flags & _LAPSED)
            self._private = bool(flags & _PRIVATE)
            self.owes_inhibit = bool(flags & _OWES_INHIBIT)

    def to_bytes(self) -> bytes:
        """The state that `apply` changes, for the head of a journal segment."""
        flags = self.open * _OPEN + self.paused * _PAUSED + self.in_leg * _IN_LEG
        flags += self._lapsed * _LAPSED + self._private * _PRIVATE
        flags += self.owes_inhibit * _OWES_INHIBIT
        trip = (flags, self._tag, self._grant_id, self.odometer_m)
        return codec.encode(_LAYOUT, trip + (self.asked, self._asked_m, self._ended_s))

    @property
    def holds_start(self) -> bool:
        """Whether the start must stay enabled: the trip is open and its driver did not pause it."""
        return self.open and not self.paused

    def is_driver(self, tag: bytes) -> bool:
        """Whether this badge opened the trip in progress."""
        return self.open and tag == self._tag

    @property
    def grant(self) -> int:
        """The grant of the trip in progress, NO_TRIP when there is none."""
        return self._grant_id if self.open else NO_TRIP

    @property
    def driver(self) -> bytes:
        """The badge tag of the trip in progress, or of the last one."""
        return self._tag

    def lapsed_grant(self, tag: bytes, time_s: int) -> int:
        """The grant of the last trip, if the box itself ended it and this badge had begun it.

        NO_TRIP 72 h later, and where either time is unknown: nobody could say how much later.
        """
        if not (self._lapsed and tag == self._tag and time_s and self._ended_s):
            return NO_TRIP
        return self._grant_id if time_s - self._ended_s <= _TAKEN_UP_FOR_S else NO_TRIP

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
        if self.is_driver(tag):
            return self.driver_arrived(relay, where)
        verdict = self._verdict(tag, grants, time_s)
        return self.other_arrived(tag, verdict, ignition_on, motion, where, assurance)

    def badge_rank(self, tag: bytes, grants, time_s: int) -> int:
        """How much a badge may do now, as RANK_* of card.py; changes nothing."""
        return RANK_DRIVER if self.is_driver(tag) else rank_of(self._verdict(tag, grants, time_s))

    def _verdict(self, tag: bytes, grants, time_s: int):
        return decide(grants, tag, time_s, self.grant, self.lapsed_grant(tag, time_s))

    def driver_arrived(self, relay: int, where: Where) -> Outcome:
        """The driver's own badge is at the reader: resume at once; anything else can wait."""
        if not (self.paused or self.asked) and relay != RELAY_INHIBITED:
            self._card = _IS_DRIVER
            return Outcome(0, DOOR_LEAVE, SIGNAL_NOTED, ())
        self._card = _HAS_RESUMED
        records = []
        if self.asked:
            records.append(TripAsked(where.odometer_m, ASKED_NOTHING))
        if self.paused:
            records.append(TripResume(where.odometer_m))
        return Outcome(CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, tuple(records))

    def other_arrived(
        self, tag: bytes, verdict, ignition_on: bool, motion, where: Where, assurance: int
    ) -> Outcome:
        """Another badge is at the reader, with its verdict (Granted, RIDES or Refused).

        A granted one starts a trip, and ends the one of another driver first: in a car that is off
        and stands, or one that stands and whose driver asked to end. Of a car that may stand, with
        the ignition on, it opens the doors. A technician's leaves the trip alone, and releases the
        car.
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
        if self.open and not self._may_change_hands(motion):
            if motion.moves:
                return refusal_of(tag, REFUSED_MOVING)
            refused = refusal_of(tag, REFUSED_IGNITION_ON)
            return Outcome(cause, DOOR_UNLOCK, refused.signal, refused.records)
        records = self._end_records(END_OTHER_DRIVER, where) if self.open else []
        # The driver of a private trip that the box ended comes back: it stays private.
        comes_back = self._lapsed and tag == self._tag and verdict.grant_id == self._grant_id
        private = verdict.private or (self._private and comes_back)
        if private:
            where = Where(where.odometer_m, NO_POSITION, NO_POSITION)
        records.append(TripStart(tag, verdict.grant_id, *where, assurance, int(private)))
        if ignition_on:
            records.append(LegStart(where.odometer_m))
        return Outcome(cause, DOOR_UNLOCK, SIGNAL_STARTED, tuple(records))

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

    def settle(self, keys_in: bool, motion, where: Where) -> Outcome:
        """Do what is pending, as soon as it may be; withdraw it when the car drives on."""
        what = self.asked
        if what == ASKED_NOTHING:
            return NOTHING
        withdrawn = (TripAsked(where.odometer_m, ASKED_NOTHING),)
        if where.odometer_m - self._asked_m >= _WITHDRAWN_AFTER_M:
            return Outcome(0, DOOR_LEAVE, "", withdrawn)
        if motion.off and motion.stands:
            return self._done(what, where) if may_be(what, keys_in) else NOTHING
        if not waited_enough(what, motion):
            return NOTHING
        if what == ASKED_PAUSE:
            return Outcome(0, DOOR_LOCK, "", withdrawn)
        is_technicians = what == ASKED_END_TECHNICIAN
        return self.end(END_REASON[what] if is_technicians else END_IGNITION_LEFT_ON, where)

    def _done(self, what: int, where: Where) -> Outcome:
        if what == ASKED_PAUSE:
            return Outcome(0, DOOR_LOCK, SIGNAL_PAUSED, (TripPause(where.odometer_m),))
        return self.end(END_REASON[what], where)

    def _may_change_hands(self, motion) -> bool:
        return motion.stands and (motion.off or self.asked in OWN_ENDS)

    def end(self, reason: int, where: Where) -> Outcome:
        """End the trip in progress, for a reason of records.END_*."""
        return Outcome(0, DOOR_LOCK, SIGNAL_ENDED, tuple(self._end_records(reason, where)))

    def badge_left(self, tag: bytes, was_held: bool, motion, where: Where) -> Outcome:
        """A badge has gone: the driver's short badge asks for a pause."""
        card, self._card = self._card, _NO_CARD
        if was_held or card != _IS_DRIVER or not self.is_driver(tag):
            return NOTHING
        return self.ask(tag, ASKED_PAUSE, True, motion, where)

    def ignition(self, on: bool, odometer_m: int) -> tuple:
        """The records that bring the leg in line with the (debounced) ignition."""
        if not self.open or on == self.in_leg:
            return ()
        return (LegStart(odometer_m) if on else LegEnd(odometer_m),)

    def odometer(self, odometer_m: int, now_ms: int) -> tuple:
        """The Odometer record, when the car has moved and the last is old enough."""
        if odometer_m == self.odometer_m or now_ms - self._odometer_ms < _ODOMETER_EVERY_MS:
            return ()
        self._odometer_ms = now_ms
        return (Odometer(odometer_m),)

    def apply(self, record, time_s: int = 0) -> None:
        """Change the state by a record and its time; one of another kind changes nothing."""
        if isinstance(record, Relay):
            if record.cause != CAUSE_CONTACT:  # that one is nobody's pulse
                self.owes_inhibit = record.cause not in (CAUSE_PARKED, CAUSE_COMMAND)
            return
        if isinstance(record, (TripStart, TripResume)):
            self.owes_inhibit = True
        if isinstance(record, (TripStart, TripEnd, TripPause)):
            self.asked, self._asked_m = ASKED_NOTHING, 0
        if isinstance(record, TripStart):
            self.open, self.paused, self.in_leg, self._lapsed = True, False, False, False
            self._tag, self._grant_id = record.badge_tag, record.grant_id
            self._private = bool(record.private)
            self._ended_s = 0
        elif isinstance(record, TripEnd):
            self.open = self.paused = self.in_leg = False
            self._lapsed = record.reason in (END_INFERRED, END_IGNITION_LEFT_ON)
            self._ended_s = time_s if self._lapsed else 0
        elif isinstance(record, TripAsked):
            self.asked = record.what if self.open else ASKED_NOTHING
            self._asked_m = record.odometer_m if self.asked else 0
        elif isinstance(record, TripPause):
            self.paused = True
        elif isinstance(record, TripResume):
            self.paused = False
        elif isinstance(record, LegStart):
            self.in_leg = True
        elif isinstance(record, LegEnd):
            self.in_leg = False
        elif not isinstance(record, Odometer):
            return
        self.odometer_m = record.odometer_m

    def _end_records(self, reason: int, where: Where) -> list:
        """A leg that goes on is not said to be over: only the ignition's own edge says that."""
        if self._private:
            where = Where(where.odometer_m, NO_POSITION, NO_POSITION)
        return [TripEnd(*where, reason)]
