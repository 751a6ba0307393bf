"""Law 1 by example; tests/firmware/properties/ holds it over any sequence."""

from firmware.logic.immobiliser import (
    BADGE_ACCEPTED,
    CONTACT_SHOWS_ENABLED,
    CONTACT_SHOWS_INHIBITED,
    ENABLED,
    INHIBITED,
    NO_PULSE,
    PULSE_ENABLE,
    PULSE_INHIBIT,
    SAFE_TO_INHIBIT,
    TRANSITIONS,
    Immobiliser,
)

STANDING = 0
DRIVING = 14_000


class Car:
    """A box on a bench: time passes second by second, the contact follows the coils."""

    def __init__(self, contact=ENABLED, proven=False):
        self.immobiliser = Immobiliser(contact, 0, 1, proven)
        self.now_ms = 0
        self.pulses = []

    def live(self, seconds, ignition_on=False, speed_mm_s=STANDING, start_held=False):
        for _ in range(seconds):
            self.now_ms += 1000
            self.immobiliser.sense(self.now_ms, ignition_on, (speed_mm_s,))
            pulse = self.immobiliser.step(self.now_ms, start_held)
            if pulse != NO_PULSE:
                self.pulses.append((self.now_ms // 1000, pulse))
        return self.immobiliser.state


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
