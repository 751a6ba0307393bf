"""A serial line that is a pty, for any program that opens a serial port. Knows no device.

The pty is raw, its other end is kept open, and writing never blocks: what nobody reads is lost,
as on a serial line.
"""

import contextlib
import fcntl
import os
import termios
import tty
from collections.abc import Callable


class PtyLine:
    """A serial line (uart.SerialLine) whose far end is a pty; `path` is what to open."""

    def __init__(self) -> None:
        self.on_data: Callable[[bytes], None] = lambda data: None
        # The slave's descriptor stays open: the line lives on when a program closes it.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)

    def fileno(self) -> int:
        """Return the descriptor, for select."""
        return self._master

    def readable(self) -> None:
        """Take what somebody wrote."""
        self._let_others_open_it()
        with contextlib.suppress(BlockingIOError):
            self.on_data(os.read(self._master, 4096))

    def send(self, data: bytes) -> None:
        """Say bytes to whoever listens."""
        self._let_others_open_it()
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)

    def forget(self) -> None:
        """Lose what was said before anybody listened, as a port that is not open does."""
        termios.tcflush(self._slave, termios.TCIFLUSH)

    def _let_others_open_it(self) -> None:
        # A program's claim on a port (TIOCEXCL) ends when the last who has it open closes it.
        # That would be this line, never: so the next program, unless it is root's, found it busy.
        fcntl.ioctl(self._slave, termios.TIOCNXCL)
