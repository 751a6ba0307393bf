"""Which badges a box should know."""

from hypothesis import given
from hypothesis import strategies as st

from server.fleet.grants import AHEAD_S, MAX_GRANTS, due
from server.fleet.model import Badge, Booking, BookingState, Grant

NOW_S = 1_790_000_000
CARD, KEY_RING = b"\x04\x01\x02\x03", b"\x04\x09\x08\x07"


def booking(
    starts_at_s: int, ends_at_s: int, agent_id: int = 1, state: BookingState = "active"
) -> Booking:
    return Booking(
        7, 1, "AB", "Clio", agent_id, "Marie", 1, "DDT", starts_at_s, ends_at_s, "", state
    )


def test_each_badge_of_the_agent_opens_during_the_booking() -> None:
    badges = [Badge(1, 1, CARD), Badge(2, 1, KEY_RING), Badge(3, 2, b"\xff\xff\xff\xff")]
    assert due([booking(NOW_S, NOW_S + 60)], badges, NOW_S) == [
        Grant(7, CARD, NOW_S, NOW_S + 60),
        Grant(7, KEY_RING, NOW_S, NOW_S + 60),
    ]


def test_a_booking_counts_until_its_last_second_and_from_a_week_before() -> None:
    def counts(starts_at_s: int, ends_at_s: int) -> bool:
        return bool(due([booking(starts_at_s, ends_at_s)], [Badge(1, 1, CARD)], NOW_S))

    assert counts(NOW_S - 60, NOW_S + 1)
    assert not counts(NOW_S - 60, NOW_S)
    assert counts(NOW_S + AHEAD_S - 1, NOW_S + AHEAD_S + 60)
    assert not counts(NOW_S + AHEAD_S, NOW_S + AHEAD_S + 60)


def test_a_cancelled_booking_or_an_agent_without_badge_opens_nothing() -> None:
    cancelled = booking(NOW_S, NOW_S + 60, state="cancelled")
    assert (
        due([cancelled, booking(NOW_S, NOW_S + 60, agent_id=2)], [Badge(1, 1, CARD)], NOW_S) == []
    )


@given(st.integers(MAX_GRANTS - 1, MAX_GRANTS + 40))
def test_a_box_gets_no_more_than_it_has_room_for_and_the_soonest_first(count: int) -> None:
    bookings = [booking(NOW_S + i, NOW_S + i + 1) for i in reversed(range(count))]
    grants = due(bookings, [Badge(1, 1, CARD)], NOW_S)
    assert [grant.not_before_s - NOW_S for grant in grants] == list(range(min(count, MAX_GRANTS)))
