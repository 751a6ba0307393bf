"""Whose badge a box speaks of: from the tag, which only this box gives it, back to the badge.

A tag is an HMAC, so it is tried badge by badge: those that are likely first, and only then all
there are, in a thread of its own. What that brought is remembered until badges change: a stranger's
badge is held to the reader again and again. Never here: what a tag or a badge may do.
"""

from collections.abc import Iterable, Set

from server.fleet.model.people import Badge
from server.store import BoxAccount, Store
from shared_protocol.badges import badge_tag

_REMEMBERED = 4_096  # tags; 200 bytes each


class Tags:
    """One for all boxes.

    Args:
        store: where badges are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._searched: dict[tuple[int, bytes], Badge | None] = {}
        self._as_of = 0  # the number of the last news about all cars, as those of badges are

    async def search(self, box: BoxAccount, tags: Set[bytes], now_s: int) -> dict[bytes, Badge]:
        """Return the badges behind those of these tags that are known."""
        if self._as_of != self._store.news.of_all or len(self._searched) > _REMEMBERED:
            self._searched.clear()
            self._as_of = self._store.news.of_all
        missing = {tag for tag in tags if (box.box_id, tag) not in self._searched}
        if missing:
            as_of = self._as_of
            found = await self._store.in_reader(
                lambda: self._search(box, missing, now_s), lane="search"
            )
            if self._as_of != as_of:  # badges changed meanwhile: what was found is of before
                return found | await self.search(box, tags - found.keys(), now_s)
            for tag in missing:
                self._searched[box.box_id, tag] = found.get(tag)
        known = {tag: self._searched.get((box.box_id, tag)) for tag in tags}
        return {tag: badge for tag, badge in known.items() if badge is not None}

    def _search(self, box: BoxAccount, tags: Set[bytes], now_s: int) -> dict[bytes, Badge]:
        car = self._store.access.car(box.vehicle_id, now_s)
        found = among(box, tags, car.access.badges)
        if missing := tags - found.keys():
            found |= among(box, missing, self._store.badges.one_by_one())
        return found


def among(box: BoxAccount, tags: Set[bytes], badges: Iterable[Badge]) -> dict[bytes, Badge]:
    """Return those of these badges that have one of these tags; stops when all are found."""
    found: dict[bytes, Badge] = {}
    for badge in badges:
        tag = badge_tag(box.badge_key, badge.uid)
        if tag in tags:
            found[tag] = badge
            if len(found) == len(tags):
                break
    return found
