"""One trip at most: badge to start it, short badge to pause and resume, held badge to end it.

Decides what the wires must do and which records follow; touches neither. Its state changes only by
`apply(record)`, live and when the journal is replayed at boot, so that both always agree. Ending
asks no grant, clock, network or ignition, only for the keys, where their holder is fitted; a
technician, a manager and the box itself end a trip without them. Coordinates appear only in
TripStart and TripEnd (mileage mode), and for private use not even there.
"""

from collections import namedtuple

from firmware.logic.access.badge_decision import NO_TRIP, RIDES, Refused, decide
from firmware.logic.const import const
from firmware.logic.road.whereabouts import Where
from shared_protocol import codec
from shared_protocol.records import (
    END_BADGE_HELD,
    END_INFERRED,
    END_OTHER_DRIVER,
    END_TECHNICIAN,
    NO_POSITION,
    REFUSED_KEYS_MISSING,
    REFUSED_NOT_GENUINE,
    RELAY_INHIBITED,
    LegEnd,
    LegStart,
    Occupant,
    Odometer,
    Refusal,
    TripEnd,
    TripPause,
    TripResume,
    TripStart,
)

Outcome = namedtuple("Outcome", ("enable_cause", "door", "signal", "records"))
"""What to do, in this order: relay (0: leave it), doors, signal, then what to record."""

CAUSE_GRANT = 1
CAUSE_TECHNICIAN = 2
CAUSE_PARKED = 3
CAUSE_COMMAND = 4
CAUSE_CONTACT = 5  # seen on the feedback contact: the sealed override, or a hand

DOOR_LEAVE = 0
DOOR_UNLOCK = 1
DOOR_LOCK = 2

SIGNAL_STARTED = "started"
SIGNAL_RESUMED = "resumed"
SIGNAL_PAUSED = "paused"
SIGNAL_ENDED = "ended"
SIGNAL_NOTED = "noted"
SIGNAL_OCCUPANT = "occupant"
SIGNAL_RELEASED = "released"
SIGNAL_DOOR_OPEN = "door_open"
SIGNAL_REFUSED = "refused {}"  # with the reason's number

# The page follows the trip. A box whose power is cut loses at most this much driving, and what
# waits in recorder.py.
_ODOMETER_EVERY_MS = const(10_000)

_NOTHING = Outcome(0, DOOR_LEAVE, "", ())
_LAYOUT = const("B8II")
_OPEN = const(1)
_PAUSED = const(2)
_IN_LEG = const(4)
_LAPSED = const(8)
_PRIVATE = const(16)

# What the badge now at the reader has already done.
_NO_CARD = const(0)  # or nothing that its being held or leaving could change
_HAS_RESUMED = const(1)
_IS_DRIVER = const(2)
_IS_TECHNICIAN = const(3)


class Trip:
    """Attributes to read: `open`, `paused`, `in_leg`, `odometer_m` (the last one recorded)."""

    def __init__(self, stored: bytes = b"", odometer_m: int = 0):
        """Take up what `to_bytes` gave; nothing stored means no trip, and metres as given."""
        self.open = self.paused = self.in_leg = self._lapsed = self._private = False
        self.odometer_m = odometer_m
        self._tag = bytes(8)
        self._grant_id = 0
        self._card = _NO_CARD
        self._odometer_ms = 0
        if stored:
            (flags, self._tag, self._grant_id, self.odometer_m), _ = codec.decode(_LAYOUT, stored)
            self.open = bool(flags & _OPEN)
            self.paused = bool(flags & _PAUSED)
            self.in_leg = bool(flags & _IN_LEG)
            self._lapsed = bool(flags & _LAPSED)
            self._private = bool(flags & _PRIVATE)

    def to_bytes(self) -> bytes:
        """The state that `apply` changes, for the head of a journal segment."""
        flags = self.open * _OPEN + self.paused * _PAUSED + self.in_leg * _IN_LEG
        flags += self._lapsed * _LAPSED + self._private * _PRIVATE
        return codec.encode(_LAYOUT, (flags, self._tag, self._grant_id, self.odometer_m))

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

    def lapsed_grant(self, tag: bytes) -> int:
        """The grant of the last trip, if the box itself ended it and this badge had begun it."""
        return self._grant_id if self._lapsed and tag == self._tag else NO_TRIP

    def badge_arrived(
        self,
        tag: bytes,
        grants,
        *,
        time_s: int,
        relay: int,
        ignition_on: bool,
        where: Where,
        assurance: int,
    ) -> Outcome:
        """A badge is at the reader: the driver's own is asked nothing, any other has its verdict.

        `time_s` (0: unknown) and the GrantSet decide; `assurance` of records.ASSURANCE_* says how
        the badge proved itself.
        """
        if self.is_driver(tag):
            return self.driver_arrived(relay, where)
        verdict = decide(grants, tag, time_s, self.grant, self.lapsed_grant(tag))
        return self.other_arrived(tag, verdict, ignition_on, where, assurance)

    def driver_arrived(self, relay: int, where: Where) -> Outcome:
        """The driver's own badge is at the reader: resume at once; anything else can wait."""
        if not self.paused and relay != RELAY_INHIBITED:
            self._card = _IS_DRIVER
            return Outcome(0, DOOR_LEAVE, SIGNAL_NOTED, ())
        self._card = _HAS_RESUMED
        records = (TripResume(where.odometer_m),) if self.paused else ()
        return Outcome(CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, records)

    def other_arrived(
        self, tag: bytes, verdict, ignition_on: bool, where: Where, assurance: int
    ) -> Outcome:
        """Another badge is at the reader, with its verdict (Granted, RIDES or Refused).

        A granted one starts a trip, and ends the one of another driver first; a technician's
        leaves that one alone, and releases the car.
        """
        self._card = _NO_CARD
        if verdict == RIDES:
            return Outcome(0, DOOR_LEAVE, SIGNAL_OCCUPANT, (Occupant(tag),))
        if isinstance(verdict, Refused):
            return _refused(tag, verdict.reason)
        cause = CAUSE_TECHNICIAN if verdict.technician else CAUSE_GRANT
        if verdict.technician and self.open:
            self._card = _IS_TECHNICIAN
            return Outcome(cause, DOOR_UNLOCK, SIGNAL_RELEASED, ())
        records = self._end_records(END_OTHER_DRIVER, where) if self.open else []
        # The driver of a private trip that the box ended comes back: it stays private.
        private = verdict.private or (self._private and verdict.grant_id == self.lapsed_grant(tag))
        if private:
            where = Where(where.odometer_m, NO_POSITION, NO_POSITION)
        records.append(TripStart(tag, verdict.grant_id, *where, assurance, int(private)))
        if ignition_on:
            records.append(LegStart(where.odometer_m))
        return Outcome(cause, DOOR_UNLOCK, SIGNAL_STARTED, tuple(records))

    def not_genuine(self, tag: bytes) -> Outcome:
        """A card that has a key did not prove that it holds it: whatever its grants, it is none."""
        self._card = _NO_CARD
        return _refused(tag, REFUSED_NOT_GENUINE)

    def badge_held(self, tag: bytes, keys_in: bool, where: Where) -> Outcome:
        """A badge has been held for 3 s: it ends the trip, unless it just began it.

        The driver's does with the keys in their holder (`keys_in`, true where there is none), a
        technician's in any case. One that did not arrive (its card was not genuine) ends nothing.
        """
        if self._card == _IS_TECHNICIAN and self.open:
            return self.end(END_TECHNICIAN, where)
        if self._card not in (_IS_DRIVER, _HAS_RESUMED) or not self.is_driver(tag):
            return _NOTHING
        if not keys_in:
            return _refused(tag, REFUSED_KEYS_MISSING)
        return self.end(END_BADGE_HELD, where)

    def end(self, reason: int, where: Where) -> Outcome:
        """End the trip in progress, for a reason of records.END_*."""
        return Outcome(0, DOOR_LOCK, SIGNAL_ENDED, tuple(self._end_records(reason, where)))

    def badge_left(self, tag: bytes, was_held: bool, where: Where) -> Outcome:
        """A badge has gone: the driver's short badge pauses."""
        card, self._card = self._card, _NO_CARD
        if was_held or card != _IS_DRIVER or not self.is_driver(tag):
            return _NOTHING
        return Outcome(0, DOOR_LOCK, SIGNAL_PAUSED, (TripPause(where.odometer_m),))

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

    def apply(self, record) -> None:
        """Change the state by a record; one of another kind changes nothing."""
        if isinstance(record, TripStart):
            self.open, self.paused, self.in_leg, self._lapsed = True, False, False, False
            self._tag, self._grant_id = record.badge_tag, record.grant_id
            self._private = bool(record.private)
        elif isinstance(record, TripEnd):
            self.open = self.paused = self.in_leg = False
            self._lapsed = record.reason == END_INFERRED
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
        records = []
        if self.in_leg:
            records.append(LegEnd(where.odometer_m))
        if self._private:
            where = Where(where.odometer_m, NO_POSITION, NO_POSITION)
        records.append(TripEnd(*where, reason))
        return records


def signal_of(outcome: Outcome, door_open: bool) -> str:
    """The signal of an outcome: of doors that are to be locked, first whether one is open."""
    return SIGNAL_DOOR_OPEN if door_open and outcome.door == DOOR_LOCK else outcome.signal


def _refused(tag: bytes, reason: int) -> Outcome:
    return Outcome(0, DOOR_LEAVE, SIGNAL_REFUSED.format(reason), (Refusal(tag, reason),))
