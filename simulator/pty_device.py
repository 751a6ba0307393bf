"""One simulated device alone on a pty, at 1x, for any program that opens a serial port.

The pty is raw, its other end is kept open, and writing never blocks: what nobody reads is lost,
as on a serial line.
"""

import contextlib
import os
import signal
import sys
import termios
import tty
from collections.abc import Callable, Sequence
from pathlib import Path

from simulator.devices.gnss import GnssReceiver
from simulator.devices.pn532 import Pn532
from simulator.errors import InputError
from simulator.nmea import read_log
from simulator.world import World

_FOR_EVER_S = 86_400.0 * 365


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
        with contextlib.suppress(BlockingIOError):
            self.on_data(os.read(self._master, 4096))

    def send(self, data: bytes) -> None:
        """Say bytes to whoever listens."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)

    def forget(self) -> None:
        """Lose what was said before anybody listened, as a port that is not open does."""
        termios.tcflush(self._slave, termios.TCIFLUSH)


def play_gnss(path: Path) -> None:
    """Play a log once on a pty, then be silent until interrupted.

    Prints the pty's path as the first line of stdout. Raises InputError when the log is none.
    """
    log = read_log(path)
    line = PtyLine()
    print(line.path, flush=True)
    print(f"playing {len(log.bursts)} epochs, {log.duration_s:.0f} s, once", file=sys.stderr)
    with World(realtime=True) as world:
        world.network.listen(line)
        receiver = GnssReceiver(world.timeline, line)
        world.run_for(receiver.play_log(log))
        print(f"played {receiver.sentences_said} lines; silent now, Ctrl-C ends", file=sys.stderr)
        signal.pause()


def play_badge(uids: Sequence[bytes]) -> None:
    """Play a badge reader with these badges lying on it, until interrupted.

    Prints the pty's path as the first line of stdout. Raises InputError for a UID of no card.
    """
    line = PtyLine()
    with World(realtime=True) as world:
        world.network.listen(line)
        reader = Pn532(world.timeline, line)
        try:
            for uid in uids:
                reader.present(uid, _FOR_EVER_S, beside=True)
        except ValueError as error:
            raise InputError(str(error)) from None
        print(line.path, flush=True)
        print("a PN532 with its badges on it; Ctrl-C ends", file=sys.stderr)
        while True:
            world.run_for(_FOR_EVER_S)
