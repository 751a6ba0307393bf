"""What a scenario may say, and that a mistake is named with its line."""

import inspect

import pytest

from simulator.devices.modem.surroundings import Surroundings
from simulator.errors import InputError
from simulator.play.reading import built_in, parse, read
from simulator.play.scenario import Booking, Driver
from simulator.play.words.registry import WORDS, explained

KINDS = ("DRIVER", "PLATE", "EQUIPMENT", "TIME", "NUMBER")

HEAD = """# A day.
start 2026-09-21 07:30
car AB-123-CD at Préfecture
driver marie badge 04a1b2c3d4e5f6
booking marie 07:00 12:00
"""


def test_a_scenario_is_read_with_its_times() -> None:
    scenario = parse("day", HEAD + "07:35 badge marie\n+2m drive Antarès # far\n... hold marie\n")
    assert (scenario.about, scenario.plate, scenario.place) == (
        "A day.",
        "AB-123-CD",
        "Préfecture",
    )
    begins_s, ends_s = scenario.start_s - 1800, scenario.start_s + 16_200
    assert scenario.bookings == [Booking("marie", begins_s, ends_s, "AB-123-CD")]
    badge, drive, hold = scenario.steps
    assert (badge.at_s, badge.arguments) == (scenario.start_s + 300, ("marie",))
    assert (drive.after_s, drive.action, drive.arguments) == (120, "drive", ("Antarès",))
    assert (hold.at_s, hold.after_s) == (None, None)


def test_what_the_modem_finds_and_what_the_box_is_told_of_it_are_read() -> None:
    scenario = parse(
        "card",
        HEAD + "sim wants apn fleet.example login box:s3cret pin 4321\n"
        "modem holds apn stale.example\n"
        "box knows apn fleet.example login box:s3cret\n"
        "+1d wait\n",
    )
    assert scenario.modem_finds == Surroundings(
        held_apn="stale.example",
        wanted_apn="fleet.example",
        wanted_login="box:s3cret",
        pin="4321",
    )
    assert scenario.box_knows == {"apn": "fleet.example", "login": "box:s3cret"}


def test_what_a_car_and_its_people_have_is_read() -> None:
    scenario = parse(
        "pool",
        "start 2026-09-21 07:30\n"
        "car AB-123-CD at Parking République walk-up private-use\n"
        "fitted key_holder door_contact\n"
        "second car EF-456-GH\n"
        f"driver marie badge 04a1b2c3d4e5f6 key {bytes(16).hex()}\n"
        "driver paul badge 04a1b2c4 role technician unlicensed\n"
        "booking marie 07:00 12:00+2d of EF-456-GH with paul passengers paul marie private\n"
        "equipment SIEGE-1 SIEGE-2\n"
        "booking paul 07:00-7d 08:00-7d weeks 3 equipment SIEGE-2\n"
        "maintenance 08:00 09:00\n"
        "+1d wait\n",
    )
    assert (scenario.place, scenario.walk_up) == ("Parking République", True)
    assert scenario.private_use
    assert scenario.fitted == ("key_holder", "door_contact")
    assert scenario.drivers["marie"] == Driver(bytes.fromhex("04a1b2c3d4e5f6"), bytes(16))
    assert (scenario.drivers["paul"].role, scenario.drivers["paul"].licensed) == (
        "technician",
        False,
    )
    begins_s = scenario.start_s - 1800
    booked, weekly = scenario.bookings
    assert (scenario.equipment, weekly.equipment) == (("SIEGE-1", "SIEGE-2"), ("SIEGE-2",))
    assert (weekly.weeks, weekly.begins_s) == (3, begins_s - 7 * 86_400)
    assert (booked.plate, booked.private) == ("EF-456-GH", True)
    assert booked.ends_s - booked.begins_s == 2 * 86_400 + 5 * 3600
    assert (booked.drivers, booked.passengers) == (("paul",), ("paul", "marie"))
    assert scenario.maintenance == [(begins_s + 3600, begins_s + 7200)]
    assert scenario.steps[0].after_s == 86_400


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("+5s expect signal sad", "'sad' is not one of"),
        ("+5s expect signal refused sadly", "'sadly' is not one of"),
        ("+5s expect end happily", "'happily' is not one of"),
        ("+5s move marie to ZZ-1", "'ZZ-1' is not one of AB-123-CD"),
        ("+5s extend marie to soon", "'soon' is no time: HH:MM"),
        ("+5s book marie soon 12:00", "'soon' is no time: HH:MM"),
        ("+5s book marie 25:00 26:00", "no time of a day"),
        ("+5s revoke paul", "'paul' is not one of marie"),
        ("+5s command end", "'end' is not one of"),
        ("+5x badge marie", "no time"),
        ("bokking marie 07:00 12:00", "none of start, car, fitted"),
        ("25:00 badge marie", "no time of a day"),
        ("+5s badge paul", "'paul' is not one of marie, stranger"),
        ("+5s fly Antarès", "no such word"),
        ("+5s expect trip 1", "did you mean 'expect trips'? there are badge, hold,"),
        ("+5s drive Paris", "'Paris' is not one of"),
        ("+5s modem broken", "'broken' is not one of"),
        ("+5s expect mileage within a bit %", "expected within NUMBER %"),
        ("+5s expect mileage within x %", "a number"),
        ("+5s badge", "expected DRIVER|stranger"),
    ],
)
def test_a_wrong_step_is_named_with_its_line(line: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        parse("day", HEAD + line)
    assert "day, line 6: " in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "needs a `start`"),
        ("car A at Préfecture\n+1s badge x", "no time|`start"),
        ("start yesterday", "expected `start"),
        (HEAD + "car A at Paris", "places:"),
        (HEAD + "driver x badge 04", "4, 7 or 10 bytes"),
        (HEAD + "driver x badge 04a1b2c3 key 00", "16 bytes"),
        (HEAD + "driver x badge 04a1b2c3 role king", "a role is one of"),
        (HEAD + "driver x badge 04a1b2c3 unlicensed yet", "behind `unlicensed`"),
        (HEAD + "fitted wings", "key_holder"),
        (HEAD + "second bike B", "second car PLATE"),
        (HEAD + "maintenance 09:00", "maintenance FROM TO"),
        (HEAD + "maintenance 09:00 08:00", "ends before it begins"),
        (HEAD + "booking marie 13:00 14:00 of EF-456-GH", "a car named above"),
        (HEAD + "booking marie 13:00 14:00 with paul", "named above"),
        (HEAD + "booking marie 13:00 14:00 private car", "behind `private`"),
        (HEAD + "booking paul 07:00 08:00", "named above"),
        (HEAD + "booking marie 09:00 08:00", "ends before it begins"),
        (HEAD + "sim has pin 1234", "expected `wants` and one word behind each"),
        (HEAD + "sim wants", "expected `wants` and one word behind each of apn, login, pin"),
        (HEAD + "modem holds apn", "expected `holds` and one word behind each of apn"),
        (HEAD + "box knows pin 12 34", "expected `knows` and one word"),
        (HEAD + "+1s wait\nbooking marie 13:00 14:00", "before the first step"),
    ],
)
def test_a_wrong_head_is_named(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse("day", text)


def test_every_scenario_that_comes_along_can_be_read_and_says_what_it_is_about() -> None:
    assert "month" in built_in()
    for name in built_in():
        assert read(name).about


def test_a_name_that_is_none_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"nowhere.*run --list"):
        read("nowhere")


def test_every_word_has_a_meaning_and_a_function_that_takes_what_stands_behind_it() -> None:
    for text, word in WORDS.items():
        assert inspect.getdoc(word.do), text
        given = [each for each in word.arguments if "|" in each or each in KINDS]
        inspect.signature(word.do).bind("stage", *given)


def test_the_words_that_people_see_are_those_there_are() -> None:
    lines = "\n".join(explained())
    assert all(f"\n{text}" in f"\n{lines}" for text in WORDS)
    assert "extend DRIVER to TIME\n    Let one's last booking end later." in lines
