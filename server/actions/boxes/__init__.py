"""A box for a car, its next key, and what it is asked to do.

Never here: what a box must know of its car (identity.py), when it obeys (the box).
"""

from typing import Literal

from server.actions.actor import Actor, actor_id, may, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.commands import VALID_S
from server.fleet.inputs import Flag, Id, Input
from server.fleet.model.boxes import Command, CommandKind
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import Right
from server.store import BoxExistsError, BoxSecrets

OrderKind = Literal[
    "inhibit", "cancel", "end-from-afar", "end-from-afar-without-keys", "withdraw-end"
]
"""What one person may ask of a box, whoever has the car."""


class AddBox(Input):
    """A new box for a car; `replace` retires the one it has."""

    vehicle_id: Id
    replace: Flag = False


class AddBoxes(Input):
    """A new box for each of several cars; `replace` retires those they have."""

    vehicle_ids: tuple[Id, ...]
    replace: Flag = False


class RotateKey(Input):
    """A new key for a car's box."""

    vehicle_id: Id


class Order(Input):
    """A request to a car's box; a theft order takes two persons (theft.py)."""

    vehicle_id: Id
    kind: OrderKind


@audited(Act.ADD_BOX, "vehicle")
async def add(actor: Actor, request: AddBox, actions: Actions) -> BoxSecrets:
    """Make a box's identity and keys, at once in force. They leave in its identity file only.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_VEHICLE, BOX_EXISTS.
    """
    require(actor, Right.FIT_BOXES)
    await _own_car(actor, Right.FIT_BOXES, request.vehicle_id, actions)
    retired_id = await _box_of(request.vehicle_id, actions)
    now_s = actions.clock.now_s()
    try:
        box = await actions.store.boxes.add(request.vehicle_id, request.replace, now_s)
    except BoxExistsError:
        raise Refused(Refusal("vehicle_id", Reason.BOX_EXISTS)) from None
    if retired_id is not None:
        actions.notify(retired_id)
    return box


@audited(Act.ADD_BOX, "vehicle")
async def add_all(actor: Actor, request: AddBoxes, actions: Actions) -> list[BoxSecrets]:
    """Make a box for each of these cars as `add`, in their order, or none at all.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_VEHICLE; BOX_EXISTS with the `plate` of each such car.
    """
    require(actor, Right.FIT_BOXES)
    for vehicle_id in request.vehicle_ids:
        await _own_car(actor, Right.FIT_BOXES, vehicle_id, actions)
    cars = {car.vehicle_id: car for car in await actions.store.vehicles.all()}
    if any(vehicle_id not in cars for vehicle_id in request.vehicle_ids):
        raise Refused(Refusal("vehicle_ids", Reason.UNKNOWN_VEHICLE))
    fitted = [cars[each] for each in request.vehicle_ids if cars[each].box_id is not None]
    if fitted and not request.replace:
        raise Refused(
            *(Refusal("vehicle_ids", Reason.BOX_EXISTS, {"plate": car.plate}) for car in fitted)
        )
    now_s = actions.clock.now_s()
    try:
        made = await actions.store.boxes.add_all(request.vehicle_ids, request.replace, now_s)
    except BoxExistsError:  # one of them has got one meanwhile
        raise Refused(Refusal("vehicle_ids", Reason.BOX_EXISTS)) from None
    for car in fitted:
        actions.notify(car.box_id)
    return made


@audited(Act.ROTATE_KEY, "vehicle")
async def rotate_key(actor: Actor, request: RotateKey, actions: Actions) -> int:
    """Make the key that a box is given at its next connection, and return its generation.

    One that is still under way stays the next.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_VEHICLE, NO_BOX.
    """
    require(actor, Right.FIT_BOXES)
    await _own_car(actor, Right.FIT_BOXES, request.vehicle_id, actions)
    box_id = await fitted_box(request.vehicle_id, actions)
    return await actions.store.boxes.rotate_key(box_id, actions.clock.now_s())


@audited(Act.ORDER_BOX, "vehicle")
async def order(actor: Actor, request: Order, actions: Actions) -> Command:
    """Ask a car's box for something.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_VEHICLE, NO_BOX.
    """
    require(actor, Right.ORDER_BOXES)
    await _own_car(actor, Right.ORDER_BOXES, request.vehicle_id, actions)
    return await ask(actor, await fitted_box(request.vehicle_id, actions), request.kind, actions)


async def ask(asked_by: Actor, box_id: int, kind: CommandKind, actions: Actions) -> Command:
    """Store a request to a box, for as long as it is worth carrying out, and wake the box.

    Whether that may be asked is for the action that does.
    """
    now_s = actions.clock.now_s()
    command = await actions.store.commands.queue(
        box_id,
        kind,
        now_s,
        now_s + VALID_S[kind],
        actor_id(asked_by),
    )
    actions.notify(box_id)
    return command


async def fitted_box(vehicle_id: int, actions: Actions) -> int:
    """Return the id of a car's box.

    Raises:
        Refused: UNKNOWN_VEHICLE, NO_BOX.
    """
    box_id = await _box_of(vehicle_id, actions)
    if box_id is None:
        raise Refused(Refusal("vehicle_id", Reason.NO_BOX))
    return box_id


async def _own_car(actor: Actor, right: Right, vehicle_id: int, actions: Actions) -> None:
    """Refuse a car beyond those over which the actor has the right: UNKNOWN_VEHICLE."""
    if not may(actor, right, await actions.about_car(vehicle_id)):
        raise Refused(Refusal("vehicle_id", Reason.UNKNOWN_VEHICLE))


async def _box_of(vehicle_id: int, actions: Actions) -> int | None:
    boxes = {car.vehicle_id: car.box_id for car in await actions.store.vehicles.all()}
    if vehicle_id not in boxes:
        raise Refused(Refusal("vehicle_id", Reason.UNKNOWN_VEHICLE))
    return boxes[vehicle_id]
