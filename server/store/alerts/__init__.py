"""Alerts in the database, when each car was heard, and whose battery is low.

Never here: what is wrong, who is told.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict

from server.fleet.accounts.mail import NewMail
from server.fleet.alerts import DAY_S, Alert, Kind
from server.fleet.roles import WHOLE, Scope
from server.store import mail
from server.store.noun import Noun, among, within

KEPT_S = 365 * DAY_S
MOST_KEPT = 5_000  # of those that are over: something that comes and goes fills no disk
_COLUMNS = "alert_id, kind, vehicle_id, since_s, raised_at_s, ended_at_s, told_at_s, end_told_at_s"


class Alerts(Noun):
    """What is wrong, and what was."""

    async def since(self, at_s: int) -> list[Alert]:
        """Return those that stand, and those with which something happened after that time."""
        rows = await self._rows(
            f"SELECT {_COLUMNS} FROM alert WHERE ended_at_s IS NULL OR ended_at_s > :at_s"
            " OR end_told_at_s > :at_s ORDER BY alert_id",
            at_s=at_s,
        )
        return [_alert(row) for row in rows]

    async def over(self, limit: int, before: int | None, scope: Scope = WHOLE) -> list[Alert]:
        """Return those that are over, the newest first, from before the id `before`.

        Args:
            limit: how many at most.
            before: the last one of the page before.
            scope: of which cars; what is about the server belongs to the whole fleet alone.
        """
        in_scope, values = within(scope, "vehicle_id")
        rows = await self._rows(
            f"SELECT {_COLUMNS} FROM alert WHERE ended_at_s IS NOT NULL"
            f" AND alert_id < coalesce(:before, alert_id + 1) AND {in_scope}"
            " ORDER BY alert_id DESC LIMIT :limit",
            limit=limit,
            before=before,
            **values,
        )
        return [_alert(row) for row in rows]

    async def keep(self, changed: Iterable[Alert], mails: Iterable[NewMail], now_s: int) -> None:
        """Store alerts that began or changed, with the letters that tell of them.

        Raises:
            Refused: OUTBOX_FULL; nothing is stored then.
        """
        await self._engine.write(self._keep, list(changed), list(mails), now_s)

    async def heard(self, now_s: int) -> dict[int, int]:
        """Return of each car that should speak when it was last heard, or should speak again.

        That is one of the pool, not out of service, with a box that has spoken once.
        """
        rows = await self._rows(
            "SELECT v.vehicle_id, max(b.last_seen_s, coalesce((SELECT max(to_s)"
            "  FROM out_of_service o WHERE o.vehicle_id = v.vehicle_id AND to_s <= :now_s), 0))"
            "  AS heard_s"
            " FROM vehicle v JOIN box b USING (vehicle_id)"
            " WHERE v.retired_at_s IS NULL AND b.retired_at_s IS NULL"
            " AND b.last_seen_s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM out_of_service o"
            "  WHERE o.vehicle_id = v.vehicle_id AND from_s <= :now_s AND to_s > :now_s)",
            now_s=now_s,
        )
        return {row["vehicle_id"]: row["heard_s"] for row in rows}

    async def low_batteries(self) -> dict[int, int]:
        """Return of each car whose battery is low since when, as its box said last."""
        rows = await self._rows(
            "SELECT vehicle_id, battery_low_since_s FROM vehicle v JOIN box b USING (vehicle_id)"
            " WHERE v.retired_at_s IS NULL AND b.retired_at_s IS NULL"
            " AND battery_low_since_s IS NOT NULL"
        )
        return {row["vehicle_id"]: row["battery_low_since_s"] for row in rows}

    async def plates(self, vehicle_ids: Iterable[int], scope: Scope = WHOLE) -> dict[int, str]:
        """Return the plates of those of these cars that are there, by the car's id."""
        places, ids = among(vehicle_ids)
        in_scope, values = within(scope, "vehicle_id")
        rows = await self._rows(
            f"SELECT vehicle_id, plate FROM vehicle WHERE vehicle_id IN {places} AND {in_scope}",
            **ids,
            **values,
        )
        return {row["vehicle_id"]: row["plate"] for row in rows}

    def _keep(
        self, db: sqlite3.Connection, changed: list[Alert], mails: list[NewMail], now_s: int
    ) -> None:
        for alert in changed:
            if alert.alert_id is None:
                db.execute(
                    "INSERT INTO alert (kind, vehicle_id, since_s, raised_at_s, ended_at_s,"
                    " told_at_s, end_told_at_s) VALUES (:kind, :vehicle_id, :since_s,"
                    " :raised_at_s, :ended_at_s, :told_at_s, :end_told_at_s)",
                    asdict(alert),
                )
            else:
                db.execute(
                    "UPDATE alert SET ended_at_s = :ended_at_s, told_at_s = :told_at_s,"
                    " end_told_at_s = :end_told_at_s WHERE alert_id = :alert_id",
                    asdict(alert),
                )
        for each in mails:
            mail.put(db, self._vault, each, now_s)
        db.execute(
            "DELETE FROM alert WHERE ended_at_s < :kept_s OR ended_at_s IS NOT NULL"
            " AND alert_id <= (SELECT max(alert_id) FROM alert) - :most",
            {"kept_s": now_s - KEPT_S, "most": MOST_KEPT},
        )


def _alert(row: sqlite3.Row) -> Alert:
    return Alert(**dict(row) | {"kind": Kind(row["kind"])})
