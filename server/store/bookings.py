"""Bookings in the database; a trigger of the schema refuses an overlap.

Never here: what may be booked (fleet/bookings.py).
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Literal

from server.fleet.grants import AFTER_S, BEFORE_S
from server.fleet.model import Booking, BookingRequest
from server.store.news import tell
from server.store.noun import Noun

BOOKINGS = """
SELECT b.booking_id, b.vehicle_id, v.plate, v.label AS vehicle_label, b.agent_id,
  a.full_name AS agent_name, b.directorate_id, d.code AS directorate_code,
  b.starts_at_s, b.ends_at_s, b.purpose, b.state, b.private,
  (SELECT json_group_array(code) FROM (SELECT code FROM booking_equipment be JOIN equipment
     USING (equipment_id) WHERE be.booking_id = b.booking_id ORDER BY code)) AS equipment
FROM booking b JOIN vehicle v USING (vehicle_id) JOIN agent a USING (agent_id)
  JOIN directorate d ON d.directorate_id = b.directorate_id
"""
TOUCHING = "b.state = 'active' AND b.starts_at_s < ? AND b.ends_at_s > ?"


class Overlap(Exception):  # noqa: N818 - the pages speak of an overlap, not of an error
    """The car is taken; `conflicts` are the bookings in the way."""

    def __init__(self, conflicts: tuple[Booking, ...]) -> None:
        super().__init__("the car is already booked at that time")
        self.conflicts = conflicts


class EquipmentTaken(Exception):  # noqa: N818 - as above
    """A piece is with another booking at that time; `conflicts` are the bookings in the way."""

    def __init__(self, conflicts: tuple[Booking, ...]) -> None:
        super().__init__("the equipment is already booked at that time")
        self.conflicts = conflicts


class Bookings(Noun):
    """Who has which car when."""

    async def of_agent(self, agent_id: int, from_s: int) -> list[Booking]:
        """Return an agent's bookings that end after `from_s`, cancelled ones too, by start."""
        rows = await self._rows(
            f"{BOOKINGS} WHERE b.agent_id = ? AND b.ends_at_s > ? ORDER BY b.starts_at_s",
            agent_id,
            from_s,
        )
        return [booking_of(row) for row in rows]

    async def between(self, from_s: int, to_s: int) -> list[Booking]:
        """Return the active bookings of all cars that touch [from_s, to_s[, by start."""
        rows = await self._rows(
            f"{BOOKINGS} WHERE {TOUCHING} ORDER BY b.starts_at_s, b.booking_id", to_s, from_s
        )
        return [booking_of(row) for row in rows]

    async def of_vehicle(self, vehicle_id: int, from_s: int) -> list[Booking]:
        """Return a car's active bookings that end after `from_s`, by start."""
        rows = await self._rows(
            f"{BOOKINGS} WHERE b.vehicle_id = ? AND b.state = 'active' AND b.ends_at_s > ?"
            " ORDER BY b.starts_at_s",
            vehicle_id,
            from_s,
        )
        return [booking_of(row) for row in rows]

    async def by_id(self, booking_ids: Iterable[int]) -> dict[int, Booking]:
        """Return those of these bookings that exist, whatever their state."""
        found: dict[int, Booking] = {}
        for booking_id in set(booking_ids):
            for row in await self._rows(f"{BOOKINGS} WHERE b.booking_id = ?", booking_id):
                found[booking_id] = booking_of(row)
        return found

    async def elsewhere(self, agent_id: int, vehicle_id: int, at_s: int) -> Booking | None:
        """Return the active booking of another car in which this agent drives about then."""
        rows = await self._rows(
            f"{BOOKINGS} WHERE {TOUCHING} AND b.vehicle_id <> ? AND (b.agent_id = ? OR EXISTS"
            " (SELECT 1 FROM companion c WHERE c.booking_id = b.booking_id AND c.agent_id = ?"
            " AND c.drives)) ORDER BY abs(b.starts_at_s - ?) LIMIT 1",
            *(at_s + BEFORE_S, at_s - AFTER_S, vehicle_id, agent_id, agent_id, at_s),
        )
        return booking_of(rows[0]) if rows else None

    async def create(self, request: BookingRequest, now_s: int) -> Booking:
        """Store a booking that fleet.bookings.problems has nothing against.

        Raises:
            Overlap: the car is taken in that time.
            EquipmentTaken: a piece is.
        """
        return await self._engine.write(insert_booking, request, now_s)

    async def create_all(self, requests: Iterable[BookingRequest], now_s: int) -> list[Booking]:
        """Store all of these bookings, or none.

        Raises:
            Overlap: the car is taken in some of the times; it names every booking in the way.
            EquipmentTaken: the car is not, a piece is; likewise.
        """
        return await self._engine.write(_insert_all, tuple(requests), now_s)

    async def cancel(self, booking_id: int, agent_id: int) -> Booking | None:
        """Cancel an agent's booking; once or twice is the same. None: it is not theirs."""
        return await self._engine.write(_cancel, booking_id, agent_id)

    async def move(self, booking_id: int, vehicle_id: int) -> Booking:
        """Give an active booking another car for the same hours; the same car changes nothing.

        Raises:
            Overlap: the car is taken in that time.
            EquipmentTaken: a piece is.
        """
        return await self._engine.write(_change, booking_id, "vehicle_id", vehicle_id)

    async def extend(self, booking_id: int, ends_at_s: int) -> Booking:
        """Let an active booking end at another time.

        Raises:
            Overlap: the car is taken in that time.
            EquipmentTaken: a piece is.
        """
        return await self._engine.write(_change, booking_id, "ends_at_s", ends_at_s)


def booking_of(row: sqlite3.Row) -> Booking:
    """Read a row of BOOKINGS."""
    equipment = tuple(json.loads(row["equipment"]))
    return Booking(**{**row, "equipment": equipment, "private": bool(row["private"])})


def insert_booking(db: sqlite3.Connection, request: BookingRequest, now_s: int) -> Booking:
    """Insert an active booking for the agent's directorate of today.

    Raises:
        Overlap, EquipmentTaken: the car or a piece is taken.
    """
    window = (request.vehicle_id, request.starts_at_s, request.ends_at_s)
    with _conflicts_told(db, *window):
        booking_id = db.execute(
            "INSERT INTO booking (vehicle_id, agent_id, directorate_id, starts_at_s, ends_at_s,"
            " purpose, private, state, created_at_s)"
            " SELECT ?, agent_id, directorate_id, ?, ?, ?, ?, 'active', ? FROM agent"
            " WHERE agent_id = ?",
            (*window, request.purpose, int(request.private), now_s, request.agent_id),
        ).lastrowid
    assert booking_id is not None
    tell(db, request.vehicle_id)
    give_equipment(db, booking_id, request.equipment)
    return _read(db, booking_id)


def give_equipment(db: sqlite3.Connection, booking_id: int, codes: Iterable[str]) -> None:
    """Let these pieces, which are of its car's site, be all that a booking has.

    Raises:
        EquipmentTaken: one of them is with another booking then.
    """
    booking = _read(db, booking_id)
    db.execute("DELETE FROM booking_equipment WHERE booking_id = ?", (booking_id,))
    with _conflicts_told(
        db, booking.vehicle_id, booking.starts_at_s, booking.ends_at_s, booking_id, codes
    ):
        db.executemany(
            "INSERT INTO booking_equipment SELECT ?, equipment_id FROM equipment WHERE code = ?",
            [(booking_id, code) for code in codes],
        )


def _insert_all(
    db: sqlite3.Connection, requests: tuple[BookingRequest, ...], now_s: int
) -> list[Booking]:
    made: list[Booking] = []
    overlapping: list[Booking] = []
    with_the_piece: list[Booking] = []
    for request in requests:
        try:
            made.append(insert_booking(db, request, now_s))
        except Overlap as overlap:
            overlapping += overlap.conflicts
        except EquipmentTaken as taken:
            with_the_piece += taken.conflicts
    # Either undoes those made.
    if overlapping:
        raise Overlap(tuple(overlapping))
    if with_the_piece:
        raise EquipmentTaken(tuple(with_the_piece))
    return made


@contextlib.contextmanager
def _conflicts_told(
    db: sqlite3.Connection,
    vehicle_id: int,
    starts_at_s: int,
    ends_at_s: int,
    own_id: int = 0,
    equipment: Iterable[str] = (),
) -> Iterator[None]:
    """Turn a guard's refusal into the other bookings of that time with the car, or a piece."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        if str(error) not in ("booking overlap", "equipment overlap"):
            raise
        others = [
            booking_of(row)
            for row in db.execute(
                f"{BOOKINGS} WHERE {TOUCHING} AND b.booking_id <> ? ORDER BY b.starts_at_s",
                (ends_at_s, starts_at_s, own_id),
            )
        ]
        if str(error) == "equipment overlap":
            wanted = set(equipment)
            raise EquipmentTaken(
                tuple(other for other in others if wanted & set(other.equipment))
            ) from None
        raise Overlap(tuple(other for other in others if other.vehicle_id == vehicle_id)) from None


def _change(
    db: sqlite3.Connection, booking_id: int, column: Literal["vehicle_id", "ends_at_s"], value: int
) -> Booking:
    before = _read(db, booking_id)
    vehicle_id = value if column == "vehicle_id" else before.vehicle_id
    ends_at_s = value if column == "ends_at_s" else before.ends_at_s
    with _conflicts_told(
        db, vehicle_id, before.starts_at_s, ends_at_s, booking_id, before.equipment
    ):
        db.execute(
            f"UPDATE booking SET {column} = ? WHERE booking_id = ? AND state = 'active'",
            (value, booking_id),
        )
    tell(db, *{before.vehicle_id, vehicle_id})
    return _read(db, booking_id)


def _read(db: sqlite3.Connection, booking_id: int) -> Booking:
    return booking_of(db.execute(f"{BOOKINGS} WHERE booking_id = ?", (booking_id,)).fetchone())


def _cancel(db: sqlite3.Connection, booking_id: int, agent_id: int) -> Booking | None:
    theirs = (booking_id, agent_id)
    db.execute(
        "UPDATE booking SET state = 'cancelled' WHERE booking_id = ? AND agent_id = ?", theirs
    )
    row = db.execute(f"{BOOKINGS} WHERE booking_id = ? AND b.agent_id = ?", theirs).fetchone()
    if row is None:
        return None
    tell(db, row["vehicle_id"])
    return booking_of(row)
