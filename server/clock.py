"""The server's time: every instant and every deadline of the server comes from a Clock.

So a test or a simulated world (lockstep.py) can give it another. Never here: what is due.
"""

import asyncio
import ctypes
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Protocol

_SYNCHRONISED = range(5)  # of adjtimex(2): 5 is TIME_ERROR, -1 is refused
LOOK_EVERY_S = 1.0  # how soon another process's change (a loaded booking, a command) is seen


class Timer(Protocol):
    """A call to come."""

    def cancel(self) -> None:
        """Call it off."""


class Stream(Protocol):
    """A connection that the clock watches: byte totals and whether anything is left to do."""

    received_bytes: int
    sent_bytes: int
    is_open: bool

    @property
    def is_idle(self) -> bool:
        """True when it waits for the peer, a deadline or a wake-up, and for nothing else."""


class Clock(ABC):
    """What the parts of the server ask."""

    @abstractmethod
    def now_ms(self) -> int:
        """Return Unix milliseconds, UTC."""

    @abstractmethod
    def monotonic_ms(self) -> int:
        """Return milliseconds that never step back, from an arbitrary zero."""

    @abstractmethod
    def call_at(self, monotonic_ms: int, call: Callable[[], None]) -> Timer:
        """Call once when the instant has come."""

    @abstractmethod
    async def look_regularly(self, look: Callable[[], Awaitable[None]]) -> None:
        """Await `look()` again and again, until cancelled: it finds what other processes did."""

    @abstractmethod
    async def run(self) -> None:
        """Keep time, until cancelled or until there is no time left to keep."""

    @abstractmethod
    def watch(self, port: int, stream: Stream) -> None:
        """Take note of a new connection from this TCP port of the peer."""

    @abstractmethod
    def stirred(self) -> None:
        """Take note that a watched stream received, closed or became idle."""

    def is_synchronised(self) -> bool:
        """Say whether a time service vouches for `now_ms`; False where nobody says so."""
        return False

    def now_s(self) -> int:
        """Return Unix seconds, UTC."""
        return self.now_ms() // 1000


class SystemClock(Clock):
    """The machine's own time."""

    def now_ms(self) -> int:
        """See Clock."""
        return time.time_ns() // 1_000_000

    def is_synchronised(self) -> bool:
        """See Clock: what the kernel was told by NTP, PTP or the hypervisor."""
        adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)  # Linux has it
        # Zeros ask, and set nothing; struct timex is shorter on every machine.
        return adjtimex is not None and adjtimex(ctypes.create_string_buffer(512)) in _SYNCHRONISED

    def monotonic_ms(self) -> int:
        """See Clock."""
        return time.monotonic_ns() // 1_000_000

    def call_at(self, monotonic_ms: int, call: Callable[[], None]) -> Timer:
        """See Clock."""
        delay_s = (monotonic_ms - self.monotonic_ms()) / 1000
        return asyncio.get_running_loop().call_later(delay_s, call)

    async def look_regularly(self, look: Callable[[], Awaitable[None]]) -> None:
        """See Clock."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await look()

    async def run(self) -> None:
        """Let time pass by itself."""
        await asyncio.Event().wait()

    def watch(self, port: int, stream: Stream) -> None:
        """Nobody waits for the streams."""

    def stirred(self) -> None:
        """Nobody waits for the streams."""
