"""The box's keys: the one it was given, and the next one while both may be in force.

The server brings a new key under the seal of the present one. From then on the box tries the new
key first, and after a failed handshake the other: a server restored from an older backup knows only
that one. Storage is the caller's; nothing here is ever printed.
"""

from shared_protocol import codec
from shared_protocol.errors import RemoteProtocolError
from shared_protocol.limits import MAX_COUNTER_STEP

_LAYOUT = "8HkHk"  # box id, then generation and key: the one in force, the next


class Keys:
    """Attributes to read: `generation`, `key` (32 bytes): what the next handshake uses."""

    def __init__(self, box_id: bytes, generation: int, key: bytes, stored: bytes = b""):
        """Take up what `to_bytes` gave; the identity's own key when it is absent or another's."""
        self._box_id = box_id
        self._pair = [(generation, key)]
        try:
            owner, *both = codec.decode(_LAYOUT, stored)[0]
        except RemoteProtocolError:  # absent or too short
            owner = None
        # A box that was given a newer identity forgets what came before it.
        if owner == box_id and both[2] > generation:
            self._pair = [(both[0], both[1]), (both[2], both[3])]
        self._use(-1)

    def to_bytes(self) -> bytes:
        """What is to be stored, atomically."""
        first, last = self._pair[0], self._pair[-1]
        return codec.encode(_LAYOUT, (self._box_id,) + first + last)

    def is_jump(self, generation: int) -> bool:
        """Whether a generation is so far above ours that it would use the numbers up."""
        return generation - self.generation > MAX_COUNTER_STEP

    def take(self, generation: int, key: bytes) -> bool:
        """Take the key of a NewKey message; False when it is not above the one in use, or a jump.

        The one in use has just proved itself: it stays as the other.
        """
        if generation <= self.generation or self.is_jump(generation):
            return False
        self._pair = [(self.generation, self.key), (generation, key)]
        self._use(-1)
        return True

    def failed(self) -> None:
        """Tell that a handshake did not succeed: the next one uses the other key."""
        self._use(0 if self.generation == self._pair[-1][0] else -1)

    def _use(self, which: int) -> None:
        self.generation, self.key = self._pair[which]
