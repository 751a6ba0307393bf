"""`voiturier backup --keep` and `restore --rehearse`, as they are typed."""

import json
import re
from pathlib import Path

import pytest

from server.cli import main
from server.store.backup import last_outcome
from tests.fleet import FLEET


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "fleet.json").write_text(json.dumps(FLEET))
    main(["load", str(tmp_path / "fleet.json"), "--data", str(tmp_path / "data")])
    return tmp_path / "data"


def typed(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    """The code that a command ends with, and what it says."""
    capsys.readouterr()
    code = 0
    try:
        main([str(word) for word in words])
    except SystemExit as end:
        code = int(end.code or 0)
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.mark.parametrize("elsewhere", [False, True])
def test_copies_go_where_they_are_kept_and_the_last_is_rehearsed(
    data: Path, tmp_path: Path, elsewhere: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "far" / "away" if elsewhere else data / "backups"
    where = ("--folder", folder) if elsewhere else ()
    for _ in range(3):
        assert typed(capsys, "backup", "--data", data, "--keep", 2, *where)[0] == 0
    copies = sorted(folder.iterdir())
    assert len(copies) == 2
    assert all(re.fullmatch(r"voiturier-\d{8}-\d{6}(-\d)?\.db", path.name) for path in copies)
    code, said = typed(capsys, "restore", "--rehearse", copies[-1], "--data", data)
    assert code == 0
    for line in ("people: 2", "cars: 2", "bookings: 1", "trips: 0", "Nothing was changed"):
        assert line in said


@pytest.mark.parametrize(
    "words",
    [(), ("copy.db", "--keep", "3"), ("copy.db", "--folder", "f"), ("--folder", "f")]
    + [("--keep", wrong) for wrong in ("0", "-1", "x", "10001")],
)
def test_what_makes_no_sense_together_is_a_mistake_and_no_failed_backup(
    data: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(capsys, "backup", "--data", data, *words)[0] == 2
    assert last_outcome(data) is None


def test_a_backup_that_fails_ends_with_2_says_why_and_is_remembered(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    code, said = typed(capsys, "backup", "--data", data, "--keep", 1, "--folder", tmp_path / "file")
    assert code == 2 and "cannot back up to" in said
    outcome = last_outcome(data)
    assert outcome is not None and outcome.failure is not None and outcome.failure in said


@pytest.mark.parametrize("command", ["backup --keep 1", "backup c.db", "restore c.db", "serve"])
def test_a_mistyped_directory_is_named_and_nothing_is_made(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    there, away = tmp_path / "there", tmp_path / "away"
    there.mkdir()
    (tmp_path / "c.db").write_bytes(b"")
    words = command.replace("c.db", str(tmp_path / ("c.db" if "restore" in command else "new.db")))
    for data in (there, away):
        code, said = typed(capsys, *words.split(), "--data", data)
        assert code == 2 and str(data) in said
    assert not away.exists() and list(there.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.db", "there"]
