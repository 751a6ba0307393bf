"""The demonstration's data: what a stranger finds, the first time and the second."""

import json
import random
from pathlib import Path

import pytest

from server.actions import Actions
from server.actions.tools import wakes_nobody
from server.config import ServeError
from server.demo import bookings, fleet, prepare
from server.fleet.model.trips import TripFilter
from server.fleet.recurrence import PARIS
from server.store import Store
from tests.fleet import open_small_fleet, wanted
from tests.server.web.sample import StillClock

HOUR_S = 3600
DAY_S = 24 * HOUR_S


@pytest.fixture
async def data_dir(tmp_path: Path) -> Path:
    await prepare(tmp_path)
    return tmp_path


async def is_driven(store: Store, now_s: int) -> bool:
    """Whether each car is booked now, and for two hours, by who drives it."""
    agents = {agent.login: agent.agent_id for agent in await store.agents.all()}
    covering = {
        (booking.plate, booking.agent_id)
        for booking in await store.bookings.between(now_s, now_s + 1)
        if booking.ends_at_s >= now_s + 2 * HOUR_S
    }
    return covering == {(plate, agents[login]) for plate, login in fleet.DRIVEN_BY.items()}


async def test_two_cars_four_directorates_and_a_manager_with_two_weeks_behind_them(
    data_dir: Path,
) -> None:
    store = Store.open(data_dir)
    agents = await store.agents.all()
    assert len({agent.directorate_code for agent in agents if not agent.roles}) == 4
    assert [agent.login for agent in agents if agent.roles] == ["sophie.marchand"]
    trips = await store.trips.log(TripFilter())
    assert len(trips) >= 10
    assert {trip.state for trip in trips} == {"ended"}
    assert {trip.plate for trip in trips} == set(fleet.DRIVERS)
    assert all(trip.agent_name and trip.booking_id and trip.distance_m > 4_000 for trip in trips)
    assert await store.refusals.log()
    assert await store.feedback.waiting() == (2, 1), "one of them is news of a damaged car"
    await store.close()


async def test_a_second_preparation_keeps_everything(
    data_dir: Path,
) -> None:
    async def state() -> list[object]:
        store = Store.open(data_dir)
        found: list[object] = [await store.trips.log(TripFilter()), await store.agents.all()]
        found += [box.wire_id for box in await store.boxes.all()]
        found += [await store.bookings.between(0, 1 << 32)]
        await store.close()
        return found

    before = await state()
    identities = await prepare(data_dir)
    assert await state() == before
    for plate, path in identities.items():
        identity = json.loads(path.read_text())
        assert (identity["vehicle"], identity["board"]) == (plate, "host")


async def test_a_car_counts_on_from_its_last_trip(data_dir: Path) -> None:
    identities = await prepare(data_dir)
    store = Store.open(data_dir)
    for car in await store.vehicles.all():
        (newest,) = await store.trips.log(TripFilter(vehicle_id=car.vehicle_id), limit=1)
        identity = json.loads(identities[car.plate].read_text())
        assert identity["odometer_m"] == newest.last_odometer_m > 1_000_000
    await store.close()


async def test_an_interrupted_preparation_is_made_good(data_dir: Path) -> None:
    plate = next(iter(fleet.DRIVERS))
    (data_dir / "boxes" / f"{plate}.json").unlink()
    identities = await prepare(data_dir)
    store = Store.open(data_dir)
    box = next(box for box in await store.boxes.all() if box.plate == plate)
    assert json.loads(identities[plate].read_text())["box_id"] == box.wire_id.hex()
    await store.close()


@pytest.mark.parametrize("seed", range(5))
async def test_whenever_it_starts_again_the_cars_are_booked_by_who_drives_them(
    data_dir: Path, seed: int
) -> None:
    chance = random.Random(seed)
    store = Store.open(data_dir)
    now_s = (await store.bookings.between(0, 1 << 32))[-1].starts_at_s
    for _ in range(8):
        now_s += chance.randrange(3 * DAY_S)
        visitors = wanted(1, now_s + HOUR_S, now_s + 3 * HOUR_S, "A visitor's")
        if not await store.bookings.between(visitors.starts_at_s, visitors.ends_at_s):
            await store.bookings.create(visitors, 1, now_s)
        await bookings.freshen(Actions(store, StillClock(now_s), wakes_nobody, PARIS))
        assert await is_driven(store, now_s), f"seed {seed}, {now_s}"
    await store.close()


async def test_a_real_fleet_gets_no_known_passwords(tmp_path: Path) -> None:
    await (await open_small_fleet(tmp_path)).close()
    with pytest.raises(ServeError, match="holds another fleet"):
        await prepare(tmp_path)
    store = Store.open(tmp_path)
    assert await store.agents.by_login("sophie.marchand") is None
    await store.close()
