"""Slows down who guesses passwords: too many failures in a while, and the answer is "later".

In memory, bounded; a restart forgets it. Time is an argument. Never here: HTTP, passwords.
"""

from collections import deque

MAX_FAILURES = 5
WINDOW_S = 15 * 60
# Bounds memory against a flood of invented logins (about 300 bytes each); the oldest go first.
MAX_KEYS = 10_000


class Throttle:
    """Counts failures per key, a (login, address) pair."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], deque[int]] = {}

    def wait_s(self, key: tuple[str, str], now_s: int) -> int:
        """Return how many seconds this key must wait; 0 when it may try."""
        recent = self._failures.get(key)
        if recent is None or len(recent) < MAX_FAILURES:
            return 0
        return max(0, recent[0] + WINDOW_S - now_s)

    def failed(self, key: tuple[str, str], now_s: int) -> None:
        """Remember a failure."""
        recent = self._failures.pop(key, None) or deque(maxlen=MAX_FAILURES)
        recent.append(now_s)
        self._failures[key] = recent
        if len(self._failures) > MAX_KEYS:
            self._failures.pop(next(iter(self._failures)))

    def succeeded(self, key: tuple[str, str]) -> None:
        """Forget this key's failures."""
        self._failures.pop(key, None)
