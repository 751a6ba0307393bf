"""A group of cars is made, changed, given up. Never here: who may book the cars of one."""

from server.actions.actor import Actor, manager_only
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Flag, Id, Input
from server.fleet.pool import CarGroup, Ids, Title, is_as_seen
from server.fleet.refusals import Reason, Refusal, Refused


class AddGroup(Input):
    """A group and all its cars; of a `restricted` one not everybody may book them."""

    name: Title
    restricted: Flag = False
    vehicle_ids: Ids = ()


class ChangeGroup(AddGroup):
    """What a group is from now on."""

    group_id: Id
    seen: str | None = None


class OneGroup(Input):
    """A group."""

    group_id: Id


async def get(actor: Actor, request: OneGroup, actions: Actions) -> CarGroup:
    """Return a group.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE.
    """
    manager_only(actor)
    groups = {group.group_id: group for group in await actions.store.groups.all()}
    return _there(groups.get(request.group_id))


@audited(Act.ADD_GROUP, "group")
async def add(actor: Actor, request: AddGroup, actions: Actions) -> CarGroup:
    """Make a group.

    Raises:
        Refused: NOT_ALLOWED, NAME_TAKEN, UNKNOWN_VEHICLE.
    """
    manager_only(actor)
    return _there(await actions.store.groups.put(None, lambda _: _group(0, request)))


@audited(Act.CHANGE_GROUP, "group")
async def change(actor: Actor, request: ChangeGroup, actions: Actions) -> CarGroup:
    """Let a group be called otherwise, or have other cars.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, CHANGED_SINCE, NAME_TAKEN, UNKNOWN_VEHICLE.
    """
    manager_only(actor)

    def decide(group: CarGroup | None) -> CarGroup:
        if not is_as_seen(group, request.seen):
            raise Refused(Refusal("", Reason.CHANGED_SINCE))
        return _group(request.group_id, request)

    return _there(await actions.store.groups.put(request.group_id, decide))


@audited(Act.REMOVE_GROUP, "group")
async def remove(actor: Actor, request: OneGroup, actions: Actions) -> None:
    """Give a group up; its cars stay in the pool. Again is the same.

    Raises:
        Refused: NOT_ALLOWED, STILL_USED.
    """
    manager_only(actor)
    await actions.store.groups.remove(request.group_id)


def _group(group_id: int, request: AddGroup) -> CarGroup:
    cars = tuple(dict.fromkeys(request.vehicle_ids))
    return CarGroup(group_id, request.name, request.restricted, cars)


def _there(group: CarGroup | None) -> CarGroup:
    if group is None:
        raise Refused(Refusal("", Reason.NOT_THERE))
    return group
