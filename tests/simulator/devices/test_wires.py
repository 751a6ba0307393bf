"""Relay, doors, ignition: what a pulse on a pin does to a car."""

import pytest

from firmware.board import BOARDS
from simulator.devices.wires import CRANK_S, Wires
from simulator.engine.pins import Pins
from simulator.engine.timeline import US, Timeline

BOARD = BOARDS["host"]
NUMBERS = {
    BOARD.relay_enable, BOARD.relay_inhibit, BOARD.relay_sense, BOARD.door_unlock, BOARD.door_lock,
    BOARD.ignition, BOARD.crank, BOARD.door_contact, BOARD.key_holder, BOARD.battery_adc,
    BOARD.led_green, BOARD.led_red, BOARD.buzzer,
}  # fmt: skip


@pytest.fixture
def pins():
    return Pins(set(NUMBERS))


@pytest.fixture
def wires(pins):
    return Wires(Timeline(1_700_000_000 * US), pins, BOARD)


def pulse(wires: Wires, pins: Pins, number: int, length_s: float) -> None:
    timeline = wires.timeline
    pins.box_drives(number, 1)
    timeline.call_later(length_s, lambda: pins.box_drives(number, 0))
    while timeline.next_us() is not None:
        timeline.step()


def test_a_pulse_on_a_coil_moves_the_relay_and_its_contact_tells(wires, pins):
    assert (wires.relay, pins.outside[BOARD.relay_sense]) == ("inhibited", 0)
    pulse(wires, pins, BOARD.relay_enable, 0.05)
    assert (wires.relay, pins.outside[BOARD.relay_sense]) == ("enabled", 1)
    assert wires.relay_changes == [(1_700_000_000_020, "enabled")]
    assert wires.starter_allowed
    pulse(wires, pins, BOARD.relay_inhibit, 0.05)
    assert not wires.starter_allowed


def test_too_short_a_pulse_leaves_the_relay_where_it_is(wires, pins):
    pulse(wires, pins, BOARD.relay_enable, 0.019)
    assert wires.relay == "inhibited"


def test_a_relay_keeps_its_state_without_power(wires, pins):
    pulse(wires, pins, BOARD.relay_enable, 0.05)
    pins.release_all()
    assert wires.relay == "enabled"


def test_a_power_cut_within_a_pulse_leaves_the_relay_where_it_is(wires, pins):
    pins.box_drives(BOARD.relay_enable, 1)
    wires.timeline.call_later(0.01, pins.release_all)
    while wires.timeline.next_us() is not None:
        wires.timeline.step()
    assert wires.relay == "inhibited"


def test_both_coils_at_once_move_nothing_and_are_a_fault(wires, pins):
    pins.box_drives(BOARD.relay_enable, 1)
    pulse(wires, pins, BOARD.relay_inhibit, 0.05)
    assert wires.relay == "inhibited"
    assert wires.faults


def test_the_doors_follow_their_pulses(wires, pins):
    pulse(wires, pins, BOARD.door_unlock, 0.3)
    assert wires.door == "unlocked"
    pulse(wires, pins, BOARD.door_lock, 0.3)
    assert wires.door == "locked"
    assert [state for _, state in wires.door_changes] == ["unlocked", "locked"]


def test_lights_and_sounds_are_remembered(wires, pins):
    pulse(wires, pins, BOARD.led_green, 0.1)
    assert wires.signals == [(1_700_000_000_000, "green", 1), (1_700_000_000_100, "green", 0)]


def test_the_ignition_is_seen_by_the_box(wires, pins):
    wires.set_ignition(True)
    assert pins.outside[BOARD.ignition] == 1


def pass_time(wires: Wires, seconds: float) -> None:
    passed = []
    wires.timeline.call_later(seconds, lambda: passed.append(True))
    while not passed:
        wires.timeline.step()


def battery_v(pins: Pins) -> float:
    return pins.outside[BOARD.battery_adc] * BOARD.battery_divider / 1e6


def test_an_enabled_starter_dips_the_battery_and_then_the_engine_charges_it(wires, pins):
    pulse(wires, pins, BOARD.relay_enable, 0.05)
    assert battery_v(pins) == pytest.approx(12.6, abs=0.01)
    wires.crank()
    assert (pins.outside[BOARD.ignition], pins.outside[BOARD.crank]) == (1, 1)
    assert battery_v(pins) < 10
    pass_time(wires, CRANK_S + 0.1)
    assert (wires.engine_running, pins.outside[BOARD.crank]) == (True, 0)
    assert battery_v(pins) == pytest.approx(14.2, abs=0.01)
    wires.set_ignition(False)
    assert not wires.engine_running
    assert battery_v(pins) == pytest.approx(12.6, abs=0.01)


def test_an_inhibited_start_shows_the_attempt_and_leaves_the_engine_and_battery(wires, pins):
    wires.crank()
    assert pins.outside[BOARD.crank] == 1
    assert battery_v(pins) == pytest.approx(12.6, abs=0.01)
    pass_time(wires, CRANK_S + 0.1)
    assert not wires.engine_running


def test_inhibiting_the_start_leaves_a_running_engine_alone(wires, pins):
    pulse(wires, pins, BOARD.relay_enable, 0.05)
    wires.crank()
    pass_time(wires, CRANK_S + 0.1)
    pulse(wires, pins, BOARD.relay_inhibit, 0.05)
    assert wires.engine_running


def test_letting_go_of_the_key_too_early_starts_nothing(wires, pins):
    pulse(wires, pins, BOARD.relay_enable, 0.05)
    wires.crank()
    pass_time(wires, CRANK_S / 2)
    wires.set_ignition(False)
    pass_time(wires, CRANK_S)
    assert (wires.engine_running, pins.outside[BOARD.crank]) == (False, 0)


def test_a_stalled_engine_leaves_the_ignition_on(wires, pins):
    pulse(wires, pins, BOARD.relay_enable, 0.05)
    wires.crank()
    pass_time(wires, CRANK_S + 0.1)
    wires.stall()
    assert (wires.engine_running, pins.outside[BOARD.ignition]) == (False, 1)


def test_doors_and_keys_are_seen_by_the_box(wires, pins):
    assert (pins.outside[BOARD.door_contact], pins.outside[BOARD.key_holder]) == (0, 1)
    wires.set_door(True)
    wires.set_keys(False)
    assert (pins.outside[BOARD.door_contact], pins.outside[BOARD.key_holder]) == (1, 0)


def test_a_stuck_relay_stays_and_its_feedback_says_so(wires, pins):
    wires.fault("stuck")
    pulse(wires, pins, BOARD.relay_enable, 0.05)
    assert (wires.relay, pins.outside[BOARD.relay_sense]) == ("inhibited", 0)


def test_a_welded_contact_starts_the_car_though_the_feedback_says_inhibited(wires, pins):
    wires.fault("welded")
    assert (wires.starter_allowed, pins.outside[BOARD.relay_sense]) == (True, 0)


def test_without_its_feedback_wire_the_relay_moves_unseen(wires, pins):
    wires.fault("no_feedback")
    pulse(wires, pins, BOARD.relay_enable, 0.05)
    assert (wires.starter_allowed, pins.outside[BOARD.relay_sense]) == (True, 0)
    wires.fault(None)
    assert pins.outside[BOARD.relay_sense] == 1


def test_with_its_coils_wires_swapped_each_pulse_does_what_the_other_should(wires, pins):
    wires.fault("reversed")
    pulse(wires, pins, BOARD.relay_inhibit, 0.05)
    assert (wires.relay, pins.outside[BOARD.relay_sense]) == ("enabled", 1)
    pulse(wires, pins, BOARD.relay_enable, 0.05)
    assert (wires.relay, pins.outside[BOARD.relay_sense]) == ("inhibited", 0)


def test_a_fault_that_no_relay_has_is_refused_with_those_it_has(wires):
    with pytest.raises(ValueError, match="stuck, welded"):
        wires.fault("rusty")


def test_the_sealed_override_lets_the_starter_turn_and_shows_on_the_contact(wires, pins):
    wires.set_override(True)
    assert (wires.relay, wires.starter_allowed) == ("inhibited", True)
    assert pins.outside[BOARD.relay_sense] == 1
    pulse(wires, pins, BOARD.relay_inhibit, 0.05)
    assert wires.starter_allowed
    wires.set_override(False)
    assert not wires.starter_allowed
    assert pins.outside[BOARD.relay_sense] == 0


def test_nothing_interrupts_the_start_of_a_door_only_car(pins):
    wires = Wires(Timeline(1_700_000_000 * US), pins, BOARD, start_relay=False)
    assert pins.outside[BOARD.relay_sense] == 1
    pulse(wires, pins, BOARD.relay_inhibit, 0.05)
    assert wires.starter_allowed
    assert wires.relay_changes == []


def test_who_watches_the_relay_is_told_when_it_has_moved(wires, pins):
    states = []
    wires.on_relay = states.append
    for number in (BOARD.relay_enable, BOARD.relay_enable, BOARD.relay_inhibit):
        pulse(wires, pins, number, 0.05)
    assert states == ["enabled", "inhibited"]


def test_the_box_reads_one_holder_for_keys_and_fuel_card_full_only_when_both_are_back(wires, pins):
    for keys_in in (False, True):
        for card_in in (False, True):
            wires.set_keys(keys_in)
            wires.set_fuel_card(card_in)
            assert pins.outside[BOARD.key_holder] == (keys_in and card_in)
