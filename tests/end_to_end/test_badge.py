"""Acceptance 4, first half: what a badge does, on the box, with and without the network."""

import pytest

from tests.chain import DRIVER_BADGE, START_S, STRANGER_BADGE, Chain


def reader_answer_ms(chain: Chain) -> int:
    """When the reader first handed the card to the box, in world time."""
    return chain.car.reader.answers_ms[0]


def test_a_badge_without_booking_is_refused_and_the_refusal_is_shown(chain: Chain) -> None:
    chain.get_ready()
    chain.car.present_badge(STRANGER_BADGE)
    chain.world.run_for(30)

    assert chain.car.relay == "inhibited"
    assert chain.car.door == "locked"
    assert not chain.car.starter_allowed
    refusals = chain.trips()["refusals"]
    assert [(row["vehicle"], row["reason"]) for row in refusals] == [("AB-123-CD", "unknown_badge")]
    assert chain.trips()["trips"] == []


def test_a_booked_badge_enables_the_start_within_half_a_second(chain: Chain) -> None:
    chain.get_ready()
    chain.car.present_badge(DRIVER_BADGE)
    chain.world.run_for(5)

    (changed_ms, state) = chain.car.relay_changes[-1]
    assert state == "enabled"
    assert 0 <= changed_ms - reader_answer_ms(chain) <= 500
    assert chain.car.door == "unlocked"
    assert chain.car.starter_allowed


def test_a_booked_badge_opens_the_car_with_the_modem_off(chain: Chain) -> None:
    chain.get_ready()
    chain.car.kill()
    chain.car.modem.off()
    chain.car.power_on()
    # Only the satellites tell the time now: the grants come from the box's own flash.
    chain.world.run_until(lambda: chain.car.report()["clock_source"] == 1, 120)
    chain.car.present_badge(DRIVER_BADGE)
    chain.world.run_for(5)

    (changed_ms, state) = chain.car.relay_changes[-1]
    assert state == "enabled"
    assert changed_ms - reader_answer_ms(chain) <= 500


def test_a_badge_too_early_is_refused_with_that_reason(chain: Chain) -> None:
    chain.book(START_S + 7200, START_S + 9000, agent="paul.morin")
    chain.get_ready()
    chain.car.present_badge(bytes.fromhex("04112233445566"))
    chain.world.run_for(30)

    assert chain.car.relay == "inhibited"
    assert [row["reason"] for row in chain.trips()["refusals"]] == ["too_early"]


def test_a_whole_trip_is_told_with_its_kilometres(chain: Chain) -> None:
    chain.start_driving()
    chain.world.run_for(600)
    chain.park_and_end()

    (trip,) = chain.trips()["trips"]
    assert abs(trip["distance_m"] - chain.car.driven_m) < 0.02 * chain.car.driven_m
    assert chain.car.driven_m > 8000
    assert (trip["agent"], trip["directorate"], trip["state"]) == ("Marie Leroy", "DDT", "ended")
    chain.world.run_for(180)
    assert chain.car.relay == "inhibited"
    assert chain.trips()["records_stored"] == chain.car.report()["records_made"]


@pytest.mark.parametrize("fault", ["null_island", "not_valid", "simulating", "typed_in"])
def test_a_place_that_is_none_though_called_valid_is_no_trips_end(chain: Chain, fault: str) -> None:
    chain.start_driving()
    chain.world.run_for(30)
    chain.car.drive(speed_kmh=0)
    chain.car.gnss.fault(fault)
    chain.world.run_for(150)  # longer than a position is good for
    chain.park_and_end()
    chain.world.run_for(30)

    (trip,) = chain.trips()["trips"]
    assert (trip["state"], trip["places_known"]) == ("ended", 1), "it began somewhere"
