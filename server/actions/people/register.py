"""People put on record, changed, and moved to another directorate at a date of its own.

Somebody new may neither book nor sign in: a right and a code, or an invitation, come by themselves.
Never here: who leaves (leaving.py), rights to book (rights.py), badges.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from server.actions.actor import Actor, manager_only
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Flag, Id, Input, Instant, Line, Says
from server.fleet.people.register import Listed, OnRecord, against_directorate
from server.fleet.refusals import Reason, Refusal, Refused

LONGEST = 200  # letters of a name

Name = Annotated[
    Line,
    Field(min_length=1, max_length=LONGEST),
    Says(Reason.NOT_A_TEXT, Reason.TEXT_TOO_LONG, {"letters": LONGEST}),
]
DirectorateId = Annotated[Id, Says(Reason.UNKNOWN_NAME)]
Licence = Literal["yes", "no"]


class Sought(Input):
    """People who are called so; empty: all. `after_id` is the last of the page before."""

    name: Line = ""
    limit: int = 50
    after_id: Id | None = None


class OnePerson(Input):
    """A person on record."""

    agent_id: Id


class AddPerson(Input):
    """Somebody new, of a directorate from now on."""

    login: Annotated[Name, AfterValidator(str.lower)]
    full_name: Name
    directorate_id: DirectorateId
    licence_recorded: Flag = False


class EditPerson(OnePerson):
    """What is on record of a person, as its editor was shown it and as it shall be."""

    seen_name: Line
    seen_licence: Licence
    full_name: Name
    licence: Licence


class MovePerson(OnePerson):
    """Of another directorate from that instant on, behind or ahead.

    `seen` are the starts of the stays that the editor was shown; None: whatever there is.
    """

    directorate_id: DirectorateId
    from_s: Instant
    seen: Annotated[tuple[int, ...] | None, Field(strict=False)] = None


async def page(actor: Actor, request: Sought, actions: Actions) -> list[Listed]:
    """Return people, open accounts first, by name; raises Refused: NOT_ALLOWED."""
    manager_only(actor)
    return await actions.store.register.page(
        request.name, request.limit, actions.clock.now_s(), request.after_id
    )


async def get(actor: Actor, request: OnePerson, actions: Actions) -> OnRecord:
    """Return what is on record of a person; raises Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT."""
    manager_only(actor)
    found = await actions.store.register.get(request.agent_id, actions.clock.now_s())
    if found is None:
        raise Refused(Refusal("", Reason.NO_SUCH_ACCOUNT))
    return found


@audited(Act.ADD_PERSON, "agent")
async def add(actor: Actor, request: AddPerson, actions: Actions) -> OnRecord:
    """Put somebody on record.

    Raises:
        Refused: NOT_ALLOWED, ALREADY_THERE, UNKNOWN_NAME, DIRECTORATE_CLOSED.
    """
    manager_only(actor)
    directorate = await actions.store.directorates.get(request.directorate_id)
    against = against_directorate(directorate, "directorate_id")
    if await actions.store.agents.by_login(request.login) is not None:
        against.insert(0, Refusal("login", Reason.ALREADY_THERE))
    if against:
        raise Refused(*against)
    agent_id = await actions.store.register.add(
        request.login,
        request.full_name,
        request.directorate_id,
        request.licence_recorded,
        actions.clock.now_s(),
    )
    return await get(actor, OnePerson(agent_id=agent_id), actions)


@audited(Act.EDIT_PERSON, "agent")
async def edit(actor: Actor, request: EditPerson, actions: Actions) -> OnRecord:
    """Write down what is new of a person; what two changed otherwise the second is told.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT, CHANGED_MEANWHILE.
    """
    manager_only(actor)
    await get(actor, OnePerson(agent_id=request.agent_id), actions)
    seen = {"full_name": request.seen_name, "licence": request.seen_licence}
    new = {"full_name": request.full_name, "licence": request.licence}
    await actions.store.register.edit(request.agent_id, seen, new)
    actions.notify(None)
    return await get(actor, OnePerson(agent_id=request.agent_id), actions)


@audited(Act.MOVE_PERSON, "agent")
async def move(actor: Actor, request: MovePerson, actions: Actions) -> OnRecord:
    """Let a person be of another directorate from a day on; what was said of later is no more.

    Bookings, trips and kilometres since bear it; those ahead too, from their day.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT, UNKNOWN_NAME, DIRECTORATE_CLOSED, CHANGED_MEANWHILE.
    """
    manager_only(actor)
    await get(actor, OnePerson(agent_id=request.agent_id), actions)
    directorate = await actions.store.directorates.get(request.directorate_id)
    if against := against_directorate(directorate, "directorate_id"):
        raise Refused(*against)
    await actions.store.register.move(
        request.agent_id, request.directorate_id, request.from_s, request.seen
    )
    return await get(actor, OnePerson(agent_id=request.agent_id), actions)
