"""Whoever may not read the fleet's files does not: 0600 and 0700, whatever the umask was."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import Config
from server.identity_file import identity_file
from server.store import Store, backup
from server.web.security import session_key
from tests import older_fleet
from tests.fleet import NOW_S, open_small_fleet


@pytest.fixture(params=[0o022, 0o000, 0o027])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """What below a folder, and itself, others may read, write or enter."""
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    return [f"{path.name} {mode:o}" for path, mode in modes.items() if mode & 0o077]


@pytest.mark.usefixtures("umask")
async def test_a_new_fleet_is_for_its_owner_alone(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data")
    await store.agents.all()
    assert (tmp_path / "data" / "voiturier.db-wal").exists()
    backup.back_up(tmp_path / "data", tmp_path / "data" / "copy.db", NOW_S)
    assert open_to_others(tmp_path / "data") == []
    await store.close()


@pytest.mark.usefixtures("umask")
async def test_whatever_is_done_to_a_fleet_no_file_of_it_is_open_to_others(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    older_fleet.put(data)  # brought up to date, it is kept as it was
    await Store.open(data).close()
    copy = backup.back_up_and_keep(data, folder, 1, NOW_S)
    backup.rehearse(data, copy, NOW_S)
    backup.restore(data, copy, NOW_S)
    session_key(Config(data).session_key_path)
    with backup.serving(data), identity_file(data / "box.json") as draft:
        draft.write({"key": "secret"})
    assert open_to_others(data) == []
    assert open_to_others(folder) == []
    assert (data / "voiturier.db.replaced").exists() and (data / "last_backup").exists()


@pytest.mark.parametrize("path", ["voiturier.db", "secrets/master.key", "secrets", "."])
async def test_what_is_closed_is_said(
    tmp_path: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    await (await open_small_fleet(tmp_path / "data")).close()
    opened = tmp_path / "data" / path
    opened.chmod(opened.stat().st_mode | 0o044)
    await Store.open(tmp_path / "data").close()
    assert [path in record.getMessage() for record in caplog.records] == [True]
    caplog.clear()
    await Store.open(tmp_path / "data").close()
    assert not caplog.records


async def test_what_an_older_program_left_open_is_closed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await (await open_small_fleet(data)).close()
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    store = Store.open(data)
    assert open_to_others(data) == []
    await store.close()
