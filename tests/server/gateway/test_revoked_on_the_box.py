"""However many badges are revoked, none of them takes up a trip that the box has ended."""

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.logic.access.badge_decision import Refused, decide
from server.fleet import grants as rules
from server.fleet.grants import MAX_REVOKED, Access
from server.fleet.model.people import Badge
from server.gateway.translate import grant_of
from shared_protocol.limits import MAX_CARD_KEYS, MAX_GRANTS
from shared_protocol.messages import EVERY_BADGE
from shared_protocol.records import REFUSED_REVOKED
from tests.firmware.logic.held_sets import holding

NOW_S = 1_790_000_000
DAY_S = 24 * 3600
LAPSED = 7  # a booking whose trip the box has ended


def uid_of(number: int) -> bytes:
    return b"\4" + number.to_bytes(7, "big")


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, MAX_REVOKED + 2) | st.integers(0, 1100),
    st.integers(0, 44 * DAY_S),
    st.integers(0, 600),
)
def test_a_revoked_badge_is_refused_as_such_whoever_else_is_revoked(
    count: int, age_s: int, others: int
) -> None:
    lost = [Badge(n, n, uid_of(n), revoked_at_s=NOW_S - age_s * n // 1100) for n in range(count)]
    badges = [Badge(n, n, uid_of(n)) for n in range(2000, 2000 + others)]
    access = Access(
        1, True, (), (), (*lost, *badges), frozenset(range(2000, 2000 + others, 3)),
        frozenset(), (),
    )  # fmt: skip
    due = rules.due(access, NOW_S, MAX_GRANTS, MAX_CARD_KEYS)
    held = holding(*[grant_of(g, EVERY_BADGE if g.uid is None else g.uid) for g in due])
    for badge in lost:
        assert decide(held, badge.uid, NOW_S, -1, LAPSED) == Refused(REFUSED_REVOKED)
