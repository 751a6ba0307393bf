"""The boxes in the cars, their keys and what they said last, in the database.

Never here: records and trips, or what a box should be told.
"""

import logging
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from server.fleet.counters import MAX_EPOCH, MAX_KEY_GENERATION, MAX_STEP, may_be
from server.fleet.grants import REVOKED_FOR_S
from server.fleet.model.boxes import Box, ClockSource, RelayState
from server.fleet.records import TripEnded
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import WHOLE, Scope
from server.fleet.trips import follow
from server.store import boards, dated, knowledge, numbers, trip_rows
from server.store.engine import Engine
from server.store.news import tell
from server.store.noun import Noun, among, within
from server.store.records.held import Held, held_of
from server.store.vault import Vault, badge_key_of

_log = logging.getLogger(__name__)


def _newest(kind: str, what: str, column: str) -> str:
    """A column with what the box's newest record of a kind says."""
    return (
        f"(SELECT {what} FROM record r WHERE r.box_id = b.box_id AND r.kind_name = '{kind}'"
        f" ORDER BY r.epoch DESC, r.seq DESC LIMIT 1) AS {column}"
    )


BOXES = f"""
SELECT b.box_id, b.wire_id, b.vehicle_id, v.plate, v.label AS vehicle_label,
  b.epoch, b.firmware_version, b.last_seen_s,
  b.relay, b.startable_since_s, b.hindrance, c.kind AS contradiction,
  c.last_at_s AS contradiction_at_s, b.jump, b.jump_at_s,
  b.clock_source, b.clock_doubtful, b.clock_off_s,
  b.clock_doubtful_since_s, b.grants_generation, b.grants_confirmed,
  b.grants_sent_at_s, b.generation, b.battery, b.battery_mv, b.battery_at_s,
  (SELECT max(generation) FROM box_key k WHERE k.box_id = b.box_id) AS newest_generation,
  {_newest("wear", "CAST(fields ->> 'erases' AS INTEGER)", "flash_erases")},
  {_newest("off_air", "fields ->> 'off_air'", "off_air")},
  {_newest("off_air", "CAST(fields ->> 'duration_s' AS INTEGER)", "off_air_s")},
  {_newest("off_air", "at_s", "off_air_until_s")},
  {_newest("heartbeat_learned", "CAST(fields ->> 'interval_s' AS INTEGER)", "heartbeat_s")},
  {_newest("starts_failed", "CAST(fields ->> 'count' AS INTEGER)", "failed_starts")},
  {_newest("starts_failed", "at_s", "failed_starts_at_s")}
FROM box b JOIN vehicle v USING (vehicle_id)
LEFT JOIN contradiction c ON c.contradiction_id = (SELECT contradiction_id FROM contradiction told
  WHERE told.box_id = b.box_id AND told.seen_at_s IS NULL
  ORDER BY told.last_at_s DESC, told.contradiction_id DESC LIMIT 1)
WHERE b.retired_at_s IS NULL
"""


class BoxExistsError(Exception):
    """The car has a box already, and replacing it was not asked for."""


@dataclass(frozen=True, slots=True)
class BoxSecrets:
    """What a new box must know to be itself; leaves the server in its identity only."""

    box_id: int
    vehicle_id: int
    wire_id: bytes
    generation: int
    key: bytes = field(repr=False)
    badge_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """A box that was made for a board; not `is_new`: it had been begun there."""

    box: BoxSecrets
    is_new: bool

    @property
    def vehicle_id(self) -> int:
        """Return whose it is, for the audit."""
        return self.box.vehicle_id


@dataclass(frozen=True, slots=True)
class BoxAccount:
    """What the gateway must know of a box that has proved who it is.

    `generation` is that of the newest key it has proved to hold.
    """

    box_id: int
    wire_id: bytes
    vehicle_id: int
    generation: int
    badge_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SentGrants:
    """Which set of grants a box was last sent, and when; only the gateway reads `grants_set`."""

    grants_hash: bytes
    grants_set: bytes | None
    sent_at_s: int


@dataclass(frozen=True, slots=True)
class NextKey:
    """A key that a box is to use from its next connection on."""

    generation: int
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BoxStatus:
    """What a box says of itself when it connects and then every few minutes."""

    firmware_version: str
    relay: RelayState
    clock_source: ClockSource
    grants_generation: int
    epoch: int
    command_id: int


class TimeKnown(NamedTuple):
    """When the server last stored that it heard a box (0: never); the last operator's word (0)."""

    own_s: int
    word: int


class Boxes(Noun):
    """The boxes in service, and those that were."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        super().__init__(engine, vault)
        self._heard_s: dict[int, int] = {}  # by box: when, not kept yet

    async def all(self) -> list[Box]:
        """Return the boxes in service, by plate."""
        return [Box(**row) for row in await self._rows(f"{BOXES} ORDER BY v.plate")]

    async def of_cars(self, vehicle_ids: Iterable[int]) -> dict[int, Box]:
        """Return the boxes in service of these cars, by the car's id."""
        places, ids = among(vehicle_ids)
        rows = await self._rows(f"{BOXES} AND b.vehicle_id IN {places}", **ids)
        return {row["vehicle_id"]: Box(**row) for row in rows}

    async def startable(self, limit: int, scope: Scope = WHOLE) -> list[Box]:
        """Return boxes whose car anybody could start though it is nobody's, the oldest first."""
        return await self._wrong("b.startable_since_s", limit, scope)

    async def doubtful(self, limit: int, scope: Scope = WHOLE) -> list[Box]:
        """Return boxes whose clock one source alone vouches for, the oldest first."""
        since = "b.clock_doubtful_since_s"
        return await self._wrong(since, limit, scope, "b.clock_doubtful = 1")

    async def sent_a_jump(self, limit: int, scope: Scope = WHOLE) -> list[Box]:
        """Return boxes that refused a number of a broken server, the oldest first."""
        return await self._wrong("b.jump_at_s", limit, scope)

    async def _wrong(
        self, since: str, limit: int, scope: Scope, which: str | None = None
    ) -> list[Box]:
        in_scope, values = within(scope, "b.vehicle_id")
        rows = await self._rows(
            f"{BOXES} AND {which or f'{since} IS NOT NULL'} AND {in_scope}"
            f" ORDER BY {since}, v.plate LIMIT :limit",
            limit=limit,
            **values,
        )
        return [Box(**row) for row in rows]

    async def add(self, vehicle_id: int, replace: bool, now_s: int) -> BoxSecrets:
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

    async def add_all(
        self, vehicle_ids: Iterable[int], replace: bool, now_s: int
    ) -> list[BoxSecrets]:
        """Make a box for each of these cars as `add`, or none at all; raises BoxExistsError."""
        return await self._engine.write(self._add_all, tuple(vehicle_ids), replace, now_s)

    async def make(self, vehicle_id: int, mac: str, replace: bool, now_s: int) -> Made:
        """Make a box as `add`, bound to a board; what was begun for this car there is gone on with.

        Raises:
            BoxExistsError: the car has a box, on another board or written already, and `replace`
                is False.
            Refused: STILL_OUT, ORDERS_WAIT, as of `move`, where it is to be replaced.
        """
        return await self._engine.write(self._make, vehicle_id, mac, replace, now_s)

    async def move(self, box_id: int, vehicle_id: int, now_s: int) -> None:
        """Let a box be in another car from now on; what it tells of before is the former car's.

        Raises:
            Refused: STILL_OUT, ORDERS_WAIT, BOX_EXISTS.
        """
        await self._engine.write(_move, box_id, vehicle_id, now_s)

    async def secrets(self, box_id: int) -> BoxSecrets:
        """Return a box's identity and the key it has proved to hold."""
        return await self._engine.read(self._secrets_of, box_id)

    async def allot_epoch(self, box_id: int) -> int:
        """Return a new epoch for a box's records, above every one that is known of it."""
        return await self._engine.write(_allot_epoch, box_id)

    def key(self, wire_id: bytes, generation: int) -> bytes | None:
        """Return a key in force of a box in service; call it in the readers' lane "quick".

        A generation that this database does not know yet is one that it has forgotten: it was
        restored from an older copy. The box proves with the key that it was given it.
        """
        db = self._engine.reader()
        row = db.execute(
            "SELECT b.box_id, b.generation AS proved, k.key_sealed, k.retired_at_s,"
            " (SELECT max(generation) FROM box_key n WHERE n.box_id = b.box_id) AS newest"
            " FROM box b LEFT JOIN box_key k ON k.box_id = b.box_id AND k.generation = :generation"
            " WHERE b.wire_id = :wire_id AND b.retired_at_s IS NULL",
            {"wire_id": wire_id, "generation": generation},
        ).fetchone()
        if row is None or row["retired_at_s"] is not None:
            return None
        if row["key_sealed"] is not None:
            return self._vault.open_sealed(row["key_sealed"], place_of_key(wire_id))
        if generation <= row["proved"]:
            return None
        if not may_be(generation, row["newest"]):
            _log.error("box %s: key generation %d is refused", wire_id.hex(), generation)
            return None
        return self._next_key(db, row["box_id"], wire_id, generation)

    async def rotate_key(self, box_id: int, now_s: int) -> int:
        """Make a box's next key and return its generation; one still under way stays the next."""
        return await self._engine.write(self._rotate_key, box_id, now_s)

    async def key_proved(self, box_id: int, generation: int, now_s: int) -> None:
        """Take note that a box has used a newer key: the older ones are refused from now on."""
        await self._engine.write(self._key_proved, box_id, generation, now_s)

    async def by_wire_id(self, wire_id: bytes) -> BoxAccount | None:
        """Return the box in service with this id on the wire."""
        return await self._engine.read(self._by_wire_id, wire_id, lane="quick")

    async def note_status(self, box_id: int, status: BoxStatus, now_s: int) -> Held:
        """Keep what a box said of itself; return what is held of its epoch."""
        return await self._engine.write(_note_status, box_id, status, now_s)

    def hear(self, box_id: int, now_s: int) -> None:
        """Take note that a box has spoken and said nothing new; `keep_heard` writes it."""
        self._heard_s[box_id] = now_s

    async def keep_heard(self) -> None:
        """Keep when the boxes of `hear` were last heard, all at once.

        StoreError when that fails: they are kept with the next.
        """
        noted, self._heard_s = self._heard_s, {}
        try:
            await self._engine.write(_keep_heard, noted)
        except BaseException:
            self._heard_s = noted | self._heard_s
            raise

    async def time_known(self) -> TimeKnown:
        """Return what there is to hold the server's clock against."""
        rows = await self._rows(
            "SELECT (SELECT coalesce(max(last_seen_s), 0) FROM box) AS own_s,"
            " (SELECT coalesce(max(time_word_id), 0) FROM time_word) AS word"
        )
        return TimeKnown(*rows[0])

    async def vouch_for_time(self, said_by: str, now_s: int) -> None:
        """Keep an operator's word that it is `now_s`; what was stored as later was not."""
        await self._engine.write(_vouch_for_time, said_by, now_s)

    async def sent_grants(self, box_id: int) -> SentGrants | None:
        """Return which set of grants was last sent to a box."""
        return await self._engine.read(sent_grants, box_id)

    async def name_grants(
        self, box_id: int, grants_hash: bytes, grants_set: bytes, now_s: int
    ) -> int:
        """Return the generation of a set being sent: a new one when the set is another."""
        return await self._engine.write(_name_grants, box_id, grants_hash, grants_set, now_s)

    async def note_revocations(self, box_id: int, revocation: int, now_s: int) -> None:
        """Take note that a box holds a set that has heard of all up to this revocation."""
        await self._engine.write(_note_revocations, box_id, revocation, now_s)

    def _by_wire_id(self, db: sqlite3.Connection, wire_id: bytes) -> BoxAccount | None:
        row = db.execute(
            "SELECT box_id, vehicle_id, generation, badge_key_sealed FROM box"
            " WHERE wire_id = :wire_id AND retired_at_s IS NULL",
            {"wire_id": wire_id},
        ).fetchone()
        if row is None:
            return None
        box_id, vehicle_id, generation, sealed = row
        badge_key = self._vault.open_sealed(sealed, badge_key_of(wire_id))
        return BoxAccount(box_id, wire_id, vehicle_id, generation, badge_key)

    def _add_box(
        self, db: sqlite3.Connection, vehicle_id: int, replace: bool, now_s: int
    ) -> BoxSecrets:
        in_service = "vehicle_id = :vehicle_id AND retired_at_s IS NULL"
        car = {"vehicle_id": vehicle_id}
        if replace:
            for row in db.execute(
                f"UPDATE box SET retired_at_s = :now_s WHERE {in_service}"
                " RETURNING box_id, last_seen_s",
                car | {"now_s": now_s},
            ).fetchall():
                _end_trip(db, row["box_id"], vehicle_id, row["last_seen_s"])
        elif db.execute(f"SELECT 1 FROM box WHERE {in_service}", car).fetchone():
            raise BoxExistsError
        wire_id, badge_key = secrets.token_bytes(8), secrets.token_bytes(32)
        (box_id,) = db.execute(
            "INSERT INTO box (wire_id, vehicle_id, generation, epoch, badge_key_sealed,"
            " fitted_at_s) VALUES (:wire_id, :vehicle_id, 1, 0, :sealed, :now_s) RETURNING box_id",
            car
            | {
                "wire_id": wire_id,
                "now_s": now_s,
                "sealed": self._vault.seal(badge_key, badge_key_of(wire_id)),
            },
        ).fetchone()
        self._add_key(db, box_id, wire_id, 1, secrets.token_bytes(32), now_s)
        tell(db, vehicle_id)
        return self._secrets_of(db, box_id)

    def _add_all(
        self, db: sqlite3.Connection, vehicle_ids: tuple[int, ...], replace: bool, now_s: int
    ) -> list[BoxSecrets]:
        return [self._add_box(db, vehicle_id, replace, now_s) for vehicle_id in vehicle_ids]

    def _make(
        self, db: sqlite3.Connection, vehicle_id: int, mac: str, replace: bool, now_s: int
    ) -> Made:
        begun_id = boards.begun_on(db, vehicle_id, mac)
        if begun_id is not None:
            return Made(self._secrets_of(db, begun_id), is_new=False)
        former = "SELECT box_id FROM box WHERE vehicle_id = :vehicle_id AND retired_at_s IS NULL"
        for (box_id,) in db.execute(former, {"vehicle_id": vehicle_id}).fetchall() * replace:
            _require_idle(db, box_id, vehicle_id, now_s)
        box = self._add_box(db, vehicle_id, replace, now_s)
        boards.bind(db, box.box_id, mac)
        return Made(box, is_new=True)

    def _next_key(
        self, db: sqlite3.Connection, box_id: int, wire_id: bytes, generation: int
    ) -> bytes:
        """Work out a key after the first."""
        (sealed,) = db.execute(
            "SELECT key_sealed FROM box_key WHERE box_id = :box_id ORDER BY generation LIMIT 1",
            {"box_id": box_id},
        ).fetchone()
        first = self._vault.open_sealed(sealed, place_of_key(wire_id))
        return self._vault.next_box_key(first, generation)

    def _key_proved(self, db: sqlite3.Connection, box_id: int, generation: int, now_s: int) -> None:
        proved = {"box_id": box_id, "generation": generation, "now_s": now_s}
        known = "SELECT 1 FROM box_key WHERE box_id = :box_id AND generation = :generation"
        if db.execute(known, proved).fetchone() is None:  # a restored server had forgotten it
            (wire_id,) = db.execute(
                "SELECT wire_id FROM box WHERE box_id = :box_id", proved
            ).fetchone()
            key = self._next_key(db, box_id, wire_id, generation)
            self._add_key(db, box_id, wire_id, generation, key, now_s)
            numbers.leap_once(db, now_s)
        db.execute(
            "UPDATE box SET generation = :generation"
            " WHERE box_id = :box_id AND generation < :generation",
            proved,
        )
        db.execute(
            "UPDATE box_key SET retired_at_s = :now_s WHERE box_id = :box_id"
            " AND generation < :generation AND retired_at_s IS NULL",
            proved,
        )

    def _add_key(
        self,
        db: sqlite3.Connection,
        box_id: int,
        wire_id: bytes,
        generation: int,
        key: bytes,
        now_s: int,
    ) -> None:
        key_sealed = self._vault.seal(key, place_of_key(wire_id))
        db.execute(
            "INSERT INTO box_key (box_id, generation, key_sealed, created_at_s)"
            " VALUES (:box_id, :generation, :key_sealed, :now_s)",
            {
                "box_id": box_id,
                "generation": generation,
                "key_sealed": key_sealed,
                "now_s": now_s,
            },
        )

    def _rotate_key(self, db: sqlite3.Connection, box_id: int, now_s: int) -> int:
        wire_id, vehicle_id, proved, newest = db.execute(
            "SELECT wire_id, vehicle_id, b.generation, max(k.generation)"
            " FROM box b JOIN box_key k USING (box_id) WHERE b.box_id = :box_id GROUP BY b.box_id",
            {"box_id": box_id},
        ).fetchone()
        if newest > proved or newest == MAX_KEY_GENERATION:
            return int(newest)
        generation = int(newest) + 1
        key = self._next_key(db, box_id, wire_id, generation)
        self._add_key(db, box_id, wire_id, generation, key, now_s)
        tell(db, vehicle_id)
        return generation

    def _secrets_of(self, db: sqlite3.Connection, box_id: int) -> BoxSecrets:
        row = db.execute(
            "SELECT vehicle_id, wire_id, generation, key_sealed, badge_key_sealed"
            " FROM box JOIN box_key USING (box_id, generation) WHERE box_id = :box_id",
            {"box_id": box_id},
        ).fetchone()
        wire_id = row["wire_id"]
        return BoxSecrets(
            box_id,
            row["vehicle_id"],
            wire_id,
            row["generation"],
            self._vault.open_sealed(row["key_sealed"], place_of_key(wire_id)),
            self._vault.open_sealed(row["badge_key_sealed"], badge_key_of(wire_id)),
        )


def next_key(db: sqlite3.Connection, vault: Vault, box: BoxAccount) -> NextKey | None:
    """Read the key that a box is to be given, if any."""
    row = db.execute(
        "SELECT generation, key_sealed FROM box_key WHERE box_id = :box_id"
        " AND generation > :proved AND retired_at_s IS NULL ORDER BY generation DESC LIMIT 1",
        {"box_id": box.box_id, "proved": box.generation},
    ).fetchone()
    if row is None:
        return None
    key = vault.open_sealed(row["key_sealed"], place_of_key(box.wire_id))
    return NextKey(row["generation"], key)


def sent_grants(db: sqlite3.Connection, box_id: int) -> SentGrants | None:
    """Read which set of grants was last sent to a box."""
    row = db.execute(
        "SELECT grants_hash, grants_set, grants_sent_at_s AS sent_at_s FROM box"
        " WHERE box_id = :box_id AND grants_hash IS NOT NULL",
        {"box_id": box_id},
    ).fetchone()
    return SentGrants(**row) if row else None


def place_of_key(wire_id: bytes) -> str:
    """Name the place a box's key is sealed for."""
    return f"box {wire_id.hex()} key"


def _move(db: sqlite3.Connection, box_id: int, vehicle_id: int, now_s: int) -> None:
    box = {"box_id": box_id, "vehicle_id": vehicle_id, "now_s": now_s}
    (from_id,) = db.execute("SELECT vehicle_id FROM box WHERE box_id = :box_id", box).fetchone()
    if from_id == vehicle_id:
        return
    _require_idle(db, box_id, from_id, now_s)
    has_one = "SELECT 1 FROM box WHERE vehicle_id = :vehicle_id AND retired_at_s IS NULL"
    if db.execute(has_one, box).fetchone() is not None:
        raise Refused(Refusal("to_vehicle_id", Reason.BOX_EXISTS))
    dated.hold(db, dated.FITTING, box_id, vehicle_id, now_s)
    boards.forget_test(db, box_id)
    # What it told of the former car's engine and battery says nothing of this one's.
    db.execute(
        "UPDATE box SET startable_since_s = NULL, hindrance = NULL, relay = 'unknown',"
        " battery = NULL, battery_mv = NULL, battery_at_s = NULL, battery_low_since_s = NULL"
        " WHERE box_id = :box_id",
        box,
    )
    tell(db, from_id, vehicle_id)


def _require_idle(db: sqlite3.Connection, box_id: int, vehicle_id: int, now_s: int) -> None:
    """Refuse to take a box out of its car while it has something to do there."""
    if trip_rows.load_open(db, box_id) is not None:
        raise Refused(Refusal("", Reason.STILL_OUT))
    waits = (
        "SELECT EXISTS (SELECT 1 FROM command WHERE box_id = :box_id"
        " AND (state = 'pending' OR state = 'queued' AND expires_at_s > :now_s))"
        " OR EXISTS (SELECT 1 FROM theft_order WHERE vehicle_id = :vehicle_id"
        " AND withdrawn_at_s IS NULL)"
    )
    box = {"box_id": box_id, "vehicle_id": vehicle_id, "now_s": now_s}
    if db.execute(waits, box).fetchone()[0]:
        raise Refused(Refusal("", Reason.ORDERS_WAIT))


def _end_trip(db: sqlite3.Connection, box_id: int, vehicle_id: int, at_s: int) -> None:
    """End the trip that a box has under way, if any: nobody else will."""
    trip = trip_rows.load_open(db, box_id)
    if trip is not None:
        end = TripEnded(at_s, trip.last_odometer_m, "inferred", None)
        trip_rows.save(db, box_id, vehicle_id, follow(trip, [end]).trips[0])


def _note_status(db: sqlite3.Connection, box_id: int, status: BoxStatus, now_s: int) -> Held:
    _look_for_a_lost_time(db, box_id, status, now_s)
    (wire_id, known) = db.execute(
        # A box that is ahead in epoch or generation tells of a time that a backup does not hold.
        "UPDATE box SET last_seen_s = :now_s, firmware_version = :firmware_version,"
        " relay = :relay, clock_source = :clock_source, grants_confirmed = :generation,"
        " grants_generation = CASE WHEN grants_generation < :generation THEN :generation"
        " ELSE grants_generation END,"
        " epoch = CASE WHEN :epoch > epoch AND :epoch <= epoch + :step THEN :epoch ELSE epoch END"
        " WHERE box_id = :box_id RETURNING wire_id, epoch",
        {
            "now_s": now_s,
            "firmware_version": status.firmware_version,
            "relay": status.relay,
            "clock_source": status.clock_source,
            "generation": status.grants_generation,
            "epoch": status.epoch,
            "step": MAX_STEP,
            "box_id": box_id,
        },
    ).fetchone()
    if status.epoch > known:  # its records are taken under that name, which counts for no other
        _log.error("box %s: epoch %d is beyond reason", wire_id.hex(), status.epoch)
    # Not taken until now, it never will be: the box refuses what has expired.
    db.execute(
        "UPDATE command SET state = 'expired' WHERE box_id = :box_id AND state = 'queued'"
        " AND command_id > :taken AND expires_at_s <= :now_s",
        {"box_id": box_id, "taken": status.command_id, "now_s": now_s},
    )
    return held_of(db, box_id, status.epoch)


def _look_for_a_lost_time(
    db: sqlite3.Connection, box_id: int, status: BoxStatus, now_s: int
) -> None:
    """Give no number again that was given in a time that this database does not hold.

    A box that holds a later set of grants than it was ever sent tells of such a time.
    """
    ahead = db.execute(
        "SELECT 1 FROM box WHERE box_id = :box_id AND :generation > grants_generation",
        {"box_id": box_id, "generation": status.grants_generation},
    ).fetchone()
    if ahead:
        numbers.leap_once(db, now_s)


def _vouch_for_time(db: sqlite3.Connection, said_by: str, now_s: int) -> None:
    db.execute(
        "INSERT INTO time_word (said_by, said_at_s) VALUES (:said_by, :now_s)",
        {"said_by": said_by, "now_s": now_s},
    )
    db.execute("UPDATE box SET last_seen_s = :now_s WHERE last_seen_s > :now_s", {"now_s": now_s})


def _keep_heard(db: sqlite3.Connection, last_seen_s: Mapping[int, int]) -> None:
    db.executemany(
        "UPDATE box SET last_seen_s = :now_s WHERE box_id = :box_id"
        " AND coalesce(last_seen_s, 0) < :now_s",
        [{"box_id": box_id, "now_s": now_s} for box_id, now_s in last_seen_s.items()],
    )


def _allot_epoch(db: sqlite3.Connection, box_id: int) -> int:
    """Go on from the last; at the end the numbers go round, past every one that names something."""
    of_box = {"box_id": box_id}
    (epoch,) = db.execute("SELECT epoch FROM box WHERE box_id = :box_id", of_box).fetchone()
    used = " UNION ALL ".join(
        f"SELECT 1 FROM {table} WHERE box_id = :box_id AND epoch = :epoch"
        for table in ("record", "gap", "repeat")
    )
    epoch = epoch % MAX_EPOCH + 1
    while db.execute(used, of_box | {"epoch": epoch}).fetchone():
        epoch = epoch % MAX_EPOCH + 1
    db.execute("UPDATE box SET epoch = :epoch WHERE box_id = :box_id", of_box | {"epoch": epoch})
    return int(epoch)


def _name_grants(
    db: sqlite3.Connection, box_id: int, grants_hash: bytes, grants_set: bytes, now_s: int
) -> int:
    row = db.execute(
        # It only tells sets apart: at the end of its four bytes it begins anew.
        "UPDATE box SET grants_generation = CASE WHEN grants_hash = :grants_hash"
        " THEN grants_generation ELSE grants_generation % 4294967295 + 1 END,"
        " grants_hash = :grants_hash, grants_set = :grants_set, grants_sent_at_s = :now_s"
        " WHERE box_id = :box_id RETURNING grants_generation",
        {
            "grants_hash": grants_hash,
            "grants_set": grants_set,
            "now_s": now_s,
            "box_id": box_id,
        },
    ).fetchone()
    knowledge.forget(db, box_id)
    return int(row[0])


def _note_revocations(db: sqlite3.Connection, box_id: int, revocation: int, now_s: int) -> None:
    heard = {"revocation": revocation, "box_id": box_id}
    is_news = db.execute(
        "UPDATE box SET revocation_confirmed = :revocation"
        " WHERE box_id = :box_id AND revocation_confirmed < :revocation",
        heard,
    ).rowcount
    if not is_news:
        return
    db.execute(
        "INSERT INTO revocation_heard (box_id, revocation_id, heard_at_s)"
        " VALUES (:box_id, :revocation, :now_s)",
        heard | {"now_s": now_s},
    )
    # Of what was heard of long ago the newest says enough.
    db.execute(
        "DELETE FROM revocation_heard WHERE box_id = :box_id AND revocation_id <"
        " (SELECT max(revocation_id) FROM revocation_heard"
        " WHERE box_id = :box_id AND heard_at_s <= :long_ago_s)",
        {"box_id": box_id, "long_ago_s": now_s - REVOKED_FOR_S},
    )
