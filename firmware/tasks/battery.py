"""Reads the car's battery and records what it says. Nobody waits for it, and it moves nothing."""

import asyncio

from firmware.logic.const import const

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.logic.signs.battery import BatteryStage
    from firmware.tasks.parts import Uptime
    from firmware.tasks.recorder import Recorder
    from firmware.tasks.vehicle import Vehicle

_EVERY_S = const(0.5)  # a starter turns for longer
_EVERY_QUIET_S = const(4)  # as the car looks at its wires


async def watch_battery(
    millivolts: "Callable[[], int]",
    battery: "BatteryStage",
    uptime: "Uptime",
    vehicle: "Vehicle",
    recorder: "Recorder",
) -> None:
    """Read it for ever, less often in a car that is quiet."""
    while True:
        now_ms = uptime.now_ms()
        recorder.write(battery.read(millivolts(), now_ms), now_ms)
        await asyncio.sleep(_EVERY_QUIET_S if vehicle.quiet else _EVERY_S)
