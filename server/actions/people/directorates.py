"""Directorates: added, renamed, ended at a date, opened again.

One that is renamed is the same cost centre: its trips of before show the new name too. A reform
that ends one has it merged into another from a day on. Never here: a single person's move
(register.py).
"""

from typing import Annotated

from server.actions.actor import Actor, manager_only
from server.actions.audit.acts import audited
from server.actions.people.register import Name
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input, Instant, Line, Says
from server.fleet.model.people import Directorate
from server.fleet.people.register import against_directorate
from server.fleet.refusals import Reason, Refusal, Refused


class AddDirectorate(Input):
    """A new cost centre."""

    code: Name
    name: Name


class OneDirectorate(Input):
    """A directorate on record."""

    directorate_id: Annotated[Id, Says(Reason.UNKNOWN_NAME)]


class RenameDirectorate(OneDirectorate):
    """What it is called, as its editor was shown it and as it shall be."""

    seen: Line
    name: Name


class CloseDirectorate(OneDirectorate):
    """From that instant on nobody is of it; its people are of the other, if there are any."""

    from_s: Instant
    into_id: Annotated[Id | None, Says(Reason.UNKNOWN_NAME)] = None


async def page(actor: Actor, actions: Actions) -> list[tuple[Directorate, int]]:
    """Return each directorate, and how many people with an open account are or will be of it.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    store = actions.store.directorates
    members = await store.members(actions.clock.now_s())
    return [(each, members.get(each.directorate_id, 0)) for each in await store.all()]


async def get(actor: Actor, request: OneDirectorate, actions: Actions) -> Directorate:
    """Return a directorate; raises Refused: NOT_ALLOWED, UNKNOWN_NAME."""
    manager_only(actor)
    found = await actions.store.directorates.get(request.directorate_id)
    if found is None:
        raise Refused(Refusal("directorate_id", Reason.UNKNOWN_NAME))
    return found


@audited(Act.ADD_DIRECTORATE, "directorate")
async def add(actor: Actor, request: AddDirectorate, actions: Actions) -> Directorate:
    """Add a directorate; raises Refused: NOT_ALLOWED, ALREADY_THERE."""
    manager_only(actor)
    number = await actions.store.directorates.add(request.code, request.name)
    return await get(actor, OneDirectorate(directorate_id=number), actions)


@audited(Act.RENAME_DIRECTORATE, "directorate")
async def rename(actor: Actor, request: RenameDirectorate, actions: Actions) -> Directorate:
    """Call a directorate otherwise, also on what is of before.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_NAME, CHANGED_MEANWHILE.
    """
    manager_only(actor)
    one = OneDirectorate(directorate_id=request.directorate_id)
    await get(actor, one, actions)
    await actions.store.directorates.rename(request.directorate_id, request.name, request.seen)
    return await get(actor, one, actions)


@audited(Act.CLOSE_DIRECTORATE, "directorate")
async def close(actor: Actor, request: CloseDirectorate, actions: Actions) -> int:
    """End a directorate from a day on, behind or ahead; its people go to another.

    Again is the same; to end it at another day, open it first.

    Returns:
        how many people that were.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_NAME, DIRECTORATE_CLOSED, HAS_MEMBERS.
    """
    manager_only(actor)
    found = await get(actor, OneDirectorate(directorate_id=request.directorate_id), actions)
    if found.closed_from_s is not None:
        if (found.closed_from_s, found.merged_into_id) == (request.from_s, request.into_id):
            return 0
        raise Refused(Refusal("into_id", Reason.DIRECTORATE_CLOSED))
    if request.into_id is not None:
        into = await actions.store.directorates.get(request.into_id)
        against = against_directorate(into, "into_id")
        if request.into_id == request.directorate_id:
            against = [Refusal("into_id", Reason.DIRECTORATE_CLOSED)]
        if against:
            raise Refused(*against)
    return await actions.store.directorates.close(
        request.directorate_id, request.from_s, request.into_id
    )


@audited(Act.REOPEN_DIRECTORATE, "directorate")
async def reopen(actor: Actor, request: OneDirectorate, actions: Actions) -> Directorate:
    """Let people be of a directorate again; who went elsewhere stays there.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_NAME.
    """
    manager_only(actor)
    await get(actor, request, actions)
    await actions.store.directorates.reopen(request.directorate_id)
    return await get(actor, request, actions)
