"""Starts the firmware of one box. MicroPython only; start.py comes before.

Puts the fakes in place, mounts the flash image at / as the chip does, and runs boot.py and
main.py from it, as source, as the chip does. After that no file of the host can be seen.

As ports/esp32/main.c does it: an error that leaves boot.py keeps main.py from running, a boot.py
that is missing does not; Ctrl-C is 3 again at the beginning of each of them; whatever leaves
main.py ends at the REPL, where the box stays and does nothing; SystemExit is a soft reset.

Erasing and programming take world time, in which the whole box stands still, as a chip does that
runs its code from the same flash: typical times of a W25Q128's data sheets (45 ms a sector, 0.4 to
0.8 ms a page; their limits are 400 and 3). Bytes go on arriving, as MicroPython keeps the UARTs'
interrupt in RAM (CONFIG_UART_ISR_IN_IRAM). Reading is free.
"""

import gc
import os
import select  # noqa: F401
import sys

import machine  # the fakes must be loaded before the host's files go out of sight
import simulator_gc
import simulator_link as link
import simulator_micropython
import simulator_tasks
import vfs
from micropython import const, stack_use

BLOCK_BYTES = 4096  # as flasher/image.py builds it
_PAGE_BYTES = const(256)
_ERASE_US = const(45_000)  # a sector, which is a block
_PROGRAM_US = const(800)  # a page, however much of it
_IOCTL_BLOCK_COUNT = const(4)
_IOCTL_BLOCK_BYTES = const(5)
_IOCTL_ERASE = const(6)


class FileFlash:
    """A block device in a file: what is written stays when the process is killed."""

    def __init__(self, path):
        self._file = open(path, "r+b")
        self._count = self._file.seek(0, 2) // BLOCK_BYTES
        self._owed_us = 0
        self._started = False  # till it stands the box is one piece, so time is owed

    def readblocks(self, block, buffer, offset=0):
        link.note_stack()  # the deepest it gets is where a module is loaded or a file is read
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.write(buffer)
        pages = (offset + len(buffer) - 1) // _PAGE_BYTES - offset // _PAGE_BYTES + 1
        self._take(pages * _PROGRAM_US)

    def ioctl(self, request, argument):
        if request == _IOCTL_BLOCK_COUNT:
            return self._count
        if request == _IOCTL_BLOCK_BYTES:
            return BLOCK_BYTES
        if request == _IOCTL_ERASE:
            self._take(_ERASE_US)
        return 0  # writes are not buffered, so sync has nothing to do

    def start(self):
        """From now on time passes, beginning with what is owed."""
        self._started = True
        self._take(self._owed_us)

    def _take(self, time_us):
        if self._started:
            link.stand_still(time_us)
        else:
            self._owed_us += time_us


def _report():
    application = sys.modules.get("firmware.application")
    box = application and application.box
    report = box.report() if box else {}
    report["fakes_heap"] = simulator_gc.fakes_bytes
    report["stack_loading_bytes"] = _stack_loading - _stack_base
    report["stack_running_bytes"] = link.stack_bytes - _stack_base
    return report


def _stands():
    application = sys.modules.get("firmware.application")
    return application and application.box


def _start_time():
    """The application stands: from now on what keeps the chip busy takes time."""
    global _stack_loading
    _stack_loading, link.stack_bytes = link.stack_bytes, 0
    if link.config["slice_us"]:
        simulator_cpu.charge_x25519(link.config["slice_us"])
    _flash.start()


def _run(name):
    """Run a file if there is one; whether an error left it."""
    simulator_micropython.kbd_intr(3)
    try:
        file = open(name)
    except OSError:
        return False
    try:
        code = compile(file.read(), name, "exec")  # a chip keeps no source in its heap
        file.close()
        exec(code, {"__name__": "__main__"})
    except SystemExit:
        machine.soft_reset()
    except BaseException as error:
        sys.print_exception(error)
        return True
    return False


link.connect(int(sys.argv[1]))
link.report = _report
sys.modules["_asyncio"] = simulator_tasks
sys.modules["gc"] = simulator_gc
sys.modules["micropython"] = simulator_micropython
_flash = FileFlash(sys.argv[2])
link.stands = _stands
link.on_stand = _start_time
if link.config["slice_us"]:
    import simulator_cpu  # only then: it would cost heap
vfs.umount("/")
vfs.umount("/rom")
vfs.mount(vfs.VfsLfs2(_flash), "/")
os.chdir("/")
sys.path[:] = ["", ".frozen"]
gc.collect()
simulator_gc.fakes_bytes = gc.mem_alloc()
_stack_loading = 0
_stack_base = stack_use()  # what the fakes' own start holds, which no chip has

if not _run("boot.py"):
    _run("main.py")
link.do(">s", b"L")
while True:
    link.wait(link.NEVER, 0)
