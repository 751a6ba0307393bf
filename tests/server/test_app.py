"""The composition: one process, HTTP and boxes' port together."""

from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer

from server.app import init_app
from server.app_keys import CLOCK, NOTIFY, STORE
from server.clock import SystemClock
from server.config import Address, Config
from server.gateway import LISTENER
from shared_protocol import messages, records
from tests.fleet import fit_box, open_small_fleet
from tests.server.gateway.box_client import BoxClient


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
