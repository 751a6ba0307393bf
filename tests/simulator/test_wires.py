"""Relay, doors, ignition: what a pulse on a pin does to a car."""

import pytest

from firmware.board import BOARDS
from simulator.devices.wires import Wires
from simulator.pins import Pins
from simulator.timeline import US, Timeline

BOARD = BOARDS["host"]
NUMBERS = {
    BOARD.relay_enable, BOARD.relay_inhibit, BOARD.relay_sense, BOARD.door_unlock, BOARD.door_lock,
    BOARD.ignition, BOARD.led_green, BOARD.led_red, BOARD.buzzer,
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
