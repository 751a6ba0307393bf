"""Does this badge open this car now? Decided on the box from grants already there.

Never asks the network. The driver of an open trip does not come here: pausing, resuming and ending
need no grant (trip.py).
"""

from collections import namedtuple

from firmware.logic.access.card import (
    RANK_GRANTED,
    RANK_REFUSED,
    RANK_RIDES,
    RANK_TECHNICIAN,
    RANK_UNKNOWN,
)
from firmware.logic.const import const
from shared_protocol.messages import (
    EVERY_BADGE,
    GRANT_BOOKING,
    GRANT_MAINTENANCE,
    GRANT_NO_LICENCE,
    GRANT_NO_NOTICE,
    GRANT_OTHER_CAR,
    GRANT_OTHER_NO_NOTICE,
    GRANT_PASSENGER,
    GRANT_REVOKED,
    GRANT_TECHNICIAN,
    GRANT_WALK_UP,
    GRANT_WALK_UP_NO_LICENCE,
)
from shared_protocol.records import (
    REFUSED_CAR_IN_USE,
    REFUSED_CLOCK_UNKNOWN,
    REFUSED_DRIVER_FIRST,
    REFUSED_GRANTS_EXPIRED,
    REFUSED_MAINTENANCE,
    REFUSED_NO_LICENCE,
    REFUSED_NO_NOTICE,
    REFUSED_REVOKED,
    REFUSED_TOO_EARLY,
    REFUSED_TOO_LATE,
    REFUSED_UNKNOWN_BADGE,
    REFUSED_WRONG_CAR,
)

Granted = namedtuple("Granted", ("grant_id", "technician", "private"))
Refused = namedtuple("Refused", ("reason",))
RIDES = "rides"
"""The verdict for a passenger of the trip in progress."""

NO_TRIP = -1

# Who comes early finds a free car open, but takes it from nobody.
_EARLY_S = const(900)
# Nobody takes a free car that its next driver may come for within half an hour.
_FREE_FOR_S = const(1800 + 900)


def decide(grants, tag: bytes, time_s: int, open_grant: int, lapsed_grant: int):
    """Judge a badge tag against a GrantSet.

    Args:
        grants: the set in force.
        tag: 8 bytes.
        time_s: Unix seconds; 0: the clock is unknown.
        open_grant: the grant of another driver's trip in progress, NO_TRIP when there is none. A
            badge with a booking of its own still gets in (the trip is split), once that has begun;
            who has the car now, and may keep it, is trip/handover.py's.
        lapsed_grant: the grant of a trip of this badge that the box itself ended, else NO_TRIP.
            Its driver may come back, also when the set has expired: unless it says revoked, closed
            or without licence, or somebody else has the car booked, who waits for it at its site
            while it surely stands there.

    Returns:
        Granted, RIDES or Refused.
    """
    known = grants.of_badge(tag)
    for grant in known:
        if grant.kind == GRANT_REVOKED:
            return Refused(REFUSED_REVOKED)
    for grant in known:
        if grant.kind == GRANT_TECHNICIAN:  # always: whatever fails, somebody gets the car out
            return Granted(grant.grant_id, True, False)
    of_all = grants.of_badge(EVERY_BADGE)  # first: whoever reads a page may find that it is lost
    if grants.may_lack(tag) or grants.may_lack(EVERY_BADGE):
        return Refused(REFUSED_GRANTS_EXPIRED)  # a revocation or an outage may be lost
    if not known and lapsed_grant == NO_TRIP:
        return Refused(REFUSED_UNKNOWN_BADGE)
    for grant in of_all:
        if grant.kind == GRANT_REVOKED and not known:  # more than a set names: maybe this one
            return Refused(REFUSED_REVOKED)
    expired = bool(time_s) and max(time_s, grants.closed_s) >= grants.expires_s
    if expired and lapsed_grant == NO_TRIP and not _began_before_expiry(grants, known, time_s):
        return Refused(REFUSED_GRANTS_EXPIRED)
    for outage in of_all:
        if outage.kind != GRANT_MAINTENANCE:
            continue  # a later version may say something else of the car
        if outage.not_before_s <= time_s < outage.not_after_s:
            return Refused(REFUSED_MAINTENANCE)

    reason = REFUSED_TOO_LATE if time_s else REFUSED_CLOCK_UNKNOWN
    rides = walks_up = wrong_car = False
    for grant in known:
        ends_s = grant.not_after_s
        kind = grant.kind  # one that this version does not know opens nothing
        now = grant.not_before_s <= time_s < ends_s and grants.closed_s < ends_s
        if kind == GRANT_PASSENGER:
            rides = rides or grant.grant_id == open_grant
            if now:
                reason = REFUSED_DRIVER_FIRST
        elif kind in (GRANT_NO_LICENCE, GRANT_WALK_UP_NO_LICENCE):  # whatever its window
            if reason != REFUSED_DRIVER_FIRST:
                reason = REFUSED_NO_LICENCE
        elif kind in (GRANT_NO_NOTICE, GRANT_OTHER_NO_NOTICE):  # likewise
            if reason not in (REFUSED_DRIVER_FIRST, REFUSED_NO_LICENCE):
                reason = REFUSED_NO_NOTICE
        elif kind == GRANT_OTHER_CAR:
            wrong_car = wrong_car or now
        elif kind == GRANT_WALK_UP:
            walks_up = bool(time_s)
        elif kind == GRANT_BOOKING:
            now = now or (grants.closed_s < ends_s and _is_early(grants, grant, time_s, open_grant))
            if now and (not expired or grant.not_before_s < grants.expires_s):
                return Granted(grant.grant_id, False, bool(grant.private))
            if time_s < grant.not_before_s and reason == REFUSED_TOO_LATE:
                # Of several bookings, the one to come is what the agent needs to hear of.
                reason = REFUSED_TOO_EARLY
    if rides:
        return RIDES
    if reason == REFUSED_NO_LICENCE:
        return Refused(reason)
    if lapsed_grant != NO_TRIP and not (
        grants.booked_by_another(tag, time_s, time_s) and grants.surely_at_site()
    ):
        return Granted(lapsed_grant, False, False)  # the trip knows what that was for
    if expired:
        return Refused(REFUSED_GRANTS_EXPIRED)
    if reason == REFUSED_NO_NOTICE:  # after the trip that goes on: a notice is for a first badge
        return Refused(reason)
    if wrong_car:
        return Refused(REFUSED_WRONG_CAR)
    if open_grant != NO_TRIP:
        return Refused(REFUSED_CAR_IN_USE)
    if not walks_up:
        return Refused(reason)
    if grants.booked_by_another(tag, time_s, time_s + _FREE_FOR_S):
        return Refused(REFUSED_CAR_IN_USE)
    return Granted(0, False, False)


def _is_early(grants, grant, time_s: int, open_grant: int) -> bool:
    """Whether the quarter of an hour before this booking runs, and takes the car from nobody."""
    is_now = bool(time_s) and grant.not_before_s - _EARLY_S <= time_s < grant.not_before_s
    if is_now and open_grant == NO_TRIP:
        return not grants.booked_by_another(grant.badge_tag, time_s, time_s)
    return is_now and open_grant == grant.grant_id  # its other driver was earlier


def _began_before_expiry(grants, known, time_s: int) -> bool:
    """Whether a booking among these runs that had begun before the set expired."""
    for grant in known:
        if (
            grant.kind == GRANT_BOOKING
            and grant.not_before_s < grants.expires_s
            and grant.not_before_s <= time_s < grant.not_after_s
        ):
            return True
    return False


def rank_of(verdict) -> int:
    """How much a verdict of `decide` allows, as RANK_* of card.py.

    Of one person's two badges the booking's counts before the technician's: it says what for.
    """
    if verdict == RIDES:
        return RANK_RIDES
    if isinstance(verdict, Refused):
        return RANK_UNKNOWN if verdict.reason == REFUSED_UNKNOWN_BADGE else RANK_REFUSED
    return RANK_TECHNICIAN if verdict.technician else RANK_GRANTED
