"""Badges under any input: Wiegand bits, and proofs with every kind of card and any garbage.

The frames and the card are the simulator's, which shares no code with the firmware.
"""

import random

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.access.card_keys import CardKeys
from firmware.logic.access.ev2 import Proof
from firmware.logic.access.wiegand import card_number
from shared_protocol.messages import CardKey
from simulator.devices.ntag424 import Ntag424
from simulator.devices.wiegand_reader import frame
from tests.firmware.logic.held_sets import parts_of, taken
from tests.firmware.logic.host_aes import aes
from tests.firmware.logic.storage import MemoryStorage

SIXTEEN = st.binary(min_size=16, max_size=16)
UIDS = st.binary(min_size=7, max_size=7)


@given(st.binary(min_size=3, max_size=4))
def test_every_number_comes_through_a_frame(number: bytes) -> None:
    assert card_number(bytes(frame(number))) == number.rjust(4, b"\0")


@given(st.lists(st.integers(0, 1), max_size=40))
def test_what_is_taken_for_a_number_is_its_frame_bit_by_bit(bits: list[int]) -> None:
    number = card_number(bytes(bits))
    if number:
        assert frame(number[-(len(bits) - 2) // 8 :]) == bits


def proved(key: bytes, ours: bytes, card: Ntag424, damage: tuple[int, int] | None = None) -> object:
    """Run one proof; `damage` flips a bit (of the bits modulo its length) in one of the answers."""
    proof = Proof(aes, key, ours)
    stage = 0
    while proof.command:
        _, answer = card.answer(proof.command)
        if damage is not None and damage[0] == stage:
            at = damage[1] % (8 * len(answer))
            changed = bytearray(answer)
            changed[at // 8] ^= 1 << at % 8
            answer = bytes(changed)
        proof.take(answer)
        stage += 1
    return proof.genuine


@given(UIDS, SIXTEEN, SIXTEEN, st.integers())
def test_every_card_proves_itself_under_its_own_key(
    uid: bytes, key: bytes, ours: bytes, seed: int
) -> None:
    assert proved(key, ours, Ntag424(uid, key, random.Random(seed))) is True


@given(UIDS, SIXTEEN, SIXTEEN, SIXTEEN, st.integers())
def test_no_card_proves_itself_under_another_key(
    uid: bytes, key: bytes, other: bytes, ours: bytes, seed: int
) -> None:
    genuine = proved(key, ours, Ntag424(uid, other, random.Random(seed)))
    assert genuine is (key == other)


@given(SIXTEEN, SIXTEEN, st.integers(1, 2), st.integers(0, 10_000))
def test_one_bit_changed_in_either_answer_is_never_genuine(
    key: bytes, ours: bytes, stage: int, bit: int
) -> None:
    card = Ntag424(bytes(7), key, random.Random(4))
    assert proved(key, ours, card, (stage, bit)) is not True


@given(SIXTEEN, SIXTEEN, st.lists(st.binary(max_size=40) | st.just(b"\x91\x00"), min_size=3))
def test_no_garbage_is_genuine_and_every_attempt_ends(
    key: bytes, ours: bytes, answers: list[bytes]
) -> None:
    proof = Proof(aes, key, ours)
    for answer in answers[:3]:
        if proof.command:
            proof.take(answer)
    assert proof.command == b""
    assert proof.genuine is not True


@given(st.dictionaries(st.binary(min_size=8, max_size=8), SIXTEEN, max_size=80), st.integers(1, 24))
def test_any_set_of_keys_is_found_whole_after_a_restart(
    keys: dict[bytes, bytes], size: int
) -> None:
    storage = MemoryStorage()
    held = CardKeys(storage)
    for part in parts_of([CardKey(*pair) for pair in keys.items()], size):
        complete = taken(held, part)
    assert complete
    again = CardKeys(storage)
    assert (again.hash, len(again)) == (held.hash, len(keys))
    assert {tag: again.of(tag) for tag in keys} == keys
