"""What the link does with card keys: whole in flash, then the server is told."""

import asyncio
from types import SimpleNamespace

import pytest

from firmware.logic.access.card_keys import CARD_KEYS_FILE, CardKeys
from firmware.tasks.link import LinkTask
from shared_protocol.messages import (
    CardKey,
    Status,
)
from tests.firmware.logic.held_sets import parts_of
from tests.firmware.logic.storage import MemoryStorage

KEYS = [CardKey(number.to_bytes(8, "big"), bytes([number]) * 16) for number in range(1, 60)]


class Bench:
    """A LinkTask as far as card keys need it; `hear` hands it one message."""

    def __init__(self) -> None:
        self.store = MemoryStorage()
        self.card_keys = CardKeys(self.store)
        self.sent: list[Status] = []
        parts = dict.fromkeys(
            ("modem", "wake_link", "identity", "keys", "entropy", "uplink", "vehicle", "recorder")
        )
        self.link = LinkTask(
            **parts,
            uptime=SimpleNamespace(now_ms=lambda: 0),
            journal=SimpleNamespace(epoch=1, oldest_seq=1, next_seq=1),
            grants=SimpleNamespace(generation=0, hash=bytes(8)),
            card_keys=self.card_keys,
            commands=SimpleNamespace(highest_id=0),
            clock=SimpleNamespace(source=0, time_s=lambda now_ms: 0),
            trip=SimpleNamespace(open=False),
            immobiliser=SimpleNamespace(state=0),
            state_store=self.store,
            on_failure=lambda cause: None,
            stage=lambda: 0,
        )

    def hear(self, message: object) -> None:
        session = SimpleNamespace(send=self.sent.append)
        handled = self.link._handle(SimpleNamespace(message=message), session)
        assert asyncio.run(handled)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_set_is_stored_once_it_is_whole_and_its_hash_reported(bench: Bench) -> None:
    *first, last = parts_of(KEYS)
    for part in first:
        bench.hear(part)
    assert (CARD_KEYS_FILE in bench.store.files, bench.sent) == (False, [])
    bench.hear(last)
    stored = CardKeys(bench.store)
    assert stored.of(KEYS[30].badge_tag) == KEYS[30].key
    (status,) = bench.sent
    assert status.card_keys_hash == last.keys_hash == stored.hash


def test_a_set_that_flash_does_not_take_is_not_in_force_and_may_come_again(bench: Bench) -> None:
    bench.store.refused = CARD_KEYS_FILE
    for part in parts_of(KEYS):
        bench.hear(part)
    assert (bench.card_keys.of(KEYS[0].badge_tag), bench.sent) == (None, [])
    bench.store.refused = None
    for part in parts_of(KEYS):
        bench.hear(part)
    assert bench.card_keys.of(KEYS[0].badge_tag) == KEYS[0].key


def test_a_void_set_stores_and_says_nothing(bench: Bench) -> None:
    for part in parts_of(KEYS, keys_hash=b"another-"):
        bench.hear(part)
    assert (CARD_KEYS_FILE in bench.store.files, bench.sent) == (False, [])
