"""`voiturier box batch`: boxes of many cars in one sealed file, all of them or none."""

import io
import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from firmware.identity import parse_identity
from tests.fleet import NOW_S
from tests.server.batches import opened
from tests.server.commands.typed import ADD_BOX, PLATE, mistake, voiturier

OTHER_PLATE = "EF-456-GH"
PASSPHRASE = "trois chevaux bruns"


@pytest.fixture
def batch(data: Path, tmp_path: Path) -> tuple[object, ...]:
    """The command but for the cars, of boxes that find the server at boxes.example."""
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    out = ("--out", tmp_path / "batch.json", "--passphrase-file", tmp_path / "passphrase")
    return ("box", "batch", "--data", data, "--server", "boxes.example:7400", *out)


def written(tmp_path: Path) -> dict[str, Any]:
    batch: dict[str, Any] = json.loads((tmp_path / "batch.json").read_text())
    return batch


def boxes_in(data: Path) -> list[tuple[str, str]]:
    """Number and plate of each box in service."""
    with closing(sqlite3.connect(data / "voiturier.db")) as database:
        return database.execute(
            "SELECT lower(hex(wire_id)), plate FROM box JOIN vehicle USING (vehicle_id)"
            " WHERE box.retired_at_s IS NULL ORDER BY plate"
        ).fetchall()


def test_every_car_without_a_box_gets_one_and_no_secret_is_printed(
    batch: tuple[object, ...], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voiturier(*ADD_BOX, "--data", data, "--out", tmp_path / "box.json")
    capsys.readouterr()
    voiturier(*batch, "--cars-without-box")
    file, said = tmp_path / "batch.json", capsys.readouterr()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = written(tmp_path)
    assert found["voiturier_batch"] == 1 and found["made_at_s"] > NOW_S
    (entry,) = found["entries"]
    assert (entry["plate"], entry["label"], entry["board"]) == (
        *(OTHER_PLATE, "208", "lilygo_t_sim7670g_s3"),
    )
    identity = opened(found, entry, PASSPHRASE)
    told = parse_identity(identity)
    assert (told.server_host, told.server_port) == ("boxes.example", 7400)
    assert identity["vehicle"] == OTHER_PLATE and identity["box_id"] == entry["box_id"]
    assert (entry["box_id"], OTHER_PLATE) in boxes_in(data)
    assert entry["box_id"] in said.out, "the number of the box is no secret"
    shown = said.out + said.err + file.read_text()
    for secret in (identity["key"], identity["badge_key"], PASSPHRASE):
        assert secret not in shown
    assert "every car has a box" in mistake(capsys, *batch, "--cars-without-box")


def test_the_cars_that_are_named_get_one_each_with_what_is_typed(
    batch: tuple[object, ...], tmp_path: Path
) -> None:
    (tmp_path / "pin").write_text("004321\n")
    cars = ("--vehicle", "ef456gh", "--vehicle", PLATE, "--vehicle", PLATE.lower())
    wiring = ("--door-only", "--reader", "wiegand", "--sim-pin-file", tmp_path / "pin")
    voiturier(*batch, *cars, *wiring, "--apn", "etat")
    found = written(tmp_path)
    assert [entry["plate"] for entry in found["entries"]] == [OTHER_PLATE, PLATE]
    for entry in found["entries"]:
        identity = opened(found, entry, PASSPHRASE)
        assert (identity["start_relay"], identity["reader"]) == (False, "wiegand")
        assert (identity["apn"], identity["sim_pin"]) == ("etat", "004321")


def test_a_car_that_has_a_box_is_named_and_then_no_box_is_made(
    batch: tuple[object, ...], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voiturier(*ADD_BOX, "--data", data, "--out", tmp_path / "box.json")
    before = boxes_in(data)
    cars = ("--vehicle", OTHER_PLATE, "--vehicle", PLATE)
    line = mistake(capsys, *batch, *cars)
    assert f"{PLATE}: This car has a box already." in line and "--replace" in line
    assert OTHER_PLATE not in line
    assert boxes_in(data) == before and not (tmp_path / "batch.json").exists()
    voiturier(*batch, *cars, "--replace")
    after = boxes_in(data)
    assert [plate for _, plate in after] == [PLATE, OTHER_PLATE]
    assert not set(after) & set(before)


def test_an_unknown_car_among_them_costs_no_box(
    batch: tuple[object, ...], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = mistake(capsys, *batch, "--vehicle", PLATE, "--vehicle", "ZZ-999-ZZ")
    assert "'ZZ-999-ZZ' is unknown" in line
    assert boxes_in(data) == [] and not (tmp_path / "batch.json").exists()


def test_a_batch_that_cannot_be_written_costs_no_box(
    batch: tuple[object, ...], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "missing" / "batch.json"
    assert "cannot write" in mistake(capsys, *batch, "--vehicle", PLATE, "--out", out)
    assert boxes_in(data) == []


def test_a_short_passphrase_is_refused_and_not_repeated(
    batch: tuple[object, ...], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "passphrase").write_text("chevaux 123\n")
    line = mistake(capsys, *batch, "--vehicle", PLATE)
    assert "12 characters at least" in line and "chevaux" not in line
    assert boxes_in(data) == []


def test_without_a_file_the_passphrase_is_asked_for(
    batch: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSPHRASE}\n"))
    at = batch.index("--passphrase-file")
    voiturier(*batch[:at], *batch[at + 2 :], "--vehicle", PLATE)
    found = written(tmp_path)
    assert opened(found, found["entries"][0], PASSPHRASE)["vehicle"] == PLATE


@pytest.mark.parametrize("again", [PASSPHRASE, "trois chevaux blancs"])
def test_at_a_terminal_it_is_asked_for_twice(
    batch: tuple[object, ...],
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    again: str,
) -> None:
    typed = iter((PASSPHRASE, again))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    at = batch.index("--passphrase-file")
    asked = (*batch[:at], *batch[at + 2 :], "--vehicle", PLATE)
    if again == PASSPHRASE:
        voiturier(*asked)
        assert len(boxes_in(data)) == 1
    else:
        assert "not the same" in mistake(capsys, *asked)
        assert boxes_in(data) == []


def test_each_box_of_a_batch_has_its_entry_in_the_audit(
    batch: tuple[object, ...], data: Path
) -> None:
    voiturier(*batch, "--cars-without-box")
    with closing(sqlite3.connect(data / "voiturier.db")) as database:
        entries = database.execute(
            "SELECT kind, object_id FROM audit WHERE act = 'add_box' ORDER BY object_id"
        ).fetchall()
    assert entries == [("vehicle", 1), ("vehicle", 2)]
