"""A number far beyond reason, from a broken server: refused, told once, and what is honest goes on.

They are no part of explore: an epoch and a key generation touch neither trip, relay nor doors, and
every refusal leaves the box as it was, which is held here for any sequence of them. A command's
number touches all three, and is explored.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_protocol import messages
from tests.attacks.box_and_server import Pair
from tests.attacks.test_version_skew import (
    Peer,
    hear_the_box,
    server_of_another_version,
    tell_the_box,
)

JUMP_REFUSED = 23


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


def say(pair: Pair, server: Peer, message: tuple[object, ...]) -> None:
    tell_the_box(pair, server, messages.encode(message).hex())


def told_of_jumps(pair: Pair, server: Peer) -> list[str]:
    pair.wires.ms += 12_000  # records wait a second for company, and ten for the server's word
    pair.box.work()
    hear_the_box(pair, server)
    batches = [message for message in server.heard if isinstance(message, messages.Records)]
    told = [record for batch in batches for record in batch.records]
    return [record.body.hex() for record in told if record.kind == JUMP_REFUSED]


@pytest.mark.xfail(strict=True, reason="finding L14: a jump is refused, and nobody hears of it")
def test_a_jump_of_epoch_or_key_generation_is_told_once(pair: Pair) -> None:
    server = server_of_another_version(pair)
    say(pair, server, messages.Epoch(1))
    for _ in range(3):
        say(pair, server, messages.Epoch(30_000))
        say(pair, server, messages.NewKey(40_000, bytes(32)))
    assert (pair.box.journal.epoch, pair.box.keys.generation) == (1, 1)
    assert told_of_jumps(pair, server) == ["0100007530", "0200009c40"]
