"""The card that proves itself, against NXP's own numbers: AN12196 section 6.6.

Vectors as icedevml/nfc-ev2-crypto (test_ev2.py) quotes them.
"""

import random

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.ntag424 import Ntag424

UID = bytes.fromhex("04a1b2c3d4e5f6")
KEY = bytes(16)
SELECT = bytes.fromhex("00a4040c07d276000085010100")
BEGIN = bytes.fromhex("9071000002000000")
CHALLENGE = bytes.fromhex("a04c124213c186f22399d33ac2a30215")
OUR_ANSWER = bytes.fromhex(
    "90af00002035c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d00"
)
ITS_ANSWER = bytes.fromhex("3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f081206639100")
TRANSACTION = bytes.fromhex("9d00c4df")


class Scripted(random.Random):
    """Chance that gives the note's numbers."""

    def __init__(self) -> None:
        plain = Cipher(AES(KEY), CBC(bytes(16))).decryptor().update(CHALLENGE)
        self._numbers = [plain, TRANSACTION]

    def randbytes(self, n: int) -> bytes:
        number = self._numbers.pop(0)
        assert len(number) == n
        return number


def said(card: Ntag424, *commands: bytes) -> list[bytes]:
    answers = [card.answer(command) for command in commands]
    assert {status for status, _ in answers} == {0}
    return [answer for _, answer in answers]


def test_it_says_the_numbers_of_nxps_application_note() -> None:
    card = Ntag424(UID, KEY, Scripted())
    assert said(card, SELECT, BEGIN, OUR_ANSWER) == [
        bytes.fromhex("9000"),
        CHALLENGE + bytes.fromhex("91af"),
        ITS_ANSWER,
    ]


def test_a_reader_tells_of_it_what_libnfc_and_the_data_sheet_expect() -> None:
    assert Ntag424(UID).target == bytes.fromhex("034420") + b"\x07" + UID + bytes.fromhex(
        "067777710280"
    )


def test_a_reader_without_the_key_gets_no_proof() -> None:
    card = Ntag424(UID, b"k" * 16, random.Random(1))
    assert said(card, SELECT, BEGIN, OUR_ANSWER)[-1] == bytes.fromhex("91ae")


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        ([BEGIN], "9140"),
        ([SELECT, bytes.fromhex("9071000002030000")], "9140"),
        ([SELECT, bytes.fromhex("907100000100")], "917e"),
        ([SELECT, BEGIN, OUR_ANSWER[:-2]], "917e"),
        ([SELECT, OUR_ANSWER], "911c"),
        ([SELECT, BEGIN, SELECT, OUR_ANSWER], "911c"),
        ([bytes.fromhex("00a4040c07d276000085010000")], "6a82"),
        ([bytes.fromhex("905a000003000000")], "911c"),
    ],
)
def test_what_is_out_of_place_is_refused(commands: list[bytes], answer: str) -> None:
    assert said(Ntag424(UID, KEY), *commands)[-1] == bytes.fromhex(answer)


def test_a_proof_does_not_outlive_the_field() -> None:
    card = Ntag424(UID, KEY, Scripted())
    said(card, SELECT, BEGIN)
    card.lose_field()
    assert said(card, OUR_ANSWER, BEGIN) == [bytes.fromhex("911c"), bytes.fromhex("9140")]


@given(st.lists(st.binary(max_size=60) | st.sampled_from([SELECT, BEGIN, OUR_ANSWER]), max_size=6))
def test_any_garbage_gets_a_status_and_never_the_proof(commands: list[bytes]) -> None:
    card = Ntag424(UID, b"k" * 16)
    for command in commands:
        status, answer = card.answer(command)
        assert status == 0
        assert len(answer) in (2, 18)


@pytest.mark.parametrize(("uid", "key"), [(UID[:4], KEY), (UID, KEY[:8])], ids=["uid", "key"])
def test_no_such_card(uid: bytes, key: bytes) -> None:
    with pytest.raises(ValueError, match="7 bytes"):
        Ntag424(uid, key)
