"""`voiturier check`: what is wrong is named before the server is put on the road."""

import json
import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from server.checks import database, files, network
from server.cli import main
from server.commands import tools
from server.config import Address, Alerts, Backups, Config, MailSettings, NewBoxes
from server.store import SCHEMA_VERSION, sqlite
from server.store.backup import serving
from server.store.condition import is_served
from tests.fleet import FLEET, NOW_S
from tests.server.mail.smtp_server import MailServer

DAY_S = 24 * 3600


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(tools.VARIABLE, raising=False)
    monkeypatch.setattr(tools, "SETTINGS", tmp_path / "etc" / "voiturier.toml")
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET))
    folder = tmp_path / "data"
    main(["load", str(file), "--data", str(folder)])
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return folder


@pytest.fixture
def config(data: Path) -> Config:
    """A server to which nothing is against but what a test changes."""
    return Config(data, Address("127.0.0.1", 0), Address("127.0.0.1", 0))


def levels(found: Any) -> dict[str, str]:
    return {each.what: each.level for each in found}


def told(found: Any) -> str:
    return "\n".join(each.text % each.values for each in found)


def checked(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[Any, dict[str, str]]:
    """Return the exit code, and how each thing stands."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main(["check", "--json", *map(str, arguments)])
    found = json.loads(capsys.readouterr().out)["checks"]
    return end.value.code, {each["check"]: each["level"] for each in found}


def test_a_fleet_in_order_has_no_failing_line_and_each_thing_is_named(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[server]\nhttp = "127.0.0.1:0"\nboxes = "127.0.0.1:0"\n')
    code, stands = checked(capsys, "--settings", file, "--data", data)
    assert code == 1, "there is no copy yet"
    assert "fails" not in stands.values()
    assert {"settings", "rights", "user", "database", "http", "boxes", "proxies", "mail",
            "new_boxes", "clock",
            "disk", "backup", "descriptors"} == stands.keys()  # fmt: skip
    with pytest.raises(SystemExit):
        main(["check", "--settings", str(file), "--data", str(data)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(stands)


def test_every_mistake_in_the_settings_is_a_line_and_nothing_else_is_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[server]\nhttp = 1\ntimezone = "100%"\n')
    with pytest.raises(SystemExit) as end:
        main(["check", "--settings", str(file)])
    assert end.value.code == 2
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert checked(capsys, "--settings", file) == (2, {"settings": "fails"})


def test_a_mistyped_folder_is_told_and_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, stands = checked(capsys, "--data", tmp_path / "nowhere")
    assert (code, stands["rights"], stands["database"]) == (2, "fails", "fails")
    assert not (tmp_path / "nowhere").exists()


def test_what_others_may_read_is_told(config: Config) -> None:
    (config.data_dir / "secrets" / "master.key").chmod(0o640)
    found = list(files.rights(config, None))
    assert levels(found)["rights"] == "fails" and "master.key" in told(found)


def test_a_file_of_somebody_else_is_told(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a command that was run as root leaves one behind, which the server then cannot open."""
    lstat = Path.lstat

    def of_another(path: Path) -> os.stat_result:
        about = list(lstat(path))
        if path.name == "voiturier.db":
            about[stat.ST_UID] += 1
        return os.stat_result(about)

    monkeypatch.setattr(Path, "lstat", of_another)
    found = list(files.rights(config, None))
    assert levels(found)["rights"] == "fails" and "voiturier.db" in told(found)


def test_a_settings_file_that_others_may_change_is_told(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.touch()
    file.chmod(0o666)
    assert "may change" in told(files.rights(config, file))


def key_of(database: Path) -> Path:
    return database.parent / "secrets" / "master.key"


def names(data: Path) -> set[str]:
    """Return what lies there but the helpers that SQLite makes to read."""
    return {path.name for path in data.rglob("*")} - {"voiturier.db-wal", "voiturier.db-shm"}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(b"no database at all" * 500), "no database"),
        (lambda path: path.unlink(), "is not there"),
        (lambda path: key_of(path).unlink(), "master.key is missing"),
        (lambda path: key_of(path).write_bytes(b"x" * 32), "not the key"),
        (lambda path: key_of(path).write_bytes(b"x"), "not a master key"),
    ],
)  # fmt: skip
def test_a_database_that_cannot_be_used_is_told(data: Path, spoil: Any, says: str) -> None:
    spoil(data / "voiturier.db")
    before = names(data)
    _, found = database.database(data)
    assert levels(found) == {"database": "fails"} and says in told(found)
    assert names(data) == before, "looking makes nothing"


def test_a_damaged_page_is_told(data: Path) -> None:
    path = data / "voiturier.db"
    whole = bytearray(path.read_bytes())
    for at in range(4096 * 5, len(whole), 4096 * 3):
        whole[at : at + 2048] = b"\xa5" * len(whole[at : at + 2048])
    path.write_bytes(whole)
    _, found = database.database(data)
    assert levels(found) == {"database": "fails"}


@pytest.mark.parametrize(
    ("version", "level"),
    [(SCHEMA_VERSION - 1, "warning"), (SCHEMA_VERSION + 1, "fails"), (0, "fails")],
)
def test_a_database_of_another_version_is_told(data: Path, version: int, level: str) -> None:
    with sqlite.opened(data / "voiturier.db") as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    _, found = database.database(data)
    assert levels(found) == {"database": level}


@pytest.fixture
def held() -> Iterator[Address]:
    """An address at which somebody listens who is no Voiturier."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield Address("127.0.0.1", other.getsockname()[1])


async def test_a_port_that_another_program_has_is_told(held: Address) -> None:
    found = await network._port("boxes", held, is_served=False)
    assert found.level == "fails" and "another program" in found.text
    found = await network._port("boxes", held, is_served=True)
    assert found.level == "ok"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (Address("192.0.2.1", 7400), "Cannot assign"),
        (Address("nowhere.invalid", 7400), "leads nowhere"),
    ],
)
async def test_an_address_that_cannot_be_had_is_told(address: Address, says: str) -> None:
    found = await network._port("boxes", address, is_served=False)
    assert found.level == "fails" and says in found.text % found.values


async def test_a_server_that_runs_elsewhere_than_the_settings_say_is_told(config: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = Address("127.0.0.1", free.getsockname()[1])
    assert (await network._port("http", address, is_served=True)).level == "warning"
    assert (await network._port("http", address, is_served=False)).level == "ok"


def test_a_running_server_is_known_by_its_lock(data: Path) -> None:
    assert not is_served(data)
    with serving(data):
        assert is_served(data)
    assert not is_served(data)


async def mail_of(config: Config, send_to: str | None = None) -> Any:
    return [each async for each in network.mail(config, send_to, NOW_S)]


@pytest.mark.parametrize(
    ("server", "level", "says"),
    [
        (None, "warning", "flash.sh makes no box here"),
        (Address("127.0.0.1", 7400), "fails", "127.0.0.1:7400: no car reaches"),
        (Address("localhost", 7400), "fails", "no car reaches"),
        (Address("parc.example", 7400), "ok", "parc.example:7400"),
    ],
)
def test_where_a_new_box_is_told_to_find_the_server_is_looked_at(
    config: Config, server: Address | None, level: str, says: str
) -> None:
    found = list(network.new_boxes(replace(config, new_boxes=NewBoxes(server))))
    assert levels(found) == {"new_boxes": level} and says in told(found)


def with_mail(config: Config, server: MailServer, **more: Any) -> Config:
    plain = MailSettings(server.address, "parc@ddt.example", "https://parc.example", "none")
    return replace(config, mail=replace(plain, **more))


async def test_the_mail_server_is_asked_and_sends_only_what_was_asked_for(config: Config) -> None:
    async with MailServer() as server:
        found = await mail_of(with_mail(config, server))
        assert levels(found) == {"mail": "ok"} and not server.taken
        found = await mail_of(with_mail(config, server), "claire@ddt.example")
        assert levels(found) == {"mail": "ok"} and len(server.taken) == 1


async def test_a_mail_server_that_is_down_or_does_not_encrypt_is_told(config: Config) -> None:
    async with MailServer() as server:
        found = await mail_of(with_mail(config, server, security="starttls"))
        assert levels(found) == {"mail": "fails"}
        gone = with_mail(config, server)
    assert levels(await mail_of(gone)) == {"mail": "fails"}


async def test_no_mail_server_is_a_warning_unless_a_letter_is_asked_for(config: Config) -> None:
    assert levels(await mail_of(config)) == {"mail": "warning"}
    assert levels(await mail_of(config, "claire@ddt.example")) == {"mail": "fails"}


class _Clock:
    def __init__(self, now_s: int, is_synchronised: bool) -> None:
        self._now_s, self._is_synchronised = now_s, is_synchronised

    def now_s(self) -> int:
        return self._now_s

    def is_synchronised(self) -> bool:
        return self._is_synchronised


def test_a_clock_that_stepped_back_or_that_nobody_vouches_for_is_told(data: Path) -> None:
    now_s = int((data / "voiturier.db").stat().st_mtime)
    for at_s, vouched, level in (
        (now_s + 5, True, "ok"), (now_s + 5, False, "warning"), (now_s - 10 * DAY_S, True, "fails"),
    ):  # fmt: skip
        assert levels(database.clock(data, _Clock(at_s, vouched))) == {"clock": level}  # type: ignore[arg-type]


def test_a_disk_that_is_nearly_full_is_told(data: Path) -> None:
    for least_mb, database_bytes, level in (
        (10**9, 0, "fails"), (1, 10**15, "warning"), (1, 0, "ok"),
    ):  # fmt: skip
        config = Config(data, alerts=Alerts(disk_free_mb=least_mb))
        assert levels(files.disk(config, database_bytes)) == {"disk": level}


def test_a_copy_that_is_old_or_missing_is_told(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    config = Config(data, backups=Backups(folder))
    assert levels(files.copies(config, NOW_S)) == {"backup": "warning"}
    folder.mkdir()
    (folder / "voiturier-20260901-020000.db").touch()
    (folder / "voiturier-99999999-020000.dbx").touch()
    at_s = 1788228000  # 2026-09-01 02:00 UTC
    assert levels(files.copies(config, at_s + 3 * DAY_S)) == {"backup": "fails"}
    assert levels(files.copies(config, at_s + 3600)) == {"backup": "warning"}, "on one disk"


@pytest.mark.parametrize(
    ("http", "networks", "level"),
    [
        ("127.0.0.1", ("127.0.0.1/32",), "ok"),
        ("127.0.0.1", (), "warning"),
        ("0.0.0.0", ("10.0.0.1/32",), "warning"),
        ("127.0.0.1", ("0.0.0.0/0",), "fails"),
        ("127.0.0.1", ("::/0",), "fails"),
        ("127.0.0.1", ("10.0.0.0/8",), "warning"),
    ],
)
def test_whom_the_server_believes_is_judged(
    http: str, networks: tuple[str, ...], level: str
) -> None:
    config = Config(Path("x"), Address(http, 80), trusted_proxies=tuple(map(ip_network, networks)))
    assert levels(network.proxies(config)) == {"proxies": level}


async def test_metrics_that_strangers_may_read_are_told(config: Config) -> None:
    for host, told_levels in (("127.0.0.1", ["ok"]), ("0.0.0.0", ["ok", "warning"])):
        open_to = replace(config, metrics=Address(host, 0))
        found = [each async for each in network.ports(open_to, False) if each.what == "metrics"]
        assert [each.level for each in found] == told_levels
