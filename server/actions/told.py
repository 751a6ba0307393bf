"""What the cars of bookings know of them. Never here: what counts as known (fleet/told.py)."""

from collections.abc import Iterable

from server.actions.tools import Actions
from server.fleet.model.bookings import Booking
from server.fleet.told import Contact, Told, told


async def of_bookings(bookings: Iterable[Booking], actions: Actions) -> list[tuple[Contact, Told]]:
    """Return, of each booking, its car and what that knows of it."""
    wanted, now_s = list(bookings), actions.clock.now_s()
    cars = await actions.store.knowledge.of_cars({booking.vehicle_id for booking in wanted})
    found = [(cars[booking.vehicle_id], booking.starts_at_s) for booking in wanted]
    return [(car, told(car, starts_at_s, now_s)) for car, starts_at_s in found]
