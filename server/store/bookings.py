"""Bookings in the database; a trigger of the schema refuses an overlap.

Never here: what may be booked (fleet/bookings.py).
"""

import contextlib
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict
from typing import NamedTuple

from server.fleet.bookings import Journey, Limits, Wanted, against_number
from server.fleet.grants import AFTER_S, BEFORE_S
from server.fleet.model.bookings import Booking, Window
from server.fleet.pool import Decision
from server.fleet.refusals import Reason, Refusal, Refused
from server.store.news import tell
from server.store.noun import Noun, among
from server.store.rights import judge_change, judge_right
from server.store.sqlite import listed, read_list

_EQUIPMENT = """
SELECT code AS value FROM booking_equipment be JOIN equipment USING (equipment_id)
WHERE be.booking_id = b.booking_id ORDER BY code
"""
BOOKINGS = f"""
SELECT b.booking_id, b.vehicle_id, v.plate, v.label AS vehicle_label, b.agent_id,
  a.full_name AS agent_name, b.directorate_id, d.code AS directorate_code,
  b.starts_at_s, b.ends_at_s, b.purpose, b.state, b.private,
  b.planned_km,
  {listed(_EQUIPMENT)} AS equipment
FROM booking b JOIN vehicle v USING (vehicle_id) JOIN agent a USING (agent_id)
  JOIN directorate d ON d.directorate_id = b.directorate_id
"""
TOUCHING = "b.state = 'active' AND b.starts_at_s < :to_s AND b.ends_at_s > :from_s"

# An agent's bookings that are not over, and those that are but still driven.
_COMING = """
SELECT booking_id FROM booking
WHERE agent_id = :agent_id AND state = 'active' AND ends_at_s > :now_s
UNION SELECT o.booking_id FROM trip t JOIN booking o ON o.booking_id = t.booking_id
WHERE t.state <> 'ended' AND o.agent_id = :agent_id AND o.state = 'active'
"""
_ALL = 1 << 31
# Of one's own: a number of somebody else's tells nothing of when it is.
_OF_BOOKING = (
    "(SELECT starts_at_s, booking_id FROM booking"
    " WHERE booking_id = :booking_id AND agent_id = :agent_id)"
)
_LATER = f"(b.starts_at_s, b.booking_id) > {_OF_BOOKING}"
_EARLIER = f"(b.starts_at_s, b.booking_id) < {_OF_BOOKING}"


# What a guard of the schema says -> what we say.
_GUARDS = {
    "booking overlap": Reason.OVERLAP,
    "equipment overlap": Reason.EQUIPMENT_TAKEN,
    "equipment elsewhere": Reason.EQUIPMENT_ELSEWHERE,
}


class _Undone(Exception):  # noqa: N818 - all is well
    """What was tried could be done, and is undone."""


class DecidedFor(NamedTuple):
    """Why somebody changes another's booking; `by_id` None: an operator."""

    reason: str
    by_id: int | None
    now_s: int


class Taken(NamedTuple):
    """Hours in which a car is booked."""

    vehicle_id: int
    starts_at_s: int
    ends_at_s: int


class Bookings(Noun):
    """Who has which car when."""

    async def limits(self) -> Limits:
        """Return what the operator has set, or the defaults."""
        return await self._engine.read(limits_of)

    async def set_limits(self, limits: Limits) -> None:
        """Let these hold, for every process that works on this database."""
        await self._engine.write(_set_limits, limits)

    async def of_agent(
        self, agent_id: int, from_s: int, limit: int = _ALL, after_id: int | None = None
    ) -> list[Booking]:
        """Return an agent's bookings that end after `from_s`, cancelled ones too, by start.

        `after_id` is the last booking of the page before.
        """
        after = "" if after_id is None else f"AND {_LATER}"
        return await self._page(
            f"b.agent_id = :agent_id AND b.ends_at_s > :from_s {after}"
            " ORDER BY b.starts_at_s, b.booking_id",
            {"agent_id": agent_id, "from_s": from_s, "limit": limit, "booking_id": after_id},
        )

    async def coming(
        self, agent_id: int, now_s: int, limit: int, after_id: int | None = None
    ) -> list[Booking]:
        """Return an agent's active bookings that are not over, or still driven, by start.

        `after_id` is the last booking of the page before.
        """
        after = "" if after_id is None else f"AND {_LATER}"
        return await self._page(
            f"b.booking_id IN ({_COMING}) {after} ORDER BY b.starts_at_s, b.booking_id",
            {"agent_id": agent_id, "now_s": now_s, "limit": limit, "booking_id": after_id},
        )

    async def over(
        self, agent_id: int, now_s: int, limit: int, before_id: int | None = None
    ) -> list[Booking]:
        """Return an agent's other bookings, over or cancelled, last start first; as `coming`."""
        before = "" if before_id is None else f"AND {_EARLIER}"
        return await self._page(
            f"b.agent_id = :agent_id AND b.booking_id NOT IN ({_COMING}) {before}"
            " ORDER BY b.starts_at_s DESC, b.booking_id DESC",
            {"agent_id": agent_id, "now_s": now_s, "limit": limit, "booking_id": before_id},
        )

    async def _page(self, where: str, values: dict[str, int | None]) -> list[Booking]:
        rows = await self._rows(f"{BOOKINGS} WHERE {where} LIMIT :limit", **values)
        return [booking_of(row) for row in rows]

    async def between(self, from_s: int, to_s: int) -> list[Booking]:
        """Return the active bookings of all cars that touch [from_s, to_s[, by start."""
        rows = await self._rows(
            f"{BOOKINGS} WHERE {TOUCHING} ORDER BY b.starts_at_s, b.booking_id",
            from_s=from_s,
            to_s=to_s,
        )
        return [booking_of(row) for row in rows]

    async def taken(self, windows: Iterable[Window]) -> list[Taken]:
        """Return which cars are booked when, of the active bookings that touch these windows."""
        values = [{"from_s": window.from_s, "to_s": window.to_s} for window in windows]
        return await self._engine.read(_taken, values)

    async def of_vehicle(self, vehicle_id: int, from_s: int) -> list[Booking]:
        """Return a car's active bookings that end after `from_s`, by start."""
        rows = await self._rows(
            f"{BOOKINGS} WHERE b.vehicle_id = :vehicle_id AND b.state = 'active'"
            " AND b.ends_at_s > :from_s ORDER BY b.starts_at_s",
            vehicle_id=vehicle_id,
            from_s=from_s,
        )
        return [booking_of(row) for row in rows]

    async def by_id(self, booking_ids: Iterable[int]) -> dict[int, Booking]:
        """Return those of these bookings that exist, whatever their state."""
        found: dict[int, Booking] = {}
        for booking_id in set(booking_ids):
            for row in await self._rows(f"{BOOKINGS} WHERE b.booking_id = :id", id=booking_id):
                found[booking_id] = booking_of(row)
        return found

    async def elsewhere(self, agent_id: int, vehicle_id: int, at_s: int) -> Booking | None:
        """Return the active booking of another car in which this agent drives about then."""
        rows = await self._rows(
            f"{BOOKINGS} WHERE {TOUCHING} AND b.vehicle_id <> :vehicle_id"
            " AND (b.agent_id = :agent_id OR EXISTS (SELECT 1 FROM companion c"
            " WHERE c.booking_id = b.booking_id AND c.agent_id = :agent_id AND c.drives = 1))"
            " ORDER BY abs(b.starts_at_s - :at_s) LIMIT 1",
            to_s=at_s + BEFORE_S,
            from_s=at_s - AFTER_S,
            vehicle_id=vehicle_id,
            agent_id=agent_id,
            at_s=at_s,
        )
        return booking_of(rows[0]) if rows else None

    async def create(self, wanted: Wanted, agent_id: int, now_s: int) -> Booking:
        """Store a booking of an agent that the rules have nothing against.

        Raises:
            Refused: the agent has no right to it (NO_RIGHT, RIGHT_ELSEWHERE), the car is taken in
                that time (OVERLAP), or a piece is (EQUIPMENT_TAKEN).
        """
        return await self._engine.write(insert_booking, wanted, agent_id, now_s)

    async def create_all(
        self, wanted: Iterable[Wanted], agent_id: int, now_s: int
    ) -> list[Booking]:
        """Store all of these bookings, or none.

        Raises:
            Refused: as `create`; it names every booking in the way.
        """
        return await self._engine.write(_insert_all, tuple(wanted), agent_id, now_s)

    async def against_all(
        self, wanted: Iterable[Wanted], agent_id: int, now_s: int
    ) -> tuple[Refusal, ...]:
        """Return what `create_all` would refuse these bookings for; none is stored."""
        try:
            await self._engine.write(_insert_none, tuple(wanted), agent_id, now_s)
        except Refused as refused:
            return refused.refusals
        except _Undone:
            pass
        return ()

    async def change(
        self,
        booking_id: int,
        decide: Callable[[Booking], Booking],
        decision: DecidedFor | None = None,
    ) -> Booking | None:
        """Let `decide` say what becomes of a booking, as it stands when nobody else can change it.

        Args:
            booking_id: whose car, end and state may change.
            decide: returns the booking as it shall be; what it raises leaves all as it was.
            decision: kept for its agent to read, where somebody else changes it.

        Returns:
            The booking as it is now; None when there is none.

        Raises:
            Refused: by `decide`, or as `create`.
        """
        return await self._engine.write(_change, booking_id, decide, decision)

    async def decisions(self, booking_ids: Iterable[int]) -> dict[int, Decision]:
        """Return booking id -> what somebody else did last to that of these bookings."""
        places, ids = among(booking_ids)
        rows = await self._rows(
            "SELECT e.booking_id, v.plate AS from_plate, e.reason, a.full_name AS by,"
            " e.decided_at_s FROM booking_decision e"
            " JOIN vehicle v ON v.vehicle_id = e.from_vehicle_id"
            f" LEFT JOIN agent a ON a.agent_id = e.decided_by_id WHERE e.booking_id IN {places}",
            **ids,
        )
        return {row["booking_id"]: Decision(**row) for row in rows}


def _taken(db: sqlite3.Connection, windows: list[dict[str, int]]) -> list[Taken]:
    cursor = db.cursor()
    cursor.row_factory = None
    return [
        Taken(*row)
        for window in windows
        for row in cursor.execute(
            "SELECT vehicle_id, starts_at_s, ends_at_s FROM booking"
            " WHERE state = 'active' AND ends_at_s > :from_s AND starts_at_s < :to_s",
            window,
        )
    ]


def booking_of(row: sqlite3.Row) -> Booking:
    """Read a row of BOOKINGS."""
    equipment = read_list(row["equipment"])
    return Booking(**{**row, "equipment": equipment, "private": bool(row["private"])})


def insert_booking(db: sqlite3.Connection, wanted: Wanted, agent_id: int, now_s: int) -> Booking:
    """Insert an active booking for the agent's directorate of its start.

    Raises:
        Refused: the agent has no right to it (NO_RIGHT, RIGHT_ELSEWHERE), or as `create`.
    """
    judge_right(db, agent_id, wanted.vehicle_id, wanted.window)
    columns = (*Journey.model_fields, "vehicle_id", "starts_at_s", "ends_at_s")
    values = wanted.model_dump(include=set(columns))
    with _conflicts_told(db, wanted.vehicle_id, wanted.window):
        row = db.execute(
            "INSERT INTO booking (agent_id, directorate_id, state, created_at_s,"
            f" {', '.join(columns)})"
            " SELECT agent_id, coalesce((SELECT m.directorate_id FROM membership m"
            " WHERE m.agent_id = agent.agent_id AND m.from_s <= :starts_at_s"
            " AND (m.to_s IS NULL OR m.to_s > :starts_at_s)), directorate_id), 'active', :now_s,"
            f" {', '.join(f':{column}' for column in columns)}"
            " FROM agent WHERE agent_id = :agent_id RETURNING booking_id",
            values | {"private": int(wanted.private), "agent_id": agent_id, "now_s": now_s},
        ).fetchone()
    judge_number(db, _read(db, row["booking_id"]), now_s)
    tell(db, wanted.vehicle_id)
    give_equipment(db, row["booking_id"], wanted.equipment)
    return _read(db, row["booking_id"])


def limits_of(db: sqlite3.Connection) -> Limits:
    """Read what the operator has set, or the defaults."""
    row = db.execute("SELECT shortest_s, coming, coming_of_car FROM booking_limits").fetchone()
    return Limits(*row) if row else Limits()


def _set_limits(db: sqlite3.Connection, limits: Limits) -> None:
    if limits == limits_of(db):
        return
    db.execute("DELETE FROM booking_limits")
    db.execute(
        "INSERT INTO booking_limits (only_row, shortest_s, coming, coming_of_car)"
        " VALUES (1, :shortest_s, :coming, :coming_of_car)",
        asdict(limits),
    )


def give_equipment(db: sqlite3.Connection, booking_id: int, codes: Collection[str]) -> None:
    """Let these pieces, which are of its car's site, be all that a booking has.

    Those that it has already are not judged again: its car may have changed site since.

    Raises:
        Refused: one of them is with another booking then (EQUIPMENT_TAKEN).
    """
    booking = _read(db, booking_id)
    if set(codes) == set(booking.equipment):
        return
    db.execute("DELETE FROM booking_equipment WHERE booking_id = :id", {"id": booking_id})
    with _conflicts_told(db, booking.vehicle_id, booking.window, booking_id, codes):
        db.executemany(
            "INSERT INTO booking_equipment (booking_id, equipment_id)"
            " SELECT :id, equipment_id FROM equipment WHERE code = :code",
            [{"id": booking_id, "code": code} for code in codes],
        )


def judge_number(db: sqlite3.Connection, booking: Booking, now_s: int) -> None:
    """Raise Refused when with this one, which is stored, its agent has too many to come."""
    if booking.ends_at_s <= now_s:
        return
    in_all, of_car = db.execute(
        "SELECT count(*), coalesce(sum(vehicle_id = :vehicle_id), 0) FROM booking"
        " WHERE agent_id = :agent_id AND ends_at_s > :now_s AND state = 'active'",
        {"agent_id": booking.agent_id, "vehicle_id": booking.vehicle_id, "now_s": now_s},
    ).fetchone()
    if against := against_number(in_all, of_car, limits_of(db)):
        raise Refused(*against)


def _insert_all(
    db: sqlite3.Connection, requests: tuple[Wanted, ...], agent_id: int, now_s: int
) -> list[Booking]:
    made: list[Booking] = []
    in_the_way: dict[Reason, list[Booking]] = {}
    for wanted in requests:
        try:
            made.append(insert_booking(db, wanted, agent_id, now_s))
        except Refused as refused:
            if refused.first.reason not in (Reason.OVERLAP, Reason.EQUIPMENT_TAKEN):
                raise
            in_the_way.setdefault(refused.first.reason, []).extend(refused.first.conflicts)
    if in_the_way:  # what was made is undone
        reasons = (Reason.OVERLAP, Reason.EQUIPMENT_TAKEN)
        told = [reason for reason in reasons if reason in in_the_way]
        raise Refused(*(_in_the_way(reason, in_the_way[reason]) for reason in told))
    return made


def _insert_none(
    db: sqlite3.Connection, requests: tuple[Wanted, ...], agent_id: int, now_s: int
) -> None:
    _insert_all(db, requests, agent_id, now_s)
    raise _Undone


@contextlib.contextmanager
def _conflicts_told(
    db: sqlite3.Connection,
    vehicle_id: int,
    window: Window,
    own_id: int = 0,
    equipment: Iterable[str] = (),
) -> Iterator[None]:
    """Turn a guard's refusal into the other bookings of that time with the car, or a piece."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        reason = _GUARDS.get(str(error))
        if reason is None:
            raise
        # The writer's thread, which the boxes wait for: no more is read than is told.
        concerned = (
            "b.vehicle_id = :vehicle_id"
            if reason is Reason.OVERLAP
            else "b.booking_id IN (SELECT booking_id FROM booking_equipment)"
        )
        rows = db.execute(
            f"{BOOKINGS} WHERE {TOUCHING} AND {concerned} AND b.booking_id <> :own_id"
            " ORDER BY b.starts_at_s",
            {
                "from_s": window.from_s,
                "to_s": window.to_s,
                "own_id": own_id,
                "vehicle_id": vehicle_id,
            },
        )
        wanted, others = set(equipment), [booking_of(row) for row in rows]
        if reason is not Reason.OVERLAP:
            others = [other for other in others if wanted & set(other.equipment)]
        raise Refused(_in_the_way(reason, others)) from None


def _in_the_way(reason: Reason, conflicts: list[Booking]) -> Refusal:
    field = "vehicle_id" if reason is Reason.OVERLAP else "equipment"
    return Refusal(field, reason, conflicts=tuple(conflicts))


def _change(
    db: sqlite3.Connection,
    booking_id: int,
    decide: Callable[[Booking], Booking],
    decision: DecidedFor | None,
) -> Booking | None:
    before = _find(db, booking_id)
    if before is None:
        return None
    after = decide(before)
    if after != before:
        judge_change(db, before, after)
        with _conflicts_told(db, after.vehicle_id, after.window, booking_id, after.equipment):
            db.execute(
                "UPDATE booking SET vehicle_id = :vehicle_id, ends_at_s = :ends_at_s,"
                " state = :state WHERE booking_id = :booking_id",
                {
                    "vehicle_id": after.vehicle_id,
                    "ends_at_s": after.ends_at_s,
                    "state": after.state,
                    "booking_id": booking_id,
                },
            )
        tell(db, *{before.vehicle_id, after.vehicle_id})
        if decision is not None:
            db.execute(
                "INSERT INTO booking_decision"
                " (booking_id, from_vehicle_id, reason, decided_by_id, decided_at_s)"
                " VALUES (:booking_id, :from_id, :reason, :by_id, :now_s)"
                " ON CONFLICT (booking_id) DO UPDATE SET from_vehicle_id = :from_id,"
                " reason = :reason, decided_by_id = :by_id, decided_at_s = :now_s",
                {"booking_id": booking_id, "from_id": before.vehicle_id, **decision._asdict()},
            )
    return _read(db, booking_id)


def _find(db: sqlite3.Connection, booking_id: int) -> Booking | None:
    row = db.execute(f"{BOOKINGS} WHERE booking_id = :id", {"id": booking_id}).fetchone()
    return booking_of(row) if row else None


def _read(db: sqlite3.Connection, booking_id: int) -> Booking:
    booking = _find(db, booking_id)
    assert booking is not None, "it has just been stored"
    return booking
