"""The rules of the outbox: what waits in it, when a letter is tried again, when it is given up.

Never here: sending (server/mail/), what a letter says (web/letters.py).
"""

from dataclasses import dataclass, field
from typing import Literal

LinkKind = Literal["invitation", "reset"]
MailKind = Literal["invitation", "reset", "alert"]
MailState = Literal["waiting", "sent", "failed", "dropped"]

MOST_WAITING = 1_000  # a thousand invitations at once; more is a mistake, or somebody's game
MOST_KEPT = 5_000  # of those that are over
KEPT_S = 30 * 86_400
MOST_LETTERS = 64 * 1024  # of one letter, all its forms together
MOST_TRIES = 12
LONGEST_AGE_S = 3 * 86_400  # what mail servers make of it among themselves
# Greylisting lets a second try pass after a few minutes; a server that is down is given time.
_WAITS_S = (60, 300, 900, 3_600)
_LONGEST_WAIT_S = 4 * 3_600


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody is written, in the two forms that mail programs show."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewMail:
    """A letter for somebody's mailbox; past `good_until_s` nobody needs it any more.

    `agent_id` is None where it is to an address of the operator's, and to no account.
    """

    agent_id: int | None
    kind: MailKind
    recipient: str
    letter: Letter
    good_until_s: int


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail that is due: the `tries`-th try failed last."""

    mail_id: int
    recipient: str
    letter: Letter
    made_at_s: int
    tries: int


@dataclass(frozen=True, slots=True)
class Mail:
    """What the page of mails shows of one; `said` is the mail server's answer, or ours."""

    mail_id: int
    agent_name: str | None
    kind: MailKind
    recipient: str
    made_at_s: int
    good_until_s: int
    state: MailState
    tries: int
    next_try_at_s: int
    ended_at_s: int | None
    said: str | None
    may_retry: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try. `is_for_all`: no other mail would have fared better just then."""

    state: Literal["sent", "later", "failed"]
    said: str
    is_for_all: bool = False


def good_until_s(link_until_s: int, now_s: int) -> int:
    """Return until when a letter with a link is worth sending."""
    return min(link_until_s, now_s + LONGEST_AGE_S)


def next_try_s(tries: int, now_s: int) -> int | None:
    """Return when to try again after so many tries; None: give it up."""
    if tries >= MOST_TRIES:
        return None
    return now_s + (_WAITS_S[tries - 1] if tries <= len(_WAITS_S) else _LONGEST_WAIT_S)
