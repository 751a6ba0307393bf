"""All that stands in the database about one person: of each declared table their rows.

Which columns of these are handed out: fleet/privacy/own_data.py. A test holds ROWS against the
registry. Never here: other people's rows, who may ask.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from server.fleet.privacy.own_data import PLACES, Known, Part, Row, handed_out, readable
from server.fleet.privacy.registry import KINDS
from server.store.badges import SHOWN_BYTES
from server.store.noun import Noun

_TRIPS = "(SELECT trip_id FROM trip WHERE agent_id = :me)"
_BOOKINGS = "(SELECT booking_id FROM booking WHERE agent_id = :me)"
_BADGES = "(SELECT badge_id FROM badge_holding WHERE agent_id = :me)"
_OWN = "WHERE t.agent_id = :me"

ROWS: Mapping[str, str] = {
    "agent": _OWN,
    "membership": _OWN,
    "file_word": "WHERE t.kind = 'agent' AND t.entry = (SELECT login FROM agent"
    " WHERE agent_id = :me) AND t.word <> 'password_hash'",
    "second_factor": _OWN,
    "recovery_code": _OWN,
    "session": _OWN,
    "reset_code": _OWN,
    "link": _OWN,
    "role_grant": _OWN,
    "role_scope": "WHERE t.role_grant_id IN"
    " (SELECT role_grant_id FROM role_grant WHERE agent_id = :me)",
    "booking_right": _OWN,
    "booking_right_scope": "WHERE t.right_id IN"
    " (SELECT right_id FROM booking_right WHERE agent_id = :me)",
    "badge": _OWN,
    "badge_holding": _OWN,
    "badge_act": _OWN,
    "revocation": "WHERE t.revocation_id IN (SELECT revocation_id FROM badge WHERE agent_id = :me)",
    "learn_order": "WHERE t.badge_id IN (SELECT badge_id FROM badge WHERE agent_id = :me)",
    "booking": _OWN,
    "companion": _OWN,
    "booking_equipment": f"WHERE t.booking_id IN {_BOOKINGS}",
    "booking_decision": f"WHERE t.booking_id IN {_BOOKINGS} OR t.decided_by_id = :me",
    "trip": _OWN,
    "leg": f"WHERE t.trip_id IN {_TRIPS}",
    "occupant": _OWN,
    "unassigned": _OWN,
    "record": f"WHERE t.trip_id IN {_TRIPS}",
    "refusal": _OWN,
    "feedback": f"WHERE t.trip_id IN {_TRIPS}",
    "mail": _OWN,
    "theft_order": "WHERE :me IN (t.asked_by_id, t.confirmed_by_id, t.withdrawn_by_id)",
    "command": _OWN,
    "board": "WHERE t.flashed_by_id = :me",
    "contradiction": "WHERE t.seen_by_id = :me",
    "out_of_service": "WHERE t.said_by_id = :me",
    "time_word": "WHERE t.said_by = (SELECT login FROM agent WHERE agent_id = :me)",
    "table_import": "WHERE :me IN (t.by_id, t.undone_by_id)",
    "purge": "WHERE t.by_id = :me",
    "notice": _OWN,
    "correction": _OWN,
    "audit": _OWN,
}
"""Of each table that speaks of a person, called t: which rows speak of this one."""

_PLACED = " AND (t.start_lat_e7 IS NOT NULL OR t.end_lat_e7 IS NOT NULL)"

# What says which row it is, where the columns that speak of the person do not.
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "trip": ("trip_id",),
    "record": ("epoch", "seq", "trip_id"),
    "agent": ("agent_id",),
    "command": ("command_id", "kind", "created_at_s"),
    "board": ("box_id", "flashed_at_s"),
    "contradiction": ("kind", "first_at_s", "last_at_s"),
    "out_of_service": ("vehicle_id", "from_s", "to_s"),
    "table_import": ("kind", "at_s", "undone_at_s"),
    "purge": ("at_s",),
}


# By what a page shows the newest of some tables.
_BY: Mapping[str, str] = {
    "agent": "agent_id",
    "membership": "from_s",
    "session": "started_at_s",
    "role_grant": "role_grant_id",
    "booking_right": "right_id",
    "badge": "badge_id",
    "booking": "starts_at_s",
    "trip": "started_at_s",
    "refusal": "received_at_s",
    "feedback": "said_at_s",
    "mail": "made_at_s",
    "theft_order": "asked_at_s",
    "notice": "notice_id",
}


class WhatIsKnown(Noun):
    """Everything about one person."""

    async def all(self, agent_id: int, zone: ZoneInfo) -> list[Known]:
        """Return it by kinds of the registry, readable in this zone."""
        return await self._engine.in_reader(lambda: self._all(agent_id, zone))

    async def newest(self, agent_id: int, limit: int) -> list[Known]:
        """Return by kinds how many rows there are, and the newest of those that a page shows."""
        return await self._engine.in_reader(lambda: self._newest(agent_id, limit))

    async def placed_trips(self, agent_id: int) -> list[tuple[int, bool]]:
        """Return those of somebody's trips with a place: number, and whether it is under way."""
        rows = await self._rows(
            "SELECT trip_id, state <> 'ended' FROM trip WHERE agent_id = :me"
            " AND (start_lat_e7 IS NOT NULL OR end_lat_e7 IS NOT NULL)",
            me=agent_id,
        )
        return [(row[0], bool(row[1])) for row in rows]

    def _all(self, agent_id: int, zone: ZoneInfo) -> list[Known]:
        db, me = self._engine.reader(), {"me": agent_id}
        db.execute("BEGIN")  # one moment's view for all the queries
        try:
            badges = {row[0] for row in db.execute(_BADGES[1:-1], me)}
            plates = _plates(db)
            found = []
            for kind in KINDS:
                parts = []
                for table, names in handed_out(kind).items():
                    columns = dict.fromkeys((*_BESIDE.get(table, ()), *names))
                    rows = self._rows_of(db, table, columns, ROWS[table], me, plates)
                    read = tuple(readable(row, agent_id, badges, zone) for row in rows)
                    parts.append(Part(table, read, len(read)))
                found.append(Known(kind, tuple(parts)))
            return found
        finally:
            db.execute("COMMIT")

    def _newest(self, agent_id: int, limit: int) -> list[Known]:
        db, me = self._engine.reader(), {"me": agent_id, "limit": limit}
        plates = _plates(db)
        found = []
        for kind in KINDS:
            parts = []
            for table, names in kind.columns.items():
                if table not in ROWS:
                    continue
                has_places = not PLACES.isdisjoint(names)
                only = _PLACED if has_places else ""
                (count,) = db.execute(
                    f"SELECT count(*) FROM {table} t {ROWS[table]}{only}", me
                ).fetchone()
                rows: Iterable[Row] = ()
                if table in _BY and not has_places:
                    theirs = f"{ROWS[table]} ORDER BY t.{_BY[table]} DESC LIMIT :limit"
                    shown = handed_out(kind)[table]
                    rows = self._rows_of(db, table, shown, theirs, me, plates)
                parts.append(Part(table, tuple(rows), count))
            found.append(Known(kind, tuple(parts)))
        return found

    def _rows_of(
        self,
        db: sqlite3.Connection,
        table: str,
        columns: Iterable[str],
        theirs: str,
        values: Mapping[str, int],
        plates: Mapping[int, str],
    ) -> Iterator[Row]:
        """Yield rows, of a badge with the end of its number, of what is about a car its plate."""
        sealed = ", t.uid_sealed" if table == "badge" else ""
        asked = ", ".join(f"t.{name}" for name in columns)
        for row in db.execute(f"SELECT {asked}{sealed} FROM {table} t {theirs}", values):
            read: Row = dict(row)
            if sealed:
                uid = self._vault.open_sealed(row["uid_sealed"], "badge")
                read["ending"] = uid[-SHOWN_BYTES:].hex()
                del read["uid_sealed"]
            if "vehicle_id" in read:
                read["plate"] = plates[row["vehicle_id"]]
            yield read


def _plates(db: sqlite3.Connection) -> dict[int, str]:
    return {row[0]: row[1] for row in db.execute("SELECT vehicle_id, plate FROM vehicle")}
