"""The records of boxes in the database, each exactly once, and what follows from them.

A box's records of one epoch are stored from the first on; a range that the box no longer holds is
noted as a gap. A box whose flash is an older image tells in its new epoch what it told before: such
a range is noted as a repeat and stored under its first name alone. So records, gaps and repeats
leave no hole. A batch is one transaction with the trips, legs and refusals it makes. Never here:
what records mean; that is the `follow` it is handed.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from server.fleet.records import (
    BadgeRefused,
    CarStartable,
    ClockStated,
    CommandAnswered,
    FleetRecord,
    ReadRecord,
    RelaySeen,
    SignsContradict,
    TimesMended,
    TripStarted,
    TripTakenUp,
)
from server.fleet.trips import Followed, TripDraft
from server.fleet.unassigned import outside_trips
from server.store import trip_rows, unassigned
from server.store.noun import Noun

# From the record that began a clock to the one that began the next; see `_mend_times`.
_OF_CLOCK = """r.box_id = :box_id AND r.at_s IS NOT NULL
  AND (r.epoch, r.seq) >= (:first_epoch, :first_seq)
  AND (r.epoch, r.seq) < (:end_epoch, :end_seq)"""
_LATER = (1 << 31, 0)  # than any record

Follow = Callable[[TripDraft | None, Iterable[FleetRecord | None], int | None], Followed]


@dataclass(frozen=True, slots=True)
class Batch:
    """Records `first_seq`, `first_seq + 1`, ... of one box and epoch.

    The box no longer holds anything below `lowest_seq`: what the server lacks below it is lost
    and not waited for.
    """

    box_id: int
    vehicle_id: int
    epoch: int
    first_seq: int
    lowest_seq: int
    records: tuple[ReadRecord, ...]
    received_at_s: int


class Records(Noun):
    """What boxes have reported."""

    async def held_seq(self, box_id: int, epoch: int) -> int:
        """Return up to which sequence number all records are committed; 0 when none is."""
        return await self._engine.read(held_seq, box_id, epoch)

    async def trip_start(self, box_id: int) -> bytes | None:
        """Return the body of the record that began a box's trip in progress; None without one."""
        rows = await self._rows(
            "SELECT r.body FROM record r JOIN trip t USING (trip_id)"
            " WHERE r.box_id = :box_id AND t.state <> 'ended' AND r.kind_name = 'trip_start'"
            " ORDER BY r.epoch DESC, r.seq DESC LIMIT 1",
            box_id=box_id,
        )
        return bytes(rows[0]["body"]) if rows else None

    async def append(self, batch: Batch, follow: Follow) -> int:
        """Commit what is new in a batch together with what follows from it.

        A batch that would leave a hole is stored nowhere.

        Returns:
            As `held_seq`, after it.
        """
        return await self._engine.write(_append, batch, follow)

    async def append_read(self, read: Callable[[], Batch | None], follow: Follow) -> int | None:
        """Commit the batch that `read()` makes out in the writer's thread.

        A thread less to wait for. `read` may ask what a reader's thread may ask.

        Returns:
            As `append`; None, and nothing is stored, when `read` returns None.
        """
        return await self._engine.write(_append_read, read, follow)

    async def stored(self) -> int:
        """Return how many records there are."""
        return int((await self._rows("SELECT count(*) FROM record"))[0][0])

    async def lost(self) -> int:
        """Return how many records boxes made that no longer are anywhere."""
        rows = await self._rows("SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM gap")
        return int(rows[0][0])


def held_seq(db: sqlite3.Connection, box_id: int, epoch: int) -> int:
    """Read up to which sequence number all records are committed."""
    told, repeated = _told(db, box_id, epoch)
    return told or repeated or 0


def _told(db: sqlite3.Connection, box_id: int, epoch: int) -> tuple[int | None, int | None]:
    """Read the last number of what a box told in an epoch, and of what it only told again."""
    query = (
        "SELECT (SELECT max(seq) FROM record WHERE box_id = :box_id AND epoch = :epoch),"
        " (SELECT max(last_seq) FROM repeat WHERE box_id = :box_id AND epoch = :epoch)"
    )
    told, repeated = db.execute(query, {"box_id": box_id, "epoch": epoch}).fetchone()
    return told, repeated


def _append_read(
    db: sqlite3.Connection, read: Callable[[], Batch | None], follow: Follow
) -> int | None:
    batch = read()
    return None if batch is None else _append(db, batch, follow)


def _append(db: sqlite3.Connection, batch: Batch, follow: Follow) -> int:
    told, repeated_before = _told(db, batch.box_id, batch.epoch)
    held, begins = told or repeated_before or 0, told is None
    known = max(0, held + 1 - batch.first_seq)
    fresh = batch.records[known:]
    if not fresh or batch.first_seq > max(held + 1, batch.lowest_seq):
        return held
    first_seq = batch.first_seq + known
    repeated = _repeated(db, batch, first_seq, fresh) if begins else 0
    if repeated:
        last_seq = first_seq + repeated - 1
        db.execute(
            "INSERT INTO repeat (box_id, epoch, first_seq, last_seq)"
            " VALUES (:box_id, :epoch, :first_seq, :last_seq)",
            {
                "box_id": batch.box_id,
                "epoch": batch.epoch,
                "first_seq": held + 1,  # what it no longer holds was acknowledged under that name
                "last_seq": last_seq,
            },
        )
        held, first_seq, fresh = last_seq, last_seq + 1, fresh[repeated:]
        if not fresh:
            return held
    # What is told under another name than what came before does not follow on it for sure either.
    is_gap = first_seq > held + 1 or (begins and _has_spoken(db, batch.box_id))
    if first_seq > held + 1:
        db.execute(
            "INSERT INTO gap (box_id, epoch, first_seq, last_seq, noted_at_s)"
            " VALUES (:box_id, :epoch, :first_seq, :last_seq, :noted_at_s)",
            {
                "box_id": batch.box_id,
                "epoch": batch.epoch,
                "first_seq": held + 1,
                "last_seq": first_seq - 1,
                "noted_at_s": batch.received_at_s,
            },
        )
    open_trip = trip_rows.load_open(db, batch.box_id)
    before = unassigned.known(db, batch.box_id)
    lost_since_s = None
    if is_gap and open_trip is not None:
        lost_since_s = _last_heard_s(db, open_trip)
    followed = follow(open_trip, [record.means for record in fresh], lost_since_s)
    trip_ids = [trip_rows.save(db, batch.box_id, batch.vehicle_id, trip) for trip in followed.trips]
    rows, reading = outside_trips(
        before.reading,
        before.open_row,
        [(record.means, record.at_s or batch.received_at_s) for record in fresh],
        followed.trip_of,
        is_gap,
    )
    unassigned.save(db, batch.box_id, batch.vehicle_id, rows, reading, followed.trips, trip_ids)
    kept = [
        record.without_place or record
        if trip is not None and followed.trips[trip].private
        else record
        for record, trip in zip(fresh, followed.trip_of, strict=True)
    ]
    db.executemany(
        "INSERT INTO record (box_id, epoch, seq, kind, kind_name, at_s, received_at_s, trip_id,"
        " fields, body) VALUES (:box_id, :epoch, :seq, :kind, :kind_name, :at_s, :received_at_s,"
        " :trip_id, :fields, :body)",
        [
            {
                "box_id": batch.box_id,
                "epoch": batch.epoch,
                "seq": first_seq + i,
                "kind": record.kind,
                "kind_name": record.kind_name,
                "at_s": record.at_s,
                "received_at_s": batch.received_at_s,
                "trip_id": None if trip is None else trip_ids[trip],
                "fields": json.dumps(dict(record.fields)),
                "body": record.body,
            }
            for i, (record, trip) in enumerate(zip(kept, followed.trip_of, strict=True))
        ],
    )
    for record in fresh:
        _note(db, batch, record.means)
    if followed.trips:
        _forget_orders(db, batch.box_id, followed.trips[-1])
    db.execute(
        "UPDATE box SET last_seen_s = :at_s"
        " WHERE box_id = :box_id AND coalesce(last_seen_s, 0) < :at_s",
        {"at_s": batch.received_at_s, "box_id": batch.box_id},
    )
    return first_seq + len(fresh) - 1


def _has_spoken(db: sqlite3.Connection, box_id: int) -> bool:
    """Say whether a box has ever told anything."""
    query = "SELECT 1 FROM record WHERE box_id = :box_id LIMIT 1"
    return db.execute(query, {"box_id": box_id}).fetchone() is not None


def _repeated(
    db: sqlite3.Connection, batch: Batch, first_seq: int, records: Sequence[ReadRecord]
) -> int:
    """Return how many records at the beginning of a batch are stored under an earlier epoch.

    An older image of the flash numbers its records as it did before, so the same happening has the
    same number, time and body. From the first that differs on the box lives another life: that is
    its start, which no two lives have in common.
    """
    stored = db.execute(
        "WITH RECURSIVE epochs (epoch) AS ("
        " SELECT min(epoch) FROM record WHERE box_id = :box_id UNION ALL"
        " SELECT (SELECT min(epoch) FROM record WHERE box_id = :box_id AND epoch > epochs.epoch)"
        " FROM epochs WHERE epochs.epoch IS NOT NULL)"
        " SELECT r.seq, r.kind, r.at_s, r.body FROM epochs e JOIN record r ON r.box_id = :box_id"
        " AND r.epoch = e.epoch AND r.seq BETWEEN :first_seq AND :last_seq",
        {
            "box_id": batch.box_id,
            "first_seq": first_seq,
            "last_seq": first_seq + len(records) - 1,
        },
    )
    known = {(seq, kind, at_s, bytes(body)) for seq, kind, at_s, body in stored}
    for i, record in enumerate(records):
        ways = (record, record.without_place or record)  # as it came, or as it was kept
        names = {(first_seq + i, way.kind, way.at_s, way.body) for way in ways}
        if not names & known:
            return i
    return len(records)


def _last_heard_s(db: sqlite3.Connection, trip: TripDraft) -> int:
    """Read when a trip told its last record, by the box's time."""
    (at_s,) = db.execute(
        "SELECT max(coalesce(at_s, received_at_s)) FROM record WHERE trip_id = :trip_id",
        {"trip_id": trip.trip_id},
    ).fetchone()
    return trip.started_at_s if at_s is None else int(at_s)


def _forget_orders(db: sqlite3.Connection, box_id: int, trip: TripDraft) -> None:
    """Let no request to end a trip outlive that trip: the box would end somebody else's.

    A trip that ended by a command says so before the command's own answer comes.
    """
    if trip.end_reason == "command":
        return
    meant_s = trip.started_at_s if trip.state != "ended" else 1 << 32
    db.execute(
        "UPDATE command SET state = 'expired' WHERE box_id = :box_id AND state = 'queued'"
        " AND kind IN ('end-trip', 'end-trip-without-keys') AND created_at_s < :meant_s",
        {"box_id": box_id, "meant_s": meant_s},
    )


def _note(db: sqlite3.Connection, batch: Batch, record: FleetRecord | None) -> None:
    """Keep what is about the car, its box or a command rather than about a trip."""
    match record:
        case BadgeRefused():
            db.execute(
                "INSERT INTO refusal (vehicle_id, at_s, received_at_s, reason, agent_id,"
                " directorate_id, booking_id) VALUES (:vehicle_id, :at_s, :received_at_s, :reason,"
                " :agent_id, :directorate_id, :booking_id)",
                {
                    "vehicle_id": batch.vehicle_id,
                    "at_s": record.at_s,
                    "received_at_s": batch.received_at_s,
                    "reason": record.reason,
                    "agent_id": record.holder.agent_id,
                    "directorate_id": record.holder.directorate_id,
                    "booking_id": record.holder.booking_id,
                },
            )
        case ClockStated():
            _note_clock(db, batch.box_id, record)
        case TimesMended():
            _mend_times(db, batch.box_id, batch.vehicle_id, record)
        case RelaySeen():
            db.execute(
                "UPDATE box SET relay = :relay, startable_since_s ="
                " CASE WHEN :relay = 'inhibited' THEN NULL ELSE startable_since_s END"
                " WHERE box_id = :box_id",
                {"relay": record.relay, "box_id": batch.box_id},
            )
        case TripStarted():
            db.execute(
                "UPDATE box SET startable_since_s = NULL"
                " WHERE box_id = :box_id AND startable_since_s IS NOT NULL",
                {"box_id": batch.box_id},
            )
        case TripTakenUp():
            db.execute(
                "UPDATE trip SET went_on_at_s = :at_s WHERE state = 'ended' AND trip_id ="
                " (SELECT trip_id FROM trip WHERE box_id = :box_id"
                " ORDER BY started_at_s DESC, trip_id DESC LIMIT 1)",
                {"at_s": record.at_s, "box_id": batch.box_id},
            )
        case CarStartable():
            db.execute(
                "UPDATE box SET startable_since_s = coalesce(startable_since_s, :at_s),"
                " hindrance = :hindrance WHERE box_id = :box_id",
                {
                    "at_s": record.at_s,
                    "hindrance": record.hindrance,
                    "box_id": batch.box_id,
                },
            )
        case SignsContradict():
            db.execute(
                "UPDATE box SET contradiction = :contradiction, contradiction_at_s = :at_s"
                " WHERE box_id = :box_id",
                {
                    "contradiction": record.contradiction,
                    "at_s": record.at_s,
                    "box_id": batch.box_id,
                },
            )
        case CommandAnswered():
            db.execute(
                # "Nobody can know" is news only where nothing is known.
                "UPDATE command SET state = :state WHERE command_id = :id AND box_id = :box"
                " AND (:state <> 'unknown' OR state = 'queued')",
                {"state": record.state, "id": record.command_id, "box": batch.box_id},
            )


def _note_clock(db: sqlite3.Connection, box_id: int, clock: ClockStated) -> None:
    """Keep what a box said of its clock last."""
    db.execute(
        "UPDATE box SET clock_doubtful = :doubtful, clock_off_s = :off_s WHERE box_id = :box_id",
        {"doubtful": int(clock.doubtful), "off_s": clock.off_s, "box_id": box_id},
    )


def _mend_times(db: sqlite3.Connection, box_id: int, vehicle_id: int, mended: TimesMended) -> None:
    """Shift the times of what was recorded while a clock ran; one nobody knows mends nothing."""
    begun = db.execute(
        "SELECT epoch, seq, CAST(fields ->> 'number' AS INTEGER) AS number FROM record"
        " WHERE box_id = :box_id AND kind_name = 'clock_state' ORDER BY epoch, seq",
        {"box_id": box_id},
    ).fetchall()
    # The last that began under this number: it may have been told anew, and others came between.
    first = end = None
    for epoch, seq, number in begun:
        if number == mended.number and (first is None or end is not None):
            first, end = (epoch, seq), None
        elif number != mended.number and first is not None and end is None:
            end = (epoch, seq)
    if first is None:
        return
    end = end or _LATER
    where = {
        "box_id": box_id, "vehicle_id": vehicle_id, "shift_s": mended.shift_s,
        "first_epoch": first[0], "first_seq": first[1], "end_epoch": end[0], "end_seq": end[1],
    }  # fmt: skip
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
        f" WHERE {_OF_CLOCK} AND r.kind_name = 'refusal' AND f.vehicle_id = :vehicle_id)",
        where,
    )
    db.execute(f"UPDATE record AS r SET at_s = at_s + :shift_s WHERE {_OF_CLOCK}", where)
