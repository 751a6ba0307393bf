"""Whoever is there when rights to book come keeps theirs, given by nobody that is on record."""

import sqlite3

from sqlite_utils import Database

from server.store import schema
from server.store.schema import people


def test_everybody_of_before_may_book_everything_as_before() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    before = schema.MIGRATIONS.index(people.add)
    for step in schema.MIGRATIONS[:before]:
        step(Database(connection))
    connection.execute(f"PRAGMA user_version = {before}")
    connection.execute(
        "INSERT INTO directorate (directorate_id, code, name) VALUES (1, 'DDT', 'T')"
    )
    connection.executemany(
        "INSERT INTO agent (login, full_name, directorate_id) VALUES (?, 'x', 1)",
        [("anne",), ("bruno",)],
    )
    schema.migrate(connection)
    rights = connection.execute(
        "SELECT agent_id, given_by_id, from_s, to_s FROM booking_right ORDER BY agent_id"
    ).fetchall()
    assert [tuple(right) for right in rights] == [(1, None, 0, None), (2, None, 0, None)]
    assert connection.execute("SELECT * FROM booking_right_scope").fetchall() == []
    open_ones = connection.execute("SELECT closed_from_s, merged_into_id FROM directorate")
    assert [tuple(row) for row in open_ones] == [(None, None)]
