"""MicroPython's `gc`, whose collections take world time. MicroPython only, never on a real box.

22 ms were published for 43 kB alive in an ESP32-S3's PSRAM; what is alive is what a collection
walks through. The chip is in C code meanwhile. A collection that the heap's own threshold begins
takes no world time here: nothing tells of it.
"""

import gc
import sys

import simulator_link as link
from micropython import const

_COLLECTION_US = const(22_000)
_ALIVE_BYTES = const(43_000)
_CHIP_PERCENT = 64 if sys.maxsize >> 32 else 100  # of these words' bytes on a chip of 32 bits

fakes_bytes = 0  # set by bootstrap.py: what is alive and no firmware's

enable = gc.enable
disable = gc.disable
isenabled = gc.isenabled
mem_alloc = gc.mem_alloc
mem_free = gc.mem_free
threshold = gc.threshold


def collect():
    gc.collect()
    if not link.on_stand:  # as all computing till then, the start takes no time
        alive = (gc.mem_alloc() - fakes_bytes) * _CHIP_PERCENT // 100
        link.stand_still(alive * _COLLECTION_US // _ALIVE_BYTES)
