"""An end of another version, or a broken one, at the real box or the real server."""

from typing import Any

from shared_protocol import messages
from shared_protocol.framing import frame
from shared_protocol.session import Received, Session
from tests.attacks.box_and_server import Pair
from tests.shared_protocol.both.helpers import counting_random, work


class Peer:
    """An end of another version: it seals whatever it likes, and keeps what it hears."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.heard: list[Any] = []

    def say(self, plain: str) -> bytes:
        """The frame with that hexadecimal plain text."""
        sending = self.session._sending
        assert sending is not None
        return frame(sending.seal(b"", bytes.fromhex(plain)))

    def hear(self, data: bytes) -> None:
        events = self.session.receive_data(data, 0) + work(self.session)
        self.heard += [event.message for event in events if isinstance(event, Received)]


def box_of_another_version(pair: Pair) -> Peer:
    """A box at the real server, after the handshake."""
    secrets = pair.secrets
    box = Peer(Session.box(secrets.wire_id, secrets.key, 1, counting_random(1), 0))
    work(box.session)
    pair.begin_server()
    pair.to_server(box.session.bytes_to_send())
    hear_the_server(pair, box)
    assert box.session.established
    return box


def hear_the_server(pair: Pair, box: Peer) -> None:
    data, pair.transport.written = pair.transport.written, b""
    box.hear(data)


def server_of_another_version(pair: Pair) -> Peer:
    """A server at the real box, after the handshake and the box's first Status."""
    server = Peer(
        Session.server(lambda box_id, generation: pair.secrets.key, counting_random(9), 0)
    )
    pair.begin_box()
    for _ in range(3):
        pair.box.work()
        hear_the_box(pair, server)
        pair.box.modem.down += server.session.bytes_to_send()
    assert server.session.established
    assert isinstance(server.heard[0], messages.Status)
    return server


def hear_the_box(pair: Pair, server: Peer) -> None:
    data, pair.box.modem.up = pair.box.modem.up, b""
    server.hear(data)


def tell_the_box(pair: Pair, server: Peer, plain: str) -> None:
    pair.box.modem.down += server.say(plain)
    pair.box.work()
    assert pair.box.session is not None, "the box closed the connection"
    hear_the_box(pair, server)
