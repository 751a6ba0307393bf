"""How long one part of a box spends in each of its states. Counts world time; knows no current."""

from collections import Counter

from simulator.engine.timeline import US, Timeline


class Meter:
    """One part, in one state at a time.

    Attributes:
        entered: how often each state was entered.

    Args:
        timeline: the world's clock.
        state: the name of what it is in now.
    """

    def __init__(self, timeline: Timeline, state: str) -> None:
        self.entered: Counter[str] = Counter({state: 1})
        self._timeline = timeline
        self._state = state
        self._since_us = timeline.now_us
        self._spent_us: Counter[str] = Counter()

    def enter(self, state: str) -> None:
        """Be in that state from now on; nothing happens when it is already."""
        if state != self._state:
            self._close()
            self._state = state
            self.entered[state] += 1

    def seconds(self) -> dict[str, float]:
        """Return state -> seconds, of every state it was in since it was made or `restart`."""
        self._close()
        return {state: spent_us / US for state, spent_us in self._spent_us.items() if spent_us}

    def restart(self) -> None:
        """Forget what was counted, but not the state it is in."""
        self._spent_us.clear()
        self.entered = Counter({self._state: 1})
        self._since_us = self._timeline.now_us

    def _close(self) -> None:
        self._spent_us[self._state] += self._timeline.now_us - self._since_us
        self._since_us = self._timeline.now_us
