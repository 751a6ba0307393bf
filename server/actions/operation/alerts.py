"""What is wrong with the fleet and its server, as far as somebody sees it.

What is about a car is seen by who sees the car, what is about the server by who sees all cars.
Never here: finding it out (server/alerts/).
"""

from collections.abc import Collection, Sequence

from server.actions.actor import Actor, require
from server.actions.tools import Actions
from server.fleet.alerts import OF_CARS, Alert, Kind
from server.fleet.roles import Right


async def seen(
    actor: Actor, standing: Sequence[Alert], actions: Actions
) -> tuple[list[Alert], dict[int, str]]:
    """Return those of these alerts that somebody sees, and the plates of their cars by id.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.SEE_CARS)
    cars = [each.vehicle_id for each in standing if each.vehicle_id is not None]
    plates = await actions.store.alerts.plates(cars, scope)
    return [
        each
        for each in standing
        if (scope.is_whole if each.vehicle_id is None else each.vehicle_id in plates)
    ], plates


def unknown(actor: Actor, judged: Collection[Kind]) -> list[Kind]:
    """Return the kinds that somebody would see and that nobody can judge now; as `seen`."""
    scope = require(actor, Right.SEE_CARS)
    seen_kinds = Kind if scope.is_whole else OF_CARS
    return [kind for kind in seen_kinds if kind not in judged]


async def over(
    actor: Actor, limit: int, before: int | None, actions: Actions
) -> tuple[list[Alert], dict[int, str]]:
    """Return alerts that are over, the newest first, from before the id `before`. As `seen`."""
    scope = require(actor, Right.SEE_CARS)
    return await seen(actor, await actions.store.alerts.over(limit, before, scope), actions)
