"""Empties the outbox while the server runs: woken when there is mail, and every now and then.

Never here: one letter's way (delivery.py), when it is tried again (fleet/accounts/mail.py).
"""

import asyncio
import contextlib
import logging

from server.clock import Clock
from server.fleet.accounts.mail import Outcome
from server.mail.delivery import Delivery
from server.store.mail import Outbox

_AT_ONCE = 20  # read together; each holds its letter
_LOOK_EVERY_S = 20.0  # for what a command lets be tried again, and for what is due
_log = logging.getLogger(__name__)


async def run(outbox: Outbox, delivery: Delivery, clock: Clock, woken: asyncio.Event) -> None:
    """Send what is due, again and again, until cancelled."""
    while True:
        woken.clear()
        try:
            await one_round(outbox, delivery, clock)
        except (
            Exception
        ):  # the disk is full, or a fault of ours: letters to come do not wait for it
            _log.exception("mail waits")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), _LOOK_EVERY_S)


async def one_round(outbox: Outbox, delivery: Delivery, clock: Clock) -> None:
    """Send what is due; ends early when the mail server takes nothing from us just now."""
    await outbox.give_up_late(clock.now_s())
    while mails := await outbox.due(clock.now_s(), _AT_ONCE):
        for mail in mails:
            outcome = await delivery.send(mail)
            await outbox.tried(mail.mail_id, outcome, clock.now_s())
            _say(mail.mail_id, outcome)
            if outcome.is_for_all:
                return


def _say(mail_id: int, outcome: Outcome) -> None:
    """Log it by its number: neither who gets it nor what it says."""
    if outcome.state == "sent":
        _log.info("mail %d is sent", mail_id)
    else:
        _log.warning("mail %d is not sent (%s): %s", mail_id, outcome.state, outcome.said)
