"""A box goes from one car into another, with its keys and what it has not told yet.

What it tells later of the time before is the former car's (store/dated). Never here: making a box
(actions/boxes.py), who carries it.
"""

from server.actions.actor import Actor, manager_only
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input
from server.fleet.refusals import Reason, Refusal, Refused


class MoveBox(Input):
    """The box of a car, and the car that it is in from now on."""

    vehicle_id: Id
    to_vehicle_id: Id


@audited(Act.MOVE_BOX, "vehicle")
async def move(actor: Actor, request: MoveBox, actions: Actions) -> None:
    """Say that the box of a car is in another one from now on.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, NO_BOX; of the car to come, UNKNOWN_VEHICLE, CAR_RETIRED,
            BOX_EXISTS; STILL_OUT while a trip is under way, ORDERS_WAIT while the box has not
            answered, or the car is reported stolen.
    """
    manager_only(actor)
    store = actions.store
    car = await store.vehicles.get(request.vehicle_id)
    other = await store.vehicles.get(request.to_vehicle_id)
    if car is None:
        raise Refused(Refusal("", Reason.NOT_THERE))
    if car.box_id is None:
        raise Refused(Refusal("", Reason.NO_BOX))
    if other is None:
        raise Refused(Refusal("to_vehicle_id", Reason.UNKNOWN_VEHICLE))
    if other.retired_at_s is not None:
        raise Refused(Refusal("to_vehicle_id", Reason.CAR_RETIRED))
    await store.boxes.move(car.box_id, other.vehicle_id, actions.clock.now_s())
    actions.notify(car.box_id)  # its connection ends, and it comes back as the other car's
