"""Google's Wycheproof vectors against the primitives, on both interpreters.

`pytest -n0 -rP -k wycheproof` prints how many of each passed, first here, then under MicroPython.
Cases that our interface cannot express are left out by rule, and the counts say how many remain.
"""

import json

from shared_protocol import x25519
from shared_protocol.crypto import X25519, AesCcm, hkdf, hmac_sha256
from shared_protocol.errors import RemoteProtocolError

DATA = __file__.rsplit("/", 4)[0] + "/../shared/data/crypto/"


def cases(file):
    """Every case of a file, with the fields of its group."""
    with open(DATA + file) as stream:
        groups = json.load(stream)["testGroups"]
    for group in groups:
        for case in group["tests"]:
            yield group, case


def unhex(case, *names):
    return [bytes.fromhex(case[name]) for name in names]


def opens(ccm, nonce, associated, sealed):
    try:
        return ccm.open(nonce, associated, sealed)
    except RemoteProtocolError:
        return None


def test_aes_ccm_with_our_nonce_and_every_even_tag():
    count = 0
    for group, case in cases("aes_ccm_test.json"):
        tag_bytes = group["tagSize"] // 8
        if group["ivSize"] != 96 or group["keySize"] == 192 or tag_bytes not in range(4, 17, 2):
            continue
        key, nonce, associated, plain, text, tag = unhex(
            case, "key", "iv", "aad", "msg", "ct", "tag"
        )
        ccm = AesCcm(key, tag_bytes)
        if case["result"] == "valid":
            assert ccm.seal(nonce, associated, plain) == text + tag, case["tcId"]
            assert opens(ccm, nonce, associated, text + tag) == plain, case["tcId"]
        else:
            assert opens(ccm, nonce, associated, text + tag) is None, case["tcId"]
        count += 1
    print("AES-CCM, tags of 4 to 16 bytes:", count, "vectors passed")
    assert count == 252


def multiply(implementation, scalar, point):
    product = implementation(scalar, point)
    try:
        while not product.step():
            pass
    except RemoteProtocolError:
        return bytes(32)
    return product.result


def test_x25519_of_the_interpreter_and_in_slices():
    for implementation in {X25519, x25519.X25519}:
        count = 0
        for _, case in cases("x25519_test.json"):
            scalar, point, shared = unhex(case, "private", "public", "shared")
            assert multiply(implementation, scalar, point) == shared, case["tcId"]
            count += 1
        how = "in slices" if implementation is x25519.X25519 else "of OpenSSL"
        print("X25519", how + ":", count, "vectors passed")
        assert count == 518


def test_hmac_sha256_whole_and_truncated():
    count = 0
    for group, case in cases("hmac_sha256_test.json"):
        key, message, tag = unhex(case, "key", "msg", "tag")
        mac = hmac_sha256(key, message)[: group["tagSize"] // 8]
        assert (mac == tag) == (case["result"] == "valid"), case["tcId"]
        count += 1
    print("HMAC-SHA256:", count, "vectors passed")
    assert count == 174


def test_hkdf_without_info():
    count = 0
    for _, case in cases("hkdf_sha256_test.json"):
        if case["info"] or case["result"] != "valid":
            continue
        salt, material, expected = unhex(case, "salt", "ikm", "okm")
        keys = hkdf(salt, material, (case["size"] + 31) // 32)
        assert b"".join(keys)[: case["size"]] == expected, case["tcId"]
        count += 1
    print("HKDF-SHA256:", count, "vectors passed")
    assert count == 31
