"""What an operator does with the fleet as a whole: load what a file names.

Never here: reading the file (fleet/fleet_file.py), a single car or badge.
"""

from server.actions.actor import Actor, Operator
from server.actions.tools import Actions
from server.fleet.fleet_file import FleetFile
from server.fleet.refusals import Reason, Refusal, Refused
from server.passwords import hash_password, verify_password


async def load(actor: Actor, request: FleetFile, actions: Actions) -> int:
    """Take in all that a fleet file names, or nothing; the same file again changes nothing.

    A booking that is not there yet is held to the rules of a page, but for those of the present
    moment: a file may bring over what was, and one late car does not refuse it.

    Returns:
        How many of the badges that it names are revoked: they stay so.

    Raises:
        Refused: each `field` a place in the file.
    """
    if not isinstance(actor, Operator):
        raise Refused(Refusal("", Reason.NOT_ALLOWED))
    store, now_s = actions.store, actions.clock.now_s()
    known = {agent.login: agent.password_hash for agent in await store.agents.all()}
    hashes = {
        agent.login: hash_password(agent.password)
        for agent in request.agents
        if agent.password is not None
        and not verify_password(known.get(agent.login), agent.password)
    }
    revoked = await store.fleet.load(request, hashes, now_s, actions.timezone)
    actions.notify(None)
    return revoked
