"""Who has which role in the database, since when and by whom; rows stay when a role is withdrawn.

Never here: what a role allows, and who may give it (fleet/roles).
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping

from server.fleet.grants import NEVER_S
from server.fleet.model.people import RoleHeld
from server.fleet.roles import Role, RoleGrant, Scope, is_lasting_administrator
from server.store.news import tell
from server.store.noun import Noun, among

_GRANTS = """
SELECT role_grant_id, agent_id, role, from_s, to_s FROM role_grant g
WHERE withdrawn_at_s IS NULL
"""
_HELD = """
SELECT g.role_grant_id, g.agent_id, a.full_name AS agent_name, a.directorate_id,
  d.code AS directorate_code, a.closed_at_s, b.full_name AS given_by, g.reason
FROM role_grant g JOIN agent a ON a.agent_id = g.agent_id
  JOIN directorate d ON d.directorate_id = a.directorate_id
  LEFT JOIN agent b ON b.agent_id = g.given_by_id
WHERE g.withdrawn_at_s IS NULL AND (g.to_s IS NULL OR g.to_s > :now_s)
"""
_SCOPE_KINDS = {"directorate": "directorates", "site": "sites", "vehicle": "cars"}


class Roles(Noun):
    """Roles given, until they end or are withdrawn."""

    async def log(self, now_s: int) -> list[RoleHeld]:
        """Return the roles that hold or are to come, by name of who has them."""
        return await self._engine.read(_log, now_s)

    async def get(self, role_grant_id: int, now_s: int) -> RoleHeld | None:
        """Return a role that holds or is to come."""
        held = await self._engine.read(_log, now_s, role_grant_id)
        return held[0] if held else None

    async def give(
        self, agent_id: int, grant: RoleGrant, given_by_id: int | None, reason: str
    ) -> int:
        """Give somebody a role, and return its number; the very same again is the same.

        Args:
            agent_id: to whom.
            grant: the role, where and when; its number is not looked at.
            given_by_id: by whom; None: an operator.
            reason: why, or for which job.
        """
        return await self._engine.write(give_role, agent_id, grant, given_by_id, reason)

    async def givers(self, agent_id: int) -> dict[int, int | None]:
        """Return by whom each role of somebody was given; None: by an operator or a fleet file."""
        rows = await self._rows(
            "SELECT role_grant_id, given_by_id FROM role_grant WHERE agent_id = :agent_id",
            agent_id=agent_id,
        )
        return {row["role_grant_id"]: row["given_by_id"] for row in rows}

    async def withdraw(self, role_grant_id: int, by_id: int | None, now_s: int) -> bool:
        """Take a role back; again is the same.

        Returns:
            False: nobody could name another administrator then, so it stays.
        """
        return await self._engine.write(_withdraw, role_grant_id, by_id, now_s)


def grants_of(
    db: sqlite3.Connection, agent_ids: Iterable[int] | None = None
) -> dict[int, tuple[RoleGrant, ...]]:
    """Read agent id -> roles given and not withdrawn, past and to come too; None: of everybody."""
    places, ids = among(agent_ids or ())
    which = "TRUE" if agent_ids is None else f"g.agent_id IN {places}"
    rows = db.execute(f"{_GRANTS} AND {which} ORDER BY role_grant_id", ids).fetchall()
    scopes = _scopes(db, [row["role_grant_id"] for row in rows])
    found: dict[int, list[RoleGrant]] = defaultdict(list)
    for row in rows:
        number = row["role_grant_id"]
        found[row["agent_id"]].append(
            RoleGrant(
                number,
                Role(row["role"]),
                scopes.get(number, Scope()),
                row["from_s"],
                row["to_s"],
            )
        )
    return {agent_id: tuple(grants) for agent_id, grants in found.items()}


def give_role(
    db: sqlite3.Connection,
    agent_id: int,
    grant: RoleGrant,
    given_by_id: int | None,
    reason: str,
    by_file: int = 0,
) -> int:
    """Give somebody a role in this transaction; as `Roles.give`.

    A code that somebody else handed over is void with it: who gave it would have what the role has.
    """
    for own in grants_of(db, [agent_id]).get(agent_id, ()):
        if (own.role, own.scope, own.to_s) == (grant.role, grant.scope, grant.to_s) and (
            own.from_s <= grant.from_s
        ):
            return own.role_grant_id
    tell(db)
    db.execute(
        "DELETE FROM reset_code WHERE agent_id = :agent_id AND used_at_s IS NULL"
        " AND given_by_id IS NOT NULL AND given_by_id IS NOT :given_by_id",
        {"agent_id": agent_id, "given_by_id": given_by_id},
    )
    (number,) = db.execute(
        "INSERT INTO role_grant (agent_id, role, given_by_id, from_s, to_s, reason, by_file)"
        " VALUES (:agent_id, :role, :given_by_id, :from_s, :to_s, :reason, :by_file)"
        " RETURNING role_grant_id",
        {
            "agent_id": agent_id,
            "role": grant.role.value,
            "given_by_id": given_by_id,
            "from_s": grant.from_s,
            "to_s": grant.to_s,
            "reason": reason,
            "by_file": by_file,
        },
    ).fetchone()
    db.executemany(
        "INSERT INTO role_scope (role_grant_id, kind, of_id) VALUES (:number, :kind, :of_id)",
        [
            {"number": number, "kind": kind, "of_id": of_id}
            for kind, name in _SCOPE_KINDS.items()
            for of_id in sorted(getattr(grant.scope, name))
        ],
    )
    return int(number)


def set_by_file(db: sqlite3.Connection, agent_id: int, role: Role, now_s: int, from_s: int) -> bool:
    """Let somebody have this role of the whole fleet from then, instead of what files gave before.

    Returns:
        False: nobody could name another administrator then; undo the transaction.
    """
    of_files = db.execute(
        "SELECT role_grant_id, role FROM role_grant"
        " WHERE agent_id = :agent_id AND by_file = 1 AND withdrawn_at_s IS NULL",
        {"agent_id": agent_id},
    ).fetchall()
    # Managers of before there were administrators became both.
    kept = {role, Role.ADMINISTRATOR} if role is Role.MANAGER else {role}
    gone = [row["role_grant_id"] for row in of_files if row["role"] not in kept]
    for number in gone:
        if not _withdraw(db, number, None, now_s):
            return False
    if role is not Role.AGENT:
        give_role(db, agent_id, RoleGrant(0, role, Scope(), from_s), None, "", by_file=1)
    return True


def is_last_administrator(db: sqlite3.Connection, agent_id: int, now_s: int) -> bool:
    """Say whether nobody but this person could always name others."""
    lasting = _lasting_administrators(db, now_s)
    return bool(lasting) and set(lasting.values()) == {agent_id}


def technicians(db: sqlite3.Connection, now_s: int) -> tuple[tuple[tuple[int, Scope], ...], int]:
    """Read who is a technician where now, by id of agent; and until when that stays so."""
    now: list[tuple[int, Scope]] = []
    instants = [NEVER_S]
    agents = db.execute(
        "SELECT DISTINCT agent_id FROM role_grant"
        " WHERE role = 'technician' AND withdrawn_at_s IS NULL"
        " AND (to_s IS NULL OR to_s > :now_s) ORDER BY agent_id",
        {"now_s": now_s},
    )
    for agent_id, grants in sorted(grants_of(db, [row[0] for row in agents]).items()):
        for grant in grants:
            if grant.role is Role.TECHNICIAN:
                instants += [grant.from_s, grant.to_s or NEVER_S]
                if grant.holds(now_s):
                    now.append((agent_id, grant.scope))
    return tuple(now), min(instant for instant in instants if instant > now_s)


def _log(db: sqlite3.Connection, now_s: int, role_grant_id: int | None = None) -> list[RoleHeld]:
    which = "TRUE" if role_grant_id is None else "g.role_grant_id = :role_grant_id"
    rows = db.execute(
        f"{_HELD} AND {which} ORDER BY a.full_name, g.role_grant_id",
        {"now_s": now_s, "role_grant_id": role_grant_id},
    ).fetchall()
    by_agent = grants_of(db, {row["agent_id"] for row in rows})
    grants = {grant.role_grant_id: grant for own in by_agent.values() for grant in own}
    return [
        RoleHeld(
            grants[row["role_grant_id"]],
            row["agent_id"],
            row["agent_name"],
            row["directorate_id"],
            row["directorate_code"],
            row["closed_at_s"] is not None,
            row["given_by"],
            row["reason"],
        )
        for row in rows
    ]


def _withdraw(db: sqlite3.Connection, role_grant_id: int, by_id: int | None, now_s: int) -> bool:
    lasting = _lasting_administrators(db, now_s)
    if set(lasting) == {role_grant_id}:
        return False
    tell(db)
    db.execute(
        "UPDATE role_grant SET withdrawn_at_s = :now_s, withdrawn_by_id = :by_id"
        " WHERE role_grant_id = :number AND withdrawn_at_s IS NULL",
        {"number": role_grant_id, "by_id": by_id, "now_s": now_s},
    )
    return True


def _lasting_administrators(db: sqlite3.Connection, now_s: int) -> Mapping[int, int]:
    """Return number of the grant -> whose, of open accounts."""
    agents = db.execute(
        "SELECT DISTINCT agent_id FROM role_grant g JOIN agent USING (agent_id)"
        " WHERE role = 'administrator' AND withdrawn_at_s IS NULL AND closed_at_s IS NULL"
    )
    return {
        grant.role_grant_id: agent_id
        for agent_id, grants in grants_of(db, [row[0] for row in agents]).items()
        for grant in grants
        if is_lasting_administrator(grant, now_s)
    }


def _scopes(db: sqlite3.Connection, grant_ids: Iterable[int]) -> dict[int, Scope]:
    places, ids = among(grant_ids)
    rows = db.execute(
        f"SELECT role_grant_id, kind, of_id FROM role_scope WHERE role_grant_id IN {places}", ids
    )
    parts: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        parts[row["role_grant_id"]][_SCOPE_KINDS[row["kind"]]].add(row["of_id"])
    return {
        number: Scope(**{name: frozenset(ids) for name, ids in of_grant.items()})
        for number, of_grant in parts.items()
    }
