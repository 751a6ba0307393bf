"""What an import changed, row by row, and taking that back while nothing else touched those rows.

Rows are compared whole, whatever their columns are. Never here: what a row means.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from server.fleet.refusals import Reason, Refusal, Refused
from server.store.accounts import close_account
from server.store.badges import take_away
from server.store.noun import among
from server.store.people.memberships import judge_anew
from server.store.roles import is_last_administrator

Row = dict[str, Any]
Images = Mapping[str, Mapping[str, Row]]
"""Table -> a row's key -> the row, as JSON has it."""

Changes = list[tuple[str, Row | None, Row | None]]
"""Table, a row before and after; None: there was none."""

# What a table may change, each before what its rows name, and the columns of its key. What has a
# from and a to comes first: what holds now may only be what they say (store/dated).
_TABLES: Mapping[str, tuple[str, ...]] = {
    "file_word": ("kind", "entry", "word"),
    "membership": ("agent_id", "from_s"),
    "badge_holding": ("badge_id", "from_s"),
    "parking": ("vehicle_id", "from_s"),
    "booking_right": ("right_id",),
    "badge": ("badge_id",),
    "agent": ("agent_id",),
    "vehicle": ("vehicle_id",),
    "site": ("site_id",),
    "directorate": ("directorate_id",),
}
_SECRET = "password_hash"  # kept once; here only whether there is one
_NAMED_BY = ("login", "plate", "code", "entry")


def images(db: sqlite3.Connection) -> Images:
    """Return all rows as they are now."""
    return {
        table: {_key(row, key): row for row in map(_image, db.execute(f"SELECT * FROM {table}"))}
        for table, key in _TABLES.items()
    }


def changed_since(db: sqlite3.Connection, before: Images) -> Changes:
    """Return what has changed since then."""
    after = images(db)
    return [
        (table, before[table].get(key), after[table].get(key))
        for table in _TABLES
        for key in before[table].keys() | after[table].keys()
        if before[table].get(key) != after[table].get(key)
    ]


def take_back(db: sqlite3.Connection, changes: Changes, now_s: int) -> None:
    """Put back what was before.

    Raises:
        Refused: IMPORT_USED, when a row has changed since; LAST_ADMINISTRATOR.
    """
    by_table: dict[str, list[tuple[Row | None, Row | None]]] = {table: [] for table in _TABLES}
    for table, before, after in reversed(changes):  # what files said last: it has no plain name
        by_table[table].append((before, after))
        if _now(db, table, after or before or {}) != after:
            raise _used(db, before or after or {})
        if table == "badge" and after is not None and _is_blocked(db, after["revocation_id"]):
            raise _used(db, before or after)
    enrolled = {
        after["badge_id"] for before, after in by_table["badge"] if before is None and after
    }
    _close_again(db, by_table["agent"], now_s)
    for table, rows in by_table.items():
        for before, after in _old_last(rows):
            came = after if before is None and after is not None else {}
            if came.get("badge_id") not in enrolled:  # who held a new one then, held it
                _put_back(db, table, before, after)
    held_again = {before["badge_id"] for before, _ in by_table["badge"] if before}
    for badge_id in sorted(enrolled | _of_closed(db, held_again)):
        take_away(db, badge_id, now_s, by_file=True)
    moved = [row for rows in by_table["membership"] for row in rows if row is not None]
    for agent_id in sorted({row["agent_id"] for row in moved}):
        since_s = min(row["from_s"] for row in moved if row["agent_id"] == agent_id)
        judge_anew(db, agent_id, since_s)


def _close_again(
    db: sqlite3.Connection, rows: Iterable[tuple[Row | None, Row | None]], now_s: int
) -> None:
    """Close the accounts that were closed before: with their sessions, links, codes and badges.

    Raises:
        Refused: LAST_ADMINISTRATOR, when nobody could name another one then.
    """
    closed = [row for row, _ in rows if row is not None and row["closed_at_s"] is not None]
    for row in closed:
        if is_last_administrator(db, row["agent_id"], now_s):
            name = {"name": row["full_name"]}
            raise Refused(Refusal("", Reason.LAST_ADMINISTRATOR, name))
        close_account(db, row["agent_id"], row["closed_at_s"])


def _is_blocked(db: sqlite3.Connection, revocation_id: int | None) -> bool:
    """Say whether somebody has said of a badge that a file took away that it is lost."""
    row = db.execute(
        "SELECT by_file FROM revocation WHERE revocation_id = :id", {"id": revocation_id}
    ).fetchone()
    return row is not None and not row["by_file"]


def _of_closed(db: sqlite3.Connection, badge_ids: Iterable[int]) -> set[int]:
    """Return those whose holder has left meanwhile."""
    places, ids = among(badge_ids)
    rows = db.execute(
        "SELECT badge_id FROM badge JOIN agent USING (agent_id)"
        f" WHERE badge_id IN {places} AND closed_at_s IS NOT NULL",
        ids,
    )
    return {row["badge_id"] for row in rows}


def _old_last(
    rows: Iterable[tuple[Row | None, Row | None]],
) -> list[tuple[Row | None, Row | None]]:
    """Return the rows, those first that go."""
    return sorted(rows, key=lambda row: row[0] is not None)


def _put_back(db: sqlite3.Connection, table: str, before: Row | None, after: Row | None) -> None:
    key = " AND ".join(f"{column} = :{column}" for column in _TABLES[table])
    try:
        if before is None:
            db.execute(f"DELETE FROM {table} WHERE {key}", _values(after or {}))
        elif after is None:
            row = _values(before)
            places = ", ".join(f":{column}" for column in row)
            db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row)
        else:
            words = {name: value for name, value in before.items() if after.get(name) != value}
            assigned = ", ".join(f"{column} = :{column}" for column in _values(words))
            if assigned:
                db.execute(f"UPDATE {table} SET {assigned} WHERE {key}", _values(before))
    except sqlite3.IntegrityError:  # something names it: a booking, a box, a session
        raise _used(db, before or after or {}) from None


def _now(db: sqlite3.Connection, table: str, row: Row) -> Row | None:
    key = " AND ".join(f"{column} = :{column}" for column in _TABLES[table])
    found = db.execute(f"SELECT * FROM {table} WHERE {key}", _values(row)).fetchone()
    return None if found is None else _image(found)


def _image(row: sqlite3.Row) -> Row:
    """Return a row as JSON can have it, without the secret in it."""
    image = {
        column: {"hex": value.hex()} if isinstance(value, bytes) else value
        for column, value in zip(row.keys(), tuple(row), strict=True)
    }
    if _SECRET in image:
        image[f"has {_SECRET}"] = image.pop(_SECRET) is not None
    return image


def _values(image: Row) -> Row:
    """Return an image's words as statements take them."""
    return {
        column: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
        for column, value in image.items()
        if " " not in column
    }


def _key(row: Row, columns: tuple[str, ...]) -> str:
    return " ".join(str(row[column]) for column in columns)


def _used(db: sqlite3.Connection, row: Row) -> Refused:
    login = db.execute("SELECT login FROM agent WHERE agent_id = :id", {"id": row.get("agent_id")})
    found = login.fetchone()
    name = found[0] if found else next((str(row[word]) for word in _NAMED_BY if word in row), "")
    return Refused(Refusal("", Reason.IMPORT_USED, {"name": name}))
