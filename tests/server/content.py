"""What a database holds of the fleet: to see that what is refused changes nothing of it."""

from collections.abc import Iterable
from sqlite3 import Connection

# Who is signed in, and that somebody tried, is told of what is refused too.
_APART = tuple(
    f'INSERT INTO "{start}'
    for start in ('session"', 'audit"', 'audit_day"', "sqlite_sequence\" VALUES('audit")
)


def of_fleet(lines: Iterable[str]) -> list[str]:
    """The lines of a dump but for sessions and the audit."""
    return [line for line in lines if not line.startswith(_APART)]


def fleet_in(database: Connection) -> list[str]:
    """All that a database holds but for sessions and the audit."""
    return of_fleet(database.iterdump())
