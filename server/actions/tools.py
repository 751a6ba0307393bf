"""What actions work with. Never here: the actions."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.store import Store


@dataclass(frozen=True, slots=True)
class Actions:
    """The store, the time, and who wakes a box.

    `notify(box_id)` lets that box's connection look at once for what has changed, `notify(None)`
    all of them; the command line wakes nobody, for the running server sees what it committed.
    `timezone` is that of the operator, for what repeats at local hours.
    """

    store: Store
    clock: Clock
    notify: Callable[[int | None], None]
    timezone: ZoneInfo

    async def wake(self, vehicle_id: int) -> None:
        """Let a car's box learn at once what changed."""
        car = await self.store.vehicles.get(vehicle_id)
        if car is not None and car.box_id is not None:
            self.notify(car.box_id)


def wakes_nobody(box_id: int | None) -> None:
    """Be the `notify` of a process that has no connections."""
