"""The records of boxes in the database, each exactly once, and what follows from them.

A box's records of one epoch are stored from the first on, with a note of each range that it no
longer holds or has told before: so records, gaps and repeats leave no hole. A batch is one
transaction with the trips, legs and refusals it makes. Never here: what records mean; that is the
`follow` it is handed; what is held already (held.py), what each changes of its car (notes.py).
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from server.fleet.records import (
    BadgeRefused,
    FleetRecord,
    HandoverWaits,
    OccupantJoined,
    ReadRecord,
    TripStarted,
)
from server.fleet.trips import Followed, TripDraft
from server.fleet.unassigned import outside_trips
from server.store import dated, doubtful_trips, trip_rows, unassigned
from server.store.noun import Noun
from server.store.records.batch import Batch
from server.store.records.clocks import mark_doubtful
from server.store.records.held import (
    Held,
    has_spoken,
    held_of,
    last,
    note_again,
    note_gap,
    told_again,
)
from server.store.records.notes import note
from server.store.vault import Vault

Follow = Callable[[TripDraft | None, Iterable[FleetRecord | None], int | None], Followed]


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
    again = told_again(db, batch, first_seq, chains)
    if is_hole and True in again[:2]:  # what is before it was acknowledged under its first name
        note_again(db, batch, held.seq + 1, first_seq - 1, chains[0])
    elif is_hole:
        note_gap(db, batch, held.seq + 1, first_seq - 1)
    told_at_s = [record.at_s for record in fresh]
    cars = dated.cars_of(db, batch.box_id, told_at_s, batch.received_at_s)
    i = 0
    for (is_again, car), run in groupby(zip(again[1:], cars, strict=True)):
        end = i + len(list(run))
        chain = chains[end] if chains else None
        if is_again:
            note_again(db, batch, first_seq + i, first_seq + end - 1, chain)
        else:
            told = fresh[i:end]
            _store(db, batch, car, first_seq + i, told, chains[i + 1 : end + 1], follow, vault)
        i = end
    return Held(first_seq + len(fresh) - 1, chain)


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
    told = last(db, "record", "seq", batch.box_id, batch.epoch)
    is_gap = told.seq != first_seq - 1 or (first_seq == 1 and has_spoken(db, batch.box_id))
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
    mark_doubtful(db, fresh, told_trips, bool(doubtful))
    for record in fresh:
        note(db, batch, vehicle_id, record.means, vault)
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
