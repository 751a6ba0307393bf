"""The mails that were written and what became of them; a person may try one again, or drop it.

Never here: sending (server/mail/), what is written and to whom (links.py).
"""

from server.actions.actor import Actor, manager_only
from server.actions.tools import Actions
from server.fleet.accounts.mail import Mail
from server.fleet.inputs import Id, Input
from server.fleet.refusals import Reason, Refusal, Refused


class OneMail(Input):
    """A mail that the list shows."""

    mail_id: Id


async def log(actor: Actor, limit: int, before: int | None, actions: Actions) -> list[Mail]:
    """Return mails, the newest first, from before the id `before`.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    return await actions.store.outbox.log(limit, before, actions.clock.now_s())


async def retry(actor: Actor, request: OneMail, actions: Actions) -> None:
    """Let a mail be tried at once, also one that was given up.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_MAIL, MAIL_OVER.
    """
    manager_only(actor)
    again = await actions.store.outbox.retry(request.mail_id, actions.clock.now_s())
    await _must(again, request, actions)
    if actions.post is not None:
        actions.post.wake()


async def drop(actor: Actor, request: OneMail, actions: Actions) -> None:
    """Send a mail no more.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_MAIL, MAIL_OVER.
    """
    manager_only(actor)
    dropped = await actions.store.outbox.drop(request.mail_id, actions.clock.now_s())
    await _must(dropped, request, actions)


async def _must(done: bool, request: OneMail, actions: Actions) -> None:
    if done:
        return
    exists = await actions.store.outbox.exists(request.mail_id)
    raise Refused(Refusal("", Reason.MAIL_OVER if exists else Reason.NO_SUCH_MAIL))
