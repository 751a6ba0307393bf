"""How many refusals a day are recorded: so many of each reason, then none until the day is over.

A card that is refused again and again wears no flash, and a stranger's cards hide no refusal of
another reason. What the box says to who holds the card is another matter. A day is one of uptime: a
box that does not know the time has days too. After a reset the day goes on that the journal's
newest records tell of, so that whoever resets the box gets no ration anew; it is over after a day
of uptime, or as soon as the clock says so.
"""

from firmware.logic.const import const

_DAY_S = const(86_400)
_DAY_MS = const(86_400_000)
# More than a manager reads, of one car; of all reasons together 9 kB of the journal's 8 MB.
_MOST_A_DAY = const(30)


class Ration:
    """Counts since the day began, by reason."""

    def __init__(self):
        """Begin with a day's ration, whenever it is first asked."""
        self._begun_ms = None
        self._begun_s = 0  # of a day that began before the boot, 0: it did not, or nobody knows
        self._taken = {}

    def recall(self, reason: int, time_s: int) -> None:
        """Count a refusal that was recorded before the boot; in order, `time_s` 0 for unknown."""
        if time_s and self._is_over(time_s):
            self._taken.clear()
            self._begun_s = 0
        self._begun_s = self._begun_s or time_s
        self._taken[reason] = self._taken.get(reason, 0) + 1

    def take(self, reason: int, now_ms: int, time_s: int) -> bool:
        """Whether one more refusal for a reason of records.REFUSED_* is recorded."""
        if self._begun_ms is None:
            self._begun_ms = now_ms
        if now_ms - self._begun_ms >= _DAY_MS or self._is_over(time_s):
            self._begun_ms = now_ms
            self._begun_s = 0
            self._taken.clear()
        taken = self._taken.get(reason, 0)
        if taken >= _MOST_A_DAY:
            return False
        self._taken[reason] = taken + 1
        return True

    def _is_over(self, time_s: int) -> bool:
        return bool(self._begun_s) and time_s - self._begun_s >= _DAY_S
