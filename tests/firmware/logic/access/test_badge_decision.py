"""What a badge gets by the grants on the box, and the reason when it gets nothing."""

from firmware.logic.access.badge_decision import (
    NO_TRIP,
    RIDES,
    Granted,
    Refused,
    decide,
    rank_of,
)
from firmware.logic.access.card import (
    RANK_GRANTED,
    RANK_REFUSED,
    RANK_RIDES,
    RANK_TECHNICIAN,
    RANK_UNKNOWN,
)
from firmware.logic.road.whereabouts import Place
from shared_protocol.messages import (
    EVERY_BADGE,
    GRANT_MAINTENANCE,
    GRANT_NO_LICENCE,
    GRANT_NO_NOTICE,
    GRANT_OTHER_CAR,
    GRANT_OTHER_NO_NOTICE,
    GRANT_PASSENGER,
    GRANT_REVOKED,
    GRANT_SITE,
    GRANT_TECHNICIAN,
    GRANT_WALK_UP,
    GRANT_WALK_UP_NO_LICENCE,
)
from shared_protocol.records import (
    REFUSED_CAR_IN_USE,
    REFUSED_CLOCK_UNKNOWN,
    REFUSED_DRIVER_FIRST,
    REFUSED_GRANTS_EXPIRED,
    REFUSED_MAINTENANCE,
    REFUSED_NO_LICENCE,
    REFUSED_NO_NOTICE,
    REFUSED_REVOKED,
    REFUSED_TOO_EARLY,
    REFUSED_TOO_LATE,
    REFUSED_UNKNOWN_BADGE,
    REFUSED_WRONG_CAR,
)
from tests.firmware.logic.held_sets import MARIE, NOW_S, PAUL, grant, holding

ALWAYS = (0, 0xFFFFFFFF)
BOOKING = 5
QUARTER_S = 900
WALKS_UP = grant(0, MARIE, *ALWAYS, GRANT_WALK_UP)


LAT_E7, LON_E7 = 444_475_000, 14_413_000
SITE = grant(300, EVERY_BADGE, LAT_E7, LON_E7, GRANT_SITE)
AT_SITE = Place(LAT_E7, LON_E7, 50)
AWAY = Place(LAT_E7 + 27_000_000, LON_E7, 50)  # 300 km


def judged(
    *grants,
    time_s=NOW_S,
    open_grant=NO_TRIP,
    lapsed_grant=NO_TRIP,
    expires_s=NOW_S + 900,
    place=AT_SITE,
):
    """The reason MARIE is refused, None when she is granted, RIDES as a passenger."""
    held = holding(SITE, *grants, expires_s=expires_s)
    held.place = place
    verdict = decide(held, MARIE, time_s, open_grant, lapsed_grant)
    if isinstance(verdict, Refused):
        return verdict.reason
    return verdict if verdict == RIDES else None


def test_a_badge_with_a_grant_now_gets_in():
    held = holding(grant(BOOKING))
    assert decide(held, MARIE, NOW_S, NO_TRIP, NO_TRIP) == Granted(BOOKING, False, False)


def test_the_window_holds_its_first_second_and_not_its_last():
    mine = grant(5, begins_s=NOW_S, ends_s=NOW_S + 10)
    for time_s, reason in (
        (NOW_S - 1, REFUSED_CAR_IN_USE), (NOW_S, None), (NOW_S + 9, None),
        (NOW_S + 10, REFUSED_CAR_IN_USE),
    ):  # fmt: skip
        assert judged(mine, time_s=time_s, open_grant=9) == reason
    assert judged(mine, time_s=NOW_S + 9) is None
    assert judged(mine, time_s=NOW_S + 10) == REFUSED_TOO_LATE


def test_the_quarter_of_an_hour_before_takes_the_car_from_nobody():
    mine = grant(5, begins_s=NOW_S + QUARTER_S, ends_s=NOW_S + 2 * QUARTER_S)
    expires_s = NOW_S + 2 * QUARTER_S
    for time_s, reason in ((NOW_S - 1, REFUSED_TOO_EARLY), (NOW_S, None)):
        assert judged(mine, time_s=time_s, expires_s=expires_s) == reason
        in_use = judged(mine, time_s=time_s, expires_s=expires_s, open_grant=9)
        assert in_use == REFUSED_CAR_IN_USE
        shared = judged(mine, time_s=time_s, expires_s=expires_s, open_grant=5)
        assert shared == (reason and REFUSED_CAR_IN_USE), "the other driver of it was earlier"
    assert judged(mine, expires_s=NOW_S + QUARTER_S) is None
    before = grant(6, PAUL, NOW_S - 100, NOW_S + 1)
    assert judged(mine, before, expires_s=expires_s) == REFUSED_TOO_EARLY
    assert judged(mine, before, time_s=NOW_S + 1, expires_s=expires_s) is None
    shut = holding(mine, expires_s=expires_s + 900)
    shut.closed_s = mine.not_after_s
    assert decide(shut, MARIE, NOW_S, NO_TRIP, NO_TRIP) == Refused(REFUSED_TOO_EARLY)


def test_a_window_that_had_closed_stays_closed_when_the_clock_goes_back():
    held = holding(grant(BOOKING, ends_s=NOW_S + 10), expires_s=NOW_S + 20)
    for closed_s, verdict in (
        (NOW_S + 9, Granted(BOOKING, False, False)),
        (NOW_S + 10, Refused(REFUSED_TOO_LATE)),
        (NOW_S + 19, Refused(REFUSED_TOO_LATE)),
        (NOW_S + 20, Refused(REFUSED_GRANTS_EXPIRED)),
    ):
        held.closed_s = closed_s
        assert decide(held, MARIE, NOW_S, NO_TRIP, NO_TRIP) == verdict


def test_each_refusal_has_its_reason():
    past = grant(1, begins_s=NOW_S - 100, ends_s=NOW_S - 50)
    future = grant(2, begins_s=NOW_S + 901, ends_s=NOW_S + 1000)
    assert judged() == REFUSED_UNKNOWN_BADGE
    assert judged(grant(5, PAUL)) == REFUSED_UNKNOWN_BADGE
    assert judged(future) == REFUSED_TOO_EARLY
    assert judged(past) == REFUSED_TOO_LATE
    assert judged(past, future) == REFUSED_TOO_EARLY
    assert judged(grant(5), time_s=0) == REFUSED_CLOCK_UNKNOWN
    assert judged(grant(5, begins_s=NOW_S), expires_s=NOW_S) == REFUSED_GRANTS_EXPIRED
    assert judged(grant(5), expires_s=NOW_S + 1) is None


def test_while_another_drives_only_a_booking_of_ones_own_splits_the_trip():
    past = grant(1, begins_s=NOW_S - 100, ends_s=NOW_S - 50)
    assert judged(grant(BOOKING), open_grant=9) is None
    assert judged(past, open_grant=9) == REFUSED_CAR_IN_USE
    assert judged(WALKS_UP, open_grant=9) == REFUSED_CAR_IN_USE
    assert judged(open_grant=9) == REFUSED_UNKNOWN_BADGE


def test_without_a_clock_only_a_window_from_the_beginning_of_time_opens():
    held = holding(grant(5), grant(6, begins_s=0))
    assert decide(held, MARIE, 0, NO_TRIP, NO_TRIP) == Granted(6, False, False)
    assert judged(grant(6, begins_s=1), time_s=0) == REFUSED_CLOCK_UNKNOWN
    assert judged(WALKS_UP, time_s=0) == REFUSED_CLOCK_UNKNOWN
    over = grant(6, begins_s=0, ends_s=2)
    assert judged(over) == REFUSED_TOO_LATE, "with a clock its window counts"


def test_a_technician_always_gets_in_unless_revoked():
    technician = grant(5, MARIE, 1, 2, GRANT_TECHNICIAN)
    outage = grant(8, EVERY_BADGE, *ALWAYS, GRANT_MAINTENANCE)
    for time_s in (0, NOW_S):
        held = holding(technician, outage, expires_s=1)
        assert decide(held, MARIE, time_s, 9, NO_TRIP) == Granted(5, True, False)
    assert judged(technician, grant(6, kind=GRANT_REVOKED)) == REFUSED_REVOKED


def test_a_revoked_badge_is_refused_whatever_else_it_has():
    revoked = grant(9, MARIE, *ALWAYS, GRANT_REVOKED)
    for time_s in (0, NOW_S):
        assert judged(grant(5), WALKS_UP, revoked, time_s=time_s) == REFUSED_REVOKED
    assert judged(revoked, lapsed_grant=5) == REFUSED_REVOKED
    assert judged(revoked, expires_s=NOW_S) == REFUSED_REVOKED


def test_a_car_out_of_service_opens_to_nobody_but_only_then():
    outage = grant(8, EVERY_BADGE, NOW_S, NOW_S + 10, GRANT_MAINTENANCE)
    for time_s, reason in (
        (NOW_S - 1, None), (NOW_S, REFUSED_MAINTENANCE), (NOW_S + 9, REFUSED_MAINTENANCE),
        (NOW_S + 10, None),
    ):  # fmt: skip
        assert judged(grant(5), outage, time_s=time_s) == reason
    assert judged(outage) == REFUSED_UNKNOWN_BADGE


def test_a_badge_that_walks_up_takes_a_free_car():
    held = holding(WALKS_UP)
    assert decide(held, MARIE, NOW_S, NO_TRIP, NO_TRIP) == Granted(0, False, False)
    soon = NOW_S + 1800 + QUARTER_S
    assert judged(WALKS_UP, grant(7, PAUL, soon, soon + 60)) == REFUSED_CAR_IN_USE
    assert judged(WALKS_UP, grant(7, PAUL, soon + 1, soon + 60)) is None
    assert judged(WALKS_UP, grant(7, PAUL, 1, NOW_S)) is None
    assert judged(WALKS_UP, grant(7, PAUL, 1, NOW_S + 1)) == REFUSED_CAR_IN_USE
    assert judged(WALKS_UP, grant(7, MARIE, soon, soon + 60)) is None, "her own is no obstacle"


def test_a_passenger_rides_in_the_trip_of_the_booking_only():
    passenger = grant(BOOKING, kind=GRANT_PASSENGER)
    assert judged(passenger, open_grant=BOOKING) == RIDES
    assert judged(passenger, open_grant=BOOKING, time_s=0) == RIDES
    assert judged(passenger) == REFUSED_DRIVER_FIRST
    assert judged(passenger, open_grant=9) == REFUSED_CAR_IN_USE
    assert judged(grant(BOOKING, MARIE, 1, 2, GRANT_PASSENGER)) == REFUSED_TOO_LATE


def test_a_badge_whose_booking_is_of_another_car_is_told_so_also_where_it_might_walk_up():
    elsewhere = grant(8, MARIE, NOW_S, NOW_S + 10, GRANT_OTHER_CAR)
    assert judged(elsewhere) == REFUSED_WRONG_CAR
    assert judged(WALKS_UP, elsewhere) == REFUSED_WRONG_CAR
    assert judged(WALKS_UP, elsewhere, time_s=NOW_S + 10) is None
    assert judged(grant(5), elsewhere) is None, "and this one too"
    assert judged(elsewhere, time_s=NOW_S - 1) == REFUSED_TOO_LATE


def test_a_driver_whose_trip_the_box_ended_comes_back_unless_somebody_has_the_car_booked():
    over = grant(BOOKING, begins_s=1, ends_s=NOW_S)
    for held in ((), (over,), (over, WALKS_UP)):
        assert judged(*held, lapsed_grant=BOOKING) is None
    assert judged(over, grant(7, PAUL), lapsed_grant=BOOKING) == REFUSED_TOO_LATE
    assert judged(lapsed_grant=BOOKING, time_s=0) is None
    assert judged(over, lapsed_grant=BOOKING, expires_s=NOW_S) is None


def test_who_is_not_surely_at_the_cars_site_comes_back_though_somebody_has_it_booked():
    for held in ((grant(7, PAUL),), (WALKS_UP, grant(7, PAUL))):
        for place in (None, AWAY):
            assert judged(*held, lapsed_grant=BOOKING, place=place) is None
            assert judged(*held, lapsed_grant=BOOKING, expires_s=NOW_S, place=place) is None
        assert judged(*held, place=AWAY) is not None, "that is for who drove it last"
    assert judged(grant(7, PAUL), lapsed_grant=BOOKING) == REFUSED_TOO_LATE
    held = holding(grant(7, PAUL))
    held.place = AT_SITE
    assert held.surely_at_site() is False, "nobody has said where its site is"
    assert decide(held, MARIE, NOW_S, NO_TRIP, BOOKING) == Granted(BOOKING, False, False)


def test_a_car_is_at_its_site_when_all_of_where_it_may_be_is_within_the_radius():
    for lat_e7, lon_e7 in (
        (LAT_E7, LON_E7),
        (-124_000_000, -610_000_000),
        (-222_758_000, 1_664_580_000),
        (-1, 0),
        (0, -1),
    ):
        site = grant(300, EVERY_BADGE, lat_e7 % (1 << 32), lon_e7 % (1 << 32), GRANT_SITE)
        held = holding(site, grant(7, EVERY_BADGE, NOW_S, NOW_S + 10, GRANT_MAINTENANCE))
        assert held.surely_at_site() is False, "nobody knows where it is"
        held.place = Place(lat_e7, lon_e7, 300)
        assert held.surely_at_site() is True
        for north_m, off_m, is_there in (
            (0, 299, True), (0, 301, False), (200, 99, True), (200, 101, False), (-299, 0, True),
            (-301, 0, False),
        ):  # fmt: skip
            held.place = Place(lat_e7 + round(north_m / 0.0111195), lon_e7, off_m)
            assert held.surely_at_site() is is_there


def test_an_unknown_badge_with_a_lapsed_trip_hears_of_the_other_booking():
    assert judged(grant(7, PAUL), lapsed_grant=BOOKING) == REFUSED_TOO_LATE
    assert judged(grant(7, PAUL), lapsed_grant=BOOKING, time_s=0) is None
    later = grant(7, PAUL, NOW_S + 1, NOW_S + 10)
    assert judged(later, lapsed_grant=BOOKING) is None, "nobody else has it yet"
    assert judged(later, lapsed_grant=BOOKING, time_s=NOW_S + 1) == REFUSED_TOO_LATE


def test_who_comes_back_comes_back_to_the_grant_that_the_trip_had():
    assert decide(holding(), MARIE, NOW_S, NO_TRIP, BOOKING) == Granted(BOOKING, False, False)
    held = holding(grant(6))
    assert decide(held, MARIE, NOW_S, NO_TRIP, BOOKING) == Granted(6, False, False), (
        "the one now first"
    )


def test_coming_back_is_no_way_round_an_outage():
    outage = grant(8, EVERY_BADGE, NOW_S, NOW_S + 10, GRANT_MAINTENANCE)
    assert judged(outage, lapsed_grant=BOOKING) == REFUSED_MAINTENANCE


def test_an_outage_without_limits_holds_also_at_an_unknown_time():
    outage = grant(8, EVERY_BADGE, *ALWAYS, GRANT_MAINTENANCE)
    endless = grant(6, MARIE, *ALWAYS)
    assert judged(endless, outage, time_s=0) == REFUSED_MAINTENANCE
    limited = grant(8, EVERY_BADGE, 1, NOW_S + 10, GRANT_MAINTENANCE)
    assert judged(endless, limited, time_s=0) is None, "it cannot be told whether it holds"


def test_any_of_two_outages_counts():
    first = grant(8, EVERY_BADGE, 1, 2, GRANT_MAINTENANCE)
    second = grant(9, EVERY_BADGE, NOW_S, NOW_S + 10, GRANT_MAINTENANCE)
    for outages in ((first, second), (second, first)):
        assert judged(grant(5), *outages) == REFUSED_MAINTENANCE


def test_the_order_of_reasons_is_unknown_revoked_expired_maintenance_and_then_its_own():
    outage = grant(8, EVERY_BADGE, *ALWAYS, GRANT_MAINTENANCE)
    assert judged(outage, expires_s=NOW_S) == REFUSED_UNKNOWN_BADGE
    assert judged(grant(5, begins_s=NOW_S), outage, expires_s=NOW_S) == REFUSED_GRANTS_EXPIRED
    assert judged(WALKS_UP, expires_s=NOW_S) == REFUSED_GRANTS_EXPIRED
    endless = grant(6, MARIE, *ALWAYS)
    assert judged(endless, time_s=0, expires_s=1) is None, "unknown: whether it has expired"


def test_the_set_holds_until_its_last_second():
    for time_s, reason in ((NOW_S - 1, None), (NOW_S, REFUSED_GRANTS_EXPIRED)):
        assert judged(WALKS_UP, time_s=time_s, expires_s=NOW_S) == reason


def test_a_passengers_reason_is_of_the_time_of_its_booking():
    passenger = (MARIE, NOW_S, NOW_S + 10, GRANT_PASSENGER)
    for time_s, reason in (
        (NOW_S - 1, REFUSED_TOO_LATE), (NOW_S, REFUSED_DRIVER_FIRST),
        (NOW_S + 9, REFUSED_DRIVER_FIRST), (NOW_S + 10, REFUSED_TOO_LATE),
    ):  # fmt: skip
        assert judged(grant(5, *passenger), time_s=time_s) == reason


def test_of_several_passengers_grants_one_of_the_trip_suffices():
    mine, other = grant(5, kind=GRANT_PASSENGER), grant(6, kind=GRANT_PASSENGER)
    for grants in ((mine, other), (other, mine)):
        assert judged(*grants, open_grant=5) == judged(*grants, open_grant=6) == RIDES
    assert judged(WALKS_UP, mine, open_grant=5) == RIDES
    assert judged(grant(7), mine, open_grant=5) is None, "a booking of her own comes first"


def test_a_passenger_of_a_coming_booking_may_walk_up():
    assert judged(WALKS_UP, grant(5, kind=GRANT_PASSENGER)) is None


def test_who_walks_up_hears_of_her_own_booking_of_another_car_only_in_its_time():
    elsewhere = grant(8, MARIE, NOW_S, NOW_S + 10, GRANT_OTHER_CAR)
    for time_s, reason in (
        (NOW_S - 1, None), (NOW_S, REFUSED_WRONG_CAR), (NOW_S + 9, REFUSED_WRONG_CAR),
    ):  # fmt: skip
        assert judged(WALKS_UP, elsewhere, time_s=time_s) == reason
    later = grant(9, MARIE, NOW_S + 500, NOW_S + 600, GRANT_OTHER_CAR)
    assert judged(elsewhere, later) == REFUSED_WRONG_CAR, "any of them"


def test_a_wrong_car_is_told_before_a_car_in_use():
    elsewhere = grant(8, MARIE, NOW_S, NOW_S + 10, GRANT_OTHER_CAR)
    assert judged(elsewhere, open_grant=9) == REFUSED_WRONG_CAR
    assert judged(elsewhere, open_grant=0) == REFUSED_WRONG_CAR


def test_a_trip_by_walk_up_is_a_trip_in_progress():
    assert judged(WALKS_UP, open_grant=0) == REFUSED_CAR_IN_USE
    assert judged(grant(1, begins_s=1, ends_s=2), open_grant=0) == REFUSED_CAR_IN_USE


def test_a_technician_gets_in_whatever_other_grants_say():
    technician = grant(5, MARIE, 1, 2, GRANT_TECHNICIAN)
    elsewhere = grant(4, MARIE, *ALWAYS, GRANT_OTHER_CAR)
    held = holding(elsewhere, grant(3), technician)
    assert decide(held, MARIE, NOW_S, NO_TRIP, NO_TRIP) == Granted(5, True, False)


def test_a_booking_to_come_is_told_before_one_that_is_over_in_any_order():
    for first, second in ((1, 2), (2, 1)):
        past = grant(first, begins_s=NOW_S - 100, ends_s=NOW_S - 50)
        future = grant(second, begins_s=NOW_S + 901, ends_s=NOW_S + 1000)
        assert judged(past, future) == REFUSED_TOO_EARLY
    passenger = grant(1, kind=GRANT_PASSENGER)
    future = grant(2, begins_s=NOW_S + 901, ends_s=NOW_S + 1000)
    assert judged(passenger, future) == REFUSED_DRIVER_FIRST, "what is now comes first"


def test_a_window_without_a_second_in_it_is_over_when_it_begins():
    assert judged(grant(5, begins_s=NOW_S, ends_s=NOW_S)) == REFUSED_TOO_LATE


def test_who_has_no_licence_recorded_drives_by_no_right_at_any_time():
    booked = grant(5, begins_s=NOW_S, ends_s=NOW_S + 10, kind=GRANT_NO_LICENCE)
    walks_up = grant(0, MARIE, *ALWAYS, GRANT_WALK_UP_NO_LICENCE)
    for held in ((booked,), (walks_up,), (walks_up, booked)):
        for time_s in (0, NOW_S - 1, NOW_S, NOW_S + 10):
            for trip in ({}, {"open_grant": 9}, {"lapsed_grant": 5}):
                assert judged(*held, time_s=time_s, **trip) == REFUSED_NO_LICENCE
    assert judged(booked, expires_s=NOW_S) == REFUSED_GRANTS_EXPIRED
    assert judged(booked, grant(9, MARIE, *ALWAYS, GRANT_REVOKED)) == REFUSED_REVOKED
    assert judged(booked, grant(0, kind=GRANT_TECHNICIAN)) is None


def test_without_a_licence_one_still_rides_along():
    passenger = grant(5, kind=GRANT_PASSENGER)
    for booking_id in (4, 6):
        own = grant(booking_id, begins_s=NOW_S + 50, ends_s=NOW_S + 100, kind=GRANT_NO_LICENCE)
        assert judged(own, passenger, open_grant=5) == RIDES
        assert judged(own, passenger) == REFUSED_DRIVER_FIRST


def test_the_car_is_kept_for_a_booking_without_a_licence_but_not_for_who_would_walk_up():
    booked = grant(7, PAUL, kind=GRANT_NO_LICENCE)
    assert judged(WALKS_UP, booked) == REFUSED_CAR_IN_USE
    walks_up = grant(0, PAUL, *ALWAYS, GRANT_WALK_UP_NO_LICENCE)
    assert judged(WALKS_UP, walks_up) is None


def test_who_has_no_notice_recorded_is_refused_at_a_first_badge_whatever_the_right():
    booked = grant(5, begins_s=NOW_S, ends_s=NOW_S + 10, kind=GRANT_NO_NOTICE)
    walks_up = grant(0, MARIE, *ALWAYS, GRANT_OTHER_NO_NOTICE)
    passenger = grant(5, kind=GRANT_OTHER_NO_NOTICE)
    for held in ((booked,), (walks_up,), (walks_up, booked), (passenger,), (walks_up, passenger)):
        for time_s in (0, NOW_S - 1, NOW_S, NOW_S + 10):
            assert judged(*held, time_s=time_s) == REFUSED_NO_NOTICE
    no_licence = grant(5, begins_s=NOW_S, ends_s=NOW_S + 10, kind=GRANT_NO_LICENCE)
    for held in ((walks_up, no_licence), (no_licence, walks_up)):
        assert judged(*held) == REFUSED_NO_LICENCE, "what she must show comes first"
    assert judged(passenger, open_grant=5) == REFUSED_NO_NOTICE, "nor is it noted that she rides"


def test_for_want_of_a_notice_nobody_loses_a_trip_that_goes_on_and_no_technician_is_stranded():
    for held in (grant(5, kind=GRANT_NO_NOTICE), grant(0, MARIE, *ALWAYS, GRANT_OTHER_NO_NOTICE)):
        for time_s in (0, NOW_S):
            assert judged(held, time_s=time_s, lapsed_grant=held.grant_id) is None
        assert judged(held, grant(0, kind=GRANT_TECHNICIAN)) is None
        assert judged(held, grant(9, MARIE, *ALWAYS, GRANT_REVOKED)) == REFUSED_REVOKED
        assert judged(held, expires_s=NOW_S) == REFUSED_GRANTS_EXPIRED


def test_the_car_is_kept_for_a_booking_without_a_notice_but_not_for_who_would_walk_up():
    assert judged(WALKS_UP, grant(7, PAUL, kind=GRANT_NO_NOTICE)) == REFUSED_CAR_IN_USE
    assert judged(WALKS_UP, grant(0, PAUL, *ALWAYS, GRANT_OTHER_NO_NOTICE)) is None
    mine, beside = grant(7), grant(7, PAUL, kind=GRANT_OTHER_NO_NOTICE)
    assert judged(mine, beside) is None, "my passenger's place keeps the car from nobody"


def test_a_private_booking_opens_as_any_other_and_only_its_verdict_says_so():
    private = grant(BOOKING, begins_s=NOW_S, ends_s=NOW_S + 10, private=1)
    held = holding(private)
    assert decide(held, MARIE, NOW_S, NO_TRIP, NO_TRIP) == Granted(BOOKING, False, True)
    for time_s, reason in (
        (0, REFUSED_CLOCK_UNKNOWN), (NOW_S - 901, REFUSED_TOO_EARLY),
        (NOW_S + 10, REFUSED_TOO_LATE),
    ):  # fmt: skip
        assert judged(private, time_s=time_s) == reason
    assert judged(WALKS_UP, grant(7, PAUL, private=1)) == REFUSED_CAR_IN_USE


def test_a_private_byte_that_is_neither_0_nor_1_is_private():
    held = holding(grant(BOOKING, private=2))
    assert decide(held, MARIE, NOW_S, NO_TRIP, NO_TRIP) == Granted(BOOKING, False, True)


def test_a_kind_of_a_later_version_opens_nothing_and_forbids_nothing():
    for kind in (0, GRANT_OTHER_NO_NOTICE + 1, 128, 255):
        later = grant(4, MARIE, *ALWAYS, kind)
        of_the_car = grant(8, EVERY_BADGE, *ALWAYS, kind)
        assert judged(later) == REFUSED_TOO_LATE
        assert judged(later, time_s=0) == REFUSED_CLOCK_UNKNOWN
        assert judged(later, open_grant=4) == REFUSED_CAR_IN_USE
        assert judged(grant(5), later, of_the_car) is None
        assert judged(WALKS_UP, grant(7, PAUL, kind=kind)) is None, "nor is it a booking"


def test_a_booking_that_began_before_the_set_expired_runs_to_its_end():
    for begins_s, ends_s, reason in (
        (NOW_S - 1, NOW_S + 1, None), (NOW_S, NOW_S + 1, REFUSED_GRANTS_EXPIRED),
        (NOW_S - 2, NOW_S - 1, REFUSED_GRANTS_EXPIRED),
    ):  # fmt: skip
        assert judged(grant(5, MARIE, begins_s, ends_s), expires_s=NOW_S) == reason
    booked = grant(5, MARIE, NOW_S - 1, NOW_S + 1)
    outage = grant(8, EVERY_BADGE, NOW_S, NOW_S + 10, GRANT_MAINTENANCE)
    assert judged(booked, outage, expires_s=NOW_S) == REFUSED_MAINTENANCE
    assert judged(grant(5, PAUL, NOW_S - 1, NOW_S + 1), WALKS_UP, expires_s=NOW_S) == (
        REFUSED_GRANTS_EXPIRED
    )


def test_an_old_set_still_says_who_may_not_take_up_a_lapsed_trip_and_opens_nothing_else():
    outage = grant(8, EVERY_BADGE, NOW_S, NOW_S + 10, GRANT_MAINTENANCE)
    unlicensed = grant(5, kind=GRANT_NO_LICENCE)
    revoked = grant(9, MARIE, *ALWAYS, GRANT_REVOKED)
    for held, reason in (
        ((), None), ((outage,), REFUSED_MAINTENANCE), ((unlicensed,), REFUSED_NO_LICENCE),
        ((revoked,), REFUSED_REVOKED), ((grant(7, PAUL), WALKS_UP), REFUSED_GRANTS_EXPIRED),
    ):  # fmt: skip
        assert judged(*held, lapsed_grant=BOOKING, expires_s=NOW_S) == reason
    later = grant(6, MARIE, NOW_S, NOW_S + 10)
    held = holding(later, expires_s=NOW_S)
    assert decide(held, MARIE, NOW_S, NO_TRIP, BOOKING) == Granted(BOOKING, False, False)


def test_of_several_verdicts_the_one_that_allows_most_has_the_highest_rank():
    verdicts = (
        Refused(REFUSED_UNKNOWN_BADGE),
        Refused(REFUSED_TOO_LATE),
        RIDES,
        Granted(9, True, False),
        Granted(BOOKING, False, False),
    )
    ranks = [rank_of(verdict) for verdict in verdicts]
    assert ranks == [RANK_UNKNOWN, RANK_REFUSED, RANK_RIDES, RANK_TECHNICIAN, RANK_GRANTED]
    assert ranks == sorted(set(ranks))
    assert rank_of(Refused(REFUSED_REVOKED)) == RANK_REFUSED


def lacking(held, *tags):
    """The same set, of which flash has lost what it said of these badges."""
    held.may_lack = lambda tag: tag in tags
    return held


def test_what_may_be_lost_of_a_badge_or_of_the_car_refuses_all_but_a_technician():
    expired = Refused(REFUSED_GRANTS_EXPIRED)
    for tag in (MARIE, EVERY_BADGE):
        assert decide(lacking(holding(grant(5)), tag), MARIE, NOW_S, NO_TRIP, NO_TRIP) == expired
        assert decide(lacking(holding(), tag), MARIE, NOW_S, NO_TRIP, BOOKING) == expired
        technician = lacking(holding(grant(5, kind=GRANT_TECHNICIAN)), tag)
        assert decide(technician, MARIE, NOW_S, NO_TRIP, NO_TRIP) == Granted(5, True, False)
    held = lacking(holding(grant(5)), PAUL)
    assert decide(held, MARIE, NOW_S, NO_TRIP, NO_TRIP) == Granted(5, False, False)


def test_where_more_are_revoked_than_a_set_names_who_is_not_named_takes_up_no_trip():
    every = grant(9, EVERY_BADGE, *ALWAYS, GRANT_REVOKED)
    assert judged(every, lapsed_grant=BOOKING) == REFUSED_REVOKED
    assert judged(every, WALKS_UP, lapsed_grant=BOOKING) is None
    assert judged(every, grant(5)) is None


def test_a_clock_that_went_back_behind_the_sets_end_takes_no_booking_in_its_first_second():
    held = holding(grant(BOOKING, begins_s=NOW_S, ends_s=NOW_S + 100), expires_s=NOW_S + 20)
    held.closed_s = NOW_S + 20
    granted = Granted(BOOKING, False, False)
    assert decide(held, MARIE, NOW_S, NO_TRIP, NO_TRIP) == granted
    assert decide(held, MARIE, NOW_S - 1, NO_TRIP, NO_TRIP) == Refused(REFUSED_GRANTS_EXPIRED)


def test_a_booking_that_has_just_ended_is_none_of_an_expired_set():
    outage = grant(8, EVERY_BADGE, NOW_S, NOW_S + 10, GRANT_MAINTENANCE)
    over = grant(BOOKING, MARIE, NOW_S - 2, NOW_S)
    assert judged(over, outage, expires_s=NOW_S) == REFUSED_GRANTS_EXPIRED


def test_of_a_licence_and_a_notice_that_are_missing_the_licence_is_said():
    held = holding(grant(1, kind=GRANT_NO_LICENCE), grant(2, kind=GRANT_NO_NOTICE))
    assert decide(held, MARIE, NOW_S, NO_TRIP, NO_TRIP) == Refused(REFUSED_NO_LICENCE)
