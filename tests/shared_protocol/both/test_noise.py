"""Tests of the Noise handshake by itself, on both interpreters."""

from shared_protocol.errors import RemoteProtocolError
from shared_protocol.noise import Initiator, SymmetricState
from shared_protocol.responder import Responder
from tests.shared_protocol.both.helpers import KEY, OTHER_KEY, counting_random, fault_of

PROLOGUE = b"who speaks"


def work(side):
    message = b""
    while side.busy:
        message = side.step()
    return message


def no_random(count):
    raise AssertionError("an ephemeral key was drawn for a stranger")


def begin(seed=1):
    box = Initiator(PROLOGUE, KEY, counting_random(seed))
    return box, work(box)


def answer(message, prologue=PROLOGUE, key=KEY):
    server = Responder(prologue, key, counting_random(50), message)
    return server, work(server)


def test_both_sides_end_with_matching_ciphers():
    box, first = begin()
    server, second = answer(first)
    assert (len(first), len(second)) == (40, 40)
    box.receive(second)
    assert box.ciphers is None
    work(box)
    for sender, receiver in ((box, server), (server, box)):
        for text in (b"", b"one", b"two"):
            assert receiver.ciphers[1].open(b"", sender.ciphers[0].seal(b"", text)) == text


def test_a_wrong_key_or_prologue_fails_before_any_costly_work():
    _, first = begin()
    for prologue, key in ((PROLOGUE, OTHER_KEY), (b"who speak", KEY)):
        fault = fault_of(RemoteProtocolError, Responder, prologue, key, no_random, first)
        assert fault == "bad_tag"


def test_any_changed_byte_of_message_1_fails_at_once():
    _, first = begin()
    for position in range(len(first)):
        changed = bytearray(first)
        changed[position] ^= 1
        assert fault_of(RemoteProtocolError, answer, bytes(changed)) == "bad_tag"


def test_a_changed_message_2_fails_at_the_box():
    _, first = begin()
    _, second = answer(first)
    for position in (0, 31, 32, 39):
        again, _ = begin()
        changed = bytearray(second)
        changed[position] ^= 1
        again.receive(bytes(changed))
        assert fault_of(RemoteProtocolError, work, again) == "bad_tag"


def test_messages_of_a_wrong_length_are_refused():
    box, first = begin()
    for message in (first[:-1], first + b"x", b""):
        assert fault_of(RemoteProtocolError, answer, message) == "handshake_length"
        assert fault_of(RemoteProtocolError, box.receive, message) == "handshake_length"


def test_a_weak_ephemeral_key_is_refused_though_its_tag_is_right():
    state = SymmetricState(PROLOGUE, KEY)
    state.mix_ephemeral(bytes(32))
    first = bytes(32) + state.seal_empty()
    assert fault_of(RemoteProtocolError, answer, first) == "weak_point"
