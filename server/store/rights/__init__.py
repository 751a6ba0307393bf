"""Rights to book in the database. Never here: what a right covers (fleet/people/rights.py)."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from server.fleet.model.bookings import Booking, Window
from server.fleet.people.rights import MayBook, Membership, Right
from server.fleet.refusals import Refused
from server.store.noun import Noun
from server.store.vehicles import VEHICLES, vehicle_of

_RIGHTS = """
SELECT r.right_id, r.agent_id, r.from_s, r.to_s, g.full_name AS given_by,
  w.full_name AS withdrawn_by
FROM booking_right r LEFT JOIN agent g ON g.agent_id = r.given_by_id
  LEFT JOIN agent w ON w.agent_id = r.withdrawn_by_id
"""


class Rights(Noun):
    """Who may book."""

    async def of_agent(self, agent_id: int) -> MayBook:
        """Return all that says what an agent may book; rights in the order of their starts."""
        return await self._engine.read(may_book, agent_id)

    async def sites(self) -> dict[int, str]:
        """Return site id -> name."""
        rows = await self._rows("SELECT site_id, name FROM site ORDER BY name, site_id")
        return {row["site_id"]: row["name"] for row in rows}

    async def groups(self) -> dict[int, str]:
        """Return group id -> name."""
        rows = await self._rows("SELECT group_id, name FROM car_group ORDER BY name")
        return {row["group_id"]: row["name"] for row in rows}

    async def give(
        self,
        agent_id: int,
        given_by_id: int | None,
        window: tuple[int, int | None],
        scope: Iterable[tuple[str, int]],
    ) -> int:
        """Give a right; returns its number.

        Args:
            agent_id: to whom.
            given_by_id: by whom; None: an operator.
            window: from when until just before when; None: until it is withdrawn.
            scope: what it is for alone: ("directorate", "site" or "group", id).
        """
        return await self._engine.write(give, agent_id, given_by_id, window, tuple(scope))

    async def withdraw(self, right_id: int, by_id: int | None, now_s: int) -> bool:
        """Let a right hold no more from now on, or never if it has not begun.

        Returns:
            False: it is over already, or there is none; nothing changed.
        """
        return await self._engine.write(_withdraw, right_id, by_id, now_s)


def may_book(db: sqlite3.Connection, agent_id: int) -> MayBook:
    """Read all that says what an agent may book."""
    agent = {"agent_id": agent_id}
    scope: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for right_id, kind, of_id in db.execute(
        "SELECT right_id, kind, of_id FROM booking_right_scope JOIN booking_right USING (right_id)"
        " WHERE agent_id = :agent_id",
        agent,
    ):
        scope[right_id][kind].add(of_id)
    rights = db.execute(f"{_RIGHTS} WHERE r.agent_id = :agent_id ORDER BY from_s, right_id", agent)
    memberships = db.execute(
        "SELECT directorate_id, from_s, to_s FROM membership WHERE agent_id = :agent_id"
        " ORDER BY from_s",
        agent,
    )
    groups_of: dict[int, frozenset[int]] = {}
    for vehicle_id, group_id in db.execute("SELECT vehicle_id, group_id FROM vehicle_group"):
        groups_of[vehicle_id] = groups_of.get(vehicle_id, frozenset()) | {group_id}
    restricted = db.execute("SELECT group_id FROM car_group WHERE restricted = 1")
    return MayBook(
        tuple(
            Right(
                **row,
                directorates=frozenset(scope[row["right_id"]]["directorate"]),
                sites=frozenset(scope[row["right_id"]]["site"]),
                groups=frozenset(scope[row["right_id"]]["group"]),
            )
            for row in rights.fetchall()
        ),
        tuple(Membership(*row) for row in memberships),
        groups_of,
        frozenset(group_id for (group_id,) in restricted),
    )


def judge_right(db: sqlite3.Connection, agent_id: int, vehicle_id: int, window: Window) -> None:
    """Raise Refused when an agent may not book this car for the whole of this window."""
    row = db.execute(f"{VEHICLES} WHERE v.vehicle_id = :id", {"id": vehicle_id}).fetchone()
    if row is None:
        return  # the rules have refused it, and the database does
    if against := may_book(db, agent_id).against(vehicle_of(row), window):
        raise Refused(*against)


def judge_change(db: sqlite3.Connection, before: Booking, after: Booking) -> None:
    """Raise Refused when a booking's agent may not have what it has after, and had not before."""
    if after.state != "active":
        return
    is_other = (after.vehicle_id, after.agent_id) != (before.vehicle_id, before.agent_id)
    if is_other:
        judge_right(db, after.agent_id, after.vehicle_id, after.window)
    elif after.ends_at_s > before.ends_at_s:
        more = Window(before.ends_at_s, after.ends_at_s)
        judge_right(db, after.agent_id, after.vehicle_id, more)


def give(
    db: sqlite3.Connection,
    agent_id: int,
    given_by_id: int | None,
    window: tuple[int, int | None],
    scope: tuple[tuple[str, int], ...] = (),
) -> int:
    """Give a right; as `Rights.give`."""
    (right_id,) = db.execute(
        "INSERT INTO booking_right (agent_id, given_by_id, from_s, to_s)"
        " VALUES (:agent_id, :given_by_id, :from_s, :to_s) RETURNING right_id",
        {
            "agent_id": agent_id,
            "given_by_id": given_by_id,
            "from_s": window[0],
            "to_s": window[1],
        },
    ).fetchone()
    db.executemany(
        "INSERT INTO booking_right_scope (right_id, kind, of_id) VALUES (:right_id, :kind, :of_id)",
        [{"right_id": right_id, "kind": kind, "of_id": of_id} for kind, of_id in scope],
    )
    return int(right_id)


def withdraw_all(db: sqlite3.Connection, agent_id: int, by_id: int | None, now_s: int) -> None:
    """Let no right of an agent hold any more from now on."""
    rights = db.execute(
        "SELECT right_id FROM booking_right WHERE agent_id = :id", {"id": agent_id}
    ).fetchall()
    for (right_id,) in rights:
        _withdraw(db, right_id, by_id, now_s)


def _withdraw(db: sqlite3.Connection, right_id: int, by_id: int | None, now_s: int) -> bool:
    withdrawn = db.execute(
        "UPDATE booking_right SET withdrawn_by_id = :by_id,"
        " to_s = CASE WHEN from_s > :now_s THEN from_s ELSE :now_s END"
        " WHERE right_id = :right_id AND (to_s IS NULL OR to_s > :now_s AND to_s > from_s)",
        {"right_id": right_id, "by_id": by_id, "now_s": now_s},
    )
    return withdrawn.rowcount == 1
