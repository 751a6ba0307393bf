"""A GNSS receiver on its serial line: says the sentences of a log, or those of a moving car.

Never invents: outside a log it is silent, and before its first fix it says void sentences.
"""

from collections.abc import Callable
from pathlib import Path

from simulator.nmea import Log, read_log, sentences
from simulator.timeline import US, Timeline, Timer
from simulator.uart import SerialLine

_FIRST_FIX_S = 5.0  # after power came; a receiver that kept its almanac

Motion = Callable[[], tuple[tuple[float, float], float]]  # -> (latitude, longitude), speed in km/h


class GnssReceiver:
    """The receiver.

    Attributes:
        sentences_said: how many lines went out since it was made.
    """

    def __init__(self, timeline: Timeline, line: SerialLine) -> None:
        self.sentences_said = 0
        self._timeline = timeline
        self._line = line
        self._heard = True
        self._fix_us = 0
        self._next: Timer | None = None

    def play(self, path: Path) -> float:
        """Play a log from a file, as `play_log` does; InputError when it is none."""
        return self.play_log(read_log(path))

    def play_log(self, log: Log) -> float:
        """Say the log's first burst now and the others in their own time; return its seconds.

        What the receiver did before ends; after the last burst it is silent.
        """
        self.silence()
        self._play_from(log, 0, self._timeline.now_us)
        return log.duration_s

    def follow(self, motion: Motion) -> None:
        """Say where `motion` is, once a second, from the next whole second on."""
        self.silence()
        self.restart()
        self._next_epoch(motion)

    def off(self) -> None:
        """Be unheard. A log that plays goes on meanwhile, as the sky does."""
        self._heard = False

    def on(self) -> None:
        """Be heard again, after a new start."""
        self._heard = True
        self.restart()

    def restart(self) -> None:
        """Have lost power for a moment: the first fix takes its time again."""
        self._fix_us = self._timeline.now_us + round(_FIRST_FIX_S * US)

    def silence(self) -> None:
        """Say nothing more, until `play` or `follow`."""
        if self._next is not None:
            self._next.cancel()

    def _play_from(self, log: Log, number: int, start_us: int) -> None:
        self._say(log.bursts[number][1])
        if number + 1 < len(log.bursts):
            when_us = start_us + round(log.bursts[number + 1][0] * US)
            self._next = self._timeline.call_at(
                when_us, lambda: self._play_from(log, number + 1, start_us)
            )

    def _next_epoch(self, motion: Motion) -> None:
        when_us = (self._timeline.now_us // US + 1) * US
        self._next = self._timeline.call_at(when_us, lambda: self._epoch(motion))

    def _epoch(self, motion: Motion) -> None:
        position, speed_kmh = motion()
        has_fix = self._timeline.now_us >= self._fix_us
        self._say(sentences(self._timeline.now_us / US, position if has_fix else None, speed_kmh))
        self._next_epoch(motion)

    def _say(self, burst: bytes) -> None:
        if self._heard:
            self.sentences_said += burst.count(b"\n")
            self._line.send(burst)
