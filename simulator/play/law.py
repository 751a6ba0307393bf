"""The first law, watched from outside: when the start relay may change to inhibited, and when not.

Looks at the car as it is at the instant at which the armature moves, and asks the box only whether
a trip is open. Never prevents anything.
"""

from simulator.devices.car import Car


class Watch:
    """Watches one car from now on. Attribute to read: `broken`, what was against the law."""

    def __init__(self, car: Car) -> None:
        self.broken: list[str] = []
        self._car = car
        car.wires.on_relay = self._look

    def _look(self, state: str) -> None:
        if state != "inhibited":
            return
        if self._car.wires.engine_running:
            self.broken.append("start inhibited while the engine ran")
        if self._car.speed_kmh > 0:
            self.broken.append("start inhibited while the car moved")
        # A relay moves by a pulse, which ends with the box: it is there to be asked.
        report = self._car.report()
        if report["trip_open"] and not report["trip_paused"]:
            self.broken.append("start inhibited while a trip was open and not paused")
