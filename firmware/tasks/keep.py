"""Puts a state file in flash; where flash refuses, memory has to do till the boot."""

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
