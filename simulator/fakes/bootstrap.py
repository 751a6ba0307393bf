"""Starts one box: `micropython bootstrap.py DESCRIPTOR IMAGE`. MicroPython only.

Puts the fakes in place, mounts the flash image at / as the chip does, and runs boot.py and
main.py from it. After that no file of the host can be seen.
"""

import gc
import os
import select  # noqa: F401
import sys

import machine  # noqa: F401 the fakes must be loaded before the host's files go out of sight
import simulator_link as link
import simulator_tasks
import vfs

BLOCK_BYTES = 4096  # as simulator/flash.py builds it


class FileFlash:
    """A block device in a file: what is written stays when the process is killed."""

    def __init__(self, path):
        self._file = open(path, "r+b")
        self._count = self._file.seek(0, 2) // BLOCK_BYTES

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.write(buffer)

    def ioctl(self, request, argument):
        # 4 block count, 5 block size, 6 erase; writes are not buffered, so sync has nothing to do
        return {4: self._count, 5: BLOCK_BYTES}.get(request, 0)


def _report():
    report = sys.modules["main"].box.report()
    report["fakes_heap"] = _fakes_heap
    return report


link.connect(int(sys.argv[1]))
link.report = _report
sys.modules["_asyncio"] = simulator_tasks
_flash = FileFlash(sys.argv[2])
vfs.umount("/")
vfs.mount(vfs.VfsLfs2(_flash), "/")
os.chdir("/")
sys.path[:] = ["", ".frozen"]
gc.collect()
_fakes_heap = gc.mem_alloc()

import boot  # noqa: E402, F401
import main  # noqa: E402

main.run()
