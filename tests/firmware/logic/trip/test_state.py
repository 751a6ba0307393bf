"""What is kept of a trip over a restart, and what it says."""

from firmware.logic.access.badge_decision import NO_TRIP
from firmware.logic.access.outcome import (
    CAUSE_COMMAND,
    CAUSE_CONTACT,
    CAUSE_GRANT,
    CAUSE_PARKED,
    CAUSE_TECHNICIAN,
    DOOR_LEAVE,
)
from firmware.logic.road.whereabouts import Where
from firmware.logic.trip.trip import Trip
from shared_protocol import codec
from shared_protocol.records import (
    ASKED_END,
    ASKED_END_FROM_AFAR,
    ASKED_NOTHING,
    ASKED_THEFT,
    END_BADGE_HELD,
    END_COMMAND,
    END_FROM_AFAR,
    END_INFERRED,
    HANDOVER_ASKED,
    HANDOVER_SEEN_OFF,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    LegEnd,
    LegStart,
    Occupant,
    Odometer,
    Ordered,
    Refusal,
    Relay,
    TripAsked,
    TripEnd,
    TripHandover,
    TripPause,
    TripResume,
    TripStart,
)
from tests.firmware.logic.held_sets import NOW_S
from tests.firmware.logic.trip.scenes import (
    HERE,
    MARIE,
    MOVING,
    NOW_MS,
    PARKED,
    PAUL,
    UNTOLD,
    asking,
    started,
)


def test_the_state_is_what_its_records_say_from_any_point_on():
    records = (
        TripStart(MARIE, 5, *HERE, 0, 0),
        LegStart(5000),
        Odometer(5100),
        TripPause(5150),
        TripResume(5150),
        TripHandover(5160, PAUL, 9, 1, 1, HANDOVER_ASKED),
        LegEnd(5200),
        TripHandover(5200, PAUL, 9, 1, 1, HANDOVER_SEEN_OFF),
        Refusal(PAUL, 1),
        TripPause(5200),
        TripEnd(5300, 0, 0, END_BADGE_HELD),
    )
    for cut in range(len(records) + 1):
        live = Trip()
        for record in records[:cut]:
            live.apply(record)
        again = Trip(live.to_bytes())
        for record in records[cut:]:
            live.apply(record)
            again.apply(record)
        assert again.to_bytes() == live.to_bytes()
    assert (live.open, live.odometer_m) == (False, 5300)


def test_a_box_killed_in_mid_trip_comes_back_with_its_driver():
    trip = started(ignition_on=True)
    again = Trip(trip.to_bytes())
    assert again.holds_start and again.in_leg and again.is_driver(MARIE)
    assert again.odometer_m == 5000


def test_each_part_of_the_state_survives_a_restart_by_itself():
    steps = (
        TripStart(MARIE, 5, *HERE, 0, 0), LegStart(5001), LegEnd(5002), TripPause(5003),
        LegStart(5004), TripResume(5005), TripEnd(5006, 0, 0, END_INFERRED),
        TripStart(PAUL, 6, *HERE, 0, 0), TripEnd(5007, 0, 0, END_COMMAND),
    )  # fmt: skip
    expected = (
        (True, False, False, MARIE), (True, False, True, MARIE), (True, False, False, MARIE),
        (True, True, False, MARIE), (True, True, True, MARIE), (True, False, True, MARIE),
        (False, False, False, MARIE), (True, False, False, PAUL), (False, False, False, PAUL),
    )  # fmt: skip
    trip = Trip()
    for step, state in zip(steps, expected):
        trip.apply(step)
        for each in (trip, Trip(trip.to_bytes(), 99)):
            assert (each.open, each.paused, each.in_leg, each.driver) == state
            assert each.holds_start is (each.open and not each.paused)
            assert each.odometer_m == step.odometer_m


def test_a_box_that_knows_nothing_is_all_zero():
    assert Trip().to_bytes() == bytes(len(Trip().to_bytes()))
    for trip in (Trip(), Trip(started().to_bytes())):
        assert trip.badge_held(MARIE, True, PARKED, HERE) == (0, DOOR_LEAVE, "", ())
        assert trip.badge_left(MARIE, False, PARKED, HERE) == (0, DOOR_LEAVE, "", ())


def test_an_inhibiting_pulse_is_owed_from_the_start_on_until_the_box_has_given_it():
    trip = Trip()
    assert not trip.owes_inhibit
    for record, owes in (
        (TripStart(MARIE, 5, *HERE, 0, 1), True),
        (Relay(RELAY_INHIBITED, CAUSE_PARKED), False),
        (TripPause(5000), False),
        (Relay(RELAY_ENABLED, CAUSE_CONTACT), False),
        (TripResume(5000), True),
        (Relay(RELAY_INHIBITED, CAUSE_CONTACT), True),
        (Relay(RELAY_INHIBITED, CAUSE_COMMAND), False),
        (Relay(RELAY_ENABLED, CAUSE_GRANT), True),
        (TripEnd(*UNTOLD, END_INFERRED), True),
        (Relay(RELAY_INHIBITED, CAUSE_PARKED), False),
        (Relay(RELAY_ENABLED, CAUSE_TECHNICIAN), True),
    ):
        trip.apply(record)
        assert trip.owes_inhibit is owes
        again = Trip(trip.to_bytes())
        assert again.owes_inhibit is owes
        assert again.to_bytes() == trip.to_bytes()
        assert again.end(END_COMMAND, HERE).records == (TripEnd(*UNTOLD, END_COMMAND),)


def kept(
    flags, odometer_m=5000, asked=ASKED_NOTHING, asked_m=0, asked_s=0, ended_s=0, ordered=(0, 0)
):
    """What flash holds of MARIE's trip."""
    wish = (asked, asked_m, asked_s)
    return codec.encode("B8IIBIIIBI", (flags, MARIE, 5, odometer_m, *wish, ended_s, *ordered))


def test_what_is_kept_says_nothing_of_what_is_over():
    open_, lapsed, owes = 1, 8, 32
    trip = started()
    assert trip.to_bytes() == kept(open_ + owes)
    trip.apply(TripAsked(5001, ASKED_END), NOW_S)
    assert trip.to_bytes() == kept(open_ + owes, 5001, ASKED_END, 5001, NOW_S)
    trip.apply(TripAsked(5002, ASKED_NOTHING), NOW_S)
    assert trip.to_bytes() == kept(open_ + owes, 5002)
    trip.apply(TripEnd(*HERE, END_INFERRED), NOW_S)
    assert trip.to_bytes() == kept(lapsed + owes, ended_s=NOW_S)
    trip.apply(TripStart(MARIE, 5, *HERE, 0, 0), NOW_S)
    assert trip.to_bytes() == kept(open_ + owes)
    trip.apply(TripEnd(*HERE, END_COMMAND), NOW_S)
    assert trip.to_bytes() == kept(owes)


def test_an_order_from_afar_is_kept_as_long_as_it_stands():
    open_, lapsed, owes = 1, 8, 32
    trip = started()
    until = (ASKED_END_FROM_AFAR, NOW_S + 60)
    trip.apply(Ordered(*until), NOW_S)
    assert trip.to_bytes() == kept(open_ + owes, ordered=until)
    again = Trip(trip.to_bytes())
    assert (again.ordered, again.ordered_until_s) == until
    for over in (
        Ordered(ASKED_NOTHING, 0), TripStart(MARIE, 5, *HERE, 0, 0), TripEnd(*HERE, END_FROM_AFAR)
    ):  # fmt: skip
        trip.apply(Ordered(*until), NOW_S)
        trip.apply(over, NOW_S)
        assert (trip.ordered, trip.ordered_until_s) == (ASKED_NOTHING, 0)
    assert trip.to_bytes() == kept(lapsed + owes, ended_s=NOW_S), "it may be taken up again"


def test_a_theft_order_outlives_every_trip():
    trip = started()
    trip.apply(Ordered(ASKED_THEFT, 0), NOW_S)
    for record in (TripEnd(*HERE, END_FROM_AFAR), TripStart(MARIE, 5, *HERE, 0, 0)):
        trip.apply(record, NOW_S)
        assert trip.ordered == ASKED_THEFT
        assert Trip(trip.to_bytes()).ordered == ASKED_THEFT
    trip.apply(Ordered(ASKED_NOTHING, 0), NOW_S)
    assert trip.ordered == ASKED_NOTHING


def test_an_end_whose_time_is_not_told_is_one_at_an_unknown_time():
    trip = started()
    trip.apply(TripEnd(*HERE, END_INFERRED))
    assert trip.lapsed_grant(MARIE, 2) == NO_TRIP


def test_only_another_wish_a_pause_or_the_trips_end_settles_what_is_pending():
    for record in (Odometer(5010), LegEnd(5010), LegStart(5010), Occupant(PAUL), Refusal(PAUL, 1)):
        trip = asking(ASKED_END)
        trip.apply(record)
        assert trip.asked == ASKED_END
    for record in (TripPause(5010), TripEnd(*HERE, END_COMMAND), TripStart(PAUL, 9, *HERE, 0, 0)):
        trip = asking(ASKED_END)
        trip.apply(record)
        assert trip.asked == ASKED_NOTHING


def test_what_is_withdrawn_on_the_way_moves_neither_relay_nor_doors():
    there = Where(5050, *HERE[1:])
    outcome = asking(ASKED_END).settle(NOW_MS, True, MOVING, there)
    assert outcome == (0, DOOR_LEAVE, "", (TripAsked(5050, ASKED_NOTHING),))
