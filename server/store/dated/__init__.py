"""What has a from and a to in the database: who holds a badge, in which car a box is, and so on.

What holds last stands in the table of the thing itself as well; only `hold` may change either, so
that both say the same. Never here: whose a trip is when nobody, or more than one, can be meant.
"""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from server.fleet.own_time import When, is_believable
from server.fleet.records import Holder


class Dated(NamedTuple):
    """A table of dated rows, and the table in which what holds now stands."""

    table: str
    of: str
    value: str
    now_in: str


BADGE = Dated("badge_holding", "badge_id", "agent_id", "badge")
MEMBERSHIP = Dated("membership", "agent_id", "directorate_id", "agent")
PARKING = Dated("parking", "vehicle_id", "site_id", "vehicle")
FITTING = Dated("box_fitting", "box_id", "vehicle_id", "box")


def hold(
    db: sqlite3.Connection,
    what: Dated,
    of_id: int,
    value_id: int,
    now_s: int,
    *,
    by_date: bool = False,
) -> None:
    """Let this hold from `now_s` on, whatever was said of later times; what holds already stays.

    `now_s` may lie behind or ahead; the table of the thing itself has what holds last. `by_date`: a
    person named the date, so what holds already also holds from then, where that is earlier; a
    clock that stepped back is no such thing.
    """
    row = {"of_id": of_id, "value_id": value_id, "now_s": now_s}
    of, is_it = f"{what.of} = :of_id", f"{what.value} = :value_id"
    still = f"SELECT 1 FROM {what.table} WHERE {of} AND to_s IS NULL AND {is_it}"
    if by_date:
        still += " AND from_s <= :now_s"
    if db.execute(still, row).fetchone() is None:
        db.execute(f"DELETE FROM {what.table} WHERE {of} AND from_s >= :now_s", row)
        # Taken and given back within one second: never taken.
        again = f"UPDATE {what.table} SET to_s = NULL WHERE {of} AND to_s >= :now_s AND {is_it}"
        if not db.execute(again, row).rowcount:
            _begin(db, what, row)
    db.execute(f"UPDATE {what.now_in} SET {is_it} WHERE {of}", row)


def _begin(db: sqlite3.Connection, what: Dated, row: dict[str, int]) -> None:
    """Let what holds end now, and something else begin."""
    db.execute(
        f"UPDATE {what.table} SET to_s = :now_s"
        f" WHERE {what.of} = :of_id AND coalesce(to_s, :now_s) >= :now_s",
        row,
    )
    db.execute(
        f"INSERT INTO {what.table} ({what.of}, {what.value}, from_s)"
        " VALUES (:of_id, :value_id, :now_s)",
        row,
    )


def held(db: sqlite3.Connection, what: Dated, of_id: int, when: When) -> frozenset[int]:
    """Return what held at any time of `when`: more than one where it changed meanwhile."""
    rows = db.execute(
        f"SELECT {what.value} FROM {what.table} WHERE {what.of} = :of_id"
        " AND from_s <= :latest_s AND (to_s IS NULL OR to_s > :earliest_s)",
        {"of_id": of_id, **when._asdict()},
    )
    return frozenset(value_id for (value_id,) in rows)


def held_at(db: sqlite3.Connection, what: Dated, of_id: int, at_s: int) -> int:
    """Return what held at an instant, of a thing that had something at any time."""
    (value_id,) = db.execute(
        f"SELECT {what.value} FROM {what.table} WHERE {what.of} = :of_id"
        " ORDER BY from_s <= :at_s DESC, abs(from_s - :at_s) LIMIT 1",
        {"of_id": of_id, "at_s": at_s},
    ).fetchone()
    return int(value_id)


def cars_of(
    db: sqlite3.Connection, box_id: int, times_s: Sequence[int | None], received_at_s: int
) -> list[int]:
    """Return in which car a box was when it made each of these records, told in their order.

    One whose time is unknown, or cannot be, was made before the next that has one; the last of
    them were made in the car that it is told from.
    """
    cars: list[int] = []
    at_s = received_at_s
    for told_s in reversed(times_s):
        if told_s is not None and is_believable(told_s, received_at_s):
            at_s = min(told_s, received_at_s)
        if not cars or told_s is not None:
            car_id = held_at(db, FITTING, box_id, at_s)
        cars.append(car_id)
    return cars[::-1]


def directorate_of(db: sqlite3.Connection, agent_id: int | None, when: When) -> int | None:
    """Return of which directorate an agent was; None where nobody can know."""
    return None if agent_id is None else _only(held(db, MEMBERSHIP, agent_id, when))


def holder(
    db: sqlite3.Connection, badge_id: int | None, when: When, booking_id: int | None = None
) -> Holder:
    """Return who answers for what a badge did, in a booking of that car or without one.

    Who held the badge then; where it changed hands within `when` nobody can know, and it is
    nobody's. The booking answers for the cost, whoever holds the badge; for a badge that nobody
    had, as far as is on record, its agent does, if nobody else may drive: the box was told of it.
    """
    agents = frozenset() if badge_id is None else held(db, BADGE, badge_id, when)
    agent_id = _only(agents)
    booking = db.execute(
        "SELECT agent_id, directorate_id, private, EXISTS (SELECT 1 FROM companion c"
        " WHERE c.booking_id = b.booking_id AND c.drives = 1) AS is_shared"
        " FROM booking b WHERE booking_id = :booking_id",
        {"booking_id": booking_id},
    ).fetchone()
    if booking is None:
        return Holder(agent_id, directorate_of(db, agent_id, when), badge_id=badge_id)
    booked_by, directorate_id, private, is_shared = booking
    who = agent_id if agents or is_shared else booked_by
    return Holder(who, directorate_id, booking_id, bool(private), badge_id)


def _only(values: frozenset[int]) -> int | None:
    return next(iter(values)) if len(values) == 1 else None
