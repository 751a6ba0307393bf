"""One connection between a box and the server, either role, without socket, clock or log.

The caller feeds received bytes and the time, sends what `bytes_to_send()` gives, and calls `step()`
when `next_deadline()` has come. Each call does one thing, a slice of X25519 or one frame: none may
hold the box's loop for more than 20 ms. Until `Established` nobody is known: nothing may be stored,
and no older connection closed. The first fault of the peer ends the session.

    box     key pair -> hello and message 1 sent -> message 2 received -> shared secret
            -> established
    server  hello and message 1 received -> key pair, shared secret -> message 2 sent
            -> first sealed frame opens -> established
"""

from collections import namedtuple

from shared_protocol import limits, messages
from shared_protocol.errors import LocalProtocolError, RemoteProtocolError
from shared_protocol.framing import FrameReader, frame
from shared_protocol.noise import CipherState, Initiator

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from shared_protocol.responder import Responder

Established = namedtuple("Established", ("box_id", "generation"))
"""The peer holds the key of this box. The server learns it from the first valid sealed frame."""

Received = namedtuple("Received", ("message",))
"""A message of messages.py: authentic, in order, once."""

RekeyDue = namedtuple("RekeyDue", ())
"""These keys have served enough: close and connect anew. Said once."""

VERSION = 1
SUITE = 1  # Noise_NNpsk0_25519_AESCCM8_SHA256


class Session:
    """See the module. Attributes to read: `established`, `box_id`, `generation`, `skipped`.

    At the server `box_id` (8 bytes) and `generation` are None until established. `skipped` counts
    what a later version of the peer says and this one does not understand: messages of a type
    unknown in this direction, and known messages with further fields at their end.
    """

    def __init__(
        self,
        sends: int,
        find_key: "Callable[[bytes, int], bytes | None]",
        random: "Callable[[int], bytes]",
        now_ms: int,
    ) -> None:
        """Use `Session.box` or `Session.server`."""
        self._sends = sends
        self._random = random
        self._find_key = find_key
        self._hello = b""  # set at the box, which says it; the server only hears it
        self._claim = b"", 0  # who the peer says this is about, until established proves it
        self._reader = FrameReader()
        self._outgoing = b""
        self._handshake: Initiator | Responder | None = None
        self._sending: CipherState | None = None
        self._receiving: CipherState | None = None
        self._deadline_ms = now_ms + limits.HANDSHAKE_TIMEOUT_MS
        self._events: list[tuple[object, ...]] = []
        self._unread = False  # whether a whole frame may still wait in the reader
        self._rekey_said = False
        self._closed = False
        self.established = False
        self.box_id: bytes | None = None
        self.generation: int | None = None
        self.skipped = 0

    @classmethod
    def box(
        cls,
        box_id: bytes,
        key: bytes,
        generation: int,
        random: "Callable[[int], bytes]",
        now_ms: int,
    ) -> "Session":
        """The box's end: 8-byte id, 32-byte key; `random(n)` gives n unpredictable bytes."""
        if len(box_id) != 8 or len(key) != 32 or not 0 <= generation <= 0xFFFF:
            raise LocalProtocolError("identity")
        session = cls(0, _no_key, random, now_ms)
        session.box_id = box_id
        session.generation = generation
        session._claim = box_id, generation
        session._hello = bytes((VERSION, SUITE)) + box_id + generation.to_bytes(2, "big")
        session._handshake = Initiator(session._hello, key, random)
        return session

    @classmethod
    def server(
        cls,
        find_key: "Callable[[bytes, int], bytes | None]",
        random: "Callable[[int], bytes]",
        now_ms: int,
    ) -> "Session":
        """The server's end; `find_key(box_id, generation)` gives a 32-byte key or None."""
        return cls(messages.TO_BOX, find_key, random, now_ms)

    def receive_data(self, data: "bytes | memoryview", now_ms: int) -> list[tuple[object, ...]]:
        """Take what the socket gave, cut anywhere; return the events of the first frame in it.

        `next_deadline()` says whether `step()` has more to read.

        Raises:
            RemoteProtocolError: the peer broke the protocol; close.
        """
        self._require_open()
        self._reader.feed(data)
        self._unread = True
        return self._run(now_ms, False)

    def step(self, now_ms: int) -> list[tuple[object, ...]]:
        """Do one slice of pending work, or read one frame; return events.

        Raises:
            RemoteProtocolError: as `receive_data`, or the handshake took too long.
        """
        self._require_open()
        return self._run(now_ms, True)

    def next_deadline(self) -> int | None:
        """When to call `step()`, in the caller's milliseconds: 0 at once, None never."""
        self._require_open()
        if self._busy() or self._unread or self._frames_used_up():
            return 0
        return None if self._rekey_said else self._deadline_ms

    def send(self, message: tuple[object, ...]) -> None:
        """Seal one message of messages.py into the outgoing buffer.

        Raises:
            LocalProtocolError: not established, not a message of this side, a field out of range,
                too long, or too much already waits for `bytes_to_send()`.
        """
        self._require_open()
        if self._sending is None or not self.established:
            raise LocalProtocolError("not_established")
        if messages.type_of(message) & messages.TO_BOX != self._sends:
            raise LocalProtocolError("message_direction")
        plain = messages.encode(message)
        if len(self._outgoing) + limits.OVERHEAD_BYTES + len(plain) > limits.MAX_OUTGOING_BYTES:
            raise LocalProtocolError("outgoing_full")
        self._outgoing += frame(self._sending.seal(b"", plain))

    def bytes_to_send(self) -> bytes:
        """Everything that waits for the socket; the buffer is empty afterwards."""
        self._require_open()
        data = self._outgoing
        self._outgoing = b""
        return data

    def _require_open(self) -> None:
        if self._closed:
            raise LocalProtocolError("session_closed")

    def _busy(self) -> bool:
        return self._handshake is not None and self._handshake.busy

    def _frames_used_up(self) -> bool:
        if self._sending is None or self._receiving is None or self._rekey_said:
            return False
        return max(self._sending.counter, self._receiving.counter) >= limits.REKEY_FRAMES

    def _run(self, now_ms: int, may_work: bool) -> list[tuple[object, ...]]:
        """What `receive_data` and `step` share: deadlines, one thing, and the end at a fault."""
        try:
            if not self.established and now_ms >= self._deadline_ms:
                raise RemoteProtocolError("handshake_timeout")
            if self._handshake is None or not self._handshake.busy:
                self._read_frame(now_ms)
            elif may_work:
                self._work(self._handshake, now_ms)
            # While X25519 runs the peer has nothing to say; what it sends all the same is bounded.
            if self._busy() and self._reader.pending_bytes() > limits.MAX_EARLY_BYTES:
                raise RemoteProtocolError("early_data")
        except RemoteProtocolError:
            self._close()
            raise
        if self.established and not self._rekey_said:
            self._rekey_said = now_ms >= self._deadline_ms or self._frames_used_up()
            if self._rekey_said:
                self._events.append(RekeyDue())
        events = self._events
        self._events = []
        return events

    def _close(self) -> None:
        """Forget keys and buffers."""
        self._closed = True
        self.established = False
        self._handshake = self._sending = self._receiving = None
        self._reader = FrameReader()
        self._outgoing = b""

    def _work(self, handshake: "Initiator | Responder", now_ms: int) -> None:
        message = handshake.step()
        if message:
            self._outgoing += frame(self._hello + message)
        if handshake.ciphers is not None:
            self._sending, self._receiving = handshake.ciphers
            self._handshake = None
            if self._hello:
                self._establish(now_ms)

    def _establish(self, now_ms: int) -> None:
        self.established = True
        self.box_id, self.generation = self._claim
        self._deadline_ms = now_ms + limits.REKEY_AGE_MS
        self._events.append(Established(self.box_id, self.generation))

    def _read_frame(self, now_ms: int) -> None:
        if self._receiving is not None:
            shortest, longest = limits.MIN_SEALED_BYTES, limits.MAX_FRAME_BYTES
        elif self._handshake is not None:
            shortest = longest = limits.HANDSHAKE_BYTES
        else:
            shortest = longest = limits.FIRST_FRAME_BYTES
        payload = self._reader.next_frame(shortest, longest)
        if payload is None:
            self._unread = False
        elif self._receiving is not None:
            self._open(self._receiving.open(b"", payload), now_ms)
        elif isinstance(self._handshake, Initiator):
            self._handshake.receive(payload)
        else:
            self._answer_hello(payload)

    def _answer_hello(self, first: bytes) -> None:
        hello = first[: limits.HELLO_BYTES]
        if hello[0] != VERSION or hello[1] != SUITE:
            raise RemoteProtocolError("hello_unsupported")
        self._claim = hello[2:10], int.from_bytes(hello[10:], "big")
        from shared_protocol.responder import Responder  # so that no box loads it

        # An unknown box gets a key that nobody has: it fails where a wrong key fails.
        key = self._find_key(*self._claim) or self._random(32)
        self._handshake = Responder(hello, key, self._random, first[limits.HELLO_BYTES :])

    def _open(self, plain: bytes, now_ms: int) -> None:
        message, unread_bytes = messages.decode(plain)
        if not self.established:
            self._establish(now_ms)
        wrong_way = plain[0] & messages.TO_BOX == self._sends
        if message is None or unread_bytes or wrong_way:
            self.skipped += 1
        if message is not None and not wrong_way:
            self._events.append(Received(message))


def _no_key(box_id: bytes, generation: int) -> bytes | None:
    """A box knows no other box's key; it never asks."""
    return None
