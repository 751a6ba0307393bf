"""A fleet with a year behind it, written straight into the tables: what the pages are measured on.

Real size: 44 cars, 300 agents, 14 bookings a car to come, 250 trips a car behind it with their legs
and records. One agent has 645 bookings to come. Never here: the rules (nothing is checked).
"""

import random
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from server.fleet.roles import Role
from server.store.roles import set_by_file
from server.store.vault import Vault

CARS, AGENTS, PIECES = 44, 300, 20  # at one time the real size
TO_COME, TRIPS = 14, 250  # of each car
MANY = 645  # bookings to come of the agent who has most
LONG_TRIP_RECORDS = 3000
PASSWORD = "correct horse"
MANAGER, USUAL, BUSY = "agent.1", "agent.2", "agent.3"
_HOUR_S, _DAY_S = 3600, 86_400
_SITES = _DIRECTORATES = 5
_ACTIVE_DAYS = 60  # over which the agent with most has them
_RECORDS = (
    (2, "trip_start", '{"odometer_m": 1000}'),
    (4, "leg_start", '{"odometer_m": 1000}'),
    *((6, "odometer", f'{{"odometer_m": {1000 + 2000 * i}}}') for i in range(1, 5)),
    (5, "leg_end", '{"odometer_m": 9000}'),
    (3, "trip_end", '{"odometer_m": 9000, "reason": "badge_held"}'),
)
_REASONS = ("unknown_badge", "too_early", "too_late", "car_in_use", "wrong_car", "clock_unknown")


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Ids that addresses are made of."""

    usual_booking: int
    busy_booking: int
    running_booking: int  # the usual agent's, begun
    usual_trip: int
    open_trip: int  # the usual agent's
    long_trip: int
    old_trip: int
    old_refusal: int
    message: int  # a trip with one
    badge: int


def fill(data_dir: Path, times: int, now_s: int) -> Landmarks:
    """Fill the empty database of a data directory with so many times the real size."""
    vault = Vault.open(data_dir / "secrets" / "master.key", may_create=False)
    db = sqlite3.connect(data_dir / "voiturier.db")
    try:
        db.execute("PRAGMA synchronous = OFF")
        with db:
            _people(db, vault, times, now_s)
            _cars(db, vault, times, now_s)
            marks = _journeys(db, times, now_s)
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'contradiction'").fetchone():
                _to_do(db, times, now_s)  # else an older checkout made the tables
    finally:
        db.close()
    return marks


def _put(db: sqlite3.Connection, table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    places = ", ".join("?" for _ in columns.split(","))
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)


def _people(db: sqlite3.Connection, vault: Vault, times: int, now_s: int) -> None:
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    agents = AGENTS * times
    units = range(1, _DIRECTORATES + 1)
    _put(db, "directorate", "code, name", [(f"D{n}", f"Direction {n}") for n in units])
    _put(
        db,
        "agent",
        "agent_id, login, full_name, directorate_id, password_hash",
        [(n, f"agent.{n}", f"Agent {n:05}", 1 + n % 5, hashed) for n in range(1, agents + 1)],
    )
    set_by_file(db, 1, Role.MANAGER, now_s, 0)
    revoked = agents // 50
    _put(
        db, "revocation", "revocation_id, revoked_at_s", [(n, now_s) for n in range(1, revoked + 1)]
    )
    _put(
        db,
        "badge",
        "badge_id, agent_id, uid_index, uid_sealed, revocation_id",
        [
            (n, n, secrets.token_bytes(32), vault.seal(secrets.token_bytes(7), "badge"), revocation)
            for n in range(1, agents + 1)
            for revocation in [n - 10 if 10 < n <= 10 + revoked else None]
        ],
    )
    db.execute(
        "INSERT INTO badge_holding (badge_id, agent_id, from_s)"
        " SELECT badge_id, agent_id, 0 FROM badge"
    )
    db.execute(
        "INSERT INTO membership (agent_id, directorate_id, from_s)"
        " SELECT agent_id, directorate_id, 0 FROM agent"
    )


def _cars(db: sqlite3.Connection, vault: Vault, times: int, now_s: int) -> None:
    cars = range(1, CARS * times + 1)
    _put(db, "site", "code, name", [(f"S{n}", f"Parc {n}") for n in range(1, _SITES + 1)])
    plates = [f"{chr(65 + n // 1000)}A-{n % 1000:03}-ZZ" for n in cars]
    _put(
        db,
        "vehicle",
        "vehicle_id, plate, label, site_id, private_use",
        [(n, plates[n - 1], "Renault Clio", 1 + n % _SITES, int(n % 4 == 0)) for n in cars],
    )
    # One box in ten has been silent for weeks and does not know the last blocked badges.
    _put(
        db,
        "box",
        "box_id, wire_id, vehicle_id, generation, badge_key_sealed, firmware_version, last_seen_s,"
        " relay, clock_source, grants_generation, grants_confirmed, grants_sent_at_s,"
        " revocation_confirmed",
        [
            (
                n,
                wire_id,
                n,
                1,
                vault.seal(secrets.token_bytes(32), f"box {wire_id.hex()} badge key"),
                "1.0.0",
                now_s - (40 * _DAY_S if n % 10 == 0 else 60),
                "inhibited",
                "gnss",
                300,
                300,
                now_s - 600,
                0 if n % 10 == 0 else 1_000_000,
            )
            for n in cars
            for wire_id in [secrets.token_bytes(8)]
        ],
    )
    _put(
        db,
        "box_key",
        "box_id, generation, key_sealed, created_at_s",
        [
            (box_id, 1, vault.seal(secrets.token_bytes(32), f"box {wire_id.hex()} key"), now_s)
            for box_id, wire_id in db.execute("SELECT box_id, wire_id FROM box").fetchall()
        ],
    )
    _put(
        db,
        "out_of_service",
        "vehicle_id, from_s, to_s",
        [
            (n, from_s, from_s + _DAY_S)
            for n in cars
            for month in range(-12, 3)
            for from_s in [_midnight(now_s) + (30 * month + n % 20) * _DAY_S + 5 * _DAY_S]
        ],
    )
    pieces = range(1, PIECES * times + 1)
    _put(
        db,
        "equipment",
        "equipment_id, code, name, site_id",
        [(n, f"SIEGE-{n}", "Siège enfant", 1 + n % _SITES) for n in pieces],
    )


def _to_do(db: sqlite3.Connection, times: int, now_s: int) -> None:
    """One car in four tells of something; of the past year most is settled."""
    for n, column in enumerate(("startable_since_s = ?, hindrance = 'no_sign'",
                                "clock_doubtful = 1, clock_doubtful_since_s = ?")):  # fmt: skip
        db.execute(f"UPDATE box SET {column} WHERE box_id % 4 = ?", (now_s - _DAY_S, n))
    told = range(1, 20 * CARS * times + 1)
    _put(
        db,
        "contradiction",
        "contradiction_id, box_id, kind, times, first_at_s, last_at_s, seen_by_id, seen_at_s",
        [
            (n, 1 + n % (CARS * times), "ignition_off", 3, now_s - _DAY_S, now_s)
            + ((None, None) if n <= CARS * times // 4 else (1, now_s - n))
            for n in told
        ],
    )
    _put(
        db,
        "unassigned",
        "unassigned_id, box_id, vehicle_id, from_s, to_s, distance_m, is_gap, after_trip_id,"
        " before_trip_id, agent_id, directorate_id, attributed_by_id, attributed_at_s",
        [
            (n, 1 + n % CARS, 1 + n % CARS, now_s - _DAY_S, now_s, 4000, n % 2, n, n + CARS)
            + ((None,) * 4 if n % 20 == 0 else (2, 1, 1, now_s - n))
            for n in told
        ],
    )


def _midnight(now_s: int) -> int:
    return now_s - now_s % _DAY_S


def _journeys(db: sqlite3.Connection, times: int, now_s: int) -> Landmarks:
    rng = random.Random(12)
    cars, agents = CARS * times, AGENTS * times
    today_s = _midnight(now_s)
    bookings, trips, legs, records, occupants, feedback = [], [], [], [], [], []

    def book(car: int, agent: int, from_s: int, to_s: int) -> int:
        bookings.append((len(bookings) + 1, car, agent, 1 + agent % 5, from_s, to_s, "Chantier",
                         "active", from_s - 7 * _DAY_S))  # fmt: skip
        return len(bookings)

    def drive(car: int, agent: int, booking: int, from_s: int, to_s: int | None, seq: int) -> int:
        trip = len(trips) + 1
        ended = to_s is not None
        metres = rng.randrange(3000, 60_000)
        trips.append((trip, car, car, agent, 1 + agent % 5, booking, from_s, to_s, 1000,
                      1000 + metres, metres, "ended" if ended else "open",
                      "badge_held" if ended else None, 480_061_000, 1_996_000))  # fmt: skip
        half_s = from_s + 1800
        legs.append((trip, from_s + 60, half_s, 1000, 1000 + metres // 2))
        legs.append((trip, half_s + 60, to_s, 1000 + metres // 2, 1000 + metres))
        for i, (kind, name, fields) in enumerate(_RECORDS if ended else _RECORDS[:-2]):
            at_s = from_s + 60 * i
            records.append((car, 1, seq + i, kind, name, at_s, at_s + 5, trip, fields, b"12345678"))
        return trip

    # The year behind: each day one trip a car, from the oldest on, as it happened.
    seqs = dict.fromkeys(range(1, cars + 1), 1)
    for day in range(TRIPS, 0, -1):
        for car in range(1, cars + 1):
            agent = 1 + rng.randrange(agents)
            from_s = today_s - day * _DAY_S + rng.randrange(6, 16) * _HOUR_S
            to_s = from_s + rng.randrange(1, 5) * _HOUR_S
            trip = drive(car, agent, book(car, agent, from_s, to_s), from_s + 120, to_s, seqs[car])
            seqs[car] += len(_RECORDS)
            if trip % 10 == 0:
                occupants.append((trip, 1 + rng.randrange(agents)))
            if trip % 20 == 0:
                answered = day > 20 or trip % 60 == 0
                feedback.append((trip, 4, "La voiture tire à droite.", int(trip % 5 == 0), to_s,
                                 *(("Merci.", to_s + _DAY_S, 1, to_s + 2 * _DAY_S)
                                   if answered else (None,) * 4)))  # fmt: skip
    # Now: one car in ten is driven, the last one's end should have come.
    running = 0
    begun_s = now_s - now_s % _HOUR_S - _HOUR_S
    for n, car in enumerate(range(1, cars + 1, 10)):
        agent = 2 if n == 0 else 10 + n
        booking = book(car, agent, begun_s, now_s - 60 if n % 3 == 1 else begun_s + 4 * _HOUR_S)
        trip = drive(car, agent, booking, begun_s + 120, None, seqs[car])
        if n == 0:
            running, open_trip = booking, trip
    # To come: mornings of the usual agents, afternoons of the one with most.
    firsts: dict[int, int] = {}
    for day in range(1, TO_COME + 1):
        for car in range(1, cars + 1):
            agent = 2 if car == 7 and day < 4 else 10 + rng.randrange(agents - 10)
            from_s = today_s + day * _DAY_S + 7 * _HOUR_S
            firsts.setdefault(agent, book(car, agent, from_s, from_s + 4 * _HOUR_S))
    for i in range(MANY):
        from_s = today_s + (1 + i % _ACTIVE_DAYS) * _DAY_S + 13 * _HOUR_S
        firsts.setdefault(3, book(2 + i // _ACTIVE_DAYS, 3, from_s, from_s + 3 * _HOUR_S))
    long_trip = len(trips) // 2
    car, seq = trips[long_trip - 1][1], 1_000_000
    records += [
        (car, 1, seq + i, 6, "odometer", now_s, now_s, long_trip, '{"odometer_m": 5000}', b"1234")
        for i in range(LONG_TRIP_RECORDS)
    ]
    _put(
        db,
        "booking",
        "booking_id, vehicle_id, agent_id, directorate_id, starts_at_s, ends_at_s, purpose, state,"
        " created_at_s",
        bookings,
    )
    _put(
        db,
        "booking_equipment",
        "booking_id, equipment_id",
        [(firsts[2], piece) for piece in range(1, 3) if (1 + piece % 5) == 1 + 7 % 5],
    )
    _put(
        db,
        "trip",
        "trip_id, box_id, vehicle_id, agent_id, directorate_id, booking_id, started_at_s,"
        " ended_at_s, start_odometer_m, last_odometer_m, distance_m, state, end_reason,"
        " start_lat_e7, start_lon_e7",
        trips,
    )
    db.execute("UPDATE trip SET listed_at_s = started_at_s, received_at_s = started_at_s")
    _put(db, "leg", "trip_id, started_at_s, ended_at_s, start_odometer_m, last_odometer_m", legs)
    _put(
        db,
        "record",
        "box_id, epoch, seq, kind, kind_name, at_s, received_at_s, trip_id, fields, body",
        records,
    )
    _put(db, "occupant", "trip_id, agent_id", occupants)
    _put(
        db,
        "feedback",
        "trip_id, rating, message, damage, said_at_s, answer, answered_at_s, answered_by_id,"
        " read_at_s",
        feedback,
    )
    refused = [
        (1 + n % cars, at_s, at_s, _REASONS[n % len(_REASONS)], 1 + n % agents, 1 + n % 5)
        for n in range(cars * 24)
        for at_s in [now_s - 365 * _DAY_S + n * (365 * _DAY_S // (cars * 24))]
    ]
    _put(
        db, "refusal", "vehicle_id, at_s, received_at_s, reason, agent_id, directorate_id", refused
    )
    return Landmarks(
        usual_booking=firsts[2],
        busy_booking=firsts[3],
        running_booking=running,
        usual_trip=next(trip[0] for trip in reversed(trips) if trip[3] == 2 and trip[7]),
        open_trip=open_trip,
        long_trip=long_trip,
        old_trip=len(trips) // 3,
        old_refusal=len(refused) // 2,
        message=next(said[0] for said in feedback if said[5] is None),
        badge=2,
    )
