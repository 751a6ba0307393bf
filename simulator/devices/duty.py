"""How long each part of a car's box spends in each of its states. Looks on; changes nothing.

Chip, lights and relay are told of every change. The other parts are looked at twice a second, so
that none of them has to know of it.
"""

from simulator.devices.car import Car
from simulator.engine.meter import Meter
from simulator.engine.timeline import US, Timeline

LOOK_S = 0.5
# A network releases the radio's connection when nothing has passed for its inactivity timer, 10 s
# with most: until then a modem is awake, whatever its host wants.
RADIO_TAIL_S = 10.0


class Duty:
    """Begins to count when it is made.

    Args:
        timeline: the world's clock.
        car: the car, whose box has power.
    """

    def __init__(self, timeline: Timeline, car: Car) -> None:
        self._timeline = timeline
        self._car = car
        self._begun_us = timeline.now_us
        self._bytes = self._bytes_at_begin = car.wire_bytes_up + car.wire_bytes_down
        self._heard_us = timeline.now_us - round(RADIO_TAIL_S * US)
        self._signals, self._moves = len(car.signals), len(car.relay_changes)
        car.box.meter.restart()
        self._modem = Meter(timeline, "off")
        self._receiver = Meter(timeline, "off")
        self._spent: tuple[float, ...] = getattr(car.reader, "duty", tuple)()
        self._look()

    def seconds(self) -> dict[str, dict[str, float]]:
        """Return part -> state -> seconds.

        The chip's states are those of simulator/engine/box.py. A reader that does not count its own
        never rests: "field".
        """
        return {
            "chip": self._car.box.meter.seconds(),
            "modem": self._modem.seconds(),
            "receiver": self._receiver.seconds(),
            "reader": self._reader_s(),
            "lights": {"lit": self._lit_s()},
        }

    @property
    def sleeps(self) -> int:
        """How often the chip went to sleep."""
        return self._car.box.meter.entered["light sleep"]

    @property
    def coil_pulses(self) -> int:
        """How often the start relay moved."""
        return len(self._car.relay_changes) - self._moves

    @property
    def wire_bytes(self) -> int:
        """Bytes over TCP in both directions, without any header."""
        return self._car.wire_bytes_up + self._car.wire_bytes_down - self._bytes_at_begin

    def _reader_s(self) -> dict[str, float]:
        """What its `duty()` (seconds with field, idle, in power-down) has grown by."""
        if not hasattr(self._car.reader, "duty"):
            return {"field": (self._timeline.now_us - self._begun_us) / US}
        grown = [now - then for now, then in zip(self._car.reader.duty(), self._spent, strict=True)]
        return dict(zip(("field", "idle", "power-down"), grown, strict=True))

    def _look(self) -> None:
        self._modem.enter(self._modem_state())
        self._receiver.enter("backup" if self._car.gnss.asleep else "on")
        self._timeline.call_later(LOOK_S, self._look)

    def _modem_state(self) -> str:
        """Return off, searching, connected, idle or asleep."""
        modem, passed = self._car.modem, self._car.wire_bytes_up + self._car.wire_bytes_down
        if passed != self._bytes:
            self._bytes, self._heard_us = passed, self._timeline.now_us
        if not modem.state.is_on:
            return "off"
        if self._timeline.now_us - self._heard_us < RADIO_TAIL_S * US:
            return "connected"
        if not modem.state.registered:
            return "searching"
        return "asleep" if modem.sleeps else "idle"

    def _lit_s(self) -> float:
        """Seconds of one light or sound being on, added up."""
        since_ms: dict[str, int] = {}
        lit_ms = 0
        for at_ms, name, level in self._car.signals[self._signals :]:
            if level:
                since_ms[name] = at_ms
            elif name in since_ms:
                lit_ms += at_ms - since_ms.pop(name)
        return lit_ms / 1000
