"""The primitives on the server, from the `cryptography` package (OpenSSL). Never on the box."""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from shared_protocol.errors import RemoteProtocolError


def sha256(*pieces: "bytes | memoryview") -> bytes:
    """SHA-256 of the pieces one after the other, 32 bytes."""
    return hashlib.sha256(b"".join(pieces)).digest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104), 32 bytes."""
    return hmac.digest(key, data, "sha256")


class AesCcm:
    """AES-CCM with a tag of `tag_bytes` bytes (4 to 16, even); see crypto_native.py."""

    def __init__(self, key: bytes, tag_bytes: int = 8):
        """Keep a key of 16 or 32 bytes."""
        self._ccm = AESCCM(key, tag_bytes)

    def seal(self, nonce: bytes, associated: bytes, plain: bytes) -> bytes:
        """Encrypt: ciphertext of the length of `plain`, then the tag."""
        return self._ccm.encrypt(nonce, plain, associated)

    def open(self, nonce: bytes, associated: bytes, sealed: bytes) -> bytes:
        """Decrypt.

        Raises:
            RemoteProtocolError: the tag is wrong; nothing of the plaintext is revealed.
        """
        try:
            return self._ccm.decrypt(nonce, sealed, associated)
        except InvalidTag:
            raise RemoteProtocolError("bad_tag") from None


class X25519:
    """The stepper of x25519.py, done in one step because OpenSSL takes 50 microseconds."""

    def __init__(self, scalar: bytes, point: bytes):
        """Take a 32-byte secret and a 32-byte u-coordinate (RFC 7748)."""
        self._scalar = scalar
        self._point = point
        self.result = b""

    def step(self) -> bool:
        """Compute; always True, for `result` is then ready.

        Raises:
            RemoteProtocolError: the peer's point is one of the few that give an all-zero secret.
        """
        private = X25519PrivateKey.from_private_bytes(self._scalar)
        try:
            self.result = private.exchange(X25519PublicKey.from_public_bytes(self._point))
        except ValueError:
            raise RemoteProtocolError("weak_point") from None
        return True
