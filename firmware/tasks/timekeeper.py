"""What satellites and server tell the clock: kept in flash, recorded, and told to the grants.

What the clock makes of it is logic/clock.py.
"""

from firmware.tasks.keep import keep

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from firmware.logic.access.grants import GrantSet
    from firmware.logic.clock import Clock
    from firmware.logic.road.nmea import Fix
    from firmware.tasks.parts import Store
    from firmware.tasks.recorder import Recorder
    from shared_protocol.messages import Time

CLOCK_FILE = "clock"


class Timekeeper:
    """Of one box. Times are Unix seconds; `now_ms` is its uptime."""

    def __init__(
        self, clock: "Clock", grants: "GrantSet", recorder: "Recorder", state_store: "Store"
    ):
        """Take the parts; nothing is written."""
        self._clock = clock
        self._grants = grants
        self._recorder = recorder
        self._state_store = state_store

    def fix(self, fix: "Fix", now_ms: int) -> None:
        """The receiver has told its time with a fix."""
        self._take(self._clock.hear_gnss(fix.time_s, fix.millisecond, now_ms), now_ms)

    def server_time(self, said: "Time", now_ms: int) -> None:
        """The server has told its time."""
        self._take(self._clock.hear_server(*said, now_ms), now_ms)

    def set_issued(self, issue_s: int, now_ms: int) -> None:
        """A set of grants that the server issued then is in force."""
        self._clock.hear_issue(issue_s)
        keep(self._state_store, CLOCK_FILE, self._clock.to_bytes(now_ms))

    def _take(self, records, now_ms: int) -> None:
        if records:
            self._grants.closed_s = self._clock.closed_s
            self._recorder.write(records, now_ms)
            keep(self._state_store, CLOCK_FILE, self._clock.to_bytes(now_ms))
