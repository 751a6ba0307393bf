"""Unix time on the box: an offset to the monotonic milliseconds, and how far off it may be.

Three clocks bound each other: the satellites (G), once they agree with the crystal for a minute;
the server (S), authentic but late by what the network holds; the crystal, whose error grows with
time. Each says a time and how far off that may be; what they have in common is the estimate, so
that one which lies moves it by its uncertainty and no further. What lies outside is decided by
`_weigh`, which is the rule as a table. An estimate that one source alone decided is `doubtful`:
that marks times and is told, and changes no decision at the badge.

Each jump begins a new time with a number of its own, as a record that all later times stand on. A
number whose time turns out wrong is told with what it was off by, so that the server mends it. A
time that the server alone says keeps its number over a power cut while the server's clock runs on
without a jump, which it names by a stretch.
Never here: a clock that is read, a file, or what is done with the time.
"""

from firmware.logic.clock_kept import opened, sealed
from firmware.logic.clock_source import CRYSTAL_MS_A_STEP, ClockSource
from firmware.logic.clock_told import seconds_of, size_of
from firmware.logic.const import const
from shared_protocol.messages import CLOCK_GNSS, CLOCK_NONE, CLOCK_SERVER
from shared_protocol.records import ClockMended, ClockRefused, ClockState

# A receiver that does not know the leap seconds yet is up to 18 s off.
_GNSS_OFF_MS = const(20_000)
# Handshake, queue and a network that holds a frame back until the link counts as lost.
_SERVER_OFF_MS = const(100_000)
# So near to each other, the two are believed whatever the crystal says; it is also what a time may
# move by and stay the same. No more than the sum of the two above.
_AGREE_MS = const(120_000)

_COHERENT_MS = const(60_000)
_RUN_TOLERANCE_MS = const(2_000)  # of a sentence on its way through a UART
_PREFERRED_MS = const(3_600_000)  # without sky for longer, the server's word is as good
_DAY_MS = const(86_400_000)
_AFTER_NEWEST_S = const(400 * 86_400)  # longer than any car stands without a record

# What the estimate rests on.
_NOTHING = const(0)
_GNSS = const(1)  # alone: counts as nothing to the server's word
_SERVER = const(2)  # alone
_BOTH = const(3)

# Times that may yet turn out wrong; more would be a server that jumps every day.
_MOST_OPEN = const(4)


class Clock:
    """Attributes to read: `source`, `doubtful`, `number`, `closed_s`.

    `source` is CLOCK_NONE, CLOCK_GNSS or CLOCK_SERVER. `number` names the time that is told.
    Windows that ended until `closed_s` stay closed: the clock was that far already, and only the
    satellites say that it was wrong.
    """

    def __init__(self, time_floor_s: int, kept: bytes = b"", newest_record_s: int = 0):
        """Take up what is kept.

        Args:
            time_floor_s: when this firmware was built: every earlier time is refused.
            kept: as `to_bytes` gave it; of a damaged one nothing is believed.
            newest_record_s: the time of the newest record in flash, 0 when it has none.
        """
        self.number, self._kept_is_sure, kept_s, self._issue_s, self._kept_stretch = opened(kept)
        self._newest_s = newest_record_s or kept_s
        self.source = CLOCK_NONE
        self.closed_s = 0
        self._floor_s = time_floor_s
        self._rests_on = _NOTHING
        self._alone = False  # one source decided it, and no other has agreed yet
        self._beside = False  # the server says something else, and is not believed yet
        self._offset_ms = self._low_ms = self._high_ms = 0
        self._bounds_ms = 0  # when the two were right
        self._latest_ms = 0
        self._moved_ms = 0
        self._gnss_used_ms = 0
        self._gnss = ClockSource(_RUN_TOLERANCE_MS)
        self._server = ClockSource(_SERVER_OFF_MS)
        self._stretch = 0  # of the server's last word
        self._fitting_stretch = 0  # of its last one that fits the estimate
        self._gnss_refused = self._server_refused = False  # and told
        self._open = []  # times that may turn out wrong, or right after all
        self._told = (self.number, False, 0)

    @property
    def doubtful(self) -> bool:
        """Whether it rests on one source that none has confirmed, or that another contradicts."""
        return self._alone or self._beside

    def unix_ms(self, now_ms: int) -> int:
        """Unix milliseconds, 0 while unknown. Steps back only with a new `number`."""
        if self._rests_on == _NOTHING:
            return 0
        self._latest_ms = max(self._latest_ms, now_ms + self._offset_ms)
        return self._latest_ms

    def time_s(self, now_ms: int) -> int:
        """Unix seconds, 0 while unknown."""
        return self.unix_ms(now_ms) // 1000

    def settled_s(self, now_ms: int) -> int:
        """As `time_s`, 0 also while doubtful or within an hour of a jump: for what ends a trip."""
        if self.doubtful or now_ms - self._moved_ms < _PREFERRED_MS:
            return 0
        return self.time_s(now_ms)

    def uncertainty_ms(self, now_ms: int) -> int:
        """How far off the time may be either way; 0 while it is unknown."""
        if self._rests_on == _NOTHING:
            return 0
        off_ms = max(self._high_ms - self._offset_ms, self._offset_ms - self._low_ms)
        return off_ms + (now_ms - self._bounds_ms) // CRYSTAL_MS_A_STEP

    def to_bytes(self, now_ms: int) -> bytes:
        """What a boot should know; to be kept whenever records were returned."""
        sure = not self.doubtful and self._rests_on in (_SERVER, _BOTH)
        newest_s = self.time_s(now_ms) or self._newest_s
        stretch = 0
        if self._rests_on == _NOTHING:
            stretch = self._kept_stretch
        elif self._rests_on == _SERVER:
            stretch = self._fitting_stretch
        return sealed((self.number, int(sure), newest_s, self._issue_s, stretch))

    def hear_issue(self, issue_s: int) -> None:
        """Take note of when the server issued the set in force; while it is doubted, of nothing."""
        self._issue_s = 0 if self.doubtful else issue_s

    def hear_gnss(self, time_s: int, millisecond: int, now_ms: int) -> list:
        """Take the time of a valid fix that arrived at `now_ms`; return what is to be recorded."""
        if time_s < self._floor_s:
            return []
        self._gnss.hear(time_s * 1000 + millisecond - now_ms, now_ms)
        return self._weigh(now_ms) if self._gnss.heard_ms >= _COHERENT_MS else []

    def hear_server(self, time_s: int, millisecond: int, stretch: int, now_ms: int) -> list:
        """Take the server's time, late by one network trip; return what is to be recorded.

        `stretch` names for how long its clock has not jumped; 0 names nothing.
        """
        if time_s < self._floor_s:
            return []
        self._stretch = stretch
        self._server.hear(time_s * 1000 + millisecond - now_ms, now_ms)
        return self._weigh(now_ms)

    def _weigh(self, now_ms: int) -> list:
        """Decide between what the sources say now and the estimate; return the records."""
        gnss, server = self._gnss, self._server
        is_gnss = gnss.is_recent(now_ms) and gnss.heard_ms >= _COHERENT_MS
        is_server = server.is_recent(now_ms)
        self._let_drift(now_ms)
        gnss_fits = is_gnss and self._fits(gnss, _GNSS_OFF_MS)
        server_fits = is_server and self._fits(server, _SERVER_OFF_MS)
        refused, withdrawn = [], False
        if is_gnss and is_server and abs(gnss.offset_ms - server.offset_ms) <= _AGREE_MS:
            if gnss_fits and server_fits:
                self._narrow(server, _SERVER_OFF_MS, now_ms)
                self._narrow(gnss, _GNSS_OFF_MS, now_ms)
            else:
                self._move(_BOTH, now_ms)
            self._confirm()
            self._server_refused = False
        elif is_server and self._rests_on in (_NOTHING, _GNSS):
            if server_fits:  # the satellites said so before
                self._narrow(server, _SERVER_OFF_MS, now_ms)
                self._confirm()
            elif self._may_begin_server(now_ms):
                self._move(_SERVER, now_ms)
                self._alone = True
        elif self._rests_on == _NOTHING:
            if self._may_begin_gnss(now_ms):
                self._move(_GNSS, now_ms)
        elif server_fits:
            self._narrow(server, _SERVER_OFF_MS, now_ms)
            if self._rests_on == _BOTH or server.span_ms >= _DAY_MS:
                self._alone = False
            self._beside = gnss_fits  # both may be right by the crystal, and not both are
            self._server_refused = False
            if is_gnss and not gnss_fits:
                refused = self._refuse_gnss()
        elif gnss_fits:
            self._narrow(gnss, _GNSS_OFF_MS, now_ms)
            if self._rests_on != _GNSS:
                self._confirm()
            self._gnss_refused = False
            if is_server and not self._server_refused:
                self._server_refused = True
                refused = [self._refusal(CLOCK_SERVER, server)]
        elif is_server:
            withdrawn = self._go_back(now_ms)
            if not withdrawn:
                self._hear_server_apart(is_gnss, now_ms)
        elif self._may_replace_server(now_ms):
            self._move(_GNSS, now_ms)
            self._alone = True
        else:
            refused = self._refuse_gnss()
        return self._tell(withdrawn, now_ms) + refused

    def _go_back(self, now_ms: int) -> bool:
        """Withdraw the jump since a time that the server now tells again, if there is one."""
        server = self._server
        for former in reversed(self._open):
            rests_on, alone, offset_ms, low_ms, high_ms, left_ms = former[1:]
            if alone and not self._alone:
                continue  # it was one word then, and is one word now
            off_ms = _SERVER_OFF_MS + (now_ms - left_ms) // CRYSTAL_MS_A_STEP
            if low_ms - off_ms <= server.offset_ms <= high_ms + off_ms:
                self._go_to(rests_on, offset_ms, low_ms, high_ms, left_ms, now_ms)
                self._let_drift(now_ms)
                self._narrow(server, _SERVER_OFF_MS, now_ms)
                self._alone, self._beside = alone, False
                if rests_on == _GNSS:
                    self._confirm()
                return True
        return False

    def _hear_server_apart(self, is_gnss: bool, now_ms: int) -> None:
        """Neither the estimate nor a satellite says what the server says."""
        if is_gnss:  # nor what the estimate says: three that contradict each other
            self._move(_SERVER, now_ms)
            self._alone = True
        elif self._server.span_ms >= _DAY_MS:
            self._move(_SERVER, now_ms)
            self._alone = False
        else:
            self._beside = True

    def _may_begin_server(self, now_ms: int) -> bool:
        """Whether the server alone sets a clock: not before what it and the satellites dated."""
        if self._rests_on != _NOTHING or not self._kept_is_sure:
            return True
        time_s = (now_ms + self._server.offset_ms + _AGREE_MS) // 1000
        return time_s >= self._newest_s or self._server.span_ms >= _DAY_MS

    def _may_begin_gnss(self, now_ms: int) -> bool:
        """Whether the satellites alone set a clock: near what was dated before, if anything was."""
        newest_s = max(self._newest_s, self._issue_s)
        after_s = (now_ms + self._gnss.offset_ms + _AGREE_MS) // 1000 - newest_s
        return not newest_s or 0 <= after_s <= _AFTER_NEWEST_S

    def _may_replace_server(self, now_ms: int) -> bool:
        """Whether a day of satellites outweighs what a server said that is silent since."""
        return (
            self._rests_on == _SERVER
            and self._gnss.span_ms >= _DAY_MS
            and now_ms - self._server.last_ms >= _DAY_MS
        )

    def _fits(self, run: ClockSource, off_ms: int) -> bool:
        return (
            self._rests_on != _NOTHING
            and self._low_ms - off_ms <= run.offset_ms <= self._high_ms + off_ms
        )

    def _let_drift(self, now_ms: int) -> None:
        drift_ms = (now_ms - self._bounds_ms) // CRYSTAL_MS_A_STEP
        self._bounds_ms += drift_ms * CRYSTAL_MS_A_STEP
        self._low_ms -= drift_ms
        self._high_ms += drift_ms

    def _narrow(self, run: ClockSource, off_ms: int, now_ms: int) -> None:
        """Keep of the estimate what this source allows too."""
        self._low_ms = max(self._low_ms, run.offset_ms - off_ms)
        self._high_ms = min(self._high_ms, run.offset_ms + off_ms)
        offset_ms = run.offset_ms
        if run is self._gnss:
            self.source, self._gnss_used_ms = CLOCK_GNSS, run.last_ms
        elif self.source == CLOCK_GNSS and now_ms - self._gnss_used_ms < _PREFERRED_MS:
            offset_ms = self._offset_ms
        else:
            self.source = CLOCK_SERVER
        if run is self._server:
            self._fitting_stretch = self._stretch
        self._offset_ms = min(max(offset_ms, self._low_ms), self._high_ms)

    def _confirm(self) -> None:
        """Two sources say the same: it is believed, and nothing stands beside it."""
        self._rests_on = _BOTH
        self._alone = self._beside = self._gnss_refused = False
        self.closed_s = 0

    def _move(self, rests_on: int, now_ms: int) -> None:
        """Take what these sources say, whatever was told before."""
        run, off_ms = self._server, _SERVER_OFF_MS
        if rests_on != _SERVER:
            run, off_ms = self._gnss, _GNSS_OFF_MS
        offset_ms = run.offset_ms
        self._go_to(rests_on, offset_ms, offset_ms - off_ms, offset_ms + off_ms, now_ms, now_ms)
        self.source = CLOCK_SERVER
        self._narrow(run, off_ms, now_ms)
        if rests_on == _BOTH:
            self._narrow(self._server, _SERVER_OFF_MS, now_ms)
        self._beside = False

    def _go_to(
        self, rests_on: int, offset_ms: int, low_ms: int, high_ms: int, bounds_ms: int, now_ms: int
    ) -> None:
        """Go to another estimate; from farther than an agreement it is a new time."""
        was_on, was_ms = self._rests_on, self._offset_ms
        if was_on == _NOTHING or abs(offset_ms - was_ms) > _AGREE_MS:
            if was_on != _NOTHING:
                self._leave(offset_ms < was_ms, rests_on == _GNSS, now_ms)
            goes_on = was_on == _NOTHING and rests_on == _SERVER and self._stretch
            if not goes_on or self._stretch != self._kept_stretch:
                self.number += 1
            self._moved_ms = now_ms
            self._latest_ms = 0
        self._rests_on, self._offset_ms = rests_on, offset_ms
        self._low_ms, self._high_ms, self._bounds_ms = low_ms, high_ms, bounds_ms
        self._gnss_refused = self._server_refused = False

    def _leave(self, goes_back: bool, on_gnss_alone: bool, now_ms: int) -> None:
        """Remember the time that is left: it may have been right."""
        if not on_gnss_alone:
            self.closed_s = 0
        elif goes_back:
            self.closed_s = max(self.closed_s, self.time_s(now_ms))
        self._issue_s = 0  # dated by what is no longer believed
        bounds = (self._offset_ms, self._low_ms, self._high_ms, self._bounds_ms)
        self._open.append((self.number, self._rests_on, self._alone) + bounds)
        if len(self._open) > _MOST_OPEN:
            self._open.pop(0)

    def _refuse_gnss(self) -> list:
        if self._gnss_refused:
            return []
        self._gnss_refused = True
        return [self._refusal(CLOCK_GNSS, self._gnss)]

    def _refusal(self, source: int, run: ClockSource) -> ClockRefused:
        return ClockRefused(source, seconds_of(run.offset_ms - self._offset_ms))

    def _tell(self, withdrawn: bool, now_ms: int) -> list:
        """The records of what has changed; times are mended once two sources say by how much."""
        bodies = []
        off_s = self.uncertainty_ms(now_ms) // 1000
        told = (self.number, self.doubtful, size_of(off_s))
        if told != self._told and self._rests_on != _NOTHING:
            self._told = told
            bodies.append(ClockState(self.number, self.source, int(self.doubtful), off_s))
        if self._open and (withdrawn or self._rests_on == _BOTH):
            for former in self._open:
                off_ms = self._offset_ms - former[3]
                if abs(off_ms) > _AGREE_MS:
                    bodies.append(ClockMended(former[0], seconds_of(off_ms)))
            self._open = []
        return bodies
