"""Cars in the database. Never here: their boxes (boxes.py), their trips (trips.py)."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from server.fleet.model.bookings import Site, Vehicle, Window
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import WHOLE, Scope
from server.store import dated
from server.store.news import tell
from server.store.noun import Noun, within
from server.store.pool import sites

VEHICLES = """
SELECT v.vehicle_id, v.plate, v.label, v.site_id, s.code AS site_code, s.name AS site_name,
  b.box_id, v.private_use, v.walk_up, v.retired_at_s
FROM vehicle v JOIN site s USING (site_id)
  LEFT JOIN box b ON b.vehicle_id = v.vehicle_id AND b.retired_at_s IS NULL
"""
_AFTER = "v.plate > (SELECT plate FROM vehicle WHERE vehicle_id = :vehicle_id)"
Which = Literal["in_pool", "with_boxes", "retired", "to_fit", "fitted"]
"""Cars in a list: those of the pool, these and others whose box is still in service, the others.

`to_fit` are those of the pool with something left to do about their box, `fitted` the others.
"""

# As server/fleet/bench.py has it: all but the stage "online".
_TO_FIT = (
    "(b.last_seen_s IS NULL OR EXISTS (SELECT 1 FROM bench_line l"
    " WHERE l.box_id = b.box_id AND l.outcome = 'failed'))"
)

_WHICH: Mapping[Which, str] = {
    "in_pool": "v.retired_at_s IS NULL",
    "with_boxes": "(v.retired_at_s IS NULL OR b.box_id IS NOT NULL)",
    "retired": "v.retired_at_s IS NOT NULL",
    "to_fit": f"v.retired_at_s IS NULL AND {_TO_FIT}",
    "fitted": f"v.retired_at_s IS NULL AND NOT {_TO_FIT}",
}


class Vehicles(Noun):
    """The cars of the pool, and those that have left it."""

    async def all(self) -> list[Vehicle]:
        """Return every car that ever was, by plate."""
        rows = await self._rows(f"{VEHICLES} ORDER BY v.plate")
        return [vehicle_of(row) for row in rows]

    async def in_pool(self) -> list[Vehicle]:
        """Return the cars that have not left the pool, by plate."""
        rows = await self._rows(f"{VEHICLES} WHERE v.retired_at_s IS NULL ORDER BY v.plate")
        return [vehicle_of(row) for row in rows]

    async def get(self, vehicle_id: int) -> Vehicle | None:
        """Return one car."""
        return await self._engine.read(_get, vehicle_id)

    async def by_plate(self, plate: str) -> Vehicle | None:
        """Return the car that has this plate now."""
        rows = await self._rows(f"{VEHICLES} WHERE v.plate = :plate", plate=plate)
        return vehicle_of(rows[0]) if rows else None

    async def page(
        self,
        limit: int,
        after_id: int | None = None,
        which: Which = "in_pool",
        scope: Scope = WHOLE,
    ) -> list[Vehicle]:
        """Return cars, by plate; `after_id` is the last car of the page before."""
        after = "TRUE" if after_id is None else _AFTER
        in_scope, values = within(scope, "v.vehicle_id")
        where = f"{_WHICH[which]} AND {after} AND {in_scope}"
        sql = f"{VEHICLES} WHERE {where} ORDER BY v.plate LIMIT :limit"
        rows = await self._rows(sql, limit=limit, vehicle_id=after_id, **values)
        return [vehicle_of(row) for row in rows]

    async def sites(self) -> list[Site]:
        """Return the car parks, by code."""
        rows = await self._rows("SELECT site_id, code, name FROM site ORDER BY code")
        return [Site(**row) for row in rows]

    async def out_of_service(self, from_s: int, to_s: int) -> dict[int, tuple[Window, ...]]:
        """Return vehicle id -> when it is out of service, of the windows that touch this span."""
        return windows_of(
            await self._rows(
                "SELECT vehicle_id, from_s, to_s FROM out_of_service"
                " WHERE from_s < :to_s AND to_s > :from_s ORDER BY from_s",
                from_s=from_s,
                to_s=to_s,
            )
        )

    async def former_plates(self, vehicle_id: int) -> list[str]:
        """Return by which plates a car was known before, the last first."""
        rows = await self._rows(
            "SELECT plate FROM former_plate WHERE vehicle_id = :id ORDER BY until_s DESC, plate",
            id=vehicle_id,
        )
        return [row["plate"] for row in rows]

    async def sites_of(self, vehicle_id: int) -> list[tuple[str, int]]:
        """Return at which sites a car was, as they are called now, and since when; the last first.

        A car was at its first site since always, 0.
        """
        rows = await self._rows(
            "SELECT name, from_s FROM parking JOIN site USING (site_id)"
            " WHERE vehicle_id = :id ORDER BY from_s DESC LIMIT 20",
            id=vehicle_id,
        )
        return [(row["name"], row["from_s"]) for row in rows]

    async def site_at(self, vehicle_id: int, at_s: int) -> str:
        """Return what the site is called now at which a car was then."""
        return await self._engine.read(_site_at, vehicle_id, at_s)

    async def add(
        self, plate: str, label: str, site_id: int, walk_up: bool, private_use: bool
    ) -> Vehicle:
        """Insert a car.

        Raises:
            Refused: NAME_TAKEN, UNKNOWN_NAME of the site.
        """
        return await self._engine.write(
            _add,
            {"plate": plate, "label": label, "site_id": site_id}
            | {"walk_up": int(walk_up), "private_use": int(private_use)},
        )

    async def change(
        self, vehicle_id: int, decide: Callable[[Vehicle], Vehicle], now_s: int
    ) -> Vehicle | None:
        """Let `decide` say what a car is from now on, as it stands when nobody else can change it.

        Returns:
            The car as it is now; None when there is none.

        Raises:
            Refused: by `decide`; NAME_TAKEN, UNKNOWN_NAME of the site.
        """
        return await self._engine.write(_change, vehicle_id, decide, now_s)

    async def retire(self, vehicle_id: int, now_s: int) -> Vehicle | None:
        """Take a car out of the pool; again is the same. None when there is none.

        Raises:
            Refused: STILL_OUT, STILL_BOOKED.
        """
        return await self._engine.write(_retire, vehicle_id, now_s)


def vehicle_of(row: sqlite3.Row) -> Vehicle:
    """Read a row of VEHICLES."""
    flags = {name: bool(row[name]) for name in ("private_use", "walk_up")}
    return Vehicle(**{**row, **flags})


def windows_of(rows: Iterable[sqlite3.Row]) -> dict[int, tuple[Window, ...]]:
    """Read rows of times out of service: vehicle id -> its windows."""
    found: dict[int, tuple[Window, ...]] = {}
    for row in rows:
        window = Window(row["from_s"], row["to_s"])
        found[row["vehicle_id"]] = (*found.get(row["vehicle_id"], ()), window)
    return found


def _get(db: sqlite3.Connection, vehicle_id: int) -> Vehicle | None:
    row = db.execute(f"{VEHICLES} WHERE v.vehicle_id = :id", {"id": vehicle_id}).fetchone()
    return vehicle_of(row) if row else None


def _must_be_free(db: sqlite3.Connection, plate: str) -> None:
    query = "SELECT 1 FROM vehicle WHERE plate = :plate"
    if db.execute(query, {"plate": plate}).fetchone() is not None:
        raise Refused(Refusal("plate", Reason.NAME_TAKEN))
    # Whoever gives it to a car means that car from now on.
    db.execute("DELETE FROM former_plate WHERE plate = :plate", {"plate": plate})


def _site_at(db: sqlite3.Connection, vehicle_id: int, at_s: int) -> str:
    (name,) = db.execute(
        "SELECT name FROM site WHERE site_id = :id",
        {"id": dated.held_at(db, dated.PARKING, vehicle_id, at_s)},
    ).fetchone()
    return str(name)


def _add(db: sqlite3.Connection, row: dict[str, int | str]) -> Vehicle:
    _must_be_free(db, str(row["plate"]))
    sites.must_be_in_pool(db, int(row["site_id"]))
    (vehicle_id,) = db.execute(
        "INSERT INTO vehicle (plate, label, site_id, walk_up, private_use)"
        " VALUES (:plate, :label, :site_id, :walk_up, :private_use) RETURNING vehicle_id",
        row,
    ).fetchone()
    tell(db, vehicle_id)
    return _read(db, vehicle_id)


def _change(
    db: sqlite3.Connection, vehicle_id: int, decide: Callable[[Vehicle], Vehicle], now_s: int
) -> Vehicle | None:
    before = _get(db, vehicle_id)
    if before is None:
        return None
    after = decide(before)
    if after == before:
        return before
    if after.plate != before.plate:
        _rename(db, before, after.plate, now_s)
    comes_back = before.retired_at_s is not None and after.retired_at_s is None
    if comes_back or after.site_id != before.site_id:
        sites.must_be_in_pool(db, after.site_id)
    if after.site_id != before.site_id:
        dated.hold(db, dated.PARKING, vehicle_id, after.site_id, now_s)
    db.execute(
        "UPDATE vehicle SET label = :label, walk_up = :walk_up, private_use = :private_use,"
        " retired_at_s = :retired_at_s WHERE vehicle_id = :vehicle_id",
        {
            "vehicle_id": vehicle_id,
            "label": after.label,
            "walk_up": int(after.walk_up),
            "private_use": int(after.private_use),
            "retired_at_s": after.retired_at_s,
        },
    )
    tell(db, vehicle_id)
    return _read(db, vehicle_id)


def _rename(db: sqlite3.Connection, car: Vehicle, plate: str, now_s: int) -> None:
    """Give a car another plate; a fleet file that still says the old one means this car."""
    _must_be_free(db, plate)
    names = {"old": car.plate, "new": plate, "id": car.vehicle_id, "now_s": now_s}
    db.execute("UPDATE vehicle SET plate = :new WHERE vehicle_id = :id", names)
    db.execute(
        "INSERT INTO former_plate (plate, vehicle_id, until_s) VALUES (:old, :id, :now_s)", names
    )
    db.execute("DELETE FROM file_word WHERE kind = 'vehicle' AND entry = :new", names)
    db.execute("UPDATE file_word SET entry = :new WHERE kind = 'vehicle' AND entry = :old", names)


def _retire(db: sqlite3.Connection, vehicle_id: int, now_s: int) -> Vehicle | None:
    before = _get(db, vehicle_id)
    if before is None or before.retired_at_s is not None:
        return before
    car = {"id": vehicle_id, "now_s": now_s}
    under_way = "SELECT 1 FROM trip WHERE vehicle_id = :id AND state <> 'ended'"
    if db.execute(under_way, car).fetchone() is not None:
        raise Refused(Refusal("", Reason.STILL_OUT))
    booked = (
        "SELECT 1 FROM booking WHERE vehicle_id = :id AND state = 'active' AND ends_at_s > :now_s"
    )
    if db.execute(booked, car).fetchone() is not None:
        raise Refused(Refusal("", Reason.STILL_BOOKED))
    db.execute("UPDATE vehicle SET retired_at_s = :now_s WHERE vehicle_id = :id", car)
    tell(db, vehicle_id)
    return _read(db, vehicle_id)


def _read(db: sqlite3.Connection, vehicle_id: int) -> Vehicle:
    car = _get(db, vehicle_id)
    assert car is not None, "it has just been stored"
    return car
