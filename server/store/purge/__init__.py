"""Erasing what is past its date from the database and from the copies beside it; the receipts.

Rows go in small transactions, so that nobody who writes waits for long; then the file is written
anew, for pages that were split keep what was on them. Never here: what is due (rules.py), the time
that a purge goes by (known.py, fleet/privacy/known_time.py), the copies' own way (files.py).
"""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from server.store import sqlite
from server.store.noun import Noun
from server.store.purge import files
from server.store.purge.files import PurgedFile, folders_of_copies
from server.store.purge.rules import RULES, erase, found

__all__ = ["PurgedFile", "Purges", "Receipt", "folders_of_copies"]

_AT_ONCE = 1000  # rows in one transaction: some tens of milliseconds
_MOST = 50_000  # rows found together; what is more is found after these are gone


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one purge erased.

    `erased` is how many rows by kind; `before_s` from which time on each setting kept things;
    `sure_s` the time that it went by, `at_s` what the clock showed. `by`: who asked; None: the
    server by itself, or an operator.
    """

    purge_id: int
    at_s: int
    sure_s: int
    erased: Mapping[str, int]
    before_s: Mapping[str, int]
    files: tuple[PurgedFile, ...]
    by: str | None

    @property
    def is_whole(self) -> bool:
        """Whether every file could be purged."""
        return all(file.failure is None for file in self.files)


class Purges(Noun):
    """What is erased at its date."""

    async def due(self, before_s: Mapping[str, int]) -> dict[str, int]:
        """Return how many rows of the database are past their date, by kind; changes nothing."""
        counts: dict[str, int] = {}
        for rule in RULES:
            rows = await self._engine.read(found, rule, before_s, None, lane="search")
            counts[rule.what] = counts.get(rule.what, 0) + len(rows)
        return {what: count for what, count in counts.items() if count}

    async def erase(self, before_s: Mapping[str, int]) -> dict[str, int]:
        """Erase what is past its date from the tables; return how many rows, by kind."""
        counts: dict[str, int] = {}
        for rule in RULES:
            while rows := await self._engine.read(found, rule, before_s, _MOST, lane="search"):
                for i in range(0, len(rows), _AT_ONCE):
                    await self._engine.write(erase, rule, rows[i : i + _AT_ONCE])
                counts[rule.what] = counts.get(rule.what, 0) + len(rows)
                if len(rows) < _MOST:
                    break
        return counts

    async def rewrite(self) -> bool:
        """Write the database's file anew, without free space, and empty its log.

        Whoever writes waits meanwhile: tests/benchmarks/purge.py says for how long.

        Returns:
            False where somebody who reads keeps a part of the log for now.
        """
        return await self._engine.maintain(sqlite.rewrite)

    async def empty_log(self) -> bool:
        """Empty the database's log; as `rewrite`."""
        return await self._engine.maintain(sqlite.empty_log)

    async def purge_copies(
        self, paths: Iterable[Path], before_s: Mapping[str, int], now_s: int
    ) -> tuple[PurgedFile, ...]:
        """Erase the same from copies of the database, each replaced by what is left of it.

        And the days of the audit of before `audit_d`: `now_s` as `Audit.forget_before` has it.
        """
        stops = threading.Event()  # a thread goes on when who waits for it is cancelled

        def work() -> tuple[PurgedFile, ...]:
            wanted = tuple(paths)
            return files.purge_all(wanted, before_s, now_s, self._vault, lambda: not stops.is_set())

        try:
            return await asyncio.to_thread(work)
        finally:
            stops.set()

    async def time_known(self) -> tuple[int, int, int]:
        """Return what there is to hold the server's clock against.

        When it last stored that it heard a box (0: never), the number of the last operator's word
        (0: none) and the time which that vouched for.
        """
        rows = await self._rows(
            "SELECT (SELECT coalesce(max(last_seen_s), 0) FROM box) AS own_s,"
            " coalesce(max(time_word_id), 0) AS word, coalesce(max(said_at_s), 0) AS said_at_s"
            " FROM time_word WHERE time_word_id = (SELECT max(time_word_id) FROM time_word)"
        )
        return rows[0]["own_s"], rows[0]["word"], rows[0]["said_at_s"]

    async def was_cut_off(self) -> bool:
        """Say whether a purge has begun and not ended."""
        return bool(await self._rows("SELECT 1 FROM purge WHERE ended_at_s IS NULL LIMIT 1"))

    async def begin(
        self, at_s: int, sure_s: int, before_s: Mapping[str, int], by_id: int | None
    ) -> int:
        """Note that a purge begins, before it erases anything; return its number."""
        values = {"at_s": at_s, "sure_s": sure_s, "before": json.dumps(dict(before_s))}
        return await self._engine.write(_begin, values | {"by_id": by_id})

    async def end(
        self, purge_id: int, erased: Mapping[str, int], of_files: Sequence[PurgedFile], at_s: int
    ) -> Receipt:
        """Keep the receipt of a purge that is done; those that were cut off end with it."""
        values = {
            "purge_id": purge_id,
            "at_s": at_s,
            "erased": json.dumps(dict(erased)),
            "files": json.dumps([asdict(file) for file in of_files]),
        }
        await self._engine.write(_end, values)
        (receipt,) = await self._receipts("WHERE p.purge_id = :number", number=purge_id)
        return receipt

    async def receipts(self, limit: int, before_id: int | None = None) -> list[Receipt]:
        """Return the receipts, the newest first; `before_id`: of the last on the page before."""
        older = "" if before_id is None else "WHERE p.purge_id < :before_id"
        return await self._receipts(
            f"{older} ORDER BY p.purge_id DESC LIMIT :limit", limit=limit, before_id=before_id
        )

    async def _receipts(self, rest: str, **values: Any) -> list[Receipt]:
        rows = await self._rows(
            "SELECT p.purge_id, p.at_s, p.sure_s, p.erased, p.before, p.files, a.full_name AS by"
            f" FROM purge p LEFT JOIN agent a ON a.agent_id = p.by_id {rest}",
            **values,
        )
        return [
            Receipt(
                row["purge_id"],
                row["at_s"],
                row["sure_s"],
                json.loads(row["erased"]),
                json.loads(row["before"]),
                tuple(PurgedFile(**file) for file in json.loads(row["files"])),
                row["by"],
            )
            for row in rows
        ]


def _begin(db: sqlite3.Connection, values: Mapping[str, Any]) -> int:
    (number,) = db.execute(
        "INSERT INTO purge (at_s, sure_s, before, by_id, erased, files)"
        " VALUES (:at_s, :sure_s, :before, :by_id, '{}', '[]') RETURNING purge_id",
        values,
    ).fetchone()
    return int(number)


def _end(db: sqlite3.Connection, values: Mapping[str, Any]) -> int:
    """Return the number, which the audit names."""
    db.execute(
        "UPDATE purge SET erased = :erased, files = :files WHERE purge_id = :purge_id", values
    )
    db.execute("UPDATE purge SET ended_at_s = :at_s WHERE ended_at_s IS NULL", values)
    return int(values["purge_id"])
