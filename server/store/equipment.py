"""Pieces of equipment in the database; which booking has them is in bookings.py."""

import sqlite3
from collections.abc import Callable, Iterable

from server.fleet.model.bookings import Equipment, Window
from server.fleet.refusals import Reason, Refusal, Refused
from server.store.noun import Noun
from server.store.pool import sites

PIECES = """
SELECT e.equipment_id, e.code, e.name, e.site_id, s.name AS site_name, e.retired_at_s
FROM equipment e JOIN site s USING (site_id)
"""


class Pieces(Noun):
    """What can be booked together with a car."""

    async def all(self) -> list[Equipment]:
        """Return every piece that ever was, by site and name."""
        rows = await self._rows(f"{PIECES} ORDER BY s.name, e.name, e.code")
        return [piece_of(row) for row in rows]

    async def add(self, code: str, name: str, site_id: int) -> Equipment:
        """Insert a piece.

        Raises:
            Refused: NAME_TAKEN of its code, UNKNOWN_NAME of the site.
        """
        return await self._engine.write(_add, code, name, site_id)

    async def change(
        self, equipment_id: int, decide: Callable[[Equipment], Equipment], now_s: int
    ) -> Equipment | None:
        """Let `decide` say what a piece is, as it stands when nobody else can change it.

        Returns:
            The piece as it is now; None when there is none.

        Raises:
            Refused: by `decide`; UNKNOWN_NAME of the site; STILL_BOOKED where it is to leave its
                site, or for good, and is in a booking to come.
        """
        return await self._engine.write(_change, equipment_id, decide, now_s)

    async def taken(self, windows: Iterable[Window]) -> set[str]:
        """Return the codes of the pieces that are with an active booking in these windows."""
        values = [{"from_s": window.from_s, "to_s": window.to_s} for window in windows]
        return await self._engine.read(_taken, values)


def piece_of(row: sqlite3.Row) -> Equipment:
    """Read a row of PIECES."""
    return Equipment(**row)


def _get(db: sqlite3.Connection, equipment_id: int) -> Equipment | None:
    row = db.execute(f"{PIECES} WHERE e.equipment_id = :id", {"id": equipment_id}).fetchone()
    return piece_of(row) if row else None


def _add(db: sqlite3.Connection, code: str, name: str, site_id: int) -> Equipment:
    row = {"code": code, "name": name, "site_id": site_id}
    if db.execute("SELECT 1 FROM equipment WHERE code = :code", row).fetchone() is not None:
        raise Refused(Refusal("code", Reason.NAME_TAKEN))
    sites.must_be_in_pool(db, site_id)
    (equipment_id,) = db.execute(
        "INSERT INTO equipment (code, name, site_id) VALUES (:code, :name, :site_id)"
        " RETURNING equipment_id",
        row,
    ).fetchone()
    piece = _get(db, equipment_id)
    assert piece is not None, "it has just been stored"
    return piece


def _change(
    db: sqlite3.Connection,
    equipment_id: int,
    decide: Callable[[Equipment], Equipment],
    now_s: int,
) -> Equipment | None:
    before = _get(db, equipment_id)
    if before is None:
        return None
    after = decide(before)
    leaves = after.site_id != before.site_id or after.retired_at_s is not None
    booked = (
        "SELECT 1 FROM booking_equipment JOIN booking USING (booking_id)"
        " WHERE equipment_id = :id AND state = 'active' AND ends_at_s > :now_s"
    )
    if leaves and db.execute(booked, {"id": equipment_id, "now_s": now_s}).fetchone() is not None:
        raise Refused(Refusal("", Reason.STILL_BOOKED))
    if after.site_id != before.site_id or after.retired_at_s is None:
        sites.must_be_in_pool(db, after.site_id)
    db.execute(
        "UPDATE equipment SET name = :name, site_id = :site_id, retired_at_s = :retired_at_s"
        " WHERE equipment_id = :id",
        {
            "id": equipment_id,
            "name": after.name,
            "site_id": after.site_id,
            "retired_at_s": after.retired_at_s,
        },
    )
    return _get(db, equipment_id)


def _taken(db: sqlite3.Connection, windows: list[dict[str, int]]) -> set[str]:
    return {
        code
        for window in windows
        for (code,) in db.execute(
            "SELECT e.code FROM booking b JOIN booking_equipment USING (booking_id)"
            " JOIN equipment e USING (equipment_id)"
            " WHERE b.state = 'active' AND b.ends_at_s > :from_s AND b.starts_at_s < :to_s",
            window,
        )
    }
