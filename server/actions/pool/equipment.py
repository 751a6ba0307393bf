"""A piece of equipment comes into the pool, changes, leaves it, comes back.

Never here: who has booked it.
"""

from dataclasses import replace

from server.actions.actor import Actor, manager_only
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input
from server.fleet.model.bookings import Equipment
from server.fleet.pool import SiteId, Title, is_as_seen
from server.fleet.refusals import Reason, Refusal, Refused


class AddPiece(Input):
    """A piece; its code, which is written on it, never changes."""

    code: Title
    name: Title
    site_id: SiteId


class ChangePiece(Input):
    """What a piece is from now on."""

    equipment_id: Id
    name: Title
    site_id: SiteId
    seen: str | None = None


class OnePiece(Input):
    """A piece."""

    equipment_id: Id


async def get(actor: Actor, request: OnePiece, actions: Actions) -> Equipment:
    """Return a piece.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE.
    """
    manager_only(actor)
    pieces = {piece.equipment_id: piece for piece in await actions.store.equipment.all()}
    return _there(pieces.get(request.equipment_id))


@audited(Act.ADD_EQUIPMENT, "equipment")
async def add(actor: Actor, request: AddPiece, actions: Actions) -> Equipment:
    """Take a piece into the pool.

    Raises:
        Refused: NOT_ALLOWED, NAME_TAKEN, UNKNOWN_NAME.
    """
    manager_only(actor)
    return await actions.store.equipment.add(request.code, request.name, request.site_id)


@audited(Act.CHANGE_EQUIPMENT, "equipment")
async def change(actor: Actor, request: ChangePiece, actions: Actions) -> Equipment:
    """Let a piece be called otherwise, or be at another site.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, CHANGED_SINCE, UNKNOWN_NAME, STILL_BOOKED.
    """
    manager_only(actor)

    def decide(piece: Equipment) -> Equipment:
        if not is_as_seen(piece, request.seen):
            raise Refused(Refusal("", Reason.CHANGED_SINCE))
        return replace(piece, name=request.name, site_id=request.site_id)

    store, now_s = actions.store, actions.clock.now_s()
    return _there(await store.equipment.change(request.equipment_id, decide, now_s))


@audited(Act.RETIRE_EQUIPMENT, "equipment")
async def retire(actor: Actor, request: OnePiece, actions: Actions) -> Equipment:
    """Let a piece be had no more; again is the same.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, STILL_BOOKED.
    """
    manager_only(actor)
    store, now_s = actions.store, actions.clock.now_s()

    def decide(piece: Equipment) -> Equipment:
        since_s = now_s if piece.retired_at_s is None else piece.retired_at_s
        return replace(piece, retired_at_s=since_s)

    return _there(await store.equipment.change(request.equipment_id, decide, now_s))


@audited(Act.REOPEN_EQUIPMENT, "equipment")
async def reopen(actor: Actor, request: OnePiece, actions: Actions) -> Equipment:
    """Let a piece be had again; again is the same.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, UNKNOWN_NAME where its site is no more.
    """
    manager_only(actor)
    store, now_s = actions.store, actions.clock.now_s()
    return _there(
        await store.equipment.change(
            request.equipment_id, lambda piece: replace(piece, retired_at_s=None), now_s
        )
    )


def _there(piece: Equipment | None) -> Equipment:
    if piece is None:
        raise Refused(Refusal("", Reason.NOT_THERE))
    return piece
