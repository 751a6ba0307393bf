"""A box's console on a pty, which says the same again and again to whoever listens."""

import contextlib
import os
import threading
import tty
from typing import NamedTuple

_AGAIN_S = 0.05


class TalkingConsole:
    """A console; use it as a context.

    Attributes:
        path: of its port.
    """

    def __init__(self, spoken: bytes) -> None:
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        os.set_blocking(self._ours, False)
        self.path = os.ttyname(theirs)
        self._theirs = theirs
        self._spoken = spoken
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)

    def __enter__(self) -> "TalkingConsole":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Vanish."""
        if not self._is_over.is_set():
            self._is_over.set()
            self._thread.join()
            os.close(self._theirs)
            os.close(self._ours)

    def _talk(self) -> None:
        while not self._is_over.wait(_AGAIN_S):
            with contextlib.suppress(BlockingIOError):
                os.write(self._ours, self._spoken)


class Listed(NamedTuple):
    """A port of the S3's own USB, as pyserial lists it under MicroPython."""

    device: str
    serial_number: str | None = "7cdfa1020304"
    description: str = "Board CDC"
    vid: int | None = 0x303A
    pid: int | None = 0x4001
