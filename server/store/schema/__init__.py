"""The tables, and how an older database becomes a newer one.

`MIGRATIONS[n]` leads from `user_version` n to n + 1, inside one transaction. A released one is
never edited: a change is a new one at the end. Never here: reading or writing rows.
"""

import sqlite3
from collections.abc import Callable

from sqlite_utils import Database

from server.store import sqlite
from server.store.engine import StoreError
from server.store.schema import (
    audit,
    badge_acts,
    booking_limits,
    cars,
    copies,
    doubtful_trips,
    equipment,
    fleet_words,
    groups,
    news,
    notices,
    own_time,
    page_indexes,
    people,
    planned_km,
    plates,
    repeats,
    revocations,
    roles,
    table_imports,
    unassigned,
    watching,
)
from server.store.schema.accounts import sessions, signing_in
from server.store.schema.boxes import (
    batteries,
    benches,
    boards,
    chains,
    clocks,
    contradictions,
    doubts,
    from_afar,
    handovers,
    jumps,
    knowledge,
    signs,
    went_on,
)
from server.store.schema.privacy import cards, communes, purges

# Two active bookings of a car may touch but not overlap: [start, end[. An insert and an update
# are held to it alike, so that no path, and no other program, can double-book.
_BOOKING_GUARD = """
CREATE TRIGGER booking_guard_{event} BEFORE {event} ON booking WHEN NEW.state = 'active'
BEGIN
  SELECT RAISE(ABORT, 'booking ends before it starts') WHERE NEW.ends_at_s <= NEW.starts_at_s;
  SELECT RAISE(ABORT, 'booking overlap') WHERE EXISTS (
    SELECT 1 FROM booking
    WHERE vehicle_id = NEW.vehicle_id AND state = 'active' AND booking_id IS NOT NEW.booking_id
      AND starts_at_s < NEW.ends_at_s AND NEW.starts_at_s < ends_at_s
  );
END
"""


def migrate(
    connection: sqlite3.Connection, keep: Callable[[int], None] = lambda version: None
) -> None:
    """Bring the database up to date.

    Args:
        connection: to the database; nobody else can write until it is done.
        keep: called with the database's version before a database that holds something is changed.

    Raises:
        StoreError: it is newer than this program.
    """
    db = Database(connection)
    # A second process that starts waits here, then finds it done.
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise StoreError(
                "the database is of version %(version)s, this program knows %(known)s: start the"
                " newer program",
                version=version,
                known=len(MIGRATIONS),
            )
        if 0 < version < len(MIGRATIONS):
            keep(version)
        for step in MIGRATIONS[version:]:
            step(db)
        if version < len(MIGRATIONS):
            sqlite.number_once(connection)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise


def _first_tables(db: Database) -> None:
    _people(db)
    _cars(db)
    _journeys(db)


def _table(
    db: Database,
    name: str,
    columns: dict[str, type],
    *,
    pk: str | tuple[str, ...],
    nullable: set[str] | None = None,
    **options: object,
) -> None:
    """Create a strict table whose columns are NOT NULL unless named in `nullable`."""
    db.table(name).create(
        columns,
        pk=pk,
        not_null=set(columns) - (nullable or set()) - ({pk} if isinstance(pk, str) else set()),
        strict=True,
        **options,  # type: ignore[arg-type]
    )


def _people(db: Database) -> None:
    for name in ("directorate", "site"):
        _table(db, name, {f"{name}_id": int, "code": str, "name": str}, pk=f"{name}_id")
        db.table(name).create_index(["code"], unique=True)
    _table(
        db,
        "agent",
        {
            "agent_id": int,
            "login": str,
            "full_name": str,
            "directorate_id": int,
            "role": str,
            "password_hash": str,
        },
        pk="agent_id",
        nullable={"password_hash"},
        foreign_keys=["directorate_id"],
    )
    db.table("agent").create_index(["login"], unique=True)
    _table(
        db,
        "badge",
        {"badge_id": int, "agent_id": int, "uid_index": bytes, "uid_sealed": bytes},
        pk="badge_id",
        foreign_keys=["agent_id"],
    )
    db.table("badge").create_index(["uid_index"], unique=True)
    db.table("badge").create_index(["agent_id"])


def _cars(db: Database) -> None:
    _table(
        db,
        "vehicle",
        {"vehicle_id": int, "plate": str, "label": str, "site_id": int},
        pk="vehicle_id",
        foreign_keys=["site_id"],
    )
    db.table("vehicle").create_index(["plate"], unique=True)
    _table(
        db,
        "box",
        {
            "box_id": int,
            "wire_id": bytes,
            "vehicle_id": int,
            "generation": int,
            "key_sealed": bytes,
            "badge_key_sealed": bytes,
            "epoch": int,
            "retired_at_s": int,
            "firmware_version": str,
            "last_seen_s": int,
            "relay": str,
            "clock_source": str,
            "grants_generation": int,
            "grants_hash": bytes,
            "grants_sent_at_s": int,
            "grants_confirmed": int,
        },
        pk="box_id",
        nullable={
            "retired_at_s",
            "firmware_version",
            "last_seen_s",
            "grants_hash",
            "grants_sent_at_s",
        },
        defaults={
            "epoch": 1,
            "relay": "unknown",
            "clock_source": "none",
            "grants_generation": 0,
            "grants_confirmed": 0,
        },
        foreign_keys=["vehicle_id"],
    )
    db.table("box").create_index(["wire_id"], unique=True)
    db.execute("CREATE UNIQUE INDEX box_in_service ON box (vehicle_id) WHERE retired_at_s IS NULL")
    _table(
        db,
        "command",
        {
            "command_id": int,
            "box_id": int,
            "kind": str,
            "created_at_s": int,
            "expires_at_s": int,
            "state": str,
        },
        pk="command_id",
        foreign_keys=["box_id"],
    )
    db.table("command").create_index(["box_id", "state"])


def _journeys(db: Database) -> None:
    _table(
        db,
        "booking",
        {
            "booking_id": int,
            "vehicle_id": int,
            "agent_id": int,
            "directorate_id": int,
            "starts_at_s": int,
            "ends_at_s": int,
            "purpose": str,
            "state": str,
            "created_at_s": int,
        },
        pk="booking_id",
        foreign_keys=["vehicle_id", "agent_id", "directorate_id"],
    )
    db.table("booking").create_index(["vehicle_id", "state", "starts_at_s"])
    db.table("booking").create_index(["agent_id", "ends_at_s"])
    for event in ("INSERT", "UPDATE"):
        db.execute(_BOOKING_GUARD.format(event=event))
    _table(
        db,
        "trip",
        {
            "trip_id": int,
            "box_id": int,
            "vehicle_id": int,
            "agent_id": int,
            "directorate_id": int,
            "booking_id": int,
            "started_at_s": int,
            "ended_at_s": int,
            "start_odometer_m": int,
            "last_odometer_m": int,
            "distance_m": int,
            "state": str,
            "end_reason": str,
            "start_lat_e7": int,
            "start_lon_e7": int,
            "end_lat_e7": int,
            "end_lon_e7": int,
        },
        pk="trip_id",
        nullable={
            "agent_id",
            "directorate_id",
            "booking_id",
            "ended_at_s",
            "end_reason",
            "start_lat_e7",
            "start_lon_e7",
            "end_lat_e7",
            "end_lon_e7",
        },
        foreign_keys=["box_id", "vehicle_id", "agent_id", "directorate_id", "booking_id"],
    )
    db.execute("CREATE UNIQUE INDEX trip_under_way ON trip (box_id) WHERE state <> 'ended'")
    for column in ("vehicle_id", "agent_id", "directorate_id"):
        db.table("trip").create_index([column, "started_at_s"])
    _table(
        db,
        "leg",
        {
            "leg_id": int,
            "trip_id": int,
            "started_at_s": int,
            "ended_at_s": int,
            "start_odometer_m": int,
            "last_odometer_m": int,
        },
        pk="leg_id",
        nullable={"ended_at_s"},
        foreign_keys=["trip_id"],
    )
    db.table("leg").create_index(["trip_id"])
    _table(
        db,
        "record",
        {
            "box_id": int,
            "epoch": int,
            "seq": int,
            "kind": int,
            "kind_name": str,
            "at_s": int,
            "received_at_s": int,
            "trip_id": int,
            "fields": str,
            "body": bytes,
        },
        pk=("box_id", "epoch", "seq"),
        nullable={"at_s", "trip_id"},
        foreign_keys=["box_id", "trip_id"],
    )
    db.table("record").create_index(["trip_id"])
    _table(
        db,
        "refusal",
        {
            "refusal_id": int,
            "vehicle_id": int,
            "at_s": int,
            "received_at_s": int,
            "reason": str,
            "agent_id": int,
            "directorate_id": int,
        },
        pk="refusal_id",
        nullable={"at_s", "agent_id", "directorate_id"},
        foreign_keys=["vehicle_id", "agent_id", "directorate_id"],
    )
    db.table("refusal").create_index(["received_at_s"])


def _keys_and_gaps(db: Database) -> None:
    """Several keys of a box at once, records given up, and the grants a box was sent."""
    _table(
        db,
        "box_key",
        {
            "box_id": int,
            "generation": int,
            "key_sealed": bytes,
            "created_at_s": int,
            "retired_at_s": int,
        },
        pk=("box_id", "generation"),
        nullable={"created_at_s", "retired_at_s"},
        foreign_keys=["box_id"],
    )
    db.execute(
        "INSERT INTO box_key (box_id, generation, key_sealed)"
        " SELECT box_id, generation, key_sealed FROM box"
    )
    db.execute("ALTER TABLE box DROP COLUMN key_sealed")
    db.execute("ALTER TABLE box ADD COLUMN grants_set BLOB")  # the last set sent, NULL: none
    _table(
        db,
        "gap",
        {"box_id": int, "epoch": int, "first_seq": int, "last_seq": int, "noted_at_s": int},
        pk=("box_id", "epoch", "first_seq"),
        foreign_keys=["box_id"],
    )


def _access(db: Database) -> None:
    """Who else may use a booked car, what opens nothing, and how a badge proved who it is."""
    # Rows stay, so that a number never comes again: a box says up to which one it has heard.
    _table(db, "revocation", {"revocation_id": int, "revoked_at_s": int}, pk="revocation_id")
    db.execute("ALTER TABLE badge ADD COLUMN key_sealed BLOB")  # NULL: known by its UID only
    db.execute("ALTER TABLE badge ADD COLUMN revocation_id INTEGER REFERENCES revocation")
    db.execute("ALTER TABLE box ADD COLUMN revocation_confirmed INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE vehicle ADD COLUMN walk_up INTEGER NOT NULL DEFAULT 0")
    _table(
        db,
        "out_of_service",
        {"vehicle_id": int, "from_s": int, "to_s": int},
        pk=("vehicle_id", "from_s"),
        foreign_keys=["vehicle_id"],
    )
    _table(
        db,
        "companion",
        {"booking_id": int, "agent_id": int, "drives": int},
        pk=("booking_id", "agent_id"),
        foreign_keys=["booking_id", "agent_id"],
    )
    db.execute("ALTER TABLE trip ADD COLUMN assurance TEXT NOT NULL DEFAULT 'low'")
    _table(
        db,
        "occupant",
        {"trip_id": int, "agent_id": int},
        pk=("trip_id", "agent_id"),
        foreign_keys=["trip_id", "agent_id"],
    )
    # Of a person before the wrong car: the booking of the right one.
    db.execute("ALTER TABLE refusal ADD COLUMN booking_id INTEGER REFERENCES booking")


def _car_parks(db: Database) -> None:
    """Where a site is, and whether a trip ended away from it: known longer than the position."""
    for column in ("lat_e7", "lon_e7", "radius_m"):
        db.execute(f"ALTER TABLE site ADD COLUMN {column} INTEGER")  # all NULL: not known
    db.execute("ALTER TABLE trip ADD COLUMN wrong_site INTEGER NOT NULL DEFAULT 0")


def _feedback(db: Database) -> None:
    """What a driver said of a trip, and the answer."""
    _table(
        db,
        "feedback",
        {
            "trip_id": int,
            "rating": int,
            "message": str,
            "damage": int,
            "said_at_s": int,
            "answer": str,
            "answered_at_s": int,
            "answered_by_id": int,
            "read_at_s": int,
        },
        pk="trip_id",
        nullable={"rating", "answer", "answered_at_s", "answered_by_id", "read_at_s"},
        foreign_keys=["trip_id", ("answered_by_id", "agent", "agent_id")],
    )


def _licences(db: Database) -> None:
    """Whether the fleet has seen an agent's driving licence."""
    db.execute("ALTER TABLE agent ADD COLUMN licence_recorded INTEGER NOT NULL DEFAULT 1")


def _private_use(db: Database) -> None:
    """Cars that may be had for private use, and what was."""
    db.execute("ALTER TABLE vehicle ADD COLUMN private_use INTEGER NOT NULL DEFAULT 0")
    for table in ("booking", "trip"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN private INTEGER NOT NULL DEFAULT 0")


MIGRATIONS: tuple[Callable[[Database], None], ...] = (
    _first_tables,
    _keys_and_gaps,
    _access,
    _car_parks,
    _feedback,
    _licences,
    _private_use,
    equipment.add,
    page_indexes.add,
    news.add,
    planned_km.add,
    signs.add,
    clocks.add,
    unassigned.add,
    repeats.add,
    chains.add,
    contradictions.add,
    from_afar.add,
    handovers.add,
    jumps.add,
    doubts.add,
    revocations.add,
    booking_limits.add,
    went_on.add,
    sessions.add,
    fleet_words.add,
    knowledge.add,
    plates.add,
    own_time.add,
    doubtful_trips.add,
    roles.add,
    groups.add,
    people.add,
    badge_acts.add,
    cars.add,
    table_imports.add,
    signing_in.add,
    audit.add,
    notices.add,
    purges.add,
    communes.add,
    copies.add,
    watching.add,
    cards.add,
    batteries.add,
    boards.add,
    benches.add,
)
