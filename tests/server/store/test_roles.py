"""Tests of server.store.roles: from the one role of before, and which cars a technician opens."""

import sqlite3
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from server.fleet.roles import RIGHTS, WHOLE, About, Role, RoleGrant, Scope
from server.store import Store, schema
from server.store.noun import within
from server.store.roles import grants_of, is_last_administrator, set_by_file
from server.store.schema import roles
from tests.fleet import CAR, HOUR_S, MARIE, NOW_S, OTHER_CAR, fit_box


def before_roles(path: Path) -> sqlite3.Connection:
    """A database of the version before, with one of each role."""
    db = sqlite3.connect(path, isolation_level=None)
    db.row_factory = sqlite3.Row
    steps = schema.MIGRATIONS[: schema.MIGRATIONS.index(roles.add)]
    for step in steps:
        step(Database(db))
    db.execute(f"PRAGMA user_version = {len(steps)}")
    db.execute("INSERT INTO directorate VALUES (1, 'DDT', 'Territoires')")
    for i, role in enumerate(("agent", "manager", "technician"), start=1):
        db.execute(
            "INSERT INTO agent (agent_id, login, full_name, directorate_id, role)"
            " VALUES (:id, :role, :role, 1, :role)",
            {"id": i, "role": role},
        )
    return db


def test_nobody_loses_what_they_could_do(tmp_path: Path) -> None:
    db = before_roles(tmp_path / "voiturier.db")
    schema.migrate(db)
    held = {who: {grant.role for grant in grants} for who, grants in grants_of(db).items()}
    assert held == {2: {Role.MANAGER, Role.ADMINISTRATOR}, 3: {Role.TECHNICIAN}}
    grants = [grant for own in grants_of(db).values() for grant in own]
    assert all(grant.scope.is_whole and grant.holds(1) and grant.to_s is None for grant in grants)
    every = frozenset[object]().union(*(RIGHTS[grant.role] for grant in grants_of(db)[2]))
    assert every == frozenset[object]().union(*RIGHTS.values())
    assert is_last_administrator(db, 2, NOW_S) and not is_last_administrator(db, 3, NOW_S)
    assert set_by_file(db, 2, Role.MANAGER, NOW_S, NOW_S), "a file that says it again takes nothing"
    assert {grant.role for grant in grants_of(db)[2]} == held[2]
    assert not set_by_file(db, 2, Role.AGENT, NOW_S, NOW_S), "somebody else has to be named first"
    assert set_by_file(db, 3, Role.AGENT, NOW_S, NOW_S) and 3 not in grants_of(db)


IDS = st.frozensets(st.integers(1, 3), max_size=2)
ROWS = st.lists(st.tuples(st.integers(1, 4), st.none() | st.integers(1, 3)), max_size=8)
SITE_OF = {1: 1, 2: 1, 3: 2, 4: 3}


@given(st.builds(Scope, IDS, IDS, IDS), ROWS)
def test_the_database_finds_just_what_a_part_of_the_fleet_covers(
    scope: Scope, rows: list[tuple[int, int | None]]
) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE vehicle (vehicle_id INTEGER, site_id INTEGER)")
    db.executemany("INSERT INTO vehicle VALUES (?, ?)", SITE_OF.items())
    db.execute("CREATE TABLE t (id INTEGER, vehicle_id INTEGER, directorate_id INTEGER)")
    db.executemany("INSERT INTO t VALUES (?, ?, ?)", [(i, *row) for i, row in enumerate(rows)])
    for directorate in ("t.directorate_id", None):
        condition, values = within(scope, "t.vehicle_id", directorate)
        found = {row[0] for row in db.execute(f"SELECT id FROM t WHERE {condition}", values)}
        assert found == {
            i
            for i, (car, unit) in enumerate(rows)
            if scope.covers(About(unit if directorate else None, SITE_OF[car], car))
        }


async def test_a_technician_s_badge_opens_the_cars_of_the_role_until_it_ends(store: Store) -> None:
    for car in (CAR, OTHER_CAR):
        await fit_box(store, car)
    ends_s = NOW_S + HOUR_S
    here = RoleGrant(0, Role.TECHNICIAN, Scope(cars=frozenset({CAR})), NOW_S + 60, ends_s)
    await store.roles.give(MARIE, here, None, "Pose du boîtier")

    async def opens(car: int, now_s: int) -> bool:
        facts = await store.access.of_car(car, now_s)
        assert facts.until_s > now_s
        return MARIE in facts.access.technicians

    assert not await opens(CAR, NOW_S)
    assert await opens(CAR, NOW_S + 60) and not await opens(OTHER_CAR, NOW_S + 60)
    assert (await store.access.of_car(CAR, NOW_S + 60)).until_s == ends_s
    assert not await opens(CAR, ends_s)
    number = await store.roles.give(MARIE, RoleGrant(0, Role.TECHNICIAN, WHOLE, NOW_S), None, "")
    assert await opens(OTHER_CAR, NOW_S)
    before = store.news.of_all
    assert await store.roles.withdraw(number, None, NOW_S)
    assert store.news.of_all > before, "the cars are told at once"
    assert not await opens(OTHER_CAR, NOW_S)


async def test_the_cars_of_a_site_are_those_that_stand_there_now(store: Store) -> None:
    at_site = RoleGrant(0, Role.TECHNICIAN, Scope(sites=frozenset({1})), NOW_S)
    await store.roles.give(MARIE, at_site, None, "")
    for car in (CAR, OTHER_CAR):
        assert MARIE in (await store.access.of_car(car, NOW_S)).access.technicians
    elsewhere = RoleGrant(0, Role.TECHNICIAN, Scope(sites=frozenset({2})), NOW_S)
    await store.roles.withdraw(await store.roles.give(MARIE, at_site, None, ""), None, NOW_S)
    await store.roles.give(MARIE, elsewhere, None, "")
    assert MARIE not in (await store.access.of_car(CAR, NOW_S)).access.technicians
