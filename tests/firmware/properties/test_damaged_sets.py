"""Damage to the stored sets of grants and card keys: who opens the car is who opened it, or fewer.

Whatever happens to one of the files changes no verdict; what happens to all of them opens nothing
that a revocation, a booking or an outage forbade, lost or not.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.access.badge_decision import NO_TRIP, Granted, decide
from firmware.logic.access.grants import GRANTS_FILE, GrantSet
from shared_protocol.messages import GRANT_TECHNICIAN
from tests.firmware.logic.held_sets import NOW_S, grant, holding
from tests.firmware.logic.storage import MemoryStorage

TESS = b"tess----"


@pytest.mark.xfail(strict=True, reason="finding L13: a technician is refused after one flipped bit")
@given(st.integers(0, 10_000), st.integers(0, 7))
def test_one_flipped_bit_without_coverage_refuses_no_technician(at: int, bit: int) -> None:
    storage = MemoryStorage()
    bookings = [grant(n, (n * 7919 % 1009).to_bytes(8, "big")) for n in range(1, 100)]
    holding(grant(0, TESS, 0, 0xFFFFFFFF, GRANT_TECHNICIAN), *bookings, storage=storage)
    stored = bytearray(storage.files[GRANTS_FILE])
    stored[at % len(stored)] ^= 1 << bit
    storage.files[GRANTS_FILE] = bytes(stored)
    assert decide(GrantSet(storage), TESS, NOW_S, NO_TRIP, NO_TRIP) == Granted(0, True, False)
