"""Noise_NNpsk0_25519_AESCCM8_SHA256 (Noise specification, revision 34): shared parts, box's end.

Pattern: `-> psk, e` then `<- e, ee`, both payloads empty. The two X25519 of each side are done in
slices by `step()`. No framing, no deadline and no buffer here: session.py has them. The server's
end is responder.py, which no box loads.
"""

from shared_protocol.crypto import X25519, AesCcm, hkdf, sha256
from shared_protocol.errors import RemoteProtocolError
from shared_protocol.limits import HANDSHAKE_BYTES, PUBLIC_KEY_BYTES

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = b"Noise_NNpsk0_25519_AESCCM8_SHA256"
BASE_POINT = b"\x09" + bytes(31)


class CipherState:
    """One direction's key and its counter, which is never on the wire."""

    def __init__(self, key: bytes):
        """Start counting at zero under a fresh 32-byte key."""
        self._aead = AesCcm(key)
        self.counter = 0

    def seal(self, associated: bytes, plain: bytes) -> bytes:
        """Encrypt under the next nonce."""
        return self._aead.seal(self._next_nonce(), associated, plain)

    def open(self, associated: bytes, sealed: bytes) -> bytes:
        """Decrypt under the next nonce; RemoteProtocolError when the tag is wrong."""
        return self._aead.open(self._next_nonce(), associated, sealed)

    def _next_nonce(self) -> bytes:
        nonce = bytes(4) + self.counter.to_bytes(8, "big")
        self.counter += 1
        return nonce


class SymmetricState:
    """The hash and the chaining key that both sides grow alike (Noise, section 5.2)."""

    def __init__(self, prologue: bytes, psk: bytes):
        """Begin with the protocol name and the prologue, then the token psk."""
        self._hash = sha256(sha256(_NAME) + prologue)
        self._chaining_key, mixed, key = hkdf(sha256(_NAME), psk, 3)
        self._mix_hash(mixed)
        self._cipher = CipherState(key)

    def mix_key(self, material: bytes) -> None:
        """Token ee: a shared secret enters the key."""
        self._chaining_key, key = hkdf(self._chaining_key, material, 2)
        self._cipher = CipherState(key)

    def mix_ephemeral(self, public: bytes) -> None:
        """Token e: a public key enters the hash and, as there is a psk, the key too."""
        self._mix_hash(public)
        self.mix_key(public)

    def seal_empty(self) -> bytes:
        """The tag of an empty payload, which vouches for everything mixed so far."""
        tag = self._cipher.seal(self._hash, b"")
        self._mix_hash(tag)
        return tag

    def open_empty(self, tag: bytes) -> None:
        """Check the peer's tag; RemoteProtocolError when it is wrong."""
        self._cipher.open(self._hash, tag)
        self._mix_hash(tag)

    def split(self) -> tuple[CipherState, CipherState]:
        """The two transport ciphers: initiator to responder, responder to initiator."""
        first, second = hkdf(self._chaining_key, b"", 2)
        return CipherState(first), CipherState(second)

    def _mix_hash(self, data: bytes) -> None:
        self._hash = sha256(self._hash + data)


class Initiator:
    """The box's side. `busy` until message 1 is out, and again after message 2 came in."""

    def __init__(self, prologue: bytes, psk: bytes, random: "Callable[[int], bytes]"):
        """Draw the ephemeral secret; the work is left to `step()`."""
        self._state = SymmetricState(prologue, psk)
        self._scalar = random(PUBLIC_KEY_BYTES)
        self._work = X25519(self._scalar, BASE_POINT)
        self._tag = b""
        self.busy = True
        self.ciphers: tuple[CipherState, CipherState] | None = None

    def step(self) -> bytes:
        """Do one slice of work; return message 1 when it is ready, else nothing.

        When the work after message 2 is done, `ciphers` holds (sending, receiving).

        Raises:
            RemoteProtocolError: message 2 has a wrong tag or a weak key.
        """
        if not self._work.step():
            return b""
        self.busy = False
        if not self._tag:
            public = self._work.result
            self._state.mix_ephemeral(public)
            return public + self._state.seal_empty()
        self._state.mix_key(self._work.result)
        self._state.open_empty(self._tag)
        self.ciphers = self._state.split()
        return b""

    def receive(self, message: bytes) -> None:
        """Take message 2; RemoteProtocolError when its length is wrong."""
        public, self._tag = parse(message)
        self._state.mix_ephemeral(public)
        self._work = X25519(self._scalar, public)
        self.busy = True


def parse(message: bytes) -> tuple[bytes, bytes]:
    """Either message as public key and tag; RemoteProtocolError when its length is wrong."""
    if len(message) != HANDSHAKE_BYTES:
        raise RemoteProtocolError("handshake_length")
    return message[:PUBLIC_KEY_BYTES], message[PUBLIC_KEY_BYTES:]
