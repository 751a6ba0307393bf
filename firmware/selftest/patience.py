"""Waits in a bench test, for what comes by itself or by somebody's hand; never for ever."""

import asyncio

from firmware.logic.const import const

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.selftest.console import Console
    from firmware.tasks.parts import Uptime

_LOOK_EVERY_S = const(0.1)
PERSON_MS = const(60_000)  # for somebody who reads what is wanted, and does it


class Patience:
    """Joins the box's uptime to the console that says what is waited for."""

    def __init__(self, uptime: "Uptime", console: "Console"):
        """Take the parts."""
        self._uptime = uptime
        self._console = console

    async def until(self, holds: "Callable[[], object]", limit_ms: int) -> bool:
        """Wait until it holds, not beyond that uptime; whether it does."""
        while not holds():
            if self._uptime.now_ms() >= limit_ms:
                return False
            await asyncio.sleep(_LOOK_EVERY_S)
        return True

    async def by_hand(self, wanted: str, holds: "Callable[[], object]") -> bool:
        """Ask somebody for what makes it hold, where it does not yet; whether it does in time."""
        if holds():
            return True
        self._console.wait(wanted)
        return await self.until(holds, self._uptime.now_ms() + PERSON_MS)
