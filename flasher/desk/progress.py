"""How far a writing is, and how long it will still take. Knows neither board nor terminal."""

from collections.abc import Callable

from flasher.words import Words

_STEPS = 20


class Progress:
    """Says so a line at a time, at each twentieth.

    Args:
        total: of what is counted.
        clock_s: seconds, of any beginning.
        say: shows a line.
    """

    def __init__(
        self, total: int, clock_s: Callable[[], float], say: Callable[[str], None]
    ) -> None:
        self._total = total
        self._clock_s = clock_s
        self._say = say
        self._began_s = clock_s()
        self._shown = 0

    def at(self, done: int) -> None:
        """So much is done."""
        share = min(1.0, done / self._total)
        if int(share * _STEPS) > self._shown:
            self._shown = int(share * _STEPS)
            spent_s = self._clock_s() - self._began_s
            left_s = f"{spent_s / share - spent_s:.0f}"
            self._say(Words.PROGRESS.said(share=f"{share:4.0%}", left_s=left_s))
