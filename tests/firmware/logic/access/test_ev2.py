"""The mutual proof with a card, by NXP's own numbers and against what a forger may answer.

Vectors: NXP AN12196 sections 6.6 and 6.10, as icedevml/nfc-ev2-crypto (test_ev2.py) quotes them.
"""

from firmware.logic.access.ev2 import Proof

try:
    from cryptolib import aes
except ImportError:
    from tests.firmware.logic.host_aes import aes

SELECTED = bytes.fromhex("9000")
NO_SUCH_APPLICATION = bytes.fromhex("6a82")
KEY_OF_ZEROS = bytes(16)

# Our number, the card's challenge, what we must answer, what the card answers.
AN12196 = [
    (
        "13c5db8a5930439fc3def9a4c675360f",
        "a04c124213c186f22399d33ac2a3021591af",
        "90af00002035c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d00",
        "3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f081206639100",
    ),
    (
        "b98f4c50cf1c2e084fd150e33992b048",
        "b875ceb0e66a6c5cd00898dc371f92d191af",
        "90af000020ff0306e47dfbc50087c4d8a78e88e62de1e8be457aa477c707e2f0874916a8b100",
        "0cc9a8094a8eea683ecaac5c7bf20584206d0608d477110fc6b3d5d3f65c3a6a9100",
    ),
]


def cbc(key):
    return aes(key, 2, bytes(16))


def proof_at_challenge(random, key=KEY_OF_ZEROS):
    proof = Proof(aes, key, random)
    proof.take(SELECTED)
    return proof


def test_the_application_is_selected_by_its_name_then_key_0_is_asked_for():
    for selected in (SELECTED, NO_SUCH_APPLICATION):
        proof = Proof(aes, KEY_OF_ZEROS, bytes(16))
        assert proof.command == bytes.fromhex("00a4040c07d276000085010100")
        proof.take(selected)
        assert proof.command == bytes.fromhex("9071000002000000")
        assert proof.genuine is None


def test_the_numbers_of_nxps_application_note_are_reproduced():
    for random, challenge, command, answer in AN12196:
        proof = proof_at_challenge(bytes.fromhex(random))
        proof.take(bytes.fromhex(challenge))
        assert proof.command == bytes.fromhex(command)
        assert proof.genuine is None
        proof.take(bytes.fromhex(answer))
        assert proof.genuine is True


def test_an_answer_of_another_time_or_with_one_bit_changed_where_our_number_stands_is_a_forgery():
    random, challenge, _, answer = [bytes.fromhex(text) for text in AN12196[0]]
    # Of the last 16 bytes only the first 4 hold our number; the rest are capabilities.
    changed = [answer[:i] + bytes((answer[i] ^ 1,)) + answer[i + 1 :] for i in range(4, 20)]
    replayed = bytes.fromhex(AN12196[1][3])
    for wrong in changed + [replayed]:
        proof = proof_at_challenge(random)
        proof.take(challenge)
        proof.take(wrong)
        assert proof.genuine is False


def test_a_recorded_card_does_not_prove_itself_to_another_number_of_ours():
    random, challenge, _, answer = [bytes.fromhex(text) for text in AN12196[0]]
    proof = proof_at_challenge(bytes(15) + random[:1])
    proof.take(challenge)
    proof.take(answer)
    assert proof.genuine is False


def test_a_card_with_another_key_is_a_forgery():
    right, wrong = bytes(range(16)), bytes(range(1, 17))
    random = b"\x5a" * 16
    proof = proof_at_challenge(random, right)
    proof.take(cbc(wrong).encrypt(b"\x77" * 16) + b"\x91\xaf")
    heard = cbc(wrong).decrypt(proof.command[5:-1])[:16]
    proof.take(cbc(wrong).encrypt(bytes(4) + heard[1:] + heard[:1] + bytes(12)) + b"\x91\x00")
    assert proof.genuine is False


def test_our_own_message_sent_back_is_a_forgery():
    proof = proof_at_challenge(bytes(range(16)), b"k" * 16)
    proof.take(b"\x11" * 16 + b"\x91\xaf")
    proof.take(proof.command[5:-1] + b"\x91\x00")
    assert proof.genuine is False


def test_a_whole_answer_that_refuses_is_a_forgery_and_no_answer_is_silence():
    good = b"\x11" * 16 + b"\x91\xaf"
    for challenge in (b"\x91\xae", b"\x91\x1c", b"\x6d\x00", good[1:], good + b"\x00", good[:-1]):
        proof = proof_at_challenge(bytes(16))
        proof.take(challenge)
        assert proof.genuine is False, challenge
    for silence in (b"", b"\x91"):
        for stage in range(3):
            proof = Proof(aes, KEY_OF_ZEROS, bytes(16))
            for answer in (SELECTED, good)[:stage]:
                proof.take(answer)
            proof.take(silence)
            assert (proof.genuine, proof.command) == (None, b"")


def test_every_length_of_the_last_answer_but_the_right_one_is_a_forgery():
    random, challenge, _, answer = [bytes.fromhex(text) for text in AN12196[0]]
    for size in range(2, 64):
        proof = proof_at_challenge(random)
        proof.take(challenge)
        proof.take((answer[:-2] * 2)[: size - 2] + b"\x91\x00")
        assert proof.genuine is (size == 34)
