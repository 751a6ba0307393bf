"""What Prometheus reads: on an address of its own, as a stranger's parser reads it, of nobody."""

import re
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from server.app import init_app
from server.app_keys import STORE, WATCH
from server.config import Address, Config, ServeError
from server.fleet.alerts import Kind
from server.gateway import LISTENER
from server.health import Need
from server.web.operation.metrics import METRICS
from shared_protocol import records
from tests.fleet import copied
from tests.server.browser import Browser
from tests.server.gateway.box_client import BoxClient
from tests.server.web.sample import CLIO, KARIM, MANAGER, PASSWORD, PEUGEOT, StillClock, fill

RULES = Path(__file__).parents[4] / "packaging" / "prometheus-rules.yml"
Samples = dict[tuple[str, ...], float]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    here = Address("127.0.0.1", 0)
    return Config(tmp_path, boxes=here, metrics=here)


@pytest.fixture
async def client(config: Config) -> AsyncIterator[TestClient]:
    await copied(fill, config.data_dir)
    async with TestClient(TestServer(init_app(config, StillClock()))) as client:
        yield client


async def text(client: TestClient, path: str = "/metrics", status: int = 200) -> str:
    async with ClientSession() as prometheus:
        answer = await prometheus.get(f"http://{client.app[METRICS].address}{path}")
        assert answer.status == status
        return await answer.text()


async def samples(client: TestClient) -> Samples:
    """Name and labels' values -> value, as a stranger's parser reads it."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(await text(client))
        for sample in family.samples
    }


async def test_the_public_port_answers_no_metrics_and_without_an_address_nothing_counts(
    client: TestClient, config: Config, tmp_path: Path
) -> None:
    assert (await client.get("/metrics")).status == 404
    without = replace(config, data_dir=tmp_path / "other", metrics=None, new_fleet=True)
    assert METRICS not in init_app(without, StillClock())


async def test_an_address_that_cannot_be_had_ends_the_start(config: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = replace(config, metrics=Address(*other.getsockname()), new_fleet=True)
        server = TestServer(init_app(taken, StillClock()))
        with pytest.raises(ServeError, match="cannot listen for Prometheus on"):
            await server.start_server()
        await server.close()


async def test_boxes_records_and_strangers_are_counted(client: TestClient) -> None:
    store = client.app[STORE]
    (clio, *_) = await store.vehicles.all()
    box = await store.boxes.secrets(clio.box_id)
    port = client.app[LISTENER].address.port
    car = await BoxClient.connect(port, box)
    ack = await car.greet(epoch=2)
    await car.report(2, ack.seq + 1, records.Odometer(5))
    stranger = await BoxClient.dial(port, box, key=b"k" * 32)
    await stranger.wait_closed()
    now = await samples(client)
    assert now[("voiturier_boxes_connected",)] == 1
    assert now[("voiturier_records_total",)] == 1
    assert sum(v for k, v in now.items() if k[0] == "voiturier_handshakes_refused_total") == 1
    assert now[("voiturier_commit_seconds_count",)] > 0
    assert now[("voiturier_database_bytes",)] > 4096
    assert ("process_open_fds",) in now
    car.close()


async def test_what_is_wrong_is_a_number_for_each_kind(client: TestClient, tmp_path: Path) -> None:
    await client.app[WATCH].look()
    now = await samples(client)
    assert {k[1] for k in now if k[0] == "voiturier_alerts"} == set(Kind)
    assert {k[1]: v for k, v in now.items() if k[0] == "voiturier_missing"} == dict.fromkeys(
        Need, 0
    )
    assert now[("voiturier_mails_waiting",)] == 0 and now[("voiturier_disk_free_bytes",)] > 0
    assert '"ready"' in await text(client, "/readyz")


async def test_whoever_reads_the_metrics_is_told_what_is_missing(
    client: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "secrets" / "master.key").unlink()
    assert "put the file back" in await text(client, "/readyz", 503)
    assert (await samples(client))[("voiturier_missing", "key")] == 1


async def test_no_label_holds_what_somebody_typed_is_called_or_has(client: TestClient) -> None:
    person = Browser(client)
    before = {name for name, *_ in await samples(client)}
    for path in (f"/{KARIM}", "/voitures/1", "/trajets/1?secret=x", "/trajets/2", "/a/%00", "/é"):
        await client.get(path)
    await client.request("PROPFIND", "/voitures/1")
    await person.sign_in("mot-de-passe-tapé")
    await person.sign_in(MANAGER)
    for path in ("/trajets/1", "/trajets/2", "/voitures/1", "/voitures", "/api/trips"):
        await client.get(path)
    now = await samples(client)
    templates = {resource.canonical for resource in client.app.router.resources()}
    pages = {k[1:4] for k in now if k[0] == "voiturier_page_seconds_count"}
    for method, route, status in pages:
        assert route in templates | {"none"}
        assert method in {"GET", "POST", "HEAD", "other"} and status[1:] == "xx"
    assert {
        ("GET", "/trajets/{id}", "2xx"),
        ("GET", "none", "4xx"),
        ("other", "none", "4xx"),
    } <= pages
    said = await text(client)
    for word in (KARIM, MANAGER, CLIO, PEUGEOT, PASSWORD, "PROPFIND", "mot-de-passe", "secret"):
        assert word not in said
    assert before <= {name for name, *_ in now}


async def test_the_sample_of_rules_asks_for_numbers_that_there_are(client: TestClient) -> None:
    await client.get("/healthz")
    asked = set(re.findall(r"voiturier_\w+", RULES.read_text()))
    assert asked and asked <= {name for name, *_ in await samples(client)}
