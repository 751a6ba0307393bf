"""Does this badge open this car now? Decided on the box from grants already there.

Never asks the network. The driver of an open trip does not come here: pausing, resuming and ending
need no grant (trip.py).
"""

from collections import namedtuple

from shared_protocol.messages import GRANT_TECHNICIAN, GRANT_WITHOUT_CLOCK
from shared_protocol.records import (
    REFUSED_CAR_IN_USE,
    REFUSED_CLOCK_UNKNOWN,
    REFUSED_GRANTS_EXPIRED,
    REFUSED_TOO_EARLY,
    REFUSED_TOO_LATE,
    REFUSED_UNKNOWN_BADGE,
)

Granted = namedtuple("Granted", ("grant_id", "technician"))
Refused = namedtuple("Refused", ("reason",))


def decide(grants, tag: bytes, time_s: int, in_use: bool):
    """Judge a badge tag against a GrantSet at `time_s` (0: the clock is unknown).

    `in_use`: another driver's trip is open. A badge with a grant of its own still gets in (the trip
    is split); one that is known but has none now is told that the car is in use.

    Returns:
        Granted or Refused.
    """
    known = grants.of_badge(tag)
    if not known:
        return Refused(REFUSED_UNKNOWN_BADGE)
    if time_s and time_s >= grants.expires_s:
        return Refused(REFUSED_GRANTS_EXPIRED)
    reason = REFUSED_TOO_LATE
    for grant in known:
        if not time_s:
            if grant.flags & GRANT_WITHOUT_CLOCK:
                return _granted(grant)
            reason = REFUSED_CLOCK_UNKNOWN
        elif time_s < grant.not_before_s:
            # Of several bookings, the one to come is what the agent needs to hear of.
            reason = REFUSED_TOO_EARLY
        elif time_s < grant.not_after_s:
            return _granted(grant)
    return Refused(REFUSED_CAR_IN_USE if in_use else reason)


def _granted(grant) -> Granted:
    return Granted(grant.grant_id, bool(grant.flags & GRANT_TECHNICIAN))
