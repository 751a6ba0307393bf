"""Whether the server can do what the boxes need just now: each thing is tried.

What was found is kept for a few seconds, so that whoever asks often costs the disk nothing. Never
here: who may read it (server/web/operation/), who is told (server/alerts/).
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass
from enum import StrEnum

from server.clock import Clock
from server.store import StoreError
from server.store.health import Health

KEPT_MS = 5_000
_PATIENCE_S = 5.0  # for one try; boxes wait 20 s for their acknowledgement
_SCAN_PATIENCE_S = 1.0  # a small database is read in less; a large one is answered for next time
_SCAN_SHARE = 20  # reading the whole database takes a twentieth of the time at most
_log = logging.getLogger(__name__)


class Need(StrEnum):
    """What the boxes need."""

    COMMIT = "commit"
    FILES = "files"
    ROOM = "room"
    WHOLE = "whole"
    KEY = "key"
    PORT = "port"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Fault:
    """What the boxes need and do not have, with the system's words; these hold no secret."""

    need: Need
    said: str


class Readiness:
    """Tries one server.

    Args:
        health: tries the database.
        clock: the server's; only its monotonic time is used.
        listens: whether the boxes' port is open.
        doubts_time: whether the clock is doubted.
    """

    def __init__(
        self,
        health: Health,
        clock: Clock,
        listens: Callable[[], bool],
        doubts_time: Callable[[], bool],
    ) -> None:
        self._health = health
        self._clock = clock
        self._listens = listens
        self._doubts_time = doubts_time
        self._found: tuple[Fault, ...] = ()
        self._found_at_ms: int | None = None
        self._trying = asyncio.Lock()
        self._damage: Fault | None = None
        self._scan: asyncio.Task[None] | None = None
        self._next_scan_ms: int | None = None

    async def faults(self) -> tuple[Fault, ...]:
        """Return what is missing, tried now or a few seconds ago; empty: the server is ready."""
        async with self._trying:  # those who ask meanwhile get what the first one finds
            now_ms = self._clock.monotonic_ms()
            if self._found_at_ms is None or now_ms - self._found_at_ms >= KEPT_MS:
                # What it writes is nobody's act, whoever asks.
                found = await asyncio.create_task(self._try(), context=Context())
                self._say(found)
                self._found, self._found_at_ms = found, self._clock.monotonic_ms()
        return self._found

    async def _try(self) -> tuple[Fault, ...]:
        health = self._health
        found = [
            await _tried(Need.COMMIT, health.commit()),
            await _tried(Need.FILES, asyncio.to_thread(health.same_files)),
            await _tried(Need.ROOM, asyncio.to_thread(health.room)),
            await _tried(Need.KEY, health.key()),
            None if self._listens() else Fault(Need.PORT, "the boxes' port is not open"),
            Fault(Need.CLOCK, "the clock is doubted") if self._doubts_time() else None,
        ]
        if found[1] is None:  # whose pages would those of another file be
            found.append(await self._damaged())
        return tuple(fault for fault in found if fault is not None)

    async def _damaged(self) -> Fault | None:
        now_ms = self._clock.monotonic_ms()
        if self._scan is None and (self._next_scan_ms is None or now_ms >= self._next_scan_ms):
            self._scan = asyncio.create_task(self._read_all(now_ms))
        if self._scan is not None:
            await asyncio.wait([self._scan], timeout=_SCAN_PATIENCE_S)
        return self._damage

    async def _read_all(self, begun_ms: int) -> None:
        damage = None
        try:
            if not await asyncio.to_thread(self._health.is_whole):
                damage = Fault(Need.WHOLE, "a page of the database is damaged")
        except (StoreError, OSError) as error:
            damage = Fault(Need.WHOLE, str(error))
        self._damage, self._scan = damage, None
        now_ms = self._clock.monotonic_ms()
        self._next_scan_ms = now_ms + max(KEPT_MS, _SCAN_SHARE * (now_ms - begun_ms))

    def _say(self, found: tuple[Fault, ...]) -> None:
        before = {fault.need for fault in self._found}
        for fault in found:
            if fault.need not in before:
                _log.error("not ready: %s: %s", fault.need, fault.said)
        for need in before - {fault.need for fault in found}:
            _log.warning("ready again: %s", need)


async def _tried(need: Need, trial: Coroutine[None, None, None]) -> Fault | None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await trial
    except TimeoutError:
        return Fault(need, f"not done within {_PATIENCE_S:.0f} s")
    except (StoreError, OSError) as error:
        return Fault(need, str(error))
    return None
