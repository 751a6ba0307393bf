"""On which board each box is, and what the bench test said there, as whoever fitted it told.

Never here: keys (store/boxes.py), what a test means (fleet/bench.py).
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from server.fleet.bench import BenchTest, Line
from server.fleet.model.boxes import Board, Written
from server.fleet.refusals import Reason, Refusal, Refused
from server.store.noun import Noun, among

_BOARDS = """
SELECT b.box_id, b.wire_id, b.vehicle_id, b.last_seen_s, o.mac, o.flashed_at_s,
  a.full_name AS flashed_by, o.micropython, o.iccid, o.imei
FROM box b LEFT JOIN board o USING (box_id) LEFT JOIN agent a ON a.agent_id = o.flashed_by_id
WHERE b.retired_at_s IS NULL
"""


class Boards(Noun):
    """The boards of the boxes in service."""

    async def of_cars(self, vehicle_ids: Iterable[int]) -> dict[int, Board]:
        """Return the boards of these cars' boxes, by the car's id."""
        places, ids = among(vehicle_ids)
        rows = await self._rows(f"{_BOARDS} AND b.vehicle_id IN {places}", **ids)
        return {row["vehicle_id"]: Board(**row) for row in rows}

    async def of_box(self, wire_id: bytes) -> Board | None:
        """Return the board of a box in service."""
        rows = await self._rows(f"{_BOARDS} AND b.wire_id = :wire_id", wire_id=wire_id)
        return Board(**rows[0]) if rows else None

    async def on_mac(self, mac: str) -> Board | None:
        """Return the box in service that was last known to be on a board."""
        rows = await self._rows(f"{_BOARDS} AND o.mac = :mac ORDER BY o.flashed_at_s DESC", mac=mac)
        return Board(**rows[0]) if rows else None

    async def note_flashed(
        self, box_id: int, written: Written, agent_id: int | None, now_s: int
    ) -> None:
        """Take note that a box was found written on a board; what is told later is added.

        Whatever else was on this board is not there any more.

        Raises:
            Refused: OTHER_BOARD.
        """
        await self._engine.write(_note_flashed, box_id, written, agent_id, now_s)

    async def tests_of(self, box_ids: Iterable[int]) -> dict[int, BenchTest]:
        """Return the newest bench test of these boxes, by the box's id."""
        return await self._engine.read(_tests_of, tuple(box_ids))

    async def note_test(self, box_id: int, mac: str, test: BenchTest) -> None:
        """Take note of a test, as far as it has got; the same again changes nothing.

        A box that tests itself is written, whether that was told or not.

        Raises:
            Refused: OTHER_BOARD.
        """
        await self._engine.write(_note_test, box_id, mac, test)


def forget_test(db: sqlite3.Connection, box_id: int) -> None:
    """Forget a test: the box was written anew, or is in another car."""
    for table in ("bench_line", "bench_test"):
        db.execute(f"DELETE FROM {table} WHERE box_id = :box_id", {"box_id": box_id})


def begun_on(db: sqlite3.Connection, vehicle_id: int, mac: str) -> int | None:
    """Return the box that is being made for a car on this board: neither written nor heard yet."""
    row = db.execute(  # a writing, so that giving out its keys again has its entry in the audit
        "UPDATE board SET mac = mac WHERE mac = :mac AND flashed_at_s IS NULL"
        " AND box_id IN (SELECT box_id FROM box WHERE vehicle_id = :vehicle_id"
        " AND retired_at_s IS NULL AND last_seen_s IS NULL) RETURNING box_id",
        {"mac": mac, "vehicle_id": vehicle_id},
    ).fetchone()
    return None if row is None else int(row["box_id"])


def bind(db: sqlite3.Connection, box_id: int, mac: str) -> None:
    """Let a box be on a board from now on.

    Raises:
        Refused: OTHER_BOARD.
    """
    board = {"box_id": box_id, "mac": mac}
    db.execute(
        "INSERT INTO board (box_id, mac) VALUES (:box_id, :mac) ON CONFLICT (box_id) DO NOTHING",
        board,
    )
    (bound,) = db.execute("SELECT mac FROM board WHERE box_id = :box_id", board).fetchone()
    if bound != mac:
        raise Refused(Refusal("mac", Reason.OTHER_BOARD))


def _note_flashed(
    db: sqlite3.Connection, box_id: int, written: Written, agent_id: int | None, now_s: int
) -> None:
    bind(db, box_id, written.mac)
    told = {
        "box_id": box_id,
        "agent_id": agent_id,
        "now_s": now_s,
        "mac": written.mac,
        "micropython": written.micropython,
        "iccid": written.iccid,
        "imei": written.imei,
    }
    db.execute("DELETE FROM board WHERE mac = :mac AND box_id <> :box_id", told)
    # Said again of the same writing it is that writing still.
    db.execute(
        "UPDATE board SET flashed_at_s = :now_s, flashed_by_id = :agent_id"
        " WHERE box_id = :box_id AND flashed_at_s IS NULL",
        told,
    )
    db.execute(
        "UPDATE board SET micropython = :micropython, iccid = coalesce(:iccid, iccid),"
        " imei = coalesce(:imei, imei) WHERE box_id = :box_id",
        told,
    )


def _tests_of(db: sqlite3.Connection, box_ids: tuple[int, ...]) -> dict[int, BenchTest]:
    places, ids = among(box_ids)
    lines: dict[int, list[Line]] = {}
    for row in db.execute(
        "SELECT box_id, check_name, outcome, failure, value FROM bench_line"
        f" WHERE box_id IN {places} ORDER BY box_id, line_no",
        ids,
    ):
        box_id, *words = row
        lines.setdefault(box_id, []).append(Line(*words))
    tests = db.execute(
        f"SELECT box_id, at_s, noted_at_s, is_done FROM bench_test WHERE box_id IN {places}", ids
    )
    return {
        box_id: BenchTest(at_s, noted_at_s, tuple(lines.get(box_id, ())), bool(is_done))
        for box_id, at_s, noted_at_s, is_done in tests
    }


def _note_test(db: sqlite3.Connection, box_id: int, mac: str, test: BenchTest) -> None:
    bind(db, box_id, mac)
    known = _tests_of(db, (box_id,)).get(box_id)
    if known is not None and replace(known, noted_at_s=test.noted_at_s) == test:
        return
    forget_test(db, box_id)
    db.execute(
        "UPDATE board SET flashed_at_s = :at_s WHERE box_id = :box_id AND flashed_at_s IS NULL",
        {"at_s": test.noted_at_s, "box_id": box_id},
    )
    db.execute(
        "INSERT INTO bench_test (box_id, at_s, noted_at_s, is_done)"
        " VALUES (:box_id, :at_s, :noted_at_s, :is_done)",
        {
            "box_id": box_id,
            "at_s": test.at_s,
            "noted_at_s": test.noted_at_s,
            "is_done": int(test.is_done),
        },
    )
    db.executemany(
        "INSERT INTO bench_line (box_id, line_no, check_name, outcome, failure, value)"
        " VALUES (:box_id, :line_no, :check_name, :outcome, :failure, :value)",
        [
            {
                "box_id": box_id,
                "line_no": number,
                "check_name": line.check,
                "outcome": line.outcome,
                "failure": line.failure,
                "value": line.value,
            }
            for number, line in enumerate(test.lines)
        ],
    )
