"""`voiturier-sim bench`: a blank board on a desk, for flash.sh. Decides nothing."""

import signal
import sys
from pathlib import Path

from simulator.devices.rom_loader import CHIPS, RomLoader
from simulator.errors import InputError


def play_bench(
    chip: str, flash_mb: int, flash: Path | None, pulled_after_bytes: int | None
) -> None:
    """Play the board until interrupted; its port is the first line of stdout.

    Args:
        chip: as esptool calls it.
        flash_mb: how much flash it has.
        flash: the file that its flash is read from, if it is there, and kept in at the end.
        pulled_after_bytes: that it hears: then its cable is pulled, and plugged in again at once.

    Raises:
        InputError: there is no such chip, or the file is no flash of that size.
    """
    if chip not in CHIPS:
        raise InputError(f"there is no chip {chip!r}; there are {', '.join(CHIPS)}")
    board = RomLoader(chip=chip, flash_mb=flash_mb, pulled_after_bytes=pulled_after_bytes)
    if flash is not None and flash.exists():
        content = flash.read_bytes()
        if len(content) != len(board.flash.data):
            raise InputError(f"{flash} is no flash of {flash_mb} MB")
        board.flash.data[:] = content
    try:
        with board:
            print(board.path, flush=True)
            print("a board in its loader; Ctrl-C ends", file=sys.stderr)
            while True:
                board.wait_until_pulled()
                board.pulled_after_bytes = None
                board.plug_in()
                print(board.path, flush=True)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if flash is not None:
            flash.write_bytes(board.flash.data)
