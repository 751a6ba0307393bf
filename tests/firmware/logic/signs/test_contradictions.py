"""What contact, crank and motion say against each other is told once, and single looks never."""

from firmware.logic.signs.contradictions import Contradictions
from firmware.logic.signs.startable import TELL_AFTER_MS, Watch
from shared_protocol.records import (
    CONTRADICTION_CRANKED,
    CONTRADICTION_DRIVEN,
    CONTRADICTION_IGNITION_OFF,
    CONTRADICTION_NEVER_OPENS,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    STARTABLE_NO_SIGN,
    Contradiction,
    Startable,
)

DRIVES = {
    "contact": RELAY_INHIBITED,
    "ignition_on": True,
    "cranked": False,
    "speed_mm_s": 9_000,
    "line_denied": False,
}
DAY_S = 86_400


class Car:
    def __init__(self):
        self.signs = Contradictions(0)
        self.second = 0

    def sees(self, seconds=1, **what):
        """The kinds told in so many looks, one a second."""
        told = []
        look = dict(DRIVES)
        look.update(what)
        for _ in range(seconds):
            self.second += 1
            told += self.signs.look(self.second * 1000, **look)
        return [record.signs for record in told if isinstance(record, Contradiction)]


def test_who_drives_with_the_start_inhibited_is_told_once():
    for cranked, kind in ((True, CONTRADICTION_CRANKED), (False, CONTRADICTION_DRIVEN)):
        car = Car()
        assert car.sees(cranked=cranked, speed_mm_s=0) == []
        assert car.sees(10) == []
        assert car.sees(3600) == [kind]


def test_ten_seconds_have_to_be_unbroken():
    for name, value in (
        ("speed_mm_s", None),
        ("speed_mm_s", 4_999),
        ("ignition_on", False),
        ("contact", RELAY_ENABLED),
    ):
        car = Car()
        for _ in range(100):
            assert car.sees(10) == []
            assert car.sees(1, **{name: value}) == []


def test_a_crank_of_an_earlier_drive_is_none_of_this_one():
    car = Car()
    car.sees(cranked=True, contact=RELAY_ENABLED)
    car.sees(ignition_on=False)
    assert car.sees(11) == [CONTRADICTION_DRIVEN]


def test_it_is_told_again_in_the_next_trip_and_on_the_next_day():
    car = Car()
    assert car.sees(11) == [CONTRADICTION_DRIVEN]
    car.signs.begin_trip()
    assert car.sees(1) == [CONTRADICTION_DRIVEN]
    assert car.sees(DAY_S - 1) == []
    assert car.sees(1) == [CONTRADICTION_DRIVEN]


def test_a_contact_that_never_opens_is_told_after_three_pulses():
    car = Car()
    enabled = {"contact": RELAY_ENABLED, "ignition_on": False}
    for _ in range(2):
        car.signs.inhibits()
        assert car.sees(**enabled) == []
    car.sees(contact=RELAY_INHIBITED)
    for _ in range(3):
        assert car.sees(**enabled) == []
        car.signs.inhibits()
    assert car.sees(60, **enabled) == [CONTRADICTION_NEVER_OPENS]


def test_a_line_that_is_off_while_the_car_moves_is_told():
    off = {"contact": RELAY_ENABLED, "ignition_on": False, "line_denied": True}
    assert Car().sees(60, **off) == [CONTRADICTION_IGNITION_OFF]


def test_a_startable_car_of_nobody_is_told_once_within_the_hour_and_not_before_law_1_is_done():
    watch = Watch()
    told = []
    for ms in range(0, 10_000_000, 1000):
        records = watch.step(ms, True, STARTABLE_NO_SIGN)
        if records:
            told.append((ms, records))
    assert told == [(TELL_AFTER_MS, (Startable(STARTABLE_NO_SIGN),))]
    assert 12 * 60_000 < TELL_AFTER_MS < 60 * 60_000
    assert watch.step(10_000_000, False, STARTABLE_NO_SIGN) == ()
    assert watch.step(10_001_000, True, STARTABLE_NO_SIGN) == (), "its time begins anew"


def test_the_half_hour_counts_from_the_look_at_which_the_car_became_startable():
    watch = Watch()
    for since_ms in (5_000_000, 9_000_000):
        due_ms = since_ms + TELL_AFTER_MS
        for ms, is_told in ((since_ms, False), (due_ms - 1, False), (due_ms, True)):
            records = (Startable(STARTABLE_NO_SIGN),) if is_told else ()
            assert watch.step(ms, True, STARTABLE_NO_SIGN) == records
        assert watch.step(due_ms + 1, False, STARTABLE_NO_SIGN) == (), "somebody has it"
