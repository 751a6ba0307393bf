"""Tables into the database and out of it: tried first, then taken in whole, and taken back.

The statements that store are those of the fleet file (store/fleet). Never here: reading a table
(fleet/tables), what a person may do.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.fleet.model.people import TableImport
from server.fleet.privacy.dates import DAY_S, IMPORTS_D
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.tables import verdicts as judged
from server.fleet.tables.cells import flag_in_words
from server.fleet.tables.columns import TABLES, Kind
from server.fleet.tables.reading import Entries, EntryLine
from server.fleet.tables.verdicts import Verdict, verdicts_of
from server.store.fleet import Loading
from server.store.news import tell
from server.store.noun import Noun
from server.store.tables.changes import changed_since, images, take_back
from server.store.vault import Vault

_SOURCE = "table"
_EACH = 100  # lines between two tellings of progress
# All that is stored, by the words of the entries, so that a column is one line in columns.py; `key`
# is what an entry is found by.
_ROWS: Mapping[Kind, str] = {
    "people": "SELECT a.*, login AS key, d.code AS directorate, closed_at_s IS NULL AS active,"
    " EXISTS (SELECT 1 FROM booking_right r WHERE r.agent_id = a.agent_id"
    " AND (r.to_s IS NULL OR r.to_s > :now_s)) AS may_book"
    " FROM agent a JOIN directorate d USING (directorate_id) ORDER BY login",
    "cars": "SELECT v.*, plate AS key, s.code AS site"
    " FROM vehicle v JOIN site s USING (site_id) ORDER BY plate",
    "badges": "SELECT b.*, uid_sealed AS uid, login AS agent,"
    " revocation_id IS NOT NULL AS is_blocked"
    " FROM badge b JOIN agent a ON a.agent_id = b.agent_id ORDER BY login, badge_id",
    "sites": "SELECT s.*, code AS key, lat_e7 / 1e7 AS lat, lon_e7 / 1e7 AS lon"
    " FROM site s ORDER BY code",
    "directorates": "SELECT d.*, code AS key FROM directorate d ORDER BY code",
}

Progress = Callable[[int, int], None]
"""Told how many lines of how many are done; called in the writer's thread."""


class _TriedOnly(Exception):  # noqa: N818 - it undoes a transaction
    """What a try would have changed."""

    def __init__(self, verdicts: tuple[Verdict, ...]) -> None:
        super().__init__()
        self.verdicts = verdicts


class Tables(Noun):
    """Tables that come in and go out."""

    async def check(
        self, entries: Entries, now_s: int, timezone: ZoneInfo, progress: Progress
    ) -> tuple[Verdict, ...]:
        """Return what taking this in would change; changes nothing."""
        try:
            await self._engine.write(
                lambda db: _try(db, self._vault, entries, now_s, timezone, progress)
            )
        except _TriedOnly as tried:
            return tried.verdicts
        raise AssertionError("a try is undone")

    async def take_in(
        self,
        entries: Entries,
        file_name: str,
        by_id: int | None,
        now_s: int,
        timezone: ZoneInfo,
        progress: Progress,
        digest: str | None = None,
    ) -> tuple[int, tuple[Verdict, ...]]:
        """Take all of it in, or nothing.

        Args:
            entries: the table.
            file_name: as its sender calls it.
            by_id: the agent who takes it in; None: an operator.
            now_s: the present.
            timezone: in which its days begin.
            progress: is told how far it is.
            digest: of the verdicts that a person has seen; None: nobody was shown any.

        Returns:
            The import's number, and what became of each line.

        Raises:
            Refused: IMPORT_CHANGED, or what stands against lines; `field` is "line N, word".
        """
        return await self._engine.write(
            lambda db: _take_in(
                db, self._vault, entries, file_name, by_id, now_s, timezone, progress, digest
            )
        )

    async def undo(self, import_id: int, by_id: int | None, now_s: int) -> None:
        """Take back all that an import changed, or nothing.

        A badge that it enrolled stays on record, revoked: a box may still honour it.

        Raises:
            Refused: NO_SUCH_IMPORT, IMPORT_UNDONE, IMPORT_USED (with what), LAST_ADMINISTRATOR.
        """
        await self._engine.write(_undo, import_id, by_id, now_s)

    async def recent(self, limit: int) -> list[TableImport]:
        """Return the imports, the last one first."""
        rows = await self._rows(
            "SELECT import_id, kind, file_name, new_count, changed_count, at_s,"
            " b.full_name AS by_name, undone_at_s, u.full_name AS undone_by,"
            " changes IS NOT NULL AS can_be_undone FROM table_import i"
            " LEFT JOIN agent b ON b.agent_id = by_id"
            " LEFT JOIN agent u ON u.agent_id = undone_by_id"
            " ORDER BY import_id DESC LIMIT :limit",
            limit=limit,
        )
        return [
            TableImport(**dict(row) | {"can_be_undone": bool(row["can_be_undone"])}) for row in rows
        ]

    async def rows(self, kind: Kind, now_s: int) -> judged.Rows:
        """Return what is there, in the order of an export."""
        return await self._engine.read(lambda db: _rows(db, self._vault, kind, now_s))


def _rows(db: sqlite3.Connection, vault: Vault, kind: Kind, now_s: int) -> judged.Rows:
    columns = [column for column in TABLES[kind].columns if column.is_written]
    found: dict[Any, dict[str, str]] = {}
    for row in db.execute(_ROWS[kind], {"now_s": now_s}):
        words = dict(row)
        if kind == "badges":
            words["key"] = words["uid"] = vault.open_sealed(words["uid"], "badge")
        found[words["key"]] = {
            column.heading: "" if words[column.word] is None else column.write(words[column.word])
            for column in columns
        }
        if words.get("is_blocked"):
            found[words["key"]][judged.BLOCKED] = flag_in_words(True)
    return found


def _try(
    db: sqlite3.Connection,
    vault: Vault,
    entries: Entries,
    now_s: int,
    timezone: ZoneInfo,
    progress: Progress,
) -> None:
    raise _TriedOnly(_put(db, vault, entries, now_s, timezone, progress))


def _put(
    db: sqlite3.Connection,
    vault: Vault,
    entries: Entries,
    now_s: int,
    timezone: ZoneInfo,
    progress: Progress,
) -> tuple[Verdict, ...]:
    """Put each line in that can be, and return what becomes of all."""
    before = _rows(db, vault, entries.kind, now_s)
    loading = Loading(db, vault, {}, now_s, timezone, now_s, _SOURCE)
    loading.read_names()
    refused: dict[int, tuple[Refusal, ...]] = {}
    for done, line in enumerate(entries.lines):
        if done % _EACH == 0:
            progress(done, len(entries.lines))
        if line.entry is None:
            continue
        try:
            loading.put_line(entries.kind, line.entry, _since_s(line, now_s, timezone))
        except Refused as error:
            refused[line.number] = error.refusals
    progress(len(entries.lines), len(entries.lines))
    return verdicts_of(entries, before, _rows(db, vault, entries.kind, now_s), refused)


def _since_s(line: EntryLine, now_s: int, timezone: ZoneInfo) -> int:
    """Return from when a line holds: its day's beginning."""
    if line.since is None:
        return now_s
    day = datetime(line.since.year, line.since.month, line.since.day, tzinfo=timezone)
    since_s = int(day.timestamp())
    if not 0 < since_s <= now_s:
        raise Refused(Refusal("since", Reason.NOT_A_DAY))
    return since_s


def _take_in(
    db: sqlite3.Connection,
    vault: Vault,
    entries: Entries,
    file_name: str,
    by_id: int | None,
    now_s: int,
    timezone: ZoneInfo,
    progress: Progress,
    digest: str | None,
) -> tuple[int, tuple[Verdict, ...]]:
    before = images(db)
    verdicts = _put(db, vault, entries, now_s, timezone, progress)
    if digest is not None and digest != judged.digest(verdicts):
        raise Refused(Refusal("", Reason.IMPORT_CHANGED))
    against = [
        Refusal(f"line {verdict.number}, {refusal.field}", refusal.reason, refusal.values)
        for verdict in verdicts
        for refusal in verdict.refusals
    ]
    if against:
        raise Refused(*against)
    tell(db)
    many = judged.counts(verdicts)
    db.execute(
        "UPDATE table_import SET changes = NULL WHERE at_s < :forgotten_s",
        {"forgotten_s": now_s - IMPORTS_D * DAY_S},
    )
    (import_id,) = db.execute(
        "INSERT INTO table_import"
        " (kind, file_name, new_count, changed_count, at_s, by_id, changes)"
        " VALUES (:kind, :file_name, :new, :changed, :now_s, :by_id, :changes)"
        " RETURNING import_id",
        {
            "kind": entries.kind,
            "file_name": file_name,
            "new": many["new"],
            "changed": many["changed"],
            "now_s": now_s,
            "by_id": by_id,
            "changes": json.dumps(changed_since(db, before)),
        },
    ).fetchone()
    return int(import_id), verdicts


def _undo(db: sqlite3.Connection, import_id: int, by_id: int | None, now_s: int) -> None:
    undone = {"import_id": import_id, "by_id": by_id, "now_s": now_s}
    row = db.execute(
        "SELECT changes, undone_at_s FROM table_import WHERE import_id = :import_id", undone
    ).fetchone()
    if row is not None and row["undone_at_s"] is not None:
        raise Refused(Refusal("", Reason.IMPORT_UNDONE))
    if row is None or row["changes"] is None:
        raise Refused(Refusal("", Reason.NO_SUCH_IMPORT, {"days": IMPORTS_D}))
    take_back(db, json.loads(row["changes"]), now_s)
    tell(db)
    db.execute(
        "UPDATE table_import SET undone_at_s = :now_s, undone_by_id = :by_id, changes = NULL"
        " WHERE import_id = :import_id",
        undone,
    )
