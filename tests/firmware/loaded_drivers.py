"""Wires a box on a machine that does nothing and prints each driver it loaded; MicroPython only.

    micropython loaded_drivers.py < IDENTITY

with the repository's root first on MICROPYPATH; IDENTITY is an identity file. No task runs.
"""

import json
import sys

import vfs


class Machine:
    """What the drivers ask of it while they are wired."""

    class Pin:
        IN = OUT = PULL_DOWN = PULL_UP = IRQ_RISING = IRQ_FALLING = 0

        def __init__(self, *arguments, **named):
            pass

        def init(self, **named):
            pass

        def value(self, *level):
            return 0

        def irq(self, *arguments):
            pass

    class UART:
        def __init__(self, *arguments, **named):
            pass

    SoftI2C = UART

    class ADC:
        ATTN_6DB = 0

        def __init__(self, pin, atten):
            self.read_uv = None

    class WDT:
        def __init__(self, timeout):
            pass

        def feed(self):
            pass

    @staticmethod
    def reset_cause():
        return 1

    HEAP_DATA = 4

    @staticmethod
    def idf_heap_info(capabilities):
        return [(8 << 20, 0, 0, 0)]


class Ram:
    """A block device."""

    def __init__(self):
        self._blocks = bytearray(64 * 4096)

    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        buffer[:] = self._blocks[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        self._blocks[at : at + len(buffer)] = buffer

    def ioctl(self, request, argument):
        return {4: 64, 5: 4096}.get(request, 0)


for folder in ("/state", "/journal"):
    ram = Ram()
    vfs.VfsLfs2.mkfs(ram)
    vfs.mount(vfs.VfsLfs2(ram), folder)
sys.modules["machine"] = Machine
sys.modules["esp32"] = Machine

from firmware import imports  # noqa: E402

imports.load()

from firmware.application import Box  # noqa: E402
from firmware.identity import parse_identity  # noqa: E402

Box(parse_identity(json.load(sys.stdin)), 0)

for name in sys.modules:
    if name.startswith("firmware.drivers."):
        print(name[len("firmware.drivers.") :])
