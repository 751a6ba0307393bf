"""NMEA 0183 bytes to fixes, in integers only: the box has 32-bit floats. Knows no clock.

Only RMC is read: it alone holds position, speed, time and date. Whatever is not a whole, valid RMC
sentence adds nothing but a count.
"""

from collections import namedtuple

from firmware.logic.const import const

Fix = namedtuple("Fix", ("time_s", "millisecond", "lat_e7", "lon_e7", "speed_mm_s"))
"""Unix seconds UTC and a millisecond; 1e-7 degrees; mm/s. The position (both or neither) and the
speed are None when the receiver left them empty; a fix always has a time."""

# The standard allows 82 bytes; receivers with seven decimals of a minute send a few more.
_LONGEST_LINE_BYTES = const(120)

# Modes (field 12 from NMEA 0183 2.3 on) that are no fix, whatever the state beside them says: not
# valid, a simulator's, typed in by hand. Estimated (E) is a fix: u-blox says it of dead reckoning,
# and calls it valid while within its limits.
_NO_FIX = (b"N", b"S", b"M")

_ROLLOVER_S = const(1024 * 7 * 86400)
# Before it knows the leap seconds, a receiver may be up to this early right at the floor.
_LEAP_TOLERANCE_S = const(20)

# Satellite time began in 1980: a receiver that says 98 has rolled over.
_FIRST_YEAR = const(80)

_DAYS_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


class NmeaReader:
    """Assembles lines from a byte stream and reads them.

    Attributes to read: `fixes`, `void` (the receiver has no fix) and `bad` (overlong, cut or
    garbled sentences), each a count.
    """

    def __init__(self, time_floor_s: int):
        """Move every date before `time_floor_s` forward by whole week rollovers."""
        self._time_floor_s = time_floor_s
        self._line = bytearray()
        self._inside = False
        self.fixes = 0
        self.void = 0
        self.bad = 0

    def feed(self, data: bytes) -> list[Fix]:
        """Take any slice of the stream; return the fixes it completes."""
        fixes = []
        for byte in data:
            if byte == 0x24:  # "$" starts a sentence, also in the middle of a cut one
                if self._inside:
                    self.bad += 1
                self._inside = True
                self._line = bytearray()
            elif self._inside:
                if byte == 0x0D or byte == 0x0A:
                    self._inside = False
                    fix = self._read(bytes(self._line))
                    if fix is not None:
                        fixes.append(fix)
                elif len(self._line) < _LONGEST_LINE_BYTES:
                    self._line.append(byte)
                else:
                    self._inside = False
                    self.bad += 1
        return fixes

    def _read(self, line: bytes) -> Fix | None:
        body = checked(line)
        if body is None:
            self.bad += 1
            return None
        fields = body.split(b",")
        if fields[0][-3:] != b"RMC":  # the first letters are the talker: GP, GN, GA, GL, GB ...
            return None
        if b"V" in fields[2:3] or (len(fields) > 12 and fields[12] in _NO_FIX):
            self.void += 1
            return None
        try:
            fix = _parse_rmc(fields, self._time_floor_s)
        except (ValueError, IndexError):
            self.bad += 1
            return None
        if fix.lat_e7 == 0 and fix.lon_e7 == 0:  # from a receiver that has found nothing yet
            self.void += 1
            return None
        self.fixes += 1
        return fix


def checked(line: bytes) -> bytes | None:
    """What stands before the `*`; None when the checksum is absent or wrong."""
    star = len(line) - 3
    if star < 6 or line[star] != 0x2A:
        return None
    checksum = 0
    for byte in line[:star]:
        checksum ^= byte
    try:
        return line[:star] if int(line[star + 1 :], 16) == checksum else None
    except ValueError:
        return None


def _parse_rmc(fields: list[bytes], time_floor_s: int) -> Fix:
    if fields[2] != b"A":
        raise ValueError
    time_s, millisecond = _parse_time(fields[1], fields[9], time_floor_s)
    lat_e7 = _parse_angle(fields[3], fields[4], b"NS", 90)
    lon_e7 = _parse_angle(fields[5], fields[6], b"EW", 180)
    if lat_e7 is None or lon_e7 is None:
        lat_e7 = lon_e7 = None
    speed_mm_s = None
    if fields[7]:
        knots, scale = _decimal(fields[7])
        speed_mm_s = (knots * 1_852_000 + 1800 * scale) // (3600 * scale)
    return Fix(time_s, millisecond, lat_e7, lon_e7, speed_mm_s)


def _decimal(text: bytes) -> tuple[int, int]:
    """Read "12.345" as (12345, 1000): digits only, no sign, no exponent."""
    whole, _, fraction = text.partition(b".")
    digits = whole + fraction
    if not digits.isdigit() or len(digits) > 18:
        raise ValueError
    return int(digits), 10 ** len(fraction)


def _parse_time(clock: bytes, date: bytes, time_floor_s: int) -> tuple[int, int]:
    """Read hhmmss[.sss] and ddmmyy as Unix seconds and milliseconds."""
    if len(date) != 6 or not date.isdigit():
        raise ValueError
    day, month, year = int(date[:2]), int(date[2:4]), int(date[4:])
    year += 1900 if year >= _FIRST_YEAR else 2000
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError
    clock, _, fraction = clock.partition(b".")
    if len(clock) != 6 or not clock.isdigit() or not (fraction or b"0").isdigit():
        raise ValueError
    hour, minute, second = int(clock[:2]), int(clock[2:4]), int(clock[4:])
    if hour > 23 or minute > 59 or second > 60:  # 60: a leap second
        raise ValueError
    leap_days = (year - 1969) // 4 + (1 if year % 4 == 0 and month > 2 else 0)
    days = (year - 1970) * 365 + leap_days + _DAYS_BEFORE_MONTH[month - 1] + day - 1
    time_s = ((days * 24 + hour) * 60 + minute) * 60 + second
    while time_s < time_floor_s - _LEAP_TOLERANCE_S:
        time_s += _ROLLOVER_S
    return time_s, int((fraction + b"000")[:3])


def _parse_angle(text: bytes, side: bytes, sides: bytes, most_degrees: int) -> int | None:
    """Read "4115.52048" and its side as 1e-7 degrees; None when the receiver left it empty."""
    if not text:
        return None
    value, scale = _decimal(text)
    degrees, minutes = divmod(value, 100 * scale)
    if len(side) != 1 or side not in sides or minutes >= 60 * scale:
        raise ValueError
    angle_e7 = degrees * 10_000_000 + (minutes * 10_000_000 + 30 * scale) // (60 * scale)
    if angle_e7 > most_degrees * 10_000_000:
        raise ValueError
    return -angle_e7 if side == sides[1:] else angle_e7
