"""First code after a reset: the watchdog, every output inactive, a deaf console. Decides nothing.

Imports nothing of ours, so that no broken slot can keep it from its work; a test compares the pins
with board.py. Never updated over the air. What fails here is passed over: an error that left this
file would keep main.py from running.
"""

import os

import micropython
from machine import WDT, Pin

try:
    os.stat("/identity.json")  # a blank board stays reachable: no watchdog, and Ctrl-C works
    WDT(timeout=60_000)
    micropython.kbd_intr(-1)
except Exception:
    pass

# Relays, doors, buzzer, lights and the modem's key line: the same pins on every supported board.
# The identity, which names the board, may be missing or broken at this point. The relay's pads are
# held, so that they stay low through a reset, too; the modem's reset line rests high.
for _pin, _level, _hold in (
    (6, 0, True),
    (7, 0, True),
    (14, 0, False),
    (13, 0, False),
    (47, 0, False),
    (39, 0, False),
    (38, 0, False),
    (18, 0, False),
    (17, 1, False),
):
    try:
        Pin(_pin, Pin.OUT, value=_level, hold=_hold)  # pyright: ignore[reportCallIssue]
    except Exception:
        pass
