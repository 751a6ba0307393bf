"""What a receiver says at one instant: NMEA 0183 sentences of what it knows. Pure.

RMC and GGA, or all that a u-blox says by default (M8 and M10 interface descriptions).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pynmea2

_KNOT_KMH = 1.852
_SATELLITES_A_SENTENCE = 4
# Talker of GSV -> (system id of GSA, the numbers that its satellites have in NMEA 4.10).
_CONSTELLATIONS = {
    "GP": (1, (2, 5, 12, 13, 15, 25, 29)),
    "GL": (2, (67, 68, 77, 78)),
    "GA": (3, (3, 8, 15, 30)),
    "GB": (4, (11, 14, 28)),
}
TALKERS = ("GN", *_CONSTELLATIONS)
GOOD_CN0_DBHZ = 38
# Mode of RMC, VTG, GLL (NMEA 0183 since 2.3) -> quality of GGA: autonomous, estimated, typed in by
# hand, made up by a simulator, not valid.
_QUALITIES = {"A": "1", "E": "6", "M": "7", "S": "8", "N": "0"}


@dataclass(frozen=True, slots=True)
class Solution:
    """What a receiver knows: `position` None: void; `unix_s` None: not even the time.

    `mode` is one of A, E, M, S, N, said of a position; the state beside it is "valid" all the same.
    """

    unix_s: float | None
    position: tuple[float, float] | None = None
    speed_kmh: float = 0.0
    hdop: float = 0.95
    cn0_dbhz: int = GOOD_CN0_DBHZ
    mode: str = "A"


def sentences(solution: Solution, talker: str = "GN", full: bool = False) -> bytes:
    """Return one epoch.

    Args:
        solution: what the receiver knows.
        talker: GN for several constellations together, or one of them alone.
        full: also VTG, GSA, GSV and GLL.
    """
    said = [_rmc(solution, talker), _gga(solution, talker)]
    if full:
        systems = _CONSTELLATIONS if talker == "GN" else {talker: _CONSTELLATIONS[talker]}
        said.insert(1, _vtg(solution, talker))
        said += [_gsa(solution, talker, *system) for system in systems.values()]
        for name, (_, numbers) in systems.items():
            said += _gsv(solution, name, numbers)
        said.append(_gll(solution, talker))
    return b"".join(f"{sentence}\r\n".encode() for sentence in said)


def text(words: str, talker: str = "GN") -> bytes:
    """Return a notice, as a u-blox says it of its antenna."""
    return f"{pynmea2.TXT(talker, 'TXT', ('01', '01', '02', words))}\r\n".encode()


def _clock(solution: Solution) -> tuple[str, str]:
    """Return hhmmss.ss and ddmmyy."""
    if solution.unix_s is None:
        return "", ""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=round(solution.unix_s, 2))
    return f"{moment:%H%M%S}.{moment.microsecond // 10_000:02}", f"{moment:%d%m%y}"


def _place(solution: Solution) -> tuple[str, ...]:
    if solution.position is None:
        return "", "", "", ""
    latitude, longitude = solution.position
    return *_degrees(latitude, "NS", 2), *_degrees(longitude, "EW", 3)


def _degrees(value: float, letters: str, width: int) -> tuple[str, str]:
    """Return degrees and minutes as NMEA writes them, and the hemisphere's letter."""
    minutes_e5 = round(abs(value) * 60 * 100_000)
    degrees, rest_e5 = divmod(minutes_e5, 60 * 100_000)
    return f"{degrees:0{width}}{rest_e5 / 100_000:08.5f}", letters[0 if value >= 0 else 1]


def _rmc(solution: Solution, talker: str) -> pynmea2.RMC:
    clock, day = _clock(solution)
    has_fix = solution.position is not None
    speed = f"{solution.speed_kmh / _KNOT_KMH:.3f}" if has_fix else ""
    state, mode = ("A", solution.mode) if has_fix else ("V", "N")
    fields = (clock, state, *_place(solution), speed, "", day, "", "", mode)
    return pynmea2.RMC(talker, "RMC", fields)


def _vtg(solution: Solution, talker: str) -> pynmea2.VTG:
    knots = kmh = ""
    if solution.position is not None:
        knots, kmh = f"{solution.speed_kmh / _KNOT_KMH:.3f}", f"{solution.speed_kmh:.3f}"
    mode = solution.mode if solution.position is not None else "N"
    return pynmea2.VTG(talker, "VTG", ("", "T", "", "M", knots, "N", kmh, "K", mode))


def _gga(solution: Solution, talker: str) -> pynmea2.GGA:
    clock, _ = _clock(solution)
    if solution.position is None:
        fields = (clock, *[""] * 4, "0", "00", "99.99", *[""] * 6)
    else:
        quality, hdop = _QUALITIES[solution.mode], f"{solution.hdop:.2f}"
        fields = (clock, *_place(solution), quality, "09", hdop, "52.0", "M", "48.0", "M", "", "")
    return pynmea2.GGA(talker, "GGA", fields)


def _gsa(solution: Solution, talker: str, system: int, numbers: tuple[int, ...]) -> pynmea2.GSA:
    used = [f"{n:02}" for n in numbers] if solution.position is not None else []
    dilution = f"{solution.hdop:.2f}" if used else "99.99"
    fields = ("A", "3" if used else "1", *used, *[""] * (12 - len(used)), *[dilution] * 3)
    return pynmea2.GSA(talker, "GSA", (*fields, str(system)))


def _gsv(solution: Solution, talker: str, numbers: tuple[int, ...]) -> list[pynmea2.GSV]:
    pieces = [
        numbers[i : i + _SATELLITES_A_SENTENCE]
        for i in range(0, len(numbers), _SATELLITES_A_SENTENCE)
    ]
    said = []
    for order, piece in enumerate(pieces, start=1):
        fields = [str(len(pieces)), str(order), f"{len(numbers):02}"]
        for number in piece:
            elevation, azimuth = 10 + number * 7 % 75, number * 47 % 360
            fields += [f"{number:02}", f"{elevation:02}", f"{azimuth:03}", f"{solution.cn0_dbhz}"]
        said.append(pynmea2.GSV(talker, "GSV", (*fields, "1")))
    return said


def _gll(solution: Solution, talker: str) -> pynmea2.GLL:
    clock, _ = _clock(solution)
    state, mode = ("A", solution.mode) if solution.position is not None else ("V", "N")
    return pynmea2.GLL(talker, "GLL", (*_place(solution), clock, state, mode))
