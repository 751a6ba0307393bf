"""No number comes again after an older copy of the database was put back.

Which numbers were given after a copy was made nobody may know any more; people and cars do know
them. Normally a number is the one after the last. A copy goes on above the time at which it was
made, and a database that was put back above the time of that: nobody books, drives or refuses once
a second over years. Commands are numbered by the time anyway. Never here: when that is so.
"""

import sqlite3
from collections.abc import Mapping

from server.store import sqlite

APART = 1_000_000
"""Numbers left out, for more than one a second: a large fleet file, a bad day at a reader."""

_MOST_S = 1 << 31
"""A clock that says more is wrong; a booking's number has four bytes in a box."""


def leap(db: sqlite3.Connection, now_s: int, given: Mapping[str, int] | None = None) -> None:
    """Let all tables go on far above what may have been given; call it in a transaction.

    Args:
        db: a copy, or a database that was put back.
        now_s: the present.
        given: what is known of numbers that were given, by table.
    """
    least = min(now_s, _MOST_S)
    known = given or {}
    names = sqlite.numbers(db).items()
    above = {name: max(least, n, known.get(name, 0)) + APART for name, n in names}
    sqlite.go_on_above(db, above)


def leap_once(db: sqlite3.Connection, now_s: int) -> None:
    """Do the same because a box knows more than this database: however often it says so."""
    least = min(now_s, _MOST_S) + APART
    sqlite.go_on_above(db, dict.fromkeys(sqlite.numbers(db), least))
