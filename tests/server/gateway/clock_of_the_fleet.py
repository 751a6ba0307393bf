"""The time of the small fleet: its present, and real time from then on."""

from server.clock import SystemClock
from tests.fleet import NOW_S


class ClockOfTheFleet(SystemClock):
    """Real time passes, from the small fleet's present on."""

    def __init__(self) -> None:
        self._ahead_ms = NOW_S * 1000 - super().now_ms()

    def now_ms(self) -> int:
        return super().now_ms() + self._ahead_ms
