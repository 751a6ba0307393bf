"""Which connection serves which box. Never here: what is said on it."""

from collections.abc import Set
from typing import Protocol


class Served(Protocol):
    """A connection of a box that has proved who it is."""

    @property
    def vehicle_id(self) -> int | None:
        """The car that the box is in."""

    def refresh(self) -> None:
        """Look at once whether the box should be told something."""

    def close(self, reason: str) -> None:
        """End it."""


class Registry:
    """At most one connection for each box."""

    def __init__(self) -> None:
        self._served: dict[int, Served] = {}

    def __len__(self) -> int:
        """Return how many boxes are connected."""
        return len(self._served)

    def claim(self, box_id: int, connection: Served) -> None:
        """Let this connection serve the box; an older one ends: the box has given it up."""
        older = self._served.get(box_id)
        self._served[box_id] = connection
        if older is not None:
            older.close("replaced")

    def release(self, box_id: int, connection: Served) -> None:
        """Take note that this connection has ended."""
        if self._served.get(box_id) is connection:
            del self._served[box_id]

    def wake(self, vehicle_ids: Set[int] | None) -> None:
        """Wake the connections of the boxes in these cars, or with None all of them."""
        for connection in list(self._served.values()):
            if vehicle_ids is None or connection.vehicle_id in vehicle_ids:
                connection.refresh()

    def notify(self, box_id: int | None) -> None:
        """Wake the connection of one box, or with None all of them."""
        if box_id is None:
            self.wake(None)
        elif box_id in self._served:
            self._served[box_id].refresh()
