"""Slows down who guesses passwords: too many failures in a while, and the answer is "later".

In memory, bounded; a restart forgets it. Time is an argument. Never here: HTTP, passwords.
"""

from collections import deque

MAX_FAILURES = 5
WINDOW_S = 15 * 60
# Bounds memory against a flood of invented logins (300 to 700 bytes each); the oldest go first.
MAX_KEYS = 10_000


Key = tuple[str, ...]


class Throttle:
    """Counts failures per key; a key of `most` within a while must wait."""

    def __init__(self, most: int = MAX_FAILURES) -> None:
        self._most = most
        self._failures: dict[Key, deque[int]] = {}

    def wait_s(self, key: Key, now_s: int) -> int:
        """Return how many seconds this key must wait; 0 when it may try."""
        recent = self._failures.get(key)
        if recent is None or len(recent) < self._most:
            return 0
        return max(0, recent[0] + WINDOW_S - now_s)

    def left(self, key: Key, now_s: int) -> int:
        """Return how many more failures this key has before it must wait."""
        recent = self._failures.get(key, ())
        return self._most - sum(at_s > now_s - WINDOW_S for at_s in recent)

    def failed(self, key: Key, now_s: int) -> None:
        """Remember a failure."""
        recent = self._failures.pop(key, None) or deque(maxlen=self._most)
        recent.append(now_s)
        self._failures[key] = recent
        if len(self._failures) > MAX_KEYS:
            self._failures.pop(next(iter(self._failures)))

    def succeeded(self, key: Key) -> None:
        """Forget this key's failures."""
        self._failures.pop(key, None)

    def take_back(self, key: Key, now_s: int) -> None:
        """Forget one failure of this instant."""
        recent = self._failures.get(key)
        if recent is not None and now_s in recent:
            recent.remove(now_s)
