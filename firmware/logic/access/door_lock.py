"""When the doors are locked: at once, or as soon as the last wired door and the boot are shut.

Never presses lock while one of them is open. The wait ends by a shut door, by an unlocking, or
after 10 minutes: the doors then stay as they are.
"""

from firmware.logic.const import const

_LONGEST_WAIT_MS = const(600_000)


class DoorLock:
    """One wish to lock, at most."""

    def __init__(self):
        """Wish nothing."""
        self._until_ms = None

    def ask(self, now_ms: int) -> None:
        """Wish to lock; `step` says when."""
        self._until_ms = now_ms + _LONGEST_WAIT_MS

    def forget(self) -> None:
        """Wish nothing any more: somebody unlocks."""
        self._until_ms = None

    def step(self, now_ms: int, door_open: bool) -> bool:
        """Whether to press lock now; says so once."""
        if self._until_ms is None:
            return False
        if now_ms >= self._until_ms:
            self._until_ms = None
            return False
        if door_open:
            return False
        self._until_ms = None
        return True
