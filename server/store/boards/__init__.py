"""On which board each box is, as whoever flashed it said. Never here: keys (store/boxes.py)."""

import sqlite3
from collections.abc import Iterable

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

    async def note_flashed(
        self, box_id: int, written: Written, agent_id: int | None, now_s: int
    ) -> None:
        """Take note that a box was found written on a board; what is told later is added.

        Whatever else was on this board is not there any more.

        Raises:
            Refused: OTHER_BOARD.
        """
        await self._engine.write(_note_flashed, box_id, written, agent_id, now_s)


def begun_on(db: sqlite3.Connection, vehicle_id: int, mac: str, now_s: int) -> int | None:
    """Return the box that is being made for a car on this board, which was never heard yet.

    Its identity is given out once more.
    """
    row = db.execute(
        "UPDATE board SET given_at_s = :now_s WHERE mac = :mac AND box_id IN ("
        "SELECT box_id FROM box WHERE vehicle_id = :vehicle_id AND retired_at_s IS NULL"
        " AND last_seen_s IS NULL) RETURNING box_id",
        {"mac": mac, "vehicle_id": vehicle_id, "now_s": now_s},
    ).fetchone()
    return None if row is None else int(row[0])


def bind(db: sqlite3.Connection, box_id: int, mac: str, given_at_s: int | None) -> None:
    """Let a box be on a board from now on.

    Raises:
        Refused: OTHER_BOARD.
    """
    board = {"box_id": box_id, "mac": mac, "given_at_s": given_at_s}
    db.execute(
        "INSERT INTO board (box_id, mac, given_at_s) VALUES (:box_id, :mac, :given_at_s)"
        " ON CONFLICT (box_id) DO NOTHING",
        board,
    )
    (bound,) = db.execute("SELECT mac FROM board WHERE box_id = :box_id", board).fetchone()
    if bound != mac:
        raise Refused(Refusal("mac", Reason.OTHER_BOARD))


def _note_flashed(
    db: sqlite3.Connection, box_id: int, written: Written, agent_id: int | None, now_s: int
) -> None:
    bind(db, box_id, written.mac, None)
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
        " WHERE box_id = :box_id AND (flashed_at_s IS NULL OR flashed_at_s < given_at_s)",
        told,
    )
    db.execute(
        "UPDATE board SET micropython = :micropython, iccid = coalesce(:iccid, iccid),"
        " imei = coalesce(:imei, imei) WHERE box_id = :box_id",
        told,
    )
