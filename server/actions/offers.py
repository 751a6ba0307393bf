"""What is offered and warned of around bookings: free cars, a car that will not be back in time.

Never here: when a car is free (fleet/availability.py), booking and moving (bookings.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from server.actions.actor import Person
from server.actions.tools import Actions
from server.fleet.availability import Danger, Standing, meets_any
from server.fleet.bookings import against_other_car
from server.fleet.model import Booking, Equipment, Refusal, TripFilter, Vehicle, Window

# How long the page speaks of a badge that was held to the wrong car.
_WRONG_CAR_S = 3600


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page says beside a booking that runs or comes.

    `cars` are those it can be moved to, its site's first, none while it is driven; `refused_at` is
    where its agent's badge was refused because this other car is booked.
    """

    cars: tuple[Vehicle, ...]
    danger: Danger | None
    refused_at: Refusal | None


async def standing(actions: Actions, from_s: int, to_s: int) -> Standing:
    """Return where the fleet stands, as far as [from_s, to_s[ is concerned."""
    store = actions.store
    return Standing(
        actions.clock.now_s(),
        tuple(await store.vehicles.all()),
        tuple(await store.bookings.between(from_s, to_s)),
        await store.vehicles.out_of_service(from_s, to_s),
        tuple(await store.trips.under_way()),
    )


async def free_vehicles(
    actions: Actions, windows: Iterable[Window], agent_id: int
) -> list[Vehicle]:
    """Return the cars an agent can have in each of these windows."""
    wanted = tuple(windows)
    from_s, to_s = min(w.from_s for w in wanted), max(w.to_s for w in wanted)
    return (await standing(actions, from_s, to_s)).free(wanted, agent_id)


async def free_equipment(
    actions: Actions, windows: Iterable[Window], site_id: int
) -> list[Equipment]:
    """Return the pieces of a site that nobody has booked in any of these windows."""
    wanted = tuple(windows)
    from_s, to_s = min(w.from_s for w in wanted), max(w.to_s for w in wanted)
    taken = {
        code
        for booking in await actions.store.bookings.between(from_s, to_s)
        if meets_any(Window(booking.starts_at_s, booking.ends_at_s), wanted)
        for code in booking.equipment
    }
    pieces = await actions.store.equipment.all()
    return [piece for piece in pieces if piece.site_id == site_id and piece.code not in taken]


async def offers_for(actor: Person, bookings: list[Booking], actions: Actions) -> dict[int, Offer]:
    """Return booking id -> what to offer, of those of an agent's bookings that run or come.

    One that is over runs as long as it is driven.
    """
    active = [booking for booking in bookings if booking.state == "active"]
    if not active:
        return {}
    fleet = await standing(
        actions, min(b.starts_at_s for b in active), max(b.ends_at_s for b in active)
    )
    recent_s = fleet.now_s - _WRONG_CAR_S
    refusals = await actions.store.refusals.of_agent(actor.agent.agent_id, recent_s)
    refused = {r.booking_id: r for r in refusals if r.reason == "wrong_car"}
    for trip in await actions.store.trips.log(
        TripFilter(agent_id=actor.agent.agent_id, from_s=recent_s)
    ):
        refused.pop(trip.booking_id, None)  # the right one was found
    return {
        booking.booking_id: _offer(booking, fleet, refused.get(booking.booking_id))
        for booking in active
        if booking.ends_at_s > fleet.now_s or fleet.is_under_way(booking)
    }


def _offer(booking: Booking, fleet: Standing, refusal: Refusal | None) -> Offer:
    if fleet.is_under_way(booking):
        return Offer((), None, None)
    booked = next(car for car in fleet.cars if car.vehicle_id == booking.vehicle_id)
    window = Window(booking.starts_at_s, booking.ends_at_s)
    if refusal is not None and refusal.vehicle_id == booking.vehicle_id:
        refusal = None  # it has been moved there since
    cars = [
        car
        for car in fleet.free([window], booking.agent_id, booked.site_id)
        if not against_other_car(booking, booked, car)
    ]
    return Offer(tuple(cars), fleet.danger(booking), refusal)
