"""Which serial port the board is at, by what its USB side says it is. Speaks to no board."""

import errno
import fcntl
import os
import termios
from collections.abc import Callable, Sequence
from typing import Protocol

from flasher.failures import FlashError
from flasher.failures.board import BoardFailure

_ESPRESSIF = 0x303A
_BOARDS = {
    (_ESPRESSIF, 0x1001),  # the S3's own USB, in its loader or running
    (_ESPRESSIF, 0x4001),  # MicroPython's console on it
    (0x10C4, 0xEA60),  # CP2102
    (0x1A86, 0x7523),  # CH340
    (0x1A86, 0x55D3),  # CH343
    (0x1A86, 0x55D4),  # CH9102
    (0x0403, 0x6001),  # FT232R
    (0x0403, 0x6015),  # FT231X
}


class Port(Protocol):
    """A port as pyserial lists it."""

    device: str
    description: str
    serial_number: str | None
    vid: int | None
    pid: int | None


def choose(ports: Sequence[Port], ask: Callable[[Sequence[str]], int | None]) -> str:
    """Return the device of the one board that is connected, or that is chosen.

    Args:
        ports: all there are.
        ask: shows several and returns the number of one, from 0; None: there is nobody to ask.

    Raises:
        FlashError: there is none, or nobody to ask which.
    """
    found = sorted(
        (port for port in ports if (port.vid, port.pid) in _BOARDS), key=lambda port: port.device
    )
    if not found:
        raise FlashError(BoardFailure.NO_BOARD)
    if len(found) == 1:
        return found[0].device
    lines = [f"{port.device}  {port.description}  {port.serial_number or ''}" for port in found]
    chosen = ask([line.rstrip() for line in lines])
    if chosen is None:
        raise FlashError(
            BoardFailure.SEVERAL_BOARDS, ports=", ".join(port.device for port in found)
        )
    return found[chosen].device


def found_again(
    ports: Sequence[Port],
    mac: str,
    former: str,
    former_exists: bool,
    ask: Callable[[Sequence[str]], int | None] | None,
) -> str | None:
    """Return the device of a board that was reset; None: it is not back yet.

    The chip's own USB tells its MAC as its serial number, written one way by the chip's loader and
    another by MicroPython. A bridge on the board tells nothing of it, and stays where it was.

    Args:
        ports: all there are.
        mac: of the board, as `7c:df:a1:02:03:04`.
        former: where it was.
        former_exists: there is something there now, which may be no port that is listed.
        ask: as that of `choose`, for boards that cannot be told apart; None: it is not time to.
    """
    wanted = _plain(mac)
    for port in ports:
        if port.vid == _ESPRESSIF and _plain(port.serial_number) == wanted:
            return port.device
    own_usb = {port.device for port in ports if port.vid == _ESPRESSIF}  # of another chip
    if former_exists and former not in own_usb:
        return former
    bridges = [port for port in ports if port.vid != _ESPRESSIF]
    if ask is None or not any((port.vid, port.pid) in _BOARDS for port in bridges):
        return None
    try:
        return choose(bridges, ask)
    except FlashError:  # nobody knows
        return None


def _plain(serial_number: str | None) -> str:
    return (serial_number or "").replace(":", "").lower()


def can_reset(device: str) -> bool:
    """Whether the port has the lines that put a board into its loader; it is opened for that.

    Where it has none (a pty, some adapters), the board must be in its loader already.

    Raises:
        FlashError: it cannot be opened, or is no serial port.
    """
    try:
        descriptor = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        failures = {
            errno.ENOENT: BoardFailure.NO_PORT,
            errno.ENXIO: BoardFailure.NO_PORT,
            errno.ENODEV: BoardFailure.NO_PORT,
            errno.EACCES: BoardFailure.FORBIDDEN_PORT,
            errno.EPERM: BoardFailure.FORBIDDEN_PORT,
            errno.EBUSY: BoardFailure.BUSY_PORT,
        }
        code = error.errno or 0
        raise FlashError(failures.get(code, BoardFailure.NOT_A_PORT), port=device) from None
    try:
        if not os.isatty(descriptor):
            raise FlashError(BoardFailure.NOT_A_PORT, port=device)
        try:
            fcntl.ioctl(descriptor, termios.TIOCMGET, bytes(4))
        except OSError:
            return False
        return True
    finally:
        os.close(descriptor)
