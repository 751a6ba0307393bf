"""The writer thread: one commit for many, success only after it, failure of one alone."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.store.engine import Engine, StoreError
from server.store.sqlite import connect


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    path = tmp_path / "test.db"
    path.touch()
    db = connect(path)
    db.execute("CREATE TABLE item (name TEXT UNIQUE)")
    db.close()
    engine = Engine(path)
    yield engine
    await engine.close()


def insert(db: sqlite3.Connection, name: str) -> str:
    db.execute("INSERT INTO item VALUES (?)", (name,))
    return name


def names(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("SELECT name FROM item ORDER BY name")]


async def test_what_a_write_returns_is_readable_by_everyone_at_once(engine: Engine) -> None:
    for name in ("a", "b", "c"):
        assert await engine.write(insert, name) == name
        assert name in await engine.read(names)


async def test_writes_that_wait_share_one_commit(engine: Engine) -> None:
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()
    commits: list[str] = []

    def hold(db: sqlite3.Connection) -> None:
        db.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result()

    holding = asyncio.ensure_future(engine.write(hold))
    writes = [asyncio.ensure_future(engine.write(insert, str(i))) for i in range(50)]
    await asyncio.sleep(0)  # lets each put its work in the queue
    assert await engine.read(names) == []
    gate.set()
    await asyncio.gather(holding, *writes)
    assert len(await engine.read(names)) == 50
    assert len(commits) <= 2  # one for whoever came before the gate, one for the rest


async def test_a_write_that_fails_is_undone_alone(engine: Engine) -> None:
    def half(db: sqlite3.Connection) -> None:
        insert(db, "half")
        raise ValueError("no")

    outcomes = await asyncio.gather(
        engine.write(insert, "a"),
        engine.write(half),
        engine.write(insert, "a"),
        engine.write(insert, "b"),
        return_exceptions=True,
    )
    assert [type(outcome).__name__ for outcome in outcomes] == [
        "str",
        "ValueError",
        "IntegrityError",
        "str",
    ]
    assert await engine.read(names) == ["a", "b"]


async def test_a_commit_that_fails_fails_for_all_and_leaves_the_writer_at_work(
    engine: Engine,
) -> None:
    def undo(db: sqlite3.Connection) -> None:
        db.execute("ROLLBACK")

    with pytest.raises(StoreError):
        await engine.write(undo)
    assert await engine.write(insert, "a") == "a"


async def test_a_full_disk_is_told_and_the_writer_goes_on_when_there_is_room(
    engine: Engine,
) -> None:
    def limit(db: sqlite3.Connection, pages: int) -> None:
        db.execute(f"PRAGMA max_page_count = {pages}")

    await engine.write(limit, 1)  # SQLite takes the present size instead
    with pytest.raises(StoreError, match="full"):
        await engine.write(insert, "x" * 100_000)
    assert await engine.read(names) == []
    await engine.write(limit, 1_000_000)
    assert await engine.write(insert, "a") == "a"


async def test_a_reader_cannot_write(engine: Engine) -> None:
    with pytest.raises(StoreError):
        await engine.read(insert, "a")


async def test_a_write_goes_through_when_its_caller_is_cancelled(engine: Engine) -> None:
    writing = asyncio.ensure_future(engine.write(insert, "a"))
    await asyncio.sleep(0)
    writing.cancel()
    await engine.write(insert, "b")
    assert await engine.read(names) == ["a", "b"]


async def test_a_commit_is_on_disk_before_it_is_said_to_be(engine: Engine) -> None:
    def settings(db: sqlite3.Connection) -> list[object]:
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]

    assert await engine.write(settings) == ["wal", 2, 1]


async def test_maintenance_that_nobody_waits_for_any_more_is_given_up(
    engine: Engine,
) -> None:
    begun = threading.Event()

    def for_ever(connection: sqlite3.Connection) -> None:
        begun.set()
        connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        ).fetchone()

    task = asyncio.create_task(engine.maintain(for_ever))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await engine.write(insert, "afterwards") == "afterwards"
