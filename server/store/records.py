"""The records of boxes in the database, each exactly once, and what follows from them.

A box's records of one epoch are stored from the first on; a range that the box no longer holds is
noted as a gap. A box whose flash is an older image tells in its new epoch what it told before: such
a range is noted as a repeat and stored under its first name alone. So records, gaps and repeats
leave no hole. A record is known again by its chain, which names all that came before it too. A
batch is one transaction with the trips, legs and refusals it makes. Never here: what records mean;
that is the `follow` it is handed.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import NamedTuple

from server.fleet.model import CHARGING_MV
from server.fleet.own_time import when
from server.fleet.records import (
    BadgeRefused,
    BatteryRead,
    CardLearned,
    CarStartable,
    ClockStated,
    CommandAnswered,
    FleetRecord,
    HandoverWaits,
    JumpRefused,
    OccupantJoined,
    ReadRecord,
    RelaySeen,
    SignsContradict,
    TimesMended,
    TripEnded,
    TripStarted,
    TripTakenUp,
)
from server.fleet.trips import Followed, TripDraft
from server.fleet.unassigned import outside_trips
from server.store import contradictions, dated, doubtful_trips, learning, trip_rows, unassigned
from server.store.noun import Noun
from server.store.vault import Vault

# From the record that began a clock to the one that began the next; see `_mend_times`.
_OF_CLOCK = """r.box_id = :box_id AND r.at_s IS NOT NULL
  AND (r.epoch, r.seq) >= (:first_epoch, :first_seq)
  AND (r.epoch, r.seq) < (:end_epoch, :end_seq)"""
_LATER = (1 << 31, 0)  # than any record
_CARS_OF_BOX = "(SELECT vehicle_id FROM box_fitting WHERE box_id = :box_id)"

Follow = Callable[[TripDraft | None, Iterable[FleetRecord | None], int | None], Followed]


@dataclass(frozen=True, slots=True)
class Batch:
    """Records `first_seq`, `first_seq + 1`, ... of one box and epoch, in whatever car it was.

    The box no longer holds anything below `lowest_seq`: what the server lacks below it is lost
    and not waited for. `chains` are those before the first and of each; none from a teller who
    keeps no chain, whose records are not known again.
    """

    box_id: int
    epoch: int
    first_seq: int
    lowest_seq: int
    records: tuple[ReadRecord, ...]
    received_at_s: int
    chains: tuple[int, ...] = ()


class Held(NamedTuple):
    """Up to which sequence number all records of an epoch are committed (0: none is).

    `chain`: of that record; None when nobody told one.
    """

    seq: int
    chain: int | None


class Records(Noun):
    """What boxes have reported."""

    async def held_seq(self, box_id: int, epoch: int) -> int:
        """Return up to which sequence number all records are committed; 0 when none is."""
        return (await self._engine.read(held_of, box_id, epoch)).seq

    async def trip_start(self, box_id: int) -> bytes | None:
        """Return the body of the record that began a box's trip in progress.

        None without one, or where it was past its date.
        """
        rows = await self._rows(
            "SELECT r.body FROM record r JOIN trip t USING (trip_id)"
            " WHERE r.box_id = :box_id AND t.state <> 'ended' AND r.kind_name = 'trip_start'"
            " AND length(r.body) > 0 ORDER BY r.epoch DESC, r.seq DESC LIMIT 1",
            box_id=box_id,
        )
        return bytes(rows[0]["body"]) if rows else None

    async def append(self, batch: Batch, follow: Follow) -> Held:
        """Commit what is new in a batch together with what follows from it.

        A batch that would leave a hole, or is of another history than what is held, is stored
        nowhere.

        Returns:
            What is held after it.
        """
        return await self._engine.write(_append, batch, follow, self._vault)

    async def append_read(self, read: Callable[[], Batch | None], follow: Follow) -> Held | None:
        """Commit the batch that `read()` makes out in the writer's thread.

        A thread less to wait for. `read` may ask what a reader's thread may ask.

        Returns:
            As `append`; None, and nothing is stored, when `read` returns None.
        """
        return await self._engine.write(_append_read, read, follow, self._vault)

    async def stored(self) -> int:
        """Return how many records there are."""
        return int((await self._rows("SELECT count(*) FROM record"))[0][0])

    async def lost_to(self, box_id: int, epoch: int) -> int:
        """Return the last number of an epoch that was noted as lost; 0: none was."""
        rows = await self._rows(
            "SELECT coalesce(max(last_seq), 0) FROM gap WHERE box_id = :box_id AND epoch = :epoch",
            box_id=box_id,
            epoch=epoch,
        )
        return int(rows[0][0])

    async def lost(self) -> int:
        """Return how many records boxes made that no longer are anywhere."""
        rows = await self._rows("SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM gap")
        return int(rows[0][0])


def held_of(db: sqlite3.Connection, box_id: int, epoch: int) -> Held:
    """Read what is committed of a box's epoch, told there or only told again."""
    told = _last(db, "record", "seq", box_id, epoch)
    again = _last(db, "repeat", "last_seq", box_id, epoch)
    return max(told, again, key=lambda held: held.seq)


def _last(db: sqlite3.Connection, table: str, column: str, box_id: int, epoch: int) -> Held:
    row = db.execute(
        f"SELECT {column}, chain FROM {table} WHERE box_id = :box_id AND epoch = :epoch"
        f" ORDER BY {column} DESC LIMIT 1",
        {"box_id": box_id, "epoch": epoch},
    ).fetchone()
    return Held(*row) if row else Held(0, 0)


def _append_read(
    db: sqlite3.Connection, read: Callable[[], Batch | None], follow: Follow, vault: Vault
) -> Held | None:
    batch = read()
    return None if batch is None else _append(db, batch, follow, vault)


def _append(db: sqlite3.Connection, batch: Batch, follow: Follow, vault: Vault) -> Held:
    held = held_of(db, batch.box_id, batch.epoch)
    known = max(0, held.seq + 1 - batch.first_seq)
    fresh, chains = batch.records[known:], batch.chains[known:]
    first_seq = batch.first_seq + known
    is_hole = first_seq > held.seq + 1
    if not fresh or first_seq > max(held.seq + 1, batch.lowest_seq):
        return held
    if chains and not is_hole and held.chain not in (None, chains[0]):
        return held  # an older image of the flash has gone on from before what is held
    again = _told_again(db, batch, first_seq, chains)
    if is_hole and True in again[:2]:  # what is before it was acknowledged under its first name
        _note_again(db, batch, held.seq + 1, first_seq - 1, chains[0])
    elif is_hole:
        _note_gap(db, batch, held.seq + 1, first_seq - 1)
    told_at_s = [record.at_s for record in fresh]
    cars = dated.cars_of(db, batch.box_id, told_at_s, batch.received_at_s)
    i = 0
    for (is_again, car), run in groupby(zip(again[1:], cars, strict=True)):
        end = i + len(list(run))
        chain = chains[end] if chains else None
        if is_again:
            _note_again(db, batch, first_seq + i, first_seq + end - 1, chain)
        else:
            told = fresh[i:end]
            _store(db, batch, car, first_seq + i, told, chains[i + 1 : end + 1], follow, vault)
        i = end
    return Held(first_seq + len(fresh) - 1, chain)


def _told_again(
    db: sqlite3.Connection, batch: Batch, first_seq: int, chains: Sequence[int]
) -> list[bool]:
    """Say of the record before a batch's rest and of each of it whether another epoch has it.

    An older image of the flash numbers its records as it did before, so the same happening has the
    same number and chain.
    """
    count = batch.first_seq + len(batch.records) - first_seq
    if not chains:
        return [False] * (count + 1)
    stored = db.execute(
        "WITH RECURSIVE epochs (epoch) AS ("
        " SELECT min(epoch) FROM record WHERE box_id = :box_id UNION ALL"
        " SELECT (SELECT min(epoch) FROM record WHERE box_id = :box_id AND epoch > epochs.epoch)"
        " FROM epochs WHERE epochs.epoch IS NOT NULL)"
        " SELECT r.seq, r.chain FROM epochs e JOIN record r ON r.box_id = :box_id"
        " AND r.epoch = e.epoch AND r.seq BETWEEN :first_seq AND :last_seq"
        " WHERE e.epoch <> :epoch",
        {
            "box_id": batch.box_id,
            "epoch": batch.epoch,
            "first_seq": first_seq - 1,
            "last_seq": first_seq + count - 1,
        },
    )
    known = {(seq, chain) for seq, chain in stored}
    return [(first_seq - 1 + i, chain) in known for i, chain in enumerate(chains)]


def _note_again(
    db: sqlite3.Connection, batch: Batch, first_seq: int, last_seq: int, chain: int | None
) -> None:
    db.execute(
        "INSERT INTO repeat (box_id, epoch, first_seq, last_seq, chain)"
        " VALUES (:box_id, :epoch, :first_seq, :last_seq, :chain)",
        {
            "box_id": batch.box_id,
            "epoch": batch.epoch,
            "first_seq": first_seq,
            "last_seq": last_seq,
            "chain": chain,
        },
    )


def _note_gap(db: sqlite3.Connection, batch: Batch, first_seq: int, last_seq: int) -> None:
    db.execute(
        "INSERT INTO gap (box_id, epoch, first_seq, last_seq, noted_at_s)"
        " VALUES (:box_id, :epoch, :first_seq, :last_seq, :noted_at_s)",
        {
            "box_id": batch.box_id,
            "epoch": batch.epoch,
            "first_seq": first_seq,
            "last_seq": last_seq,
            "noted_at_s": batch.received_at_s,
        },
    )


def _store(
    db: sqlite3.Connection,
    batch: Batch,
    vehicle_id: int,
    first_seq: int,
    fresh: Sequence[ReadRecord],
    chains: Sequence[int],
    follow: Follow,
    vault: Vault,
) -> None:
    """Store records of one car that nobody has told before, and what follows from them."""
    # What comes after a hole, or is told under another name than what came before, does not follow
    # on what is known for sure.
    told = _last(db, "record", "seq", batch.box_id, batch.epoch)
    is_gap = told.seq != first_seq - 1 or (first_seq == 1 and _has_spoken(db, batch.box_id))
    open_trip = trip_rows.load_open(db, batch.box_id)
    before = unassigned.known(db, batch.box_id, vehicle_id)
    (doubtful,) = db.execute(
        "SELECT clock_doubtful FROM box WHERE box_id = :box_id", {"box_id": batch.box_id}
    ).fetchone()
    lost_since_s = None
    if is_gap and open_trip is not None:
        lost_since_s = _last_heard_s(db, open_trip)
    followed = follow(open_trip, [record.means for record in fresh], lost_since_s)
    trip_ids = [trip_rows.save(db, batch.box_id, vehicle_id, trip) for trip in followed.trips]
    rows, reading = outside_trips(
        before.reading,
        before.open_row,
        [(record.means, record.at_s or batch.received_at_s) for record in fresh],
        followed.trip_of,
        is_gap,
        followed.taking_of,
    )
    unassigned.save(db, batch.box_id, vehicle_id, rows, reading, followed.trips, trip_ids)
    kept = [
        record.without_place or record
        if trip is not None and followed.trips[trip].private
        else record
        for record, trip in zip(fresh, followed.trip_of, strict=True)
    ]
    db.executemany(
        "INSERT INTO record (box_id, epoch, seq, kind, kind_name, at_s, received_at_s, trip_id,"
        " badge_id, fields, body, chain) VALUES (:box_id, :epoch, :seq, :kind, :kind_name, :at_s,"
        " :received_at_s, :trip_id, :badge_id, :fields, :body, :chain)",
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
                "badge_id": _badge_of(record.means),
                "fields": json.dumps(dict(record.fields)),
                "body": record.body,
                "chain": chains[i] if chains else None,
            }
            for i, (record, trip) in enumerate(zip(kept, followed.trip_of, strict=True))
        ],
    )
    doubtful_trips.judge(db, trip_ids, batch.received_at_s)
    told_trips = [None if trip is None else trip_ids[trip] for trip in followed.trip_of]
    _mark_doubtful(db, fresh, told_trips, bool(doubtful))
    for record in fresh:
        _note(db, batch, vehicle_id, record.means, vault)
    if followed.trips:
        _forget_orders(db, batch.box_id, followed.trips[-1])
    db.execute(
        "UPDATE box SET last_seen_s = :at_s"
        " WHERE box_id = :box_id AND coalesce(last_seen_s, 0) < :at_s",
        {"at_s": batch.received_at_s, "box_id": batch.box_id},
    )


def _badge_of(record: FleetRecord | None) -> int | None:
    """Return the badge that a record names."""
    if isinstance(record, TripStarted | HandoverWaits | OccupantJoined | BadgeRefused):
        return record.holder.badge_id
    return None


def _has_spoken(db: sqlite3.Connection, box_id: int) -> bool:
    """Say whether a box has ever told anything."""
    query = "SELECT 1 FROM record WHERE box_id = :box_id LIMIT 1"
    return db.execute(query, {"box_id": box_id}).fetchone() is not None


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
        " AND kind IN ('end-trip', 'end-trip-without-keys', 'end-from-afar',"
        " 'end-from-afar-without-keys') AND created_at_s < :meant_s",
        {"box_id": box_id, "meant_s": meant_s},
    )


def _note(
    db: sqlite3.Connection,
    batch: Batch,
    vehicle_id: int,
    record: FleetRecord | None,
    vault: Vault,
) -> None:
    """Keep what is about the car, its box or a command rather than about a trip."""
    match record:
        case BadgeRefused():
            db.execute(
                "INSERT INTO refusal (vehicle_id, at_s, received_at_s, reason, agent_id,"
                " directorate_id, booking_id, badge_id, badge_tag) VALUES (:vehicle_id, :at_s,"
                " :received_at_s, :reason, :agent_id, :directorate_id, :booking_id, :badge_id,"
                " :badge_tag)",
                {
                    "vehicle_id": vehicle_id,
                    "at_s": record.at_s,
                    "received_at_s": batch.received_at_s,
                    "reason": record.reason,
                    "agent_id": record.holder.agent_id,
                    "directorate_id": record.holder.directorate_id,
                    "booking_id": record.holder.booking_id,
                    "badge_id": record.holder.badge_id,
                    "badge_tag": None if record.holder.badge_id else record.badge_tag or None,
                },
            )
        case ClockStated():
            _note_clock(db, batch.box_id, record, batch.received_at_s)
        case TimesMended():
            _mend_times(db, batch, record)
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
                " ORDER BY listed_at_s DESC, trip_id DESC LIMIT 1)",
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
            contradictions.note(db, batch.box_id, record.contradiction, record.at_s)
        case JumpRefused():
            db.execute(
                "UPDATE box SET jump = :counter, jump_at_s = :at_s WHERE box_id = :box_id",
                {"counter": record.counter, "at_s": record.at_s, "box_id": batch.box_id},
            )
        case BatteryRead():
            db.execute(
                "UPDATE box SET battery = :state, battery_mv = :steady_mv, battery_at_s = :at_s,"
                " battery_low_since_s = CASE WHEN :state <> 'well'"
                " THEN coalesce(battery_low_since_s, :at_s)"
                # What is being charged says nothing of what it has at rest.
                " WHEN :steady_mv >= :charging_mv THEN battery_low_since_s END"
                " WHERE box_id = :box_id",
                asdict(record) | {"box_id": batch.box_id, "charging_mv": CHARGING_MV},
            )
        case CardLearned():
            at_s = batch.received_at_s
            learning.note(db, vault, batch.box_id, record.command_id, record.uid, at_s)
        case CommandAnswered():
            db.execute(
                # "Nobody can know" is news only where nothing is known.
                "UPDATE command SET state = :state WHERE command_id = :id AND box_id = :box"
                " AND (:state <> 'unknown' OR state = 'queued')",
                {"state": record.state, "id": record.command_id, "box": batch.box_id},
            )


def _mark_doubtful(
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


def _note_clock(
    db: sqlite3.Connection, box_id: int, clock: ClockStated, received_at_s: int
) -> None:
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


def _mend_times(db: sqlite3.Connection, batch: Batch, mended: TimesMended) -> None:
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
