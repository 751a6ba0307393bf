"""A GNSS receiver on its serial line: says the sentences of a log, or those of a moving car.

Never invents: outside a log it is silent, and before its first fix it says void sentences.
"""

from collections.abc import Callable
from pathlib import Path

from simulator.nmea import Log, read_log, sentences
from simulator.timeline import US, Timeline, Timer
from simulator.uart import SerialLine

_FIRST_FIX_S = 5.0  # after power came; a receiver that kept its almanac
_HOT_FIX_S = 1.5  # after a sleep or a tunnel, with everything kept
# u-blox's UBX-RXM-PMREQ with its wake-up by the receive line (M8 and M10 interface descriptions).
_SLEEP_REQUEST = bytes.fromhex("b56202411000")
_SLEEP_REQUEST_BYTES = 6 + 16 + 2

Motion = Callable[[], tuple[tuple[float, float], float]]  # -> (latitude, longitude), speed in km/h


class GnssReceiver:
    """The receiver.

    Attributes:
        sentences_said: how many lines went out since it was made.
        asleep: whether it was asked to sleep and has heard nothing since.
    """

    def __init__(self, timeline: Timeline, line: SerialLine) -> None:
        self.sentences_said = 0
        self._timeline = timeline
        self._line = line
        self._heard = True
        self._sees_sky = True
        self._fix_us = 0
        self._next: Timer | None = None
        self._asked = b""
        self._slept_through: Motion | None = None  # what to follow again after a sleep
        self.asleep = False
        line.on_data = self._on_data

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

    def sky(self, seen: bool) -> None:
        """Lose the satellites (a tunnel, a roof, a cut antenna) or see them again."""
        if seen and not self._sees_sky:
            hot_us = self._timeline.now_us + round(_HOT_FIX_S * US)
            self._fix_us = max(self._fix_us, hot_us)
        self._sees_sky = seen

    def off(self) -> None:
        """Be unheard. A log that plays goes on meanwhile, as the sky does."""
        self._heard = False

    def on(self) -> None:
        """Be heard again, after a new start."""
        self._heard = True
        self._sees_sky = True
        self.restart()

    def restart(self) -> None:
        """Have lost power for a moment: the first fix takes its time again."""
        self.asleep = False
        if self._slept_through is not None:
            self._next_epoch(self._slept_through)
        self._fix_us = self._timeline.now_us + round(_FIRST_FIX_S * US)

    def silence(self) -> None:
        """Say nothing more, until `play` or `follow`."""
        self._slept_through = None
        if self._next is not None:
            self._next.cancel()

    def _on_data(self, data: bytes) -> None:
        """Take the host's bytes: a request to sleep, or anything that ends a sleep."""
        if self.asleep:
            self.asleep = False
            self._fix_us = self._timeline.now_us + round(_HOT_FIX_S * US)
            if self._slept_through is not None:
                self._next_epoch(self._slept_through)
            return
        self._asked = (self._asked + data)[-_SLEEP_REQUEST_BYTES:]
        if (
            self._asked.startswith(_SLEEP_REQUEST)
            and _ubx_sums(self._asked[2:-2]) == (self._asked[-2:])
        ):
            self.asleep = True
            self._asked = b""

    def _play_from(self, log: Log, number: int, start_us: int) -> None:
        self._say(log.bursts[number][1])
        if number + 1 < len(log.bursts):
            when_us = start_us + round(log.bursts[number + 1][0] * US)
            self._next = self._timeline.call_at(
                when_us, lambda: self._play_from(log, number + 1, start_us)
            )

    def _next_epoch(self, motion: Motion) -> None:
        when_us = (self._timeline.now_us // US + 1) * US
        self._slept_through = None
        self._next = self._timeline.call_at(when_us, lambda: self._epoch(motion))

    def _epoch(self, motion: Motion) -> None:
        if self.asleep:
            self._slept_through = motion
            return
        position, speed_kmh = motion()
        has_fix = self._sees_sky and self._timeline.now_us >= self._fix_us
        self._say(sentences(self._timeline.now_us / US, position if has_fix else None, speed_kmh))
        self._next_epoch(motion)

    def _say(self, burst: bytes) -> None:
        if self._heard and not self.asleep:
            self.sentences_said += burst.count(b"\n")
            self._line.send(burst)


def _ubx_sums(data: bytes) -> bytes:
    """Return the two check bytes of a UBX message (8-bit Fletcher)."""
    first = second = 0
    for byte in data:
        first = first + byte & 0xFF
        second = second + first & 0xFF
    return bytes((first, second))
