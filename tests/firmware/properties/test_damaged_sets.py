"""Damage to the stored sets of grants and card keys: who opens the car is who opened it, or fewer.

Whatever happens to one of the files changes no verdict; what happens to all of them opens nothing
that a revocation, a booking or an outage forbade, lost or not.
"""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.access.badge_decision import NO_TRIP, Granted, decide
from firmware.logic.access.grants import GRANTS_FILE, GrantSet
from shared_protocol.messages import (
    EVERY_BADGE,
    GRANT_BOOKING,
    GRANT_MAINTENANCE,
    GRANT_REVOKED,
    GRANT_TECHNICIAN,
    GRANT_WALK_UP,
    Grant,
)
from shared_protocol.sets import grant_parts
from tests.firmware.logic.held_sets import NOW_S, grant, holding
from tests.firmware.logic.storage import MemoryStorage

TESS = b"tess----"
ALWAYS = (0, 0xFFFFFFFF)
NUMBERS = st.integers(1, 300)


def tag_of(number: int) -> bytes:
    return (number * 7919 % 1009 + 1).to_bytes(8, "big")


@dataclass(frozen=True)
class Hit:
    """What happens to a place of one of the files; places are counted from its end round."""

    file: int
    at: int
    count: int
    becomes: int | None  # all these bytes; None: one bit of the first turns

    def on(self, files: dict[str, bytes]) -> None:
        name = sorted(files)[self.file]
        data = bytearray(files[name])
        at = self.at % len(data) if data else 0
        if self.becomes is None:
            data[at : at + 1] = bytes(byte ^ 1 << self.count % 8 for byte in data[at : at + 1])
        else:
            data[at : at + self.count] = bytes((self.becomes,)) * len(data[at : at + self.count])
        files[name] = bytes(data)


def hits(*files: int) -> st.SearchStrategy[Hit]:
    count = st.integers(1, 5000)
    return st.builds(
        Hit, st.sampled_from(files), st.integers(0, 30_000), count, st.sampled_from((None, 0, 255))
    )


@st.composite
def grant_sets(draw: st.DrawFn) -> list[Grant]:
    """Some technicians, revocations, bookings (of some, one more is revoked), an outage or none."""
    grants = []
    for n in draw(st.sets(NUMBERS, max_size=200)):
        kind = draw(st.sampled_from((GRANT_TECHNICIAN, GRANT_REVOKED, GRANT_WALK_UP, 0)))
        if kind:
            grants.append(Grant(tag_of(n), 0, *ALWAYS, kind, 0))
        if kind != GRANT_TECHNICIAN:
            hour = draw(st.integers(-3, 3)) * 3600
            window = NOW_S + hour - 600, NOW_S + hour + 3000
            grants.append(Grant(tag_of(n), 1, *window, GRANT_BOOKING, 0))
    if draw(st.booleans()):
        grants.append(Grant(EVERY_BADGE, NOW_S, *ALWAYS, GRANT_MAINTENANCE, 0))
    return grants


def stored(grants: list[Grant]) -> MemoryStorage:
    storage = MemoryStorage()
    holding(*grants, storage=storage)
    return storage


def verdicts(held: GrantSet, lapsed: int = NO_TRIP) -> list[object]:
    return [decide(held, tag_of(n), NOW_S, NO_TRIP, lapsed) for n in range(1, 301)]


@given(grant_sets(), st.sampled_from((0, 1)), st.data())
def test_damage_to_one_of_the_files_changes_no_verdict(
    grants: list[Grant], file: int, data: st.DataObject
) -> None:
    storage = stored(grants)
    whole = verdicts(GrantSet(storage))
    for hit in data.draw(st.lists(hits(file), min_size=1, max_size=5)):
        hit.on(storage.files)
    assert verdicts(GrantSet(storage)) == whole


@given(grant_sets(), st.lists(hits(0, 1), min_size=1, max_size=6), st.sampled_from((NO_TRIP, 5)))
def test_damage_to_both_files_opens_to_nobody_who_was_refused(
    grants: list[Grant], damage: list[Hit], lapsed: int
) -> None:
    storage = stored(grants)
    whole = verdicts(GrantSet(storage), lapsed)
    for hit in damage:
        hit.on(storage.files)
    for before, after in zip(whole, verdicts(GrantSet(storage), lapsed), strict=True):
        assert after == before or not isinstance(after, Granted)


@given(
    grant_sets(), st.lists(hits(0, 1), min_size=1, max_size=6), st.sampled_from((NO_TRIP, 5)),
    st.integers(1, 17), NUMBERS,
)  # fmt: skip
def test_damage_while_a_set_comes_in_opens_to_nobody_who_was_refused(
    grants: list[Grant], damage: list[Hit], lapsed: int, parts: int, first: int
) -> None:
    storage = stored(grants)
    held = GrantSet(storage)
    whole = verdicts(held, lapsed)
    new = grant_parts(8, held.expires_s, [grant(n, tag_of(n)) for n in range(1, 201)])
    for part in new[:parts]:
        held.take_part(part)
    assert verdicts(held, lapsed) == whole
    for hit in damage:
        hit.on(storage.files)
    # Whoever comes first finds what is lost; nobody may profit from not having been the second.
    opened = decide(held, tag_of(first), NOW_S, NO_TRIP, lapsed)
    after = [(opened, whole[first - 1]), *zip(verdicts(held, lapsed), whole, strict=True)]
    for verdict, before in after:
        assert verdict == before or not isinstance(verdict, Granted)


@given(grant_sets(), st.lists(hits(0, 1), min_size=1, max_size=6))
def test_a_technician_whose_page_is_proven_gets_the_car_out(
    grants: list[Grant], damage: list[Hit]
) -> None:
    storage = stored(grants)
    for hit in damage:
        hit.on(storage.files)
    held = GrantSet(storage)
    for each in grants:
        if each.kind == GRANT_TECHNICIAN and each in held.of_badge(each.badge_tag):
            assert decide(held, each.badge_tag, 0, NO_TRIP, NO_TRIP) == Granted(0, True, False)


@given(grant_sets())
def test_a_damage_that_both_files_share_takes_one_page_and_no_more(grants: list[Grant]) -> None:
    storage = stored(grants)
    size = min(len(data) for data in storage.files.values())
    for file in (0, 1):
        Hit(file, size // 2, 1, None).on(storage.files)
    assert len(GrantSet(storage)) >= len(grants) - 16


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_one_flipped_bit_without_coverage_refuses_no_technician(at: int, bit: int) -> None:
    storage = MemoryStorage()
    bookings = [grant(n, (n * 7919 % 1009).to_bytes(8, "big")) for n in range(1, 100)]
    holding(grant(0, TESS, 0, 0xFFFFFFFF, GRANT_TECHNICIAN), *bookings, storage=storage)
    stored = bytearray(storage.files[GRANTS_FILE])
    stored[at % len(stored)] ^= 1 << bit
    storage.files[GRANTS_FILE] = bytes(stored)
    assert decide(GrantSet(storage), TESS, NOW_S, NO_TRIP, NO_TRIP) == Granted(0, True, False)
