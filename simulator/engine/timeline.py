"""The events to come, in order of time. Decides nothing about how time passes: world.py does."""

import heapq
import itertools
from collections.abc import Callable

US = 1_000_000  # microseconds in a second


class Timer:
    """One event to come; `cancel` makes it never happen. `callback` is None once it is over."""

    def __init__(self, when_us: int, callback: Callable[[], None]) -> None:
        self.when_us = when_us
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Forget the event. Harmless when it has already happened."""
        self.callback = None


class Timeline:
    """A heap of events and the present instant, `now_us`: microseconds of Unix time.

    Events of one instant happen in the order in which they were asked for, so that a run can be
    repeated exactly.
    """

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us
        self._order = itertools.count()
        self._heap: list[tuple[int, int, Timer]] = []

    def call_at(self, when_us: int, callback: Callable[[], None]) -> Timer:
        """Have `callback` called at that instant, or next if it is past."""
        timer = Timer(max(when_us, self.now_us), callback)
        heapq.heappush(self._heap, (timer.when_us, next(self._order), timer))
        return timer

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Have `callback` called after that many seconds."""
        return self.call_at(self.now_us + round(delay_s * US), callback)

    def next_us(self) -> int | None:
        """When the next event is due; None when there is none."""
        while self._heap and self._heap[0][2].callback is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def step(self) -> None:
        """Go to the next event and let it happen. There must be one."""
        when_us, _, timer = heapq.heappop(self._heap)
        callback, timer.callback = timer.callback, None
        if callback is not None:
            self.now_us = max(self.now_us, when_us)
            callback()
