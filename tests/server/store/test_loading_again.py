"""A fleet file once more: what it leaves out stays, and what people changed since stays theirs."""

import asyncio
import contextlib
import copy
import json
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic.fields import FieldInfo
from sqlite_utils import Database

from server.fleet import fleet_file
from server.fleet.pool import Place
from server.fleet.refusals import Refused
from server.store import Store, dated
from server.store.schema import fleet_words
from tests.fleet import (
    BOOKING,
    CAR,
    FLEET,
    MARIE,
    MARIE_UID,
    NOW_S,
    OTHER_CAR,
    PAUL,
    PAUL_UID,
    Entry,
    call_off,
    copied,
    to_car,
    until,
    wanted,
)

DAY_S = 24 * 3600
HOUR_S = 3600
SEAT, CHAINS = "SIEGE", "CHAINES"
KEY = "0f" * 16
# Every word that an entry may leave out, none as it is by default.
WHOLE: dict[str, list[Entry]] = copy.deepcopy(FLEET) | {
    "sites": [{"code": "PREF", "name": "Préfecture", "lat": 48.0, "lon": 0.2, "radius_m": 450}],
    "equipment": [
        {"code": SEAT, "name": "Siège enfant", "site": "PREF"},
        {"code": CHAINS, "name": "Chaînes", "site": "PREF"},
    ],
}
WHOLE["vehicles"][0] |= {"walk_up": True, "private_use": True}
WHOLE["vehicles"][0]["out_of_service"] = [{"from": NOW_S + 9 * DAY_S, "to": NOW_S + 10 * DAY_S}]
WHOLE["agents"][0] |= {"role": "technician", "licence_recorded": False, "active": True}
WHOLE["agents"][0]["may_book"] = True
WHOLE["agents"][0]["email"] = "marie.leroy@service.example"
WHOLE["agents"][0]["password"] = "correct horse"
WHOLE["agents"][0]["badges"] = [{"uid": MARIE_UID.hex(), "key": KEY}]
WHOLE["bookings"][0] |= {"private": True, "planned_km": 85, "weeks": 1}
WHOLE["bookings"][0] |= {"drivers": ["paul.morin"], "passengers": [], "equipment": [SEAT]}
HASHES = {"marie.leroy": "hash of the file's"}
# What no part of the fleet is: who was told what, and what the file said.
NO_FACTS = ("news", "sqlite_sequence", "file_word", "file_booking")


def file_of(data: dict[str, list[Entry]]) -> fleet_file.FleetFile:
    return fleet_file.parse(json.dumps(data))


def facts(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All that the database holds of the fleet."""
    database = sqlite3.connect(store.data_dir / "voiturier.db")
    try:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: sorted(database.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for (name,) in tables
            if name not in NO_FACTS
        }
    finally:
        database.close()


def optional_words() -> list[tuple[str, str]]:
    """Each list of the file, and each word that its entries may leave out."""
    lists = fleet_file.FleetFile.model_fields
    found = [
        (name, field.alias or word)
        for name, entries in lists.items()
        for word, field in entry_of(entries).items()
        if not field.is_required()
    ]
    return [*found, ("badges", "key")]


def entry_of(entries: FieldInfo) -> dict[str, FieldInfo]:
    """The fields of a list's entries."""
    model = entries.annotation.__args__[0]  # type: ignore[union-attr]
    return model.model_fields  # type: ignore[no-any-return]


def without(left_out: set[tuple[str, str]]) -> dict[str, list[Entry]]:
    """The whole file, its entries without these words; a place is both its degrees."""
    data = copy.deepcopy(WHOLE)
    place = {("sites", "lat"), ("sites", "lon")}
    left_out |= place if left_out & place else set()
    cards = [b for a in data["agents"] for b in a["badges"] if isinstance(b, dict)]
    for name, word in left_out:
        for each in cards if name == "badges" else data[name]:
            each.pop(word, None)
    return data


def test_the_whole_file_says_every_word_that_an_entry_may_leave_out() -> None:
    said = {(name, word) for name, entries in WHOLE.items() for each in entries for word in each}
    assert set(optional_words()) <= said | {("badges", "key")}


async def load_whole(store: Store) -> None:
    await store.fleet.load(file_of(WHOLE), HASHES, NOW_S)


def sql(statement: str) -> Callable[[Store], Awaitable[object]]:
    async def edit(store: Store) -> None:
        await store._engine.write(lambda db: db.execute(statement) and None)

    return edit


def holding(what: dated.Dated, of_id: int, value_id: int) -> Callable[[Store], Awaitable[object]]:
    async def edit(store: Store) -> None:
        await store._engine.write(lambda db: dated.hold(db, what, of_id, value_id, NOW_S))

    return edit


async def plate(store: Store) -> None:
    await store.vehicles.change(CAR, lambda car: replace(car, plate="NE-000-UF"), NOW_S)


async def other_site(store: Store) -> None:
    place = await store.sites.add(Place(0, "ANNEXE", "Annexe"))
    await store.vehicles.change(CAR, lambda car: replace(car, site_id=place.site_id), NOW_S)


async def book_over(store: Store) -> None:
    """Somebody else has the car of the file's booking, once its agent has another."""
    await to_car(store, BOOKING, OTHER_CAR)
    await store.bookings.create(wanted(CAR, NOW_S - HOUR_S, NOW_S + HOUR_S), PAUL, NOW_S)


async def block(store: Store) -> None:
    badge = await store.badges.by_uid(MARIE_UID)
    assert badge is not None
    await store.badges.revoke(badge.badge_id, NOW_S)


# What people do between two loads: on the pages there are, and on those to come.
EDITS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "move": lambda store: to_car(store, BOOKING, OTHER_CAR),
    "extend": lambda store: until(store, BOOKING, NOW_S + 3 * HOUR_S),
    "call off": lambda store: call_off(store, BOOKING),
    "book over": book_over,
    "block": block,
    "alone": sql("DELETE FROM companion"),
    "aboard": sql("UPDATE companion SET drives = 0"),
    "leave the seat": sql("DELETE FROM booking_equipment"),
    "another purpose": sql("UPDATE booking SET purpose = 'Visite', planned_km = 4"),
    "role": sql("UPDATE role_grant SET role = 'manager', by_file = 0"),
    "name": sql("UPDATE agent SET full_name = 'Marie Dupont'"),
    "directorate": holding(dated.MEMBERSHIP, MARIE, 2),
    "no right": sql(f"UPDATE booking_right SET to_s = {NOW_S}"),
    "licence": sql("UPDATE agent SET licence_recorded = 1"),
    "password": sql("UPDATE agent SET password_hash = 'her own'"),
    "leave": lambda store: store.accounts.close(MARIE, NOW_S),
    "car": sql("UPDATE vehicle SET walk_up = 0, private_use = 0, label = 'Clio grise'"),
    "plate": plate,
    "leave the pool": sql(f"UPDATE vehicle SET retired_at_s = {NOW_S}"),
    "other site": other_site,
    "back in service": sql("DELETE FROM out_of_service"),
    "out of service": sql(
        "INSERT INTO out_of_service (vehicle_id, from_s, to_s)"
        f" VALUES (2, {NOW_S}, {NOW_S + HOUR_S})"
    ),
    "site": sql("UPDATE site SET name = 'Parc', radius_m = 200, lat_e7 = 1"),
    "seat": sql("UPDATE equipment SET name = 'Rehausseur'"),
    "service": sql("UPDATE directorate SET name = 'Territoires et mer'"),
    "card": sql("UPDATE badge SET key_sealed = NULL"),
    "badge": holding(dated.BADGE, 1, PAUL),
}


async def load_less(edits: list[str], left_out: set[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        await copied(load_whole, Path(folder))
        store = Store.open(Path(folder))
        for edit in edits:
            with contextlib.suppress(Refused):  # the car has been taken since
                await EDITS[edit](store)
        before = facts(store)
        await store.fleet.load(file_of(without(left_out)), HASHES, NOW_S)
        assert facts(store) == before
        await store.close()


@given(st.sets(st.sampled_from(optional_words())))
def test_what_an_entry_leaves_out_stays_as_it_is(left_out: set[tuple[str, str]]) -> None:
    asyncio.run(load_less([], left_out))


@given(
    st.lists(st.sampled_from(sorted(EDITS)), max_size=4, unique=True),
    st.sets(st.sampled_from(optional_words()), max_size=3),
)
def test_a_file_that_says_nothing_new_changes_nothing_whatever_people_did(
    edits: list[str], left_out: set[tuple[str, str]]
) -> None:
    asyncio.run(load_less(edits, left_out))


async def test_a_booking_that_its_agent_moved_is_not_made_once_more(store: Store) -> None:
    await to_car(store, BOOKING, OTHER_CAR)
    before = facts(store)
    await store.fleet.load(file_of(FLEET), {}, NOW_S)
    assert facts(store) == before


async def test_a_moved_booking_whose_car_somebody_else_has_does_not_refuse_the_file(
    store: Store,
) -> None:
    await to_car(store, BOOKING, OTHER_CAR)
    await store.bookings.create(wanted(CAR, NOW_S - HOUR_S, NOW_S + HOUR_S), PAUL, NOW_S)
    before = facts(store)
    await store.fleet.load(file_of(FLEET), {}, NOW_S)
    assert facts(store) == before


async def test_a_booking_that_its_agent_extended_does_not_refuse_the_file(store: Store) -> None:
    await until(store, BOOKING, NOW_S + 3 * HOUR_S)
    before = facts(store)
    await store.fleet.load(file_of(FLEET), {}, NOW_S)
    assert facts(store) == before


async def test_a_booking_moved_and_then_cancelled_does_not_come_back(store: Store) -> None:
    await to_car(store, BOOKING, OTHER_CAR)
    await call_off(store, BOOKING)
    before = facts(store)
    await store.fleet.load(file_of(FLEET), {}, NOW_S)
    assert facts(store) == before


async def test_a_word_that_the_file_says_otherwise_holds_and_no_other(store: Store) -> None:
    await load_whole(store)
    await EDITS["car"](store)
    data = copy.deepcopy(WHOLE)
    data["vehicles"][0]["label"] = "Clio bleue"
    await store.fleet.load(file_of(data), HASHES, NOW_S)
    cars = {row[1]: row for row in facts(store)["vehicle"]}
    assert cars["AB-123-CD"][2:] == ("Clio bleue", 1, 0, 0, None)
    await store.fleet.load(file_of(WHOLE), HASHES, NOW_S)
    cars = {row[1]: row for row in facts(store)["vehicle"]}
    assert cars["AB-123-CD"][2:] == ("Clio", 1, 0, 0, None)


async def test_what_a_list_adds_comes_what_it_drops_goes_and_what_people_added_stays(
    store: Store,
) -> None:
    async def windows() -> list[tuple[int, int]]:
        rows = await store._engine.read(
            lambda db: db.execute("SELECT from_s, to_s FROM out_of_service ORDER BY 1").fetchall()
        )
        return [tuple(row) for row in rows]

    data = copy.deepcopy(FLEET)
    for said, expected in (
        ([(10, 20)], [(1, 2), (10, 20)]),
        ([(10, 20), (30, 40)], [(1, 2), (10, 20), (30, 40)]),
        ([(30, 50)], [(1, 2), (30, 50)]),
        ([], [(1, 2)]),
    ):
        data["vehicles"][0]["out_of_service"] = [{"from": a, "to": b} for a, b in said]
        await store.fleet.load(file_of(data), {}, NOW_S)
        if said == [(10, 20)]:
            await sql("INSERT INTO out_of_service (vehicle_id, from_s, to_s) VALUES (1, 1, 2)")(
                store
            )
        assert await windows() == expected


async def test_a_badge_that_people_gave_stays_when_the_file_gives_another(store: Store) -> None:
    found, new = "04998877665544", "04665544332211"
    data = copy.deepcopy(FLEET)
    data["agents"][1]["badges"] = [*data["agents"][1]["badges"], found]
    await store.fleet.load(file_of(data), {}, NOW_S)
    for badge in await store.badges.all():
        await holding(dated.BADGE, badge.badge_id, MARIE)(store)
    data["agents"][0]["badges"] = [MARIE_UID.hex(), new]
    data["agents"][1]["badges"] = data["agents"][1]["badges"][:1]
    await store.fleet.load(file_of(data), {}, NOW_S)
    holders = {b.uid.hex(): (b.agent_id, b.revoked_at_s) for b in await store.badges.all()}
    assert holders[new] == holders[found] == holders[PAUL_UID.hex()] == (1, None)


async def test_a_database_from_before_takes_the_badges_it_holds_for_the_file_s(
    store: Store,
) -> None:
    def forget(db: sqlite3.Connection) -> None:
        db.execute("DROP TABLE file_word")
        fleet_words.add(Database(db))

    await store._engine.write(forget)
    data = copy.deepcopy(FLEET)
    data["agents"][0]["badges"] = []
    await store.fleet.load(file_of(data), {}, NOW_S)
    revoked = {b.uid: b.revoked_at_s for b in await store.badges.all()}
    assert revoked == {MARIE_UID: NOW_S, PAUL_UID: None}
