"""What changed of all that cars may know: a numbered line for each car concerned, or for all.

Whoever changes a booking, a badge, a right, a box or a command writes it in the same transaction
(`tell`). So each change has a number, also one that another process made, and what was worked out
for a car stays right until there is a newer number for that car. Never here: what changed, or what
a car is told.
"""

import sqlite3
from collections.abc import Set

# As many are kept as may come between two looks, and the last that concerns all cars; whoever has
# missed more takes it that all changed.
_KEPT = 1_000


def tell(db: sqlite3.Connection, *vehicle_ids: int) -> None:
    """Say in this transaction that what these cars may know has changed; without any, all cars."""
    db.executemany(
        "INSERT INTO news (vehicle_id) VALUES (:vehicle_id)",
        [{"vehicle_id": vehicle_id} for vehicle_id in vehicle_ids or (None,)],
    )
    db.execute(
        "DELETE FROM news WHERE news_id <= (SELECT max(news_id) FROM news) - :kept"
        " AND news_id <> (SELECT coalesce(max(news_id), 0) FROM news WHERE vehicle_id IS NULL)",
        {"kept": _KEPT},
    )


def newest(db: sqlite3.Connection) -> tuple[int, int]:
    """Read the number of the newest line of all, and of the newest that concerns all cars."""
    of_any, of_all = db.execute(
        "SELECT (SELECT coalesce(max(news_id), 0) FROM news),"
        " (SELECT coalesce(max(news_id), 0) FROM news WHERE vehicle_id IS NULL)"
    ).fetchone()
    return of_any, of_all


class News:
    """The numbers that this process has seen committed.

    The writer's thread publishes, before whoever wrote is answered; all others only read.
    """

    def __init__(self) -> None:
        self.newest = 0
        self.of_all = 0  # of those that concern all cars
        self._of_car: dict[int, int] = {}

    def read(self, db: sqlite3.Connection) -> list[tuple[int, int | None]]:
        """Return what is new in this transaction: number, and the car or None for all."""
        rows = db.execute(
            "SELECT news_id, vehicle_id FROM news WHERE news_id > :newest ORDER BY news_id",
            {"newest": self.newest},
        ).fetchall()
        new: list[tuple[int, int | None]] = [tuple(row) for row in rows]
        if new and new[-1][0] - self.newest > len(new):  # some were forgotten meanwhile
            new.append((new[-1][0], None))
        return new

    def publish(self, new: list[tuple[int, int | None]]) -> None:
        """Take note of what `read` returned, once it is committed."""
        for number, vehicle_id in new:
            if vehicle_id is None:
                self.of_all = number
            else:
                self._of_car[vehicle_id] = number
        if new:
            self.newest = new[-1][0]

    def of_car(self, vehicle_id: int) -> int:
        """Return the number of the newest change of what this car may know."""
        return max(self.of_all, self._of_car.get(vehicle_id, 0))

    def since(self, number: int) -> Set[int] | None:
        """Return the cars that changes after this number concern; None: all."""
        if self.of_all > number:
            return None
        return {car for car, newest in list(self._of_car.items()) if newest > number}
