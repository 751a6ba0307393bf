"""A database of an older program is brought up to date, and kept as it was before."""

import contextlib
import shutil
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from server.store import Store, StoreError, backup, schema
from tests import older_fleet
from tests.fleet import NOW_S

KEPT = f"voiturier.db.version-{older_fleet.VERSION}"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    older_fleet.put(tmp_path / "data")
    return tmp_path / "data"


async def test_an_older_fleet_is_all_there_after_the_first_start(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store.open(data, may_make=False)
    assert len(await store.badges.all()) == older_fleet.ROWS["badge"], "they open under the key"
    assert [vehicle.box_id for vehicle in await store.vehicles.all()] == [1, 2]
    boards = await store.boards.of_cars([1, 2])
    assert [board.mac for board in boards.values()] == [None, None], "nobody had said"
    assert await store.boards.tests_of([1, 2]) == {}
    await store.close()
    assert older_fleet.rows(data / "voiturier.db") == older_fleet.ROWS
    assert any(str(data / KEPT) in record.getMessage() for record in caplog.records)


async def test_what_is_kept_of_it_is_whole_and_can_be_put_back(data: Path) -> None:
    await Store.open(data).close()
    assert older_fleet.rows(data / KEPT) == older_fleet.ROWS
    assert stat.S_IMODE((data / KEPT).stat().st_mode) == 0o600
    (data / "voiturier.db").unlink()
    assert backup.restore(data, data / KEPT, NOW_S) is None
    await Store.open(data, may_make=False).close()
    assert older_fleet.rows(data / "voiturier.db") == older_fleet.ROWS


async def test_without_room_for_the_copy_nothing_changes_and_the_copy_is_named(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nearly_full(folder: Path) -> Any:
        return shutil._ntuple_diskusage(10**9, 10**9 - 1000, 1000)  # type: ignore[attr-defined]

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", nearly_full)
        with pytest.raises(StoreError, match=rf"{KEPT}: no space left .* MB are needed"):
            Store.open(data)
    with contextlib.closing(sqlite3.connect(data / "voiturier.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (older_fleet.VERSION,)
    assert older_fleet.rows(data / "voiturier.db") == older_fleet.ROWS
    assert not (data / KEPT).exists()
    await Store.open(data).close()


async def test_a_step_that_fails_leaves_the_older_database(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(db: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS[:-1], fails))
        with pytest.raises(StoreError, match="disk is full"):
            Store.open(data)
    with contextlib.closing(sqlite3.connect(data / "voiturier.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (older_fleet.VERSION,)
    await Store.open(data).close()
