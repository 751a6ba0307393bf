"""Reading the audit, which is itself an act; proving that nobody has changed it.

Never here: who wrote an entry (acts.py), how entries are chained (fleet/audit).
"""

from collections.abc import AsyncIterator

from server.actions.actor import Actor, operator_only, require
from server.actions.audit.acts import performed_by
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.audit.chain import Head, Verdict
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import Right, Scope
from server.store.audit import Listed, Sought

_AT_ONCE = 500  # entries of an export that are read at a time


async def page(
    actor: Actor, sought: Sought, actions: Actions, limit: int, before_id: int | None = None
) -> list[Listed]:
    """Return entries, the newest first, once it is kept that they are read.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.SEE_AUDIT)
    _must_see_all(scope)
    await actions.store.audit.note(performed_by(actor, actions, Act.READ_AUDIT))
    return await actions.store.audit.page(sought, limit, before_id)


async def export(actor: Actor, sought: Sought, actions: Actions) -> AsyncIterator[list[Listed]]:
    """Return all entries bit by bit, the newest first, once it is kept that they leave.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.SEE_AUDIT)
    _must_see_all(scope)
    await actions.store.audit.note(performed_by(actor, actions, Act.EXPORT_AUDIT))
    return _all(sought, actions)


async def verify(actor: Actor, known: Head | None, actions: Actions) -> Verdict:
    """Walk the whole chain; `known`: a head that was noted elsewhere.

    Raises:
        Refused: NOT_ALLOWED.
    """
    operator_only(actor)
    return await actions.store.audit.verify(known)


def _must_see_all(scope: Scope) -> None:
    """Refuse whoever has the right for a part: no entry says of which part it is."""
    if not scope.is_whole:
        raise Refused(Refusal("", Reason.NOT_ALLOWED))


async def head(actor: Actor, actions: Actions) -> Head | None:
    """Return the newest entry's number and hash, to be noted elsewhere; None: there is none.

    Raises:
        Refused: NOT_ALLOWED.
    """
    operator_only(actor)
    return await actions.store.audit.head()


async def _all(sought: Sought, actions: Actions) -> AsyncIterator[list[Listed]]:
    before_id = None
    while listed := await actions.store.audit.page(sought, _AT_ONCE, before_id):
        yield listed
        before_id = listed[-1].entry.audit_id
