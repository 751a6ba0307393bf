"""Tests of AES-CCM, HMAC and badge tags as crypto.py chose them, on both interpreters."""

from shared_protocol.badges import badge_tag
from shared_protocol.crypto import AesCcm, hkdf, hmac_sha256
from shared_protocol.errors import LocalProtocolError, RemoteProtocolError
from tests.shared_protocol.both.helpers import fault_of

KEY = bytes(range(32))
NONCE = bytes(12)


def test_what_was_sealed_opens_at_every_length_around_the_block_borders():
    ccm = AesCcm(KEY)
    for size in (0, 1, 15, 16, 17, 31, 32, 33, 1016):
        for associated in (b"", b"a", bytes(14), bytes(15), bytes(32)):
            plain = bytes([i % 251 for i in range(size)])
            sealed = ccm.seal(NONCE, associated, plain)
            assert len(sealed) == size + 8
            assert ccm.open(NONCE, associated, sealed) == plain


def test_any_changed_byte_is_noticed():
    ccm = AesCcm(KEY)
    sealed = ccm.seal(NONCE, b"head", b"seventeen bytes..")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 0x80
        assert fault_of(RemoteProtocolError, ccm.open, NONCE, b"head", bytes(changed)) == "bad_tag"


def test_another_nonce_associated_data_or_key_is_noticed():
    sealed = AesCcm(KEY).seal(NONCE, b"head", b"text")
    other_nonce = bytes(11) + b"\x01"
    other_key = AesCcm(bytes(32))
    assert fault_of(RemoteProtocolError, AesCcm(KEY).open, other_nonce, b"head", sealed)
    assert fault_of(RemoteProtocolError, AesCcm(KEY).open, NONCE, b"", sealed)
    assert fault_of(RemoteProtocolError, other_key.open, NONCE, b"head", sealed)


def test_less_than_a_tag_is_a_bad_tag():
    ccm = AesCcm(KEY)
    for size in range(8):
        assert fault_of(RemoteProtocolError, ccm.open, NONCE, b"", bytes(size)) == "bad_tag"


def test_every_even_tag_length_round_trips():
    for tag_bytes in range(4, 18, 2):
        ccm = AesCcm(KEY, tag_bytes)
        sealed = ccm.seal(NONCE, b"", b"text")
        assert len(sealed) == 4 + tag_bytes
        assert ccm.open(NONCE, b"", sealed) == b"text"


def test_more_keys_from_hkdf_begin_with_the_same_ones():
    three = hkdf(KEY, b"material", 3)
    assert three[:2] == hkdf(KEY, b"material", 2)
    assert len({bytes(key) for key in three}) == 3


def test_a_badge_tag_is_the_first_8_bytes_of_the_hmac():
    uid = b"\x04\xa1\xb2\xc3"
    assert badge_tag(KEY, uid) == hmac_sha256(KEY, uid)[:8]
    assert badge_tag(KEY, uid) != badge_tag(bytes(32), uid)


def test_a_badge_tag_needs_a_whole_key_and_a_uid():
    assert fault_of(LocalProtocolError, badge_tag, bytes(31), b"\x04") == "badge_input"
    assert fault_of(LocalProtocolError, badge_tag, KEY, b"") == "badge_input"
