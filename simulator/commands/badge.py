"""The badge reader alone, at 1x, for a program that opens a serial port. Decides nothing."""

import sys
from collections.abc import Sequence

from simulator.devices.pn532 import Pn532
from simulator.devices.pn532_hsu import HsuPort
from simulator.engine.pty_line import PtyLine
from simulator.engine.world import World
from simulator.errors import InputError

_FOR_EVER_S = 86_400.0 * 365


def play_badge(badges: Sequence[tuple[bytes, bytes | None]]) -> None:
    """Play a badge reader with these badges lying on it, until interrupted.

    A badge is its UID and, when it can prove itself, its key. Prints the pty's path as the first
    line of stdout. Raises InputError for a UID of no card.
    """
    line = PtyLine()
    with World(realtime=True) as world:
        world.network.listen(line)
        reader = Pn532(world.timeline, HsuPort(world.timeline, line))
        try:
            for uid, key in badges:
                reader.present(uid, _FOR_EVER_S, beside=True, key=key)
        except ValueError as error:
            raise InputError(str(error)) from None
        print(line.path, flush=True)
        print("a PN532 with its badges on it; Ctrl-C ends", file=sys.stderr)
        world.run_forever()
