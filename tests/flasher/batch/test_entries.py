"""What a batch file holds: opened by its passphrase alone, refused by name when it is no good."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flasher.batch.entries import Batch, open_entry
from flasher.failures import FlashError
from flasher.failures.batch import BatchFailure
from tests.flasher.batch.maker import PASSPHRASE, SALT, as_file, batch_of, identity

PLATES = ("AB-123-CD", "EF-456-GH", "IJ-789-KL")
MADE = batch_of(PLATES)
MOST_MEMORY_BYTES = 128 << 20

# Made with Node.js 20 (crypto.scryptSync, createCipheriv("aes-256-gcm")), not with this project.
STRANGERS_KEY = "df1f3e91524115a6cd79172e7944078cbc0bd57a9b22b556d45203c6b280cb16"
STRANGERS = {
    "voiturier_batch": 1,
    "made_at_s": 1_795_000_000,
    "kdf": {"name": "scrypt", "n": 32768, "r": 8, "p": 1, "salt": SALT.hex()},
    "entries": [
        {
            "plate": "AB-123-CD",
            "label": "Clio",
            "board": "lilygo_t_sim7670g_s3",
            "box_id": "0011223344556677",
            "sealed": "101112131415161718191a1b10b70434f992a0f6f8f081fac680fa3c5e0f71f76a3a36c2f4"
            "8fd3a52d4367b2062e62292d42dad6e0c8cbf91801",
        }
    ],
}


def read(batch: dict[str, Any]) -> Batch:
    return Batch(as_file(batch), "batch.json")


def refused(content: bytes) -> BatchFailure:
    with pytest.raises(FlashError) as caught:
        Batch(content, "batch.json")
    assert isinstance(caught.value.failure, BatchFailure)
    return caught.value.failure


def test_what_a_stranger_sealed_is_opened() -> None:
    batch = read(STRANGERS)
    key = batch.key(PASSPHRASE)
    assert key.hex() == STRANGERS_KEY
    assert open_entry(batch.entries[0], key) == b'{"box_id": "0011223344556677"}'


def test_a_passphrase_opens_however_its_accents_were_typed() -> None:
    for form in ("NFC", "NFD"):
        batch = read(MADE)
        key = batch.key(unicodedata.normalize(form, PASSPHRASE))
        assert json.loads(open_entry(batch.entries[1], key)) == identity(2, "EF-456-GH")


@pytest.mark.parametrize("typed", ["", "clé des 44 boîtiers", PASSPHRASE + " "])
def test_another_passphrase_is_named(typed: str) -> None:
    with pytest.raises(FlashError) as caught:
        read(MADE).key(typed)
    assert caught.value.failure is BatchFailure.WRONG_PASSPHRASE


@given(st.integers(0, len(MADE["entries"][0]["sealed"]) // 2 * 8 - 1))
def test_an_entry_of_which_any_bit_is_another_is_damaged_and_the_others_open(bit: int) -> None:
    sealed = bytearray.fromhex(MADE["entries"][0]["sealed"])
    sealed[bit // 8] ^= 1 << bit % 8
    first = MADE["entries"][0] | {"sealed": sealed.hex()}
    batch = read(MADE | {"entries": [first, *MADE["entries"][1:]]})
    key = batch.key(PASSPHRASE)
    with pytest.raises(FlashError, match="AB-123-CD is damaged"):
        open_entry(batch.entries[0], key)
    assert open_entry(batch.entries[2], key)


def test_an_entry_that_was_put_in_the_place_of_another_does_not_open() -> None:
    one, two, _ = MADE["entries"]
    swapped = [one | {"sealed": two["sealed"]}, two]
    batch = read(MADE | {"entries": swapped})
    with pytest.raises(FlashError, match="AB-123-CD is damaged"):
        open_entry(batch.entries[0], batch.key(PASSPHRASE))


@given(n=st.integers(-2, 1 << 40), r=st.integers(-2, 1 << 20), p=st.integers(-2, 1 << 20))
def test_no_file_makes_a_passphrase_cost_more_than_a_laptop_has(n: int, r: int, p: int) -> None:
    kdf = MADE["kdf"] | {"n": n, "r": r, "p": p}
    try:
        read(MADE | {"kdf": kdf})
    except FlashError as error:
        assert error.failure is BatchFailure.DAMAGED_BATCH
    else:
        assert 128 * n * r <= MOST_MEMORY_BYTES
        assert 0 < p <= 4


@pytest.mark.parametrize("power", range(41))
def test_the_memory_that_is_asked_for_is_bounded_at_the_byte(power: int) -> None:
    kdf = MADE["kdf"] | {"n": 1 << power, "r": 8}
    is_right = 1 <= power <= 17
    content = as_file(MADE | {"kdf": kdf})
    if is_right:
        assert len(Batch(content, "batch.json").entries) == 3
    else:
        assert refused(content) is BatchFailure.DAMAGED_BATCH


@pytest.mark.parametrize(
    "words",
    [
        {"name": "argon2"},
        {"n": 32767},
        {"n": 3.0},
        {"n": "32768"},
        {"n": True},
        {"r": 1},
        {"p": 0},
        {"p": 5},
        {"salt": "00"},
        {"salt": 7},
        {"salt": "g" * 32},
    ],
)
def test_a_way_to_the_key_that_is_not_ours_is_refused(words: dict[str, Any]) -> None:
    content = as_file(MADE | {"kdf": MADE["kdf"] | words})
    assert refused(content) is BatchFailure.DAMAGED_BATCH


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[1]",
        b"{}",
        b'{"voiturier_batch": 2}',
        b'{"voiturier_batch": "1"}',
        b"[" * 100_000,
        b'{"box_id": "0011223344556677", "key": "5ec2"}',
    ],
)
def test_a_file_that_is_no_batch_is_named(content: bytes) -> None:
    assert refused(content) is BatchFailure.NOT_A_BATCH


@pytest.mark.parametrize(
    "words",
    [
        {"plate": ""},
        {"plate": "AB\x1b[2J"},
        {"plate": "A" * 101},
        {"plate": None},
        {"plate": "ef 456 gh"},
        {"board": 7},
        {"box_id": "0001"},
        {"box_id": f"{2:016x}"},
        {"sealed": "abc"},
        {"sealed": "00" * 5000},
        {"sealed": ""},
        {"mac": "7C:DF:A1:02:03:04"},
        {"mac": 7},
        {"flashed_at_s": 1},
        {"flashed_at_s": True},
        {"flashed_at_s": -1, "sealed": "", "mac": "7c:df:a1:02:03:04"},
        {"flashed_at_s": 1 << 40, "sealed": "", "mac": "7c:df:a1:02:03:04"},
        {"flashed_at_s": 1, "sealed": ""},
    ],
)
def test_an_entry_that_is_none_is_named_before_a_board_is_touched(words: dict[str, Any]) -> None:
    first, *others = MADE["entries"]
    content = as_file(MADE | {"entries": [first | words, *others]})
    assert refused(content) is BatchFailure.DAMAGED_BATCH


@pytest.mark.parametrize("entries", [[], None, {}, [7], [[]]])
def test_a_batch_without_entries_is_damaged(entries: object) -> None:
    assert refused(as_file(MADE | {"entries": entries})) is BatchFailure.DAMAGED_BATCH


@given(st.binary(max_size=300), st.integers(0, len(as_file(MADE))))
def test_any_garbage_is_read_or_refused_by_name(garbage: bytes, at: int) -> None:
    whole = as_file(MADE)
    for content in (garbage, whole[:at], whole[:at] + garbage + whole[at:]):
        try:
            Batch(content, "batch.json")
        except FlashError as error:
            assert isinstance(error.failure, BatchFailure)


def test_what_is_noted_of_an_entry_leaves_all_else_as_it_was() -> None:
    known = MADE | {"note": "made in a hurry"}
    batch = read(known)
    entry = batch.entries[1]
    begun = entry._replace(mac="7c:df:a1:02:03:04")
    content = json.loads(batch.noted(entry, begun))
    assert content["entries"].pop(1) == known["entries"][1] | {"mac": "7c:df:a1:02:03:04"}
    assert content == known | {"entries": [known["entries"][0], known["entries"][2]]}
    used = begun._replace(sealed="", flashed_at_s=1_795_000_100)
    again = Batch(batch.noted(begun, used), "batch.json")
    assert again.entries == [batch.entries[0], used, batch.entries[2]]
