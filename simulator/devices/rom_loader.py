"""A board in its chip's own loader, on a pty, for the real esptool: what flash.sh finds on a desk.

The loader's protocol is esp32-mock-bootloader's. Round it stand here what a soak and the tests
showed to be missing: whole frames, however the bytes arrive; a flash of our size that erases
sectors and may lose power at any byte; our MAC; a cable that is pulled. A pty has neither RTS nor
DTR, so each program that opens the port finds the loader as after a reset, and what a program says
last, or its leaving, is where somebody presses RST. Where its flash holds something that starts,
the port is that one's console then, until a program speaks SLIP. Runs none of it.
"""

import contextlib
import fcntl
import os
import select
import struct
import termios
import threading
import time
import tty
import zlib
from collections.abc import Callable

from esp32_mock_bootloader import protocol
from esp32_mock_bootloader.server import FlashImage, handle_client, slip_decode_frames, slip_encode
from esptool.targets import CHIP_DEFS

SECTOR_BYTES = 4096
SLIP_BEGIN = bytes([protocol.SLIP_END])
CHIPS = tuple(CHIP_DEFS)
"""What esptool calls them."""
_READ_REG = protocol.CMD["READ_REG"]
_GOODBYE = bytes([0, protocol.CMD_FLASH_END, 4, 0]), bytes(4)  # how it begins, what it says: reboot
_LOOK_S = 0.01
_HEADER_BYTES = 8  # direction, command, size, checksum or value


class PowerLostError(Exception):
    """The flash lost its supply in the middle of a write or an erase."""


class Flash(FlashImage):  # type: ignore[misc]
    """The flash chip: sectors are erased before they are written, and bytes go in one by one.

    Attributes:
        data: what it holds.
        power_lost_after_bytes: erased and written from now on, until its supply fails; None: never.

    Args:
        size_bytes: a power of two, of 1 MiB or more.
    """

    def __init__(self, size_bytes: int) -> None:
        self.data = bytearray(b"\xff" * size_bytes)
        self.power_lost_after_bytes: int | None = None
        self._decompressor: zlib._Decompress | None = None
        self._defl_offset = self._plain_offset = 0

    @property
    def id(self) -> int:
        """What the chip answers to "read identification": its maker, its kind, its size."""
        return 0x4020 | (len(self.data).bit_length() - 1) << 16

    def write_defl_block(self, payload: bytes) -> None:
        """Write what a compressed block holds."""
        (length,) = struct.unpack_from("<I", payload)
        assert self._decompressor is not None, "a block without a beginning"
        content = self._decompressor.decompress(payload[16 : 16 + length])
        self._write(self._defl_offset, content)
        self._defl_offset += len(content)

    def write_plain_block(self, payload: bytes) -> None:
        """Write a block as it is."""
        (length,) = struct.unpack_from("<I", payload)
        self._write(self._plain_offset, payload[16 : 16 + length])
        self._plain_offset += length

    def erase_region(self, offset: int, size: int) -> None:
        """Erase some sectors, one after the other."""
        for at in range(offset, offset + size, SECTOR_BYTES):
            self._spend(SECTOR_BYTES)
            self.data[at : at + SECTOR_BYTES] = b"\xff" * SECTOR_BYTES
            self._require_power()

    def _write(self, offset: int, content: bytes) -> None:
        done = 0
        while done < len(content):
            at = offset + done
            if at % SECTOR_BYTES == 0:
                self.data[at : at + SECTOR_BYTES] = b"\xff" * SECTOR_BYTES
            piece = content[done : done + SECTOR_BYTES - at % SECTOR_BYTES]
            left = self._spend(len(piece))
            self.data[at : at + left] = piece[:left]
            self._require_power()
            done += len(piece)

    def _spend(self, count: int) -> int:
        """Return how many bytes of these the supply still lasts for."""
        if self.power_lost_after_bytes is None:
            return count
        left = min(count, max(0, self.power_lost_after_bytes))
        self.power_lost_after_bytes -= count
        return left

    def _require_power(self) -> None:
        if self.power_lost_after_bytes is not None and self.power_lost_after_bytes <= 0:
            raise PowerLostError


class RomLoader:
    """A board; use it as a context, then it is plugged in.

    Attributes:
        path: the port, anew each time that it is plugged in.
        flash: its flash chip, which keeps what it holds.
        heard_bytes: from the computer, since it was plugged in.
        has_left: the loader, for what its flash holds: `say` and `hear` are that one's console.

    Args:
        mac: the chip's, 6 bytes, which is its serial number too.
        flash_mb: how large its flash is.
        chip: as esptool calls it.
        pulled_after_bytes: that come from the computer: then the cable is pulled; None: never.
        starts: asked at power-on, and when a program has gone (in another thread): whether the
            flash holds something to start.
    """

    def __init__(
        self,
        mac: bytes = bytes.fromhex("7cdfa1020304"),
        flash_mb: int = 16,
        chip: str = "esp32s3",
        pulled_after_bytes: int | None = None,
        starts: Callable[[], bool] = lambda: False,
    ) -> None:
        self.path = ""
        self.flash = Flash(flash_mb << 20)
        self.heard_bytes = 0
        self.has_left = False
        self._starts = starts
        self.pulled_after_bytes = pulled_after_bytes
        self._chip = chip
        register = getattr(CHIP_DEFS[chip], "MAC_EFUSE_REG", None)
        high, low = struct.unpack(">HI", mac)
        self._registers = {} if register is None else {register: low, register + 4: high}
        self._wire: _Wire | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "RomLoader":
        self.plug_in()
        return self

    def __exit__(self, *_: object) -> None:
        self.pull()

    def plug_in(self) -> None:
        """Connect it, freshly reset, at a port of its own."""
        self.pull()
        wire = self._wire = _Wire(self)
        self.path = wire.path
        self.heard_bytes = 0
        if self._starts():
            self._leave(wire)
        else:
            self._load(wire, b"")

    def pull(self) -> None:
        """Pull the cable: the port vanishes, the flash keeps what it holds."""
        if self._wire is None:
            return
        self._wire.stop.set()
        self.wait_until_pulled()
        if self.has_left:
            self._wire.vanish()
        self._wire = self._thread = None
        self.has_left = False

    @property
    def is_pulled(self) -> bool:
        """Whether the cable was pulled or the power failed, as was asked for."""
        return self._wire is not None and self._wire.stop.is_set()

    def wait_until_pulled(self) -> None:
        """Wait until the cable was pulled or the power failed, or until it has left its loader."""
        if self._thread is not None:
            self._thread.join()

    def say(self, data: bytes) -> None:
        """Say something on the console, to whoever listens."""
        assert self._wire is not None
        self._wire.say(data)

    def hear(self) -> bytes:
        """Return what somebody typed; what begins with SLIP_BEGIN is a program's, for `load`."""
        assert self._wire is not None
        return self._wire.hear()

    def load(self, heard: bytes) -> None:
        """Reset into the loader, as a program does where the port has the lines for it.

        Args:
            heard: what that program has said already.
        """
        assert self._wire is not None
        self.has_left = False
        self._wire.end_console()
        self._load(self._wire, heard)

    def _load(self, wire: "_Wire", heard: bytes) -> None:
        self._thread = threading.Thread(target=self._serve, args=(wire, heard), daemon=True)
        self._thread.start()

    def _leave(self, wire: "_Wire") -> None:
        wire.begin_console()
        self.has_left = True

    def _serve(self, wire: "_Wire", heard: bytes) -> None:
        try:
            while heard or wire.wait_for_program():  # or it came, and may have gone again
                wire.begin(heard)
                heard = b""
                # It would end a session 3 s after the first file, were it not to end with the port.
                with contextlib.suppress(OSError):
                    handle_client(
                        wire, wire.stop, self._chip, exit_on_disconnect=True, flash=self.flash
                    )
                if not wire.stop.is_set() and self._starts():
                    self._leave(wire)
                    return
        except PowerLostError:
            pass
        wire.vanish()

    def answer(self, asked: int | None, response: bytes) -> bytes:
        """Return the mock's response as this board gives it.

        Args:
            asked: the register, if it was one.
            response: a frame.
        """
        if asked is None:
            return response
        (frame,) = slip_decode_frames(response)
        (value,) = struct.unpack_from("<I", frame, 4)
        if asked in self._registers:
            value = self._registers[asked]
        elif value == protocol.MOCK_FLASH_ID:
            value = self.flash.id
        encoded: bytes = slip_encode(frame[:4] + struct.pack("<I", value) + frame[_HEADER_BYTES:])
        return encoded


class _Wire:
    """The pty, as the mock's BootloaderConnection: one whole frame for each that it asks for.

    Its own takes bytes as they come, loses a frame whose beginning came with the end of another,
    and lets a reading program 50 ms to acknowledge.
    """

    def __init__(self, board: RomLoader) -> None:
        self.stop = threading.Event()
        self._board = board
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)  # so that the end of a program is seen
        self._console: int | None = None
        os.set_blocking(self._master, False)
        self._heard = bytearray()
        self._asked: int | None = None
        self._is_over = False

    def wait_for_program(self) -> bool:
        """Wait until a program has opened the port; False: the cable was pulled before."""
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        while not self.stop.is_set():
            if not any(event & select.POLLHUP for _, event in poll.poll(0)):
                return True
            time.sleep(_LOOK_S)
        return False

    def begin(self, heard: bytes) -> None:
        """Begin a session with what the program has said already."""
        self._heard[:] = heard
        self._is_over = False

    def recv(self, size: int) -> bytes:
        """Return the next frame; b"" when the program has said goodbye or gone, or the cable has.

        One that opens the port again at once is not seen to have gone.
        """
        while not (self.stop.is_set() or self._is_over):
            frame = self._next_frame()
            if frame:
                self._note(frame)
                return frame
            if not select.select([self._master], [], [], _LOOK_S)[0]:
                continue
            try:
                self._take(os.read(self._master, 65536))
            except OSError:  # EIO: nobody has it open any more
                return b""
        return b""

    def _take(self, data: bytes) -> None:
        limit = self._board.pulled_after_bytes
        self._heard += data if limit is None else data[: max(0, limit - self._board.heard_bytes)]
        self._board.heard_bytes += len(data)
        if limit is not None and self._board.heard_bytes >= limit:
            self.stop.set()

    def _next_frame(self) -> bytes:
        begin = self._heard.find(SLIP_BEGIN)
        if begin < 0:
            return b""
        while self._heard[begin + 1 : begin + 2] == SLIP_BEGIN:
            begin += 1
        end = self._heard.find(SLIP_BEGIN, begin + 1)
        if end < 0:
            return b""
        frame = bytes(self._heard[begin : end + 1])
        del self._heard[: end + 1]
        return frame

    def _note(self, frame: bytes) -> None:
        """Remember which register is asked for, if one is, and whether this was the last frame."""
        begins, says = _GOODBYE
        (said,) = slip_decode_frames(frame)
        self._is_over = frame[1:5] == begins and said[_HEADER_BYTES:] == says
        self._asked = None
        if frame[1:3] == bytes([0, _READ_REG]) and len(said) >= _HEADER_BYTES + 4:
            (self._asked,) = struct.unpack_from("<I", said, _HEADER_BYTES)

    def sendall(self, data: bytes) -> None:
        """Say a response; OSError when the program or the cable has gone."""
        left = self._board.answer(self._asked, data)
        while left:
            if self.stop.is_set():
                raise ConnectionResetError
            if select.select([], [self._master], [], _LOOK_S)[1]:
                with contextlib.suppress(BlockingIOError):
                    left = left[os.write(self._master, left) :]

    # A console, whose port lives on when a program closes it

    def begin_console(self) -> None:
        """Be one from now on."""
        self._console = os.open(self.path, os.O_RDWR | os.O_NOCTTY)

    def end_console(self) -> None:
        """Be none any more."""
        assert self._console is not None
        os.close(self._console)
        self._console = None

    def say(self, data: bytes) -> None:
        """Say something; what nobody reads is lost, as on a serial line."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)

    def hear(self) -> bytes:
        """Return what was said there, b"" if nothing."""
        assert self._console is not None
        fcntl.ioctl(self._console, termios.TIOCNXCL)  # a claim would outlive its program
        with contextlib.suppress(BlockingIOError):
            return os.read(self._master, 65536)
        return b""

    def vanish(self) -> None:
        """Take the port away."""
        self.stop.set()
        if self._console is not None:
            self.end_console()
        os.close(self._master)

    def set_timeout(self, timeout_s: float) -> None:
        """Nothing is late on a wire: the next frame or its end is what comes."""

    def close(self) -> None:
        """The session is over; the port stays."""

    def ignore_eof_for_disconnect(self) -> bool:
        """Whether the program's end is to be overlooked."""
        return False

    def abort_empty_session(self) -> bool:
        """Whether a session in which nothing was said is none."""
        return False
