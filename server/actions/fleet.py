"""What an operator does with the fleet as a whole: load what a file names.

Never here: reading the file (fleet/fleet_file.py), a single car or badge.
"""

from server.actions.actor import Actor, operator_only
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.fleet_file import FleetFile
from server.passwords import hash_password, verify_password


@audited(Act.LOAD_FLEET)
async def load(
    actor: Actor, request: FleetFile, actions: Actions, since_s: int | None = None
) -> int:
    """Take in all that a fleet file names, or nothing; the same file again changes nothing.

    Not even what people changed since: a password that somebody chose stays theirs until a file
    says another than the one before it.

    A booking that is not there yet is held to the rules of a page, but for those of the present
    moment: a file may bring over what was, and one late car does not refuse it.

    Badges, directorates and roles that it gives hold from `since_s` on, None: from now on.

    Returns:
        How many of the badges that it names are revoked: they stay so.

    Raises:
        Refused: each `field` a place in the file.
    """
    operator_only(actor)
    store, now_s = actions.store, actions.clock.now_s()
    said = await store.fleet.passwords_said()
    known = {agent.login: agent.password_hash for agent in await store.agents.all()}
    hashes = {
        agent.login: _hash_of(agent.password, said.get(agent.login), known.get(agent.login))
        for agent in request.agents
        if agent.password is not None
    }
    revoked = await store.fleet.load(request, hashes, now_s, actions.timezone, since_s)
    actions.notify(None)
    return revoked


def _hash_of(password: str, *hashes: str | None) -> str:
    """Return the first of these hashes that is the password's, else a new one."""
    own = (each for each in hashes if each is not None and verify_password(each, password))
    return next(own, None) or hash_password(password)
