"""`--settings`: one file for every command, and what is typed wins over it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.cli import main, parser_of_all
from server.commands import serve, tools
from server.commands.tools import settle
from server.config import Address, Config
from tests.fleet import FLEET

MAIL = """\
[mail]
server = "smtp.example:465"
sender = "parc@ddt.example"
site = "https://parc.example"
security = "tls"
user = "parc"
password_file = "mail-password"
"""


@pytest.fixture(autouse=True)
def _no_file_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tools.VARIABLE, raising=False)
    monkeypatch.setattr(tools, "SETTINGS", tmp_path / "etc" / "voiturier.toml")


def settings(tmp_path: Path, more: str = "") -> Path:
    file = tmp_path / "settings.toml"
    file.write_text(f'[server]\ndata = "{tmp_path / "data"}"\n{more}')
    file.chmod(0o600)
    return file


def served_with(*typed: object) -> Config:
    """Return the settings with which `serve` would run."""
    arguments = parser_of_all().parse_args(["serve", *map(str, typed)])
    settle(arguments)
    return serve.settings_of(arguments)


def test_without_a_file_all_is_as_ever(tmp_path: Path) -> None:
    assert served_with("--data", tmp_path) == Config(tmp_path)


def test_what_is_typed_wins_over_the_file(tmp_path: Path) -> None:
    more = 'http = "10.0.0.1:80"\nboxes = "10.0.0.1:7400"\ntimezone = "Indian/Reunion"\n'
    more += "[bookings]\nmost = 20\nmost_of_one_car = 10\nsimple_walk_up = true\n"
    file = settings(tmp_path, more)
    config = served_with(
        "--settings", file, "--data", tmp_path, "--http", "[::1]:81", "--most-bookings", 30,
        "--trusted-proxy", "10.0.0.9",
    )  # fmt: skip
    assert config.data_dir == tmp_path
    assert (config.http, config.boxes) == (Address("::1", 81), Address("10.0.0.1", 7400))
    assert config.timezone == ZoneInfo("Indian/Reunion")
    assert (config.booking_limits.coming, config.booking_limits.coming_of_car) == (30, 10)
    assert config.simple_walk_up and [str(net) for net in config.trusted_proxies] == ["10.0.0.9/32"]


def test_a_mail_server_of_the_file_keeps_what_is_not_typed(tmp_path: Path) -> None:
    secret = tmp_path / "mail-password"
    secret.write_text("hunter2")
    secret.chmod(0o600)
    mail = served_with("--settings", settings(tmp_path, MAIL), "--mail-from", "x@ddt.example").mail
    assert mail is not None
    assert (mail.server, mail.sender, mail.security) == (
        Address("smtp.example", 465), "x@ddt.example", "tls",
    )  # fmt: skip
    assert (mail.user, mail.password) == ("parc", "hunter2")


def test_any_command_finds_the_data_by_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = tmp_path / "fleet.json"
    fleet.write_text(json.dumps(FLEET))
    file = settings(tmp_path, MAIL)  # whose password no command but serve may need to read
    main(["load", str(fleet), "--settings", str(file)])
    monkeypatch.setenv(tools.VARIABLE, str(file))
    main(["trips"])
    monkeypatch.delenv(tools.VARIABLE)
    tools.SETTINGS.parent.mkdir()
    file.rename(tools.SETTINGS)
    main(["trips"])
    assert capsys.readouterr().out.count("0 trips") == 2


def test_data_alone_reads_no_file_that_nobody_named(tmp_path: Path) -> None:
    tools.SETTINGS.parent.mkdir()
    tools.SETTINGS.write_text("this is no TOML")
    assert served_with("--data", tmp_path) == Config(tmp_path)


def test_where_nothing_says_where_the_data_is_that_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["trips"])
    assert end.value.code == 2
    assert "--data DIR or --settings FILE" in capsys.readouterr().err


def test_a_day_begins_where_the_server_is(tmp_path: Path) -> None:
    file = settings(tmp_path, 'timezone = "Indian/Reunion"\n')
    arguments = parser_of_all().parse_args(
        ["load", "x", "--settings", str(file), "--since", "2026-09-01"]
    )
    settle(arguments)
    assert arguments.since == 1788220800 - 4 * 3600


def test_a_server_with_a_bad_file_does_not_start_and_all_is_told(tmp_path: Path) -> None:
    file = settings(tmp_path, 'http = 8080\ntimezone = "Europe/Pariss"\n')
    command = [sys.executable, "-m", "server", "serve", "--settings", str(file)]
    environment = os.environ | {"LANGUAGE": "en"}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert ended.returncode == 2 and ended.stdout == ""
    told = ended.stderr.splitlines()
    assert [line.split(": ")[1] for line in told] == [
        f"{file}, line 3, server.http", f"{file}, line 4, server.timezone",
    ]  # fmt: skip
    assert not (tmp_path / "data").exists()


def test_the_version_names_what_it_stands_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith("voiturier ")
    assert all(word in said for word in ("Python 3.", "SQLite 3.", "schema "))


def test_copies_go_where_the_settings_say(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.json"
    fleet.write_text(json.dumps(FLEET))
    file = settings(tmp_path, f'[backups]\nfolder = "{tmp_path / "copies"}"\n')
    main(["load", str(fleet), "--settings", str(file)])
    main(["backup", "--keep", "3", "--settings", str(file)])
    assert len(list((tmp_path / "copies").glob("voiturier-*.db"))) == 1
