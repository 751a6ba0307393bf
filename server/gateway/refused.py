"""Badges that cars refused as nobody's: looked for again when badges have changed.

The refusal stays nobody's, for nobody held the badge then; it is shown with whose it is by now.
Never here: how a tag leads to a badge (tags.py).
"""

from server.gateway.tags import Tags
from server.store import Store

_LOOKED_FOR_S = 31 * 24 * 3600


class RefusedBadges:
    """Those of all cars.

    Args:
        store: where refusals and badges are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tags = Tags(store)
        self._as_of = -1  # the number of the last news about all cars, as those of badges are

    async def look(self, now_s: int) -> None:
        """Note of each that is somebody's badge by now which it is, if badges have changed."""
        as_of = self._store.news.of_all
        if as_of == self._as_of:
            return
        unknown = await self._store.refusals.unknown(now_s - _LOOKED_FOR_S)
        for wire_id, tags in unknown.items():
            box = await self._store.boxes.by_wire_id(wire_id)
            found = await self._tags.search(box, tags, now_s) if box is not None else {}
            if box is not None and found:
                badges = {tag: badge.badge_id for tag, badge in found.items()}
                await self._store.refusals.know(box.vehicle_id, badges)
        self._as_of = as_of
