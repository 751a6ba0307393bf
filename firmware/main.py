"""Starts the application from a slot, counts the starts that fail, and limps after too many.

Imports nothing of ours but the application, moves no pin but the lights', and is never updated over
the air: whatever a slot raises, this ends in a running application, in limping or in a reset; one
that hangs is the watchdog's. /failed_starts holds how many starts in a row were begun and did not
stand; an application that stands removes it. A start that the power ended is not a failed one.
"""

import io
import os
import sys
import time

import machine
import micropython

TRIES = 3  # of a slot before the other one's turn
LIGHTS = (39, 38)  # green and red, on every supported board
_LIMP_S = 3600
_LIMP_FLASH_MS = 150  # both lights, every _LIMP_DARK_MS: nothing else shows both at once
_LIMP_DARK_MS = 2850
_PAUSE_S = 10  # for who watches the console
_MOST_COUNTED = 255


def read(path: str) -> bytes:
    """What a file holds; b"" when it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(16)
    except OSError:
        return b""


def failed_starts() -> int:
    """How many in a row failed; 0 when the file is not one of count()."""
    content = read("/failed_starts")
    begun = content[0] if len(content) == 2 and sum(content) == _MOST_COUNTED else 0
    return begun - 1 if begun and machine.reset_cause() == machine.PWRON_RESET else begun


def count(begun: int) -> bool:
    """Keep how many starts were begun; False when the flash refuses."""
    begun = min(begun, _MOST_COUNTED)
    try:
        with open("/failed_starts", "wb") as file:
            file.write(bytes((begun, _MOST_COUNTED - begun)))
        return True
    except Exception:
        return False


def slots() -> list[str]:
    """The slots that hold an application, the one to be started first."""
    names = ("/b", "/a") if read("/slot") == b"b" else ("/a", "/b")
    found = []
    for name in names:
        try:
            os.stat(name + "/firmware/imports.mpy")
            found.append(name)
        except OSError:
            pass
    return found


def limp(watchdog) -> None:
    """An hour of showing that the box does not serve; the car stays as it is, nothing is sent."""
    lights = [machine.Pin(number, machine.Pin.OUT) for number in LIGHTS]
    for _ in range(_LIMP_S * 1000 // (_LIMP_FLASH_MS + _LIMP_DARK_MS)):
        for level, length_ms in ((1, _LIMP_FLASH_MS), (0, _LIMP_DARK_MS)):
            for light in lights:
                light.value(level)
            time.sleep_ms(length_ms)
        if watchdog:
            watchdog.feed()


def start(watchdog) -> None:
    """Start a slot, after limping if too many starts failed or none can be counted."""
    found = slots()
    failed = failed_starts()
    if failed >= TRIES * len(found):
        limp(watchdog)
    if not found:
        print("no application in /a or /b")
        return
    if not count(failed + 1) and machine.reset_cause() != machine.PWRON_RESET:
        limp(watchdog)
    sys.path.insert(0, found[failed // TRIES % len(found)])
    from firmware import imports

    imports.load()
    del imports
    sys.modules["firmware.application"].run()


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


if __name__ == "__main__":
    try:
        os.stat("/identity.json")
    except OSError:
        while True:  # a blank board, until Ctrl-C
            limp(None)
    micropython.kbd_intr(-1)  # MicroPython allows it again at the beginning of each file
    try:
        start(machine.WDT(timeout=60_000))  # boot.py's, which may be missing
    except BaseException as error:
        try:
            tell(error)
        except BaseException:  # no memory and no console are no reason not to reset
            pass
    time.sleep(_PAUSE_S)
    machine.reset()
