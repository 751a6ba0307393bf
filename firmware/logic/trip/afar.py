"""What somebody else ordered from afar: that a trip ends, or that the car is stolen.

No wish of who sits in it (wishes.py): neither badges nor driving withdraw it. Nothing here moves
the relay, and nothing shortens law 1.

    end      a manager's: done once the ignition was off for 60 min without a break, so that nobody
             is locked out at a petrol pump; where it reads on, after 12 h of trusted stillness.
             Over with the trip, with its time, or when it is withdrawn from afar.
    theft    two persons': the trip ends as soon as law 1 allows to inhibit, and from the order on
             no badge opens but a technician's, and that of who has the car as long as he has it.
             Over only when it is withdrawn from afar.
"""

from firmware.logic.access.badge_decision import RIDES, Refused
from firmware.logic.access.commands import ORDERS, WITHDRAWS
from firmware.logic.access.outcome import DOOR_LEAVE, NOTHING, Outcome, refusal_of
from firmware.logic.const import const
from shared_protocol.records import (
    ASKED_END_FROM_AFAR,
    ASKED_NOTHING,
    ASKED_THEFT,
    END_FROM_AFAR,
    REFUSED_THEFT_ORDER,
    Ordered,
)

_OFF_MS = const(3_600_000)
_STILL_MS = const(12 * 3_600_000)
# Where the clock is unknown: of uptime, since the order or the boot.
_LASTS_MS = const(24 * 3_600_000)

_OVER = (Ordered(ASKED_NOTHING, 0),)


def under_order(verdict, ordered: int):
    """What a verdict of badge_decision.decide comes to in a car of which that is ordered."""
    if ordered != ASKED_THEFT or verdict == RIDES or isinstance(verdict, Refused):
        return verdict
    return verdict if verdict.technician else Refused(REFUSED_THEFT_ORDER)


class FromAfar:
    """The order that TripState keeps: taken, carried out, ended by its time."""

    def __init__(self, now_ms: int):
        """Begin with what flash holds of it, and nothing of its time."""
        self._given_ms = now_ms

    def take(self, command, trip, now_ms: int) -> Outcome:
        """What comes of a Command: NOTHING where it is no order, or there is nothing to order."""
        what = ORDERS.get(command.kind, ASKED_NOTHING)
        if trip.ordered in WITHDRAWS.get(command.kind, ()):
            return _recording(_OVER)
        if what == ASKED_NOTHING:
            return NOTHING
        expires_s = 0
        if what != ASKED_THEFT:
            if not trip.is_driver(command.badge_tag):
                return NOTHING
            if trip.ordered == ASKED_THEFT:  # which ends that trip, and more
                return refusal_of(command.badge_tag, REFUSED_THEFT_ORDER)
            expires_s = command.expires_s
        self._given_ms = now_ms
        return _recording((Ordered(what, expires_s),))

    def step(
        self, trip, now_ms: int, time_s: int, keys_in: bool, parked_for_ms: int, motion, where
    ) -> Outcome:
        """Carry out what is ordered when it may be.

        `time_s`: 0 for unknown; `parked_for_ms`: how long the ignition is off in a car that is safe
        to inhibit; `motion`: see standing.py.
        """
        if trip.ordered == ASKED_THEFT:
            is_due = trip.open and parked_for_ms > 0
            return trip.end(END_FROM_AFAR, where) if is_due else NOTHING
        age_ms = now_ms - self._given_ms
        if time_s >= trip.ordered_until_s if time_s else age_ms >= _LASTS_MS:
            return _recording(_OVER)
        off_ms = min(parked_for_ms, motion.off_ms)
        is_due = off_ms >= _OFF_MS or motion.still_ms >= _STILL_MS
        if is_due and (keys_in or trip.ordered != ASKED_END_FROM_AFAR):
            return trip.end(END_FROM_AFAR, where)
        return NOTHING


def _recording(records: tuple) -> Outcome:
    return Outcome(0, DOOR_LEAVE, "", records)
