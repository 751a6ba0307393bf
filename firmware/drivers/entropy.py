"""Unpredictable bytes on a chip whose generator is weak while its radio is off.

The chip's bytes are mixed with a secret seed in flash and a count of boots. The seed is replaced,
in flash, before the first byte is given out, so that no boot repeats another; only a flash that
takes nothing any more leaves the difference to the chip, for the box must start all the same.
"""

import os

from firmware.logic.const import const
from shared_protocol.crypto import hmac_sha256, sha256

_FILE = const("seed")
_SEED_BYTES = const(32)
_COUNT_BYTES = const(4)


class Entropy:
    """Callable: n -> n bytes."""

    def __init__(self, store):
        """Take the seed from `store` (a FlashStore), and put the next one there."""
        kept = store.read_or_empty(_FILE)
        boots = int.from_bytes(kept[_SEED_BYTES:], "big") + 1
        count = boots.to_bytes(_COUNT_BYTES, "big")
        self._key = sha256(kept + os.urandom(_SEED_BYTES) + count)
        self._drawn = 0
        try:
            store.write(_FILE, self(_SEED_BYTES) + count)
        except OSError:
            pass

    def __call__(self, size: int) -> bytes:
        """Give `size` bytes."""
        data = b""
        while len(data) < size:
            self._drawn += 1
            label = self._drawn.to_bytes(8, "big") + os.urandom(_SEED_BYTES)
            data += hmac_sha256(self._key, label)
        return data[:size]
