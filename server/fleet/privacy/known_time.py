"""The time that a purge goes by: as late as is sure, for what is erased does not come back.

The server's clock may be wrong, by days, in either direction. A time that a time service or a named
person vouches for is believed. From then on it is later by what the machine's monotonic clock says,
and a clock that shows more than that is not followed; one that shows less holds the purge back
until it is right again. So a clock set ahead erases nothing that is not due, and as the sure time
goes on nothing is kept for ever. What is not sure is how long the server was off: without a time
service a purge is late by that much until somebody vouches. Pure. Never here: where it is kept.
"""

from dataclasses import dataclass

SLACK_S = 300
"""So far a clock may drift or be corrected before a purge is called late because of it."""


@dataclass(frozen=True, slots=True)
class KnownTime:
    """At `at_s` it was surely not earlier than that.

    `word`: the number of the last operator's word that was heard, 0: of none.
    """

    at_s: int
    word: int = 0

    def after(
        self, elapsed_s: int, now_s: int, *, vouched: bool, word: int, said_at_s: int
    ) -> "KnownTime":
        """Return what is known now.

        Args:
            elapsed_s: how much later it is, by the machine's monotonic clock; 0 where nobody knows.
            now_s: what the server's clock shows.
            vouched: whether a time service says that this is right.
            word: the number of the last operator's word, and `said_at_s` the time it vouched for.
            said_at_s: see there.
        """
        if vouched:
            return KnownTime(now_s, max(word, self.word))
        if word > self.word:
            return KnownTime(said_at_s, word)
        return KnownTime(self.at_s + elapsed_s, self.word)

    def sure_s(self, now_s: int) -> int:
        """Return the time to go by while the clock shows `now_s`."""
        return min(self.at_s, now_s)

    def is_sure(self, now_s: int) -> bool:
        """Say whether the clock and what is known agree."""
        return abs(self.at_s - now_s) <= SLACK_S
