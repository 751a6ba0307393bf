"""Of which directorate somebody is from when on, and what was written down of it meanwhile.

Bookings, trips, refused badges and kilometres that somebody attributed bear the directorate of
their time: whoever changes of which one somebody was, has them bear it anew. Never here: when that
is allowed (actions/people).
"""

import sqlite3

from server.fleet.own_time import When, when
from server.store import dated

_SINCE = "agent_id = :agent_id AND starts_at_s >= :from_s"


def move(db: sqlite3.Connection, agent_id: int, directorate_id: int, from_s: int) -> None:
    """Let somebody be of a directorate from then on, whatever was said of later."""
    dated.hold(db, dated.MEMBERSHIP, agent_id, directorate_id, from_s, by_date=True)
    since = {"agent_id": agent_id, "directorate_id": directorate_id, "from_s": from_s}
    db.execute(
        "UPDATE booking SET directorate_id = :directorate_id"
        " WHERE agent_id = :agent_id AND starts_at_s >= :from_s",
        since,
    )
    for table in ("trip", "refusal"):
        db.execute(
            f"UPDATE {table} SET directorate_id = :directorate_id WHERE booking_id IN"
            " (SELECT booking_id FROM booking"
            " WHERE agent_id = :agent_id AND starts_at_s >= :from_s)",
            since,
        )
    db.execute(
        "UPDATE unassigned SET directorate_id = :directorate_id"
        " WHERE agent_id = :agent_id AND to_s >= :from_s",
        since,
    )
    _judge_trips(db, agent_id, from_s)
    _judge_refusals(db, agent_id, from_s)


def judge_anew(db: sqlite3.Connection, agent_id: int, from_s: int) -> None:
    """Let what somebody did since then bear the directorate that is on record for its time."""
    since = {"agent_id": agent_id, "from_s": from_s}
    db.execute(
        f"UPDATE booking SET directorate_id = {_then('booking.starts_at_s')} WHERE {_SINCE}", since
    )
    for table in ("trip", "refusal"):
        db.execute(
            f"UPDATE {table} SET directorate_id = (SELECT b.directorate_id FROM booking b"
            f" WHERE b.booking_id = {table}.booking_id)"
            f" WHERE booking_id IN (SELECT booking_id FROM booking WHERE {_SINCE})",
            since,
        )
    db.execute(
        f"UPDATE unassigned SET directorate_id = {_then('unassigned.to_s')}"
        " WHERE agent_id = :agent_id AND to_s >= :from_s",
        since,
    )
    _judge_trips(db, agent_id, from_s)
    _judge_refusals(db, agent_id, from_s)


def _then(at_s: str) -> str:
    """Return the directorate of `:agent_id` at an instant; of before the first, the first."""
    return (
        "coalesce((SELECT m.directorate_id FROM membership m WHERE m.agent_id = :agent_id"
        f" AND m.from_s <= {at_s} AND (m.to_s IS NULL OR m.to_s > {at_s})),"
        " (SELECT m.directorate_id FROM membership m WHERE m.agent_id = :agent_id"
        " ORDER BY m.from_s LIMIT 1),"
        " (SELECT a.directorate_id FROM agent a WHERE a.agent_id = :agent_id))"
    )


def _judge_trips(db: sqlite3.Connection, agent_id: int, from_s: int) -> None:
    """Let trips without a booking be of the directorate of their start, where that is known."""
    starts = db.execute(
        "SELECT t.trip_id, r.box_id, r.epoch, r.seq, r.at_s,"
        " coalesce(r.received_at_s, t.started_at_s) AS received_at_s, t.started_at_s"
        " FROM trip t LEFT JOIN record r ON r.trip_id = t.trip_id AND r.kind_name = 'trip_start'"
        " WHERE t.agent_id = :agent_id AND t.booking_id IS NULL"
        " AND coalesce(r.received_at_s, t.started_at_s) >= :from_s",
        {"agent_id": agent_id, "from_s": from_s},
    ).fetchall()
    for row in starts:
        at = _when_of(db, row)
        db.execute(
            "UPDATE trip SET directorate_id = :directorate_id WHERE trip_id = :trip_id",
            {
                "directorate_id": dated.directorate_of(db, agent_id, at),
                "trip_id": row["trip_id"],
            },
        )


def _when_of(db: sqlite3.Connection, row: sqlite3.Row) -> When:
    """Return when a trip began; one of which no record is kept, when it says."""
    if row["box_id"] is None:
        return When(row["started_at_s"], row["started_at_s"])

    def told_before_s() -> int | None:
        before = db.execute(
            "SELECT at_s FROM record WHERE box_id = :box_id AND (epoch, seq) < (:epoch, :seq)"
            " AND at_s <= :received_at_s ORDER BY epoch DESC, seq DESC LIMIT 1",
            dict(row),
        ).fetchone()
        return before and int(before["at_s"])

    return when(row["at_s"], row["received_at_s"], told_before_s)


def _judge_refusals(db: sqlite3.Connection, agent_id: int, from_s: int) -> None:
    """Let refused badges be of the directorate of then, unless nobody knows when that was."""
    db.execute(
        "UPDATE refusal SET directorate_id = (SELECT m.directorate_id FROM membership m"
        " WHERE m.agent_id = :agent_id AND m.from_s <= refusal.at_s"
        " AND (m.to_s IS NULL OR m.to_s > refusal.at_s))"
        " WHERE agent_id = :agent_id AND at_s >= :from_s AND booking_id IS NULL",
        {"agent_id": agent_id, "from_s": from_s},
    )
