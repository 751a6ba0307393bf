"""No column that speaks of a person is without purpose, ground, readers and date."""

import dataclasses
from pathlib import Path

from server.config import Retention
from server.fleet.privacy.registry import KINDS, OF_NOBODY, declared
from server.fleet.roles import Role
from server.store import sqlite
from server.store.schema import migrate
from tests.server.fleet.privacy.table import TABLE, in_markdown

# What names a person: no column of these names may be said to speak of nobody.
OF_A_PERSON = ("agent_id", "_by_id", "_lat_e7", "_lon_e7", "email", "login", "uid_", "said_by")


def tables_of(data_dir: Path) -> dict[str, set[str]]:
    """Return the columns of each table of a new database."""
    connection = sqlite.connect(data_dir / "new.db")
    migrate(connection)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    found = {
        name: {row["name"] for row in connection.execute(f"PRAGMA table_info({name})")}
        for (name,) in names
        if not name.startswith("sqlite_")
    }
    connection.close()
    return found


def test_every_column_of_every_table_is_declared_and_no_other(tmp_path):
    assert declared() == tables_of(tmp_path)


def test_no_column_that_names_a_person_is_said_to_speak_of_nobody():
    wrong = [
        (table, name)
        for table, (_, names) in OF_NOBODY.items()
        for name in names
        if any(word in name for word in OF_A_PERSON)
    ]
    assert wrong == []


def test_no_column_is_both_of_a_person_and_of_nobody():
    both = [
        (table, set(names) & set(OF_NOBODY.get(table, ("", ()))[1]))
        for kind in KINDS
        for table, names in kind.columns.items()
    ]
    assert [table for table, names in both if names] == []


def test_every_kind_has_purposes_a_date_and_a_setting_that_exists():
    settings = {field.name for field in dataclasses.fields(Retention)}
    for kind in KINDS:
        assert kind.purposes and kind.until and kind.columns, kind.name
        for until in kind.until:
            assert until.since, kind.name
            assert until.setting is None or until.setting in settings, until.setting


def test_positions_are_read_by_no_role_that_may_not_see_places():
    (places,) = (kind for kind in KINDS if kind.name == "places")
    assert set(places.readers()) == {Role.MANAGER, Role.AUDITOR}


def test_the_page_of_personal_data_is_made_from_the_registry():
    assert TABLE.read_text() == in_markdown()
