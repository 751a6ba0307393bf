"""Tomorrow's box at today's server, and the reverse: real ends, one of them of a later version.

The later one says what SPEC.md allows it to say.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared_protocol import messages
from shared_protocol.framing import frame
from shared_protocol.session import Received, Session
from shared_protocol.sets import grants_to_bytes, set_hash
from tests.attacks.box_and_server import Pair
from tests.fleet import HOUR_S, NOW_S
from tests.shared_protocol.both.helpers import counting_random, work

VECTORS = Path(__file__).parents[1] / "shared_protocol" / "vectors"
LATER = json.loads((VECTORS / "later_messages.json").read_text())


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


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


def test_tomorrows_box_is_served_by_todays_server(pair: Pair) -> None:
    box = box_of_another_version(pair)
    for step in LATER["box"]:
        pair.to_server(box.say(step["plain"]))
        assert pair.connection is not None, step["meaning"]
        hear_the_server(pair, box)
    assert box.heard[-1][:2] == (1, 4)
    assert isinstance(box.heard[-1], messages.Ack)
    stored = pair.rows("SELECT seq, kind, body FROM record ORDER BY seq")
    assert [(seq, kind) for seq, kind, _ in stored] == [(1, 6), (2, 200), (3, 3), (4, 6)]
    assert stored[0][2].hex() == "000003e877", "what is not understood is kept as it came"
    assert stored[1][2].hex() == "c0ffee"


def test_todays_box_lives_with_tomorrows_server(pair: Pair) -> None:
    server = server_of_another_version(pair)
    pair.box.record(1)
    for step in LATER["server"]:
        tell_the_box(pair, server, step["plain"])
    pair.wires.ms += 2000  # records wait a second for company
    pair.box.work()
    hear_the_box(pair, server)
    box = pair.box
    assert box.journal.epoch == 1
    grant = messages.Grant(bytes(range(1, 9)), 1, NOW_S, NOW_S + HOUR_S, messages.GRANT_BOOKING, 0)
    assert (box.grants.generation, box.grants.hash) == (8, set_hash(grants_to_bytes([grant])))
    assert box.commands.highest_id == 9
    told = [message for message in server.heard if isinstance(message, messages.Records)]
    assert told, "it goes on sending its records"
    results = [record for batch in told for record in batch.records if record.kind == 9]
    assert [record.body[:5].hex() for record in results] == ["0000000905"], "refused, and said so"
    assert box.session is not None
    assert box.session.skipped == 7
