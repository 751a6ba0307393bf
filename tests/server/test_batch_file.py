"""A batch is sealed as others seal it, and opens by its passphrase alone."""

import itertools
import unicodedata

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from server.batch_file import Entry, is_long_enough, sealed_batch
from tests.server.batches import opened
from tests.support import examples

IDENTITY = {"box_id": "0011223344556677", "vehicle": "AB-123-CD", "board": "host"}
PASSPHRASE = "Été à Mamers"  # twelve characters
MADE_AT_S = 1_790_000_000


def counting(*starts: int):
    """Random bytes that are none: 0, 1, 2 ... for the salt, a0, a1 ... for the nonce."""
    given = iter(starts)
    return lambda count: bytes(range(first := next(given), first + count))


def test_a_batch_is_sealed_as_node_seals_it() -> None:
    """The sealed bytes are those of node 20: crypto.scryptSync, createCipheriv aes-256-gcm."""
    batch = sealed_batch([Entry("Clio", IDENTITY)], PASSPHRASE, MADE_AT_S, counting(0, 0xA0))
    assert batch == {
        "voiturier_batch": 1,
        "made_at_s": MADE_AT_S,
        "kdf": {
            "name": "scrypt",
            "n": 32768,
            "r": 8,
            "p": 1,
            "salt": "000102030405060708090a0b0c0d0e0f",
        },
        "entries": [
            {
                "plate": "AB-123-CD",
                "label": "Clio",
                "board": "host",
                "box_id": "0011223344556677",
                "sealed": "a0a1a2a3a4a5a6a7a8a9aaab"
                "e1e56b8ae778bf89db636b78ce9abe2cda05cc84e051071d05d0ba2dee98c767f3f4129b655b5a55"
                "b9b82c845bec22d6b0b9c0e9902bf1c5ef69b8ac796330ed91f00e60602b50527ab0218a83f4a94c"
                "c7a0c0d77917fe",
            }
        ],
    }


def test_an_entry_opens_by_the_passphrase_alone_and_as_its_own_box_s() -> None:
    other = IDENTITY | {"box_id": "8899aabbccddeeff", "vehicle": "EF-456-GH"}
    entries = [Entry("Clio", IDENTITY), Entry("208", other)]
    batch = sealed_batch(entries, PASSPHRASE, MADE_AT_S, counting(0, 1, 2))
    first, second = batch["entries"]
    assert (opened(batch, first, PASSPHRASE), opened(batch, second, PASSPHRASE)) == (
        IDENTITY,
        other,
    )
    for wrong, box_id in ((PASSPHRASE.lower(), None), (PASSPHRASE, second["box_id"])):
        with pytest.raises(InvalidTag):
            opened(batch, first, wrong, box_id)


@settings(max_examples=examples(8), deadline=None)  # 32 MiB each
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=12, max_size=20))
def test_it_opens_however_a_keyboard_makes_the_accents(passphrase: str) -> None:
    typed = unicodedata.normalize("NFD", passphrase)
    batch = sealed_batch([Entry("Clio", IDENTITY)], typed, MADE_AT_S, counting(0, 0))
    assert opened(batch, batch["entries"][0], passphrase) == IDENTITY


@pytest.mark.parametrize(
    ("passphrase", "is_one"),
    [("a" * 11, False), ("a" * 12, True), ("e\N{COMBINING ACUTE ACCENT}" * 6, False)],
)
def test_a_passphrase_is_as_long_as_it_looks(passphrase: str, is_one: bool) -> None:
    assert is_long_enough(passphrase) is is_one


def test_no_nonce_and_no_salt_comes_twice() -> None:
    asked: list[int] = []

    def random_bytes(count: int) -> bytes:
        asked.append(count)
        return bytes([len(asked)]) * count

    entries = itertools.repeat(Entry("Clio", IDENTITY), 3)
    batch = sealed_batch(entries, PASSPHRASE, MADE_AT_S, random_bytes)
    assert asked == [16, 12, 12, 12]
    assert len({entry["sealed"][:24] for entry in batch["entries"]}) == 3


def test_what_is_sealed_shows_in_no_trace() -> None:
    assert "0011" not in repr(Entry("Clio", IDENTITY))
