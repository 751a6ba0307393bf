"""What each car's box has confirmed to know. Never here: what it should know (access.py)."""

import sqlite3
from collections.abc import Iterable

from server.fleet.told import Contact, WhoKnows
from server.store.noun import Noun, among

# Whoever decides something about a car, or all cars, tells news of it: a box that holds what was
# due as of the newest of them knows all.
_CONTACTS = """
SELECT v.vehicle_id, v.plate, b.box_id, b.last_seen_s, b.grants_sent_at_s,
  CASE WHEN k.news_id >= coalesce(own.newest, 0) AND k.news_id >= every.newest THEN k.as_of_s END
    AS as_of_s,
  b.revocation_confirmed
FROM vehicle v LEFT JOIN box b ON b.vehicle_id = v.vehicle_id AND b.retired_at_s IS NULL
  LEFT JOIN box_knows k ON k.box_id = b.box_id
  LEFT JOIN (SELECT vehicle_id, max(news_id) AS newest FROM news GROUP BY vehicle_id) own
    ON own.vehicle_id = v.vehicle_id
  CROSS JOIN (SELECT coalesce(max(news_id), 0) AS newest FROM news WHERE vehicle_id IS NULL) every
"""


class Knowledge(Noun):
    """Which car knows what."""

    async def note(self, box_id: int, news_id: int, now_s: int) -> None:
        """Take note that a box holds all that was due now, as of the news of that number."""
        await self._engine.write(_note, box_id, news_id, now_s)

    async def of_cars(self, vehicle_ids: Iterable[int]) -> dict[int, Contact]:
        """Return what the boxes of these cars have confirmed, by the car's id."""
        places, ids = among(vehicle_ids)
        rows = await self._rows(f"{_CONTACTS} WHERE v.vehicle_id IN {places}", **ids)
        return {row["vehicle_id"]: _contact(row) for row in rows}

    async def of_revocations(self, badge_ids: Iterable[int]) -> dict[int, WhoKnows]:
        """Return which cars know that a badge is blocked, for those of these badges that are."""
        places, ids = among(badge_ids)
        revoked = await self._rows(
            "SELECT badge_id, revocation_id FROM badge"
            f" WHERE badge_id IN {places} AND revocation_id IS NOT NULL",
            **ids,
        )
        cars = await self._rows(f"{_CONTACTS} ORDER BY v.plate") if revoked else []
        return {badge_id: _who_knows(cars, revocation_id) for badge_id, revocation_id in revoked}


def forget(db: sqlite3.Connection, box_id: int) -> None:
    """Take it that a box is being sent what it does not hold."""
    db.execute("DELETE FROM box_knows WHERE box_id = :box_id", {"box_id": box_id})


def _note(db: sqlite3.Connection, box_id: int, news_id: int, now_s: int) -> None:
    db.execute(
        "INSERT INTO box_knows (box_id, news_id, as_of_s) VALUES (:box_id, :news_id, :now_s)"
        " ON CONFLICT (box_id) DO UPDATE SET news_id = excluded.news_id,"
        " as_of_s = excluded.as_of_s",
        {"box_id": box_id, "news_id": news_id, "now_s": now_s},
    )


def _contact(row: sqlite3.Row) -> Contact:
    return Contact(
        row["plate"], row["box_id"], row["last_seen_s"], row["grants_sent_at_s"], row["as_of_s"]
    )


def _who_knows(cars: Iterable[sqlite3.Row], revocation_id: int) -> WhoKnows:
    with_box = [car for car in cars if car["box_id"] is not None]
    behind = [car for car in with_box if car["revocation_confirmed"] < revocation_id]
    return WhoKnows(
        tuple(car["plate"] for car in with_box if car not in behind),
        tuple(_contact(car) for car in behind if car["last_seen_s"] is not None),
        tuple(car["plate"] for car in behind if car["last_seen_s"] is None),
        tuple(car["plate"] for car in cars if car["box_id"] is None),
    )
