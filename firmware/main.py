"""Starts the application from its slot, counts the starts that fail, and resets. No more than that.

Imports nothing of ours but the application, knows neither pins nor parts, and is never updated
over the air: whatever a slot raises, this ends in a running application or in a reset; one that
hangs is the watchdog's. How many starts in a row failed stands in /failed_starts, which an
application that stands removes.
"""

import io
import sys
import time

import machine

SLOT = "/a"
FAILED_STARTS_FILE = "/failed_starts"
_PAUSE_S = 10  # so that a box that cannot start wears its flash slowly
_MOST_COUNTED = 255


def count_failed_start() -> None:
    """Count one more in flash, up to 255."""
    try:
        with open(FAILED_STARTS_FILE, "rb") as file:
            count = int.from_bytes(file.read(1), "big")
    except OSError:
        count = 0
    if count < _MOST_COUNTED:
        with open(FAILED_STARTS_FILE, "wb") as file:
            file.write(bytes((count + 1,)))


def tell(error) -> None:
    """Print the kind of an error and its place, but not its text, which might hold a value.

    Errors of ours whose text never does say so by `safe_to_print`: a box that was not made right
    tells the technician why.
    """
    print("start failed:", type(error).__name__, getattr(error, "safe_to_print", ""))
    text = io.StringIO()  # of which the stubs know too little
    sys.print_exception(error, text)  # pyright: ignore[reportArgumentType]
    for line in text.getvalue().split("\n"):  # pyright: ignore[reportAttributeAccessIssue]
        if line.startswith("  File"):
            print(line)


def attempt(call, *arguments) -> None:
    """Call; no memory, no console and a flash that refuses are no reason not to reset."""
    try:
        call(*arguments)
    except Exception:
        pass


if __name__ == "__main__":
    try:
        sys.path.insert(0, SLOT)
        from firmware import imports

        imports.load()
        sys.modules["firmware.application"].run()
    except Exception as error:
        attempt(tell, error)
    attempt(count_failed_start)
    time.sleep(_PAUSE_S)
    machine.reset()
