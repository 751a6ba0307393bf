"""For how long nobody has used a car, counted over resets."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.signs.unused import Unused

MINUTE_MS = 60_000
KEPT_EVERY_MS = 10 * MINUTE_MS

USES = ("badge", "moves", "switch", "no trip")
EVENTS = st.lists(
    st.tuples(st.integers(1, 40 * MINUTE_MS), st.sampled_from(("", "", "", "reset", *USES))),
    max_size=30,
)


class Bench:
    """One car, its flash, and how long nobody has really used it."""

    def __init__(self) -> None:
        self.flash, self.ms = b"", 0
        self.on = False
        self.resets = self.writes = 0
        self.true_ms = 0
        self.unused = Unused(b"", 0)

    def look(self, *, trip_open: bool = True, moves: bool = False) -> None:
        if self.unused.look(self.ms, trip_open, self.on, moves):
            self.flash = self.unused.to_bytes(self.ms)
            self.writes += 1

    def wait(self, ms: int) -> None:
        """Looked at twice a second or so; here each minute, which changes no sum."""
        while ms > 0:
            self.ms += min(ms, MINUTE_MS)
            self.true_ms += min(ms, MINUTE_MS)
            ms -= MINUTE_MS
            self.look()

    def reset(self) -> None:
        self.ms = 7_000  # uptime begins anew
        self.unused = Unused(self.flash, self.ms)
        self.resets += 1
        self.look()

    def use(self, how: str) -> None:
        if how == "badge" and self.unused.used(self.ms):
            self.flash = self.unused.to_bytes(self.ms)
            self.writes += 1
        if how == "switch":
            self.on = not self.on
        self.look(trip_open=how != "no trip", moves=how == "moves")
        self.true_ms = 0
        self.resets = 0


@given(EVENTS)
def test_no_time_is_counted_that_was_not_and_each_reset_costs_ten_minutes_at_most(events):
    bench = Bench()
    bench.look()
    for ms, what in events:
        bench.wait(ms)
        if what == "reset":
            bench.reset()
        elif what:
            bench.use(what)
        counted_ms = bench.unused.ms(bench.ms)
        assert counted_ms <= bench.true_ms
        lost_ms = bench.true_ms - counted_ms
        assert lost_ms <= bench.resets * (KEPT_EVERY_MS + MINUTE_MS + 1000)


@given(EVENTS)
def test_flash_is_written_every_ten_minutes_at_most_and_once_for_each_use(events):
    bench = Bench()
    bench.look()
    uptime_ms = uses = 0
    for ms, what in events:
        bench.wait(ms)
        uptime_ms += ms
        if what == "reset":
            bench.reset()
        elif what:
            bench.use(what)
            uses += 1
    assert bench.writes <= uptime_ms // KEPT_EVERY_MS + uses
