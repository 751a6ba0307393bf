"""Loading a fleet: who may, which passwords change, and that the cars hear of it."""

import asyncio
import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.actions import Actions, Operator, Person
from server.actions.fleet import load
from server.fleet import fleet_file
from server.fleet.model.bookings import Booking
from server.fleet.own_time import When
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Refused
from server.passwords import hash_password, verify_password
from server.store import Store, dated
from tests.fleet import FLEET, HOUR_S, MARIE, NOW_S, open_small_fleet
from tests.server.web.sample import StillClock

DAY_S = 24 * HOUR_S


def with_password(password: str) -> fleet_file.FleetFile:
    data = copy.deepcopy(FLEET)
    data["agents"][0]["password"] = password
    return fleet_file.parse(json.dumps(data))


async def hash_of_marie(store: Store) -> str | None:
    marie = await store.agents.by_login("marie.leroy")
    assert marie is not None
    return marie.password_hash


async def test_a_password_is_hashed_anew_only_when_it_changed_and_every_car_is_woken(
    actions: Actions, woken: list[int | None]
) -> None:
    hashes = []
    for password in ("correct horse", "correct horse", "battery staple"):
        assert await load(Operator(), with_password(password), actions) == 0
        hashes.append(await hash_of_marie(actions.store))
        assert verify_password(hashes[-1], password)
    assert hashes[0] == hashes[1] != hashes[2]
    assert woken == [None, None, None]


async def test_a_file_gives_another_password_until_somebody_chose_her_own(
    actions: Actions,
) -> None:
    one, two, own = "correct horse", "battery staple", hash_password("her own")
    for password in (one, two, two, one):
        await load(Operator(), with_password(password), actions)
        assert verify_password(await hash_of_marie(actions.store), password)
    assert await actions.store.accounts.set_password(MARIE, own, await hash_of_marie(actions.store))
    for password in (one, two):
        await load(Operator(), with_password(password), actions)
        assert await hash_of_marie(actions.store) == own


async def test_what_a_file_gives_holds_from_the_day_that_is_named(actions: Actions) -> None:
    at = When(NOW_S - HOUR_S, NOW_S - HOUR_S)

    async def held() -> frozenset[int]:
        return await actions.store._engine.read(
            lambda db: dated.held(db, dated.BADGE, 1, at) | dated.held(db, dated.BADGE, 3, at)
        )

    data = copy.deepcopy(FLEET)
    data["agents"][0]["badges"] += ["04998877665544"]
    file = fleet_file.parse(json.dumps(data))
    before = await held()
    await load(Operator(), file, actions, since_s=NOW_S - DAY_S)
    assert await held() == before | {MARIE}


async def test_no_person_loads_a_fleet_not_even_a_manager(actions: Actions, paul: Person) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        await load(paul, with_password("correct horse"), actions)
    assert await hash_of_marie(actions.store) is None


async def all_bookings(store: Store) -> list[Booking]:
    return await store.bookings.between(0, 1 << 40)


async def load_twice(file: fleet_file.FleetFile) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await open_small_fleet(Path(folder))
        actions = Actions(store, StillClock(NOW_S), [].append, PARIS)
        before = await all_bookings(store)
        try:
            await load(Operator(), file, actions)
        except Refused as refused:
            assert all(r.field.startswith("line 1, bookings[") for r in refused.refusals)
            assert await all_bookings(store) == before
        else:
            loaded = await all_bookings(store)
            await load(Operator(), file, actions)
            assert await all_bookings(store) == loaded
        await store.close()


LOGINS = st.sampled_from(["marie.leroy", "paul.morin", "nobody"])
BOOKINGS = st.fixed_dictionaries(
    {
        "vehicle": st.sampled_from(["AB-123-CD", "EF-456-GH", "EF-456-GH", "XX-1"]),
        "agent": LOGINS,
        "starts_at": st.integers(1, 60).map(lambda days: NOW_S + (days - 20) * DAY_S)
        | st.integers(1, (1 << 32) - 1),
        "ends_at": st.integers(1, 60).map(lambda days: NOW_S + (days - 20) * DAY_S + HOUR_S)
        | st.integers(1, (1 << 32) - 1),
        "purpose": st.just("Chantier"),
    },
    optional={
        "weeks": st.integers(1, 26),
        "private": st.booleans(),
        "drivers": st.just([]) | st.just(["paul.morin"]),
        "equipment": st.just([]) | st.just(["SIEGE"]),
    },
)


def parsed(bookings: list[dict[str, Any]]) -> fleet_file.FleetFile | None:
    try:
        return fleet_file.parse(json.dumps({"bookings": bookings}))
    except Refused:
        return None


@given(st.lists(BOOKINGS, max_size=4).map(parsed).filter(lambda file: file is not None))
def test_whatever_is_booked_all_of_it_is_loaded_or_none_and_again_changes_nothing(
    file: fleet_file.FleetFile,
) -> None:
    asyncio.run(load_twice(file))
