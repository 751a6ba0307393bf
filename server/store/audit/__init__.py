"""The audit: who did what, and who read whose places; it only grows, and is erased day by day.

An entry is written by the engine in the transaction of its act (`by`), or for itself where the act
only reads (`note`). Never here: what an entry says and how it is chained (fleet/audit), which act
is being done (current_act), who may read it (actions/audit).
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from server.fleet.audit import Act, Entry, Outcome, Performed
from server.fleet.audit.chain import (
    DAY_S,
    FIRST,
    Chained,
    Day,
    Head,
    Verdict,
    day_of,
    hash_of,
    past_date,
    sealed_words,
    verify,
)
from server.store import sqlite
from server.store.current_act import CURRENT, performing
from server.store.noun import Noun
from server.store.vault import Vault

_log = logging.getLogger(__name__)

MAX_REFUSED = 100
"""Of one person and day, so many refusals are kept: enough to see it, too few to fill a disk."""

SAME_VIEW_S = 600
"""The page of a trip under way asks again by itself: within so long it is the same reading."""

_ENTRY = "a.audit_id, a.at_s, a.agent_id, a.operator, a.act, a.kind, a.object_id, a.outcome"
_DAY = "audit_day_id, after_id, day, first_id, last_id, head, seal, erased_at_s"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries: by whom, of which act, from when, until before when; None: all."""

    agent_id: int | None = None
    act: Act | None = None
    from_s: int | None = None
    to_s: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry with its hash, and the names of today; None where there is none to say."""

    entry: Entry
    hash: str
    agent_name: str | None
    thing_name: str | None


@dataclass(frozen=True, slots=True)
class PlacesRead:
    """That somebody read where a trip began and ended; `agent_id` None: the operator did."""

    audit_id: int
    at_s: int
    agent_id: int | None
    agent_name: str | None
    operator: str | None
    trip_id: int
    trip_started_at_s: int
    plate: str


class Audit(Noun):
    """Entries, and the days they are chained by."""

    async def page(self, sought: Sought, limit: int, before_id: int | None = None) -> list[Listed]:
        """Return entries, the newest first."""
        values = {
            "agent_id": sought.agent_id,
            "act": sought.act,
            "from_s": sought.from_s,
            "to_s": sought.to_s,
            "before_id": before_id,
        }
        conditions = {
            "agent_id": "a.agent_id = :agent_id",
            "act": "a.act = :act",
            "from_s": "a.at_s >= :from_s",
            "to_s": "a.at_s < :to_s",
            "before_id": "a.audit_id < :before_id",
        }
        asked = [words for name, words in conditions.items() if values[name] is not None]
        rows = await self._rows(
            f"SELECT {_ENTRY}, a.hash, who.full_name AS agent_name,"
            " coalesce(whom.full_name, vehicle.plate) AS thing_name FROM audit a"
            " LEFT JOIN agent who ON who.agent_id = a.agent_id"
            " LEFT JOIN trip ON a.kind = 'trip' AND trip.trip_id = a.object_id"
            " LEFT JOIN role_grant ON a.kind = 'role_grant'"
            " AND role_grant.role_grant_id = a.object_id"
            " LEFT JOIN agent whom ON whom.agent_id = CASE a.kind WHEN 'agent' THEN a.object_id"
            " WHEN 'trip' THEN trip.agent_id WHEN 'role_grant' THEN role_grant.agent_id END"
            " LEFT JOIN vehicle ON a.kind = 'vehicle' AND vehicle.vehicle_id = a.object_id"
            f" WHERE {' AND '.join(asked) or 'TRUE'} ORDER BY a.audit_id DESC LIMIT :limit",
            limit=limit,
            **values,
        )
        return [
            Listed(_entry(row), row["hash"], row["agent_name"], row["thing_name"]) for row in rows
        ]

    async def readings_of(
        self, agent_id: int, limit: int, before_id: int | None = None
    ) -> list[PlacesRead]:
        """Return who else read where somebody was, as driver or aboard, the newest first."""
        rows = await self._rows(
            "SELECT a.audit_id, a.at_s, a.agent_id, agent.full_name AS agent_name, a.operator,"
            " trip.trip_id, trip.started_at_s AS trip_started_at_s, vehicle.plate FROM audit a"
            " JOIN trip ON trip.trip_id = a.object_id"
            " JOIN vehicle ON vehicle.vehicle_id = trip.vehicle_id"
            " LEFT JOIN agent ON agent.agent_id = a.agent_id"
            " WHERE a.kind = 'trip' AND a.act = :act AND a.outcome = 'done'"
            " AND (a.agent_id IS NULL OR a.agent_id <> :agent_id) AND a.object_id IN ("
            "SELECT trip_id FROM trip WHERE agent_id = :agent_id"
            " UNION SELECT trip_id FROM occupant WHERE agent_id = :agent_id)"
            " AND (:before_id IS NULL OR a.audit_id < :before_id)"
            " ORDER BY a.audit_id DESC LIMIT :limit",
            act=Act.READ_PLACES,
            agent_id=agent_id,
            before_id=before_id,
            limit=limit,
        )
        return [PlacesRead(**dict(row)) for row in rows]

    async def has_done(self, agent_id: int, act: Act, kind: str, object_id: int) -> bool:
        """Say whether somebody did this to that thing, as far back as entries are kept."""
        rows = await self._rows(
            "SELECT 1 FROM audit WHERE kind = :kind AND object_id = :object_id"
            " AND agent_id = :agent_id AND act = :act AND outcome = 'done' LIMIT 1",
            agent_id=agent_id,
            act=act,
            kind=kind,
            object_id=object_id,
        )
        return bool(rows)

    async def note(self, performed: Performed) -> None:
        """Keep an act that changes nothing else; committed when this returns."""
        with performing(None):
            await self._engine.write(_append, self._vault, performed)

    async def note_readings(self, performed: Performed, trips: Iterable[tuple[int, bool]]) -> None:
        """Keep that places of trips are read; committed when this returns.

        Args:
            performed: who reads, and when.
            trips: of each its number, and whether it is under way.
        """
        with performing(None):
            await self._engine.write(_note_readings, self._vault, performed, tuple(trips))

    async def note_refused(self, performed: Performed) -> None:
        """Keep that an act was refused for want of a right, a bounded number of times a day."""
        with performing(None):
            await self._engine.write(_note_refused, self._vault, performed)

    async def head(self) -> Head | None:
        """Return the head of the chain, to be noted elsewhere; None: there is no entry yet."""
        rows = await self._rows(
            "SELECT last_id, head FROM audit_day ORDER BY audit_day_id DESC LIMIT 1"
        )
        return Head(rows[0]["last_id"], rows[0]["head"]) if rows else None

    async def verify(self, known: Head | None = None) -> Verdict:
        """Walk the whole chain; `known`: a head that was noted elsewhere."""
        return await self._engine.read(_verify, self._vault, known)

    async def forget_before(self, before_s: int, now_s: int) -> int:
        """Erase the days that lie wholly before an instant but for their heads; return how many.

        Each leaves an entry. Whoever purges says before when: the operator's `audit_d`.
        """
        performed = Performed(Act.ERASE_AUDIT, now_s, kind="audit_day")
        with performing(performed):
            erased = await self._engine.write(forget, self._vault, before_s, now_s)
        return len(erased)


def by(vault: Vault) -> Callable[[sqlite3.Connection, Performed, Any], None]:
    """Return what the engine calls for each act that changed something."""
    return partial(_keep, vault)


def note_restored(db: sqlite3.Connection, vault: Vault, now_s: int, lost_id: int) -> None:
    """Chain on, in a copy that is put back, that it was: after which entry of the one before.

    The entries between are in the database that was kept; call it in a transaction.
    """
    performed = CURRENT.get() or Performed(Act.RESTORE, now_s)
    _append(db, vault, replace(performed, kind="audit", object_id=lost_id))


def _keep(vault: Vault, db: sqlite3.Connection, performed: Performed, result: Any) -> None:
    for object_id in _numbers(performed, result):
        _append(db, vault, replace(performed, object_id=object_id))


def _numbers(performed: Performed, result: Any) -> list[int | None]:
    """Say which things an act was about: known before, or told by what the statement returned."""
    if performed.kind is None or performed.object_id is not None:
        return [performed.object_id]
    each = result if isinstance(result, list | tuple) else [result]
    found: list[int | None] = [number for one in each if (number := _number(performed.kind, one))]
    return found or [None]


def _number(kind: str, told: Any) -> int | None:
    is_number = isinstance(told, int) and not isinstance(told, bool)
    return told if is_number else getattr(told, f"{kind}_id", None)


def _append(
    db: sqlite3.Connection, vault: Vault, performed: Performed, outcome: Outcome = "done"
) -> None:
    """Chain one more entry."""
    last = _last_day(db)
    entry = Entry(
        sqlite.next_number(db, "audit"),
        performed.at_s,
        performed.agent_id,
        performed.operator,
        performed.act,
        performed.kind,
        performed.object_id,
        outcome,
    )
    head = hash_of(FIRST if last is None else last.head, entry)
    db.execute(
        "INSERT INTO audit (audit_id, at_s, agent_id, operator, act, kind, object_id, outcome,"
        " hash, seal) VALUES (:audit_id, :at_s, :agent_id, :operator, :act, :kind, :object_id,"
        " :outcome, :hash, :seal)",
        {name: getattr(entry, name) for name in Entry.__slots__}
        | {"hash": head, "seal": vault.audit_seal(head)},
    )
    day = day_of(entry.at_s)
    if last is None or last.day != day or last.erased_at_s is not None:
        if last is not None and last.erased_at_s is None:
            # The log is kept elsewhere: who cuts the chain must also change that.
            _log.info("audit: the head of %s is %s", last.date, Head(last.last_id, last.head))
            _put_day(db, vault, last, is_followed=True)
        number = sqlite.next_number(db, "audit_day")
        after = None if last is None else last.audit_day_id
        _put_day(db, vault, Day(number, after, day, entry.audit_id, entry.audit_id, head, "", None))
    else:
        _put_day(db, vault, replace(last, last_id=entry.audit_id, head=head))


def _last_day(db: sqlite3.Connection) -> Day | None:
    row = db.execute(f"SELECT {_DAY} FROM audit_day ORDER BY audit_day_id DESC LIMIT 1").fetchone()
    return None if row is None else Day(*row)


def _put_day(db: sqlite3.Connection, vault: Vault, day: Day, *, is_followed: bool = False) -> None:
    db.execute(
        f"INSERT INTO audit_day ({_DAY}) VALUES (:audit_day_id, :after_id, :day, :first_id,"
        " :last_id, :head, :seal, :erased_at_s) ON CONFLICT (audit_day_id) DO UPDATE SET"
        " last_id = excluded.last_id, head = excluded.head, seal = excluded.seal,"
        " erased_at_s = excluded.erased_at_s",
        {name: getattr(day, name) for name in Day.__slots__}
        | {"seal": vault.audit_seal(sealed_words(day, is_followed=is_followed))},
    )


def _note_readings(
    db: sqlite3.Connection,
    vault: Vault,
    performed: Performed,
    trips: tuple[tuple[int, bool], ...],
) -> None:
    for trip_id, is_under_way in trips:
        if not (is_under_way and _read_just_now(db, performed, trip_id)):
            _append(db, vault, replace(performed, kind="trip", object_id=trip_id))


def _read_just_now(db: sqlite3.Connection, performed: Performed, trip_id: int) -> bool:
    """Say whether the same person read the same places a short while ago."""
    row = db.execute(
        "SELECT at_s FROM audit WHERE kind = 'trip' AND object_id = :trip_id AND act = :act"
        " AND agent_id IS NOT DISTINCT FROM :agent_id AND operator IS NOT DISTINCT FROM :operator"
        " AND outcome = 'done' ORDER BY audit_id DESC LIMIT 1",
        {
            "trip_id": trip_id,
            "act": performed.act,
            "agent_id": performed.agent_id,
            "operator": performed.operator,
        },
    ).fetchone()
    return row is not None and 0 <= performed.at_s - row["at_s"] < SAME_VIEW_S


def _note_refused(db: sqlite3.Connection, vault: Vault, performed: Performed) -> None:
    (count,) = db.execute(
        "SELECT count(*) FROM audit WHERE agent_id IS NOT DISTINCT FROM :agent_id"
        " AND outcome = 'refused' AND at_s >= :since_s",
        {"agent_id": performed.agent_id, "since_s": performed.at_s // DAY_S * DAY_S},
    ).fetchone()
    if count < MAX_REFUSED:
        _append(db, vault, performed, "refused")


def _verify(db: sqlite3.Connection, vault: Vault, known: Head | None) -> Verdict:
    db.execute("BEGIN")  # one state of the chain, while others write on
    try:
        days = [
            Day(*row) for row in db.execute(f"SELECT {_DAY} FROM audit_day ORDER BY audit_day_id")
        ]
        rows = db.execute(f"SELECT {_ENTRY}, a.hash, a.seal FROM audit a ORDER BY a.audit_id")
        entries = (Chained(_entry(row), row["hash"], row["seal"]) for row in rows)
        return verify(days, entries, vault.audit_seal, known)
    finally:
        db.execute("ROLLBACK")


def forget(db: sqlite3.Connection, vault: Vault, before_s: int, now_s: int) -> list[int]:
    """Erase in this transaction the days that lie wholly before an instant, but for their heads.

    Also in a copy of the database; return the numbers of these days.
    """
    days = [Day(*row) for row in db.execute(f"SELECT {_DAY} FROM audit_day ORDER BY audit_day_id")]
    erased = list(past_date(days, before_s, now_s))
    for day in erased:
        _put_day(db, vault, replace(day, erased_at_s=now_s), is_followed=day is not days[-1])
        db.execute(
            "DELETE FROM audit WHERE audit_id BETWEEN :first_id AND :last_id",
            {"first_id": day.first_id, "last_id": day.last_id},
        )
    return [day.audit_day_id for day in erased]


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(*(row[name] for name in Entry.__slots__))
