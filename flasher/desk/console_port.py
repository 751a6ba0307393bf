"""The console of a board that has just been started, at whichever port it comes back.

The chip's own USB goes with the chip and may return under another name: the board is known by its
MAC there. Reads only: nothing is ever typed to a box.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import serial
from serial.tools import list_ports

from flasher.ports import found_again

_BAUD = 115_200
_WAIT_S = 1.0
_LOOK_S = 0.3
_MOST_BYTES = 4096
_ASK_AFTER_S = 10.0  # by then a board that comes back by itself has done so


class ConsolePort:
    """A board's console; use it as a context, so that its port is closed.

    Args:
        port: where the board was written.
        mac: of it.
        ask: shows several ports and returns the number of one, from 0; None: nobody knows.
    """

    def __init__(self, port: str, mac: str, ask: Callable[[Sequence[str]], int | None]) -> None:
        self._port = port
        self._mac = mac
        self._ask: Callable[[Sequence[str]], int | None] | None = ask
        self._ask_from_s = time.monotonic() + _ASK_AFTER_S
        self._open: serial.Serial | None = None

    def __enter__(self) -> "ConsolePort":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._close()

    def read(self) -> bytes | None:
        """Return what has come within a second; None: the board is at no port now."""
        try:
            if self._open is None:
                self._port = self._found() or self._port
                self._open = serial.Serial(self._port, _BAUD, timeout=_WAIT_S, exclusive=True)
            waiting = min(self._open.in_waiting, _MOST_BYTES)
            return self._open.read(waiting or 1)
        except (OSError, serial.SerialException):
            self._close()
            time.sleep(_LOOK_S)
            return None

    def _found(self) -> str | None:
        ask = self._ask if time.monotonic() >= self._ask_from_s else None
        if ask is not None:
            self._ask = None  # once is enough
        is_there = Path(self._port).exists()
        return found_again(list_ports.comports(), self._mac, self._port, is_there, ask)

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
