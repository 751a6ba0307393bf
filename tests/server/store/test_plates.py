"""What becomes of the plates that were stored before they had one form (finding S9)."""

import sqlite3

from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from server.fleet.names import plate_of
from server.store import schema
from server.store.schema import plates


def of_before(*written: str) -> sqlite3.Connection:
    """A database of before, with these cars; the last one has a box."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    before = schema.MIGRATIONS.index(plates.add)
    for step in schema.MIGRATIONS[:before]:
        step(Database(connection))
    connection.execute(f"PRAGMA user_version = {before}")
    connection.execute("INSERT INTO site (site_id, code, name) VALUES (1, 'PREF', 'x')")
    connection.executemany(
        "INSERT INTO vehicle (plate, label, site_id) VALUES (?, 'Clio', 1)",
        [(plate,) for plate in written],
    )
    connection.execute(
        "INSERT INTO box (box_id, wire_id, vehicle_id, generation, badge_key_sealed)"
        " SELECT 1, x'00', max(vehicle_id), 1, x'00' FROM vehicle"
    )
    return connection


def migrated(*written: str) -> list[str]:
    """The plates of these cars afterwards."""
    connection = of_before(*written)
    schema.migrate(connection)
    rows = connection.execute("SELECT plate FROM vehicle ORDER BY vehicle_id").fetchall()
    return [plate for (plate,) in rows]


def test_stored_plates_are_written_anew_and_of_one_car_twice_that_with_the_box_keeps_its_plate():
    assert migrated("1234 AB 72", "AB 123 CD", "AB123CD", "AB-123-CD") == [
        *("1234-AB-72", "AB-123-CD-2", "AB-123-CD-3", "AB-123-CD"),
    ]
    assert migrated("1234AB72", "1234 AB 72", "-") == ["1234-AB-72", "1234-AB-72-X-2", "X-3"]


@given(st.lists(st.text(alphabet="aAbB12- .", min_size=1, max_size=6), unique=True, min_size=1))
def test_afterwards_every_car_has_a_plate_of_its_own_in_its_form(written: list[str]) -> None:
    plates_then = migrated(*written)
    assert len(set(plates_then)) == len(written)
    assert [plate_of(plate) for plate in plates_then] == plates_then
