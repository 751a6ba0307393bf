"""Takes a request for the bench test off the flash, and loads what the test needs.

Its modules come leaf first, as firmware/imports.py has the application's, and are named here, so
that an ordinary box holds not even their names.
"""

import gc
import sys

from firmware.drivers.flash_store import FlashStore

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from firmware.identity import Identity

REQUEST_FILE = "bench"  # in /state, whatever it holds; application.py looks for it

LEAF_FIRST = (
    "firmware.selftest.outcomes",
    "firmware.selftest.console",
    "firmware.selftest.judgements",
    "firmware.selftest.link",
    "firmware.selftest.patience",
    "firmware.selftest.sky",
    "firmware.selftest.wires",
    "firmware.selftest.car",
    "firmware.selftest.bench",
)


def bench(identity: "Identity", failed_starts: int):
    """The Bench that was asked for; None where flash does not forget the request.

    It is forgotten before the test begins, so that one that hangs is not made again.
    """
    try:
        FlashStore("/state").delete(REQUEST_FILE)
    except OSError:
        return None
    for name in LEAF_FIRST:
        __import__(name)
        gc.collect()
    return sys.modules["firmware.selftest.bench"].Bench(identity, failed_starts)
