"""Has this trip's driver forgotten to end it? A car that stands there is nobody's any more.

Nothing is cut off by it: the relay follows law 1, and a driver who was only late comes back with
the same badge (badge_decision.py).
"""

from firmware.logic.access.badge_decision import NO_TRIP
from firmware.logic.const import const
from shared_protocol.messages import GRANT_WALK_UP, GRANT_WALK_UP_NO_LICENCE

# A driver who is late fetches what he forgot, or waits for the breakdown service.
_AFTER_BOOKING_MS = const(3_600_000)
# Nobody said until when; a day's work and its lunch are shorter.
_WALK_UP_MS = const(12 * 3_600_000)


def is_forgotten(grants, tag: bytes, grant_id: int, time_s: int, parked_for_ms: int) -> bool:
    """Judge the trip of a badge tag and a grant, NO_TRIP for none, in a car parked for so long.

    A booking that has not run out is never forgotten, nor is any at an unknown time (0): then the
    box cannot tell. A grant that the set no longer holds has run out or was called off.
    """
    if grant_id == NO_TRIP or not time_s or parked_for_ms < _AFTER_BOOKING_MS:
        return False
    for grant in grants.of_badge(tag):
        if grant.grant_id == grant_id:
            if grant.kind in (GRANT_WALK_UP, GRANT_WALK_UP_NO_LICENCE):
                return parked_for_ms >= _WALK_UP_MS
            return time_s >= grant.not_after_s
    return True
