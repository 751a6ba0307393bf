"""Lends the event loop's idle time to the chip's light sleep, in a parked and quiet car.

Takes the place of the poller in which MicroPython's asyncio waits for its next deadline: that is
the one place that knows how long there is nothing to do. Never sleeps while a byte could come.
"""

import asyncio

from firmware.logic.const import const

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.tasks.parts import Chip, Modem, Receiver, Uptime
    from firmware.tasks.vehicle import Vehicle

# Below that, to fall asleep and to wake takes more than it saves.
_WORTH_MS = const(10)
# The car's looks go on: as long as its own pause, and below what law 1 takes for an unbroken look.
_LONGEST_MS = const(4_000)
# A receiver talks once a second; what has been silent for longer is asleep, or not there.
_SILENT_MS = const(3_000)
# Light sleep ends a USB connection: for so long after its start a box on the bench can be reached.
_AWAKE_AFTER_START_MS = const(600_000)


class SleepingPoll:
    """A select.poll that sleeps lightly instead of waiting, where it may."""

    def __init__(
        self,
        poll,
        *,
        chip: "Chip",
        uptime: "Uptime",
        vehicle: "Vehicle",
        modem: "Modem",
        receiver: "Receiver",
        woken: "Callable[[], None]",
    ):
        """Stand before `poll`; `woken` is called when a line of the car has ended a sleep.

        Reader and modem, whose lines go low, see to theirs, and often for nothing: they get no more
        speed than a look, until what they say ends the quiet.
        """
        self._poll = poll
        self.register, self.modify, self.unregister = poll.register, poll.modify, poll.unregister
        self._chip = chip
        self._uptime = uptime
        self._vehicle = vehicle
        self._modem = modem
        self._receiver = receiver
        self._woken = woken

    def ipoll(self, timeout_ms: int = -1):
        """What is ready, at the latest after `timeout_ms`; it may be earlier, and nothing ready."""
        if not self._may_sleep:
            self._chip.speed_up()
            return self._poll.ipoll(timeout_ms)
        if timeout_ms < _WORTH_MS or self._chip.drives:  # no reason for full speed
            return self._poll.ipoll(timeout_ms)
        ready = self._poll.poll(0)
        if not ready and self._chip.sleep(min(timeout_ms, _LONGEST_MS)):
            self._chip.speed_up()
            self._woken()
        return ready

    @property
    def _may_sleep(self) -> bool:
        now_ms = self._uptime.now_ms()
        return (
            now_ms >= _AWAKE_AFTER_START_MS
            and self._vehicle.quiet
            and self._modem.asleep
            and now_ms - self._receiver.heard_ms >= _SILENT_MS
        )


def lend_idle_time(**parts) -> None:
    """Have the event loop wait in a SleepingPoll of these parts from now on."""
    queue = asyncio.core._io_queue  # pyright: ignore[reportAttributeAccessIssue]
    queue.poller = SleepingPoll(queue.poller, **parts)
