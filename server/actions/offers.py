"""What is offered and warned of around bookings: free cars, a car that will not be back in time.

Reads the hours that are asked about and no others. Never here: when a car is free
(fleet/availability.py), booking and moving (bookings.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from server.actions.actor import Person
from server.actions.tools import Actions
from server.fleet.availability import Danger, Standing, spans
from server.fleet.bookings import Phase, Wanted, against_cancelling, against_other_car, phase
from server.fleet.model.bookings import Booking, Equipment, Vehicle, Window
from server.fleet.model.trips import Refusal, Trip, TripFilter
from server.fleet.people.rights import MayBook

# How long the page speaks of a badge that was held to the wrong car.
_WRONG_CAR_S = 3600


@dataclass(frozen=True)
class Offer:
    """What a page says beside a booking that runs or comes, and what may be done with it.

    `pieces` are the equipment that there is, by code; `refused_at` is where its agent's badge was
    refused because this other car is booked; `trips` are those on it so far, whoever drove. `may`
    says what its agent may book.
    """

    booking: Booking
    fleet: Standing
    pieces: Mapping[str, Equipment]
    refused_at: Refusal | None
    trips: tuple[Trip, ...]
    may: MayBook

    @cached_property
    def danger(self) -> Danger | None:
        """Say what may keep it from being driven."""
        return self.fleet.danger(self.booking)

    @cached_property
    def cars(self) -> tuple[Vehicle, ...]:
        """Return the cars it can be moved to, its site's first; none while it is driven."""
        site_id = self.fleet.car[self.booking.vehicle_id].site_id
        return tuple(sorted(self._cars(), key=lambda car: car.site_id != site_id))

    @property
    def has_cars(self) -> bool:
        """Say whether there is one; cheap where there are many."""
        return any(True for _ in self._cars())

    @property
    def phase(self) -> Phase:
        """Say where it stands in its life."""
        return phase(self.booking, self.fleet.is_under_way(self.booking), self.fleet.now_s)

    @property
    def may_extend(self) -> bool:
        """Say whether a later end is offered: who has begun knows that it takes longer."""
        return self.phase in ("now", "late")

    @property
    def may_cancel(self) -> bool:
        """Say whether it can still be called off."""
        return not against_cancelling(self.booking, bool(self.trips), self.fleet.now_s)

    @property
    def may_give_back(self) -> bool:
        """Say whether its end is offered: to whom has driven, even if a trip has to end first."""
        return bool(self.trips)

    def _cars(self) -> Iterator[Vehicle]:
        if self.fleet.is_under_way(self.booking):
            return
        for car in self.fleet.each_free([self.booking.window], self.booking.agent_id):
            if not against_other_car(self.booking, car, self.pieces) and self.may.covers(
                car, self.booking.window
            ):
                yield car


async def standing(actions: Actions, from_s: int, to_s: int) -> Standing:
    """Return where the fleet stands, as far as [from_s, to_s[ is concerned."""
    return await _standing_in(actions, [Window(from_s, to_s)])


async def _standing_in(actions: Actions, windows: Iterable[Window]) -> Standing:
    asked = spans(windows)
    store = actions.store
    return Standing(
        actions.clock.now_s(),
        tuple(await store.vehicles.all()),
        tuple(await store.bookings.taken(asked)),
        await store.vehicles.out_of_service(asked[0].from_s, asked[-1].to_s),
        tuple(await store.trips.under_way()),
        tuple(await store.trips.drove_on()),
    )


async def free_vehicles(
    actions: Actions, windows: Iterable[Window], agent_id: int
) -> list[Vehicle]:
    """Return the cars an agent can have, and may book, in each of these windows."""
    wanted = tuple(windows)
    may = await actions.store.rights.of_agent(agent_id)
    free = (await _standing_in(actions, wanted)).free(wanted, agent_id)
    return [car for car in free if all(may.covers(car, window) for window in wanted)]


async def free_equipment(
    actions: Actions, windows: Iterable[Window], site_id: int
) -> list[Equipment]:
    """Return the pieces of a site that nobody has booked in any of these windows."""
    wanted = tuple(windows)
    taken = await actions.store.equipment.taken(spans(wanted))
    pieces = await actions.store.equipment.all()
    return [
        piece
        for piece in pieces
        if piece.site_id == site_id and piece.retired_at_s is None and piece.code not in taken
    ]


async def pieces_for(
    wanted: Iterable[Wanted | Booking], actions: Actions
) -> Mapping[str, Equipment]:
    """Return code -> all equipment that there is, if any of these takes some along."""
    if not any(each.equipment for each in wanted):
        return {}
    return {piece.code: piece for piece in await actions.store.equipment.all()}


async def offers_for(actor: Person, bookings: list[Booking], actions: Actions) -> dict[int, Offer]:
    """Return booking id -> what to offer, of those of an agent's bookings that run or come.

    One that is over runs as long as it is driven.
    """
    active = [booking for booking in bookings if booking.state == "active"]
    if not active:
        return {}
    fleet = await _standing_in(actions, [booking.window for booking in active])
    recent_s = fleet.now_s - _WRONG_CAR_S
    pieces = await pieces_for(active, actions)
    refusals = await actions.store.refusals.of_agent(actor.agent.agent_id, recent_s)
    refused = {r.booking_id: r for r in refusals if r.reason == "wrong_car"}
    for trip in await actions.store.trips.log(
        TripFilter(agent_id=actor.agent.agent_id, from_s=recent_s)
    ):
        refused.pop(trip.booking_id, None)  # the right one was found
    trips = await actions.store.trips.of_bookings(booking.booking_id for booking in active)
    may = await actions.store.rights.of_agent(actor.agent.agent_id)
    return {
        booking.booking_id: Offer(
            booking,
            fleet,
            pieces,
            _still_refused(booking, fleet, refused.get(booking.booking_id)),
            tuple(trip for trip in trips if trip.booking_id == booking.booking_id),
            may,
        )
        for booking in active
        if booking.ends_at_s > fleet.now_s or fleet.is_under_way(booking)
    }


def _still_refused(booking: Booking, fleet: Standing, refusal: Refusal | None) -> Refusal | None:
    """Return where the badge was refused, unless that is settled."""
    if refusal is not None and (
        refusal.vehicle_id == booking.vehicle_id  # it has been moved there since
        or fleet.is_under_way(booking)
    ):
        return None
    return refusal
