"""Orders from afar: what takes them, when they are carried out, what becomes of their commands."""

from firmware.logic.access.badge_decision import RIDES, Granted, Refused
from firmware.logic.access.commands import Commands
from firmware.logic.access.outcome import (
    DOOR_LEAVE,
    DOOR_LOCK,
    NOTHING,
    Outcome,
    refusal_of,
)
from firmware.logic.road.whereabouts import Where
from firmware.logic.trip.afar import FromAfar, under_order
from firmware.logic.trip.trip import Trip
from shared_protocol.messages import (
    COMMAND_END_FROM_AFAR,
    COMMAND_END_FROM_AFAR_WITHOUT_KEYS,
    COMMAND_END_TRIP,
    COMMAND_INHIBIT,
    COMMAND_THEFT,
    COMMAND_WITHDRAW_END,
    COMMAND_WITHDRAW_THEFT,
    Command,
)
from shared_protocol.records import (
    ASKED_END_COMMAND,
    ASKED_END_FROM_AFAR,
    ASKED_END_FROM_AFAR_WITHOUT_KEYS,
    ASKED_NOTHING,
    ASKED_THEFT,
    COMMAND_APPLIED,
    COMMAND_CANCELLED,
    COMMAND_EXPIRED,
    COMMAND_PENDING,
    COMMAND_REFUSED,
    COMMAND_UNKNOWN,
    END_BADGE_HELD,
    END_FROM_AFAR,
    REFUSED_THEFT_ORDER,
    REFUSED_TOO_LATE,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    RELAY_UNKNOWN,
    Ordered,
    TripAsked,
    TripEnd,
    TripStart,
)
from tests.firmware.logic.held_sets import NOW_S
from tests.firmware.logic.motions import motion_of

MARIE, PAUL = b"marie---", b"paul----"
HERE = Where(5000, 1, 2)
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
UNTIL_S = NOW_S + 86_400
OVER = Outcome(0, DOOR_LEAVE, "", (Ordered(ASKED_NOTHING, 0),))
ENDED = (TripEnd(5000, 1, 2, END_FROM_AFAR),)


def trip_under(ordered=ASKED_NOTHING, until_s=0, open_=True):
    trip = Trip()
    if open_:
        trip.apply(TripStart(MARIE, 5, *HERE, 0, 0), NOW_S)
    trip.apply(Ordered(ordered, until_s), NOW_S)
    return trip


def command(kind, tag=MARIE, number=1):
    return Command(number, UNTIL_S, kind, tag)


def taken(kind, trip, tag=MARIE):
    return FromAfar(0).take(command(kind, tag), trip, 0)


def recorded(what, until_s):
    return Outcome(0, DOOR_LEAVE, "", (Ordered(what, until_s),))


def test_an_end_is_of_the_trip_that_it_names_and_for_as_long_as_its_command():
    for kind, what in (
        (COMMAND_END_FROM_AFAR, ASKED_END_FROM_AFAR),
        (COMMAND_END_FROM_AFAR_WITHOUT_KEYS, ASKED_END_FROM_AFAR_WITHOUT_KEYS),
    ):
        for before in (ASKED_NOTHING, ASKED_END_FROM_AFAR, ASKED_END_FROM_AFAR_WITHOUT_KEYS):
            assert taken(kind, trip_under(before)) == recorded(what, UNTIL_S)
        assert taken(kind, trip_under(), PAUL) == NOTHING
        assert taken(kind, trip_under(open_=False)) == NOTHING
        refused = refusal_of(MARIE, REFUSED_THEFT_ORDER)
        assert taken(kind, trip_under(ASKED_THEFT)) == refused


def test_a_theft_order_is_of_the_car_whoever_has_it():
    for trip in (trip_under(), trip_under(open_=False), trip_under(ASKED_END_FROM_AFAR, UNTIL_S)):
        assert taken(COMMAND_THEFT, trip, bytes(8)) == recorded(ASKED_THEFT, 0)


def test_each_order_is_withdrawn_by_its_own_withdrawal_alone():
    for ordered, by in (
        (ASKED_END_FROM_AFAR, COMMAND_WITHDRAW_END),
        (ASKED_END_FROM_AFAR_WITHOUT_KEYS, COMMAND_WITHDRAW_END),
        (ASKED_THEFT, COMMAND_WITHDRAW_THEFT),
        (ASKED_NOTHING, 0),
    ):
        for kind in (COMMAND_WITHDRAW_END, COMMAND_WITHDRAW_THEFT):
            expected = OVER if kind == by else NOTHING
            assert taken(kind, trip_under(ordered)) == expected


def test_what_is_no_order_is_nothing():
    for kind in (COMMAND_INHIBIT, COMMAND_END_TRIP, 99):
        assert taken(kind, trip_under()) == NOTHING


def step(ordered, parked_for_ms=0, motion=None, time_s=NOW_S, keys_in=True, **others):
    """What comes of an order given at 1000 ms, until UNTIL_S, at `now_ms`."""
    trip = trip_under(ordered, UNTIL_S, others.get("open_", True))
    from_afar = FromAfar(1000)
    motion = motion or motion_of()
    now_ms = others.get("now_ms", 1000)
    return from_afar.step(trip, now_ms, time_s, keys_in, parked_for_ms, motion, HERE)


def parked(off_ms):
    return motion_of(off_ms=off_ms)


def test_an_end_is_done_after_an_hour_off_in_a_car_that_was_safe_to_inhibit_all_the_time():
    what = ASKED_END_FROM_AFAR
    done = step(what, HOUR_MS, parked(HOUR_MS))
    assert done.records == ENDED and done.door == DOOR_LOCK and done.enable_cause == 0
    assert step(what, HOUR_MS - 1, parked(HOUR_MS)) == NOTHING
    assert step(what, HOUR_MS, parked(HOUR_MS - 1)) == NOTHING
    assert step(what, 0, parked(2 * HOUR_MS)) == NOTHING


def test_an_end_is_done_after_twelve_hours_of_stillness_whatever_the_ignition_says():
    for what in (ASKED_END_FROM_AFAR, ASKED_END_FROM_AFAR_WITHOUT_KEYS):
        assert step(what, 0, motion_of(still_ms=12 * HOUR_MS)).records == ENDED
        assert step(what, 0, motion_of(still_ms=12 * HOUR_MS - 1)) == NOTHING


def test_an_end_waits_for_the_keys_unless_it_says_that_it_need_not():
    out = {"parked_for_ms": HOUR_MS, "motion": parked(HOUR_MS), "keys_in": False}
    assert step(ASKED_END_FROM_AFAR, **out) == NOTHING
    assert step(ASKED_END_FROM_AFAR_WITHOUT_KEYS, **out).records == ENDED


def test_an_end_is_over_with_its_time():
    for what in (ASKED_END_FROM_AFAR, ASKED_END_FROM_AFAR_WITHOUT_KEYS):
        assert step(what, time_s=UNTIL_S - 1, now_ms=5 * DAY_MS) == NOTHING
        late = step(what, HOUR_MS, parked(HOUR_MS), time_s=UNTIL_S)
        assert late == OVER, "also when it would be due"
        assert step(what, time_s=0, now_ms=1000 + DAY_MS - 1) == NOTHING
        assert step(what, time_s=0, now_ms=1000 + DAY_MS) == OVER


def test_without_a_clock_its_time_begins_with_the_order():
    from_afar, trip = FromAfar(0), trip_under()
    for given in from_afar.take(command(COMMAND_END_FROM_AFAR), trip, 5000).records:
        trip.apply(given, NOW_S)
    for now_ms, expected in ((5000 + DAY_MS - 1, NOTHING), (5000 + DAY_MS, OVER)):
        assert from_afar.step(trip, now_ms, 0, True, 0, motion_of(), HERE) == expected


def test_a_theft_order_ends_the_trip_as_soon_as_the_car_is_safe_to_inhibit_keys_or_not():
    for keys_in in (True, False):
        for time_s in (0, NOW_S, UNTIL_S, UNTIL_S + 86_400):
            late = {"time_s": time_s, "keys_in": keys_in, "now_ms": 9 * DAY_MS}
            assert step(ASKED_THEFT, 1, **late).records == ENDED
            assert step(ASKED_THEFT, 0, motion_of(still_ms=99 * HOUR_MS), **late) == NOTHING
            assert step(ASKED_THEFT, HOUR_MS, open_=False, **late) == NOTHING


def test_under_a_theft_order_a_right_is_a_technicians():
    driver, technician = Granted(5, False, False), Granted(6, True, False)
    late = Refused(REFUSED_TOO_LATE)
    for ordered in (ASKED_NOTHING, ASKED_END_FROM_AFAR):
        for verdict in (driver, technician, late, RIDES):
            assert under_order(verdict, ordered) == verdict
    assert under_order(driver, ASKED_THEFT) == Refused(REFUSED_THEFT_ORDER)
    for verdict in (technician, late, RIDES):
        assert under_order(verdict, ASKED_THEFT) == verdict


# What the commands of orders answer.


def take(commands, order, asked, time_s=NOW_S, relay=RELAY_ENABLED):
    assert commands.begin(order.command_id)
    obeyed = commands.obey(order, stored=True, time_s=time_s, relay=relay, asked=asked)
    commands.recorded()
    return obeyed


def said(results):
    return [(result.command_id, result.result) for result in results]


GIVEN = {
    COMMAND_END_FROM_AFAR: (Ordered(ASKED_END_FROM_AFAR, UNTIL_S),),
    COMMAND_END_FROM_AFAR_WITHOUT_KEYS: (Ordered(ASKED_END_FROM_AFAR_WITHOUT_KEYS, UNTIL_S),),
    COMMAND_THEFT: (Ordered(ASKED_THEFT, 0),),
}
ENDS = (COMMAND_END_FROM_AFAR, COMMAND_END_FROM_AFAR_WITHOUT_KEYS)


def given(kind, number=1):
    commands = Commands()
    obeyed = take(commands, command(kind, number=number), GIVEN[kind])
    assert (obeyed.ends_trip, said(obeyed.results)) == (True, [(number, COMMAND_PENDING)])
    return commands


def lives(kind):
    """The commands that took an order, and these after a reset."""
    return given(kind), Commands(given(kind).to_bytes())


def test_an_order_that_finds_no_such_trip_is_applied_and_one_that_may_not_be_is_refused():
    for kind in ENDS:
        obeyed = take(Commands(), command(kind), ())
        assert (obeyed.ends_trip, said(obeyed.results)) == (False, [(1, COMMAND_APPLIED)])
        asked = refusal_of(MARIE, REFUSED_THEFT_ORDER).records
        obeyed = take(Commands(), command(kind), asked)
        assert (obeyed.ends_trip, said(obeyed.results)) == (False, [(1, COMMAND_REFUSED)])
        commands = Commands()
        take(commands, command(kind), asked)
        assert commands.trip_did(ENDED, RELAY_ENABLED) == []


def test_no_order_is_obeyed_without_a_clock_or_after_its_expiry():
    for kind in GIVEN:
        for time_s, result in ((0, COMMAND_REFUSED), (UNTIL_S, COMMAND_EXPIRED)):
            obeyed = take(Commands(), command(kind), GIVEN[kind], time_s=time_s)
            assert (obeyed.ends_trip, said(obeyed.results)) == (False, [(1, result)])
    for kind in (COMMAND_WITHDRAW_END, COMMAND_WITHDRAW_THEFT):
        obeyed = take(Commands(), command(kind), OVER.records, time_s=0)
        assert (obeyed.ends_trip, said(obeyed.results)) == (False, [(1, COMMAND_REFUSED)])


def test_an_end_from_afar_is_applied_when_that_trip_ends_however_it_does():
    for kind in ENDS:
        for reason in (END_FROM_AFAR, END_BADGE_HELD):
            for commands in lives(kind):
                assert commands.trip_did(GIVEN[kind], RELAY_ENABLED) == []
                records = (TripEnd(5000, 1, 2, reason),)
                results = commands.trip_did(records, RELAY_ENABLED)
                assert results == [(1, COMMAND_APPLIED, RELAY_ENABLED)]
                assert commands.trip_did(records, RELAY_ENABLED) == []
                assert commands.again(1, RELAY_ENABLED).result == COMMAND_APPLIED


def test_an_end_from_afar_whose_time_is_over_has_expired():
    for kind in ENDS:
        for commands in lives(kind):
            results = commands.trip_did(OVER.records, RELAY_ENABLED)
            assert said(results) == [(1, COMMAND_EXPIRED)]
            assert commands.trip_did(OVER.records, RELAY_ENABLED) == []


def test_a_drivers_own_wish_settles_no_order():
    for kind in GIVEN:
        for what in (ASKED_NOTHING, ASKED_END_COMMAND):
            asked = (TripAsked(5000, what),)
            assert given(kind).trip_did(asked, RELAY_ENABLED) == []


def test_a_theft_order_is_applied_when_it_is_said_to_be_done():
    for commands in lives(COMMAND_THEFT):
        assert commands.trip_did(ENDED, RELAY_ENABLED) == []
        assert commands.relay_shows(RELAY_INHIBITED) == []
        results = commands.theft_done(RELAY_INHIBITED)
        assert results == [(1, COMMAND_APPLIED, RELAY_INHIBITED)]
        assert commands.theft_done(RELAY_INHIBITED) == []
        assert said(commands.owed(RELAY_INHIBITED)) == [(1, COMMAND_APPLIED)]
    assert given(COMMAND_END_FROM_AFAR).theft_done(RELAY_INHIBITED) == []
    for kind in GIVEN:  # in a car without a start relay too
        assert said(take(Commands(), command(kind), GIVEN[kind], relay=RELAY_UNKNOWN).results)


def test_a_withdrawal_cancels_and_without_an_order_is_refused():
    for kind, by in (
        (COMMAND_END_FROM_AFAR, COMMAND_WITHDRAW_END),
        (COMMAND_THEFT, COMMAND_WITHDRAW_THEFT),
    ):
        for commands in lives(kind):
            obeyed = take(commands, command(by, number=2), OVER.records)
            assert obeyed.ends_trip is True
            assert said(obeyed.results) == [(1, COMMAND_CANCELLED), (2, COMMAND_APPLIED)]
            assert commands.trip_did(OVER.records, RELAY_ENABLED) == []
            assert commands.theft_done(RELAY_ENABLED) == []
        obeyed = take(Commands(), command(by), ())
        assert (obeyed.ends_trip, said(obeyed.results)) == (False, [(1, COMMAND_REFUSED)])


def test_the_last_order_counts():
    for first in GIVEN:
        for second in GIVEN:
            commands = given(first)
            obeyed = take(commands, command(second, number=2), GIVEN[second])
            assert said(obeyed.results) == [(1, COMMAND_CANCELLED), (2, COMMAND_PENDING)]


def test_an_order_settles_neither_a_drivers_pending_end_nor_an_inhibit():
    for kind in GIVEN:
        commands = given(kind, 1)
        take(commands, Command(2, UNTIL_S, COMMAND_INHIBIT, bytes(8)), ())
        pending = (TripAsked(5000, ASKED_END_COMMAND),)
        take(commands, command(COMMAND_END_TRIP, number=3), pending)
        commands = Commands(commands.to_bytes())
        nothing = (TripAsked(5000, ASKED_NOTHING),)
        assert said(commands.trip_did(nothing, RELAY_ENABLED)) == [(3, COMMAND_CANCELLED)]
        assert said(commands.relay_shows(RELAY_INHIBITED)) == [(2, COMMAND_APPLIED)]
        take(commands, command(COMMAND_END_TRIP, number=4), pending)
        both = commands.trip_did(ENDED, RELAY_ENABLED)
        ended = [(1, COMMAND_APPLIED)] if kind in ENDS else []
        assert said(both) == [(4, COMMAND_APPLIED)] + ended


def test_an_order_that_the_trip_knows_nothing_of_at_boot_is_unknown():
    for kind in GIVEN:
        ordered = GIVEN[kind][0].what
        commands = Commands(given(kind).to_bytes())
        commands.trip_asks(ASKED_NOTHING, ordered)
        assert commands.owed(RELAY_ENABLED) == []
        commands.trip_asks(ordered, ASKED_NOTHING)
        assert said(commands.owed(RELAY_ENABLED)) == [(1, COMMAND_UNKNOWN)]
        assert commands.owed(RELAY_ENABLED)[0].relay == RELAY_ENABLED
        assert commands.trip_did(ENDED, RELAY_ENABLED) == []
        assert commands.theft_done(RELAY_ENABLED) == []


def test_an_order_of_another_kind_in_force_at_boot_is_not_this_one():
    for kind in GIVEN:
        for other in GIVEN:
            commands = Commands(given(kind).to_bytes())
            commands.trip_asks(ASKED_NOTHING, GIVEN[other][0].what)
            same = kind == other or (kind in ENDS and other in ENDS)
            assert said(commands.owed(RELAY_ENABLED)) == ([] if same else [(1, COMMAND_UNKNOWN)])


def test_what_waits_is_kept_behind_the_answers_and_its_number_is_no_answer():
    for kind, waits in ((COMMAND_END_FROM_AFAR, 128), (COMMAND_THEFT, 129)):
        stored = given(kind, 9).to_bytes()
        number = bytes((0, 0, 0, 9))
        assert stored == number + bytes(4) + number + bytes((COMMAND_PENDING, 0)) + number + bytes(
            (waits, 0)
        )
        assert Commands(stored).to_bytes() == stored
        assert Commands(stored).again(9, RELAY_ENABLED).result == COMMAND_PENDING
