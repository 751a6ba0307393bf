"""Which badges a car's box should know now.

Never here: how a badge is named on the box (the gateway knows), when the set is sent.
"""

from collections.abc import Iterable

from server.fleet.model import Badge, Booking, Grant

AHEAD_S = 7 * 24 * 3600  # a box out of coverage for a week still opens for who booked before
MAX_GRANTS = 256  # what a box has room for; the soonest bookings come first


def due(bookings: Iterable[Booking], badges: Iterable[Badge], now_s: int) -> list[Grant]:
    """Return the grants of one car: its bookings that are not over and begin within a week.

    Args:
        bookings: of this one car.
        badges: of any agents; those of others are passed over.
        now_s: the present.
    """
    wanted = sorted(
        (
            booking
            for booking in bookings
            if booking.state == "active"
            and booking.ends_at_s > now_s
            and booking.starts_at_s < now_s + AHEAD_S
        ),
        key=lambda booking: booking.starts_at_s,
    )
    uids: dict[int, list[bytes]] = {}
    for badge in badges:
        uids.setdefault(badge.agent_id, []).append(badge.uid)
    grants = [
        Grant(booking.booking_id, uid, booking.starts_at_s, booking.ends_at_s)
        for booking in wanted
        for uid in sorted(uids.get(booking.agent_id, ()))
    ]
    return grants[:MAX_GRANTS]
