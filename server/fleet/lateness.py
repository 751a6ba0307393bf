"""How long a trip kept its car past the end of its booking: time charged to who booked.

Computed from what is stored, never stored itself. Never here: who is told that a car is late
(availability.py).
"""

from server.fleet.model.trips import Trip


def late_s(trip: Trip, now_s: int) -> int:
    """Return the late seconds of a trip, so far if it is under way; 0 without a booking.

    No grace: the car was another's from the second the booking ended. A trip that began after
    that counts from its beginning, since nobody had the car in between.
    """
    if trip.booked_until_s is None:
        return 0
    until_s = now_s if trip.ended_at_s is None else trip.ended_at_s
    return max(0, until_s - max(trip.booked_until_s, trip.started_at_s))
