"""When to speak so that the path keeps a silent connection, and when one is dead.

Begins at 2 minutes. A path that fails makes it shorter; one that keeps makes it longer, in steps,
as far as nobody needs the car soon. Never here: messages, sockets, or what else is sent.
"""

from firmware.logic.const import const
from shared_protocol.records import HeartbeatLearned

FIRST_S = const(120)
_SHORTEST_S = const(30)
LONGEST_S = const(1_500)
# Two slow LTE round trips and a server that is busy: an answer that takes longer does not come.
ANSWER_MS = const(30_000)
# Who is back that soon had coverage all the time: then it was the path that forgot.
_BACK_SOON_MS = const(60_000)
_NO_BOOKING_FOR_S = const(12 * 3600)


def may_learn(quiet: bool, time_s: int, grants) -> bool:
    """Whether nobody suffers if a connection is dead for a while: parked, and not booked soon."""
    if not quiet or not time_s:
        return False
    return not grants.booked_by_another(b"", time_s, time_s + _NO_BOOKING_FOR_S)


class Pace:
    """Attributes to read: `interval_s`, in force; `failed_s`, the shortest that failed, 0: none."""

    def __init__(self):
        """Nothing is known of the path."""
        self.interval_s = FIRST_S
        self.failed_s = 0
        self._kept_s = FIRST_S  # the longest that the path may be trusted with
        self._next_s = FIRST_S  # that was announced: tried once the path has kept this one
        self._said_ms = self._heard_ms = 0
        self._asked_ms = self._dead_ms = None
        self._news = False

    def connected(self, now_ms: int) -> None:
        """Begin a connection; back so soon after a dead one, the path is to blame."""
        if self._dead_ms is not None and now_ms - self._dead_ms <= _BACK_SOON_MS:
            self.failed_s = min(self.failed_s or self.interval_s, self.interval_s)
            if self.interval_s <= self._kept_s:
                self._kept_s = max(_SHORTEST_S, self.interval_s // 2)
            self._news = True
        self.interval_s = self._next_s = self._kept_s
        self._said_ms = self._heard_ms = now_ms
        self._asked_ms = self._dead_ms = None

    def said(self, now_ms: int) -> None:
        """Something went to the server."""
        self._said_ms = now_ms

    def heard(self, now_ms: int) -> None:
        """Something came from the server: whoever was asked for a sign of life is alive."""
        self._heard_ms = now_ms
        if self._asked_ms is None:
            return
        self._asked_ms = None
        if self.interval_s > self._kept_s:
            self._kept_s = self.interval_s
            self._news = self._news or not self._longer()
        self.interval_s = self._next_s

    def due(self, now_ms: int, may_learn: bool) -> int:
        """The interval to announce with a heartbeat that is to be sent now; 0: none is."""
        if not may_learn:
            self.interval_s = self._next_s = min(self.interval_s, self._kept_s)
        if self._asked_ms is not None or now_ms < self.next_deadline():
            return 0
        self._asked_ms = now_ms
        # What is tried now is kept, if this one is answered: the next step comes after it.
        self._next_s = max(self.interval_s, self._kept_s)
        if may_learn:
            self._next_s = self._longer() or self._next_s
        return self._next_s

    @property
    def waits(self) -> bool:
        """Whether an answer is outstanding."""
        return self._asked_ms is not None

    def is_dead(self, now_ms: int) -> bool:
        """Whether the answer is overdue: the connection is to be made anew."""
        if self._asked_ms is None or now_ms - self._asked_ms < ANSWER_MS:
            return False
        self._dead_ms = now_ms
        return True

    def next_deadline(self) -> int:
        """When to ask again, if nothing happens before."""
        if self._asked_ms is not None:
            return self._asked_ms + ANSWER_MS
        return min(self._said_ms, self._heard_ms) + 1000 * self.interval_s

    def silent_ms(self, now_ms: int) -> int:
        """For how long nothing was said or heard."""
        return now_ms - max(self._said_ms, self._heard_ms)

    def take_news(self) -> HeartbeatLearned | None:
        """What was learned, to be recorded; once."""
        news, self._news = self._news, False
        return HeartbeatLearned(self.interval_s, self.failed_s) if news else None

    def _longer(self) -> int:
        """The next step above what the path keeps; 0: there is none below what failed."""
        now_s = max(self.interval_s, self._kept_s)
        next_s = min(LONGEST_S, now_s * 3 // 2)
        if next_s == now_s or (self.failed_s and next_s >= self.failed_s):
            return 0
        return next_s
