"""The clocks of boxes: which times are doubtful, and those that a box mends afterwards.

What was recorded while a clock ran is shifted with it, and is then of the car, the site and the
person of the mended time. Never here: what can be (fleet/own_time), reading any clock.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from server.fleet.own_time import when
from server.fleet.records import ClockStated, ReadRecord, TimesMended, TripEnded, TripStarted
from server.store import dated, doubtful_trips, trip_rows
from server.store.records.batch import Batch

# From the record that began a clock to the one that began the next; see `mend_times`.
_OF_CLOCK = """r.box_id = :box_id AND r.at_s IS NOT NULL
  AND (r.epoch, r.seq) >= (:first_epoch, :first_seq)
  AND (r.epoch, r.seq) < (:end_epoch, :end_seq)"""
_LATER = (1 << 31, 0)  # than any record
_CARS_OF_BOX = "(SELECT vehicle_id FROM box_fitting WHERE box_id = :box_id)"


def mark_doubtful(
    db: sqlite3.Connection,
    records: Sequence[ReadRecord],
    trip_ids: Sequence[int | None],
    doubtful: bool,
) -> None:
    """Keep of trips whether the clock was doubtful when they began and ended, as it was before."""
    for record, trip_id in zip(records, trip_ids, strict=True):
        match record.means:
            case ClockStated():
                doubtful = record.means.doubtful
            case TripStarted() | TripEnded() if trip_id is not None:
                which = "start" if isinstance(record.means, TripStarted) else "end"
                db.execute(
                    f"UPDATE trip SET {which}_doubtful = :doubtful WHERE trip_id = :trip_id",
                    {"doubtful": int(doubtful and record.at_s is not None), "trip_id": trip_id},
                )


def _believe_times(db: sqlite3.Connection, box_id: int, number: int) -> None:
    """Take the doubt from what was recorded while a clock ran: it was right, or is mended."""
    of_box = {"box_id": box_id}
    marked = (
        "SELECT 1 FROM trip WHERE box_id = :box_id AND (start_doubtful = 1 OR end_doubtful = 1)"
    )
    if db.execute(f"{marked} LIMIT 1", of_box).fetchone() is None:
        return
    where = _while_it_ran(db, box_id, number)
    for which in ("start", "end") if where else ():
        db.execute(
            f"UPDATE trip SET {which}_doubtful = 0 WHERE trip_id IN (SELECT r.trip_id FROM record r"
            f" WHERE {_OF_CLOCK} AND r.kind_name = 'trip_{which}')",
            where,
        )


def note_clock(db: sqlite3.Connection, box_id: int, clock: ClockStated, received_at_s: int) -> None:
    """Keep what a box said of its clock last."""
    if not clock.doubtful:
        _believe_times(db, box_id, clock.number)
    db.execute(
        "UPDATE box SET clock_doubtful = :doubtful, clock_off_s = :off_s,"
        " clock_doubtful_since_s = CASE WHEN :doubtful = 0 THEN NULL"
        " ELSE coalesce(clock_doubtful_since_s, :received_at_s) END WHERE box_id = :box_id",
        {
            "doubtful": int(clock.doubtful),
            "off_s": clock.off_s,
            "received_at_s": received_at_s,  # its own time is what is in doubt
            "box_id": box_id,
        },
    )


def _while_it_ran(db: sqlite3.Connection, box_id: int, number: int) -> dict[str, int]:
    """Return the values of `_OF_CLOCK` for a clock of a box; none for one nobody knows."""
    begun = db.execute(
        "SELECT epoch, seq, CAST(fields ->> 'number' AS INTEGER) AS number FROM record"
        " WHERE box_id = :box_id AND kind_name = 'clock_state' ORDER BY epoch, seq",
        {"box_id": box_id},
    ).fetchall()
    # The last that began under this number: it may have been told anew, and others came between.
    first = end = None
    for epoch, seq, begins in begun:
        if begins == number and (first is None or end is not None):
            first, end = (epoch, seq), None
        elif begins != number and first is not None and end is None:
            end = (epoch, seq)
    if first is None:
        return {}
    end = end or _LATER
    return {
        "box_id": box_id, "first_epoch": first[0], "first_seq": first[1],
        "end_epoch": end[0], "end_seq": end[1],
    }  # fmt: skip


def mend_times(db: sqlite3.Connection, batch: Batch, mended: TimesMended) -> None:
    """Shift the times of what was recorded while a clock ran; one nobody knows mends nothing."""
    where = _while_it_ran(db, batch.box_id, mended.number)
    if not where:
        return
    _believe_times(db, batch.box_id, mended.number)
    where |= {"shift_s": mended.shift_s}
    for table, column, kinds in (
        ("leg", "started_at_s", "'leg_start', 'trip_start'"),
        ("leg", "ended_at_s", "'leg_end', 'trip_end'"),
        ("trip", "started_at_s", "'trip_start'"),
        ("trip", "ended_at_s", "'trip_end'"),
    ):
        db.execute(
            f"UPDATE {table} SET {column} = {column} + :shift_s WHERE {table}_id IN ("
            f"SELECT t.{table}_id FROM record r JOIN {table} t USING (trip_id)"
            f" WHERE {_OF_CLOCK} AND r.kind_name IN ({kinds}) AND t.{column} = r.at_s)",
            where,
        )
    db.execute(
        "UPDATE refusal SET at_s = at_s + :shift_s WHERE refusal_id IN ("
        "SELECT f.refusal_id FROM record r"
        " JOIN refusal f ON f.at_s = r.at_s AND f.received_at_s = r.received_at_s"
        f" WHERE {_OF_CLOCK} AND r.kind_name = 'refusal' AND f.vehicle_id IN {_CARS_OF_BOX})",
        where,
    )
    for table, column, kind in (
        ("box", "startable_since_s", "startable"),
        ("box", "battery_at_s", "battery"),
        ("box", "battery_low_since_s", "battery"),
        ("contradiction", "first_at_s", "contradiction"),
        ("contradiction", "last_at_s", "contradiction"),
    ):
        db.execute(
            f"UPDATE {table} SET {column} = {column} + :shift_s WHERE box_id = :box_id"
            f" AND {column} IN (SELECT r.at_s FROM record r"
            f" WHERE {_OF_CLOCK} AND r.kind_name = '{kind}')",
            where,
        )
    db.execute(f"UPDATE record AS r SET at_s = at_s + :shift_s WHERE {_OF_CLOCK}", where)
    touched = f"SELECT DISTINCT r.trip_id FROM record r WHERE {_OF_CLOCK} AND r.trip_id IS NOT NULL"
    trip_ids = [trip_id for (trip_id,) in db.execute(touched, where).fetchall()]
    _place_anew(db, where, trip_ids)
    _judge_anew(db, where)
    doubtful_trips.judge(db, trip_ids, batch.received_at_s)


def _place_anew(db: sqlite3.Connection, where: Mapping[str, int], trip_ids: Iterable[int]) -> None:
    """Let what was recorded while a clock ran be of the car and the site of the mended time."""
    for trip_id in trip_ids:
        trip_rows.place_anew(db, trip_id)
    for row in db.execute(
        "SELECT f.refusal_id, f.at_s FROM record r"
        " JOIN refusal f ON f.at_s = r.at_s AND f.received_at_s = r.received_at_s"
        f" WHERE {_OF_CLOCK} AND r.kind_name = 'refusal' AND f.vehicle_id IN {_CARS_OF_BOX}",
        where,
    ).fetchall():
        car = dated.held_at(db, dated.FITTING, where["box_id"], row["at_s"])
        db.execute(
            "UPDATE refusal SET vehicle_id = :car WHERE refusal_id = :id",
            {"car": car, "id": row["refusal_id"]},
        )


def _judge_anew(db: sqlite3.Connection, where: Mapping[str, int]) -> None:
    """Let what was recorded while a clock ran be theirs who had the badge at the mended time."""
    for row in db.execute(
        "SELECT r.kind_name, r.trip_id, r.badge_id, r.at_s, r.received_at_s, t.booking_id"
        " FROM record r LEFT JOIN trip t USING (trip_id)"
        f" WHERE {_OF_CLOCK} AND r.badge_id IS NOT NULL",
        where,
    ).fetchall():
        at = when(row["at_s"], row["received_at_s"], lambda: None)
        booked = row["booking_id"] if row["kind_name"] == "trip_start" else None
        holder = dated.holder(db, row["badge_id"], at, booked)
        values = {**row, "box_id": where["box_id"]}
        values |= {"agent_id": holder.agent_id, "directorate_id": holder.directorate_id}
        match row["kind_name"]:
            case "trip_start":
                db.execute(
                    "UPDATE trip SET agent_id = :agent_id, directorate_id = :directorate_id"
                    " WHERE trip_id = :trip_id",
                    values,
                )
            case "refusal":
                db.execute(
                    "UPDATE refusal SET agent_id = :agent_id, directorate_id = :directorate_id"
                    f" WHERE vehicle_id IN {_CARS_OF_BOX} AND badge_id = :badge_id"
                    " AND at_s = :at_s AND received_at_s = :received_at_s",
                    values,
                )
            case "occupant":
                _board_anew(db, row["trip_id"])


def _board_anew(db: sqlite3.Connection, trip_id: int) -> None:
    """Write down anew who rode along in a trip, where the badges of all of them are known."""
    told = db.execute(
        "SELECT badge_id, at_s, received_at_s FROM record"
        " WHERE trip_id = :trip_id AND kind_name = 'occupant'",
        {"trip_id": trip_id},
    ).fetchall()
    if any(row["badge_id"] is None for row in told):
        return
    db.execute("DELETE FROM occupant WHERE trip_id = :trip_id", {"trip_id": trip_id})
    for row in told:
        at = when(row["at_s"], row["received_at_s"], lambda: None)
        db.execute(
            "INSERT INTO occupant (trip_id, agent_id) SELECT trip_id, :agent_id FROM trip"
            " WHERE trip_id = :trip_id AND coalesce(agent_id, 0) <> :agent_id"
            " ON CONFLICT DO NOTHING",
            {"trip_id": trip_id, "agent_id": dated.holder(db, row["badge_id"], at).agent_id},
        )
