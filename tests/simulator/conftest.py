"""A box whose firmware is the probe: the bench on which the fakes are tried."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flasher.image import write_image
from simulator.engine.box import Box
from simulator.engine.pins import Pins
from simulator.engine.timeline import US, Timeline
from simulator.engine.uart import UartLine

PROBE = Path(__file__).parent / "probe"
PINS = {3, 4, 6, 42, 44}


class Bench:
    """The probe in a box; `ask` sends it a line and returns its answer."""

    def __init__(self, image: Path) -> None:
        self.timeline = Timeline(1_700_000_000 * US)
        self.pins = Pins(set(PINS))
        self.line = UartLine(self.timeline, 115200)
        self.heard = b""
        self.line.on_data = self._hear
        write_image(image, {"name": "probe"}, source=PROBE)
        self.box = Box(self.timeline, image, b"\x01" * 6, self.pins, {1: (11, 10, self.line)})

    def _hear(self, data: bytes) -> None:
        self.heard += data

    def run_for(self, duration_s: float) -> None:
        until_us = self.timeline.now_us + round(duration_s * US)
        while (due_us := self.timeline.next_us()) is not None and due_us <= until_us:
            self.timeline.step()
        self.timeline.now_us = until_us

    def ask(self, line: str, within_s: float = 1.0) -> str:
        self.heard = b""
        self.line.send(line.encode() + b"\n")
        until_us = self.timeline.now_us + round(within_s * US)
        while b"\n" not in self.heard:
            due_us = self.timeline.next_us()
            assert due_us is not None, "no answer, and nothing left to happen"
            assert due_us <= until_us, "no answer in time"
            self.timeline.step()
        return self.heard.decode().strip()


@pytest.fixture
def identity() -> dict[str, object]:
    """What `voiturier box add` writes, of a server that is not there."""
    return {
        "box_id": "0011223344556677",
        "key": "11" * 32,
        "generation": 1,
        "badge_key": "22" * 32,
        "epoch": 1,
        "server_host": "127.0.0.1",
        "server_port": 1,
        "apn": "simulated",
        "board": "host",
        "vehicle": "AB-123-CD",
    }


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[[], Bench]]:
    benches: list[Bench] = []

    def make() -> Bench:
        benches.append(Bench(tmp_path / "flash.img"))
        return benches[-1]

    yield make
    for bench in benches:
        bench.box.close()


@pytest.fixture
def bench(make_bench: Callable[[], Bench]) -> Bench:
    """The bench, powered on."""
    made = make_bench()
    made.box.power_on()
    return made
