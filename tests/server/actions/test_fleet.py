"""Loading a fleet: who may, which passwords change, and that the cars hear of it."""

import copy
import json

import pytest

from server.actions import Actions, Operator, Person
from server.actions.fleet import load
from server.fleet import fleet_file
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Refused
from server.passwords import verify_password
from server.store import Store
from tests.fleet import FLEET, NOW_S
from tests.server.web.sample import StillClock


def with_password(password: str) -> fleet_file.FleetFile:
    data = copy.deepcopy(FLEET)
    data["agents"][0]["password"] = password
    return fleet_file.parse(json.dumps(data))


async def test_a_password_is_hashed_anew_only_when_it_changed(store: Store) -> None:
    woken: list[int | None] = []
    actions = Actions(store, StillClock(NOW_S), woken.append, PARIS)
    hashes = []
    for password in ("one", "one", "two"):
        assert await load(Operator(), with_password(password), actions) == 0
        marie = await store.agents.by_login("marie.leroy")
        assert marie is not None and verify_password(marie.password_hash, password)
        hashes.append(marie.password_hash)
    assert hashes[0] == hashes[1] != hashes[2]
    assert woken == [None, None, None]


async def test_no_person_loads_a_fleet_not_even_a_manager(store: Store) -> None:
    actions = Actions(store, StillClock(NOW_S), [].append, PARIS)
    paul = await store.agents.by_login("paul.morin")
    assert paul is not None and paul.role == "manager"
    with pytest.raises(Refused, match="not_allowed"):
        await load(Person(paul), with_password("mine"), actions)
    marie = await store.agents.by_login("marie.leroy")
    assert marie is not None and marie.password_hash is None
