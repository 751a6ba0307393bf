"""Badges at a parked car with the real firmware: cards that prove themselves, copies, Wiegand."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.logic.access.card_keys import CARD_KEYS_FILE, CardKeys
from flasher.image import write_file
from shared_protocol import messages
from shared_protocol.badges import badge_tag
from simulator.devices.car import Car
from simulator.devices.ntag424 import Ntag424
from simulator.devices.pn532 import FAULTS as READER_FAULTS
from simulator.devices.pn532 import Pn532
from simulator.devices.pn532_cards import Card, Phone
from simulator.devices.wiegand_reader import FAULTS as WIEGAND_FAULTS
from simulator.devices.wiegand_reader import WiegandReader, frame
from simulator.engine.world import World
from tests.firmware.identity import IDENTITY, START_S
from tests.firmware.logic.held_sets import holding, parts_of, taken
from tests.firmware.logic.storage import MemoryStorage

CARD, KEY = bytes.fromhex("04a1b2c3d4e5f6"), bytes(range(16))
UID_ONLY = bytes.fromhex("04112233")
SHORT_NUMBER = bytes.fromhex("00112233")  # what 26 bits leave of it
STRANGER = bytes.fromhex("0badc0de")
TOUCH_S = 0.5

Park = Callable[..., Car]


def tag(uid: bytes) -> bytes:
    return badge_tag(bytes.fromhex(IDENTITY["badge_key"]), uid)  # type: ignore[arg-type]


@pytest.fixture
def world() -> Iterator[World]:
    with World(seed=5) as world:
        yield world


@pytest.fixture
def park(world: World, tmp_path: Path) -> Park:
    """A parked car, off line; its box knows the time, who may drive and the key of CARD."""

    def make(**identity: object) -> Car:
        image = tmp_path / "flash.img"
        car = Car(world, {**IDENTITY, **identity}, image)
        grants = [
            messages.Grant(tag(uid), 1, START_S - 3600, START_S + 86_400, messages.GRANT_BOOKING, 0)
            for uid in (CARD, UID_ONLY, SHORT_NUMBER)  # drivers of one booking
        ]
        state = MemoryStorage()
        holding(*grants, expires_s=START_S + 86_400, storage=state)
        hold_key(state, tag(CARD))
        for name, data in state.files.items():
            write_file(image, f"/state/{name}", data)
        car.modem.off()
        car.power_on()
        world.run_until(lambda: car.report()["clock_source"] == 1, 120)
        world.run_for(1)  # and that is recorded
        return car

    return make


def hold_key(state: MemoryStorage, badge_tag: bytes) -> None:
    """Put a set of one card's key into a box's flash."""
    keys = CardKeys(state)
    assert [taken(keys, part) for part in parts_of([messages.CardKey(badge_tag, KEY)])] == [True]


def opened(car: Car) -> bool:
    return (car.door, car.relay) == ("unlocked", "enabled")


def reds(car: Car) -> int:
    return sum(1 for _, name, level in car.signals if name == "red" and level)


def records(car: Car) -> int:
    made: int = car.report()["records_made"]
    return made


# Cards that prove themselves.


def test_a_genuine_card_opens_the_car_within_a_second(world: World, park: Park) -> None:
    car = park()
    car.present_badge(CARD, TOUCH_S, KEY)
    world.run_for(1.0)
    assert opened(car)
    world.run_for(10)
    assert reds(car) == 0
    assert car.report()["crashes"] == 0


def test_a_genuine_card_that_is_held_ends_its_trip(world: World, park: Park) -> None:
    car = park()
    car.present_badge(CARD, TOUCH_S, KEY)
    world.run_for(5)
    assert car.report()["trip_open"]
    car.present_badge(CARD, 4.0, KEY)
    world.run_for(6)
    assert not car.report()["trip_open"]
    assert car.door == "locked"


@pytest.mark.parametrize("key", [None, bytes(16)], ids=["its_uid_alone", "another_key"])
def test_a_copy_of_a_card_opens_nothing_and_is_recorded_once(
    world: World, park: Park, key: bytes | None
) -> None:
    car = park()
    made = records(car)
    car.present_badge(CARD, 6.0, key)
    world.run_for(8)
    assert (car.door, car.relay_changes) == ("locked", [])
    assert reds(car)
    assert records(car) == made + 1
    car.present_badge(CARD, TOUCH_S, KEY)
    world.run_for(1)
    assert opened(car), "the true card is not the worse for its copy"


def test_a_copy_of_its_drivers_card_ends_and_pauses_no_trip(world: World, park: Park) -> None:
    car = park()
    car.present_badge(CARD, TOUCH_S, KEY)
    world.run_for(5)
    for hold_s in (0.5, 4.0):
        car.present_badge(CARD, hold_s)
        world.run_for(hold_s + 3)
        assert opened(car)
        assert car.report()["trip_open"]


def test_a_card_without_a_key_in_the_box_opens_by_its_uid(world: World, park: Park) -> None:
    for present in (None, KEY):
        car = park()
        uid = UID_ONLY if present is None else CARD
        car.present_badge(uid, TOUCH_S, present)
        world.run_for(1)
        assert opened(car)
        car.kill()


def test_a_card_that_leaves_at_any_moment_of_its_proof_is_never_called_a_forger(
    world: World, park: Park
) -> None:
    car = park()
    made = records(car)
    for milliseconds in range(10, 260, 10):
        car.present_badge(CARD, milliseconds / 1000, KEY)
        world.run_for(1.5)
        if car.report()["trip_open"]:
            break
        assert records(car) == made, milliseconds
    assert opened(car), "the last was long enough"
    assert reds(car) == 0
    assert milliseconds > 100, "the sweep has met the proof"


def test_a_card_that_comes_right_back_is_tried_again_at_once(world: World, park: Park) -> None:
    car = park()
    car.present_badge(CARD, 0.1, KEY)
    world.run_for(0.15)
    car.present_badge(CARD, 0.6, KEY)
    world.run_for(1.0)
    assert opened(car)
    assert reds(car) == 0


def test_in_a_wallet_the_card_that_the_reader_found_is_the_one_that_must_prove_itself(
    world: World, park: Park
) -> None:
    car = park()
    car.reader.lay(Ntag424(CARD, KEY), 1.0)  # type: ignore[union-attr]
    car.reader.present(STRANGER, 1.0, beside=True)  # type: ignore[call-arg]
    world.run_for(1.0)
    assert opened(car)


@pytest.mark.parametrize("fault", READER_FAULTS)
def test_a_reader_at_fault_makes_no_forger_of_a_card_and_no_crash(
    world: World, park: Park, fault: str
) -> None:
    car = park()
    for begins_s in (0.0, 0.06, 0.10, 0.14):
        car.present_badge(CARD, 3.0, KEY)
        world.run_for(begins_s)
        car.reader.fault(fault)
        world.run_for(6)
        car.reader.fault(None)
        assert reds(car) == 0
        world.run_for(4)
    world.run_for(22)  # a reader that lost its power is found asleep within 20 s
    car.present_badge(CARD, 1.0, KEY)  # the car may be quiet
    world.run_for(1.5)
    assert car.starter_allowed
    assert car.report()["crashes"] == 0


def test_without_auto_poll_a_card_proves_itself_all_the_same(world: World, park: Park) -> None:
    car = park()
    car.reader.fault("no_auto_poll")
    world.run_for(70)
    car.present_badge(CARD, 1.0, KEY)
    world.run_for(1.0)
    assert opened(car)


# The reader rests while the car does (finding C8).


def test_the_reader_of_a_quiet_car_is_in_power_down_nine_tenths_of_the_time(
    world: World, park: Park
) -> None:
    car = park()
    assert isinstance(car.reader, Pn532)
    world.run_for(60)
    before = car.reader.duty()
    world.run_for(600)
    spent = [after - was for was, after in zip(before, car.reader.duty(), strict=True)]
    assert sum(spent) == pytest.approx(600)
    assert spent[2] >= 540
    assert spent[0] <= 36, "its field is on for a seventeenth at most"


@pytest.mark.parametrize("key", [None, KEY], ids=["its_uid", "a_proof"])
def test_a_badge_held_for_a_second_opens_a_quiet_car_at_whatever_moment_it_comes(
    world: World, park: Park, key: bytes | None
) -> None:
    car = park()
    uid = UID_ONLY if key is None else CARD
    for moment_ms in range(0, 750, 125):
        world.run_until(lambda: car.relay == "inhibited", 300)
        world.run_for(60 + moment_ms / 1000)
        changes = len(car.wires.door_changes)
        car.present_badge(uid, 1.0, key)
        world.run_for(1.5)
        assert len(car.wires.door_changes) == changes + 1, moment_ms
        world.run_for(3)
        car.present_badge(uid, 4.0, key)
        world.run_for(5)
        assert not car.report()["trip_open"]


# Phones and other cards beside the badge (finding L11).


def lay(car: Car, card: Card, hold_s: float) -> None:
    """Lay a card on the reader beside what is there."""
    assert isinstance(car.reader, Pn532)
    car.reader.lay(card, hold_s, beside=True)


def phone() -> Phone:
    return Phone(random.Random(8))


def test_a_phone_at_the_reader_is_no_badge_and_leaves_no_record(world: World, park: Park) -> None:
    car = park()
    made = records(car)
    lay(car, phone(), 300)
    world.run_for(310)
    assert (records(car), reds(car)) == (made, 0)
    assert car.report()["crashes"] == 0


COMPANIES = {
    "a_phone": lambda: [phone()],
    "a_card_of_somebody_else": lambda: [Card(STRANGER)],
    "a_phone_and_two_cards": lambda: [phone(), Card(STRANGER), Card(bytes(7))],
    "five_cards": lambda: [Card(bytes([4, 9, 9, number])) for number in range(5)],
}


@pytest.mark.parametrize("company", COMPANIES)
def test_a_badge_does_all_that_it_may_beside_cards_that_lie_at_the_reader(
    world: World, park: Park, company: str
) -> None:
    car = park()
    for card in COMPANIES[company]():
        lay(car, card, 600)
    world.run_for(10)
    made = records(car)
    lay(car, Card(UID_ONLY), TOUCH_S)
    world.run_for(1)
    assert opened(car)
    world.run_for(4)
    lay(car, Card(UID_ONLY), TOUCH_S)
    world.run_for(4)
    assert (car.door, car.report()["trip_open"]) == ("locked", True), "paused"
    lay(car, Card(UID_ONLY), 4.0)
    world.run_for(6)
    assert (car.door, car.report()["trip_open"]) == ("locked", False)
    world.run_for(20)
    assert records(car) <= made + 6, "start, relay, pause, relay, resume, end: no refusal"


@pytest.mark.parametrize("company", COMPANIES)
def test_of_the_cards_in_a_wallet_the_one_with_a_right_opens_and_ends(
    world: World, park: Park, company: str
) -> None:
    car = park()
    for hold_s in (1.0, 4.5):
        made, red = records(car), reds(car)
        for card in COMPANIES[company]():
            lay(car, card, hold_s)
        lay(car, Card(UID_ONLY), hold_s)
        world.run_for(hold_s + 4)
        assert car.report()["trip_open"] is (hold_s == 1.0)
        assert reds(car) == red
        assert records(car) <= made + 2, "start, relay; end"


def test_a_refused_card_that_is_left_at_the_reader_makes_one_record(
    world: World, park: Park
) -> None:
    car = park()
    made = records(car)
    lay(car, Card(STRANGER), 120)
    world.run_for(130)
    assert records(car) == made + 1


FLICKERS = [(0.35, 0.3), (0.35, 0.5), (0.4, 0.6), (1.0, 0.7)]
"""Seconds seen and seconds lost; longer lost than a poll, and shorter than somebody comes back."""


@pytest.mark.parametrize(("seen_s", "lost_s"), FLICKERS)
def test_a_card_that_flickers_is_refused_once(
    world: World, park: Park, seen_s: float, lost_s: float
) -> None:
    car = park()
    made = records(car)
    for _ in range(20):
        lay(car, Card(STRANGER), seen_s)
        world.run_for(seen_s + lost_s)
    assert records(car) == made + 1


@pytest.mark.parametrize(("seen_s", "lost_s"), FLICKERS)
def test_a_held_badge_that_flickers_ends_the_trip_and_pauses_nothing(
    world: World, park: Park, seen_s: float, lost_s: float
) -> None:
    car = park()
    car.present_badge(UID_ONLY, TOUCH_S)
    world.run_for(5)
    changes = len(car.wires.door_changes)
    for _ in range(6):
        lay(car, Card(UID_ONLY), seen_s)
        world.run_for(seen_s + lost_s)
    world.run_for(3)
    assert not car.report()["trip_open"]
    assert [state for _, state in car.wires.door_changes[changes:]] == ["locked"]


# A Wiegand reader.


@pytest.fixture
def wiegand(park: Park) -> Car:
    return park(reader="wiegand")


def reader_of(car: Car) -> WiegandReader:
    assert isinstance(car.reader, WiegandReader)
    return car.reader


def test_a_wiegand_badge_opens_within_half_a_second(world: World, wiegand: Car) -> None:
    wiegand.present_badge(UID_ONLY)
    world.run_until(lambda: opened(wiegand), 0.5)
    world.run_for(20)
    assert wiegand.report()["crashes"] == 0
    assert wiegand.box.console() == ""


def test_a_badge_shown_once_pauses_and_shown_twice_ends_the_trip(
    world: World, wiegand: Car
) -> None:
    wiegand.present_badge(UID_ONLY)
    world.run_for(10)
    assert opened(wiegand)
    wiegand.present_badge(UID_ONLY)
    world.run_for(8)
    assert (wiegand.door, wiegand.report()["trip_open"]) == ("locked", True)
    wiegand.present_badge(UID_ONLY)
    world.run_for(8)
    assert opened(wiegand)
    wiegand.present_badge(UID_ONLY)
    world.run_for(2.5)
    wiegand.present_badge(UID_ONLY)
    world.run_for(1)
    assert (wiegand.door, wiegand.report()["trip_open"]) == ("locked", False)


def test_where_a_reader_repeats_a_held_badge_ends_the_trip_and_counts_once(
    world: World, wiegand: Car
) -> None:
    reader_of(wiegand).repeat_s = 0.4
    for trip_open in (True, False, True):
        wiegand.present_badge(UID_ONLY, hold_s=4)
        world.run_for(12)
        assert wiegand.report()["trip_open"] is trip_open


def test_26_bits_carry_the_end_of_a_number(world: World, wiegand: Car) -> None:
    reader_of(wiegand).send(frame(UID_ONLY[1:]))
    world.run_for(1)
    assert opened(wiegand), "the badge is registered as 00 and its last three bytes"


@pytest.mark.parametrize("fault", WIEGAND_FAULTS)
def test_what_is_no_whole_frame_opens_nothing_and_the_next_badge_does(
    world: World, wiegand: Car, fault: str
) -> None:
    made = records(wiegand)
    reader_of(wiegand).fault(fault)
    for _ in range(3):
        wiegand.present_badge(UID_ONLY)
        world.run_for(1)
    assert wiegand.relay_changes == []
    assert records(wiegand) == made
    reader_of(wiegand).fault(None)
    wiegand.present_badge(UID_ONLY)
    world.run_for(1)
    assert opened(wiegand)


def test_pulses_without_end_and_at_random_crash_nothing(world: World, wiegand: Car) -> None:
    chance = random.Random(3)
    reader = reader_of(wiegand)
    reader.send([chance.getrandbits(1) for _ in range(400)])
    world.run_for(1)
    for _ in range(20):
        reader.send([chance.getrandbits(1) for _ in range(chance.randrange(1, 60))])
        world.run_for(0.2)
    world.run_for(1)
    assert wiegand.report()["crashes"] == 0
    wiegand.present_badge(UID_ONLY)
    world.run_for(1)
    assert opened(wiegand)


def test_a_card_that_must_prove_itself_cannot_at_a_wiegand_reader(
    world: World, wiegand: Car
) -> None:
    """No card's number here has a key: the box is told one of a card that has."""
    number = CARD[-4:]
    state = MemoryStorage()
    hold_key(state, tag(number))
    wiegand.kill()
    write_file(wiegand.box.image, f"/state/{CARD_KEYS_FILE}", state.files[CARD_KEYS_FILE])
    wiegand.power_on()
    world.run_for(20)
    made = records(wiegand)
    wiegand.present_badge(CARD, TOUCH_S, KEY)
    world.run_for(8)
    assert wiegand.relay_changes == []
    assert (reds(wiegand) > 0, records(wiegand)) == (True, made + 1)


def test_a_badge_is_read_whatever_the_makers_interval_is(world: World, wiegand: Car) -> None:
    reader = reader_of(wiegand)
    made = records(wiegand)
    for number, interval_s in enumerate((0.0002, 0.001, 0.002, 0.02), start=1):
        reader._interval_s = interval_s
        wiegand.present_badge(STRANGER)
        world.run_for(6)
        assert records(wiegand) == made + number, "each is read, and refused"
