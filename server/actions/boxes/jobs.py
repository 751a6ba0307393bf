"""What is left to do about the boxes of those cars that somebody fits. Reading only.

Never here: how far a car has got (fleet/bench.py), doing it (boards.py).
"""

from dataclasses import dataclass
from typing import Literal

from server.actions.actor import Actor, require
from server.actions.tools import Actions
from server.fleet.bench import Job
from server.fleet.inputs import Id, Input
from server.fleet.model.bookings import Vehicle
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import About, Right


class OneCar(Input):
    """A car that a list shows."""

    vehicle_id: Id


@dataclass(frozen=True, slots=True)
class CarJob:
    """A car, and how far its box has got."""

    car: Vehicle
    job: Job


async def listed(
    actor: Actor,
    which: Literal["to_fit", "fitted"],
    actions: Actions,
    limit: int,
    after_id: int | None = None,
) -> list[CarJob]:
    """Return cars by plate: those with something left to do, or the others.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.FIT_BOXES)
    cars = await actions.store.vehicles.page(limit, after_id, which, scope)
    return await _with_jobs(cars, actions)


async def get(actor: Actor, request: OneCar, actions: Actions) -> CarJob:
    """Return one car.

    Raises:
        Refused: NOT_ALLOWED; NOT_THERE, also for one beyond those whose boxes they fit.
    """
    scope = require(actor, Right.FIT_BOXES)
    car = await actions.store.vehicles.get(request.vehicle_id)
    if car is None or not scope.covers(About(None, car.site_id, car.vehicle_id)):
        raise Refused(Refusal("", Reason.NOT_THERE))
    (found,) = await _with_jobs([car], actions)
    return found


async def _with_jobs(cars: list[Vehicle], actions: Actions) -> list[CarJob]:
    store = actions.store
    boards = await store.boards.of_cars(car.vehicle_id for car in cars)
    tests = await store.boards.tests_of(board.box_id for board in boards.values())
    return [
        CarJob(car, Job(board, None if board is None else tests.get(board.box_id)))
        for car in cars
        for board in (boards.get(car.vehicle_id),)
    ]
