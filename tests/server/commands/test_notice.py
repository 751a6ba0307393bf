"""Tests of `voiturier notice`."""

import json
import sqlite3
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


def notices(data: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(data / "voiturier.db") as database:
        return database.execute("SELECT agent_id, how, noted_by_id FROM notice").fetchall()


def test_the_operator_writes_down_once_who_was_given_the_notice(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    given = ["notice", "given", "--login", "marie.leroy", "--data", str(data)]
    for _ in range(2):
        main([*given, "--on", "2026-09-01"])
    assert "Marie Leroy" in capsys.readouterr().out
    assert notices(data) == [(1, "paper", None)]


@pytest.mark.parametrize("wrong", [["--login", "nobody"], ["--login", "marie.leroy", "--on", "x"]])
def test_a_mistake_is_named_and_nothing_is_written_down(
    capsys: pytest.CaptureFixture[str], data: Path, wrong: list[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["notice", "given", *wrong, "--data", str(data)])
    assert end.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()[-1]) > 10
    assert notices(data) == []
