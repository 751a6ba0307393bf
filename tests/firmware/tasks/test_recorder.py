"""What waits for company, what takes it along, and what a full flash refuses first."""

import asyncio
from collections.abc import Callable

import pytest

from firmware.logic.access.ration import Ration
from firmware.logic.clock import Clock
from firmware.logic.link.journal import Journal
from firmware.logic.link.uplink import Uplink
from firmware.logic.trip.trip import Trip
from firmware.tasks.recorder import Recorder
from shared_protocol.records import (
    END_BADGE_HELD,
    Battery,
    LegEnd,
    Odometer,
    Refusal,
    Relay,
    TripEnd,
    TripStart,
    decode_body,
)
from tests.firmware.logic.storage import MemoryStorage

EVENT = Relay(1, 1)
START = TripStart(b"marie---", 1, 1000, 0, 0, 0, 0)
SINGLY = 6


class Box:
    """Journal, trip and recorder on a flash that stays."""

    def __init__(self, storage: MemoryStorage) -> None:
        self.storage = storage
        self.journal = Journal(storage, 300, 300 * 16)
        self.trip = Trip(self.journal.state)
        for record in self.journal.replay():
            self.trip.apply(decode_body(record.kind, record.body), record.time_s)
        self.wake_link = asyncio.Event()
        self.recorder = Recorder(
            journal=self.journal,
            trip=self.trip,
            clock=Clock(0),
            uplink=Uplink(self.journal),
            wake_link=self.wake_link,
            refusals=Ration(),
        )

    def facts(self) -> list[object]:
        found, seq = [], self.journal.lowest_seq
        while seq < self.journal.next_seq:
            seq, records, _ = self.journal.read(seq)
            seq += len(records)
            found += [decode_body(record.kind, record.body) for record in records]
        return found

    def drive(self, first_m: int, count: int, now_ms: int = 0) -> None:
        for i in range(count):
            self.recorder.write((Odometer(first_m + i),), now_ms)


@pytest.fixture
def boot() -> Callable[[], Box]:
    storage = MemoryStorage()
    return lambda: Box(storage)


def test_three_odometers_go_to_flash_together(boot) -> None:
    box = boot()
    box.drive(1, 2)
    assert (box.facts(), box.journal.next_seq, box.recorder.made) == ([], 1, 0)
    assert not box.wake_link.is_set(), "nothing is there to be sent"
    box.drive(3, 1)
    assert box.facts() == [Odometer(n) for n in range(1, 4)]
    assert (box.storage.writes, box.recorder.made, box.wake_link.is_set()) == (1, 3, True)


def test_an_odometer_waits_for_twenty_seconds_at_most(boot) -> None:
    box = boot()
    box.drive(1, 1, now_ms=5_000)
    box.drive(2, 1, now_ms=15_000)
    box.recorder.step(24_999)
    assert box.facts() == []
    box.recorder.step(25_000)
    assert box.facts() == [Odometer(1), Odometer(2)]
    box.recorder.step(70_000)
    assert box.storage.writes == 1


def test_anything_else_is_in_flash_at_once_and_takes_what_waits_along(boot) -> None:
    box = boot()
    box.drive(1, 2)
    assert box.recorder.write((LegEnd(3), EVENT), 0)
    assert box.facts() == [Odometer(1), Odometer(2), LegEnd(3), EVENT]
    assert box.storage.writes == 1


def test_the_first_odometers_of_a_drive_do_not_wait(boot) -> None:
    box = boot()
    box.recorder.write((EVENT,), 0)
    for number in range(1, SINGLY + 1):
        box.drive(number, 1)
        assert box.facts()[1:] == [Odometer(n) for n in range(1, number + 1)]
    box.drive(SINGLY + 1, 2)
    assert len(box.facts()) == 1 + SINGLY


def test_the_trip_follows_at_once_and_a_power_loss_takes_only_what_waited(boot) -> None:
    box = boot()
    box.recorder.write((START,), 0)
    box.drive(1001, SINGLY + 2)
    assert box.trip.odometer_m == 1000 + SINGLY + 2
    again = boot()
    assert (again.trip.open, again.trip.odometer_m) == (True, 1000 + SINGLY)
    for number in range(60):  # over many segments, at every phase of a batch
        again.drive(2000 + number, 1)
        known = again.journal.next_seq
        later = boot()
        assert later.trip.open
        assert later.journal.next_seq == known
        odometers = [fact.odometer_m for fact in later.facts() if hasattr(fact, "odometer_m")]
        assert later.trip.odometer_m == odometers[-1]


def test_a_trip_that_flash_did_not_take_is_in_the_state_of_the_next_segment(boot) -> None:
    box = boot()
    box.recorder.write((EVENT,), 0)
    box.storage.full = True
    assert not box.recorder.write((START,), 0)
    assert (box.trip.open, box.recorder.lost) == (True, 1)
    box.storage.full = False
    assert box.recorder.write((EVENT,), 0)
    assert boot().trip.open, "though no record says so"


def test_odometers_are_the_first_that_a_full_flash_refuses(boot) -> None:
    box = boot()
    while box.journal.has_room:
        box.drive(box.journal.next_seq, 6)
    lost = box.recorder.lost
    made = box.journal.next_seq
    box.drive(100_000, 20)
    assert (box.recorder.lost, box.journal.next_seq) == (lost + 20, made)
    assert box.trip.odometer_m == 100_019, "the kilometres go on"
    for fact in (START, EVENT, TripEnd(100_019, 0, 0, END_BADGE_HELD)):
        assert box.recorder.write((fact,), 0)
    while box.recorder.write((EVENT,), 0):
        pass
    assert box.facts()[0] == Odometer(1), "nothing recorded ever makes room"
    box.journal.acknowledge(made)
    box.drive(200_000, 6)
    assert box.recorder.write((EVENT,), 0)
    assert box.facts()[-7:] == [*(Odometer(200_000 + i) for i in range(6)), EVENT]


def test_a_fact_that_is_no_record_costs_only_itself(boot) -> None:
    box = boot()
    assert not box.recorder.write((Relay(999, 1), EVENT), 0)
    assert (box.facts(), box.recorder.lost) == ([EVENT], 1)


# Refused badges (finding L11).

DAY_MS = 86_400_000
A_DAY = 30  # of each reason


def refuse(box: Box, count: int, reason: int = 1, now_ms: int = 0) -> None:
    for number in range(count):
        box.recorder.write((Refusal(number.to_bytes(8, "big"), reason),), now_ms)


def test_however_often_a_badge_is_refused_every_event_of_a_trip_finds_room(boot) -> None:
    box = boot()
    box.recorder.write((START,), 0)
    for day in range(40):
        refuse(box, 1000, now_ms=day * DAY_MS)
    assert box.recorder.write((TripEnd(2000, 0, 0, END_BADGE_HELD),), 40 * DAY_MS)
    assert not boot().trip.open
    assert box.facts()[0] == START


def test_a_day_has_so_many_refusals_of_each_reason_and_the_next_day_as_many_again(boot) -> None:
    box = boot()
    for day in (0, 1, 5):
        known = box.journal.next_seq
        for reason in (1, 3):
            refuse(box, 50, reason, now_ms=day * DAY_MS + reason)
        reasons = [fact.reason for fact in box.facts()]
        assert reasons == [1] * A_DAY + [3] * A_DAY, "a stranger's cards hide no other refusal"
        refuse(box, 1, 1, now_ms=(day + 1) * DAY_MS - 1)
        assert box.journal.next_seq == known + 2 * A_DAY
        box.journal.acknowledge(box.journal.next_seq - 1)
    assert box.recorder.lost == 0, "what is told often enough is not lost"


@pytest.mark.parametrize("told_often", [Refusal(bytes(8), 1), Battery(2, 11_900, 11_850)])
def test_what_is_told_often_never_takes_the_room_that_is_kept_for_trips(boot, told_often) -> None:
    box = boot()
    while box.journal.has_room:
        box.drive(box.journal.next_seq, 6)
    known = box.journal.next_seq
    assert not box.recorder.write((told_often,), 0)
    assert box.journal.next_seq == known
    assert box.recorder.write((START,), 0)
