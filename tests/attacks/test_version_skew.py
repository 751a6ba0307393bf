"""Yesterday's box at today's server, tomorrow's at today's, and the reverse: real ends, one old.

The older end is what the vectors recorded of it, the later one what SPEC.md allows it to say.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared_protocol import messages
from shared_protocol.framing import frame
from shared_protocol.grant_sets import grants_hash
from shared_protocol.session import Received, Session
from tests.attacks.box_and_server import Pair
from tests.fleet import HOUR_S, NOW_S
from tests.shared_protocol.both.helpers import counting_random, work

VECTORS = Path(__file__).parents[1] / "shared_protocol" / "vectors"
EARLIER = json.loads((VECTORS / "earlier_connection.json").read_text())["frames"]
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


def test_yesterdays_box_is_served_by_todays_server(pair: Pair) -> None:
    box = box_of_another_version(pair)
    said = [
        bytes.fromhex(step["plain"])
        for step in EARLIER
        if step["from"] == "box" and "plain" in step
    ]
    status, records = (messages.decode(plain)[0] for plain in said)
    assert isinstance(status, messages.Status)
    assert isinstance(records, messages.Records)

    pair.to_server(box.say(said[0].hex()))
    hear_the_server(pair, box)
    kinds = [type(message) for message in box.heard]
    assert kinds == [messages.Ack, messages.Time, messages.Grants], "nothing that it does not know"

    pair.to_server(box.say(said[1].hex()))
    hear_the_server(pair, box)
    last = records.first_seq + len(records.records) - 1
    assert box.heard[-1] == messages.Ack(status.epoch, last)
    rows = pair.rows("SELECT epoch, seq, body FROM record ORDER BY seq")
    assert rows == [
        (status.epoch, records.first_seq + number, record.body)
        for number, record in enumerate(records.records)
    ]


def test_a_new_key_is_not_offered_to_yesterdays_box(pair: Pair) -> None:
    pair.run(pair.store.rotate_key(pair.secrets.box_id, pair.clock.now_s()))
    box = box_of_another_version(pair)
    pair.to_server(box.say(EARLIER[2]["plain"]))
    hear_the_server(pair, box)
    assert box.heard
    assert not any(isinstance(message, messages.NewKey) for message in box.heard)


def test_tomorrows_box_is_served_by_todays_server(pair: Pair) -> None:
    box = box_of_another_version(pair)
    for step in LATER["box"]:
        pair.to_server(box.say(step["plain"]))
        assert pair.connection is not None, step["meaning"]
        hear_the_server(pair, box)
    assert box.heard[-1] == messages.Ack(1, 4)
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
    grant = messages.Grant(1, bytes(range(1, 9)), NOW_S, NOW_S + HOUR_S, 0)
    assert (box.grants.generation, box.grants.hash) == (8, grants_hash([grant]))
    assert box.commands.highest_id == 9
    told = [message for message in server.heard if isinstance(message, messages.Records)]
    assert told, "it goes on sending its records"
    results = [record for batch in told for record in batch.records if record.kind == 9]
    assert [record.body[:5].hex() for record in results] == ["0000000905"], "refused, and said so"
    assert box.session is not None
    assert box.session.skipped == 7


def test_todays_box_lives_with_yesterdays_server(pair: Pair) -> None:
    pair.connect()
    while pair.carry():  # it gets its epoch and its grants from today's
        pass
    pair.cut()
    for number in range(45):  # the recorded server holds 40 of them
        pair.box.record(number)
    server = server_of_another_version(pair)
    told = [message for message in server.heard if isinstance(message, messages.Records)]
    assert told == [], "it waits for the Ack that every version says first"
    for step in EARLIER:
        if step["from"] == "server" and "plain" in step:
            tell_the_box(pair, server, step["plain"])
    told = [message for message in server.heard if isinstance(message, messages.Records)]
    assert told[0].first_seq == 41
