"""Feeds the hardware watchdog with each look of the car's loop, and collects garbage now and then.

A wake of its own would cost a sleeping chip as much as the look's. A collection holds the loop for
tens of milliseconds, so none is begun while somebody is at the reader; there the heap's own
threshold has to do.

A reset moves no relay: the coils are latching and boot.py drives their pins low.
"""

import gc

from firmware.logic.const import const

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.logic.access.card import CardPresence
    from firmware.tasks.parts import Uptime, Watchdog
    from firmware.tasks.vehicle import Vehicle

# The car's loop looks every 4 s at least; a flash erase or a handshake slice is far shorter.
_WATCHDOG_MS = const(30_000)
_COLLECT_EVERY_MS = const(8_000)
_COLLECT_QUIET_MS = const(32_000)  # little is left behind then, and the chip is slow


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
        self._collected_ms = uptime.now_ms()

    async def run(self) -> None:
        """Feed for ever, or rather until the car's loop stops."""
        while True:
            await self._vehicle.looked.wait()
            self._vehicle.looked.clear()
            if self._watchdog is None:
                self._watchdog = self._make_watchdog(timeout=_WATCHDOG_MS)
            self._watchdog.feed()
            now_ms = self._uptime.now_ms()
            pause_ms = _COLLECT_QUIET_MS if self._vehicle.quiet else _COLLECT_EVERY_MS
            if now_ms - self._collected_ms >= pause_ms and not self._presence.occupied:
                self._collected_ms = now_ms
                gc.collect()
