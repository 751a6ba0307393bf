"""`voiturier load` and `account`: what a file brings, what is wrong in it, who has an account."""

import asyncio
import copy
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from server.store import Store
from tests.fleet import FLEET
from tests.server.commands.typed import mistake, voiturier


def trips(capsys: pytest.CaptureFixture[str], data: Path) -> Any:
    capsys.readouterr()
    voiturier("trips", "--json", "--data", data)
    return json.loads(capsys.readouterr().out)


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


def test_a_code_is_made_for_a_manager_too(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    voiturier("account", "code", "--login", "paul.morin", "--data", data)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Paul Morin chooses a password at /connexion/code until ")
    assert re.fullmatch("[A-Z2-9]{4}-[A-Z2-9]{4}", said[1])
