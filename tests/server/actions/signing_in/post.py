"""A post that keeps the tokens it wrote, for tests of what links do. Never here: their wording."""

from server.actions import Actions
from server.fleet.accounts.mail import Letter, LinkKind
from server.fleet.model.people import Agent


class KeptPost:
    """Writes the token and nothing else."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.woken = 0

    def letter(self, kind: LinkKind, agent: Agent, token: str, until_s: int) -> Letter:
        self.tokens.append(token)
        return Letter(kind, token, token)

    def wake(self) -> None:
        self.woken += 1


async def recipients(actions: Actions) -> list[tuple[str, str]]:
    """The mails that were written, the oldest first: kind and address."""
    log = await actions.store.outbox.log(100, None, actions.clock.now_s())
    return [(mail.kind, mail.recipient) for mail in reversed(log)]
