"""The world: its clock, its boxes, its server. The clock is virtual, or real at 1x.

In virtual time the world jumps to the next event when every box sleeps and the server has done
all that is due. Never starts a thread; every random choice comes from the seed.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from simulator.engine.box import Box
from simulator.engine.network import Network
from simulator.engine.server_process import ServerProcess
from simulator.engine.timeline import US, Timeline
from simulator.errors import WorldTimeout


class World:
    """A context manager; leaving it ends every process that it started.

    Args:
        start_unix_s: the virtual clock's first instant; real time begins now instead.
        realtime: 1x instead of virtual.
        seed: of the roads and everything else left to chance.
        heap: MicroPython's heap for every box, the budget by default; VOITURIER_HEAP wins.
        slice_ms: how long one slice of X25519 holds every box; all other computing takes no time.
    """

    def __init__(
        self,
        start_unix_s: float = 1_700_000_000,
        realtime: bool = False,
        seed: int = 1,
        heap: str | None = None,
        slice_ms: float = 0.0,
    ) -> None:
        start_us = time.time_ns() // 1000 if realtime else round(start_unix_s * US)
        self.timeline = Timeline(start_us)
        self.seed = seed
        self.boxes: list[Box] = []
        self.server: ServerProcess | None = None
        self.heap = os.environ.get("VOITURIER_HEAP", heap)
        self.slice_ms = slice_ms
        self._realtime = realtime
        self._real_start_us = time.monotonic_ns() // 1000 - start_us
        self._folder = tempfile.TemporaryDirectory(prefix="voiturier-world-")
        self.network = Network(self.timeline, realtime, Path(self._folder.name) / "clock")

    def __enter__(self) -> "World":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every box, the server and every connection."""
        for box in self.boxes:
            box.close()
        if self.server is not None:
            self.server.stop()
        self.network.close()
        self._folder.cleanup()

    # Who is in it

    def start_server(self, data_dir: Path, settings: Sequence[str] = ()) -> ServerProcess:
        """Start `voiturier serve` on this data directory, under the world's clock if virtual."""
        self.server = ServerProcess(self.network, data_dir, self._realtime, settings)
        self.settle()
        return self.server

    def join(self, box: Box) -> None:
        """Take note of a box that ends with the world."""
        self.boxes.append(box)

    # Its clock

    @property
    def now_s(self) -> float:
        """Unix seconds."""
        return self.timeline.now_us / US

    @property
    def now_ms(self) -> int:
        """Unix milliseconds."""
        return self.timeline.now_us // 1000

    def run_for(self, duration_s: float) -> None:
        """Let that much world time pass."""
        self._run(self.timeline.now_us + round(duration_s * US), lambda: False)

    def run_forever(self) -> NoReturn:
        """Let world time pass until something raises, as an interrupt does."""
        while True:
            self.run_for(3600)

    def run_until(self, predicate: Callable[[], bool], timeout_s: float) -> float:
        """Run until the predicate holds, and return the seconds it took; else WorldTimeout."""
        begun_us = self.timeline.now_us
        if not self._run(begun_us + round(timeout_s * US), predicate):
            raise WorldTimeout(f"not within {timeout_s} s of world time")
        return (self.timeline.now_us - begun_us) / US

    def play(self, script: Iterator[float]) -> None:
        """Run a script beside all else: it does something, then yields a pause in seconds."""
        pause_s = next(script, None)
        if pause_s is not None:
            self.timeline.call_later(pause_s, lambda: self.play(script))

    def settle(self) -> None:
        """Let the server do everything that is due now; no world time passes."""
        self.network.settle()

    def _run(self, until_us: int, predicate: Callable[[], bool]) -> bool:
        """Let events happen up to and including `until_us`; True as soon as the predicate holds."""
        if predicate():
            return True
        while (next_us := self._next_event_us(until_us)) is not None:
            if next_us > self.timeline.now_us and self.network.settle_if_touched():
                continue  # the server may have asked for an earlier instant
            self.timeline.step()
            if predicate():
                return True
        self.network.settle_if_touched()
        self.timeline.now_us = until_us
        return predicate()

    def _next_event_us(self, until_us: int) -> int | None:
        """Return when the next event is due, at 1x after waiting for it; None when too late."""
        while True:
            next_us = self.timeline.next_us()
            due_us = until_us if next_us is None else min(next_us, until_us)
            if self._realtime and (wait_us := due_us - self._real_now_us()) > 0:
                self.network.wait(wait_us / US, self._catch_up)
                continue
            return next_us if next_us is not None and next_us <= until_us else None

    def _catch_up(self) -> None:
        """Put the clock right before something that came from outside is dealt with."""
        self.timeline.now_us = max(self.timeline.now_us, self._real_now_us())

    def _real_now_us(self) -> int:
        return time.monotonic_ns() // 1000 - self._real_start_us
