"""Tests of the sliced X25519 and of the one that crypto.py chose, on both interpreters."""

from shared_protocol import crypto, x25519
from shared_protocol.errors import RemoteProtocolError
from tests.shared_protocol.both.helpers import counting_random, fault_of

IMPLEMENTATIONS = (crypto.X25519, x25519.X25519)
BASE_POINT = b"\x09" + bytes(31)
P = (1 << 255) - 19
# u-coordinates of the points of small order, and one of them written above P (RFC 7748, section 5)
WEAK_POINTS = (0, 1, P - 1, P, P + 1)


def multiply(implementation, scalar, point):
    product = implementation(scalar, point)
    while not product.step():
        pass
    return product.result


def test_both_sides_find_the_same_secret_in_every_combination():
    random = counting_random(5)
    for _ in range(3):
        mine, yours = random(32), random(32)
        secrets = set()
        for implementation in IMPLEMENTATIONS:
            my_public = multiply(implementation, mine, BASE_POINT)
            your_public = multiply(implementation, yours, BASE_POINT)
            secrets.add(multiply(implementation, mine, your_public))
            secrets.add(multiply(implementation, yours, my_public))
        assert len(secrets) == 1


def test_a_point_that_gives_an_all_zero_secret_is_refused():
    for value in WEAK_POINTS:
        point = value.to_bytes(32, "little")
        for implementation in IMPLEMENTATIONS:
            assert (
                fault_of(RemoteProtocolError, multiply, implementation, bytes(range(32)), point)
                == "weak_point"
            )


def test_the_top_bit_of_a_point_is_not_part_of_it():
    point = bytes(range(1, 33))
    marked = point[:31] + bytes((point[31] | 0x80,))
    for implementation in IMPLEMENTATIONS:
        assert multiply(implementation, bytes(32), point) == multiply(
            implementation, bytes(32), marked
        )


def test_the_work_is_cut_into_some_seventy_slices():
    product = x25519.X25519(bytes(range(32)), BASE_POINT)
    slices = 1
    while not product.step():
        assert product.result == b""
        slices += 1
    assert 60 <= slices <= 80
