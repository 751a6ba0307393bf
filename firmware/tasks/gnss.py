"""The receiver's loop: bytes to fixes, fixes to the car. A silent receiver only waits here."""

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from firmware.logic.road.nmea import NmeaReader
    from firmware.tasks.parts import Receiver, Uptime
    from firmware.tasks.vehicle import Vehicle


class GnssTask:
    """Joins a receiver to an NmeaReader."""

    def __init__(
        self, *, receiver: "Receiver", nmea: "NmeaReader", uptime: "Uptime", vehicle: "Vehicle"
    ):
        """Take the parts."""
        self._receiver = receiver
        self._nmea = nmea
        self._uptime = uptime
        self._vehicle = vehicle

    async def run(self) -> None:
        """Read for ever."""
        while True:
            data = await self._receiver.read()
            for fix in self._nmea.feed(data):
                self._vehicle.fix(fix, self._uptime.now_ms())
