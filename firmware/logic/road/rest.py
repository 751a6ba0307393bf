"""When a parked car rests: it is looked at less often, and its receiver may sleep.

Says what to ask of the receiver; asks nothing itself. Whether one sleeps shows by its silence
alone, so a request is repeated until the silence, or its end, is there.
"""

from firmware.logic.const import const
from shared_protocol.messages import CLOCK_NONE
from shared_protocol.records import RELAY_ENABLED

# What to ask of the receiver.
ASK_NOTHING = 0
ASK_WAKE = 1
ASK_SLEEP = 2

# Time enough for a last fix of the parking place.
_SLEEP_AFTER_MS = const(60_000)
# A receiver talks once a second, also without a fix; a sleeping one is silent.
_TALKS_WITHIN_MS = const(3_000)


class Rest:
    """Attributes to read: `quiet` and `settled`, as `step` found them.

    Quiet is a car without a trip, with the ignition off, the start not enabled and the time known;
    settled one that has been quiet for long enough that its receiver is to sleep.
    """

    def __init__(self, now_ms: int):
        """Begin with a car that is busy."""
        self._busy_ms = now_ms
        self.quiet = self.settled = False

    def step(
        self,
        now_ms: int,
        *,
        trip_open: bool,
        ignition_on: bool,
        relay: int,
        clock_source: int,
        heard_ms: int,
    ) -> int:
        """Look at the car, whose receiver was heard last at `heard_ms`; return an ASK_*."""
        self.quiet = (
            not (trip_open or ignition_on) and relay != RELAY_ENABLED and clock_source != CLOCK_NONE
        )
        if not self.quiet:
            self._busy_ms = now_ms
        self.settled = self.quiet and now_ms - self._busy_ms >= _SLEEP_AFTER_MS
        talks = now_ms - heard_ms <= _TALKS_WITHIN_MS
        if not self.quiet and not talks:
            return ASK_WAKE
        return ASK_SLEEP if self.settled and talks else ASK_NOTHING
