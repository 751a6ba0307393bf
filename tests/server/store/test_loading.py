"""Loading a fleet file: all or nothing, and the second time nothing new."""

import copy
import json
from typing import Any

import pytest

from server.fleet import fleet_file
from server.fleet.model import Companion, Window
from server.store import LoadError, Store
from tests.fleet import (
    BOOKING,
    CAR,
    FLEET,
    MARIE,
    MARIE_UID,
    NOW_S,
    PAUL,
    PAUL_UID,
    call_off,
    wanted,
)


def changed(change: dict[str, list[dict[str, Any]]]) -> fleet_file.FleetFile:
    data: dict[str, list[dict[str, Any]]] = copy.deepcopy(FLEET)
    for name, entries in change.items():
        data[name] = data[name] + entries
    return fleet_file.parse(json.dumps(data))


async def everything(store: Store) -> list[object]:
    return [
        await store.directorates.all(),
        await store.vehicles.all(),
        await store.agents.all(),
        await store.badges.all(),
        await store.bookings.between(0, 1 << 32),
    ]


async def test_loading_the_same_file_twice_changes_nothing(store: Store) -> None:
    before = await everything(store)
    await store.fleet.load(changed({}), {}, NOW_S)
    assert await everything(store) == before


async def test_an_overlapping_booking_loads_nothing_of_the_file(store: Store) -> None:
    before = await everything(store)
    booking = {**FLEET["bookings"][0], "agent": "paul.morin", "purpose": "x"}
    newcomer = {"plate": "NEW-1", "label": "Zoé", "site": "PREF"}
    with pytest.raises(LoadError, match=r"bookings\[1\]: overlaps .* by Marie Leroy"):
        await store.fleet.load(changed({"vehicles": [newcomer], "bookings": [booking]}), {}, NOW_S)
    assert await everything(store) == before


async def test_an_unknown_name_is_told_with_the_known_ones(store: Store) -> None:
    newcomer = {"plate": "NEW-1", "label": "Zoé", "site": "NOWHERE"}
    with pytest.raises(LoadError, match=r"vehicles\[2\]: no site .*'NOWHERE'; known: PREF"):
        await store.fleet.load(changed({"vehicles": [newcomer]}), {}, NOW_S)


async def test_a_badge_given_to_another_agent_is_theirs_from_then_on(store: Store) -> None:
    data = copy.deepcopy(FLEET)
    data["agents"][0]["badges"], data["agents"][1]["badges"] = [PAUL_UID.hex()], []
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    holders = {badge.uid: badge.agent_id for badge in await store.badges.all()}
    assert holders[PAUL_UID] == MARIE


async def test_a_badge_that_its_agent_no_longer_has_is_forgotten(store: Store) -> None:
    data = copy.deepcopy(FLEET)
    data["agents"][0]["badges"] = ["04998877665544"]
    del data["agents"][1]["badges"]
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    held = {(badge.agent_id, badge.uid.hex()) for badge in await store.badges.all()}
    assert held == {(MARIE, "04998877665544"), (PAUL, PAUL_UID.hex())}


async def test_a_revoked_badge_stays_revoked_whatever_a_file_says(store: Store) -> None:
    badge = await store.badges.by_uid(MARIE_UID)
    assert badge is not None
    await store.badges.revoke(badge.badge_id, NOW_S)
    assert await store.fleet.load(changed({}), {}, NOW_S) == 1
    data = copy.deepcopy(FLEET)
    data["agents"][0]["badges"] = []
    assert await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S) == 0
    data["agents"][1]["badges"] = [MARIE_UID.hex()]
    assert await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S) == 1
    badge = await store.badges.by_uid(MARIE_UID)
    assert badge is not None and (badge.agent_id, badge.revoked_at_s) == (PAUL, NOW_S)
    await store.badges.restore(badge.badge_id)
    assert await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S) == 0


async def test_lists_replace_those_before_and_what_is_not_spoken_of_stays(store: Store) -> None:
    async def facts() -> tuple[object, ...]:
        access = (await store.access.of_car(CAR, NOW_S)).access
        keys = {badge.uid: badge.key for badge in access.badges}
        return access.walk_up, access.out_of_service, access.companions, keys[MARIE_UID]

    data = copy.deepcopy(FLEET)
    data["vehicles"][0] |= {"walk_up": True, "out_of_service": [{"from": 5, "to": 9}]}
    data["agents"][0]["badges"] = [{"uid": MARIE_UID.hex(), "key": "0f" * 16}]
    data["bookings"][0]["drivers"] = ["paul.morin"]
    file = fleet_file.parse(json.dumps(data))
    for _ in range(2):
        await store.fleet.load(file, {}, NOW_S)
        assert await facts() == (
            True,
            (Window(5, 9),),
            (Companion(BOOKING, PAUL, True),),
            b"\x0f" * 16,
        )
    data["vehicles"][0]["out_of_service"] = []
    data["bookings"][0] |= {"drivers": [], "passengers": ["paul.morin"]}
    del data["agents"][0]["badges"]
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    assert await facts() == (True, (), (Companion(BOOKING, PAUL, False),), b"\x0f" * 16)
    await store.fleet.load(changed({}), {}, NOW_S)
    assert await facts() == (False, (), (Companion(BOOKING, PAUL, False),), None)


async def test_an_unknown_driver_is_told_with_the_place(store: Store) -> None:
    data = copy.deepcopy(FLEET)
    data["bookings"][0]["drivers"] = ["nobody"]
    with pytest.raises(LoadError, match=r"bookings\[0\]: no agent is called 'nobody'"):
        await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)


async def test_a_booking_cancelled_since_stays_cancelled_and_does_not_stop_the_file(
    store: Store,
) -> None:
    await call_off(store, BOOKING)
    await store.fleet.load(changed({}), {}, NOW_S)
    assert await store.bookings.between(0, 1 << 32) == []
    start_s, end_s = (FLEET["bookings"][0][name] for name in ("starts_at", "ends_at"))
    await store.bookings.create(wanted(CAR, start_s, end_s), PAUL, NOW_S)
    await store.fleet.load(changed({}), {}, NOW_S)
    assert [b.agent_id for b in await store.bookings.between(0, 1 << 32)] == [PAUL]


async def test_a_password_stays_when_no_new_one_is_given(store: Store) -> None:
    await store.fleet.load(changed({}), {"marie.leroy": "hash"}, NOW_S)
    await store.fleet.load(changed({}), {}, NOW_S)
    marie = await store.agents.get(MARIE)
    assert marie is not None and marie.password_hash == "hash"


async def test_a_private_booking_loads_only_with_a_car_for_private_use(store: Store) -> None:
    data = copy.deepcopy(FLEET)
    start_s = NOW_S + 50 * 3600
    private = FLEET["bookings"][0] | {"starts_at": start_s, "ends_at": start_s + 60}
    data["bookings"].append(private | {"private": True})
    with pytest.raises(LoadError, match=r"bookings\[1\], private: AB-123-CD is not for private"):
        await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    data["vehicles"][0]["private_use"] = True
    for _ in range(2):
        await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
        bookings = await store.bookings.between(0, 1 << 32)
        assert [booking.private for booking in bookings] == [False, True]


async def test_a_licence_counts_as_recorded_until_a_file_says_no_and_again_when_one_says_yes(
    store: Store,
) -> None:
    async def without() -> frozenset[int]:
        return (await store.access.of_car(CAR, NOW_S)).access.without_licence

    data = copy.deepcopy(FLEET)
    assert await without() == frozenset()
    for said, expected in ((False, {PAUL}), (None, {PAUL}), (True, set()), (None, set())):
        data["agents"][1]["licence_recorded"] = said
        await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
        assert await without() == expected, "what is not spoken of stays"
