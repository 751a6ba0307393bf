"""Has this trip's driver forgotten to end it? A car that stands there is nobody's any more.

Nothing is cut off by it: the relay follows law 1, and a driver who was only late comes back with
the same badge (badge_decision.py).
"""

from firmware.logic.access.badge_decision import NO_TRIP
from firmware.logic.const import const
from shared_protocol.messages import (
    GRANT_BOOKING,
    GRANT_OTHER_NO_NOTICE,
    GRANT_WALK_UP,
    GRANT_WALK_UP_NO_LICENCE,
)

# A driver who is late fetches what he forgot, or waits for the breakdown service.
_AFTER_BOOKING_S = const(2 * 3600)
_PARKED_MS = const(3_600_000)
# Nobody said until when; a day's work and its lunch are shorter. So long, too, stands a car whose
# ignition was left on, or reads so.
_STANDING_MS = const(12 * 3_600_000)
# Nobody can tell until when: the clock is unknown, or the set is old or has lost the grant.
_IN_ANY_CASE_MS = const(72 * 3_600_000)


def is_forgotten(
    grants, tag: bytes, grant_id: int, time_s: int, parked_for_ms: int, motion, unused_ms: int
) -> bool:
    """Judge the trip of a badge tag and a grant, NO_TRIP for none.

    `time_s`: 0 for unknown; `parked_for_ms`: how long the ignition is off in a car that is safe to
    inhibit; `motion`: see standing.py; `unused_ms`: see unused.py. A trip within a booking of its
    badge is never forgotten.
    """
    if grant_id == NO_TRIP:
        return False
    stands_ms = max(parked_for_ms, motion.still_ms)
    in_any_case = unused_ms >= _IN_ANY_CASE_MS
    own = None
    for grant in grants.of_badge(tag):
        if grant.kind == GRANT_BOOKING and grant.not_before_s <= time_s < grant.not_after_s:
            return False
        if grant.grant_id == grant_id:
            own = grant
    if own is None or not time_s or time_s >= grants.expires_s or in_any_case:
        return in_any_case
    if own.kind in (GRANT_WALK_UP, GRANT_WALK_UP_NO_LICENCE, GRANT_OTHER_NO_NOTICE):
        return stands_ms >= _STANDING_MS
    is_over = time_s >= own.not_after_s + _AFTER_BOOKING_S
    return is_over and (parked_for_ms >= _PARKED_MS or motion.still_ms >= _STANDING_MS)
