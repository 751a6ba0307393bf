"""What a receiver says besides its fixes: how many satellites it uses, and of its antenna.

A u-blox tells its antenna's state when it starts and when that changes (TXT, ANTSTATUS).
"""

from firmware.logic.road.nmea import NmeaReader, checked

_STATE = b"ANTSTATUS="


class SkyReader(NmeaReader):
    """Attributes to read: `satellites`, of the last GGA; `antenna`, as told last, b"" if never.

    `heard`: whether any whole sentence came.
    """

    def __init__(self, time_floor_s: int):
        """Nothing was heard yet."""
        super().__init__(time_floor_s)
        self.satellites = 0
        self.antenna = b""
        self.heard = False

    def _read(self, line: bytes):
        body = checked(line)
        if body is not None:
            self.heard = True
            fields = body.split(b",")
            kind = fields[0][-3:]
            if kind == b"GGA" and fields[7:8] and fields[7].isdigit():
                self.satellites = int(fields[7])
            elif kind == b"TXT" and fields[-1].startswith(_STATE):
                self.antenna = fields[-1][len(_STATE) :]
        return super()._read(line)
