"""The real firmware from .mpy, in a world without a server: what a box does all by itself."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.logic.access.grants import GRANTS_FILE, GrantSet
from flasher.image import write_file
from shared_protocol.badges import badge_tag
from shared_protocol.messages import GRANT_BOOKING, Grant
from shared_protocol.sets import grant_parts
from simulator.devices.car import Car
from simulator.devices.gnss import FAULTS as RECEIVER_FAULTS
from simulator.devices.pn532 import FAULTS as READER_FAULTS
from simulator.engine.world import World
from tests.firmware.identity import IDENTITY, START_S
from tests.firmware.logic.held_sets import taken
from tests.firmware.logic.storage import MemoryStorage

DRIVER = bytes.fromhex("04112233")
COLLEAGUE = bytes.fromhex("04445566778899")
BADGE = bytes.fromhex("04a1b2c3")


@pytest.fixture
def world() -> Iterator[World]:
    with World(seed=3) as world:
        yield world


@pytest.fixture
def car(world: World, tmp_path: Path) -> Car:
    car = Car(world, IDENTITY, tmp_path / "flash.img")
    car.power_on()
    return car


@pytest.fixture
def booked(world: World, tmp_path: Path) -> Car:
    """A car whose box already holds grants for two badges, and knows the time from the sky."""
    return booked_until(world, tmp_path, START_S + 86_400)


def booked_until(
    world: World, tmp_path: Path, expires_s: int, colleague_from_s: int = START_S - 3600
) -> Car:
    car = Car(world, IDENTITY, tmp_path / "flash.img")
    grants = [
        Grant(badge_tag(b"\x22" * 32, uid), number, from_s, START_S + 36_000, GRANT_BOOKING, 0)
        for number, uid, from_s in (
            (1, DRIVER, START_S - 3600),
            (1, COLLEAGUE, colleague_from_s),  # drives by the same booking
        )
    ]
    storage = MemoryStorage()
    held = GrantSet(storage)
    for part in grant_parts(1, expires_s, grants):
        taken(held, part)
    write_file(tmp_path / "flash.img", "/state/grants", storage.files[GRANTS_FILE])
    car.power_on()
    world.run_until(lambda: car.report()["clock_source"] == 1, 120)
    return car


def badge(world: World, car: Car, uid: bytes, hold_s: float = 0.5) -> None:
    car.present_badge(uid, hold_s=hold_s)
    world.run_for(hold_s + 2)


def seconds_of(car: Car, name: str) -> list[int]:
    return [at_ms for at_ms, signal, level in car.signals if signal == name and level]


def test_a_box_that_starts_moves_no_wire(world: World, car: Car) -> None:
    world.run_for(60)
    assert car.relay_changes == []
    assert car.door == "locked"
    assert car.report()["crashes"] == 0


def test_an_unknown_badge_shows_red_and_is_recorded(world: World, car: Car) -> None:
    world.run_for(20)
    made = car.report()["records_made"]
    car.present_badge(BADGE)
    world.run_for(5)
    assert car.relay == "inhibited"
    assert seconds_of(car, "red")
    assert car.report()["records_made"] == made + 1


def test_without_modem_receiver_and_reader_the_box_lives_and_says_nothing(
    world: World, car: Car
) -> None:
    car.modem.off()
    car.gnss.off()
    car.reader.power_off()
    world.run_for(900)
    report = car.report()
    assert (report["crashes"], report["records_made"], report["clock_source"]) == (0, 1, 0)
    assert car.relay_changes == []
    assert car.box.console() == ""


def test_numbers_go_on_over_power_cuts(world: World, car: Car) -> None:
    for boots in range(1, 6):
        world.run_for(10)
        report = car.report()
        assert (report["lowest_seq"], report["next_seq"]) == (1, boots + 1)
        car.kill()
        world.run_for(1)
        car.power_on()


def test_a_granted_badge_opens_the_car_within_half_a_second_of_the_readers_answer(
    world: World, booked: Car
) -> None:
    booked.modem.off()
    badge(world, booked, DRIVER)
    ((changed_ms, state),) = booked.relay_changes
    assert state == "enabled"
    assert changed_ms - booked.reader.answers_ms[0] <= 500
    assert booked.door == "unlocked"
    assert booked.report()["trip_open"]


def test_a_short_badge_pauses_and_the_next_resumes(world: World, booked: Car) -> None:
    badge(world, booked, DRIVER)
    badge(world, booked, DRIVER)
    assert (booked.door, booked.relay) == ("locked", "enabled")
    world.run_for(55)
    assert booked.relay == "enabled"
    world.run_for(20)
    assert booked.relay == "inhibited"
    badge(world, booked, DRIVER)
    assert (booked.door, booked.relay) == ("unlocked", "enabled")
    assert booked.report()["trip_open"]


def test_a_stop_at_a_petrol_pump_keeps_the_start_enabled(world: World, booked: Car) -> None:
    badge(world, booked, DRIVER)
    world.run_for(1800)
    assert booked.relay == "enabled"


def test_a_held_badge_ends_the_trip_and_the_car_is_inhibited_when_it_is_safe(
    world: World, booked: Car
) -> None:
    badge(world, booked, DRIVER)
    booked.set_ignition(True)
    booked.drive(speed_kmh=30)
    world.run_for(60)
    badge(world, booked, DRIVER, hold_s=4)
    assert booked.report()["trip_open"], "no trip ends in a car that moves"
    booked.drive(speed_kmh=0)
    world.run_for(10)
    badge(world, booked, DRIVER, hold_s=4)
    world.run_for(300)
    assert booked.report()["trip_open"], "it waits for the ignition"
    assert booked.relay == "enabled"
    booked.set_ignition(False)
    world.run_for(64)
    assert not booked.report()["trip_open"]
    assert booked.relay == "enabled"
    world.run_for(10)
    assert (booked.relay, booked.door) == ("inhibited", "locked")


def test_a_second_granted_badge_splits_the_trip(world: World, booked: Car) -> None:
    badge(world, booked, DRIVER)
    made = booked.report()["records_made"]
    badge(world, booked, COLLEAGUE)
    assert booked.report()["records_made"] == made + 2, "an end and a start"
    assert booked.report()["trip_open"]
    badge(world, booked, COLLEAGUE, hold_s=4)
    assert not booked.report()["trip_open"]


def test_a_box_killed_in_mid_trip_comes_back_with_its_trip_and_its_kilometres(
    world: World, booked: Car
) -> None:
    badge(world, booked, DRIVER)
    booked.set_ignition(True)
    booked.drive(speed_kmh=50)
    world.run_for(120)
    before = booked.report()
    booked.kill()
    world.run_for(2)
    booked.power_on()
    world.run_for(1)
    after = booked.report()
    assert after["trip_open"]
    lost_m = before["odometer_m"] - after["odometer_m"]
    assert 0 <= lost_m <= 31 * 50 / 3.6, "20 s of waiting, and 10 s between two records"
    assert after["next_seq"] == before["next_seq"] + 1, "one more record: Boot"
    booked.drive(speed_kmh=0)
    booked.set_ignition(False)
    world.run_for(5)
    badge(world, booked, DRIVER, hold_s=4)
    assert not booked.report()["trip_open"]


def test_a_set_of_grants_that_expires_in_mid_trip_takes_nothing_from_its_driver(
    world: World, tmp_path: Path
) -> None:
    car = booked_until(world, tmp_path, START_S + 300, colleague_from_s=START_S + 300)
    badge(world, car, DRIVER)
    world.run_for(400)
    badge(world, car, DRIVER)
    world.run_until(lambda: car.relay == "inhibited", 100)
    badge(world, car, COLLEAGUE)
    assert car.relay == "inhibited", "what has expired starts no new trip"
    badge(world, car, DRIVER)
    assert (car.relay, car.door) == ("enabled", "unlocked")
    badge(world, car, DRIVER, hold_s=4)
    assert not car.report()["trip_open"]


def test_a_paused_trip_found_inhibited_at_boot_is_resumed_by_its_driver(
    world: World, booked: Car
) -> None:
    badge(world, booked, DRIVER)
    badge(world, booked, DRIVER)
    world.run_until(lambda: booked.relay == "inhibited", 100)
    booked.kill()
    world.run_for(3600)
    booked.power_on()
    world.run_for(20)
    assert booked.relay == "inhibited", "nothing is pulsed at boot"
    badge(world, booked, DRIVER)
    assert (booked.relay, booked.door) == ("enabled", "unlocked")
    assert booked.report()["trip_open"]


def test_power_lost_in_the_middle_of_the_enabling_pulse_or_right_after_strands_nobody(
    world: World, booked: Car
) -> None:
    for after_the_answer_s in (0.01, 0.03, 0.06):
        answers = len(booked.reader.answers_ms)
        booked.present_badge(DRIVER)
        world.run_until(lambda: len(booked.reader.answers_ms) > answers, 5)  # noqa: B023
        world.run_for(after_the_answer_s)
        booked.kill()
        world.run_for(2)
        booked.power_on()
        world.run_until(lambda: booked.report()["clock_source"] == 1, 120)
        badge(world, booked, DRIVER)
        assert booked.relay == "enabled"
        assert booked.report()["crashes"] == 0
        badge(world, booked, DRIVER, hold_s=4)
        world.run_until(lambda: booked.relay == "inhibited", 100)
    assert booked.wires.faults == []


def test_a_bouncing_ignition_ends_no_leg_and_hinders_the_inhibit_until_it_is_quiet(
    world: World, booked: Car
) -> None:
    badge(world, booked, DRIVER)
    badge(world, booked, DRIVER, hold_s=4)
    for _ in range(30):
        world.run_for(3)
        for on in (True, False, True, False):
            booked.set_ignition(on)
            world.run_for(0.003)
    assert booked.relay == "enabled"
    made = booked.report()["records_made"]
    world.run_for(64)
    assert booked.relay == "enabled"
    world.run_until(lambda: booked.relay == "inhibited", 5)
    world.run_for(1)  # the relay acts first, its record follows
    assert booked.report()["records_made"] == made + 1, "Relay, and no leg of a bounce"


def test_garbage_on_every_line_crashes_nothing_and_the_badge_still_enables(
    world: World, booked: Car
) -> None:
    noise = random.Random(5)
    lines = (booked.modem, booked.gnss)
    booked.reader.fault("noise")
    for _ in range(40):
        for device in lines:
            device._line.send(noise.randbytes(200))
        world.run_for(0.5)
    booked.reader.fault(None)
    booked.modem._line.send(b"\r\n+CIPRXGET: 2,0,-5\r\n+CIPRXGET: 2,0\r\n>\r\n")
    world.run_for(10)
    badge(world, booked, DRIVER)
    assert booked.relay == "enabled"
    assert booked.report()["crashes"] == 0


def test_memory_does_not_grow_while_the_box_tries_to_connect(world: World, car: Car) -> None:
    def least_heap() -> int:
        """The smallest of many looks: what is alive depends on the modem's state."""
        looks = []
        for _ in range(40):
            world.run_for(7)
            looks.append(car.report(collected=True)["heap_alloc"])
        return min(looks)

    world.run_until(lambda: car.report()["clock_source"] == 1, 120)
    before = least_heap()
    world.run_for(1200)
    assert least_heap() <= before + 256


# A parked car rests.


def test_a_parked_cars_receiver_sleeps_and_a_badge_still_opens_within_a_second(
    world: World, booked: Car
) -> None:
    car = booked
    world.run_until(lambda: car.gnss.asleep, 900)
    said = car.gnss.sentences_said
    world.run_for(600)
    assert car.gnss.sentences_said == said, "it says nothing all the while"
    car.present_badge(DRIVER)
    world.run_for(1.0)
    assert (car.door, car.starter_allowed) == ("unlocked", True)
    fixes = car.report()["fixes"]
    world.run_for(10)
    assert not car.gnss.asleep
    assert car.report()["fixes"] > fixes


def test_a_receiver_that_talks_while_it_is_sent_to_sleep_is_woken_by_every_badge(
    world: World, booked: Car
) -> None:
    booked.gnss.follow(lambda: (booked.position, booked.speed_kmh))
    booked.gnss._period_us, booked.gnss._full = 200_000, True  # talks nearly all the time
    for number in range(12):
        world.run_until(lambda: booked.gnss.asleep, 1200)
        world.run_for(number * 0.5)
        booked.present_badge(DRIVER)
        world.run_for(8)
        assert not booked.gnss.asleep, number
        booked.present_badge(DRIVER, hold_s=4)
        world.run_for(60)


def test_the_ignition_alone_wakes_the_receiver_of_a_parked_car(world: World, booked: Car) -> None:
    booked.report()
    world.run_until(lambda: booked.gnss.asleep, 900)
    booked.set_ignition(True)
    world.run_until(lambda: not booked.gnss.asleep, 10)


def test_the_kilometres_after_a_nights_sleep_are_all_counted(world: World, booked: Car) -> None:
    car = booked
    world.run_until(lambda: car.gnss.asleep, 900)
    world.run_for(7200)
    car.present_badge(DRIVER)
    world.run_for(5)
    car.crank()
    world.run_for(10)
    before_m = car.report()["odometer_m"]
    car.drive(50)
    world.run_for(600)
    car.drive(0)
    world.run_for(5)
    driven_m = car.report()["odometer_m"] - before_m
    assert abs(driven_m - car.driven_m) <= 0.01 * car.driven_m


def test_a_car_whose_time_is_not_known_does_not_put_its_receiver_to_sleep(
    world: World, tmp_path: Path
) -> None:
    car = Car(world, IDENTITY, tmp_path / "flash.img")
    car.gnss.sky(False)
    car.power_on()
    world.run_for(1800)
    assert not car.gnss.asleep


@pytest.mark.parametrize("fault", READER_FAULTS)
def test_a_badge_opens_within_four_seconds_of_the_readers_recovery(
    world: World, booked: Car, fault: str
) -> None:
    booked.reader.fault(fault)
    booked.present_badge(COLLEAGUE)
    world.run_for(90)
    booked.reader.fault(None)
    world.run_for(3)
    booked.present_badge(DRIVER)
    world.run_for(1.0)
    assert (booked.door, booked.starter_allowed) == ("unlocked", True)
    assert booked.report()["crashes"] == 0


def test_of_two_badges_in_one_wallet_one_is_read(world: World, booked: Car) -> None:
    booked.reader.present(DRIVER, 1.0)
    booked.reader.present(BADGE, 1.0, beside=True)
    world.run_for(1.0)
    assert booked.starter_allowed


def test_a_reader_that_cannot_wait_by_itself_is_polled(world: World, booked: Car) -> None:
    booked.reader.fault("no_auto_poll")
    world.run_for(120)
    booked.present_badge(DRIVER)
    world.run_for(1.0)
    assert booked.door == "unlocked"


@pytest.mark.parametrize("fault", RECEIVER_FAULTS)
def test_a_receiver_at_fault_crashes_nothing_and_the_kilometres_go_on_after_it(
    world: World, booked: Car, fault: str
) -> None:
    car = booked
    car.present_badge(DRIVER)
    world.run_for(5)
    car.crank()
    world.run_for(5)
    car.drive(50)
    world.run_for(60)
    car.gnss.fault(fault)
    world.run_for(120)
    assert car.starter_allowed, "law 1: the start of an open trip stays enabled"
    car.gnss.fault(None)
    world.run_for(10)
    before_m, driven_m = car.report()["odometer_m"], car.driven_m
    world.run_for(120)
    report = car.report()
    driven_m = car.driven_m - driven_m
    assert abs(report["odometer_m"] - before_m - driven_m) <= 0.01 * driven_m
    assert (report["crashes"], report["clock_source"]) == (0, 1)
