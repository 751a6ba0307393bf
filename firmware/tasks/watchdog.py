"""Feeds the hardware watchdog while the car's loop is alive, and collects garbage in quiet moments.

A collection holds the loop for tens of milliseconds, so none is begun while somebody is at the
reader; there the heap's own threshold has to do.

An application that was alive for a minute stands: how many starts failed before it is forgotten
then and not sooner, so that one that hangs or dies shortly after its start is counted by main.py.

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
_STANDS_AFTER_MS = const(60_000)


class WatchdogTask:
    """Joins machine.WDT to the car's heartbeat."""

    def __init__(
        self,
        *,
        watchdog: "Watchdog",
        uptime: "Uptime",
        vehicle: "Vehicle",
        presence: "CardPresence",
        on_stand: "Callable[[], None]",
    ):
        """`watchdog` runs already; `on_stand()` is called once, a minute from now."""
        self._watchdog = watchdog
        self._uptime = uptime
        self._vehicle = vehicle
        self._presence = presence
        self._on_stand = on_stand
        self._stands_at_ms = uptime.now_ms() + _STANDS_AFTER_MS

    async def run(self) -> None:
        """Feed for ever, or rather until the car's loop stops."""
        while True:
            now_ms = self._uptime.now_ms()
            if now_ms - self._vehicle.looked_ms < _LONGEST_SILENCE_MS:
                self._watchdog.feed()
                if self._stands_at_ms and now_ms >= self._stands_at_ms:
                    self._stands_at_ms = 0
                    self._on_stand()
            if not self._presence.occupied:
                gc.collect()
            await asyncio.sleep(_FEED_EVERY_S)
