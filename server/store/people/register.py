"""People put on record, changed, moved, and leaving: each in one transaction.

Never here: what is allowed (fleet/people), sessions and passwords (store/accounts).
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace

from server.fleet.model.bookings import Booking, Window
from server.fleet.model.people import Agent
from server.fleet.names import is_called
from server.fleet.people.register import (
    Candidate,
    Listed,
    OnRecord,
    against_taking_over,
    changed_meanwhile,
)
from server.fleet.refusals import Reason, Refusal, Refused
from server.store.accounts import close_account
from server.store.agents import AGENTS
from server.store.bookings import BOOKINGS, TOUCHING, booking_of, judge_number
from server.store.news import tell
from server.store.noun import Noun, among
from server.store.people.memberships import move
from server.store.rights import judge_right, may_book
from server.store.roles import grants_of, is_last_administrator

_LISTED = f"""
SELECT found.*, a.licence_recorded,
  (SELECT count(*) FROM badge b WHERE b.agent_id = found.agent_id AND b.revocation_id IS NULL)
    AS badges,
  EXISTS (SELECT 1 FROM booking_right r WHERE r.agent_id = found.agent_id
    AND r.from_s <= :at_s AND (r.to_s IS NULL OR r.to_s > :at_s)) AS may_book
FROM ({AGENTS}) found JOIN agent a ON a.agent_id = found.agent_id
"""
_OF_LIST = ("licence_recorded", "badges", "may_book")


class Register(Noun):
    """The people of the services."""

    async def page(
        self, sought: str, limit: int, now_s: int, after_id: int | None = None
    ) -> list[Listed]:
        """Return people who are called so, all if nothing is sought, open accounts first, by name.

        `after_id` is the last of the page before.
        """
        return await self._engine.read(_page, sought, limit, now_s, after_id)

    async def get(self, agent_id: int, now_s: int) -> OnRecord | None:
        """Return what is on record of a person."""
        return await self._engine.read(_on_record, agent_id, now_s)

    async def add(
        self, login: str, full_name: str, directorate_id: int, has_licence: bool, now_s: int
    ) -> int:
        """Put somebody on record, who may neither book nor sign in yet; returns their number.

        Raises:
            Refused: ALREADY_THERE.
        """
        return await self._engine.write(_add, login, full_name, directorate_id, has_licence, now_s)

    async def edit(self, agent_id: int, seen: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Write down what is new; what its editor left as it was shown stays as it is.

        Args:
            agent_id: of whom.
            seen: `full_name`, and `licence` ("yes" or "no"), as the editor was shown them.
            new: the same, as they shall be.

        Raises:
            Refused: CHANGED_MEANWHILE for each that somebody else has changed.
        """
        await self._engine.write(_edit, agent_id, seen, new)

    async def move(
        self, agent_id: int, directorate_id: int, from_s: int, seen: tuple[int, ...] | None
    ) -> None:
        """Let somebody be of a directorate from then on, whatever was said of later.

        Raises:
            Refused: CHANGED_MEANWHILE: the stays on record do not start at `seen` any more, and
                do not say the same already.
        """
        await self._engine.write(_move_as_seen, agent_id, directorate_id, from_s, seen)

    async def leave(self, agent_id: int, takers: Mapping[int, int | None], now_s: int) -> list[int]:
        """Close an account, and let each of its bookings end, be cancelled or be another's.

        One that is driven now stays: it ends when the car is given back.

        Args:
            agent_id: of whom leaves.
            takers: booking id -> who takes it over; None: nobody, it is cancelled.
            now_s: the present.

        Returns:
            the cars whose bookings changed.

        Raises:
            Refused: LAST_ADMINISTRATOR; or each about the booking `str(id)`: NOT_HANDED_OVER (it
                is not in `takers`), or what keeps the other from it; nothing changed.
        """
        return await self._engine.write(_leave, agent_id, takers, now_s)


def _page(
    db: sqlite3.Connection, sought: str, limit: int, now_s: int, after_id: int | None
) -> list[Listed]:
    everyone = db.execute(
        "SELECT agent_id, full_name, closed_at_s IS NOT NULL AS has_left FROM agent"
        " ORDER BY has_left, full_name, agent_id"
    ).fetchall()
    ids = [row["agent_id"] for row in everyone if not sought or is_called(row["full_name"], sought)]
    start = ids.index(after_id) + 1 if after_id in ids else 0
    wanted = ids[start : start + limit]
    places, values = among(wanted)
    rows = db.execute(
        f"{_LISTED} WHERE found.agent_id IN {places}", {**values, "at_s": now_s}
    ).fetchall()
    listed = {row["agent_id"]: _listed(row) for row in rows}
    return [listed[agent_id] for agent_id in wanted]


def _listed(row: sqlite3.Row) -> Listed:
    words = dict(row)
    has_licence, badges, may = (words.pop(word) for word in _OF_LIST)
    return Listed(Agent(**words), bool(has_licence), badges, bool(may))


def _on_record(db: sqlite3.Connection, agent_id: int, now_s: int) -> OnRecord | None:
    row = db.execute(
        f"{_LISTED} WHERE found.agent_id = :agent_id", {"agent_id": agent_id, "at_s": now_s}
    ).fetchone()
    if row is None:
        return None
    listed, may = _listed(row), may_book(db, agent_id)
    agent = replace(listed.agent, roles=grants_of(db, [agent_id]).get(agent_id, ()))
    return OnRecord(agent, listed.has_licence, may.memberships, may)


def _add(
    db: sqlite3.Connection,
    login: str,
    full_name: str,
    directorate_id: int,
    has_licence: bool,
    now_s: int,
) -> int:
    words = {
        "login": login,
        "full_name": full_name,
        "directorate_id": directorate_id,
        "licence": int(has_licence),
    }
    if db.execute("SELECT 1 FROM agent WHERE login = :login", words).fetchone():
        raise Refused(Refusal("login", Reason.ALREADY_THERE))
    (agent_id,) = db.execute(
        "INSERT INTO agent (login, full_name, directorate_id, licence_recorded,"
        " password_by_file) VALUES (:login, :full_name, :directorate_id, :licence, 0)"
        " RETURNING agent_id",
        words,
    ).fetchone()
    move(db, agent_id, directorate_id, now_s)
    return int(agent_id)


def _edit(
    db: sqlite3.Connection, agent_id: int, seen: Mapping[str, str], new: Mapping[str, str]
) -> None:
    row = db.execute(
        "SELECT full_name, licence_recorded FROM agent WHERE agent_id = :id", {"id": agent_id}
    ).fetchone()
    now = {"full_name": row["full_name"], "licence": "yes" if row["licence_recorded"] else "no"}
    if against := changed_meanwhile(seen, now, new):
        raise Refused(*against)
    holds = {word: new[word] if new[word] != seen[word] else now[word] for word in now}
    db.execute(
        "UPDATE agent SET full_name = :full_name, licence_recorded = :licence WHERE agent_id = :id",
        {
            "full_name": holds["full_name"],
            "licence": int(holds["licence"] == "yes"),
            "id": agent_id,
        },
    )
    if holds["licence"] != now["licence"]:
        tell(db)


def _move_as_seen(
    db: sqlite3.Connection,
    agent_id: int,
    directorate_id: int,
    from_s: int,
    seen: tuple[int, ...] | None,
) -> None:
    stays = may_book(db, agent_id).memberships
    last = stays[-1]
    if (last.directorate_id, last.from_s) == (directorate_id, from_s):
        return
    if seen is not None and seen != tuple(stay.from_s for stay in stays):
        (code,) = db.execute(
            "SELECT code FROM directorate WHERE directorate_id = :id", {"id": last.directorate_id}
        ).fetchone()
        raise Refused(Refusal("directorate_id", Reason.CHANGED_MEANWHILE, {"now": code}))
    move(db, agent_id, directorate_id, from_s)


def _leave(
    db: sqlite3.Connection, agent_id: int, takers: Mapping[int, int | None], now_s: int
) -> list[int]:
    if is_last_administrator(db, agent_id, now_s):
        (name,) = db.execute(
            "SELECT full_name FROM agent WHERE agent_id = :id", {"id": agent_id}
        ).fetchone()
        raise Refused(Refusal("", Reason.LAST_ADMINISTRATOR, {"name": name}))
    close_account(db, agent_id, now_s)
    against: list[Refusal] = []
    touched = set()
    for booking in _bookings_to_come(db, agent_id, now_s):
        is_driven, is_under_way = db.execute(
            "SELECT count(*), coalesce(sum(state <> 'ended'), 0) FROM trip WHERE booking_id = :id",
            {"id": booking.booking_id},
        ).fetchone()
        if is_under_way:
            continue
        try:
            if is_driven:
                _end(db, booking, now_s)
            elif booking.booking_id not in takers:
                raise Refused(Refusal(str(booking.booking_id), Reason.NOT_HANDED_OVER))
            else:
                _hand_over(db, booking, takers[booking.booking_id], now_s)
        except Refused as refused:
            against += refused.refusals
        touched.add(booking.vehicle_id)
    if against:
        raise Refused(*against)
    if touched:
        tell(db, *touched)
    return sorted(touched)


def _bookings_to_come(db: sqlite3.Connection, agent_id: int, now_s: int) -> list[Booking]:
    rows = db.execute(
        f"{BOOKINGS} WHERE b.agent_id = :agent_id AND b.state = 'active' AND b.ends_at_s > :now_s"
        " ORDER BY b.starts_at_s, b.booking_id",
        {"agent_id": agent_id, "now_s": now_s},
    )
    return [booking_of(row) for row in rows.fetchall()]


def _end(db: sqlite3.Connection, booking: Booking, now_s: int) -> None:
    ends = {"id": booking.booking_id, "ends_at_s": max(now_s, booking.starts_at_s + 1)}
    db.execute("UPDATE booking SET ends_at_s = :ends_at_s WHERE booking_id = :id", ends)


def _hand_over(db: sqlite3.Connection, booking: Booking, taker_id: int | None, now_s: int) -> None:
    """Let somebody have a booking that another made, or cancel it."""
    of_booking = {"id": booking.booking_id, "taker_id": taker_id}
    if taker_id is None:
        db.execute("UPDATE booking SET state = 'cancelled' WHERE booking_id = :id", of_booking)
        return
    field = str(booking.booking_id)
    candidate = _candidate(db, booking, taker_id, now_s)
    if candidate is None:
        raise Refused(Refusal(field, Reason.NO_SUCH_ACCOUNT))
    if against := against_taking_over(candidate, field):
        raise Refused(*against)
    db.execute("DELETE FROM companion WHERE booking_id = :id AND agent_id = :taker_id", of_booking)
    db.execute(
        "UPDATE booking SET agent_id = :taker_id, directorate_id = coalesce("
        "(SELECT m.directorate_id FROM membership m WHERE m.agent_id = :taker_id"
        " AND m.from_s <= starts_at_s AND (m.to_s IS NULL OR m.to_s > starts_at_s)),"
        " (SELECT directorate_id FROM agent WHERE agent_id = :taker_id)) WHERE booking_id = :id",
        of_booking,
    )
    try:
        rest = Window(max(booking.starts_at_s, now_s), booking.ends_at_s)
        judge_right(db, taker_id, booking.vehicle_id, rest)
        judge_number(db, replace(booking, agent_id=taker_id), now_s)
    except Refused as refused:
        raise Refused(*(replace(each, field=field) for each in refused.refusals)) from None


def _candidate(
    db: sqlite3.Connection, booking: Booking, taker_id: int, now_s: int
) -> Candidate | None:
    row = db.execute(
        f"{_LISTED} WHERE found.agent_id = :id", {"id": taker_id, "at_s": now_s}
    ).fetchone()
    if row is None:
        return None
    listed = _listed(row)
    same_time = db.execute(
        f"{BOOKINGS} WHERE {TOUCHING} AND b.agent_id = :id",
        {"id": taker_id, "from_s": booking.starts_at_s, "to_s": booking.ends_at_s},
    )
    others = tuple(booking_of(each) for each in same_time.fetchall())
    return Candidate(listed.agent, listed.has_licence, others)
