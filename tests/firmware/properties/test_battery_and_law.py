"""What the battery says changes nothing of what the car decides: doors, relay and trip."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.logic.signs.battery import BatteryStage
from shared_protocol.records import Battery, decode_body
from tests.firmware.tasks.vehicle_bench import (
    MARIE,
    PAUL,
    STRANGER,
    Box,
    Flash,
    Wiring,
    hold,
    start,
)
from tests.support import examples

ACTS = {
    "marie": lambda box: start(box, MARIE),
    "paul": lambda box: start(box, PAUL),
    "stranger": lambda box: start(box, STRANGER),
    "marie ends": lambda box: hold(box, MARIE),
    "stands": lambda box: box.stand(70),
    "is parked": lambda box: box.stand(1000),
    "drives": lambda box: box.drive(20, 14_000),
    "waits": lambda box: box.drive(70, 0),
}
Day = list[tuple[str, int]]


async def live(day: Day, reads_battery: bool) -> tuple[list[object], int]:
    """What the wires did and what was recorded, but of the battery; and how often it was told."""
    wires, flash = Wiring(), Flash()
    box = Box(wires, flash, Flash())
    battery = BatteryStage(0)
    for act, millivolts in day:
        wires.on = False
        await ACTS[act](box)
        if reads_battery:  # as application.py has it done with a look
            box.recorder.write(battery.read(millivolts, wires.ms), wires.ms)
    told, others = 0, []
    seq = box.journal.lowest_seq
    while seq < box.journal.next_seq:
        seq, records, _ = box.journal.read(seq)
        seq += len(records)
        for record in records:
            body = decode_body(record.kind, record.body)
            told += isinstance(body, Battery)
            others += [] if isinstance(body, Battery) else [(record.time_s, body)]
    done = [wires.log, wires.state, box.trip.open, box.trip.paused, others]
    return done, told


days = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from([0, 9_500, 11_400, 12_100, 14_200])),
    min_size=1,
    max_size=8,
)


@settings(max_examples=examples(60), deadline=None)
@given(day=days)
def test_a_car_does_the_same_with_any_battery_and_with_none(day: Day) -> None:
    with_battery, _ = asyncio.run(live(day, reads_battery=True))
    without, told = asyncio.run(live(day, reads_battery=False))
    assert told == 0
    assert with_battery == without


def test_an_empty_battery_was_told_on_such_a_day() -> None:
    day = [("marie", 11_400), ("marie ends", 11_400), ("is parked", 11_400), ("stands", 11_400)]
    _, told = asyncio.run(live(day, reads_battery=True))
    assert told == 1
