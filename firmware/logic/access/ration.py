"""How many refusals a day are recorded: so many of each reason, then none until the day is over.

A card that is refused again and again wears no flash, and a stranger's cards hide no refusal of
another reason. What the box says to who holds the card is another matter. A day is one of uptime: a
box that does not know the time has days too.
"""

from firmware.logic.const import const

_DAY_MS = const(86_400_000)
# More than a manager reads, of one car; of all reasons together 9 kB of the journal's 8 MB.
_MOST_A_DAY = const(30)


class Ration:
    """Counts since the day began, by reason."""

    def __init__(self):
        """Begin with a day's ration, whenever it is first asked."""
        self._begun_ms = None
        self._taken = {}

    def take(self, reason: int, now_ms: int) -> bool:
        """Whether one more refusal for a reason of records.REFUSED_* is recorded."""
        if self._begun_ms is None or now_ms - self._begun_ms >= _DAY_MS:
            self._begun_ms = now_ms
            self._taken.clear()
        taken = self._taken.get(reason, 0)
        if taken >= _MOST_A_DAY:
            return False
        self._taken[reason] = taken + 1
        return True
