"""The server's end of the Noise handshake of noise.py. Loaded at its first use: never on a box."""

from shared_protocol.crypto import X25519
from shared_protocol.limits import PUBLIC_KEY_BYTES
from shared_protocol.noise import BASE_POINT, CipherState, SymmetricState, parse

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable


class Responder:
    """The server's side. Costs no X25519 before the tag of message 1 proves that the key is known.

    A replayed message 1 passes that tag. It gains nothing: without the ephemeral secret nobody can
    seal a frame, and session.py reports nobody before a sealed frame opens.
    """

    def __init__(
        self, prologue: bytes, psk: bytes, random: "Callable[[int], bytes]", message: bytes
    ):
        """Take and check message 1.

        Raises:
            RemoteProtocolError: its length is wrong, or its tag (wrong key).
        """
        self._remote, tag = parse(message)
        self._state = SymmetricState(prologue, psk)
        self._state.mix_ephemeral(self._remote)
        self._state.open_empty(tag)
        self._scalar = random(PUBLIC_KEY_BYTES)
        self._work = X25519(self._scalar, BASE_POINT)
        self._public = b""
        self.busy = True
        self.ciphers: tuple[CipherState, CipherState] | None = None

    def step(self) -> bytes:
        """Do one slice of work; return message 2 when it is ready, else nothing.

        `ciphers` then holds (sending, receiving).

        Raises:
            RemoteProtocolError: message 1 had a weak key.
        """
        if not self._work.step():
            return b""
        if not self._public:
            self._public = self._work.result
            self._work = X25519(self._scalar, self._remote)
            return b""
        self.busy = False
        self._state.mix_ephemeral(self._public)
        self._state.mix_key(self._work.result)
        message = self._public + self._state.seal_empty()
        receiving, sending = self._state.split()
        self.ciphers = sending, receiving
        return message
