"""How the cars of the pool stand now, for who looks after them. Reading only."""

from dataclasses import dataclass
from typing import Literal

from server.actions.actor import Actor, manager_only
from server.actions.tools import Actions
from server.fleet.lateness import late_s
from server.fleet.model.bookings import Vehicle
from server.fleet.model.trips import Trip
from server.fleet.pool import OutOfService
from server.fleet.told import SILENT_AFTER_S, Contact

CarState = Literal["late", "trip", "out", "silent", "no_box", "free"]
"""The first of these that a car is in: what wants somebody most comes first."""


@dataclass(frozen=True, slots=True)
class CarNow:
    """A car, and what is known of it now: the trip under way, the time out of service."""

    car: Vehicle
    contact: Contact
    trip: Trip | None
    out: OutOfService | None
    now_s: int

    @property
    def state(self) -> CarState:
        """Return how it stands."""
        if self.trip is not None:
            return "late" if late_s(self.trip, self.now_s) else "trip"
        if self.out is not None:
            return "out"
        if self.contact.box_id is None:
            return "no_box"
        seen_s = self.contact.last_seen_s
        is_silent = seen_s is None or seen_s < self.now_s - SILENT_AFTER_S
        return "silent" if is_silent else "free"


async def cars_now(actor: Actor, actions: Actions) -> list[CarNow]:
    """Return the cars of the pool by plate.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    return await _now(await actions.store.vehicles.in_pool(), actions)


async def car_now(actor: Actor, car: Vehicle, actions: Actions) -> CarNow:
    """Return how one car stands.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    return (await _now([car], actions))[0]


async def _now(cars: list[Vehicle], actions: Actions) -> list[CarNow]:
    store, now_s = actions.store, actions.clock.now_s()
    contacts = await store.knowledge.of_cars(car.vehicle_id for car in cars)
    trips = {trip.vehicle_id: trip for trip in await store.trips.under_way()}
    out = await store.service.now(now_s)
    return [
        CarNow(
            car,
            contacts[car.vehicle_id],
            trips.get(car.vehicle_id),
            out.get(car.vehicle_id),
            now_s,
        )
        for car in cars
    ]
