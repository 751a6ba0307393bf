"""Who acts in these tests, as the store has them now; and Marie, whose account they are about."""

import json
from dataclasses import replace

from server.actions import Actions, Operator, Person, acting
from server.actions.accounts import SESSION_S
from server.actions.fleet import load
from server.fleet import fleet_file
from server.fleet.model.people import Agent
from server.fleet.roles import WHOLE, Role, RoleGrant, Scope
from server.store import Store
from tests.fleet import MARIE, NOW_S

LOGIN = "marie.leroy"
FIRST, SECOND = "correct horse", "trois chevaux bruns"


async def person(store: Store, agent_id: int) -> Person:
    agent = await store.agents.get(agent_id)
    assert agent is not None
    return Person(acting(agent, NOW_S))


def someone(role: Role, scope: Scope = WHOLE) -> Person:
    """Somebody who is in no store, with a role."""
    agent = Agent(7, "login", "Name", 1, "DDT", "Territoires", None)
    grants = () if role is Role.AGENT else (RoleGrant(1, role, scope, 0),)
    return Person(replace(agent, roles=grants))


async def load_marie(actions: Actions, **entry: object) -> None:
    marie = {"login": LOGIN, "full_name": "Marie Leroy", "directorate": "DDT"} | entry
    await load(Operator(), fleet_file.parse(json.dumps({"agents": [marie]})), actions)


async def with_password(actions: Actions, password: str = FIRST) -> Person:
    await load_marie(actions, password=password)
    return await person(actions.store, MARIE)


async def begin(actions: Actions, agent: Agent, session_id: str = "a") -> bool:
    now_s = actions.clock.now_s()
    store = actions.store.accounts
    return await store.begin(agent, session_id, "Firefox", now_s, now_s - SESSION_S)


async def is_open(actions: Actions, session_id: str = "a") -> bool:
    expired_s = actions.clock.now_s() - SESSION_S
    return await actions.store.accounts.agent_of(session_id, expired_s) is not None
