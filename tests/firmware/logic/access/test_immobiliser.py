"""Law 1 by example; tests/firmware/properties/ holds it over any sequence."""

from firmware.logic.access.immobiliser import (
    BADGE_ACCEPTED,
    CONTACT_SHOWS_ENABLED,
    CONTACT_SHOWS_INHIBITED,
    ENABLE_AGAIN_MS,
    ENABLED,
    IGNITION_OFF_ALONE_MS,
    IGNITION_OFF_MS,
    INHIBIT_AGAIN_MS,
    INHIBITED,
    LONGEST_BLINK_MS,
    NO_PULSE,
    PULSE_ENABLE,
    PULSE_INHIBIT,
    SAFE_TO_INHIBIT,
    STILL_MS,
    TRANSITIONS,
    WAITS,
    DoorOnly,
    Immobiliser,
)
from shared_protocol.records import (
    RELAY_UNKNOWN,
    STARTABLE_IGNITION_ON,
    STARTABLE_MOVES,
    STARTABLE_NO_LINE,
    STARTABLE_NO_SIGN,
    STARTABLE_RELAY,
)

STANDING = 0
DRIVING = 14_000


class Car:
    """A box on a bench: time passes second by second, the contact follows the coils."""

    def __init__(self, contact=ENABLED, proven=False, kind=Immobiliser, signs=1, line=True):
        self.immobiliser = kind(contact, 0, signs=signs, ignition_proven=proven, line_fitted=line)
        self.now_ms = 0
        self.pulses = []

    def live(self, seconds, ignition_on=False, speed_mm_s=STANDING, start_held=False):
        """`speed_mm_s` of the one sign, or a tuple of as many as are fitted."""
        signs = speed_mm_s if isinstance(speed_mm_s, tuple) else (speed_mm_s,)
        for _ in range(seconds):
            self.now_ms += 1000
            self.immobiliser.sense(self.now_ms, ignition_on, signs)
            pulse = self.immobiliser.step(self.now_ms, start_held)
            if pulse != NO_PULSE:
                self.pulses.append((self.now_ms // 1000, pulse))
        return self.immobiliser.state


def test_the_numbers_are_the_laws():
    assert (IGNITION_OFF_MS, STILL_MS) == (65_000, 60_000)
    assert IGNITION_OFF_ALONE_MS == 600_000
    assert (ENABLE_AGAIN_MS, INHIBIT_AGAIN_MS) == (1_000, 30_000)
    assert LONGEST_BLINK_MS == 5_000


def test_every_wait_names_its_state_its_timeout_its_exit_and_what_ends_it_before():
    assert {name: wait.timeout_ms for name, wait in WAITS.items()} == {
        "ignition off": IGNITION_OFF_MS,
        "still": STILL_MS,
        "ignition off alone": IGNITION_OFF_ALONE_MS,
        "enable again": ENABLE_AGAIN_MS,
        "inhibit again": INHIBIT_AGAIN_MS,
    }
    for wait in WAITS.values():
        assert (wait.state, wait.then) in (
            (ENABLED, SAFE_TO_INHIBIT), (INHIBITED, BADGE_ACCEPTED),
        )  # fmt: skip
        after, pulse = TRANSITIONS[wait.state, wait.then]
        assert (after, pulse) == (
            (INHIBITED, PULSE_INHIBIT) if wait.state == ENABLED else (ENABLED, PULSE_ENABLE)
        )
        assert wait.ends_before
    assert len({ENABLED, INHIBITED, RELAY_UNKNOWN}) == 3
    assert len({NO_PULSE, PULSE_ENABLE, PULSE_INHIBIT}) == 3


def test_a_table_row_says_where_the_relay_is_after():
    assert TRANSITIONS == {
        (ENABLED, BADGE_ACCEPTED): (ENABLED, PULSE_ENABLE),
        (ENABLED, SAFE_TO_INHIBIT): (INHIBITED, PULSE_INHIBIT),
        (ENABLED, CONTACT_SHOWS_ENABLED): (ENABLED, NO_PULSE),
        (ENABLED, CONTACT_SHOWS_INHIBITED): (INHIBITED, NO_PULSE),
        (INHIBITED, BADGE_ACCEPTED): (ENABLED, PULSE_ENABLE),
        (INHIBITED, SAFE_TO_INHIBIT): (INHIBITED, NO_PULSE),
        (INHIBITED, CONTACT_SHOWS_ENABLED): (ENABLED, NO_PULSE),
        (INHIBITED, CONTACT_SHOWS_INHIBITED): (INHIBITED, NO_PULSE),
    }


def test_the_table_is_complete_and_has_one_way_in_and_the_named_ways_out():
    events = (BADGE_ACCEPTED, SAFE_TO_INHIBIT, CONTACT_SHOWS_ENABLED, CONTACT_SHOWS_INHIBITED)
    assert set(TRANSITIONS) == {
        (state, event) for state in (ENABLED, INHIBITED) for event in events
    }
    inhibiting = [key for key, (_, pulse) in TRANSITIONS.items() if pulse == PULSE_INHIBIT]
    assert inhibiting == [(ENABLED, SAFE_TO_INHIBIT)]
    leaving = {
        event
        for (state, event), (after, _) in TRANSITIONS.items()
        if state == INHIBITED and after == ENABLED
    }
    assert leaving == {BADGE_ACCEPTED, CONTACT_SHOWS_ENABLED}


def test_nothing_is_pulsed_at_boot_whatever_the_contact_says():
    for contact in (ENABLED, INHIBITED):
        for start_held in (True, False):
            car = Car(contact)
            assert car.live(60, start_held=start_held) == contact
            assert car.pulses == []


def test_a_parked_car_is_inhibited_65_s_after_boot_and_once():
    car = Car()
    car.live(65)
    assert car.pulses == []
    assert car.live(100) == INHIBITED
    assert car.pulses == [(66, PULSE_INHIBIT)]


def test_ignition_off_counts_from_its_last_moment_on():
    car = Car()
    car.live(30)
    car.live(1, ignition_on=True)
    car.live(65)
    assert car.pulses == []
    car.live(1)
    assert car.pulses == [(97, PULSE_INHIBIT)]


def test_stillness_counts_from_the_last_movement_on():
    car = Car()
    car.live(30, speed_mm_s=DRIVING)  # rolling with the ignition off
    car.live(60)
    assert car.pulses == []
    car.live(1)
    assert car.pulses == [(91, PULSE_INHIBIT)]


def test_an_unknown_speed_is_not_zero():
    car = Car()
    car.live(3600, speed_mm_s=None)
    car.live(60)
    assert car.pulses == []
    car.live(1)
    assert car.pulses == [(3661, PULSE_INHIBIT)]


def test_a_sign_that_is_lost_for_a_moment_begins_anew():
    car = Car()
    car.live(59)
    car.live(1, speed_mm_s=None)
    car.live(60)
    assert car.pulses == []


def test_underground_ten_minutes_suffice_if_commissioning_saw_the_line_both_ways():
    car = Car(proven=True)
    car.live(600, speed_mm_s=None)
    assert car.pulses == []
    car.live(1, speed_mm_s=None)
    assert car.pulses == [(601, PULSE_INHIBIT)]


def test_underground_the_ten_minutes_begin_at_the_last_movement_seen():
    car = Car(proven=True)
    car.live(300, speed_mm_s=DRIVING)
    car.live(600, speed_mm_s=None)
    assert car.pulses == []
    car.live(1, speed_mm_s=None)
    assert car.pulses == [(901, PULSE_INHIBIT)]


def test_a_moving_sign_is_never_overruled_by_the_ten_minutes():
    car = Car(proven=True)
    car.live(3600, speed_mm_s=DRIVING)
    assert car.pulses == []


def test_while_a_trip_holds_the_start_nothing_inhibits():
    car = Car()
    car.live(24 * 3600, start_held=True)
    assert car.pulses == []


def test_a_badge_leads_out_of_inhibited_at_once():
    car = Car(INHIBITED)
    car.live(100)
    assert car.immobiliser.badge_accepted(car.now_ms) == PULSE_ENABLE
    assert car.immobiliser.state == ENABLED


def test_a_badge_accepted_after_hours_of_standing_holds_for_65_s_even_without_a_trip():
    car = Car(INHIBITED)
    car.live(4 * 3600)
    car.immobiliser.badge_accepted(car.now_ms)
    car.live(65)
    assert car.pulses == []
    car.live(1)
    assert len(car.pulses) == 1


def test_an_enable_pulse_that_did_not_move_the_relay_is_repeated_a_few_times():
    car = Car(INHIBITED)
    car.immobiliser.badge_accepted(0)
    for _ in range(10):
        car.immobiliser.contact(INHIBITED)
        car.live(1, start_held=True)
    assert [pulse for _, pulse in car.pulses] == [PULSE_ENABLE] * 5


def test_an_inhibit_pulse_that_did_not_move_the_relay_is_repeated_slowly():
    car = Car()
    for _ in range(130):
        car.immobiliser.contact(ENABLED)
        car.live(1)
    assert car.pulses == [(66, PULSE_INHIBIT), (96, PULSE_INHIBIT), (126, PULSE_INHIBIT)]


def test_the_sealed_override_is_believed_and_not_undone_before_the_car_is_quiet():
    car = Car(INHIBITED)
    car.live(10, ignition_on=True)
    car.immobiliser.contact(ENABLED)
    assert car.live(65) == ENABLED
    assert car.live(1) == INHIBITED


def test_a_box_that_did_not_look_for_a_while_has_seen_nothing_unbroken():
    car = Car()
    car.live(64)
    car.now_ms += 5_000
    assert car.live(65) == ENABLED
    assert car.live(1) == INHIBITED


def test_a_box_that_looked_every_five_seconds_has_seen_it_unbroken():
    machine = Immobiliser(ENABLED, 0)
    pulses = []
    for now_ms in range(5_000, 80_000, 5_000):
        machine.sense(now_ms, False, (STANDING,))
        pulses.append(machine.step(now_ms, False))
    assert pulses == [NO_PULSE] * 13 + [PULSE_INHIBIT, NO_PULSE]


def test_what_was_not_looked_at_for_longer_counts_from_the_look_on_also_for_the_ten_minutes():
    car = Car(proven=True)
    car.live(590, speed_mm_s=None)
    car.now_ms += 4_001
    assert car.live(601, speed_mm_s=None) == ENABLED
    assert car.live(1, speed_mm_s=None) == INHIBITED


def test_a_decision_without_a_look_in_the_last_five_seconds_is_none():
    car = Car()
    car.live(65)
    machine, now_ms = car.immobiliser, car.now_ms
    assert machine.off_for_ms(now_ms + 1_000) == 65_000
    assert machine.off_for_ms(now_ms + 5_000) == 69_000
    assert machine.off_for_ms(now_ms + 5_001) == 0
    assert machine.step(now_ms + 5_001, False) == NO_PULSE
    assert machine.step(now_ms + 5_000, False) == PULSE_INHIBIT


def test_how_long_the_ignition_was_off_is_told_from_the_first_look_on():
    machine = Immobiliser(ENABLED, 0)
    assert machine.off_for_ms(1_000) == 0
    for second in range(1, 4):
        machine.sense(1000 * second, second == 2, (STANDING,))
        assert machine.off_for_ms(1000 * second + 500) == (0 if second == 2 else 500)


def test_each_count_is_told_to_the_millisecond():
    for ignition_off_ms, still_ms, safe in (
        (65_000, 60_000, True), (64_999, 60_000, False), (65_000, 59_999, False),
    ):  # fmt: skip
        machine = Immobiliser(ENABLED, 0)
        for now_ms in range(1_000, 100_001, 1_000):
            machine.sense(now_ms, False, (DRIVING,))
        end_ms = 200_000
        looks = [end_ms - ignition_off_ms, end_ms - still_ms]
        looks += list(range(101_000, end_ms, 1_000))
        for now_ms in sorted(set(looks)):
            speed = STANDING if now_ms >= end_ms - still_ms else DRIVING
            machine.sense(now_ms, now_ms < end_ms - ignition_off_ms, (speed,))
        assert machine.is_safe(end_ms) is safe


def test_the_speed_of_a_standing_receiver_is_still_and_a_walk_is_not():
    for speed_mm_s, after in ((500, INHIBITED), (501, ENABLED)):
        for proven in (False, True):
            assert Car(proven=proven).live(1300, speed_mm_s=speed_mm_s) == after


def test_of_two_signs_both_must_have_been_still_for_a_minute():
    car = Car(signs=2)
    car.live(30, speed_mm_s=(STANDING, DRIVING))
    car.live(60, speed_mm_s=(STANDING, STANDING))
    assert car.pulses == []
    car.live(1, speed_mm_s=(STANDING, STANDING))
    assert car.pulses == [(91, PULSE_INHIBIT)]


def test_one_of_two_signs_is_not_enough_for_the_minute_and_is_for_the_ten():
    for signs in ((STANDING, None), (None, STANDING)):
        unproven, proven = Car(signs=2), Car(signs=2, proven=True)
        assert unproven.live(3600, speed_mm_s=signs) == ENABLED
        assert proven.live(600, speed_mm_s=signs) == ENABLED
        assert proven.live(1, speed_mm_s=signs) == INHIBITED


def test_a_second_sign_that_comes_back_must_itself_have_been_still_for_a_minute():
    car = Car(signs=2, proven=True)
    car.live(3600 - 1, speed_mm_s=(DRIVING, None))
    car.live(1, speed_mm_s=(STANDING, None))
    car.live(59, speed_mm_s=(STANDING, STANDING))
    assert car.pulses == []
    car.live(1, speed_mm_s=(STANDING, STANDING))
    assert car.pulses == []
    car.live(1, speed_mm_s=(STANDING, STANDING))
    assert car.pulses == [(3661, PULSE_INHIBIT)]


def test_a_valid_sign_that_moves_forbids_what_another_and_the_ten_minutes_would_allow():
    for signs in ((STANDING, DRIVING), (DRIVING, STANDING), (DRIVING, None)):
        assert Car(signs=2, proven=True).live(7200, speed_mm_s=signs) == ENABLED


def test_of_three_signs_two_suffice_while_no_valid_one_moves():
    assert Car(signs=3).live(66, speed_mm_s=(STANDING, None, STANDING)) == INHIBITED
    assert Car(signs=3).live(600, speed_mm_s=(STANDING, None, None)) == ENABLED
    assert Car(signs=3).live(600, speed_mm_s=(STANDING, DRIVING, STANDING)) == ENABLED


def test_a_car_without_any_sign_parks_after_ten_minutes_if_its_line_is_proven():
    assert Car(signs=0).live(3600, speed_mm_s=()) == ENABLED
    car = Car(signs=0, proven=True)
    assert car.live(600, speed_mm_s=()) == ENABLED
    assert car.live(1, speed_mm_s=()) == INHIBITED


def test_the_ten_minutes_need_the_ignition_off_all_along():
    car = Car(proven=True)
    car.live(300, speed_mm_s=None)
    car.live(1, ignition_on=True, speed_mm_s=None)
    assert car.live(600, speed_mm_s=None) == ENABLED
    assert car.live(1, speed_mm_s=None) == INHIBITED


def test_a_signs_stillness_is_forgotten_with_an_accepted_badge():
    car = Car(proven=True)
    car.live(590, speed_mm_s=None, start_held=True)
    car.immobiliser.badge_accepted(car.now_ms)
    assert car.live(600, speed_mm_s=None) == ENABLED
    assert car.live(1, speed_mm_s=None) == INHIBITED


def test_an_accepted_badge_is_answered_by_a_pulse_also_of_an_enabled_car():
    machine = Immobiliser(ENABLED, 0)
    assert machine.badge_accepted(10) == PULSE_ENABLE
    assert machine.state == ENABLED


def test_the_pulse_is_repeated_after_a_second_and_only_if_the_contact_says_so():
    machine = Immobiliser(INHIBITED, 0)
    machine.badge_accepted(10_000)
    assert machine.step(11_000, True) == NO_PULSE, "the contact has not denied it"
    machine.contact(INHIBITED)
    assert machine.step(10_999, True) == NO_PULSE
    assert machine.step(11_000, True) == PULSE_ENABLE
    assert machine.state == ENABLED
    machine.contact(INHIBITED)
    assert machine.step(11_999, True) == NO_PULSE
    assert machine.step(12_000, True) == PULSE_ENABLE


def test_no_pulse_is_repeated_when_the_trip_is_over_or_paused_nor_later():
    car = Car(INHIBITED)
    car.immobiliser.badge_accepted(0)
    car.immobiliser.contact(INHIBITED)
    car.live(1, start_held=False)
    car.live(10, start_held=True)
    assert car.pulses == []


def test_a_failed_inhibit_is_tried_again_after_half_a_minute_exactly():
    car = Car()
    car.live(66)
    machine, first_ms = car.immobiliser, car.now_ms
    machine.contact(ENABLED)
    for now_ms in range(first_ms + 1_000, first_ms + 30_000, 1_000):
        machine.sense(now_ms, False, (STANDING,))
    assert machine.step(first_ms + 29_999, False) == NO_PULSE
    assert machine.step(first_ms + 30_000, False) == PULSE_INHIBIT


def test_a_box_may_inhibit_as_soon_as_its_own_counts_allow_without_waiting_for_a_former_pulse():
    machine = Immobiliser(ENABLED, 1_000_000)
    for second in range(1, 66):
        machine.sense(1_000_000 + 1000 * second, False, (STANDING,))
    assert machine.is_safe(1_066_000)
    assert machine.step(1_066_000, False) == PULSE_INHIBIT


def test_the_contact_is_believed_whatever_it_shows():
    machine = Immobiliser(ENABLED, 0)
    for contact in (INHIBITED, INHIBITED, ENABLED, ENABLED, INHIBITED):
        machine.contact(contact)
        assert machine.state == contact


def test_a_door_only_car_is_never_pulsed_and_its_state_is_unknown():
    for proven in (False, True):
        car = Car(RELAY_UNKNOWN, proven, DoorOnly)
        assert car.immobiliser.state == RELAY_UNKNOWN
        assert car.live(3600) == RELAY_UNKNOWN
        assert car.immobiliser.badge_accepted(car.now_ms) == NO_PULSE
        for contact in (ENABLED, INHIBITED, RELAY_UNKNOWN):
            car.immobiliser.contact(contact)
            assert car.live(3600, start_held=contact == ENABLED) == RELAY_UNKNOWN
        assert car.live(3600, speed_mm_s=None) == RELAY_UNKNOWN
        assert car.pulses == []


def test_a_door_only_car_still_tells_when_it_is_parked():
    car = Car(RELAY_UNKNOWN, False, DoorOnly)
    car.live(65)
    assert not car.immobiliser.is_safe(car.now_ms)
    car.live(1)
    assert car.immobiliser.is_safe(car.now_ms)
    assert car.immobiliser.off_for_ms(car.now_ms) == 65_000


def test_unless_told_otherwise_there_is_one_sign_and_the_line_is_not_proven():
    machine = Immobiliser(ENABLED, 0)
    for now_ms in range(1_000, 700_000, 1_000):
        machine.sense(now_ms, False, (None,))
        assert machine.step(now_ms, False) == NO_PULSE


def test_a_sign_at_the_limit_of_stillness_has_not_moved():
    car = Car(signs=2, proven=True)
    assert car.live(600, speed_mm_s=(500, None)) == ENABLED
    assert car.live(1, speed_mm_s=(500, None)) == INHIBITED


def test_what_a_hand_enabled_in_a_parked_car_is_put_back_at_the_next_look():
    car = Car()
    car.live(300)
    car.immobiliser.contact(ENABLED)
    assert car.live(1) == INHIBITED
    assert car.pulses == [(66, PULSE_INHIBIT), (301, PULSE_INHIBIT)]


def test_a_car_is_parked_for_as_long_as_its_ignition_has_been_off_once_it_is_safe_and_not_before():
    car = Car()
    car.live(65)
    assert car.immobiliser.off_for_ms(car.now_ms) == 64_000
    assert car.immobiliser.parked_for_ms(car.now_ms) == 0
    car.live(1)
    assert car.immobiliser.parked_for_ms(car.now_ms) == 65_000
    car.live(3600)
    assert car.immobiliser.parked_for_ms(car.now_ms) == 3_665_000
    car.live(1, speed_mm_s=501)
    assert car.immobiliser.off_for_ms(car.now_ms) == 3_666_000
    assert car.immobiliser.parked_for_ms(car.now_ms) == 0


def test_a_pulse_that_is_owed_is_given_whatever_the_contact_shows():
    for contact in (ENABLED, INHIBITED):
        car = Car(contact)
        car.live(66, start_held=True)
        assert car.immobiliser.step(car.now_ms, False, True) == PULSE_INHIBIT
        assert car.immobiliser.state == INHIBITED
    car = Car(INHIBITED)
    car.live(66, start_held=True)
    assert car.immobiliser.step(car.now_ms, False, False) == NO_PULSE


def test_a_car_without_an_ignition_line_is_never_inhibited_by_it_and_says_so():
    for kind, proven in ((Immobiliser, False), (Immobiliser, True), (DoorOnly, False)):
        car = Car(proven=proven, kind=kind, line=False)
        assert car.immobiliser.hinders(0) == STARTABLE_NO_LINE
        car.live(5000)
        assert car.pulses == []
        assert car.immobiliser.parked_for_ms(car.now_ms) == 0
        assert car.immobiliser.hinders(car.now_ms) == STARTABLE_NO_LINE


def test_what_keeps_a_car_from_being_inhibited_is_told():
    car = Car(signs=1)
    assert car.immobiliser.hinders(0) == STARTABLE_IGNITION_ON
    car.live(100, ignition_on=True)
    assert car.immobiliser.hinders(car.now_ms) == STARTABLE_IGNITION_ON
    car.live(100, speed_mm_s=DRIVING)
    assert car.immobiliser.hinders(car.now_ms) == STARTABLE_MOVES
    car.live(100, speed_mm_s=None)
    assert car.immobiliser.hinders(car.now_ms) == STARTABLE_NO_SIGN
    car.live(100)
    assert car.immobiliser.hinders(car.now_ms) == STARTABLE_RELAY
