"""Which connection serves which box. Never here: what is said on it."""

from typing import Protocol


class Served(Protocol):
    """A connection of a box that has proved who it is."""

    def refresh(self) -> None:
        """Look at once whether the box should be told something."""

    def close(self, reason: str) -> None:
        """End it."""


class Registry:
    """At most one connection for each box."""

    def __init__(self) -> None:
        self._served: dict[int, Served] = {}

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

    def notify(self, box_id: int | None) -> None:
        """Wake the connection of one box, or with None all of them."""
        if box_id is None:
            for connection in list(self._served.values()):
                connection.refresh()
        elif box_id in self._served:
            self._served[box_id].refresh()
