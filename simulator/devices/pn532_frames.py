"""The frames of a PN532 (UM0701-02, section 6.2.1): bytes to what they mean, and back.

Normal and extended information frames, ACK, NACK. Keeps no time and knows no command.
"""

ACK = bytes.fromhex("0000ff00ff00")
NACK = bytes.fromhex("0000ffff0000")
ERROR = bytes.fromhex("0000ff01ff7f8100")
_START = b"\x00\xff"
_EXTENDED = b"\xff\xff"
_LONGEST_NORMAL = 255
_LONGEST = 265  # what the chip has room for


class FrameReader:
    """Finds frames in what a line brings, however it is cut and whatever lies between."""

    def __init__(self) -> None:
        self._heard = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes; return what became whole: ACK, NACK, or the body of a frame.

        A frame with a wrong checksum is passed over, as the chip does; one that was cut short has
        taken the beginning of the next for its own, so the search goes on inside it.
        """
        self._heard += data
        found: list[bytes] = []
        while (start := self._heard.find(_START)) >= 0:
            rest = self._heard[start + len(_START) :]
            head = _head(rest)
            if head is None:  # not all of it is here
                self._heard = self._heard[start:]
                return found
            size, length = head
            if length is None:  # no frame begins here: look on right after it
                self._heard = rest
                continue
            if rest[:2] in (b"\x00\xff", b"\xff\x00"):
                found.append(ACK if rest[:2] == b"\x00\xff" else NACK)
                self._heard = rest[2:]
                continue
            if len(rest) < size + length + 1:
                self._heard = self._heard[start:]
                return found
            if sum(rest[size : size + length + 1]) & 0xFF:
                self._heard = rest
                continue
            found.append(rest[size : size + length])
            self._heard = rest[size + length + 1 :]
        self._heard = self._heard[-1:]
        return found

    def forget(self) -> None:
        """Lose what was heard of a frame."""
        self._heard = b""


def _head(rest: bytes) -> tuple[int, int | None] | None:
    """Return the size of the length field, and the length or None if it cannot be right.

    None alone: more bytes are needed. ACK and NACK have a length field and nothing after it.
    """
    if len(rest) < 2:
        return None
    if rest[:2] == _EXTENDED:
        if len(rest) < 5:
            return None
        length = int.from_bytes(rest[2:4], "big")
        return 5, length if sum(rest[2:5]) & 0xFF == 0 and 0 < length <= _LONGEST else None
    if rest[:2] in (b"\x00\xff", b"\xff\x00"):
        return 2, 0
    return 2, rest[0] if sum(rest[:2]) & 0xFF == 0 and rest[0] else None


def frame(body: bytes) -> bytes:
    """Return the information frame around a body, extended when it is too long for a normal one."""
    if len(body) <= _LONGEST_NORMAL:
        length = bytes([len(body), -len(body) & 0xFF])
    else:
        size = len(body).to_bytes(2, "big")
        length = _EXTENDED + size + bytes([-sum(size) & 0xFF])
    return b"\x00\x00\xff" + length + body + bytes([-sum(body) & 0xFF, 0])
