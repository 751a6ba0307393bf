"""Cars, their boxes and what is asked of them, in the database.

Never here: records and trips, or what a box should be told.
"""

import secrets
import sqlite3
from dataclasses import dataclass, field

from server.fleet.events import TripEnded
from server.fleet.model import Box, ClockSource, Command, CommandKind, RelayState, Vehicle
from server.fleet.trips import follow
from server.store import drafts
from server.store.base import Base

_VEHICLES = """
SELECT v.vehicle_id, v.plate, v.label, v.site_id, s.code AS site_code, s.name AS site_name,
  b.box_id
FROM vehicle v JOIN site s USING (site_id)
  LEFT JOIN box b ON b.vehicle_id = v.vehicle_id AND b.retired_at_s IS NULL
"""
_BOXES = """
SELECT b.box_id, b.wire_id, b.vehicle_id, v.plate, b.epoch, b.firmware_version, b.last_seen_s,
  b.relay, b.clock_source, b.grants_generation, b.grants_confirmed
FROM box b JOIN vehicle v USING (vehicle_id) WHERE b.retired_at_s IS NULL
"""


class BoxExistsError(Exception):
    """The car has a box already, and replacing it was not asked for."""


@dataclass(frozen=True, slots=True)
class BoxSecrets:
    """What a new box must know to be itself; leaves the server in its identity file only."""

    box_id: int
    wire_id: bytes
    generation: int
    epoch: int
    key: bytes = field(repr=False)
    badge_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BoxAccount:
    """What the gateway must know of a box that has proved who it is."""

    box_id: int
    wire_id: bytes
    vehicle_id: int
    badge_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SentGrants:
    """Which set of grants a box was last sent, and when."""

    grants_hash: bytes
    sent_at_s: int


@dataclass(frozen=True, slots=True)
class BoxStatus:
    """What a box says of itself when it connects and then every few minutes."""

    firmware_version: str
    relay: RelayState
    clock_source: ClockSource
    grants_generation: int


class Cars(Base):
    """The cars, the boxes in them, and commands to boxes."""

    async def vehicles(self) -> list[Vehicle]:
        """Return every car, by plate."""
        return [Vehicle(**row) for row in await self._rows(f"{_VEHICLES} ORDER BY v.plate")]

    async def boxes(self) -> list[Box]:
        """Return the boxes in service, by plate."""
        return [Box(**row) for row in await self._rows(f"{_BOXES} ORDER BY v.plate")]

    async def add_box(self, vehicle_id: int, replace: bool, now_s: int) -> BoxSecrets:
        """Make the identity and keys of a new box for this car, at once in force.

        Args:
            vehicle_id: the car.
            replace: retire the box the car has; its key is refused from then on, and a trip it
                had under way ends when it was last heard.
            now_s: the present.

        Raises:
            BoxExistsError: the car has a box and `replace` is False.
        """
        return await self._engine.write(self._add_box, vehicle_id, replace, now_s)

    async def begin_epoch(self, box_id: int) -> BoxSecrets:
        """Allot a wiped box its next epoch, in which its records count from 1 again."""
        return await self._engine.write(self._begin_epoch, box_id)

    def key_of_box(self, wire_id: bytes, generation: int) -> bytes | None:
        """Return the key of a box in service; call it in a reader's thread (see in_reader)."""
        row = (
            self._engine.reader()
            .execute(
                "SELECT key_sealed FROM box WHERE wire_id = ? AND generation = ?"
                " AND retired_at_s IS NULL",
                (wire_id, generation),
            )
            .fetchone()
        )
        return self._vault.open_sealed(row["key_sealed"], _key_of(wire_id)) if row else None

    async def find_box(self, wire_id: bytes) -> BoxAccount | None:
        """Return the box in service with this id on the wire."""
        rows = await self._rows(
            "SELECT box_id, wire_id, vehicle_id, badge_key_sealed FROM box"
            " WHERE wire_id = ? AND retired_at_s IS NULL",
            wire_id,
        )
        if not rows:
            return None
        badge_key = self._vault.open_sealed(rows[0]["badge_key_sealed"], _badge_key_of(wire_id))
        return BoxAccount(rows[0]["box_id"], wire_id, rows[0]["vehicle_id"], badge_key)

    async def note_status(self, box_id: int, status: BoxStatus, now_s: int) -> None:
        """Keep what a box said of itself."""
        await self._engine.write(_note_status, box_id, status, now_s)

    async def sent_grants(self, box_id: int) -> SentGrants | None:
        """Return which set of grants was last sent to a box."""
        rows = await self._rows(
            "SELECT grants_hash, grants_sent_at_s AS sent_at_s FROM box"
            " WHERE box_id = ? AND grants_hash IS NOT NULL",
            box_id,
        )
        return SentGrants(**rows[0]) if rows else None

    async def name_grants(self, box_id: int, grants_hash: bytes, now_s: int) -> int:
        """Return the generation of a set being sent: a new one when the set is another."""
        return await self._engine.write(_name_grants, box_id, grants_hash, now_s)

    async def queue_command(
        self, box_id: int, kind: CommandKind, now_s: int, expires_at_s: int
    ) -> Command:
        """Store a command for a box; its id is above every earlier one."""
        return await self._engine.write(_queue_command, box_id, kind, now_s, expires_at_s)

    async def commands_for(self, box_id: int, above_id: int, now_s: int) -> list[Command]:
        """Return a box's unanswered, unexpired commands above the last one it knows, in order."""
        rows = await self._rows(
            "SELECT * FROM command WHERE box_id = ? AND state = 'queued' AND command_id > ?"
            " AND expires_at_s > ? ORDER BY command_id",
            box_id,
            above_id,
            now_s,
        )
        return [Command(**row) for row in rows]

    def _add_box(
        self, db: sqlite3.Connection, vehicle_id: int, replace: bool, now_s: int
    ) -> BoxSecrets:
        in_service = "vehicle_id = ? AND retired_at_s IS NULL"
        if replace:
            for row in db.execute(
                f"UPDATE box SET retired_at_s = ? WHERE {in_service} RETURNING box_id, last_seen_s",
                (now_s, vehicle_id),
            ).fetchall():
                _end_trip(db, row["box_id"], vehicle_id, row["last_seen_s"])
        elif db.execute(f"SELECT 1 FROM box WHERE {in_service}", (vehicle_id,)).fetchone():
            raise BoxExistsError
        wire_id, key, badge_key = (secrets.token_bytes(n) for n in (8, 32, 32))
        box_id = db.execute(
            "INSERT INTO box (wire_id, vehicle_id, generation, key_sealed, badge_key_sealed)"
            " VALUES (?, ?, 1, ?, ?)",
            (
                wire_id,
                vehicle_id,
                self._vault.seal(key, _key_of(wire_id)),
                self._vault.seal(badge_key, _badge_key_of(wire_id)),
            ),
        ).lastrowid
        assert box_id is not None
        return self._secrets_of(db, box_id)

    def _begin_epoch(self, db: sqlite3.Connection, box_id: int) -> BoxSecrets:
        db.execute("UPDATE box SET epoch = epoch + 1 WHERE box_id = ?", (box_id,))
        return self._secrets_of(db, box_id)

    def _secrets_of(self, db: sqlite3.Connection, box_id: int) -> BoxSecrets:
        row = db.execute("SELECT * FROM box WHERE box_id = ?", (box_id,)).fetchone()
        wire_id = row["wire_id"]
        return BoxSecrets(
            box_id,
            wire_id,
            row["generation"],
            row["epoch"],
            self._vault.open_sealed(row["key_sealed"], _key_of(wire_id)),
            self._vault.open_sealed(row["badge_key_sealed"], _badge_key_of(wire_id)),
        )


def _key_of(wire_id: bytes) -> str:
    """Name the place a box's key is sealed for."""
    return f"box {wire_id.hex()} key"


def _badge_key_of(wire_id: bytes) -> str:
    """Name the place a box's badge key is sealed for."""
    return f"box {wire_id.hex()} badge key"


def _end_trip(db: sqlite3.Connection, box_id: int, vehicle_id: int, at_s: int) -> None:
    """End the trip that a box has under way, if any: nobody else will."""
    trip = drafts.load_open(db, box_id)
    if trip is not None:
        end = TripEnded(at_s, trip.last_odometer_m, "inferred", None)
        drafts.save(db, box_id, vehicle_id, follow(trip, [end]).trips[0])


def _note_status(db: sqlite3.Connection, box_id: int, status: BoxStatus, now_s: int) -> None:
    db.execute(
        "UPDATE box SET last_seen_s = ?, firmware_version = ?, relay = ?, clock_source = ?,"
        " grants_confirmed = ? WHERE box_id = ?",
        (
            now_s,
            status.firmware_version,
            status.relay,
            status.clock_source,
            status.grants_generation,
            box_id,
        ),
    )


def _name_grants(db: sqlite3.Connection, box_id: int, grants_hash: bytes, now_s: int) -> int:
    row = db.execute(
        "UPDATE box SET grants_generation = grants_generation + (grants_hash IS NOT ?),"
        " grants_hash = ?, grants_sent_at_s = ? WHERE box_id = ? RETURNING grants_generation",
        (grants_hash, grants_hash, now_s, box_id),
    ).fetchone()
    return int(row[0])


def _queue_command(
    db: sqlite3.Connection, box_id: int, kind: CommandKind, now_s: int, expires_at_s: int
) -> Command:
    row = db.execute(
        "INSERT INTO command (box_id, kind, created_at_s, expires_at_s, state)"
        " VALUES (?, ?, ?, ?, 'queued') RETURNING *",
        (box_id, kind, now_s, expires_at_s),
    ).fetchone()
    return Command(**row)
