"""Which cars can be had when, and what endangers a booking that stands: looked at from one moment.

What a page offers or warns of, each question in time that grows with the cars and not with what is
booked. Never here: the refusal of two bookings at once (the database), what may be asked for at all
(bookings.py).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Literal, Protocol

from server.fleet.model.bookings import Booking, Vehicle, Window
from server.fleet.model.trips import Trip

# A car that should be back: how long ahead whoever comes next is told, and nobody sent to it.
WARN_AHEAD_S = 3600

Danger = Literal["still_out", "out_of_service"]


class Taken(Protocol):
    """A car and hours in which somebody has it: a Booking, or no more of it than that."""

    @property
    def vehicle_id(self) -> int:
        """Return the car."""

    @property
    def starts_at_s(self) -> int:
        """Return from when."""

    @property
    def ends_at_s(self) -> int:
        """Return until just before when."""


class _Hours:
    """Windows of one car; they may overlap."""

    def __init__(self, windows: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(windows)
        self._starts = [from_s for from_s, _ in ordered]
        self._latest_end = list(accumulate((to_s for _, to_s in ordered), max))

    def meets(self, window: Window) -> bool:
        before = bisect_left(self._starts, window.to_s)
        return before > 0 and self._latest_end[before - 1] > window.from_s


@dataclass(frozen=True)
class Standing:
    """Where the fleet stands at `now_s`.

    `cars` are also those that have left the pool, which nobody is offered, `bookings` the active
    ones of the time in question, `out_of_service` vehicle id -> windows,
    `under_way` the trips that have not ended, `drove_on` those whose car went on after their end.
    """

    now_s: int
    cars: tuple[Vehicle, ...]
    bookings: tuple[Taken, ...]
    out_of_service: Mapping[int, tuple[Window, ...]]
    under_way: tuple[Trip, ...]
    drove_on: tuple[Trip, ...] = ()

    def free(
        self, windows: Iterable[Window], agent_id: int, site_id: int | None = None
    ) -> list[Vehicle]:
        """Return the cars this agent can have in all the windows, those of the site first."""
        return sorted(self.each_free(windows, agent_id), key=lambda car: car.site_id != site_id)

    def each_free(self, windows: Iterable[Window], agent_id: int) -> Iterator[Vehicle]:
        """Yield the same cars one by one, in the fleet's order."""
        wanted = tuple(windows)
        for car in self.cars:
            if car.retired_at_s is None and not any(
                self.is_booked(car.vehicle_id, window)
                or self.obstacle(car.vehicle_id, window, agent_id)
                for window in wanted
            ):
                yield car

    def danger(self, booking: Booking) -> Danger | None:
        """Say what may keep a booking from being driven as it stands; None: nothing is known."""
        if self.is_under_way(booking):
            return None
        window = Window(booking.starts_at_s, booking.ends_at_s)
        return self.obstacle(booking.vehicle_id, window, booking.agent_id)

    def is_under_way(self, booking: Booking) -> bool:
        """Say whether this booking is being driven."""
        return booking.booking_id in self._driven

    def obstacle(self, vehicle_id: int, window: Window, agent_id: int) -> Danger | None:
        """Say what, besides other bookings, keeps an agent from this car in this window."""
        if meets_any(window, self.out_of_service.get(vehicle_id, ())):
            return "out_of_service"
        for driver_id, back_at_s in self._out.get(vehicle_id, ()):
            # Its own booking need not cover that: called off, or moved, before the car had told.
            if driver_id != agent_id and window.from_s < back_at_s and window.to_s > self.now_s:
                return "still_out"
        return None

    def is_booked(self, vehicle_id: int, window: Window) -> bool:
        """Say whether somebody has booked this car at any time of the window."""
        hours = self._booked.get(vehicle_id)
        return hours is not None and hours.meets(window)

    @cached_property
    def car(self) -> Mapping[int, Vehicle]:
        """Return the cars by id."""
        return {car.vehicle_id: car for car in self.cars}

    @cached_property
    def _booked(self) -> Mapping[int, _Hours]:
        windows = defaultdict(list)
        for taken in self.bookings:
            windows[taken.vehicle_id].append((taken.starts_at_s, taken.ends_at_s))
        return {vehicle_id: _Hours(each) for vehicle_id, each in windows.items()}

    @cached_property
    def _driven(self) -> frozenset[int | None]:
        return frozenset(trip.booking_id for trip in self.under_way)

    @cached_property
    def _out(self) -> Mapping[int, list[tuple[int | None, int]]]:
        """Return vehicle id -> who drives it, and the earliest that it may be counted on again."""
        soon_s = self.now_s + WARN_AHEAD_S
        drivers = defaultdict(list)
        for trip in self.under_way:
            until_s = trip.booked_until_s
            # Late, or without a booking, nobody knows when it comes back.
            back_at_s = soon_s if until_s is None or until_s <= self.now_s else until_s
            drivers[trip.vehicle_id].append((trip.agent_id, back_at_s))
        for trip in self.drove_on:
            # Who drives is not known; whose trip it was need not be told that it is not back.
            drivers[trip.vehicle_id].append((trip.agent_id, soon_s))
        return drivers


def meets_any(window: Window, others: Iterable[Window]) -> bool:
    """Say whether a window has an instant in common with any of the others."""
    return any(window.from_s < other.to_s and other.from_s < window.to_s for other in others)


def spans(windows: Iterable[Window]) -> list[Window]:
    """Return the least windows that cover exactly the same instants, in order."""
    found: list[Window] = []
    for window in sorted(windows, key=lambda window: window.from_s):
        if found and window.from_s <= found[-1].to_s:
            found[-1] = Window(found[-1].from_s, max(found[-1].to_s, window.to_s))
        else:
            found.append(window)
    return found
