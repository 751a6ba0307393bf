"""`voiturier serve`, `backup` and `restore`, and what every command does alike."""

import json
import os
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from server.config import Config
from server.store.backup import serving
from server.web.security import session_key
from tests.fleet import FLEET
from tests.server.commands.typed import ADD_BOX, PLATE, mistake, voiturier


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    commands = ("serve", "load", "box add", "badge lost", "badge found", "trips", "command")
    commands += ("demo",)
    for command in ("", *commands):
        with pytest.raises(SystemExit) as end:
            voiturier(*command.split(), "--help")
        assert end.value.code == 0
        assert "usage: voiturier" in capsys.readouterr().out


@pytest.mark.parametrize(
    "option",
    [
        ("--shortest-booking", 14), ("--shortest-booking", 1441), ("--most-bookings", 0),
        ("--most-bookings", 1001), ("--most-of-one-car", 401), ("--most-of-one-car", "x"),
    ],
)  # fmt: skip
def test_a_limit_out_of_bounds_starts_no_server(
    capsys: pytest.CaptureFixture[str], data: Path, option: tuple[str, object]
) -> None:
    with pytest.raises(SystemExit) as end:
        voiturier("serve", "--data", data, *option)
    assert end.value.code == 2
    assert option[0] in capsys.readouterr().err


def test_an_operator_vouches_for_the_time_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    (tmp_path / "fleet.json").write_text(json.dumps(FLEET))
    voiturier("load", tmp_path / "fleet.json", "--data", data)
    assert "--by" in mistake(capsys, "confirm-time", "--data", data, "--by", " ")
    voiturier("confirm-time", "--data", data, "--by", "Odile Operator")
    assert "says Odile Operator" in capsys.readouterr().out
    with sqlite3.connect(data / "voiturier.db") as database:
        assert database.execute("SELECT said_by FROM time_word").fetchall() == [("Odile Operator",)]
    database.close()


def test_a_mistyped_data_directory_makes_no_empty_fleet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "holds no fleet" in mistake(capsys, "trips", "--data", tmp_path / "typo")
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("text", ["8080", "host:", ":80", "host:http", "host:65536", "host:-1"])
def test_an_address_out_of_form_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        voiturier("serve", "--data", "nowhere", "--http", text)
    assert end.value.code == 2
    assert "is not HOST:PORT" in capsys.readouterr().err


def test_a_port_in_use_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = f"127.0.0.1:{taken.getsockname()[1]}"
        free = "127.0.0.1:0"
        serve = ("serve", "--data", data)
        line = mistake(capsys, *serve, "--boxes", busy, "--http", free)
        assert f"cannot listen for boxes on {busy}: address already in use" in line.lower()
        line = mistake(capsys, *serve, "--boxes", free, "--http", busy)
        assert f"cannot listen for browsers on {busy}: address already in use" in line.lower()


def test_a_data_directory_that_cannot_be_made_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    line = mistake(capsys, "serve", "--new-fleet", "--data", tmp_path / "file" / "data")
    assert "cannot use the data directory" in line


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_enough_costs_no_traceback(data: Path, unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "server", "trips", "--data", str(data)],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_server_stops_in_order_when_asked_to(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "server", "serve", "--data", str(tmp_path / "data")),
            *("--new-fleet", "--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("http: http://127.0.0.1:")
    process.stdout.readline()
    process.terminate()
    _, log = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in log


def test_an_answer_that_finds_no_room_is_one_line(data: Path) -> None:
    command = [sys.executable, "-m", "server", "trips", "--json", "--data", str(data)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No space left" in done.stderr


def test_a_proxy_is_named_by_its_address_or_network(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        voiturier("serve", "--data", "nowhere", "--trusted-proxy", "10.0.0.1/8")
    assert end.value.code == 2 and "10.0.0.1/8 has host bits set" in capsys.readouterr().err


# Copies of the database.


def test_a_copy_is_taken_put_back_and_the_former_state_can_be_had_again(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voiturier("backup", tmp_path / "copy.db", "--data", data)
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    voiturier(*ADD_BOX, "--out", tmp_path / "box.json", "--data", data)
    voiturier("restore", tmp_path / "copy.db", "--data", data)
    assert "is voiturier.db.replaced" in capsys.readouterr().out.replace(f"{data}/", "")
    assert "has no box" in mistake(capsys, "command", "inhibit", "--vehicle", PLATE, "--data", data)
    voiturier("restore", data / "voiturier.db.replaced", "--data", data)
    voiturier("command", "inhibit", "--vehicle", PLATE, "--data", data)


def test_a_copy_never_overwrites_and_never_leaves_half_a_file(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "copy.db").write_text("mine")
    assert "exists already" in mistake(capsys, "backup", tmp_path / "copy.db", "--data", data)
    assert (tmp_path / "copy.db").read_text() == "mine"
    mistake(capsys, "backup", tmp_path / "no such folder" / "copy.db", "--data", data)
    assert [path.name for path in tmp_path.glob(".*")] == []


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + bytes(99)])
def test_what_is_no_copy_is_not_restored(
    content: bytes, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "copy.db").write_bytes(content)
    line = mistake(capsys, "restore", tmp_path / "copy.db", "--data", data)
    assert str(tmp_path / "copy.db") in line
    voiturier("trips", "--data", data)


def test_nothing_is_restored_under_a_server_and_no_second_one_starts(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voiturier("backup", tmp_path / "copy.db", "--data", data)
    with serving(data):
        assert "a server runs" in mistake(capsys, "restore", tmp_path / "copy.db", "--data", data)
        assert "a server runs" in mistake(
            capsys, "serve", "--data", data, "--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0"
        )


def test_a_restored_copy_brings_no_session_back(data: Path, tmp_path: Path) -> None:
    key = Config(data).session_key_path
    before = session_key(key)
    voiturier("backup", tmp_path / "copy.db", "--data", data)
    voiturier("restore", tmp_path / "copy.db", "--data", data)
    assert session_key(key) != before
