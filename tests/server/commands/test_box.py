"""The command `voiturier` as a person meets it: what it prints, and what a mistake costs."""

import asyncio
import copy
import io
import json
import os
import re
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from server.config import Config
from server.identity_file import identity_file
from server.store import Store
from server.store.backup import serving
from server.web.security import session_key
from tests.fleet import FLEET, MARIE_UID, NOW_S

PLATE = "AB-123-CD"
ADD_BOX = ("box", "add", "--vehicle", PLATE, "--board", "host")


def voiturier(*arguments: object) -> None:
    main([str(argument) for argument in arguments])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET))
    voiturier("load", file, "--data", tmp_path / "data")
    return tmp_path / "data"


def mistake(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command that cannot be done; return its one line."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        voiturier(*arguments)
    assert end.value.code == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line and line.startswith("voiturier: ")
    return line


def trips(capsys: pytest.CaptureFixture[str], data: Path) -> Any:
    capsys.readouterr()
    voiturier("trips", "--json", "--data", data)
    return json.loads(capsys.readouterr().out)


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


def test_loading_says_what_was_loaded_and_may_be_repeated(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voiturier("load", tmp_path / "fleet.json", "--data", data)
    assert capsys.readouterr().out.splitlines()[-1] == "loaded: 2 vehicles, 2 agents, 1 bookings"
    held = trips(capsys, data)
    assert held == {
        "trips": [],
        "records_stored": 0,
        "records_lost": 0,
        "feedback": [],
        "refusals": [],
        "unassigned": [],
        "contradictions": [],
        "startable": [],
        "batteries": [],
    }


def test_a_file_with_the_mark_that_windows_puts_before_utf_8_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "fleet.json"
    text = json.dumps(FLEET, indent=1).replace("\n", "\r\n")
    file.write_bytes(text.encode("utf-8-sig"))
    voiturier("load", file, "--data", tmp_path / "data")
    assert "loaded: 2 vehicles" in capsys.readouterr().out
    file.write_bytes(text.replace('"label"', '"lable"', 1).encode("utf-8-sig"))
    with pytest.raises(SystemExit):
        voiturier("load", file, "--data", tmp_path / "data")
    line = text[: text.index('"label"')].count("\n") + 1
    assert f"line {line}, vehicles[0], lable" in capsys.readouterr().err


def test_bad_json_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "fleet.json"
    file.write_text('{"sites": [}')
    line = mistake(capsys, "load", file, "--data", tmp_path / "data")
    assert "fleet.json: line 1, column 12: This is not JSON: " in line
    file.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in mistake(capsys, "load", file, "--data", tmp_path / "data")
    line = mistake(capsys, "load", tmp_path / "none.json", "--data", tmp_path / "data")
    assert "No such file" in line
    assert not (tmp_path / "data").exists()


def test_all_that_is_wrong_in_a_file_is_told_a_line_each_and_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = copy.deepcopy(FLEET)
    fleet["vehicles"][1]["walkup"] = True
    fleet["bookings"][0]["purpose"] = "x" * 5000
    file = tmp_path / "fleet.json"
    text = json.dumps(fleet, indent=1)
    file.write_text(text)
    typo, long = (text[: text.index(word)].count("\n") + 1 for word in ("walkup", "purpose"))
    with pytest.raises(SystemExit) as end:
        voiturier("load", file, "--data", tmp_path / "data")
    assert end.value.code == 2
    first, second = capsys.readouterr().err.splitlines()
    told = f"voiturier: {file}: line"
    assert first.startswith(f"{told} {typo}, vehicles[1], walkup: This word is not known here.")
    assert second.startswith(f"{told} {long}, bookings[0], purpose: Say it in fewer words")
    assert not (tmp_path / "data").exists()


def test_a_booking_in_the_way_of_another_is_told(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = copy.deepcopy(FLEET)
    fleet["bookings"][0]["agent"] = "paul.morin"
    file = tmp_path / "second.json"
    file.write_text(json.dumps(fleet))
    line = mistake(capsys, "load", file, "--data", data)
    assert "line 1, bookings[0], vehicle: This car is taken at that time." in line
    assert "Marie Leroy has AB-123-CD from" in line


def test_a_new_box_gets_an_identity_file_and_its_key_is_not_printed(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "box.json"
    voiturier("box", "add", "--data", data, "--vehicle", "ab-123-cd", "--server", "[::1]:7401",
              "--apn", "etat", "--out", out)  # fmt: skip
    identity = json.loads(out.read_text())
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert (identity["server_host"], identity["server_port"]) == ("::1", 7401)
    assert (identity["apn"], identity["board"]) == ("etat", "lilygo_t_sim7670g_s3")
    assert (identity["vehicle"], identity["generation"]) == (PLATE, 1)
    assert "epoch" not in identity, "it is allotted when the box asks for it"
    lengths = {name: len(bytes.fromhex(identity[name])) for name in ("box_id", "key", "badge_key")}
    assert lengths == {"box_id": 8, "key": 32, "badge_key": 32}
    printed = capsys.readouterr().out
    assert identity["box_id"] in printed
    assert identity["key"] not in printed and identity["badge_key"] not in printed


def test_a_real_box_needs_to_be_told_where_the_server_is(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "box.json"
    line = mistake(capsys, "box", "add", "--data", data, "--vehicle", PLATE, "--out", out)
    assert "--server HOST:PORT is needed" in line
    assert not out.exists()


def test_a_second_box_for_a_car_must_be_asked_for(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "box.json"
    add = (*ADD_BOX, "--data", data, "--out", out)
    voiturier(*add)
    first = out.read_text()
    assert "--replace" in mistake(capsys, *add)
    assert out.read_text() == first
    voiturier(*add, "--replace")
    assert out.read_text() != first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["box.json", "data", "fleet.json"]


def test_an_identity_file_that_cannot_be_written_costs_no_box(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "missing" / "box.json"
    add = (*ADD_BOX, "--data", data, "--out")
    assert "cannot write" in mistake(capsys, *add, out)
    voiturier(*add, tmp_path / "box.json")


def test_a_folder_in_the_place_of_the_identity_file_costs_no_box(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add = (*ADD_BOX, "--data", data, "--out")
    assert "cannot write" in mistake(capsys, *add, tmp_path)
    voiturier(*add, tmp_path / "box.json")


def test_an_unknown_plate_is_told_with_the_known_ones(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (("box", "add", "--out", tmp_path / "b.json"), ("command",)):
        rest = ("inhibit",) if command == ("command",) else ()
        line = mistake(capsys, *command, *rest, "--data", data, "--vehicle", "XX-000-XX")
        assert line == (
            "voiturier: Choose one of the cars."
            " 'XX-000-XX' is unknown; known: AB-123-CD, EF-456-GH."
        )


def test_a_command_needs_a_box_and_is_queued(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ("command", "inhibit", "--data", data, "--vehicle", PLATE)
    assert "has no box" in mistake(capsys, *order)
    voiturier(*ADD_BOX, "--data", data, "--out", tmp_path / "box.json")
    voiturier(*order)
    assert ": inhibit queued for AB-123-CD" in capsys.readouterr().out


def test_a_key_is_rotated_for_one_car_or_for_all(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rotate = ("box", "rotate", "--data", data)
    assert "has no box" in mistake(capsys, *rotate, "--vehicle", PLATE)
    assert "no car has a box" in mistake(capsys, *rotate, "--all")
    voiturier(*ADD_BOX, "--data", data, "--out", tmp_path / "box.json")
    for which in (("--vehicle", PLATE), ("--all",)):
        voiturier(*rotate, *which)
        assert "AB-123-CD: key 2 goes to the box" in capsys.readouterr().out


def test_a_box_is_told_what_its_car_has(data: Path, tmp_path: Path) -> None:
    add = (*ADD_BOX, "--data", data, "--out", tmp_path / "box.json")
    names = ("start_relay", "ignition_line", "door_contact", "key_holder", "reader")

    def told() -> list[object]:
        identity = json.loads((tmp_path / "box.json").read_text())
        return [identity[name] for name in names]

    voiturier(*add)
    assert told() == [True, True, False, False, "pn532"]
    voiturier(*add, "--replace", "--door-only", "--no-ignition-line", "--key-holder",
              "--door-contact", "--reader", "wiegand")  # fmt: skip
    assert told() == [False, False, True, True, "wiegand"]


def test_a_lost_badge_is_revoked_and_the_boxes_that_have_not_confirmed_are_named(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = ("badge", "lost", "--data", data, "--uid", MARIE_UID.hex())
    voiturier(*ADD_BOX, "--data", data, "--out", tmp_path / "box.json")
    voiturier(*lost)
    printed = capsys.readouterr().out
    assert "a badge of Marie Leroy is revoked\nboxes that were never heard" in printed
    assert f"open for nobody: {PLATE}\ncars without a box: EF-456-GH" in printed
    assert "confirmed" not in printed
    box_was_heard(data)
    for _ in range(2):
        voiturier(*lost)
        printed = capsys.readouterr().out
        assert f"have not confirmed yet: 1; ask again to see who has\n  {PLATE}" in printed
        assert "last heard 2026-" in printed and "grants until 2026-" in printed
        assert MARIE_UID.hex() not in printed
    voiturier("load", tmp_path / "fleet.json", "--data", data)
    assert "revoked badges in the file, which stay so: 1" in capsys.readouterr().out
    found = ("badge", "found", "--data", data, "--uid", MARIE_UID.hex())
    voiturier(*found)
    assert "a badge of Marie Leroy is valid again" in capsys.readouterr().out
    assert "is not blocked" in mistake(capsys, *found)


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


def box_was_heard(data: Path) -> None:
    """As if the one box had spoken, and been sent grants, at the small fleet's present."""
    with sqlite3.connect(data / "voiturier.db") as database:
        database.execute("UPDATE box SET last_seen_s = ?, grants_sent_at_s = ?", (NOW_S, NOW_S))
    database.close()


@pytest.mark.parametrize("action", ["lost", "found", "withdraw"])
def test_a_badge_that_is_none_or_nobody_s_is_told_without_its_number(
    data: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    badge = ("badge", action, "--data", data, "--uid")
    for text in ("", "04a1", "no badge", "04" * 8):
        assert "4, 7 or 10 bytes in hexadecimal" in mistake(capsys, *badge, text)
    line = mistake(capsys, *badge, "04ffffff")
    assert line == "voiturier: No agent has a badge with this UID."


def test_a_card_is_added_by_its_number_replaced_given_on_and_given_back(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def badge(action: str, *words: str) -> tuple[object, ...]:
        return ("badge", action, "--data", data, *words)

    add = badge("add", "--agent", "marie.leroy", "--number")
    assert "This is no badge's number" in mistake(capsys, *add, "12")
    line = mistake(capsys, *add, "a1b2c3d4")
    assert "--meant a1b2c3d4 or --meant d4c3b2a1" in line
    assert "--meant" in mistake(capsys, *add, "a1b2c3d4", "--meant", "00000000")
    voiturier(*add, "a1b2c3d4", "--meant", "d4c3b2a1", "--issuer", "Rectorat")
    assert "a badge of Marie Leroy is in service" in capsys.readouterr().out
    twice = mistake(capsys, *add, "d4c3b2a1", "--meant", "d4c3b2a1")
    assert "Marie Leroy has this badge" in twice
    new = ("--number", "04aabbccddee01", "--meant", "04aabbccddee01")
    voiturier(*badge("replace", "--uid", "d4c3b2a1", *new))
    assert "Marie Leroy has another badge" in capsys.readouterr().out
    voiturier(*badge("give", "--uid", "04aabbccddee01", "--agent", "paul.morin"))
    assert "a badge of Paul Morin from now on" in capsys.readouterr().out
    voiturier(*badge("withdraw", "--uid", "04aabbccddee01"))
    assert "was given back" in capsys.readouterr().out


def test_a_car_is_asked_for_the_next_card_under_somebodys_name(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learn = ("badge", "learn", "--data", data, "--vehicle", PLATE, "--by")
    assert "has no box" in mistake(capsys, *learn, "paul.morin")
    voiturier(*ADD_BOX, "--data", data, "--out", tmp_path / "box.json")
    assert "role does not allow" in mistake(capsys, *learn, "marie.leroy")
    capsys.readouterr()
    voiturier(*learn, "paul.morin")
    number = capsys.readouterr().out.splitlines()[-1]
    add = ("badge", "add", "--data", data, "--agent", "marie.leroy", "--learned")
    assert "No card waits here" in mistake(capsys, *add, number)
    assert "No car was asked that" in mistake(capsys, *add, "1")


@pytest.mark.parametrize("kind", ["end-from-afar", "end-from-afar-without-keys"])
def test_an_end_of_trip_is_queued(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    voiturier(*ADD_BOX, "--data", data, "--out", tmp_path / "box.json")
    voiturier("command", kind, "--vehicle", PLATE, "--data", data)
    assert f"{kind} queued for {PLATE}" in capsys.readouterr().out


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


def test_an_identity_draft_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), identity_file(tmp_path / "box.json") as draft:
        draft.write({"key": "secret"})
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_finds_no_room_is_one_line(data: Path) -> None:
    command = [sys.executable, "-m", "server", "trips", "--json", "--data", str(data)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No space left" in done.stderr


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


# Accounts.


def open_accounts(data: Path) -> set[str]:
    async def read() -> set[str]:
        store = Store.open(data)
        agents = await store.agents.all()
        await store.close()
        return {agent.login for agent in agents if agent.closed_at_s is None}

    return asyncio.run(read())


def test_an_account_is_closed_and_opened_again(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voiturier("account", "close", "--login", "Marie.Leroy", "--data", data)
    assert "the account of Marie Leroy is closed" in capsys.readouterr().out
    assert open_accounts(data) == {"paul.morin"}
    voiturier("account", "reopen", "--login", "marie.leroy", "--data", data)
    assert open_accounts(data) == {"paul.morin", "marie.leroy"}
    assert "Nobody has this login" in mistake(
        capsys, "account", "close", "--login", "nobody", "--data", data
    )


def test_whom_a_file_leaves_out_is_told_and_closed_only_where_that_is_asked(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "without_marie.json"
    file.write_text(json.dumps(FLEET | {"agents": FLEET["agents"][1:], "bookings": []}))
    voiturier("load", file, "--data", data)
    assert "not in the file, and still with an account: 1 (--close-others)" in (
        capsys.readouterr().out
    )
    assert open_accounts(data) == {"paul.morin", "marie.leroy"}
    voiturier("load", file, "--close-others", "--data", data)
    assert open_accounts(data) == {"paul.morin"}
    file.write_text(json.dumps(FLEET | {"agents": [], "bookings": []}))
    voiturier("load", file, "--close-others", "--data", data)
    assert open_accounts(data) == {"paul.morin"}


def test_another_password_is_read_from_the_terminal_and_judged(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("account", "password", "--login", "marie.leroy", "--data", data)
    monkeypatch.setattr("sys.stdin", io.StringIO("marie.leroy.2026\n"))
    assert "easily guessed" in mistake(capsys, *command)
    monkeypatch.setattr("sys.stdin", io.StringIO("a\n"))
    assert "12 characters at least, or 16 digits" in mistake(capsys, *command)
    monkeypatch.setattr("sys.stdin", io.StringIO("trois chevaux bruns\n"))
    voiturier(*command)
    said = capsys.readouterr().out
    assert "Marie Leroy has another password" in said and "chevaux" not in said


def test_a_proxy_is_named_by_its_address_or_network(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        voiturier("serve", "--data", "nowhere", "--trusted-proxy", "10.0.0.1/8")
    assert end.value.code == 2 and "10.0.0.1/8 has host bits set" in capsys.readouterr().err


def test_a_restored_copy_brings_no_session_back(data: Path, tmp_path: Path) -> None:
    key = Config(data).session_key_path
    before = session_key(key)
    voiturier("backup", tmp_path / "copy.db", "--data", data)
    voiturier("restore", tmp_path / "copy.db", "--data", data)
    assert session_key(key) != before


def test_a_code_is_made_for_a_manager_too(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    voiturier("account", "code", "--login", "paul.morin", "--data", data)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Paul Morin chooses a password at /connexion/code until ")
    assert re.fullmatch("[A-Z2-9]{4}-[A-Z2-9]{4}", said[1])


@pytest.mark.parametrize("written", ["ab 123 cd", "AB123CD", "AB–123–CD"])
def test_a_command_knows_a_car_by_its_plate_however_it_is_written(
    written: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("command", "inhibit", "--vehicle", written, "--data", data)
    assert "has no box" in mistake(capsys, *command)
