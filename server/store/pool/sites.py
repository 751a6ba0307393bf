"""Sites in the database, as people change them. Never here: which cars are there (vehicles.py)."""

import sqlite3
from collections.abc import Callable
from dataclasses import asdict

from server.fleet.pool import Place
from server.fleet.refusals import Reason, Refusal, Refused
from server.store.news import tell
from server.store.noun import Noun

_COLUMNS = "site_id, code, name, lat_e7, lon_e7, radius_m, timezone, bays, retired_at_s"
_SITES = f"SELECT {_COLUMNS} FROM site"
_USED = (
    "SELECT EXISTS (SELECT 1 FROM vehicle WHERE site_id = :id AND retired_at_s IS NULL)"
    " OR EXISTS (SELECT 1 FROM equipment WHERE site_id = :id AND retired_at_s IS NULL)"
)


class Sites(Noun):
    """The car parks of the pool, and those that it has no more."""

    async def all(self) -> list[Place]:
        """Return every site that ever was, by name."""
        return [Place(**row) for row in await self._rows(f"{_SITES} ORDER BY name, code")]

    async def get(self, site_id: int) -> Place | None:
        """Return one site."""
        return await self._engine.read(_get, site_id)

    async def cars_of(self) -> dict[int, int]:
        """Return site id -> how many cars of the pool belong there; none: it is not in it."""
        rows = await self._rows(
            "SELECT site_id, count(*) AS cars FROM vehicle WHERE retired_at_s IS NULL"
            " GROUP BY site_id"
        )
        return {row["site_id"]: row["cars"] for row in rows}

    async def add(self, place: Place) -> Place:
        """Insert a site, whose id is given here.

        Raises:
            Refused: NAME_TAKEN of its code.
        """
        return await self._engine.write(_add, place)

    async def change(self, site_id: int, decide: Callable[[Place], Place]) -> Place | None:
        """Let `decide` say what a site is, as it stands when nobody else can change it.

        Returns:
            The site as it is now; None when there is none.

        Raises:
            Refused: by `decide`; STILL_USED of one that is to be retired.
        """
        return await self._engine.write(_change, site_id, decide)


def must_be_in_pool(db: sqlite3.Connection, site_id: int) -> None:
    """Raise Refused (UNKNOWN_NAME) where there is no such site any more."""
    query = "SELECT 1 FROM site WHERE site_id = :id AND retired_at_s IS NULL"
    if db.execute(query, {"id": site_id}).fetchone() is None:
        raise Refused(Refusal("site_id", Reason.UNKNOWN_NAME))


def _get(db: sqlite3.Connection, site_id: int) -> Place | None:
    row = db.execute(f"{_SITES} WHERE site_id = :id", {"id": site_id}).fetchone()
    return Place(**row) if row else None


def _add(db: sqlite3.Connection, place: Place) -> Place:
    if db.execute("SELECT 1 FROM site WHERE code = :code", {"code": place.code}).fetchone():
        raise Refused(Refusal("code", Reason.NAME_TAKEN))
    row = db.execute(
        "INSERT INTO site (code, name, lat_e7, lon_e7, radius_m, timezone, bays) VALUES"
        f" (:code, :name, :lat_e7, :lon_e7, :radius_m, :timezone, :bays) RETURNING {_COLUMNS}",
        asdict(place),
    ).fetchone()
    return Place(**row)


def _change(db: sqlite3.Connection, site_id: int, decide: Callable[[Place], Place]) -> Place | None:
    before = _get(db, site_id)
    if before is None:
        return None
    after = decide(before)
    if after == before:
        return before
    if after.retired_at_s is not None and db.execute(_USED, {"id": site_id}).fetchone()[0]:
        raise Refused(Refusal("", Reason.STILL_USED))
    db.execute(
        "UPDATE site SET name = :name, lat_e7 = :lat_e7, lon_e7 = :lon_e7, radius_m = :radius_m,"
        " timezone = :timezone, bays = :bays, retired_at_s = :retired_at_s"
        " WHERE site_id = :site_id",
        asdict(after),
    )
    tell(db)  # boxes know where their car's site is
    return after
