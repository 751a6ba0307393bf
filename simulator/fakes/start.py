"""Starts a box: `micropython -m start DESCRIPTOR IMAGE` in the fakes' folder. MicroPython only.

Maps the fakes' bytecode from a ROM image outside the heap, so that what the heap holds is nearly
all the firmware's, and leaves the rest to bootstrap.py.
"""

import sys

import ffi
import uctypes
import vfs

with open("fakes.rom", "rb") as file:
    size = file.seek(0, 2)
    file.seek(0)
    rom = uctypes.bytearray_at(ffi.open(None).func("P", "malloc", "L")(size), size)
    file.readinto(rom)
vfs.mount(vfs.VfsRom(rom), "/rom")
sys.path[:] = ["/rom", ".frozen"]
del ffi, file, rom, size, uctypes, vfs

import bootstrap  # noqa: E402, F401
