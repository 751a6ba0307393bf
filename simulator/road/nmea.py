"""Recorded NMEA 0183 logs: which sentences were said when.

Never judges whether a sentence is right: a log is played as it is.
"""

from datetime import UTC, datetime
from pathlib import Path

from simulator.errors import InputError

_DAY_S = 86_400.0
_TIME_SENTENCES = ("RMC", "GGA")  # both have the time of day as their first field


class Log:
    """A recorded log.

    Attributes:
        start_unix_s: when its first burst was said; None when no RMC sentence tells the date.
        bursts: (seconds since the first burst, the bytes said then), rising. Sentences of one
            epoch form one burst; a line without a time follows the line before it.
        duration_s: from the first burst to the last.
    """

    def __init__(self, start_unix_s: float | None, bursts: list[tuple[float, bytes]]) -> None:
        self.start_unix_s = start_unix_s
        self.bursts = bursts
        self.duration_s = bursts[-1][0]


def read_log(path: Path) -> Log:
    """Read a log from a file; InputError when it cannot be read or tells no time at all."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    bursts: list[tuple[float, bytes]] = []
    head = b""  # lines before the first one with a time
    first_s = last_s = day_s = 0.0
    start_unix_s = None
    for line in content.splitlines():
        said = line + b"\r\n"  # as a receiver ends it, whatever the file was saved with
        time_of_day_s = _time_of_day(line)
        if time_of_day_s is None:
            if bursts:
                bursts[-1] = (bursts[-1][0], bursts[-1][1] + said)
            else:
                head += said
            continue
        if not bursts:
            first_s = last_s = time_of_day_s
        if time_of_day_s + day_s < last_s - _DAY_S / 2:
            day_s += _DAY_S
        at_s = time_of_day_s + day_s
        if bursts and at_s <= last_s:
            bursts[-1] = (bursts[-1][0], bursts[-1][1] + said)
        else:
            bursts.append((at_s - first_s, head + said))
            head = b""
            last_s = at_s
        midnight = _midnight(line) if start_unix_s is None else None
        if midnight is not None:
            start_unix_s = midnight + time_of_day_s - (at_s - first_s)
    if not bursts:
        raise InputError(f"{path}: no RMC or GGA sentence with a time, so nothing to play")
    return Log(start_unix_s, bursts)


def _time_of_day(line: bytes) -> float | None:
    """Return the seconds of the day that an RMC or GGA line tells; None for any other line."""
    fields = line.split(b",", 2)
    if len(fields) < 3 or fields[0][-3:].decode("ascii", "replace") not in _TIME_SENTENCES:
        return None
    text = fields[1]
    try:
        return int(text[0:2]) * 3600 + int(text[2:4]) * 60 + float(text[4:])
    except ValueError:
        return None


def _midnight(line: bytes) -> float | None:
    """Return the Unix time of the midnight before an RMC line; None when it tells no date."""
    fields = line.split(b",")
    if fields[0][-3:] != b"RMC" or len(fields) < 10:
        return None
    try:
        day = datetime.strptime(fields[9].decode("ascii", "replace"), "%d%m%y")
    except ValueError:
        return None
    return day.replace(tzinfo=UTC).timestamp()
