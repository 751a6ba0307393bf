"""Which cars can be had when, and what endangers a booking that stands: looked at from one moment.

What a page offers or warns of. Never here: the refusal of two bookings at once (the database), what
may be asked for at all (bookings.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from server.fleet.model import Booking, Trip, Vehicle, Window

# A car that should be back: how long ahead whoever comes next is told, and nobody sent to it.
WARN_AHEAD_S = 3600

Danger = Literal["still_out", "out_of_service"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the fleet stands at `now_s`.

    `bookings` are the active ones of the time in question, `out_of_service` vehicle id -> windows,
    `under_way` the trips that have not ended.
    """

    now_s: int
    cars: tuple[Vehicle, ...]
    bookings: tuple[Booking, ...]
    out_of_service: Mapping[int, tuple[Window, ...]]
    under_way: tuple[Trip, ...]

    def free(
        self, windows: Iterable[Window], agent_id: int, site_id: int | None = None
    ) -> list[Vehicle]:
        """Return the cars this agent can have in all the windows, those of the site first."""
        wanted = tuple(windows)
        booked = {
            booking.vehicle_id
            for booking in self.bookings
            if meets_any(Window(booking.starts_at_s, booking.ends_at_s), wanted)
        }
        found = [
            car
            for car in self.cars
            if car.vehicle_id not in booked
            and not any(self.obstacle(car.vehicle_id, window, agent_id) for window in wanted)
        ]
        return sorted(found, key=lambda car: car.site_id != site_id)

    def danger(self, booking: Booking) -> Danger | None:
        """Say what may keep a booking from being driven as it stands; None: nothing is known."""
        if self.is_under_way(booking):
            return None
        window = Window(booking.starts_at_s, booking.ends_at_s)
        return self.obstacle(booking.vehicle_id, window, booking.agent_id)

    def is_under_way(self, booking: Booking) -> bool:
        """Say whether this booking is being driven."""
        return any(trip.booking_id == booking.booking_id for trip in self.under_way)

    def obstacle(self, vehicle_id: int, window: Window, agent_id: int) -> Danger | None:
        """Say what, besides other bookings, keeps an agent from this car in this window."""
        if meets_any(window, self.out_of_service.get(vehicle_id, ())):
            return "out_of_service"
        soon = window.from_s < self.now_s + WARN_AHEAD_S and window.to_s > self.now_s
        if soon and any(
            trip.vehicle_id == vehicle_id
            and trip.agent_id != agent_id
            # Without a booking nobody knows when it comes back.
            and (trip.booked_until_s is None or trip.booked_until_s <= self.now_s)
            for trip in self.under_way
        ):
            return "still_out"
        return None


def meets_any(window: Window, others: Iterable[Window]) -> bool:
    """Say whether a window has an instant in common with any of the others."""
    return any(window.from_s < other.to_s and other.from_s < window.to_s for other in others)
