"""Feeds the hardware watchdog while the car's loop is alive, and collects garbage in quiet moments.

A collection holds the loop for tens of milliseconds, so none is begun while somebody is at the
reader; there the heap's own threshold has to do.

A reset moves no relay: the coils are latching and boot.py drives their pins low.
"""

import asyncio
import gc

from firmware.logic.const import const

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.logic.access.card import CardPresence
    from firmware.tasks.parts import Uptime, Watchdog
    from firmware.tasks.vehicle import Vehicle

_FEED_EVERY_S = const(8.0)
# The car's loop looks every 4 s at least; a flash erase or a handshake slice is far shorter.
_LONGEST_SILENCE_MS = const(15_000)
_WATCHDOG_MS = const(30_000)


class WatchdogTask:
    """Joins machine.WDT to the car's heartbeat."""

    def __init__(
        self,
        *,
        make_watchdog: "Callable[..., Watchdog]",
        uptime: "Uptime",
        vehicle: "Vehicle",
        presence: "CardPresence",
    ):
        """`make_watchdog(timeout=ms)` starts the hardware, once the first loop has been round."""
        self._make_watchdog = make_watchdog
        self._uptime = uptime
        self._vehicle = vehicle
        self._presence = presence
        self._watchdog = None

    async def run(self) -> None:
        """Feed for ever, or rather until the car's loop stops."""
        while True:
            if self._watchdog is None:
                self._watchdog = self._make_watchdog(timeout=_WATCHDOG_MS)
            if self._uptime.now_ms() - self._vehicle.looked_ms < _LONGEST_SILENCE_MS:
                self._watchdog.feed()
            if not self._presence.occupied:
                gc.collect()
            await asyncio.sleep(_FEED_EVERY_S)
