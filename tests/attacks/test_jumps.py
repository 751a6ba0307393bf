"""A number far beyond reason, from a broken server: refused, told once, and what is honest goes on.

They are no part of explore: an epoch and a key generation touch neither trip, relay nor doors, and
every refusal leaves the box as it was, which is held here for any sequence of them. A command's
number touches all three, and is explored.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.link.journal import Journal
from firmware.logic.link.keys import Keys
from shared_protocol import messages
from shared_protocol.limits import MAX_COUNTER_STEP
from shared_protocol.records import JumpRefused, kind_of
from tests.attacks.box_and_server import Pair
from tests.attacks.other_version import (
    Peer,
    hear_the_box,
    server_of_another_version,
    tell_the_box,
)
from tests.firmware.logic.storage import MemoryStorage


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
    return [record.body.hex() for record in told if record.kind == kind_of(JumpRefused(0, 0))]


def test_a_jump_of_epoch_or_key_generation_is_told_once(pair: Pair) -> None:
    server = server_of_another_version(pair)
    say(pair, server, messages.Epoch(1))
    for _ in range(3):
        say(pair, server, messages.Epoch(30_000))
        say(pair, server, messages.NewKey(40_000, bytes(32)))
    assert (pair.box.journal.epoch, pair.box.keys.generation) == (1, 1)
    assert told_of_jumps(pair, server) == ["0100007530", "0200009c40"]


def test_a_box_without_an_epoch_has_nothing_to_jump_from(pair: Pair) -> None:
    server = server_of_another_version(pair)
    say(pair, server, messages.Epoch(30_000))
    assert pair.box.journal.epoch == 30_000
    assert told_of_jumps(pair, server) == []


NUMBERS = st.lists(st.integers(0, 0xFFFF), max_size=12)


@given(st.integers(1, 0xFFFF), NUMBERS)
def test_whatever_numbers_come_the_next_honest_one_is_taken(first: int, said: list[int]) -> None:
    journal = Journal(MemoryStorage())
    journal.adopt(first)
    keys = Keys(bytes(8), first, bytes(32))
    for number in said:
        before = journal.epoch, keys.generation
        jumps = journal.is_jump(number), keys.is_jump(number)
        taken = journal.adopt(number), keys.take(number, bytes(32))
        for was, jump, took, now in zip(
            before, jumps, taken, (journal.epoch, keys.generation), strict=True
        ):
            assert jump == (number - was > MAX_COUNTER_STEP)
            assert now == (number if took else was)
            assert not (jump and took)
            assert now - was <= MAX_COUNTER_STEP
    assert journal.epoch == 0xFFFF or journal.adopt(journal.epoch + 1)
    assert keys.generation == 0xFFFF or keys.take(keys.generation + 1, bytes(32))
