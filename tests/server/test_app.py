"""The composition: one process, HTTP and boxes' port together."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from server.actions import Actions, Person
from server.actions.bookings import Book, book
from server.actions.tools import wakes_nobody
from server.app import init_app
from server.app_keys import CLOCK, NOTIFY, STORE
from server.clock import SystemClock
from server.config import Address, Config
from server.fleet.bookings import Limits
from server.fleet.fleet_file import FleetFile, parse
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Refused
from server.gateway import LISTENER, listener
from server.ports.descriptors import Shares
from server.store import Store
from shared_protocol import messages, records
from tests.fleet import CAR, HOUR_S, NOW_S, PAUL, fit_box, open_small_fleet
from tests.server.gateway.box_client import BoxClient
from tests.server.web.sample import StillClock

DAY_S = 24 * HOUR_S


async def test_pages_and_boxes_are_served_by_one_process(tmp_path: Path) -> None:
    store = await open_small_fleet(tmp_path)
    box = await fit_box(store)
    await store.close()
    app = init_app(Config(tmp_path, boxes=Address("127.0.0.1", 0)), SystemClock())
    async with TestClient(TestServer(app)) as browser:
        answer = await browser.get("/healthz")
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})
        car = await BoxClient.connect(app[LISTENER].address.port, box)
        assert (await car.greet()).seq == 0
        app[NOTIFY](None)
        assert app[CLOCK].now_s() > 0
        seen = [each.last_seen_s for each in await app[STORE].boxes.all()]
        assert seen[0] is not None
        car.close()


async def test_a_fleet_that_cannot_be_connected_whole_is_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = await open_small_fleet(tmp_path)
    await fit_box(store)
    await store.close()
    monkeypatch.setattr(listener, "shares", lambda: Shares(descriptors=256, web=1, boxes=0))
    app = init_app(Config(tmp_path, boxes=Address("127.0.0.1", 0)), SystemClock())
    async with TestClient(TestServer(app)):
        pass
    assert "1 boxes are in service, and 0 can be connected at a time" in caplog.text


async def test_the_limits_a_server_is_started_with_hold_on_every_way_in(tmp_path: Path) -> None:
    await (await open_small_fleet(tmp_path)).close()
    limits = Limits(shortest_s=2 * HOUR_S, coming=2, coming_of_car=2)
    config = Config(tmp_path, boxes=Address("127.0.0.1", 0), booking_limits=limits)
    later_s = NOW_S + 30 * HOUR_S

    def asked(hours: int, at_s: int = later_s) -> dict[str, Any]:
        hours_of = {"starts_at": at_s, "ends_at": at_s + hours * HOUR_S, "purpose": "Inspection"}
        return {"vehicle": "AB-123-CD", "agent": "paul.morin", **hours_of}

    def file_of(*bookings: dict[str, Any]) -> FleetFile:
        return parse(json.dumps({"bookings": bookings}))

    async with TestClient(TestServer(init_app(config, SystemClock()))):
        other = Store.open(tmp_path)  # as `voiturier load` opens it
        with pytest.raises(Refused, match="too_short"):
            await other.fleet.load(file_of(asked(1)), {}, NOW_S)
        actions = Actions(other, StillClock(NOW_S), wakes_nobody, PARIS)
        agent = await other.agents.get(PAUL)
        assert agent is not None

        async def books(hours: int, day: int) -> None:
            at_s = later_s + day * DAY_S
            request = Book(
                vehicle_id=CAR, purpose="x", starts_at_s=at_s, ends_at_s=at_s + hours * HOUR_S
            )
            await book(Person(agent), request, actions)

        with pytest.raises(Refused, match="too_short"):
            await books(1, 0)
        for day in (0, 1):
            await books(2, day)
        with pytest.raises(Refused, match="too_many_of_car"):
            await books(2, 2)
        with pytest.raises(Refused, match="too_many_of_car"):
            await other.fleet.load(file_of(asked(2, later_s + 3 * DAY_S)), {}, NOW_S)
        await other.close()


async def test_what_another_process_writes_reaches_the_box_within_two_seconds(
    tmp_path: Path,
) -> None:
    store = await open_small_fleet(tmp_path)
    box = await fit_box(store)
    app = init_app(Config(tmp_path, boxes=Address("127.0.0.1", 0)), SystemClock())
    async with TestClient(TestServer(app)):
        car = await BoxClient.connect(app[LISTENER].address.port, box)
        await car.greet()
        await car.report(1, 1, records.Odometer(5))  # the greeting is over when this is answered
        now_s = SystemClock().now_s()
        order = await store.commands.queue(box.box_id, "inhibit", now_s, now_s + 60)
        assert (await car.expect(messages.Command)).command_id == order.command_id
        car.close()
    await store.close()
