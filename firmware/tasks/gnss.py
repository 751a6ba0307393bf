"""The receiver's loop: bytes to fixes, fixes to the car. A silent receiver only waits here."""


class GnssTask:
    """Joins a serial line to an NmeaReader."""

    def __init__(self, stream, nmea, uptime, vehicle):
        """Take the parts."""
        self._stream = stream
        self._nmea = nmea
        self._uptime = uptime
        self._vehicle = vehicle

    async def run(self) -> None:
        """Read for ever."""
        while True:
            data = await self._stream.read()
            for fix in self._nmea.feed(data):
                self._vehicle.fix(fix, self._uptime.now_ms())
