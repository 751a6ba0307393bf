"""A line of the log: one each, readable by a collector, and without what is secret."""

import base64
import io
import json
import logging
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from server import logs
from server.app import init_app
from server.app_keys import CLOCK, STORE, WATCH
from server.config import Address, Config, MailSettings
from server.gateway import LISTENER
from server.store import StoreError
from shared_protocol import records
from shared_protocol.badges import badge_tag
from tests.fleet import copied
from tests.server.browser import Browser
from tests.server.gateway.box_client import PLACE, BoxClient
from tests.server.health.machine import SettableClock
from tests.server.mail.smtp_server import MailServer
from tests.server.web.pages.signing_in.letterbox import SITE, ask, give_address, mailed_link
from tests.server.web.pages.signing_in.second_factor import set_up
from tests.server.web.sample import KARIM, LUCIE, PASSWORD, fields, fill

TYPED = ("un mot de passe tapé comme login", "pas.le.bon", "Chantier secret de Mamers")
UID = "04a1b2c4"


class Lines:
    """What is logged, in one format."""

    def __init__(self, formatter: logging.Formatter) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(formatter)
        self.handler.addFilter(lambda record: record.name != "mail.log")  # the stranger's

    @property
    def text(self) -> str:
        return self.stream.getvalue()


@pytest.fixture
def written() -> Iterator[dict[str, Lines]]:
    """Every line of the process, down to what is for developers, in each format."""
    root, level = logging.getLogger(), logging.getLogger().level
    written = {name: Lines(formatter) for name, formatter in logs.FORMATTERS.items()}
    root.setLevel(logging.DEBUG)
    for each in written.values():
        root.addHandler(each.handler)
    yield written
    for each in written.values():
        root.removeHandler(each.handler)
    root.setLevel(level)


def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("server.x", logging.ERROR, __file__, 1, message, (), info)


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except type(error) as caught:
        return caught


@pytest.mark.parametrize("name", logs.FORMATTERS)
def test_an_exception_is_one_line_with_its_place_and_without_what_it_held(name: str) -> None:
    error = raised(ValueError("le\nmot de passe"), raised(KeyError("secret")))
    line = logs.FORMATTERS[name].format(record("a connection failed", error))
    assert "\n" not in line and "mot de passe" not in line and "secret" not in line
    assert re.search(r"ValueError at server/logs/test_logs.py:\d+; from KeyError at ", line)


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), StoreError("full")])
def test_the_words_of_the_database_are_kept(error: Exception) -> None:
    assert str(error) in logs.FORMATTERS["plain"].format(record("no", raised(error)))


def test_a_line_for_a_collector_is_an_object_with_time_level_and_logger() -> None:
    line = json.loads(logs.FORMATTERS["json"].format(record("l’horloge")))
    assert (line["level"], line["logger"], line["message"]) == ("ERROR", "server.x", "l’horloge")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[TestClient]:
    await copied(fill, tmp_path)
    async with MailServer() as mail_server:
        mail = MailSettings(mail_server.address, "parc@ddt.example", SITE, "none")
        here = Address("127.0.0.1", 0)
        app = init_app(Config(tmp_path, boxes=here, metrics=here, mail=mail), SettableClock())
        app.router.add_get("/fault", _fault)
        server = TestServer(app)
        await server.start_server(access_log=None)  # as serving.py has it: an address holds a link
        async with TestClient(server) as client:
            client.mail_server = mail_server
            yield client


async def _fault(request):
    raise ValueError(f"not a number: {PASSWORD}")


async def people(client: TestClient) -> list[str]:
    """Sign in and be refused, book, fail, choose another password; return what nobody may read."""
    secrets = [PASSWORD, *TYPED]
    visitor, karim = Browser(client), Browser(TestClient(client.server))
    await visitor.sign_in(TYPED[0], TYPED[1])
    await visitor.sign_in(KARIM, TYPED[1])
    await karim.sign_in(KARIM)
    secret, codes = await set_up(karim, client.app[CLOCK])
    store = client.app[STORE]
    await karim.send("/reservations/nouvelle", **await fields(store, purpose=TYPED[2]))
    await karim.send("/reservations/nouvelle", **await fields(store, purpose=TYPED[2]))
    for path in (f"/fault?key={TYPED[1]}", f"/voitures/{TYPED[1]}", f"/api/trips?since={TYPED[1]}"):
        await karim.client.get(path)
    await karim.client.post("/api/bookings", data=b"\xff" + PASSWORD.encode())
    await give_address(client, LUCIE)
    await ask(visitor, LUCIE)
    link = await mailed_link(client.mail_server)
    secrets += [link.partition("key=")[2], secret, *codes, f"{LUCIE}@ddt.example"]
    for person in (visitor, karim):
        secrets += [cookie.value for cookie in person.client.session.cookie_jar]
    await karim.client.session.close()
    return [secret for secret in secrets if len(secret) > 3]


async def boxes(client: TestClient) -> list[str]:
    """Let a box open a trip, refuse a badge, tell nonsense, and a stranger try its key."""
    store, port = client.app[STORE], client.app[LISTENER].address.port
    box = await store.boxes.secrets((await store.vehicles.all())[1].box_id)
    car = await BoxClient.connect(port, box)
    ack = await car.greet(epoch=2)
    tag = badge_tag(box.badge_key, bytes.fromhex(UID))
    start = records.TripStart(tag, 0, 1_000, *PLACE, 0, 0)
    await car.report(2, ack.seq + 1, start, records.Refusal(bytes(8), 1))
    car.send(car.batch(2, 99_999, [records.Record(200, 0, b"\xff" * 40)]))
    car.close()
    stranger = await BoxClient.dial(port, box, key=b"k" * 32)
    await stranger.wait_closed()
    nonsense = await BoxClient.dial(port, box)
    nonsense.writer.write(PASSWORD.encode() * 20)
    await nonsense.wait_closed()
    keys = [box.key, box.badge_key, tag, (store.data_dir / "secrets" / "master.key").read_bytes()]
    return [*(key.hex() for key in keys), *(base64.b64encode(key).decode() for key in keys)]


async def test_no_line_holds_a_secret_a_place_or_what_somebody_typed(
    client: TestClient, written: dict[str, Lines]
) -> None:
    secrets = [*await people(client), *await boxes(client), UID, UID.upper()]
    for number in PLACE:
        secrets += [str(number), f"{number / 1e7:.4f}"]
    await client.app[WATCH].look()
    for lines in written.values():
        text = lines.text
        assert "sign-in refused" in text and "connection closed" in text and "failed" in text
        for secret in secrets:
            assert secret not in text, secret
            assert secret.encode().hex() not in text
    for line in written["json"].text.splitlines():
        json.loads(line)
