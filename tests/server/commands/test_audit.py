"""`voiturier audit`, and what other commands leave there: who signed in to the machine."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.actions.actor import system_account
from server.cli import main
from server.store.backup import DATABASE
from tests.fleet import FLEET, MARIE_UID


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET))
    main(["load", str(file), "--data", str(tmp_path / "data")])
    return tmp_path / "data"


def run(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> str:
    capsys.readouterr()
    main([*words, "--data", str(data)])
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main([*words, "--data", str(data)])
    assert end.value.code == 2
    return capsys.readouterr().err


def acts(data: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / DATABASE)) as database:
        return database.execute(
            "SELECT agent_id, operator, act, kind, object_id FROM audit ORDER BY audit_id"
        ).fetchall()


def test_a_command_leaves_its_act_under_the_account_that_signed_in(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    me = system_account()
    run(capsys, data, "badge", "lost", "--uid", MARIE_UID.hex())
    run(capsys, data, "account", "close", "--login", "marie.leroy")
    run(capsys, data, "confirm-time", "--by", "Paul")
    assert acts(data) == [
        (None, me, "load_fleet", None, None),
        (None, me, "block_badge", "badge", 1),
        (None, me, "close_account", "agent", 1),
        (None, me, "confirm_time", None, None),
    ]


def test_a_command_for_a_person_leaves_both(
    capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path
) -> None:
    car = ("--vehicle", "AB-123-CD")
    identity = ("--out", str(tmp_path / "identity.json"), "--board", "host")
    run(capsys, data, "box", "add", *car, *identity)
    run(capsys, data, "theft", "report", *car, "--by", "paul.morin", "--reference", "PV 1")
    assert acts(data)[-1] == (2, system_account(), "report_theft", "theft_order", 1)


def test_a_whole_audit_is_said_to_be_whole_and_a_broken_one_where(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    for _ in range(2):
        run(capsys, data, "confirm-time", "--by", "Paul")
    head = run(capsys, data, "audit", "head").strip()
    assert head.startswith("3:") and len(head) == 66
    assert "the audit is whole: 3 entries, 0 days erased" in run(capsys, data, "audit", "verify")
    assert "whole" in run(capsys, data, "audit", "verify", "--head", head)
    other = f"3:{'0' * 64}"
    assert "audit entry 3: " in refused(capsys, data, "audit", "verify", "--head", other)
    with closing(sqlite3.connect(data / DATABASE)) as thief, thief:
        thief.execute("DROP TRIGGER audit_no_delete")
        thief.execute("DELETE FROM audit WHERE audit_id = 2")
    assert "audit entry 3, 20" in refused(capsys, data, "audit", "verify")


def test_a_year_that_there_is_not_is_named_and_exported(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    with closing(sqlite3.connect(data / DATABASE)) as thief, thief:
        for trigger in ("audit_no_update", "audit_day_no_update"):
            thief.execute(f"DROP TRIGGER {trigger}")
        thief.execute("UPDATE audit SET at_s = 1 << 62")
        thief.execute("UPDATE audit_day SET day = 1 << 50")
    told = refused(capsys, data, "audit", "verify")
    assert f"audit of day {1 << 50}: the day was not written by this server" in told
    assert str(1 << 62) in run(capsys, data, "audit", "export")


@pytest.mark.parametrize(
    "head", ["", "3", "3:abc", f"x:{'0' * 64}", f"3:{'G' * 64}", f"-1:{'0' * 64}"]
)
def test_a_head_that_is_none_is_refused(
    capsys: pytest.CaptureFixture[str], data: Path, head: str
) -> None:
    assert "is not NUMBER:HASH" in refused(capsys, data, "audit", "verify", f"--head={head}")


def test_all_of_it_is_printed_and_that_is_an_act_too(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    text = run(capsys, data, "audit", "export")
    newest, oldest = csv.DictReader(text.splitlines(), delimiter=";")
    assert (newest["act"], oldest["act"]) == ("export_audit", "load_fleet")
    assert oldest["operator"] == system_account()
    assert run(capsys, data, "audit", "export", "--until", "2026-01-01").count("\n") == 1


def test_trips_tell_no_place_and_so_leave_no_entry(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    assert "lat" not in run(capsys, data, "trips", "--json")
    assert [act for _, _, act, _, _ in acts(data)] == ["load_fleet"]
