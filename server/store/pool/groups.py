"""Groups of cars in the database. Never here: who may book the cars of one."""

import sqlite3
from collections.abc import Callable

from server.fleet.pool import CarGroup
from server.fleet.refusals import Reason, Refusal, Refused
from server.store.news import tell
from server.store.noun import Noun


class Groups(Noun):
    """The groups that there are."""

    async def all(self) -> list[CarGroup]:
        """Return every group, by name."""
        return await self._engine.read(_all)

    async def put(
        self, group_id: int | None, decide: Callable[[CarGroup | None], CarGroup]
    ) -> CarGroup | None:
        """Let `decide` say what a group is, as it stands when nobody else can change it.

        Args:
            group_id: which; None: a new one.
            decide: is given the group as it stands, None for a new one.

        Returns:
            The group as it is now; None when there is none of that number.

        Raises:
            Refused: by `decide`; NAME_TAKEN, UNKNOWN_VEHICLE.
        """
        return await self._engine.write(_put, group_id, decide)

    async def remove(self, group_id: int) -> bool:
        """Forget a group; its cars stay. False when there is none.

        Raises:
            Refused: STILL_USED, by a right to book.
        """
        return await self._engine.write(_remove, group_id)


def _all(db: sqlite3.Connection) -> list[CarGroup]:
    cars: dict[int, tuple[int, ...]] = {}
    for group_id, vehicle_id in db.execute(
        "SELECT group_id, vehicle_id FROM vehicle_group JOIN vehicle USING (vehicle_id)"
        " ORDER BY plate"
    ):
        cars[group_id] = (*cars.get(group_id, ()), vehicle_id)
    rows = db.execute("SELECT group_id, name, restricted FROM car_group ORDER BY name")
    return [CarGroup(row[0], row[1], bool(row[2]), cars.get(row[0], ())) for row in rows]


def _put(
    db: sqlite3.Connection, group_id: int | None, decide: Callable[[CarGroup | None], CarGroup]
) -> CarGroup | None:
    before = next((group for group in _all(db) if group.group_id == group_id), None)
    if group_id is not None and before is None:
        return None
    after = decide(before)
    row = {"id": group_id, "name": after.name, "restricted": int(after.restricted)}
    try:
        (group_id,) = db.execute(
            "INSERT INTO car_group (group_id, name, restricted) VALUES (:id, :name, :restricted)"
            " ON CONFLICT (group_id) DO UPDATE SET name = :name, restricted = :restricted"
            " RETURNING group_id",
            row,
        ).fetchone()
    except sqlite3.IntegrityError:
        raise Refused(Refusal("name", Reason.NAME_TAKEN)) from None
    db.execute("DELETE FROM vehicle_group WHERE group_id = :id", {"id": group_id})
    for vehicle_id in after.vehicle_ids:
        added = db.execute(
            "INSERT INTO vehicle_group (vehicle_id, group_id)"
            " SELECT vehicle_id, :id FROM vehicle WHERE vehicle_id = :vehicle_id",
            {"id": group_id, "vehicle_id": vehicle_id},
        )
        if not added.rowcount:
            raise Refused(Refusal("vehicle_ids", Reason.UNKNOWN_VEHICLE))
    tell(db)
    return next(group for group in _all(db) if group.group_id == group_id)


def _remove(db: sqlite3.Connection, group_id: int) -> bool:
    db.execute("DELETE FROM vehicle_group WHERE group_id = :id", {"id": group_id})
    try:
        gone = db.execute("DELETE FROM car_group WHERE group_id = :id", {"id": group_id})
    except sqlite3.IntegrityError:
        raise Refused(Refusal("", Reason.STILL_USED)) from None
    tell(db)
    return gone.rowcount == 1
