"""Feeds the hardware watchdog with each look of the car's loop, and does what goes with a look.

The battery is read, and garbage collected now and then: a wake of its own would cost a sleeping
chip as much as the look's. A collection holds the loop for a tenth of a second, so none is begun
while somebody is at the reader or a pattern is shown; there the heap's own threshold has to do.

An application that was alive for a minute stands: how many starts failed before it is forgotten
then and not sooner, so that one that hangs or dies shortly after its start is counted by main.py.

A reset moves no relay: the coils are latching and boot.py drives their pins low.
"""

import gc

from firmware.logic.const import const

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.logic.access.card import CardPresence
    from firmware.tasks.parts import Uptime, Watchdog
    from firmware.tasks.signals import SignalsTask
    from firmware.tasks.vehicle import Vehicle

_STANDS_AFTER_MS = const(60_000)
_COLLECT_EVERY_MS = const(8_000)
_COLLECT_QUIET_MS = const(32_000)  # little is left behind then, and the chip is slow


class WatchdogTask:
    """Joins machine.WDT to the car's heartbeat."""

    def __init__(
        self,
        *,
        watchdog: "Watchdog",
        uptime: "Uptime",
        vehicle: "Vehicle",
        presence: "CardPresence",
        signals: "SignalsTask",
        on_stand: "Callable[[], None]",
        on_look: "Callable[[int], object]",
    ):
        """`watchdog` runs already; `on_stand()` is called once, a minute from now.

        `on_look(now_ms)` is called at each look, when the watchdog is fed.
        """
        self._watchdog = watchdog
        self._uptime = uptime
        self._vehicle = vehicle
        self._presence = presence
        self._signals = signals
        self._on_stand = on_stand
        self._on_look = on_look
        self._stands_at_ms = uptime.now_ms() + _STANDS_AFTER_MS
        self._collected_ms = uptime.now_ms()

    async def run(self) -> None:
        """Feed for ever, or rather until the car's loop stops."""
        while True:
            await self._vehicle.looked.wait()
            self._vehicle.looked.clear()
            self._watchdog.feed()
            now_ms = self._uptime.now_ms()
            if self._stands_at_ms and now_ms >= self._stands_at_ms:
                self._stands_at_ms = 0
                self._on_stand()
            pause_ms = _COLLECT_QUIET_MS if self._vehicle.quiet else _COLLECT_EVERY_MS
            somebody_looks = self._presence.occupied or self._signals.plays
            if now_ms - self._collected_ms >= pause_ms and not somebody_looks:
                self._collected_ms = now_ms
                gc.collect()
            self._on_look(now_ms)
