"""The server is spoken to over real TLS, and whatever is wrong with it or refused has its name."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509

from flasher import server as client
from flasher.failures import FlashError
from flasher.failures.files import FileFailure
from flasher.failures.server import ServerFailure
from flasher.server import CodeWantedError, Server
from tests.flasher.authority import Authority
from tests.flasher.identity import IDENTITY, KEY
from tests.flasher.site import CODE, LOGIN, PASSWORD, Site

BOARD, MAC, OTHER_MAC = "lilygo_t_sim7670g_s3", "7c:df:a1:02:03:04", "7c:df:a1:ff:ff:ff"
WANTED = {"board": BOARD, "mac": MAC}
BOX = f"{1:016x}"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def named(call: Callable[[], object]) -> FlashError:
    with pytest.raises(FlashError) as caught:
        call()
    return caught.value


def signed_in(site: Site) -> Server:
    server = Server(site.url, None, time.time)
    assert server.sign_in(LOGIN, PASSWORD) == "Léa Martin"
    return server


def test_a_box_is_asked_for_and_told_of_over_tls_and_the_session_ends(
    authority: Authority,
) -> None:
    with Site(authority.server()) as site:
        assert site.url.startswith("https://localhost:")
        with Server(site.url + "/", authority.file, time.time) as server:
            assert server.url == site.url
            server.sign_in(LOGIN, PASSWORD)
            assert len(site.sessions) == 1
            identity = server.box("AB-123-CD", WANTED | {"key_holder": True})
            assert identity == IDENTITY | {"box_id": BOX}
            server.flashed(BOX, {"mac": MAC, "micropython": "1.27.0"})
            server.bench(BOX, MAC, [{"check": "modem", "outcome": "ok"}], False)
        assert site.sessions == set()
    assert site.heard[1:-1] == [
        ("POST", "/api/boxes", {"plate": "AB-123-CD", **WANTED, "key_holder": True}),
        ("POST", f"/api/boxes/{BOX}/flashed", {"mac": MAC, "micropython": "1.27.0"}),
        (
            "POST",
            f"/api/boxes/{BOX}/bench",
            {"mac": MAC, "lines": [{"check": "modem", "outcome": "ok"}], "done": False},
        ),
    ]


@pytest.mark.parametrize(
    ("failure", "made"),
    [
        (ServerFailure.CERT_EXPIRED, lambda by: by.server(from_days=-9, to_days=-1)),
        (ServerFailure.CERT_NOT_YET, lambda by: by.server(from_days=1)),
        (ServerFailure.CERT_OTHER_NAME, lambda by: by.server((x509.DNSName("v.example"),))),
        (ServerFailure.CERT_UNTRUSTED, lambda by: by.server(is_own=True)),
    ],
)
def test_a_certificate_that_is_no_good_is_named_before_a_password_is_sent(
    authority: Authority, failure: ServerFailure, made: Callable[[Authority], ssl.SSLContext]
) -> None:
    with Site(made(authority)) as site:
        server = Server(site.url, authority.file, time.time)
        error = named(lambda: server.sign_in(LOGIN, PASSWORD))
        assert (error.failure, site.heard) == (failure, [])
        assert "localhost" in str(error)


def test_an_authority_that_this_computer_does_not_know_is_not_trusted(
    authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other")
    with Site(authority.server()) as site:
        for trusted in (None, other.file):
            server = Server(site.url, trusted, time.time)
            assert named(lambda: server.sign_in(LOGIN, PASSWORD)).failure is (  # noqa: B023
                ServerFailure.CERT_UNTRUSTED
            )
        assert site.heard == []


def test_a_server_that_speaks_no_tls_is_named(site: Site) -> None:
    server = Server(site.url.replace("http://127.0.0.1", "https://localhost"), None, time.time)
    assert named(lambda: server.sign_in(LOGIN, PASSWORD)).failure is ServerFailure.NOT_TLS


@pytest.mark.parametrize("off_s", [-86_400, -660, 660, 10**9])
def test_clocks_that_are_far_apart_are_named(site: Site, off_s: int) -> None:
    site.clock_off_s = off_s
    server = Server(site.url, None, time.time)
    assert named(lambda: server.sign_in(LOGIN, PASSWORD)).failure is ServerFailure.CLOCK_OFF
    server.sign_out()
    assert site.sessions == set(), "the server had opened one before its clock was seen"


def test_clocks_that_are_minutes_apart_do(site: Site) -> None:
    for off_s in (-590, 590):
        site.clock_off_s = off_s
        signed_in(site).sign_out()


def test_a_second_step_is_asked_for_and_a_wrong_code_named(site: Site) -> None:
    site.code = CODE
    server = Server(site.url, None, time.time)
    with pytest.raises(CodeWantedError):
        server.sign_in(LOGIN, PASSWORD)
    assert named(lambda: server.sign_in(LOGIN, PASSWORD, "1")).failure is ServerFailure.WRONG_CODE
    assert server.sign_in(LOGIN, PASSWORD, CODE) == "Léa Martin"


def test_a_wrong_password_is_named_and_leaves_no_session_to_end(site: Site) -> None:
    with Server(site.url, None, time.time) as server:
        error = named(lambda: server.sign_in(LOGIN, "guessed"))
    assert error.failure is ServerFailure.WRONG_LOGIN
    assert [method for method, _, _ in site.heard] == ["POST"]


@pytest.mark.parametrize(
    ("status", "words", "failure", "said"),
    [
        (403, {"error": "second_factor_missing"}, ServerFailure.NO_SECOND_FACTOR, "second step"),
        (429, {"error": "too_many_tries", "wait_s": 41}, ServerFailure.TOO_MANY_TRIES, "41 s"),
        (429, {"error": "too_many_tries", "wait_s": "x"}, ServerFailure.TOO_MANY_TRIES, "60 s"),
        (500, {"error": "no_match"}, ServerFailure.SERVER_TROUBLE, "500"),
        (400, {"error": "bad_json"}, ServerFailure.SERVER_REFUSED, "bad_json"),
        (400, {"error": "\x1b[2J"}, ServerFailure.NOT_VOITURIER, "400"),
        (404, {}, ServerFailure.NOT_VOITURIER, "404"),
    ],
)
def test_a_sign_in_that_is_refused_is_named(
    site: Site, status: int, words: dict[str, object], failure: ServerFailure, said: str
) -> None:
    site.answers["/api/session"] = web.json_response(words, status=status)
    server = Server(site.url, None, time.time)
    error = named(lambda: server.sign_in(LOGIN, PASSWORD))
    assert (error.failure, said in str(error)) == (failure, True), error


@pytest.mark.parametrize(
    "body", ["<!DOCTYPE html>", "[1]", "[" * 60_000, '{"name": "' + "x" * 70_000]
)
def test_an_answer_that_is_not_voituriers_is_named(site: Site, body: str) -> None:
    site.answers["/api/session"] = web.Response(text=body)
    server = Server(site.url, None, time.time)
    assert named(lambda: server.sign_in(LOGIN, PASSWORD)).failure is ServerFailure.NOT_VOITURIER


def test_nobody_is_followed_elsewhere_with_a_password(site: Site) -> None:
    elsewhere = {"Location": site.url + "/api/boxes"}
    for status in (301, 302, 303, 307, 308):
        site.answers["/api/session"] = web.Response(status=status, headers=elsewhere)
        server = Server(site.url, None, time.time)
        error = named(lambda: server.sign_in(LOGIN, PASSWORD))  # noqa: B023
        assert error.failure is ServerFailure.NOT_VOITURIER
    assert {path for _, path, _ in site.heard} == {"/api/session"}


def test_a_run_that_was_cut_short_gets_the_same_box_for_the_same_board(site: Site) -> None:
    first = signed_in(site).box("AB-123-CD", WANTED)
    assert signed_in(site).box("AB-123-CD", WANTED) == first


def test_a_car_that_has_a_box_is_named_with_its_board_and_who_made_it(site: Site) -> None:
    """Two laptops: the second one comes with another board."""
    signed_in(site).box("AB-123-CD", WANTED)
    server = signed_in(site)
    error = named(lambda: server.box("AB-123-CD", WANTED | {"mac": OTHER_MAC}))
    assert error.failure is ServerFailure.CAR_HAS_BOX
    for said in (MAC, "2026-11-1", "by Paul Petit", "not connected now", "--replace"):
        assert said in str(error)
    site.online.add("AB-123-CD")
    assert "connected now" in str(named(lambda: server.box("AB-123-CD", WANTED)))
    replaced = server.box("AB-123-CD", WANTED | {"mac": OTHER_MAC, "replace": True})
    assert replaced["box_id"] == BOX
    told = named(lambda: server.flashed(BOX, {"mac": MAC, "micropython": "1.27.0"}))
    assert told.failure is ServerFailure.OTHER_BOX


@pytest.mark.parametrize(
    ("status", "words", "failure"),
    [
        (409, {"error": "no_box_address"}, ServerFailure.NO_BOX_ADDRESS),
        (409, {"error": "box_exists", "flashed_mac": None}, ServerFailure.CAR_HAS_BOX),
        (409, {"error": "box_exists", "flashed_at_s": 1 << 60}, ServerFailure.CAR_HAS_BOX),
        (403, {"error": "not_allowed"}, ServerFailure.NOT_ALLOWED),
        (403, {}, ServerFailure.NOT_ALLOWED),
        (404, {"error": "unknown_vehicle"}, ServerFailure.NO_SUCH_CAR),
        (422, {"error": "unknown_vehicle"}, ServerFailure.NO_SUCH_CAR),
        (422, {"error": "bad_pin"}, ServerFailure.SERVER_REFUSED),
        (401, {"error": "sign_in"}, ServerFailure.SIGNED_OUT),
        (201, {"box_id": "00"}, FileFailure.NOT_AN_IDENTITY),
        (201, IDENTITY | {"key": KEY[:-1]}, FileFailure.NOT_AN_IDENTITY),
    ],
)
def test_a_box_that_is_not_given_has_its_name_and_no_key_is_shown(
    site: Site, status: int, words: dict[str, object], failure: object
) -> None:
    site.answers["/api/boxes"] = web.json_response(words, status=status)
    server = signed_in(site)
    error = named(lambda: server.box("AB-123-CD", WANTED))
    assert error.failure is failure
    assert KEY[:16] not in str(error)


def test_the_session_ends_also_when_something_went_wrong(site: Site) -> None:
    with contextlib.suppress(FlashError), Server(site.url, None, time.time) as server:
        server.sign_in(LOGIN, PASSWORD)
        server.box("ZZ-999-ZZ", WANTED)
    assert site.sessions == set()
    with pytest.raises(KeyboardInterrupt), Server(site.url, None, time.time) as server:
        server.sign_in(LOGIN, PASSWORD)
        raise KeyboardInterrupt
    assert site.sessions == set()


def test_a_network_that_leads_nowhere_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = Server("https://voiturier.invalid", None, time.time)
    assert named(lambda: unknown.sign_in(LOGIN, PASSWORD)).failure is ServerFailure.UNKNOWN_HOST
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setattr(client, "_TIMEOUT_S", 0.3)
        for scheme in ("https", "http"):
            server = Server(f"{scheme}://127.0.0.1:{port}", None, time.time)
            error = named(lambda: server.sign_in(LOGIN, PASSWORD))  # noqa: B023
            assert error.failure is ServerFailure.NO_SERVER
            assert "no answer in time" in str(error)
    error = named(lambda: server.sign_in(LOGIN, PASSWORD))
    assert error.failure is ServerFailure.NO_SERVER
    assert "Connection refused" in str(error)


def test_a_server_that_hangs_up_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:

        def hang_up() -> None:
            caller, _ = rude.accept()
            with caller:
                caller.recv(100)

        thread = threading.Thread(target=hang_up)
        thread.start()
        server = Server(f"http://127.0.0.1:{rude.getsockname()[1]}", None, time.time)
        error = named(lambda: server.sign_in(LOGIN, PASSWORD))
        thread.join()
    assert error.failure is ServerFailure.NO_SERVER


def test_a_password_in_clear_never_goes_through_a_proxy(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0.01)
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        signed_in(site)
        with pytest.raises(TimeoutError):
            proxy.accept()


@pytest.mark.parametrize(
    "url",
    [
        "http://voiturier.example",
        "http://127.0.0.1.example",
        "voiturier.example",
        "ftp://voiturier.example",
        "https://",
        "https://voiturier.example:port",
        "https://voiturier.example:0",
        "https://me:secret@voiturier.example",
        "https://voiturier.example/?a=1",
        "https://voiturier.example/#a",
        "https://voiturier.example/" + "x" * 100,
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    error = named(lambda: Server(url, None, time.time))
    assert error.failure is ServerFailure.BAD_URL
    assert "secret" not in str(error)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_that_holds_no_authority_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    error = named(lambda: Server("https://voiturier.example", file, time.time))
    assert error.failure is ServerFailure.NO_CA
