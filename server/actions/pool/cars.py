"""A car comes into the pool, changes, leaves it, comes back.

Never here: its box (pool/fitting.py), when it is out of service (pool/service.py).
"""

from dataclasses import replace

from server.actions.actor import Actor, manager_only
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Flag, Id, Input
from server.fleet.model.bookings import Booking, Vehicle
from server.fleet.pool import Plate, SiteId, Title, is_as_seen
from server.fleet.refusals import Reason, Refusal, Refused


class AddCar(Input):
    """A car, its site, and whether it may be had without booking, or for private use."""

    plate: Plate
    label: Title
    site_id: SiteId
    walk_up: Flag = False
    private_use: Flag = False


class ChangeCar(AddCar):
    """What a car is from now on."""

    vehicle_id: Id
    seen: str | None = None


class OneCar(Input):
    """A car."""

    vehicle_id: Id


async def get(actor: Actor, request: OneCar, actions: Actions) -> Vehicle:
    """Return a car.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE.
    """
    manager_only(actor)
    return _there(await actions.store.vehicles.get(request.vehicle_id))


@audited(Act.ADD_CAR, "vehicle")
async def add(actor: Actor, request: AddCar, actions: Actions) -> Vehicle:
    """Take a car into the pool.

    Raises:
        Refused: NOT_ALLOWED, NAME_TAKEN, UNKNOWN_NAME.
    """
    manager_only(actor)
    return await actions.store.vehicles.add(
        request.plate, request.label, request.site_id, request.walk_up, request.private_use
    )


@audited(Act.CHANGE_CAR, "vehicle")
async def change(actor: Actor, request: ChangeCar, actions: Actions) -> Vehicle:
    """Let a car be something else from now on; its trips keep the site and the hours they had.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, CHANGED_SINCE, NAME_TAKEN, UNKNOWN_NAME.
    """
    manager_only(actor)
    words = request.model_dump(exclude={"vehicle_id", "seen"})

    def decide(car: Vehicle) -> Vehicle:
        if not is_as_seen(car, request.seen):
            raise Refused(Refusal("", Reason.CHANGED_SINCE))
        return replace(car, **words)

    store, now_s = actions.store, actions.clock.now_s()
    car = _there(await store.vehicles.change(request.vehicle_id, decide, now_s))
    await actions.wake(car.vehicle_id)
    return car


async def bookings_to_come(actor: Actor, request: OneCar, actions: Actions) -> list[Booking]:
    """Return who has a car now and later: they are in the way of its leaving.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    return await actions.store.bookings.of_vehicle(request.vehicle_id, actions.clock.now_s())


@audited(Act.RETIRE_CAR, "vehicle")
async def retire(actor: Actor, request: OneCar, actions: Actions) -> Vehicle:
    """Let a car leave the pool: it keeps plate, trips and records, and is offered no more.

    Again is the same.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, STILL_OUT, STILL_BOOKED.
    """
    manager_only(actor)
    store, now_s = actions.store, actions.clock.now_s()
    car = _there(await store.vehicles.retire(request.vehicle_id, now_s))
    await actions.wake(car.vehicle_id)
    return car


@audited(Act.REOPEN_CAR, "vehicle")
async def reopen(actor: Actor, request: OneCar, actions: Actions) -> Vehicle:
    """Let a car that had left come back; again is the same.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, UNKNOWN_NAME where its site is no more.
    """
    manager_only(actor)
    store, now_s = actions.store, actions.clock.now_s()
    car = _there(
        await store.vehicles.change(
            request.vehicle_id, lambda car: replace(car, retired_at_s=None), now_s
        )
    )
    await actions.wake(car.vehicle_id)
    return car


def _there(car: Vehicle | None) -> Vehicle:
    if car is None:
        raise Refused(Refusal("", Reason.NOT_THERE))
    return car
