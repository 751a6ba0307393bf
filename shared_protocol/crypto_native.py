"""The primitives on the box, from MicroPython's native SHA-256, AES-ECB and AES-CBC.

AES-CCM per NIST SP 800-38C (RFC 3610) with a 12-byte nonce, hence a 3-byte length. There is no
native CTR, so ECB makes the key stream and a big-integer XOR applies it. Never imported by CPython.
"""

from hashlib import sha256 as _native_sha256

from cryptolib import aes

from shared_protocol.errors import RemoteProtocolError
from shared_protocol.x25519 import X25519

__all__ = ("X25519", "AesCcm", "hmac_sha256", "sha256")

_ECB = 1
_CBC = 2
_PIECE_BYTES = 256
"""Native calls take this much at a time: few calls, and no large block asked of a small heap."""

_HASH_BLOCK_BYTES = 64
_INNER_PAD = int.from_bytes(b"\x36" * _HASH_BLOCK_BYTES, "big")
_OUTER_PAD = int.from_bytes(b"\x5c" * _HASH_BLOCK_BYTES, "big")


def sha256(*pieces: "bytes | memoryview") -> bytes:
    """SHA-256 of the pieces one after the other, 32 bytes."""
    found = _native_sha256()
    for piece in pieces:
        found.update(piece)
    return found.digest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104), 32 bytes."""
    if len(key) > _HASH_BLOCK_BYTES:
        key = sha256(key)
    padded = int.from_bytes(key + bytes(_HASH_BLOCK_BYTES - len(key)), "big")
    inner = sha256((padded ^ _INNER_PAD).to_bytes(_HASH_BLOCK_BYTES, "big") + data)
    return sha256((padded ^ _OUTER_PAD).to_bytes(_HASH_BLOCK_BYTES, "big") + inner)


class AesCcm:
    """AES-CCM with a tag of `tag_bytes` bytes (4 to 16, even).

    Every nonce has 12 bytes and associated data less than 65,280: noise.py knows no others.
    """

    def __init__(self, key: bytes, tag_bytes: int = 8):
        """Keep a key of 16 or 32 bytes."""
        self._key = key
        self._ecb = aes(key, _ECB)
        self._tag_bytes = tag_bytes

    def seal(self, nonce: bytes, associated: bytes, plain: bytes) -> bytes:
        """Encrypt: ciphertext of the length of `plain`, then the tag."""
        parts = self._apply_key_stream(nonce, plain)
        parts.append(self._tag(nonce, associated, plain))
        return b"".join(parts)

    def open(self, nonce: bytes, associated: bytes, sealed: bytes) -> bytes:
        """Decrypt.

        Raises:
            RemoteProtocolError: the tag is wrong; nothing of the plaintext is revealed.
        """
        size = len(sealed) - self._tag_bytes
        if size < 0:
            raise RemoteProtocolError("bad_tag")
        plain = b"".join(self._apply_key_stream(nonce, sealed[:size]))
        difference = 0
        tag = self._tag(nonce, associated, plain)
        for index in range(self._tag_bytes):  # no early exit: the time tells nothing
            difference |= tag[index] ^ sealed[size + index]
        if difference:
            raise RemoteProtocolError("bad_tag")
        return plain

    def _tag(self, nonce: bytes, associated: bytes, plain: bytes) -> bytes:
        """The CBC-MAC over the formatted blocks, encrypted with counter block 0."""
        flags = ((self._tag_bytes - 2) // 2) << 3 | 2 | (0x40 if associated else 0)
        head = bytes((flags,)) + nonce + len(plain).to_bytes(3, "big")
        if associated:
            head += len(associated).to_bytes(2, "big") + associated
        cbc = aes(self._key, _CBC, bytes(16))  # keeps its chaining value from call to call
        mac = cbc.encrypt(_padded(head))
        for start in range(0, len(plain), _PIECE_BYTES):
            mac = cbc.encrypt(_padded(plain[start : start + _PIECE_BYTES]))
        return _xor(self._key_stream(nonce, 0, 1), mac[-16:])[: self._tag_bytes]

    def _apply_key_stream(self, nonce: bytes, data: bytes) -> list[bytes]:
        """Encrypt or decrypt: the pieces of the result."""
        pieces = []
        for start in range(0, len(data), _PIECE_BYTES):
            piece = data[start : start + _PIECE_BYTES]
            blocks = (len(piece) + 15) // 16
            stream = self._key_stream(nonce, 1 + start // 16, blocks)
            pieces.append(_xor(stream[: len(piece)], piece))
        return pieces

    def _key_stream(self, nonce: bytes, first: int, blocks: int) -> bytes:
        """Counter blocks `first`, `first` + 1 ... encrypted in one native call."""
        prefix = b"\x02" + nonce
        counters = [prefix + i.to_bytes(3, "big") for i in range(first, first + blocks)]
        stream: bytes = self._ecb.encrypt(b"".join(counters))
        return stream


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 16)


def _xor(left: bytes, right: bytes) -> bytes:
    mixed = int.from_bytes(left, "big") ^ int.from_bytes(right, "big")
    return mixed.to_bytes(len(left), "big")
