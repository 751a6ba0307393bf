"""What costs nothing while there is nothing new, and who is woken when there is."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from server import gateway
from server.app_keys import CLOCK, CONFIG, STORE
from server.config import Address, Config
from server.fleet.model import BookingRequest
from server.gateway import LISTENER
from server.gateway.registry import Registry
from server.gateway.tags import Tags
from server.store import BoxSecrets, Store
from shared_protocol import messages, records, sets
from shared_protocol.badges import badge_tag
from tests.fleet import HOUR_S, MARIE_UID, NOW_S, OTHER_CAR, PAUL, fit_box
from tests.server.gateway.box_client import BoxClient, a_status, marker
from tests.server.gateway.clock_of_the_fleet import ClockOfTheFleet


class Clock(ClockOfTheFleet):
    """Looks at what other processes did when the test says so."""

    async def look_regularly(self, look: Callable[[], Awaitable[None]]) -> None:
        self.look = look
        await asyncio.Event().wait()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def app(store: Store, clock: Clock) -> AsyncIterator[web.Application]:
    """The whole boxes' side, as the server sets it up."""
    app = web.Application()
    app[STORE], app[CLOCK] = store, clock
    app[CONFIG] = Config(store.data_dir, boxes=Address("127.0.0.1", 0))
    gateway.setup(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await asyncio.sleep(0)  # the looking begins
    yield app
    await runner.cleanup()


def port_of(app: web.Application) -> int:
    return app[LISTENER].address.port


async def settled(app: web.Application, box: BoxSecrets) -> tuple[BoxClient, messages.Status]:
    """A box that has what it should have, and its heartbeat."""
    client = await BoxClient.connect(port_of(app), box)
    await client.greet()
    grants = (await client.expect(messages.Grants)).grants
    held = a_status(grants_hash=sets.set_hash(sets.grants_to_bytes(grants)))
    client.send(held)
    await marker(client)
    client.send(held)
    return client, held


class Asked:
    """Counts what is asked of a store's threads."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reads = self.writes = 0
        read, write = store._engine.in_reader, store._engine.write

        async def in_reader(*arguments: object, **more: object) -> object:
            self.reads += 1
            return await read(*arguments, **more)  # type: ignore[arg-type]

        async def counted_write(*arguments: object) -> object:
            self.writes += 1
            return await write(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(store._engine, "in_reader", in_reader)
        monkeypatch.setattr(store._engine, "write", counted_write)


async def test_a_heartbeat_that_brings_nothing_new_asks_the_database_nothing(
    app: web.Application,
    store: Store,
    clock: Clock,
    box: BoxSecrets,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, held = await settled(app, box)
    await marker(client)
    client.send(held)
    asked = Asked(store, monkeypatch)
    for _ in range(20):
        client.send(held)
    await marker(client)
    assert asked.reads == 0
    assert asked.writes == 2, "what it said after the records, and the records"
    client.close()


async def test_when_boxes_were_last_heard_is_kept_together_with_the_next_look(
    app: web.Application, store: Store, clock: Clock, box: BoxSecrets
) -> None:
    client, held = await settled(app, box)
    await marker(client)
    client.send(held)
    client.send(held)
    await marker(client)
    await store._engine.write(lambda db: db.execute("UPDATE box SET last_seen_s = 5"))
    client.send(held)
    client.send(held)
    await marker(client)
    await store._engine.write(lambda db: db.execute("UPDATE box SET last_seen_s = 5"))
    await clock.look()
    (kept,) = await store.boxes.all()
    assert kept.last_seen_s is not None and kept.last_seen_s >= NOW_S
    client.close()


async def test_news_of_another_process_reach_the_car_concerned_and_wake_no_other(
    app: web.Application,
    store: Store,
    clock: Clock,
    box: BoxSecrets,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, _ = await settled(app, box)
    there, _ = await settled(app, await fit_box(store, OTHER_CAR))
    await clock.look()  # that both have a box now
    await marker(here)
    await marker(there)
    command = Store.open(store.data_dir)
    wanted = BookingRequest(OTHER_CAR, PAUL, NOW_S + HOUR_S, NOW_S + 2 * HOUR_S, "")
    booking = await command.bookings.create(wanted, NOW_S)
    await command.close()
    asked = Asked(store, monkeypatch)
    await clock.look()
    while there.count(messages.GrantsChange) == 0:
        await there.take()
    (told,) = (m for m in there.history if isinstance(m, messages.GrantsChange))
    assert booking.booking_id in {grant.grant_id for grant in told.grants}
    await marker(here)
    assert here.count(messages.GrantsChange) == 0
    assert asked.reads == 1, "of the other car"
    here.close()
    there.close()


async def test_a_car_hears_of_another_one_s_booking_with_its_next_heartbeat(
    app: web.Application, store: Store, box: BoxSecrets
) -> None:
    client, held = await settled(app, box)
    wanted = BookingRequest(OTHER_CAR, PAUL, NOW_S + HOUR_S, NOW_S + 2 * HOUR_S, "")
    await store.bookings.create(wanted, NOW_S)
    client.send(held)
    while client.count(messages.GrantsChange) == 0:
        await client.take()
    (told,) = (m for m in client.history if isinstance(m, messages.GrantsChange))
    assert [grant.kind for grant in told.grants] == [messages.GRANT_OTHER_CAR]
    client.close()


class Served:
    def __init__(self, vehicle_id: int) -> None:
        self.vehicle_id, self.woken = vehicle_id, 0

    def refresh(self) -> None:
        self.woken += 1

    def close(self, reason: str) -> None:
        raise AssertionError(reason)


def test_those_in_the_cars_named_are_woken() -> None:
    registry = Registry()
    cars = [Served(vehicle_id) for vehicle_id in (1, 2, 3)]
    for box_id, car in enumerate(cars, start=11):
        registry.claim(box_id, car)
    registry.wake({2, 9})
    assert [car.woken for car in cars] == [0, 1, 0]
    registry.wake(None)
    registry.notify(13)
    registry.notify(99)
    assert [car.woken for car in cars] == [1, 2, 2]


async def test_a_stranger_s_badge_is_searched_for_once_until_badges_change(
    store: Store, box: BoxSecrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await store.boxes.by_wire_id(box.wire_id)
    assert account is not None
    searches, tags, all_badges = 0, Tags(store), store.badges.one_by_one

    def counted() -> object:
        nonlocal searches
        searches += 1
        return all_badges()

    monkeypatch.setattr(store.badges, "one_by_one", counted)
    stranger = b"stranger"
    for _ in range(3):
        assert await tags.search(account, {stranger}, NOW_S) == {}
    assert searches == 1
    marie = badge_tag(box.badge_key, MARIE_UID)
    found = await tags.search(account, {stranger, marie}, NOW_S)
    assert [badge.uid for badge in found.values()] == [MARIE_UID]
    assert searches == 1, "she has a booking of this car"
    await store.badges.revoke(1, NOW_S)
    assert await tags.search(account, {stranger}, NOW_S) == {}
    assert searches == 2


async def test_a_server_that_stops_among_handshakes_ends_them_in_order(
    store: Store, box: BoxSecrets, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    app = web.Application()
    app[STORE], app[CLOCK] = store, clock
    app[CONFIG] = Config(store.data_dir, boxes=Address("127.0.0.1", 0))
    gateway.setup(app)
    runner = web.AppRunner(app)
    await runner.setup()
    dialled = [await BoxClient.dial(port_of(app), box) for _ in range(60)]
    for client in dialled[::2]:
        client.writer.transport.abort()
    await asyncio.sleep(0)
    await runner.cleanup()
    await store.close()
    for client in dialled:
        client.close()
    assert not [line for line in caplog.messages if "failed" in line]


async def test_a_record_of_a_badge_without_a_booking_finds_its_holder(
    app: web.Application, store: Store, box: BoxSecrets
) -> None:
    await store.bookings.cancel(1, 1)
    client, _ = await settled(app, box)
    await marker(client)
    tag = badge_tag(box.badge_key, MARIE_UID)
    await client.report(1, 1, records.Refusal(tag, records.REFUSED_TOO_LATE))
    (refusal,) = await store.refusals.log()
    assert refusal.agent_name == "Marie Leroy"
    client.close()
