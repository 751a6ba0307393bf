"""X25519 (RFC 7748) in slices, on plain integers, for the box, whose loop may not be held 20 ms.

Not constant-time: Python integers never are. Each scalar is used for two multiplications and
thrown away, and an observer sees them only through a cellular modem.
"""

from shared_protocol.errors import RemoteProtocolError

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Iterator

_P = (1 << 255) - 19
_2P = 2 * _P
_MASK = (1 << 255) - 1
_A24 = 121665
_LADDER_STEPS_PER_SLICE = 5
"""A step is 10 modular products. Counted with valgrind, on numbers of twice the digits because the
box's integers have 16-bit digits and the host's have 32, a slice takes 1.1 million instructions: 5
to 15 ms on an ESP32 at 240 MHz that does 1 to 0.3 a cycle. All slices together: 73 million."""


class X25519:
    """`result` = scalar * point; call `step()` until it says True."""

    def __init__(self, scalar: bytes, point: bytes):
        """Take a 32-byte secret and a 32-byte u-coordinate, both little-endian."""
        secret = int.from_bytes(scalar, "little")
        secret = (secret & ((1 << 254) - 8)) | (1 << 254)
        # RFC 7748, section 5: the top bit of the point is not part of it.
        self._slices = _multiply(secret, int.from_bytes(point, "little") & _MASK)
        self.result = b""

    def step(self) -> bool:
        """Do one slice of work; True when `result` (32 bytes) is ready.

        Raises:
            RemoteProtocolError: the peer's point is one of the few that give an all-zero secret.
        """
        u = next(self._slices)
        if u is None:
            return False
        if u == 0:
            raise RemoteProtocolError("weak_point")
        self.result = u.to_bytes(32, "little")
        return True


def _reduce(product: int) -> int:
    """Below 2P, from at most 2^531; as 2^255 = 19 mod P, folding costs half of what `%` does."""
    product = (product & _MASK) + 19 * (product >> 255)
    return (product & _MASK) + 19 * (product >> 255)


def _square(value: int, times: int) -> int:
    for _ in range(times):
        value = _reduce(value * value)
    return value


def _multiply(secret: int, u: int) -> "Iterator[int | None]":
    """Yield None after each slice of work and at last the u-coordinate of the product.

    The ladder of RFC 7748, section 5, with its names. All values stay below 2P, and 2P is added
    before a difference is used, so that nothing negative is ever folded.
    """
    x2, z2, x3, z3 = 1, 0, u, 1
    swapped = 0
    for position in range(254, -1, -1):
        bit = (secret >> position) & 1
        if bit != swapped:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swapped = bit
        a, b = x2 + z2, x2 - z2 + _2P
        aa, bb = _reduce(a * a), _reduce(b * b)
        e = aa - bb + _2P
        da, cb = _reduce((x3 - z3 + _2P) * a), _reduce((x3 + z3) * b)
        x2, z2 = _reduce(aa * bb), _reduce(e * (aa + _A24 * e))
        x3, z3 = _square(da + cb, 1), _reduce(u * _square(da - cb, 1))
        if position % _LADDER_STEPS_PER_SLICE == 0:
            yield None
    if swapped:
        x2, z2 = x3, z3
    # 1/z2 = z2^(P-2), and P-2 = 2^255 - 21 is, in binary, 19 times 13 ones, then 11101011.
    ones = z2
    for _ in range(12):
        ones = _reduce(_square(ones, 1) * z2)
    yield None
    inverse = ones
    for _ in range(18):
        inverse = _reduce(_square(inverse, 13) * ones)
        yield None
    for bit in (1, 1, 1, 0, 1, 0, 1, 1):
        inverse = _reduce(_square(inverse, 1) * (z2 if bit else 1))
    yield None
    yield x2 * inverse % _P
