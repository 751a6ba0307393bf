"""What actions work with. Never here: the actions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.config import NewBoxes
from server.fleet.accounts.mail import Letter, LinkKind
from server.fleet.model.people import Agent
from server.fleet.model.trips import Trip
from server.fleet.roles import About
from server.store import Store


class Post(Protocol):
    """Who writes the letters, in the words of people, and lets them be sent."""

    def letter(self, kind: LinkKind, agent: Agent, token: str, until_s: int) -> Letter:
        """Write to somebody of a link that is good until then."""

    def wake(self) -> None:
        """Let the outbox be looked at: it has new mail."""


@dataclass(frozen=True, slots=True)
class Actions:
    """The store, the time, and who wakes a box.

    `notify(box_id)` lets that box's connection look at once for what has changed, `notify(None)`
    all of them; the command line wakes nobody, for the running server sees what it committed.
    `timezone` is that of the operator, for what repeats at local hours. `post` is None where mail
    is not set up. `new_boxes` is what a new box is told where nobody says otherwise.
    """

    store: Store
    clock: Clock
    notify: Callable[[int | None], None]
    timezone: ZoneInfo
    post: Post | None = None
    new_boxes: NewBoxes = field(default_factory=NewBoxes)

    async def about_car(self, vehicle_id: int) -> About:
        """Return what something is about that is about a car."""
        car = await self.store.vehicles.get(vehicle_id)
        return About(site_id=None if car is None else car.site_id, vehicle_id=vehicle_id)

    async def about_trip(self, trip: Trip) -> About:
        """Return what a trip is about: the directorate of who drove then, or the car."""
        if trip.directorate_id is not None:
            return About(trip.directorate_id)
        return await self.about_car(trip.vehicle_id)

    async def wake(self, vehicle_id: int) -> None:
        """Let a car's box learn at once what changed."""
        car = await self.store.vehicles.get(vehicle_id)
        if car is not None and car.box_id is not None:
            self.notify(car.box_id)


def wakes_nobody(box_id: int | None) -> None:
    """Be the `notify` of a process that has no connections."""
