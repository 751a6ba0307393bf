"""What ignition line, crank, contact and motion say together: proof, contradiction, a car to start.

Keeps in flash the proof of the line, and for how long nobody has used the car; says what to record,
and moves nothing.
"""

from firmware.logic.signs.contradictions import Contradictions
from firmware.logic.signs.startable import Watch
from firmware.logic.signs.unused import Unused
from firmware.tasks.keep import keep

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.logic.signs.ignition_line import IgnitionLine, NoLine
    from firmware.tasks.parts import Store

IGNITION_LINE_FILE = "ignition_line"
UNUSED_FILE = "unused"


class Signs:
    """The signs of one car; Vehicle tells it what it sees at each look.

    Attribute to read: `cranked`, whether the starter was asked to turn since the look before.
    """

    def __init__(
        self,
        *,
        ignition_line: "IgnitionLine | NoLine",
        cranked: "Callable[[], bool]",
        state_store: "Store",
        now_ms: int,
    ):
        """Take the parts; `cranked`: whether the starter was asked to turn since the last call."""
        self.contradictions = Contradictions(now_ms)
        self._line = ignition_line
        self._cranked = cranked
        self._state_store = state_store
        self._watch = Watch()
        self.cranked = self._crank_untold = False
        self._unused = Unused(state_store.read_or_empty(UNUSED_FILE), now_ms)

    def prove(
        self, now_ms: int, ignition_seen: bool, speed_mm_s: "int | None", time_s: int
    ) -> bool:
        """Whether the ignition line is proven, after this look."""
        self.cranked = self._cranked()
        self._crank_untold = self._crank_untold or self.cranked
        if self._line.look(now_ms, ignition_seen, speed_mm_s, time_s):
            keep(self._state_store, IGNITION_LINE_FILE, self._line.to_bytes())
        return self._line.proven(time_s)

    def unused_ms(self, now_ms: int, trip_open: bool, ignition_on: bool, moves: bool) -> int:
        """For how long nobody has used a car whose trip is open, after this look."""
        self._keep_unused(self._unused.look(now_ms, trip_open, ignition_on, moves), now_ms)
        return self._unused.ms(now_ms)

    def used(self, now_ms: int) -> None:
        """A badge that may do something has come, or the starter was asked to turn."""
        self._keep_unused(self._unused.used(now_ms), now_ms)

    def _keep_unused(self, is_due: bool, now_ms: int) -> None:
        if is_due:
            keep(self._state_store, UNUSED_FILE, self._unused.to_bytes(now_ms))

    def begin_trip(self) -> None:
        """A badge has enabled the start: what is told of the car is told anew."""
        self.contradictions.begin_trip()
        self._watch.begin()

    def tell(
        self,
        now_ms: int,
        *,
        contact: int,
        ignition_on: bool,
        speed_mm_s: "int | None",
        startable: bool,
        hindrance: int,
    ) -> tuple:
        """What to record; `startable`: nobody has the car, and anybody could start it.

        `hindrance`, of records.STARTABLE_*, is what keeps it from being inhibited.
        """
        if self._crank_untold:
            self.used(now_ms)
        records = self.contradictions.look(
            now_ms,
            contact=contact,
            ignition_on=ignition_on,
            cranked=self._crank_untold,
            speed_mm_s=speed_mm_s,
            line_denied=self._line.denied,
        )
        self._crank_untold = False
        return records + self._watch.step(now_ms, startable, hindrance)
