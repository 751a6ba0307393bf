"""The samples for nginx and Caddy: they say they are valid, and serve a real server over TLS."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.production.serving import Served, served
from tests.support import ROOT, skip_or_fail

NGINX = ROOT / "packaging" / "nginx" / "voiturier.conf"
CADDY = ROOT / "packaging" / "caddy" / "Caddyfile"
_ADDRESS = "127.0.0.2"  # of the browser; both proxies come from 127.0.0.1
_YEAR_S = 31_536_000
_LIMIT_S = 20


@dataclass(frozen=True)
class Site:
    """A server behind a proxy: where its pages are, also in clear, its certificate, its log."""

    url: str
    clear: str
    certificate: Path
    log: Path


@dataclass(frozen=True)
class Ports:
    """Where a proxy listens here."""

    clear: int
    tls: int


@pytest.fixture(params=["nginx", "caddy"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    proxy = {"nginx": behind_nginx, "caddy": behind_caddy}[request.param]
    certificate, key = certified(tmp_path)
    ports = Ports(free_port(), free_port())
    with (
        served(tmp_path, "--trusted-proxy", "127.0.0.1") as server,
        proxy(tmp_path, server, ports, certificate, key),
    ):
        tls, clear = f"https://localhost:{ports.tls}", f"http://localhost:{ports.clear}"
        yield Site(tls, clear, certificate, server.log)


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[aiohttp.ClientSession]:
    trusting = ssl.create_default_context(cafile=str(site.certificate))
    connector = aiohttp.TCPConnector(
        ssl=trusting, local_addr=(_ADDRESS, 0), family=socket.AF_INET, force_close=True
    )
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


async def test_pages_come_over_tls_which_browsers_keep_to_and_cookies_are_for_tls_alone(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    answer = await browser.get(f"{site.url}/connexion")
    assert answer.status == 200
    assert answer.headers.getall("Strict-Transport-Security") == [f"max-age={_YEAR_S}"]
    signed_in = await sign_in(browser, site, "correct horse battery")
    assert signed_in.status == 303
    cookies = list(signed_in.cookies.values())
    assert cookies
    assert all(cookie["secure"] and cookie["httponly"] for cookie in cookies)
    assert "Jeanne Roux" in await (await browser.get(site.url)).text()
    style = await browser.get(f"{site.url}/static/style.css")
    assert style.status == 200


async def test_the_server_knows_who_connects_and_nobody_can_say_that_they_are_another(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    refused = await sign_in(browser, site, "a wrong password", **forged)
    assert all(cookie["secure"] for cookie in refused.cookies.values())
    (told,) = re.findall(r"sign-in refused: .*, from (.*)", site.log.read_text())
    assert told == _ADDRESS


@pytest.mark.parametrize("site", ["nginx"], indirect=True)  # Caddy's own knows port 80 only
async def test_whoever_comes_in_clear_is_led_to_tls(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    answer = await browser.get(f"{site.clear}/trips?page=2", allow_redirects=False)
    assert answer.status == 308
    assert answer.headers["Location"] == "https://localhost/trips?page=2"


async def sign_in(
    browser: aiohttp.ClientSession, site: Site, password: str, **headers: str
) -> aiohttp.ClientResponse:
    page = await (await browser.get(f"{site.url}/connexion")).text()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    form = {"login": "jeanne.roux", "password": password, "csrf_token": token[1]}
    return await browser.post(
        f"{site.url}/connexion",
        data=form,
        headers={"Origin": site.url, **headers},
        allow_redirects=False,
    )


@contextmanager
def behind_nginx(
    folder: Path, server: Served, ports: Ports, certificate: Path, key: Path
) -> Iterator[None]:
    sample = replaced(
        NGINX.read_text(),
        (r"(?m)(?<=listen )(\[::\]:)?80;", rf"\g<1>{ports.clear};"),
        (r"(?m)(?<=listen )(\[::\]:)?443 ", rf"\g<1>{ports.tls} "),
        (r"server_name .*;", "server_name localhost;"),
        (r"/etc/voiturier/tls/fullchain\.pem", str(certificate)),
        (r"/etc/voiturier/tls/privkey\.pem", str(key)),
        (r"127\.0\.0\.1:8080", server.http),
    )
    whole = folder / "nginx.conf"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    whole.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        f"events {{}}\nhttp {{\naccess_log {folder}/access.log;\n"
        + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        + sample
        + "}\n"
    )
    command = [program("nginx"), "-c", str(whole), "-e", str(folder / "nginx.log")]
    done = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr
    with running(command, ports.tls, folder / "nginx.log"):
        yield


@contextmanager
def behind_caddy(
    folder: Path, server: Served, ports: Ports, certificate: Path, key: Path
) -> Iterator[None]:
    config = folder / "Caddyfile"
    config.write_text(
        replaced(
            CADDY.read_text(),
            (r"(?m)^\{\n", "{\n\tadmin off\n\tauto_https disable_redirects\n"),
            (r"parc\.example\.org \{", f"localhost:{ports.tls} {{\n\ttls {certificate} {key}\n"),
            (r"127\.0\.0\.1:8080", server.http),
        )
    )
    command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(config)]
    with running(command, ports.tls, folder / "caddy.log"):
        yield


def test_caddy_takes_its_sample_as_it_is_and_as_it_would_write_it() -> None:
    caddy = program("caddy")
    for command in (["validate", "--adapter", "caddyfile", "--config"], ["fmt", "--diff"]):
        done = subprocess.run([caddy, *command, CADDY], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """The sample with this machine's ports and files; each change must find its place."""
    for pattern, by in changes:
        text, times = re.subn(pattern, by, text)
        assert times, pattern
    return text


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate of its own for localhost, and its key."""
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    command = [program("openssl"), *made.split(), *names, *files]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[None]:
    """A program until the test is over, from when its port answers."""
    with (
        log.open("a") as writing,
        subprocess.Popen(command, stdout=writing, stderr=writing) as process,
    ):
        try:
            until(lambda: process.poll() is not None or answers(port), log)
            assert process.poll() is None, log.read_text()
            yield
        finally:
            process.terminate()


def until(true: Callable[[], bool], log: Path) -> None:
    """Wait for what no event tells."""
    end = time.monotonic() + _LIMIT_S
    while not true():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.02)


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        number: int = one.getsockname()[1]
    return number


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    return found or skip_or_fail(f"missing program: {name} (apt-get install {name})")
