"""What is known of one car's trip: open or not, whose, paused, what is asked of it.

Changes only by `apply(record)`, live and when the journal is replayed at boot, so that both always
agree. Decides nothing: that is trip.py.
"""

from firmware.logic.access.badge_decision import NO_TRIP
from firmware.logic.access.outcome import CAUSE_COMMAND, CAUSE_CONTACT, CAUSE_PARKED
from firmware.logic.const import const
from shared_protocol import codec
from shared_protocol.records import (
    ASKED_NOTHING,
    ASKED_THEFT,
    END_FROM_AFAR,
    END_IGNITION_LEFT_ON,
    END_INFERRED,
    HANDOVER_DROPPED,
    LegEnd,
    LegStart,
    Odometer,
    Ordered,
    Relay,
    TripAsked,
    TripEnd,
    TripHandover,
    TripPause,
    TripResume,
    TripStart,
    TripTakenUp,
)

_LAYOUT = const("B8IIBIIIBI")
_HANDOVER_LAYOUT = const("I8IBBB")
_OPEN = const(1)
_PAUSED = const(2)
_IN_LEG = const(4)
_LAPSED = const(8)
_PRIVATE = const(16)
_OWES_INHIBIT = const(32)
_LEFT_RUNNING = const(64)

# So long may a driver come back to a trip that the box ended.
_TAKEN_UP_FOR_S = const(72 * 3600)


class TripState:
    """Attributes to read: `open`, `paused`, `in_leg`, `odometer_m` (the last one recorded).

    `owes_inhibit`: no inhibiting pulse is recorded since the start was enabled last.
    `asked`: what is pending, of records.ASKED_*. `ordered`: what somebody else ordered from afar,
    of the same, and `ordered_until_s`, 0 for no end. `taking`: the TripHandover that is pending,
    None when no other driver waits for the car.
    `left_running`: the ignition was not seen off since the trip ended, or motion took it up again.
    """

    def __init__(self, stored: bytes, odometer_m: int):
        """Take up what `to_bytes` gave; nothing stored means no trip, and metres as given."""
        self.open = self.paused = self.in_leg = self._lapsed = self._private = False
        self.owes_inhibit = self.left_running = False
        self.odometer_m = odometer_m
        self._tag = bytes(8)
        self._grant_id = 0
        self.asked = ASKED_NOTHING
        self._asked_m = 0
        self._asked_s = 0  # when that was; 0: nothing is asked, or no time was known
        self.taking = None
        self._waits_since_ms = None  # when a look, since it was asked or the boot, first found it
        self._has_locked = False  # for what waits
        self._ended_s = 0  # when the box itself ended the trip; 0: it did not, or knew no time
        self.ordered, self.ordered_until_s = ASKED_NOTHING, 0
        if stored:
            values, end = codec.decode(_LAYOUT, stored)
            flags, self._tag, self._grant_id, self.odometer_m = values[:4]
            self.asked, self._asked_m, self._asked_s, self._ended_s = values[4:8]
            self.ordered, self.ordered_until_s = values[8:]
            if end < len(stored):
                self.taking = TripHandover(*codec.decode(_HANDOVER_LAYOUT, stored, end)[0])
            self.open = bool(flags & _OPEN)
            self.paused = bool(flags & _PAUSED)
            self.in_leg = bool(flags & _IN_LEG)
            self._lapsed = bool(flags & _LAPSED)
            self._private = bool(flags & _PRIVATE)
            self.owes_inhibit = bool(flags & _OWES_INHIBIT)
            self.left_running = bool(flags & _LEFT_RUNNING)

    def to_bytes(self) -> bytes:
        """The state that `apply` changes, for the head of a journal segment."""
        flags = self.open * _OPEN + self.paused * _PAUSED + self.in_leg * _IN_LEG
        flags += self._lapsed * _LAPSED + self._private * _PRIVATE
        flags += self.owes_inhibit * _OWES_INHIBIT + self.left_running * _LEFT_RUNNING
        trip = (flags, self._tag, self._grant_id, self.odometer_m)
        trip += (self.asked, self._asked_m, self._asked_s, self._ended_s)
        trip += (self.ordered, self.ordered_until_s)
        taking = codec.encode(_HANDOVER_LAYOUT, self.taking) if self.taking else b""
        return codec.encode(_LAYOUT, trip) + taking

    @property
    def holds_start(self) -> bool:
        """Whether the start must stay enabled: the trip is open and its driver did not pause it."""
        return self.open and not self.paused

    @property
    def undetermined(self) -> bool:
        """Whether the trip in progress was taken up by motion: nobody knows yet who drives."""
        return self.open and self.left_running

    def is_driver(self, tag: bytes) -> bool:
        """Whether this badge opened the trip in progress."""
        return self.open and tag == self._tag

    def is_taking(self, tag: bytes) -> bool:
        """Whether this badge's holder waits for the car that another has."""
        return self.taking is not None and tag == self.taking.badge_tag

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

    def apply(self, record, time_s: int = 0) -> None:
        """Change the state by a record and its time; one of another kind changes nothing."""
        if isinstance(record, Relay):
            if record.cause != CAUSE_CONTACT:  # that one is nobody's pulse
                self.owes_inhibit = record.cause not in (CAUSE_PARKED, CAUSE_COMMAND)
            return
        if isinstance(record, Ordered):
            self._take_order(record)
            return
        if isinstance(record, (TripStart, TripResume)):
            self.owes_inhibit = True
        if isinstance(record, (TripStart, TripEnd)) and self.ordered != ASKED_THEFT:
            self._take_order(Ordered(ASKED_NOTHING, 0))  # an end was that trip's
        if isinstance(record, (TripStart, TripEnd, TripPause)):
            self.asked, self._asked_m, self._asked_s = ASKED_NOTHING, 0, 0
        if isinstance(record, (TripStart, TripEnd)):
            self.taking = None
        if isinstance(record, TripStart):
            self.open, self.paused, self.in_leg, self._lapsed = True, False, False, False
            self._tag, self._grant_id = record.badge_tag, record.grant_id
            self._private = bool(record.private)
            self._ended_s, self.left_running = 0, False
        elif isinstance(record, TripEnd):
            self.left_running = self.in_leg or record.reason == END_IGNITION_LEFT_ON
            self.open = self.paused = self.in_leg = False
            self._lapsed = record.reason in (END_INFERRED, END_IGNITION_LEFT_ON, END_FROM_AFAR)
            self._ended_s = time_s if self._lapsed else 0
        elif isinstance(record, TripTakenUp):
            self.open = True
        elif isinstance(record, TripAsked):
            self.asked = record.what if self.open else ASKED_NOTHING
            self._asked_m = record.odometer_m if self.asked else 0
            self._asked_s = time_s if self.asked else 0
            self._waits_since_ms, self._has_locked = None, False
        elif isinstance(record, TripHandover):
            pending = self.open and record.stage != HANDOVER_DROPPED
            self.taking = record if pending else None
        elif isinstance(record, TripPause):
            self.paused = True
        elif isinstance(record, TripResume):
            self.paused = False
        elif isinstance(record, LegStart):
            self.in_leg = True
        elif isinstance(record, LegEnd):
            self.in_leg = False
            self.left_running = self.undetermined  # what stands still is over
        elif not isinstance(record, Odometer):
            return
        self.odometer_m = record.odometer_m

    def _take_order(self, order) -> None:
        self.ordered, self.ordered_until_s = order.what, order.expires_s
        if order.what == ASKED_THEFT:
            self.taking = None  # nobody else gets that car
