"""What is held of each epoch of a box: its records, the gaps in them, what it told again.

A range that the box no longer holds is noted as a gap. A box whose flash is an older image tells in
its new epoch what it told before: such a range is noted as a repeat and stored under its first name
alone. A record is known again by its chain, which names all that came before it too. Never here:
storing records.
"""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from server.store.records.batch import Batch


class Held(NamedTuple):
    """Up to which sequence number all records of an epoch are committed (0: none is).

    `chain`: of that record; None when nobody told one.
    """

    seq: int
    chain: int | None


def held_of(db: sqlite3.Connection, box_id: int, epoch: int) -> Held:
    """Read what is committed of a box's epoch, told there or only told again."""
    told = last(db, "record", "seq", box_id, epoch)
    again = last(db, "repeat", "last_seq", box_id, epoch)
    return max(told, again, key=lambda held: held.seq)


def last(db: sqlite3.Connection, table: str, column: str, box_id: int, epoch: int) -> Held:
    """Read the last number of an epoch in a table, with its chain."""
    row = db.execute(
        f"SELECT {column}, chain FROM {table} WHERE box_id = :box_id AND epoch = :epoch"
        f" ORDER BY {column} DESC LIMIT 1",
        {"box_id": box_id, "epoch": epoch},
    ).fetchone()
    return Held(*row) if row else Held(0, 0)


def told_again(
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


def note_again(
    db: sqlite3.Connection, batch: Batch, first_seq: int, last_seq: int, chain: int | None
) -> None:
    """Keep that the box told this range before, under another name."""
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


def note_gap(db: sqlite3.Connection, batch: Batch, first_seq: int, last_seq: int) -> None:
    """Keep that this range is lost: the box no longer holds it, and nobody was told."""
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


def has_spoken(db: sqlite3.Connection, box_id: int) -> bool:
    """Say whether a box has ever told anything."""
    query = "SELECT 1 FROM record WHERE box_id = :box_id LIMIT 1"
    return db.execute(query, {"box_id": box_id}).fetchone() is not None
