"""The mails that were written and what became of them; a person may try one again, or drop it.

Each sees the mails to those whom they may give a code. Never here: sending (server/mail/), what is
written and to whom (links.py).
"""

from server.actions.actor import Actor, actor_id, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.accounts.mail import Mail
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import Right, Scope


class OneMail(Input):
    """A mail that the list shows."""

    mail_id: Id


async def log(actor: Actor, limit: int, before: int | None, actions: Actions) -> list[Mail]:
    """Return mails, the newest first, from before the id `before`.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.GIVE_CODES)
    now_s, own_id = actions.clock.now_s(), actor_id(actor)
    return await actions.store.outbox.log(limit, before, now_s, scope, own_id)


@audited(Act.RETRY_MAIL, "mail")
async def retry(actor: Actor, request: OneMail, actions: Actions) -> None:
    """Let a mail be tried at once, also one that was given up.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_MAIL, also for one beyond what they manage; MAIL_OVER.
    """
    scope = require(actor, Right.GIVE_CODES)
    await _must_be(actor, request, scope, actions)
    if not await actions.store.outbox.retry(request.mail_id, actions.clock.now_s()):
        raise Refused(Refusal("", Reason.MAIL_OVER))
    if actions.post is not None:
        actions.post.wake()


@audited(Act.DROP_MAIL, "mail")
async def drop(actor: Actor, request: OneMail, actions: Actions) -> None:
    """Send a mail no more. Raises as `retry`."""
    scope = require(actor, Right.GIVE_CODES)
    await _must_be(actor, request, scope, actions)
    if not await actions.store.outbox.drop(request.mail_id, actions.clock.now_s()):
        raise Refused(Refusal("", Reason.MAIL_OVER))


async def _must_be(actor: Actor, request: OneMail, scope: Scope, actions: Actions) -> None:
    now_s = actions.clock.now_s()
    if not await actions.store.outbox.exists(request.mail_id, now_s, scope, actor_id(actor)):
        raise Refused(Refusal("", Reason.NO_SUCH_MAIL))
