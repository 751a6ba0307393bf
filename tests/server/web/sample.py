"""The fleet the page tests run on: two cars, three people, past trips, one under way, refusals.

`fill` puts it into a real store, through the same doors as the real thing.
"""

import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher

from server.clock import SystemClock
from server.fleet import fleet_file
from server.fleet.model.bookings import Booking
from server.fleet.model.trips import TripFilter
from server.fleet.records import (
    BadgeRefused,
    FleetRecord,
    Holder,
    LegEnded,
    LegStarted,
    OccupantJoined,
    OdometerRead,
    Position,
    ReadRecord,
    TripEnded,
    TripStarted,
)
from server.fleet.trips import follow
from server.store import Batch, Store
from server.web.localtime import to_input
from tests.fleet import HOUR_S, SITE, agent, booking, fleet, inform, vehicle

PARIS = ZoneInfo("Europe/Paris")
DAY_S = 24 * HOUR_S
NOW_S = int(datetime(2026, 11, 23, 9, 0, tzinfo=PARIS).timestamp())
PASSWORD = "correct horse"
# As cheap as argon2 gets: how dear a real hash is, is not what these tests are about.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
PAST_TRIPS = 30
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

MANAGER, KARIM, LUCIE = "claire.martin", "karim.benali", "lucie.moreau"
CLIO, PEUGEOT = "FX-482-LM", "GB-117-KD"

FLEET = fleet(
    [vehicle(CLIO, "Renault Clio"), vehicle(PEUGEOT, "Peugeot 208")],
    [
        agent(MANAGER, bytes.fromhex("04a1b2c3"), role="manager", password=PASSWORD),
        agent(KARIM, bytes.fromhex("04a1b2c4"), password=PASSWORD, full_name="Karim <b>Benali"),
        agent(LUCIE, b"", "DDPP", password=PASSWORD, badges=[]),
    ],
    [
        booking(CLIO, KARIM, NOW_S - HOUR_S, NOW_S + 2 * HOUR_S, purpose="Chantier de Mamers"),
        booking(
            PEUGEOT, KARIM, NOW_S + DAY_S, NOW_S + DAY_S + 4 * HOUR_S, purpose="Réunion à Angers"
        ),
        booking(
            PEUGEOT,
            LUCIE,
            NOW_S - 3 * DAY_S,
            NOW_S - 3 * DAY_S + HOUR_S,
            purpose="Contrôle à La Flèche",
        ),
    ],
    equipment=[{"code": "SIEGE-1", "name": "Siège enfant", "site": SITE}],
)


class StillClock(SystemClock):
    """The system's clock, whose hands a test sets."""

    def __init__(self, at_s: int = NOW_S) -> None:
        self.at_s = at_s

    def now_ms(self) -> int:
        return self.at_s * 1000


async def fill(store: Store) -> None:
    """Load the fleet, fit both cars with boxes and let these tell a month's story."""
    people = (MANAGER, KARIM, LUCIE)
    await store.fleet.load(fleet_file.parse(json.dumps(FLEET)), dict.fromkeys(people, HASH), NOW_S)
    await inform(store)
    agents = {agent.login: agent for agent in await store.agents.all()}
    karim, lucie = agents[KARIM], agents[LUCIE]
    clio, peugeot = await store.vehicles.all()
    holder = Holder(
        karim.agent_id, karim.directorate_id, await booking_id_of(store, karim.agent_id)
    )
    beside = Holder(lucie.agent_id, lucie.directorate_id)
    joined = ReadRecord(13, "occupant", NOW_S - 60, b"", {}, OccupantJoined(beside))
    await tell(store, clio.vehicle_id, [*past_trips(lucie), *open_trip(holder), joined])
    refused = [
        BadgeRefused(NOW_S - 600, "unknown_badge", Holder()),
        BadgeRefused(NOW_S - 300, "too_early", Holder(karim.agent_id, karim.directorate_id)),
        BadgeRefused(NOW_S - 200, "wrong_car", holder),
        BadgeRefused(None, "clock_unknown", Holder()),
    ]
    records = [ReadRecord(7, "refusal", r.at_s, b"", {"reason": r.reason}, r) for r in refused]
    await tell(store, peugeot.vehicle_id, records)


async def booking_id_of(store: Store, agent_id: int) -> int:
    """Return the booking of this agent that runs now."""
    running: list[Booking] = await store.bookings.of_agent(agent_id, NOW_S)
    return running[0].booking_id


async def tell(store: Store, vehicle_id: int, records: list[ReadRecord]) -> None:
    """Let a new box of this car report these records, in one batch."""
    box = await store.boxes.add(vehicle_id, replace=False, now_s=NOW_S)
    batch = Batch(box.box_id, 1, 1, 1, tuple(records), NOW_S)
    await store.records.append(batch, follow)


async def report(store: Store, plate: str, event: FleetRecord) -> None:
    """Let a car's box report one more thing."""
    box = next(box for box in await store.boxes.all() if box.plate == plate)
    seq = await store.records.held_seq(box.box_id, 1) + 1
    metres = getattr(event, "odometer_m", None)
    fields = {} if metres is None else {"odometer_m": metres}
    reported = ReadRecord(6, "odometer", NOW_S, b"", fields, event)
    batch = Batch(box.box_id, 1, seq, 1, (reported,), NOW_S)
    await store.records.append(batch, follow)


def past_trips(driver) -> list[ReadRecord]:
    """Thirty trips of Lucie's, one a day, 10 km each; her end of the second last was deduced."""
    records = []
    for day in range(PAST_TRIPS):
        at_s, odometer_m = NOW_S - (PAST_TRIPS - day) * DAY_S, day * 10_000
        holder = Holder(driver.agent_id, driver.directorate_id, None)
        start = TripStarted(
            at_s, odometer_m, holder, Position(480061000, 1996000), "high" if day % 2 else "low"
        )
        reason = "inferred" if day == PAST_TRIPS - 2 else "badge_held"
        events = [
            ("trip_start", start),
            ("leg_start", LegStarted(at_s + 60, odometer_m)),
            ("leg_end", LegEnded(at_s + 1200, odometer_m + 10_000)),
            ("trip_end", TripEnded(at_s + 1260, odometer_m + 10_000, reason, None)),
        ]
        for name, event in events:
            fields = {"odometer_m": event.odometer_m}
            if name == "trip_end":
                fields["reason"] = reason
            records.append(ReadRecord(2, name, event.at_s, b"", fields, event))
    return records


def open_trip(holder: Holder) -> list[ReadRecord]:
    """Karim's trip under way: 12.3 km so far, west of Greenwich, sixty odometer records."""
    start_s, start_m = NOW_S - 1800, PAST_TRIPS * 10_000
    started = TripStarted(start_s, start_m, holder, Position(480061000, -1996000))
    leg = LegStarted(start_s + 30, start_m)
    records = [
        ReadRecord(2, "trip_start", start_s, b"", {"odometer_m": start_m}, started),
        ReadRecord(4, "leg_start", leg.at_s, b"", {"odometer_m": start_m}, leg),
    ]
    for i in range(1, 61):
        odometer_m = start_m + i * 205
        records.append(
            ReadRecord(
                6,
                "odometer",
                start_s + 30 + i * 20,
                b"",
                {"odometer_m": odometer_m},
                OdometerRead(odometer_m),
            )
        )
    return records


async def trip_ids(store: Store) -> tuple[int, int]:
    """Return the ids of the trip under way (Karim's) and of the newest ended one (Lucie's)."""
    under_way, ended, *_ = await store.trips.log(TripFilter())
    return under_way.trip_id, ended.trip_id


FORM = "/reservations/nouvelle"


async def id_of(store, plate):
    return str(next(car.vehicle_id for car in await store.vehicles.all() if car.plate == plate))


async def fields(store, plate=CLIO, start_s=NOW_S + 2 * DAY_S, end_s=None, purpose="Visite"):
    end_s = start_s + HOUR_S if end_s is None else end_s
    return {
        "vehicle": await id_of(store, plate),
        "start": to_input(start_s, PARIS),
        "end": to_input(end_s, PARIS),
        "purpose": purpose,
    }


async def own(store, login):
    agent = await store.agents.by_login(login)
    return await store.bookings.of_agent(agent.agent_id, 0)


async def report_of_clio(store: Store, reported: ReadRecord) -> int:
    """Let the Clio's box report one more thing."""
    clio = (await store.vehicles.all())[0]
    seq = await store.records.held_seq(clio.box_id, 1) + 1
    batch = Batch(clio.box_id, 1, seq, 1, (reported,), NOW_S)
    await store.records.append(batch, follow)
    return clio.box_id
