"""Equipment: what the database itself refuses, and what the store says of it."""

import contextlib
import copy
import json
import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet import fleet_file
from server.fleet.bookings import Wanted
from server.fleet.refusals import Refused
from server.store import Store, schema
from tests.fleet import (
    BOOKING,
    CAR,
    FLEET,
    HOUR_S,
    MARIE,
    NOW_S,
    OTHER_CAR,
    PAUL,
    call_off,
    until,
    wanted,
)

SEATS = [{"code": f"SIEGE-{n}", "name": "Siège enfant", "site": "PREF"} for n in (1, 2)]
ELSEWHERE = {"code": "CHAINES", "name": "Chaînes", "site": "DDT"}


async def equip(store: Store, *codes: str) -> None:
    """Load a site more, the equipment, and these pieces for Marie's booking."""
    data = copy.deepcopy(FLEET)
    data["sites"].append({"code": "DDT", "name": "Territoires"})
    data["vehicles"].append({"plate": "IJ-789-KL", "label": "Zoé", "site": "DDT"})
    data["equipment"] = [*SEATS, ELSEWHERE]
    data["bookings"][0]["equipment"] = list(codes)
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)


def request(starts_at_s: int, ends_at_s: int, *codes: str) -> Wanted:
    return wanted(OTHER_CAR, starts_at_s, ends_at_s, equipment=codes)


INSTANTS = st.integers(0, 9)
CHANGES = st.one_of(
    st.tuples(st.just("book"), st.sampled_from((1, 2, 3)), INSTANTS, INSTANTS),
    st.tuples(st.just("give"), st.integers(1, 6), st.sampled_from((1, 2)), st.just(0)),
    st.tuples(st.just("swap"), st.integers(1, 6), st.sampled_from((1, 2)), st.just(0)),
    st.tuples(st.just("move"), st.integers(1, 6), st.sampled_from((1, 2, 3)), st.just(0)),
    st.tuples(st.just("extend"), st.integers(1, 6), INSTANTS, st.just(0)),
    st.tuples(st.just("cancel"), st.integers(1, 6), st.just(0), st.just(0)),
    st.tuples(st.just("revive"), st.integers(1, 6), st.just(0), st.just(0)),
)
STATEMENTS = {
    "book": "INSERT INTO booking (vehicle_id, starts_at_s, ends_at_s, state, agent_id,"
    " directorate_id, purpose, created_at_s) VALUES (?1, ?2, ?3, 'active', 1, 1, '', 0)",
    "give": "INSERT INTO booking_equipment SELECT booking_id, ?2 FROM booking"
    " WHERE booking_id = ?1",
    "swap": "UPDATE booking_equipment SET equipment_id = ?2 WHERE booking_id = ?1",
    "move": "UPDATE booking SET vehicle_id = ?2 WHERE booking_id = ?1",
    "extend": "UPDATE booking SET ends_at_s = ?2 WHERE booking_id = ?1",
    "cancel": "UPDATE booking SET state = 'cancelled' WHERE booking_id = ?1",
    "revive": "UPDATE booking SET state = 'active' WHERE booking_id = ?1",
}


@given(st.lists(CHANGES, max_size=25))
def test_no_statement_can_put_a_piece_into_two_bookings_or_another_site(
    changes: list[tuple[str, int, int, int]],
) -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(db)
    db.executescript(
        "INSERT INTO site (site_id, code, name) VALUES (1, 'A', 'A'), (2, 'B', 'B');"
        "INSERT INTO vehicle (vehicle_id, plate, label, site_id)"
        " VALUES (1, 'A', '', 1), (2, 'B', '', 1), (3, 'C', '', 2);"
        "INSERT INTO equipment (equipment_id, code, name, site_id)"
        " VALUES (1, 'X', '', 1), (2, 'Y', '', 2);"
    )
    for name, *values in changes:
        with contextlib.suppress(sqlite3.IntegrityError):  # what is refused shows nowhere below
            db.execute(STATEMENTS[name], values[: STATEMENTS[name].count("?")])
        assert not db.execute(
            "SELECT 1 FROM booking_equipment a JOIN booking_equipment b USING (equipment_id)"
            " JOIN booking x ON x.booking_id = a.booking_id"
            " JOIN booking y ON y.booking_id = b.booking_id"
            " WHERE x.booking_id < y.booking_id AND x.state = 'active' AND y.state = 'active'"
            " AND x.starts_at_s < y.ends_at_s AND y.starts_at_s < x.ends_at_s"
        ).fetchone()
        assert not db.execute(
            "SELECT 1 FROM booking_equipment JOIN equipment e USING (equipment_id)"
            " JOIN booking USING (booking_id) JOIN vehicle v USING (vehicle_id)"
            " WHERE state = 'active' AND v.site_id <> e.site_id"
        ).fetchone()
    db.close()


async def test_a_piece_that_is_taken_names_the_booking_and_stores_nothing(store: Store) -> None:
    await equip(store, "SIEGE-1")
    with pytest.raises(Refused, match="equipment_taken") as refusal:
        await store.bookings.create(
            request(NOW_S, NOW_S + HOUR_S, "SIEGE-1", "SIEGE-2"), PAUL, NOW_S
        )
    assert [booking.booking_id for booking in refusal.value.first.conflicts] == [BOOKING]
    assert await store.bookings.of_agent(PAUL, 0) == []
    for free in (
        request(NOW_S, NOW_S + HOUR_S, "SIEGE-2"),
        request(NOW_S + HOUR_S, NOW_S + 2 * HOUR_S, "SIEGE-1"),  # from when it is back
    ):
        assert (await store.bookings.create(free, PAUL, NOW_S)).equipment == free.equipment


async def test_a_cancelled_booking_frees_its_equipment(store: Store) -> None:
    await equip(store, "SIEGE-1")
    await call_off(store, BOOKING)
    booking = await store.bookings.create(request(NOW_S, NOW_S + HOUR_S, "SIEGE-1"), PAUL, NOW_S)
    assert booking.equipment == ("SIEGE-1",)


async def test_a_booking_does_not_end_later_when_its_piece_is_promised(store: Store) -> None:
    await equip(store, "SIEGE-1")
    next_one = await store.bookings.create(
        request(NOW_S + HOUR_S, NOW_S + 2 * HOUR_S, "SIEGE-1"), PAUL, NOW_S
    )
    with pytest.raises(Refused, match="equipment_taken") as refusal:
        await until(store, BOOKING, NOW_S + HOUR_S + 60)
    assert refusal.value.first.conflicts == (next_one,)


async def test_a_taken_car_is_said_before_a_taken_piece(store: Store) -> None:
    await equip(store, "SIEGE-1")
    both = wanted(CAR, NOW_S, NOW_S + HOUR_S, equipment=("SIEGE-1",))
    with pytest.raises(Refused, match="overlap"):
        await store.bookings.create_all([both], PAUL, NOW_S)


async def test_loading_gives_the_equipment_named_and_twice_is_once(store: Store) -> None:
    for codes in (("SIEGE-2", "SIEGE-1"), ("SIEGE-2", "SIEGE-1"), ("SIEGE-2",), ()):
        await equip(store, *codes)
        (booking,) = await store.bookings.of_agent(MARIE, 0)
        assert booking.equipment == tuple(sorted(codes))
    names = [(piece.code, piece.site_name) for piece in await store.equipment.all()]
    assert names == [
        *(("SIEGE-1", "Préfecture"), ("SIEGE-2", "Préfecture"), ("CHAINES", "Territoires")),
    ]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("SIEGE-9", r"bookings\[0\], equipment: .* 'SIEGE-9' is unknown; known: CHAINES, SIEGE-1"),
        ("CHAINES", r"bookings\[0\], equipment: This equipment is at another site than the car"),
    ],
)
async def test_loading_refuses_equipment_that_is_not_there(
    store: Store, code: str, message: str
) -> None:
    with pytest.raises(Refused) as refused:
        await equip(store, code)
    assert re.search(message, fleet_file.in_words(refused.value.first))


async def test_loading_refuses_a_piece_twice_at_a_time(store: Store) -> None:
    await equip(store, "SIEGE-1")
    data = {
        "bookings": [
            FLEET["bookings"][0]
            | {"vehicle": "EF-456-GH", "agent": "paul.morin", "equipment": ["SIEGE-1"]}
        ]
    }
    with pytest.raises(Refused) as refused:
        await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    said = fleet_file.in_words(refused.value.first)
    assert "bookings[0], equipment: This equipment is taken" in said and "Marie Leroy has" in said
