"""When the doors are locked: as soon as two looks in a row find every wired one shut.

Never presses lock while one of them is open, nor by one look at a contact that bounces. The wait
ends by shut doors, by an unlocking, or after 10 minutes: the doors then stay as they are. Who was
still inside gets out after the lock, and that opens it: a door that is opened within 3 minutes of
it is locked again when it is shut.
"""

from firmware.logic.const import const

_LONGEST_WAIT_MS = const(600_000)
_AGAIN_WITHIN_MS = const(180_000)
# A contact bounces for some 10 ms, and a door that is thrown shut springs back once or twice within
# this; below the 500 ms from one look to the next.
_SHUT_FOR_MS = const(300)


class DoorLock:
    """One wish to lock, at most."""

    def __init__(self):
        """Wish nothing."""
        self.forget()

    @property
    def due(self) -> bool:
        """Whether there is a wish, or may be one again as soon as a door is opened."""
        return self._until_ms is not None or self._again_until_ms is not None

    def ask(self, now_ms: int) -> None:
        """Wish to lock; `step` says when."""
        self.forget()
        self._until_ms = now_ms + _LONGEST_WAIT_MS

    def forget(self) -> None:
        """Wish nothing any more: somebody unlocks."""
        self._until_ms = None
        self._again_until_ms = None  # who opens a door before gets it locked again
        self._shut_ms = None  # the first of the looks in a row that found the doors shut

    def step(self, now_ms: int, door_open: bool) -> bool:
        """Take one look at the doors; whether to press lock now."""
        if self._until_ms is None:
            if self._again_until_ms is None:
                return False
            if now_ms >= self._again_until_ms:
                self._again_until_ms = None
                return False
            if not door_open:
                return False
            self._until_ms = now_ms + _LONGEST_WAIT_MS
        if now_ms >= self._until_ms:
            self.forget()
            return False
        if door_open:
            self._shut_ms = None
            return False
        if self._shut_ms is None:
            self._shut_ms = now_ms
        if now_ms - self._shut_ms < _SHUT_FOR_MS:
            return False
        if self._again_until_ms is None:
            self._again_until_ms = now_ms + _AGAIN_WITHIN_MS
        self._until_ms = self._shut_ms = None
        return True
