"""A board in its loader, through esptool: what it is, what its flash holds, and writing that.

The one file that knows esptool, whose own output is kept quiet. Chooses no port, and decides
neither what is written nor in which order.
"""

import contextlib
import re
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import serial
from esp_pylib.logger import EspLog, EspLogBase
from esptool import cmds
from esptool.util import FatalError

from flasher.failures import FlashError
from flasher.failures.board import BoardFailure

CHIP = "ESP32-S3"
FLASH = "16MB"
FLASH_BYTES = 16 << 20
_BAUD = 115_200  # of the loader; USB of the chip's own knows none
_FAST_BAUD = 460_800
_TRIES = 3
_ADDRESS = re.compile(r"0x([0-9a-f]{8})")
_WORN = ("MD5", "Write failed")  # of esptool's words where the flash holds something else


class Board:
    """A board, connected; use it as a context, so that its port is closed.

    Attributes:
        mac: as `7c:df:a1:02:03:04`; its serial number too.

    Args:
        port: its device.
        can_reset: the port has the lines for it; otherwise the board is in its loader already.
        on_written: is told how far a writing is, as an address.

    Raises:
        FlashError: it does not answer, or is none that a box can be made of.
    """

    def __init__(self, port: str, can_reset: bool, on_written: Callable[[int], None]) -> None:
        EspLog.set_logger(_Quiet(on_written))
        self._port = port
        self._can_reset = can_reset
        self._open = contextlib.ExitStack()
        with self._named(BoardFailure.NO_ANSWER):
            mode = "default-reset" if can_reset else "no-reset"
            found = cmds.detect_chip(port, _BAUD, connect_mode=mode, connect_attempts=_TRIES)
        self._open.enter_context(found)
        try:
            self._require_ours(found)
        except BaseException:
            self._open.close()
            raise

    def _require_ours(self, found: cmds.ESPLoader) -> None:
        if found.CHIP_NAME != CHIP:
            raise FlashError(BoardFailure.WRONG_CHIP, chip=found.CHIP_NAME)
        if found.secure_download_mode:
            raise FlashError(BoardFailure.LOCKED_CHIP)
        with self._named(BoardFailure.BROKE_OFF):
            self.mac = ":".join(f"{each:02x}" for each in found.read_mac("BASE_MAC"))
            self._loader = cmds.run_stub(found)
            self._loader.WRITE_FLASH_ATTEMPTS = 1  # a second one is the technician's
            self._loader.change_baud(_FAST_BAUD)
            cmds.attach_flash(self._loader)
            size = cmds.detect_flash_size(self._loader)
        if size != FLASH:
            raise FlashError(BoardFailure.SMALL_FLASH, size=size or "?")

    def __enter__(self) -> "Board":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._open.close()

    def read(self, at: int, count: int) -> bytes:
        """Return what the flash holds there."""
        with self._named(BoardFailure.BROKE_OFF):
            content: bytes = cmds.read_flash(self._loader, at, count, None, no_progress=True)
        return content

    def erase(self, at: int, count: int) -> None:
        """Erase some sectors."""
        with self._named(BoardFailure.BROKE_OFF):
            cmds.erase_region(self._loader, at, count)

    def write(self, *parts: tuple[int, bytes]) -> None:
        """Write contents at their addresses and have each verified by its hash.

        One that is there already is left alone, after its hash was asked for.
        """
        for part in parts:  # in one call, a part that does not pack leaves the next ones unpacked
            with self._named(BoardFailure.BROKE_OFF):
                cmds.write_flash(self._loader, [part], skip_flashed=True)

    def start(self) -> bool:
        """Reset it, so that it starts what was written; False: that must be done by hand."""
        with contextlib.suppress(FatalError, OSError, termios.error):
            cmds.reset_chip(self._loader, "hard-reset" if self._can_reset else "no-reset")
        return self._can_reset

    @contextlib.contextmanager
    def _named(self, otherwise: BoardFailure) -> Iterator[None]:
        """Let what esptool raises be a failure with a name."""
        try:
            yield
        except (FatalError, serial.SerialException, OSError, termios.error) as error:
            text = str(error)
            if not Path(self._port).exists():
                failure = BoardFailure.VANISHED
            elif isinstance(error, FatalError) and any(word in text for word in _WORN):
                failure = BoardFailure.NOT_VERIFIED
            elif "exclusively lock" in text or "busy)" in text:
                failure = BoardFailure.BUSY_PORT
            else:
                failure = otherwise
            raise FlashError(failure, port=self._port) from None


class _Quiet(EspLogBase):
    """Takes esptool's words, keeps them to itself, and passes on how far it is."""

    def __init__(self, on_written: Callable[[int], None]) -> None:
        self._on_written = on_written

    def progress_bar(
        self, now: int, total: int, prefix: str = "", suffix: str = "", bar_length: int = 30
    ) -> None:
        """The prefix says at which address it is."""
        if address := _ADDRESS.search(prefix):
            self._on_written(int(address[1], 16))

    def print(self, *words: object, **options: object) -> None:
        """Keep quiet."""

    err = warn = note = hint = debug = print

    def set_verbosity(self, mode: object) -> None:
        """There is nothing to be set."""
