"""`voiturier box`, `badge` and `command`: what is printed, and what a mistake costs."""

import json
import sqlite3
import stat
from pathlib import Path

import pytest

from server.identity_file import identity_file
from tests.fleet import MARIE_UID, NOW_S
from tests.server.commands.typed import ADD_BOX, PLATE, mistake, voiturier


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


def test_an_identity_draft_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), identity_file(tmp_path / "box.json") as draft:
        draft.write({"key": "secret"})
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


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


@pytest.mark.parametrize("written", ["ab 123 cd", "AB123CD", "AB–123–CD"])
def test_a_command_knows_a_car_by_its_plate_however_it_is_written(
    written: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("command", "inhibit", "--vehicle", written, "--data", data)
    assert "has no box" in mistake(capsys, *command)


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


def box_was_heard(data: Path) -> None:
    """As if the one box had spoken, and been sent grants, at the small fleet's present."""
    with sqlite3.connect(data / "voiturier.db") as database:
        database.execute("UPDATE box SET last_seen_s = ?, grants_sent_at_s = ?", (NOW_S, NOW_S))
    database.close()


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
