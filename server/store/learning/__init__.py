"""Cards that a car is asked to learn, in the database. Never here: who may ask (actions/).

The number of a card that was learned stands here under seal, and no longer than it takes to say
whose it is. A box is believed only what was asked of that very box, once.
"""

import sqlite3

from server.fleet.badges.learning import UNGIVEN_S, LearnOrder
from server.fleet.commands import VALID_S
from server.store.badges import NewBadge, put_in_service
from server.store.commands import queue
from server.store.noun import Noun
from server.store.vault import Vault

_ORDERS = """
SELECT l.command_id, l.vehicle_id, v.plate, c.state, c.created_at_s AS asked_at_s, c.expires_at_s,
  a.full_name AS asked_by, l.learned_at_s, l.badge_id, l.given_at_s, l.uid_sealed
FROM learn_order l JOIN command c USING (command_id) JOIN vehicle v USING (vehicle_id)
  LEFT JOIN agent a ON a.agent_id = c.agent_id
"""


class LearnOrders(Noun):
    """What cars are asked to learn."""

    async def ask(
        self, vehicle_id: int, box_id: int, by_agent_id: int | None, now_s: int
    ) -> LearnOrder:
        """Ask a car's box for the next unknown card."""
        number = await self._engine.write(_ask, vehicle_id, box_id, by_agent_id, now_s)
        found = await self.get(number, now_s)
        assert found is not None
        return found

    async def get(self, command_id: int, now_s: int) -> LearnOrder | None:
        """Return one; a card that nobody said whose it is for a day is as if never read."""
        rows = await self._rows(f"{_ORDERS} WHERE l.command_id = :id", id=command_id)
        return self._order(rows[0], now_s) if rows else None

    async def latest(self, limit: int, now_s: int) -> list[LearnOrder]:
        """Return the last ones, the newest first."""
        rows = await self._rows(f"{_ORDERS} ORDER BY l.command_id DESC LIMIT :limit", limit=limit)
        return [self._order(row, now_s) for row in rows]

    async def give(self, command_id: int, new: NewBadge, now_s: int) -> tuple[int, bool] | None:
        """Make the card that was read somebody's badge; `new` is without its UID.

        Returns:
            The badge, and whether it is a new one: False, and nothing changed, where it is
            somebody's already. None: no card waits there.
        """
        return await self._engine.write(_give, command_id, new, now_s)

    async def forget_old(self, now_s: int) -> None:
        """Let the numbers go that nobody has said whose they are."""
        if await self._rows(f"SELECT 1 FROM learn_order WHERE {_OLD} LIMIT 1", now_s=now_s):
            await self._engine.write(_forget_old, now_s)

    def _order(self, row: sqlite3.Row, now_s: int) -> LearnOrder:
        values = dict(row)
        sealed = values.pop("uid_sealed")
        waits = sealed is not None and values["learned_at_s"] > now_s - UNGIVEN_S
        ending = self._vault.open_sealed(sealed, "badge")[-2:].hex() if waits else ""
        return LearnOrder(**values, ending=ending)


_OLD = f"uid_sealed IS NOT NULL AND learned_at_s <= :now_s - {UNGIVEN_S}"


def note(
    db: sqlite3.Connection, vault: Vault, box_id: int, command_id: int, uid: bytes, now_s: int
) -> None:
    """Keep the number of a card that a box has read, if it was asked to and has not yet told."""
    _forget_old(db, now_s)
    values = {"command_id": command_id, "box_id": box_id}
    asked = db.execute(
        "SELECT 1 FROM learn_order JOIN command USING (command_id)"
        " WHERE command_id = :command_id AND box_id = :box_id AND learned_at_s IS NULL",
        values,
    ).fetchone()
    if asked is None:
        return
    index = vault.badge_index(uid)
    known = db.execute(
        "SELECT badge_id FROM badge WHERE uid_index = :uid_index", {"uid_index": index}
    ).fetchone()
    db.execute(
        "UPDATE learn_order SET learned_at_s = :now_s, badge_id = :badge_id,"
        " uid_index = :uid_index, uid_sealed = :uid_sealed WHERE command_id = :command_id",
        {
            "now_s": now_s,
            "badge_id": known and known["badge_id"],
            "uid_index": None if known else index,
            "uid_sealed": None if known else vault.seal(uid, "badge"),
            "command_id": command_id,
        },
    )


def _ask(
    db: sqlite3.Connection, vehicle_id: int, box_id: int, by_agent_id: int | None, now_s: int
) -> int:
    _forget_old(db, now_s)
    command = queue(db, box_id, "learn", now_s, now_s + VALID_S["learn"], by_agent_id)
    db.execute(
        "INSERT INTO learn_order (command_id, vehicle_id) VALUES (:command_id, :vehicle_id)",
        {"command_id": command.command_id, "vehicle_id": vehicle_id},
    )
    return command.command_id


def _give(
    db: sqlite3.Connection, command_id: int, new: NewBadge, now_s: int
) -> tuple[int, bool] | None:
    _forget_old(db, now_s)
    read = db.execute(
        "SELECT uid_index, uid_sealed FROM learn_order"
        " WHERE command_id = :id AND uid_sealed IS NOT NULL",
        {"id": command_id},
    ).fetchone()
    if read is None:
        return None
    badge_id, is_new = put_in_service(db, new, read["uid_index"], read["uid_sealed"], now_s)
    db.execute(
        "UPDATE learn_order SET badge_id = :badge_id, uid_index = NULL, uid_sealed = NULL,"
        " given_at_s = CASE WHEN :is_new THEN :now_s END WHERE command_id = :id",
        {"badge_id": badge_id, "is_new": is_new, "now_s": now_s, "id": command_id},
    )
    return badge_id, is_new


def _forget_old(db: sqlite3.Connection, now_s: int) -> None:
    db.execute(
        f"UPDATE learn_order SET uid_index = NULL, uid_sealed = NULL WHERE {_OLD}",
        {"now_s": now_s},
    )
