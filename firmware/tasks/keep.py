"""Puts a state file or a whole set in flash; where it refuses, memory has to do till the boot."""

import asyncio
import gc

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from firmware.tasks.parts import Store


def keep(store: "Store", name: str, data: bytes) -> bool:
    """Replace the file of that name; whether flash holds it."""
    try:
        store.write(name, data)
    except OSError:
        return False
    return True


async def put_in_force(held) -> bool:
    """Whether flash took the complete set. The car's loop has its turn at each page of it."""
    try:
        for _ in held.finish():
            await asyncio.sleep(0)
    except OSError:
        return False
    gc.collect()  # the former pages, and what parts left between the new ones
    return True
