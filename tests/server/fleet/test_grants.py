"""Which badges a box should know, and what each may do there."""

from dataclasses import replace
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from server.fleet import grants as rules
from server.fleet.grants import (
    AFTER_S,
    AHEAD_S,
    ALWAYS,
    BEFORE_S,
    KEPT_S,
    MAX_OTHER_CAR,
    MAX_REVOKED,
    REVOKED_FOR_S,
    Access,
    stay_until_s,
    windows,
)
from server.fleet.model.bookings import Booking, BookingState, Companion, Grant, Window
from server.fleet.model.people import Badge
from shared_protocol.limits import MAX_CARD_KEYS, MAX_GRANTS

NOW_S = 1_790_000_000
HOUR_S, DAY_S = 3600, 24 * 3600
CLIO, PEUGEOT = 1, 2
MARIE, PAUL, TECHNICIAN = 1, 2, 9
MARIES, PAULS, TOOL = b"\x04\x01\x02\x03", b"\x04\x05\x06\x07", b"\x04\x09\x08\x07"
BADGES = (Badge(1, MARIE, MARIES), Badge(2, PAUL, PAULS))
# Drawing a fleet takes its time on a busy machine.
EXAMPLES = settings(max_examples=60)
RIGHTS = ("booking", "passenger", "technician", "walk_up")


def due(facts: Access, now_s: int) -> list[Grant]:
    """What the gateway asks: no more than the wire carries."""
    return rules.due(facts, now_s, MAX_GRANTS, MAX_CARD_KEYS)


def booking(
    starts_at_s: int,
    ends_at_s: int,
    agent_id: int = MARIE,
    state: BookingState = "active",
    booking_id: int = 7,
    vehicle_id: int = CLIO,
) -> Booking:
    return Booking(
        booking_id, vehicle_id, "AB", "Clio", agent_id, "Marie", 1, "DDT",
        starts_at_s, ends_at_s, "", state,
    )  # fmt: skip


def access(*bookings: Booking, badges: tuple[Badge, ...] = BADGES, **facts: object) -> Access:
    some = Access(CLIO, False, bookings, (), badges, frozenset(), frozenset(), ())
    return replace(some, **facts)  # type: ignore[arg-type]


def kinds_of(grants: list[Grant], uid: bytes | None) -> list[str]:
    return [grant.kind for grant in grants if grant.uid == uid]


def test_each_badge_of_the_agent_opens_during_the_booking_with_its_grace() -> None:
    badges = (Badge(1, MARIE, MARIES), Badge(3, MARIE, TOOL), Badge(2, PAUL, PAULS))
    window = (NOW_S, NOW_S + 60 + AFTER_S)  # the box itself opens a free car earlier
    assert due(access(booking(NOW_S, NOW_S + 60), badges=badges), NOW_S) == [
        Grant(7, MARIES, *window, "booking"),
        Grant(7, TOOL, *window, "booking"),
    ]


def test_a_booking_counts_until_its_driver_can_have_been_forgotten_and_from_a_week_before() -> None:
    def counts(starts_at_s: int, ends_at_s: int) -> bool:
        return bool(due(access(booking(starts_at_s, ends_at_s)), NOW_S))

    assert counts(NOW_S - 9 * HOUR_S, NOW_S - KEPT_S - AFTER_S + 1)
    assert not counts(NOW_S - 9 * HOUR_S, NOW_S - KEPT_S - AFTER_S)
    begins_s = NOW_S + AHEAD_S + BEFORE_S
    assert counts(begins_s - 1, begins_s + 60)
    assert not counts(begins_s, begins_s + 60)


def test_a_cancelled_booking_or_an_agent_without_badge_opens_nothing() -> None:
    cancelled = booking(NOW_S, NOW_S + 60, state="cancelled")
    assert due(access(cancelled, booking(NOW_S, NOW_S + 60, 3, booking_id=8)), NOW_S) == []


def test_of_a_short_gap_the_booking_to_come_is_served_first() -> None:
    def around(gap_s: int) -> tuple[int, int]:
        first = booking(NOW_S, NOW_S + HOUR_S, booking_id=1)
        second = booking(first.ends_at_s + gap_s, NOW_S + 9 * HOUR_S, PAUL, booking_id=2)
        found = windows([second, first])
        return found[1].to_s - first.ends_at_s, second.starts_at_s - found[2].from_s

    assert around(0) == (0, 0)
    assert around(600) == (0, 600)
    assert around(1200) == (300, BEFORE_S)
    assert around(BEFORE_S + AFTER_S) == (AFTER_S, BEFORE_S)
    assert around(9000) == (AFTER_S, BEFORE_S)


def test_a_window_stays_within_what_the_wire_can_say() -> None:
    found = windows([booking(5, ALWAYS.to_s)])
    assert found[7] == ALWAYS


def test_further_drivers_have_the_booking_and_passengers_ride_along() -> None:
    companions = (Companion(7, PAUL, True), Companion(7, 3, False), Companion(8, 3, True))
    badges = (*BADGES, Badge(3, 3, TOOL))
    facts = access(booking(NOW_S, NOW_S + 60), badges=badges, companions=companions)
    assert [(g.grant_id, g.uid, g.kind) for g in due(facts, NOW_S)] == [
        (7, MARIES, "booking"),
        (7, PAULS, "booking"),
        (7, TOOL, "passenger"),
    ]


def test_a_technician_opens_every_car_and_has_no_walk_up_right_beside() -> None:
    badges = (*BADGES, Badge(3, TECHNICIAN, TOOL))
    facts = access(badges=badges, technicians=frozenset({TECHNICIAN}), walk_up=True)
    grants = due(facts, NOW_S)
    assert kinds_of(grants, TOOL) == ["technician"]
    assert kinds_of(grants, MARIES) == kinds_of(grants, PAULS) == ["walk_up"]
    assert {(g.grant_id, g.not_before_s, g.not_after_s) for g in grants} == {(0, 0, ALWAYS.to_s)}


def test_who_has_no_licence_recorded_keeps_every_right_but_to_drive() -> None:
    companions = (Companion(7, PAUL, True), Companion(7, 3, False))
    badges = (*BADGES, Badge(3, 3, TOOL))
    some = access(
        booking(NOW_S, NOW_S + 60), badges=badges, companions=companions, walk_up=True,
        without_licence=frozenset({PAUL, 3}),
    )  # fmt: skip
    grants = due(some, NOW_S)
    assert kinds_of(grants, MARIES) == ["booking", "walk_up"]
    assert kinds_of(grants, PAULS) == ["no_licence", "walk_up_no_licence"]
    assert kinds_of(grants, TOOL) == ["passenger", "walk_up_no_licence"]
    (booked, refused) = (g for g in grants if g.grant_id == 7 and g.uid != TOOL)
    assert replace(refused, uid=MARIES, kind="booking") == booked, "the same booking, otherwise"


def test_who_has_no_notice_recorded_is_let_in_by_no_right() -> None:
    companions = (Companion(7, PAUL, True), Companion(7, 3, False))
    badges = (*BADGES, Badge(3, 3, TOOL))
    some = access(
        booking(NOW_S, NOW_S + 60), badges=badges, companions=companions, walk_up=True,
        without_notice=frozenset({PAUL, 3}),
    )  # fmt: skip
    grants = due(some, NOW_S)
    assert kinds_of(grants, MARIES) == ["booking", "walk_up"]
    assert kinds_of(grants, PAULS) == ["no_notice", "other_no_notice"]
    assert kinds_of(grants, TOOL) == ["other_no_notice", "other_no_notice"]
    neither = due(replace(some, without_licence=frozenset({PAUL})), NOW_S)
    assert kinds_of(neither, PAULS) == ["no_licence", "walk_up_no_licence"]
    moves_cars = due(replace(some, technicians=frozenset({PAUL})), NOW_S)
    assert kinds_of(moves_cars, PAULS) == ["technician", "booking"]


def test_a_private_booking_is_private_to_all_who_drive_and_to_nobody_who_may_not() -> None:
    private = replace(booking(NOW_S, NOW_S + 60), private=True)
    companions = (Companion(7, PAUL, True), Companion(7, 3, False))
    badges = (*BADGES, Badge(3, 3, TOOL))
    some = access(private, badges=badges, companions=companions, walk_up=True)
    assert {g.uid for g in due(some, NOW_S) if g.private} == {MARIES, PAULS}
    withheld = due(replace(some, without_licence=frozenset({PAUL})), NOW_S)
    assert {(g.uid, g.kind) for g in withheld if g.private} == {(MARIES, "booking")}


def test_a_technician_needs_no_licence_on_record() -> None:
    some = access(
        booking(NOW_S, NOW_S + 60),
        technicians=frozenset({MARIE}),
        without_licence=frozenset({MARIE}),
    )
    assert kinds_of(due(some, NOW_S), MARIES) == ["technician", "booking"]


def test_a_revoked_badge_is_named_for_good_and_has_no_right() -> None:
    lost = Badge(1, MARIE, MARIES, revoked_at_s=NOW_S - REVOKED_FOR_S + 1)
    facts = access(booking(NOW_S, NOW_S + 60), badges=(lost,), walk_up=True)
    facts = replace(facts, technicians=frozenset({MARIE}))
    assert due(facts, NOW_S) == [Grant(0, MARIES, 0, ALWAYS.to_s, "revoked")]
    assert due(facts, NOW_S + 1) == due(facts, NOW_S)


def test_of_many_revoked_badges_the_most_recent_are_named() -> None:
    lost = tuple(
        Badge(i, MARIE, i.to_bytes(4, "big"), revoked_at_s=NOW_S - i) for i in range(1, 700)
    )
    named = [g.uid for g in due(access(badges=lost), NOW_S)]
    assert set(named[1:]) == {badge.uid for badge in lost[:MAX_REVOKED]}
    assert named[0] is None, "and that there are more"
    assert due(access(badges=lost), NOW_S + REVOKED_FOR_S)[0].uid is not None
    assert due(access(badges=lost[:MAX_REVOKED]), NOW_S)[0].uid is not None


def test_a_revocation_that_a_box_has_not_heard_of_for_long_is_in_its_set() -> None:
    lost = tuple(
        Badge(i, MARIE, i.to_bytes(4, "big"), revoked_at_s=NOW_S - i) for i in range(1, 700)
    )
    later_s = NOW_S + 2 * REVOKED_FOR_S
    for heard_s, is_told in (
        (None, True), (later_s - REVOKED_FOR_S + 1, True), (later_s - REVOKED_FOR_S, False),
    ):  # fmt: skip
        facts = replace(access(badges=lost), unnamed_heard_s=heard_s)
        assert (due(facts, later_s)[0].uid is None) is is_told


def test_maintenance_is_said_of_the_car_and_forgotten_when_it_is_over() -> None:
    spans = (Window(NOW_S + DAY_S, NOW_S + 2 * DAY_S), Window(5, NOW_S), Window(6, NOW_S + 1))
    assert due(access(out_of_service=spans), NOW_S) == [
        Grant(6, None, 6, NOW_S + 1, "maintenance"),
        Grant(spans[0].from_s, None, *(NOW_S + DAY_S, NOW_S + 2 * DAY_S), "maintenance"),
    ]


def test_who_has_another_car_is_told_so_unless_this_one_is_theirs_too() -> None:
    elsewhere = booking(NOW_S + HOUR_S, NOW_S + 2 * HOUR_S, booking_id=8, vehicle_id=PEUGEOT)
    told = Grant(
        8, MARIES, elsewhere.starts_at_s - BEFORE_S, elsewhere.ends_at_s + AFTER_S, "other_car"
    )
    assert due(access(elsewhere), NOW_S) == [told]
    assert due(access(elsewhere, vehicle_id=PEUGEOT), NOW_S)[0].kind == "booking"
    here = booking(NOW_S + 2 * HOUR_S, NOW_S + 3 * HOUR_S)
    assert kinds_of(due(access(elsewhere, here), NOW_S), MARIES) == ["booking"]
    later = booking(NOW_S + 9 * HOUR_S, NOW_S + 10 * HOUR_S)
    assert kinds_of(due(access(elsewhere, later), NOW_S), MARIES) == ["booking", "other_car"]
    far = replace(elsewhere, starts_at_s=NOW_S + 2 * DAY_S, ends_at_s=NOW_S + 3 * DAY_S)
    assert due(access(far), NOW_S) == []


def test_of_many_with_another_car_the_soonest_are_told() -> None:
    many = tuple(
        booking(NOW_S + i * 60, NOW_S + i * 60 + 60, i, booking_id=i, vehicle_id=1 + i)
        for i in reversed(range(1, 100))
    )
    badges = tuple(Badge(i, i, i.to_bytes(4, "big")) for i in range(1, 100))
    told = due(access(*many, badges=badges), NOW_S)
    assert [grant.grant_id for grant in told] == list(range(1, MAX_OTHER_CAR + 1))


def test_what_a_box_has_no_room_for_is_the_least_important() -> None:
    badges = tuple(Badge(i, i, i.to_bytes(4, "big")) for i in range(1, MAX_GRANTS + 40))
    facts = access(
        booking(NOW_S, NOW_S + 60, 5),
        badges=badges,
        walk_up=True,
        technicians=frozenset({MAX_GRANTS + 39}),
        out_of_service=(Window(NOW_S, NOW_S + 60),),
    )
    grants = due(facts, NOW_S)
    assert len(grants) == MAX_GRANTS
    kinds = [grant.kind for grant in grants]
    assert kinds[:4] == ["technician", "booking", "maintenance", "walk_up"]


def test_however_many_bookings_there_are_what_keeps_people_safe_stays_in_the_set() -> None:
    badges = (
        Badge(1, MARIE, MARIES), Badge(2, PAUL, PAULS), Badge(3, TECHNICIAN, TOOL),
        Badge(4, MARIE, b"lost", revoked_at_s=NOW_S - 1),
    )  # fmt: skip
    flood = [booking(NOW_S + 99 * i, NOW_S + 99 * i + 1, booking_id=9 + i) for i in range(1, 2000)]
    of_paul = booking(NOW_S - 60, NOW_S + 60, PAUL, booking_id=1)
    facts = access(
        of_paul, *flood, badges=badges, technicians=frozenset({TECHNICIAN}),
        out_of_service=(Window(NOW_S + HOUR_S, NOW_S + 2 * HOUR_S),),
    )  # fmt: skip
    grants = due(facts, NOW_S)
    assert [(g.kind, g.uid) for g in grants[:4]] == [
        ("technician", TOOL), ("revoked", b"lost"), ("booking", PAULS), ("maintenance", None),
    ]  # fmt: skip
    assert [g.grant_id for g in grants[4:]] == [
        each.booking_id for each in flood[: len(grants) - 4]
    ]


def test_a_box_holds_the_keys_only_of_cards_that_may_come_in_their_window() -> None:
    key = bytes(16)
    badges = tuple(
        Badge(i, i, bytes((i,)), key, None if i != 5 else NOW_S - 9) for i in range(1, 8)
    )
    facts = access(
        booking(NOW_S + DAY_S, NOW_S + 2 * DAY_S, 1, booking_id=1),
        booking(NOW_S + 9 * DAY_S, NOW_S + 10 * DAY_S, 2, booking_id=2),
        booking(NOW_S, NOW_S + HOUR_S, 3, booking_id=3, vehicle_id=PEUGEOT),
        badges=badges, walk_up=True, technicians=frozenset({4}),
        companions=(Companion(1, 6, False),),
    )  # fmt: skip
    held = due(facts, NOW_S)
    assert rules.cards_due(held, badges, MAX_CARD_KEYS) == [b"\4", b"\1", b"\5"]
    walking = {grant.uid for grant in held if grant.kind == "walk_up"}
    assert walking == {b"\1"}, "without its key it would open as a copy does"
    allowed = due(replace(facts, simple_walk_up=True), NOW_S)
    walking = {grant.uid for grant in allowed if grant.kind == "walk_up"}
    assert walking == {b"\1", b"\2", b"\3", b"\6", b"\7"}
    assert rules.cards_due(allowed, badges, MAX_CARD_KEYS) == [b"\4", b"\1", b"\5"]


def test_a_card_whose_key_has_no_room_on_the_box_has_no_grant() -> None:
    cards = tuple(
        Badge(i, i, i.to_bytes(4, "big"), bytes(16)) for i in range(1, MAX_CARD_KEYS + 20)
    )
    plain = tuple(Badge(i, i, i.to_bytes(4, "big")) for i in range(900, 910))
    last = MAX_CARD_KEYS + 19
    some = access(
        booking(NOW_S, NOW_S + 60, last),
        booking(NOW_S + 60, NOW_S + 120, 1, booking_id=8),
        badges=(*cards, *plain),
        companions=tuple(Companion(8, i, True) for i in range(1, last)),
        walk_up=True,
    )
    granted = {grant.uid for grant in rules.due(some, NOW_S, 2000, MAX_CARD_KEYS)}
    assert len(granted & {badge.uid for badge in cards}) == MAX_CARD_KEYS
    assert cards[-1].uid in granted, "who comes first"
    assert {badge.uid for badge in plain} <= granted


@st.composite
def facts(draw: st.DrawFn) -> Access:
    """Anything that the database can hold: bookings of a car that touch at most."""
    bookings: list[Booking] = []
    agents = st.integers(1, 6)
    for vehicle_id in (CLIO, PEUGEOT, 3):
        at_s = NOW_S - draw(st.integers(0, 2 * DAY_S))
        for _ in range(draw(st.integers(0, 5))):
            at_s += draw(st.sampled_from((0, 60, 900, 1200, 2700, 9000, DAY_S)))
            ends_s = at_s + draw(st.sampled_from((60, 900, HOUR_S, DAY_S)))
            state = draw(st.sampled_from(("active", "active", "cancelled")))
            number = len(bookings) + 1
            bookings.append(booking(at_s, ends_s, draw(agents), state, number, vehicle_id))
            at_s = ends_s
    companions = draw(
        st.lists(
            st.builds(Companion, st.integers(1, 15), agents, st.booleans()),
            max_size=6,
            unique_by=lambda c: (c.booking_id, c.agent_id),
        )
    )
    lost = st.none() | st.integers(NOW_S - 2 * REVOKED_FOR_S, NOW_S)
    badges = [
        Badge(i, draw(agents), i.to_bytes(4, "big"), revoked_at_s=draw(lost)) for i in range(1, 10)
    ]
    spans = [Window(NOW_S + draw(st.integers(-DAY_S, DAY_S)), NOW_S + 2 * DAY_S)]
    return Access(
        CLIO,
        draw(st.booleans()),
        tuple(bookings),
        tuple(companions),
        tuple(badges),
        draw(st.frozensets(agents, max_size=2)),
        draw(st.frozensets(agents, max_size=2)),
        tuple(spans[: draw(st.integers(0, 1))]),
        without_notice=draw(st.frozensets(agents, max_size=2)),
    )


@EXAMPLES
@given(facts())
def test_a_grace_never_reaches_into_another_booking(some: Access) -> None:
    found = windows(some.bookings)
    active = [one for one in some.bookings if one.booking_id in found]
    for one, other in combinations(active, 2):
        if one.vehicle_id == other.vehicle_id:
            own, theirs = found[one.booking_id], found[other.booking_id]
            assert own.to_s <= theirs.from_s or theirs.to_s <= own.from_s
    for one in active:
        window = found[one.booking_id]
        assert one.starts_at_s - BEFORE_S <= window.from_s <= one.starts_at_s
        assert one.ends_at_s <= window.to_s <= one.ends_at_s + AFTER_S


@EXAMPLES
@given(facts())
def test_two_drivers_hold_this_car_at_once_only_in_the_same_booking(some: Access) -> None:
    plain = [grant for grant in due(some, NOW_S) if grant.kind == "booking"]
    for one, other in combinations(plain, 2):
        apart = one.not_after_s <= other.not_before_s or other.not_after_s <= one.not_before_s
        assert apart or one.grant_id == other.grant_id


@EXAMPLES
@given(facts(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_changes_nothing(some: Access, chance: Random) -> None:
    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(items, len(items)))

    names = ("bookings", "companions", "badges", "out_of_service")
    mixed = replace(some, **{name: shuffled(getattr(some, name)) for name in names})
    assert due(mixed, NOW_S) == due(some, NOW_S)


@EXAMPLES
@given(facts())
def test_a_revoked_badge_never_has_a_right_and_every_item_has_its_own_name(some: Access) -> None:
    grants = due(some, NOW_S)
    lost = {badge.uid for badge in some.badges if badge.revoked_at_s is not None}
    assert not [g for g in grants if g.uid in lost and g.kind in RIGHTS]
    assert len({(grant.uid, grant.grant_id) for grant in grants}) == len(grants) <= MAX_GRANTS
    for grant in grants:
        assert grant.not_before_s < grant.not_after_s


@EXAMPLES
@given(facts())
def test_a_licence_withheld_changes_the_kind_of_the_rights_to_drive_and_nothing_else(
    some: Access,
) -> None:
    some = replace(some, without_notice=frozenset())
    without = {"booking": "no_licence", "walk_up": "walk_up_no_licence"}
    badges = [badge for badge in some.badges if badge.agent_id in some.without_licence]
    withheld = {badge.uid for badge in badges if badge.agent_id not in some.technicians}
    free = due(replace(some, without_licence=frozenset()), NOW_S)
    expected = {
        replace(g, kind=without.get(g.kind, g.kind)) if g.uid in withheld else g  # type: ignore[arg-type]
        for g in free
    }
    assert set(due(some, NOW_S)) == expected


@EXAMPLES
@given(facts())
def test_a_notice_withheld_changes_the_kind_of_the_rights_and_nothing_else(some: Access) -> None:
    without = {"booking": "no_notice", "walk_up": "other_no_notice", "passenger": "other_no_notice"}
    badges = [badge for badge in some.badges if badge.agent_id in some.without_notice]
    withheld = {badge.uid for badge in badges if badge.agent_id not in some.technicians}
    free = due(replace(some, without_notice=frozenset()), NOW_S)
    expected = {
        replace(g, kind=without.get(g.kind, g.kind)) if g.uid in withheld else g  # type: ignore[arg-type]
        for g in free
    }
    expected = {replace(g, private=g.private and g.kind == "booking") for g in expected}
    assert set(due(some, NOW_S)) == expected


@EXAMPLES
@given(facts())
def test_grants_stay_the_same_until_the_instant_that_is_said(some: Access) -> None:
    now_s = NOW_S
    while now_s < NOW_S + 2 * REVOKED_FOR_S:
        until_s = stay_until_s(some, now_s)
        before = due(some, now_s)
        assert all(due(some, at_s) == before for at_s in ((now_s + until_s) // 2, until_s - 1))
        now_s = until_s
