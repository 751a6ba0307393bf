"""Tests of `voiturier role`."""

import json
import re
from pathlib import Path

import pytest

from server.cli import main
from tests.fleet import FLEET


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET))
    main(["load", str(file), "--data", str(tmp_path / "data")])
    return tmp_path / "data"


def role(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> str:
    capsys.readouterr()
    main(["role", *words, "--data", str(data)])
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main(["role", *words, "--data", str(data)])
    assert end.value.code == 2
    return capsys.readouterr().err


GIVE = ("give", "--login", "marie.leroy", "--reason", "Pose")


def test_a_role_is_given_listed_and_withdrawn(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    until = ("--until", "2099-10-01")
    part = ("--directorate", "DDT", "--site", "PREF", "--car", "ab-123-cd")
    said = role(capsys, data, *GIVE, "--role", "technician", *until, *part)
    number = re.findall(r"\d+", said)[0]
    listed = role(capsys, data, "list")
    assert "Paul Morin: manager, the whole fleet" in listed
    line = next(line for line in listed.splitlines() if line.startswith(f"{number} "))
    assert "Marie Leroy: technician, DDT, PREF, AB-123-CD, from 20" in line
    assert line.endswith("until 2099-09-30 22:00 UTC, by an operator: Pose")
    assert "Marie Leroy was technician" in role(capsys, data, "withdraw", number)
    assert "Marie" not in role(capsys, data, "list")


def test_what_cannot_be_given_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    assert "say when" in refused(capsys, data, *GIVE, "--role", "technician")
    nowhere = refused(capsys, data, *GIVE, "--role", "auditor", "--site", "LUNE")
    assert "'LUNE' is unknown; known: PREF" in nowhere
    role(capsys, data, *GIVE, "--role", "administrator")
    number = re.findall(r"(\d+)  Marie", role(capsys, data, "list"))[0]
    assert "last administrator" in refused(capsys, data, "withdraw", number)
