"""A GNSS receiver on its serial line: says the sentences of a log, or those of a moving car.

Never invents: outside a log it is silent, and before its first fix it says void sentences.
"""

import math
import random
from collections.abc import Callable
from pathlib import Path

from simulator.devices.gnss_sentences import GOOD_CN0_DBHZ, Solution, sentences, text
from simulator.engine.timeline import US, Timeline, Timer
from simulator.engine.uart import SerialLine
from simulator.road.nmea import Log, read_log

# To the first fix, under open sky: from nothing; with almanac and time, as after a short loss of
# power; with everything kept, as after a sleep or a tunnel (figures of a u-blox M8, or worse).
START_S = {"cold": 28.0, "warm": 5.0, "hot": 1.5}
RATES_HZ = (1, 2, 4, 5, 10)
# u-blox's UBX-RXM-PMREQ with its wake-up by the receive line (M8 and M10 interface descriptions).
_SLEEP_REQUEST = bytes.fromhex("b56202411000")
_SLEEP_REQUEST_BYTES = 6 + 16 + 2
_ANTENNA_TOLD_S = 1.0  # an estimate: from its start to the first word about its antenna
_WEEKS_1024_S = 1024 * 7 * 86_400
_LEAP_SECONDS = 18
_JAMMED_CN0_DBHZ = 12
# u-blox M8 data sheet: 2.5 m (half of all fixes), 0.05 m/s; beside walls more, and now and then a
# second of some 1 m/s.
_WANDER_M_S, _WANDER_BACK, _METRES_A_DEGREE = 0.4, 0.99, 111_195
_SPEED_KMH, _LONE_EVERY, _LONE_KMH = 0.25, 1 / 90, (2.0, 5.0)
_WILD_DEGREES, _WILD_KMH, _WILD_HDOP = 0.005, 20.0, 8.0

FAULTS = {
    "antenna_open": "the antenna's wire is cut: a notice, and no fix",
    "antenna_short": "the antenna's wire is shorted: a notice, and no fix",
    "jammed": "another sender is louder than the satellites: no fix",
    "wild": "reflections or a spoofer: positions and speeds far off",
    "drifting": "a standing fix wanders by metres, with a lone second of motion now and then",
    "rolled_over": "a date 1024 weeks back",
    "tomorrow": "a date one day late, with a sound fix",
    "no_leap_seconds": "its almanac lacks the leap seconds: 18 s fast",
    "null_island": "a sound fix, at latitude and longitude 0",
    "not_valid": "a place far off, called valid, of mode N: not valid",
    "simulating": "a place far off, called valid, of mode S: its own simulator's",
    "typed_in": "a place far off, called valid, of mode M: typed in by hand",
    "estimating": "its fixes are estimated from its last motion: mode E",
    "noisy": "lines arrive damaged, cut and joined",
    "silent": "it says nothing at all",
}
_ANTENNA = {"antenna_open": "OPEN", "antenna_short": "SHORT"}
_NO_FIX = (*_ANTENNA, "jammed")
_MODES = {"not_valid": "N", "simulating": "S", "typed_in": "M", "estimating": "E"}
_FAR_OFF_DEGREES = 0.5

Motion = Callable[[], tuple[tuple[float, float], float]]  # -> (latitude, longitude), speed in km/h


class GnssReceiver:
    """The receiver.

    Attributes:
        sentences_said: how many lines went out since it was made.
        asleep: whether it was asked to sleep and has heard nothing since.

    Args:
        line: the serial line to the box, or to another host.
        rate_hz: one of RATES_HZ.
        talker: see gnss_sentences.py.
        full: says all that a u-blox says by default, not only RMC and GGA.
    """

    def __init__(
        self,
        timeline: Timeline,
        line: SerialLine,
        rate_hz: int = 1,
        talker: str = "GN",
        full: bool = False,
    ) -> None:
        self.sentences_said = 0
        self._timeline = timeline
        self._line = line
        self._period_us = US // rate_hz
        self._talker = talker
        self._full = full
        self._chance = random.Random(rate_hz)
        self._fault: str | None = None
        self._wandered_m: tuple[float, ...] = (0.0, 0.0)
        self._heard = True
        self._sees_sky = True
        self._fix_us = 0
        self._time_known_us = 0
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

    def follow(self, motion: Motion, start: str = "warm") -> None:
        """Say where `motion` is, at its rate, from the next whole period on."""
        self.silence()
        self.restart(start)
        self._next_epoch(motion)

    def sky(self, seen: bool) -> None:
        """Lose the satellites (a tunnel, a roof) or see them again."""
        if seen and not self._sees_sky:
            self._find_again("hot")
        self._sees_sky = seen

    def fault(self, name: str | None) -> None:
        """Have one of FAULTS from now on, or none."""
        if name is not None and name not in FAULTS:
            raise ValueError(f"a receiver has no fault {name!r}; it has {', '.join(FAULTS)}")
        before, self._fault = self._fault, name
        if before in _NO_FIX:
            self._find_again("hot")
        if name in _ANTENNA or before in _ANTENNA:
            self._tell_antenna()

    def _tell_antenna(self) -> None:
        self._say(text(f"ANTSTATUS={_ANTENNA.get(self._fault or '', 'OK')}"))

    def off(self) -> None:
        """Be unheard. A log that plays goes on meanwhile, as the sky does."""
        self._heard = False

    def on(self) -> None:
        """Be heard again, after a new start."""
        self._heard = True
        self._sees_sky = True
        self.restart()

    def restart(self, start: str = "warm") -> None:
        """Have lost power: the first fix takes its time again, by START_S.

        What is wrong with its antenna is told again then.
        """
        self.asleep = False
        if self._fault in _ANTENNA:
            self._timeline.call_later(_ANTENNA_TOLD_S, self._tell_antenna)
        if self._slept_through is not None:
            self._next_epoch(self._slept_through)
        self._fix_us = 0
        self._find_again(start)

    def silence(self) -> None:
        """Say nothing more, until `play` or `follow`."""
        self._slept_through = None
        if self._next is not None:
            self._next.cancel()

    def _find_again(self, start: str) -> None:
        now_us = self._timeline.now_us
        takes_us = round(START_S[start] * US)
        self._fix_us = max(self._fix_us, now_us + takes_us)
        # The first satellite that is heard tells the time, well before four tell the place.
        self._time_known_us = now_us + takes_us // 2 if start == "cold" else now_us

    def _on_data(self, data: bytes) -> None:
        """Take the host's bytes: a request to sleep, or anything that ends a sleep."""
        if self.asleep:
            self.asleep = False
            self._find_again("hot")
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
        when_us = (self._timeline.now_us // self._period_us + 1) * self._period_us
        self._slept_through = None
        self._next = self._timeline.call_at(when_us, lambda: self._epoch(motion))

    def _epoch(self, motion: Motion) -> None:
        if self.asleep:
            self._slept_through = motion
            return
        self._say(sentences(self._solution(*motion()), self._talker, self._full))
        self._next_epoch(motion)

    def _solution(self, position: tuple[float, float], speed_kmh: float) -> Solution:
        """Return what it knows now of where it truly is."""
        now_us, fault = self._timeline.now_us, self._fault
        unix_s = now_us / US
        if fault == "rolled_over":
            unix_s -= _WEEKS_1024_S
        elif fault == "tomorrow":
            unix_s += 86_400
        elif fault == "no_leap_seconds":
            unix_s += _LEAP_SECONDS
        if not self._sees_sky or fault in _NO_FIX or now_us < self._fix_us:
            cn0_dbhz = _JAMMED_CN0_DBHZ if fault == "jammed" else GOOD_CN0_DBHZ
            known = now_us >= self._time_known_us
            return Solution(unix_s if known else None, cn0_dbhz=cn0_dbhz)
        if fault == "wild":
            latitude, longitude = (
                angle + self._chance.uniform(-_WILD_DEGREES, _WILD_DEGREES) for angle in position
            )
            speed_kmh = abs(speed_kmh + self._chance.uniform(-_WILD_KMH, _WILD_KMH))
            return Solution(unix_s, (latitude, longitude), speed_kmh, _WILD_HDOP)
        if fault == "drifting":
            position, speed_kmh = self._drifting(position, speed_kmh)
        elif fault == "null_island":
            position = (0.0, 0.0)
        elif fault in ("not_valid", "simulating", "typed_in"):
            position = (position[0] + _FAR_OFF_DEGREES, position[1])
        return Solution(unix_s, position, speed_kmh, mode=_MODES.get(fault or "", "A"))

    def _drifting(
        self, position: tuple[float, float], speed_kmh: float
    ) -> tuple[tuple[float, float], float]:
        """Wander round the true place, and measure a speed as data sheets say one is measured."""
        chance = self._chance
        self._wandered_m = tuple(
            _WANDER_BACK * off_m + chance.gauss(0, _WANDER_M_S) for off_m in self._wandered_m
        )
        noise_kmh = math.hypot(chance.gauss(0, _SPEED_KMH), chance.gauss(0, _SPEED_KMH))
        if chance.random() < _LONE_EVERY:
            noise_kmh += chance.uniform(*_LONE_KMH)
        north_deg, east_deg = (off_m / _METRES_A_DEGREE for off_m in self._wandered_m)
        east_deg /= math.cos(math.radians(position[0]))
        speed_kmh = noise_kmh if speed_kmh == 0 else abs(speed_kmh + noise_kmh - _SPEED_KMH)
        return (position[0] + north_deg, position[1] + east_deg), speed_kmh

    def _say(self, burst: bytes) -> None:
        if self._heard and not self.asleep and self._fault != "silent":
            if self._fault == "noisy":
                burst = self._damaged(burst)
            self.sentences_said += burst.count(b"\n")
            self._line.send(burst)

    def _damaged(self, burst: bytes) -> bytes:
        """Flip a bit, lose some bytes, or leave it as it is."""
        at = self._chance.randrange(len(burst))
        match self._chance.randrange(3):
            case 0:
                return (
                    burst[:at]
                    + bytes([burst[at] ^ 1 << self._chance.randrange(8)])
                    + burst[at + 1 :]
                )
            case 1:
                return burst[:at] + burst[at + self._chance.randrange(1, 40) :]
        return burst


def _ubx_sums(data: bytes) -> bytes:
    """Return the two check bytes of a UBX message (8-bit Fletcher)."""
    first = second = 0
    for byte in data:
        first = first + byte & 0xFF
        second = second + first & 0xFF
    return bytes((first, second))
