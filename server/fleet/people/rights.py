"""Who may book which car when: the right that somebody gave, and what it covers.

Pure. To sign in gives no right. Never here: what else speaks against a booking
(fleet/bookings.py), who may drive (fleet/grants.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from server.fleet.availability import spans
from server.fleet.model.bookings import Vehicle, Window
from server.fleet.refusals import Reason, Refusal

FOREVER_S = 1 << 40
"""After every instant that can be booked."""


@dataclass(frozen=True, slots=True)
class Right:
    """That somebody may book from `from_s` until just before `to_s` (None: until withdrawn).

    Only while of one of these directorates, cars of these sites, cars of these groups; of a kind
    of which none is named, all. `given_by` and `withdrawn_by` are names; None: an operator, or
    nobody wrote it down.
    """

    right_id: int
    agent_id: int
    from_s: int
    to_s: int | None
    given_by: str | None = None
    withdrawn_by: str | None = None
    directorates: frozenset[int] = frozenset()
    sites: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()

    @property
    def window(self) -> Window:
        """Return when it holds; empty when it was withdrawn before it began."""
        return Window(self.from_s, FOREVER_S if self.to_s is None else self.to_s)


@dataclass(frozen=True, slots=True)
class Membership:
    """That somebody is of a directorate from `from_s` until just before `to_s` (None: still)."""

    directorate_id: int
    from_s: int
    to_s: int | None


@dataclass(frozen=True)
class MayBook:
    """All that says what one agent may book.

    `groups_of` is vehicle id -> its groups, `restricted` are the groups whose cars are only for
    those whose right names them.
    """

    rights: tuple[Right, ...]
    memberships: tuple[Membership, ...]
    groups_of: Mapping[int, frozenset[int]]
    restricted: frozenset[int]

    def covers(self, car: Vehicle, window: Window) -> bool:
        """Say whether rights cover this car in the whole window, one after the other."""
        return not self.against(car, window)

    def might_book(self, car: Vehicle, now_s: int) -> bool:
        """Say whether there is a time from now on for which a right covers this car."""
        return any(
            self._is_of(r, car) and r.window.to_s > max(now_s, r.from_s) for r in self.rights
        )

    def against(self, car: Vehicle, window: Window) -> list[Refusal]:
        """Return what the agent lacks for this car in the whole window.

        A booking is charged to the directorate of its start, so that is the one that counts.
        """
        of_then = self._directorate(window.from_s)
        rights = [r for r in self.rights if not r.directorates or of_then in r.directorates]
        if not _cover(rights, window):
            return [Refusal("vehicle_id", Reason.NO_RIGHT)]
        if not _cover((r for r in rights if self._is_of(r, car)), window):
            return [Refusal("vehicle_id", Reason.RIGHT_ELSEWHERE)]
        return []

    def _is_of(self, right: Right, car: Vehicle) -> bool:
        groups = self.groups_of.get(car.vehicle_id, frozenset())
        closed = groups & self.restricted
        return (
            (not right.sites or car.site_id in right.sites)
            and (not right.groups or bool(groups & right.groups))
            and (not closed or bool(closed & right.groups))
        )

    def _directorate(self, at_s: int) -> int | None:
        return self._by_start.get(
            max((start_s for start_s in self._by_start if start_s <= at_s), default=-1)
        )

    @cached_property
    def _by_start(self) -> Mapping[int, int]:
        return {each.from_s: each.directorate_id for each in self.memberships}


def _cover(rights: Iterable[Right], window: Window) -> bool:
    """Say whether these hold, one after the other or together, in all of a window."""
    held = spans(right.window for right in rights if right.window.to_s > right.window.from_s)
    return any(each.from_s <= window.from_s and window.to_s <= each.to_s for each in held)
