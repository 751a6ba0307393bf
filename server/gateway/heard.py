"""When boxes were last heard that said nothing else that is new: kept together, once a second.

Never here: what is kept of a box at once (store/boxes.py), or when to flush.
"""

from server.store import Store


class Heard:
    """One for all boxes.

    Args:
        store: where it is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last_seen_s: dict[int, int] = {}

    def note(self, box_id: int, now_s: int) -> None:
        """Take note that a box has spoken."""
        self._last_seen_s[box_id] = now_s

    async def flush(self) -> None:
        """Store what was noted; StoreError when that fails: it is tried again with the next."""
        noted, self._last_seen_s = self._last_seen_s, {}
        try:
            await self._store.boxes.note_heard(noted)
        except BaseException:
            self._last_seen_s = noted | self._last_seen_s
            raise
