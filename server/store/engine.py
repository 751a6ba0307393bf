"""The database's connections: one writer thread with group commit, readers beside it.

Whatever waits to be written when the writer is free shares one COMMIT (one fsync); each caller
learns of success only after it. Readers never wait for the writer (WAL), nor the event loop for
either. Other processes may write to the same file. Never here: tables, or what is written.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from server.fleet.audit import Performed
from server.fleet.refusals import ToldError
from server.store import sqlite
from server.store.current_act import CURRENT
from server.store.news import News

T = TypeVar("T")

# Each kind of reading has threads of its own, so that none waits behind another: pages; the quick
# questions of who shakes hands or begins a trip; what a car may know; the search among all badges.
Lane = Literal["page", "quick", "car", "search"]
_READERS: dict[Lane, int] = {"page": 4, "quick": 1, "car": 1, "search": 1}
# Writes, in the transaction of an act, the entry that it leaves: of the act and of what came of it.
Audit = Callable[[sqlite3.Connection, Performed, Any], None]
_STEPS_BETWEEN_LOOKS = 100_000  # of SQLite's machine; some milliseconds
_MAX_GROUP = 256  # bounds what one failed COMMIT takes back, and how long the first one waits


class StoreError(ToldError):
    """The data directory or its database cannot be used; the text says why.

    It may pass: a disk that was full, another program that held the database.

    Args:
        text: English, one line, filled in with `values`; `str` of it is that.
        values: what `text` names.
    """

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(text % values if values else text)
        self.text, self.values = text, values


@dataclass(slots=True)
class _Job:
    """What to do, who waits for it in which loop, and what came of it: a value or an exception.

    `performed` is the act that it is a part of, or None.
    """

    work: Callable[..., Any]
    args: tuple[Any, ...]
    waiting: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop
    performed: Performed | None
    alone: bool = False  # not in a transaction
    result: Any = None
    error: BaseException | None = None


class Engine:
    """Runs functions of a connection, as transactions or as reads.

    Both raise StoreError when the database itself fails: the disk is full or broken, another
    program holds the file for too long.

    Args:
        path: of a database whose tables exist; sqlite3.Error when it cannot be opened.
        news: told of what is committed, by this process or found to be by another; None: nobody is.
        audit: called in the transaction of each act that changed something; None: nothing is kept.

    `on_commit` is called in the writer's thread with how long each group took, in s.
    """

    def __init__(self, path: Path, news: News | None = None, audit: Audit | None = None) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._connection = sqlite.connect(path)  # the writer's
        self.on_commit: Callable[[float], None] | None = None
        self._news = news
        self._audit = audit
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._readers = {
            lane: ThreadPoolExecutor(count, f"store-{lane}") for lane, count in _READERS.items()
        }
        self._writer = threading.Thread(target=self._write_all, name="store-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[..., T], *args: Any) -> T:
        """Run `work(connection, *args)` in a transaction; return its result once committed.

        An exception of `work` undoes what it wrote, and that alone. The transaction is carried
        out even when the caller is cancelled meanwhile. What changed something as a part of an act
        (`current_act`) leaves the act's entry with it, or neither is there.
        """
        return await self._queued(work, args)

    async def maintain(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work(connection)` as the writer, in no transaction; what is to be written waits.

        It is given up when the caller is cancelled: a server that stops waits for nothing long.
        """
        return await self._queued(work, (), alone=True)

    async def _queued(
        self, work: Callable[..., T], args: tuple[Any, ...], *, alone: bool = False
    ) -> T:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()
        performed = None if alone else CURRENT.get()
        self._jobs.put(_Job(work, args, waiting, loop, performed, alone))
        return await waiting

    async def read(self, work: Callable[..., T], *args: Any, lane: Lane = "page") -> T:
        """Run `work(connection, *args)` on a reader's connection, in a thread of its own."""
        return await self.in_reader(lambda: work(self.reader(), *args), lane)

    async def in_reader(self, work: Callable[[], T], lane: Lane = "page") -> T:
        """Run `work()` in a reader's thread, where `reader()` may be called."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers[lane], work)
        except sqlite3.Error as error:
            raise _as_told(error) from error

    def reader(self) -> sqlite3.Connection:
        """Return the calling thread's own connection, for reading only."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite.connect_reader(self._path)
            self._connections.append(connection)
        return connection

    async def close(self) -> None:
        """Commit what waits, then end the threads and connections."""
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        for readers in self._readers.values():
            readers.shutdown()
        for connection in self._connections:
            connection.close()

    def _write_all(self) -> None:
        going_on = True
        while going_on:
            group = [self._jobs.get()]
            while len(group) < _MAX_GROUP and not self._jobs.empty():
                group.append(self._jobs.get())
            going_on = None not in group
            jobs = [job for job in group if job is not None]
            together = [job for job in jobs if not job.alone]
            if together:
                began_s = time.monotonic()
                self._commit(self._connection, together)
                _tell(together)
                if self.on_commit is not None:
                    self.on_commit(time.monotonic() - began_s)
            for job in jobs:
                if job.alone:
                    _maintain(self._connection, job)
                    _tell([job])
        self._connection.close()

    def _commit(self, connection: sqlite3.Connection, jobs: list[_Job]) -> None:
        """Do the jobs in one transaction, each in a savepoint of its own."""
        try:
            connection.execute(sqlite.BEGIN_WRITE)
            for job in jobs:
                connection.execute("SAVEPOINT job")
                try:
                    self._do(connection, job)
                except Exception as error:
                    if not connection.in_transaction:  # a full disk: SQLite has undone everything
                        raise
                    connection.execute("ROLLBACK TO job")
                    job.error = _as_told(error)
                connection.execute("RELEASE job")
            new = self._news.read(connection) if self._news else []
            connection.execute("COMMIT")
        except Exception as error:  # the disk is full, or another process holds the file
            if connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):  # the next group tries again
                    connection.execute("ROLLBACK")
            for job in jobs:
                job.error = job.error or _as_told(error)
            return
        if self._news:
            self._news.publish(new)

    def _do(self, connection: sqlite3.Connection, job: _Job) -> None:
        """Do one job, with the entry of its act if it changed something."""
        before = connection.total_changes
        job.result = job.work(connection, *job.args)
        if self._audit and job.performed and connection.total_changes != before:
            self._audit(connection, job.performed, job.result)


def _maintain(connection: sqlite3.Connection, job: _Job) -> None:
    connection.set_progress_handler(job.waiting.cancelled, _STEPS_BETWEEN_LOOKS)
    try:
        job.result = job.work(connection)
    except Exception as error:
        job.error = _as_told(error)
    finally:
        connection.set_progress_handler(None, 0)


def _tell(jobs: list[_Job]) -> None:
    """Wake those who wait: one call into a loop for all of its jobs, for each costs a system call.

    A loop that was closed meanwhile has nobody who waits.
    """
    for loop in {job.loop for job in jobs}:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, [job for job in jobs if job.loop is loop])


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.waiting.done():  # its caller was cancelled
            continue
        if job.error is not None:
            job.waiting.set_exception(job.error)
        else:
            job.waiting.set_result(job.result)


def _as_told(error: Exception) -> Exception:
    """Return the StoreError that stands for a failing database, or the error itself."""
    if not sqlite.is_failing(error):
        return error
    told = StoreError("the database cannot be used: %(why)s", why=error)
    told.__cause__ = error
    return told
