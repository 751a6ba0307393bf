"""Law 1 in a bench test, whatever hands and satellites do: the test has no law of its own.

The checker remembers each second since the release, and shares no code with the box. It is stricter
than the law of a car in use: a bench test waits for a known stillness and never for ten minutes.
"""

import asyncio
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.logic.access.immobiliser import Immobiliser
from firmware.logic.link.journal import Journal
from firmware.logic.road.standing import Standing
from firmware.logic.trip.trip import Trip
from firmware.selftest.wires import Wires
from shared_protocol.records import RELAY_ENABLED, RELAY_INHIBITED, RELAY_UNKNOWN, decode_body
from tests.firmware.logic.storage import MemoryStorage
from tests.support import examples

spells = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 10, 59, 60, 61, 64, 65, 66, 120]),  # how long, s
        st.booleans(),  # ignition on
        st.sampled_from([None, 0, 0, 100, 500, 501, 14_000]),  # the trusted speed, mm/s
        st.booleans(),  # a trip is open: as nobody can make it be, but a fault of ours
    ),
    min_size=1,
    max_size=12,
)


class Bench:
    """Wires in which a second passes at each wait, after one of `spells`' looks."""

    def __init__(self, spells: list[tuple[int, bool, int | None, bool]], contact: int) -> None:
        self.seconds = [spell[1:] for spell in spells for _ in range(spell[0])]
        self.now_s = 0
        self.past: list[tuple[bool, int | None, bool]] = []  # of each second since the release
        self.contact = contact
        self.inhibited_at_s: int | None = None
        ignition_on, self.speed_mm_s, held = self.seconds[0]
        self.ignition = SimpleNamespace(on=ignition_on, look=lambda: self.ignition.on)
        self.storage = MemoryStorage()
        self.trip = SimpleNamespace(holds_start=held, to_bytes=bytes, apply=lambda record: None)
        self.wires = Wires(
            uptime=SimpleNamespace(now_ms=lambda: self.now_s * 1000),
            ignition=self.ignition,
            cranks=lambda: False,
            relay=SimpleNamespace(
                contact=lambda: self.contact, enable=self.enable, inhibit=self.inhibit
            ),
            immobiliser=Immobiliser(contact, 0),
            standing=Standing(0),
            whereabouts=SimpleNamespace(speed_mm_s=lambda now_ms: self.speed_mm_s),
            millivolts=lambda: 12_500,
            journal=Journal(self.storage),
            trip=self.trip,
        )

    async def enable(self) -> None:
        self.contact = RELAY_ENABLED
        self.past = []

    async def inhibit(self) -> None:
        assert may_inhibit(self.past), self.past[-70:]
        self.contact = RELAY_INHIBITED
        self.inhibited_at_s = self.now_s

    async def second(self, _: float) -> None:
        self.now_s += 1
        if self.now_s < len(self.seconds):
            self.ignition.on, self.speed_mm_s, self.trip.holds_start = self.seconds[self.now_s]
        self.past.append((self.ignition.on, self.speed_mm_s, self.trip.holds_start))
        self.wires.look()


def may_inhibit(past: list[tuple[bool, int | None, bool]]) -> bool:
    off = [not on for on, _, _ in past]
    still = [speed is not None and speed <= 500 for _, speed, _ in past]
    return len(past) > 65 and all(off[-66:]) and all(still[-61:]) and not past[-1][2]


@settings(max_examples=examples(300))
@given(
    spells=spells,
    contact=st.sampled_from([RELAY_ENABLED, RELAY_INHIBITED]),
    limit_s=st.sampled_from([30, 120, 400]),
)
def test_the_relay_is_inhibited_only_as_the_law_allows_and_then_without_delay(
    spells: list[tuple[int, bool, int | None, bool]], contact: int, limit_s: int
) -> None:
    bench = Bench(spells, contact)

    async def release_and_inhibit() -> None:
        await bench.wires.release()
        await bench.wires.inhibit(limit_s * 1000)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("firmware.selftest.wires.asyncio.sleep", bench.second)
        asyncio.run(release_and_inhibit())
    before, released, inhibited = bench.wires.shown
    assert (before, released) == (contact, RELAY_ENABLED)
    if bench.inhibited_at_s is None:
        assert inhibited == RELAY_UNKNOWN
        assert bench.now_s >= limit_s
        assert not any(may_inhibit(bench.past[:count]) for count in range(66, limit_s))
    else:
        assert inhibited == RELAY_INHIBITED
        allowed = [count for count in range(len(bench.past)) if may_inhibit(bench.past[:count])]
        assert bench.inhibited_at_s - allowed[0] <= 1


def test_what_the_relay_did_is_in_flash_so_that_the_application_owes_a_pulse_after_a_release() -> (
    None
):
    bench = Bench([(400, False, 0, False)], RELAY_INHIBITED)
    owed = []

    async def release_and_inhibit() -> None:
        await bench.wires.release()
        owed.append(replayed(bench.storage).owes_inhibit)
        await bench.wires.inhibit(200_000)
        owed.append(replayed(bench.storage).owes_inhibit)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("firmware.selftest.wires.asyncio.sleep", bench.second)
        asyncio.run(release_and_inhibit())
    assert owed == [True, False]


def replayed(storage: MemoryStorage) -> Trip:
    """The trip as the application finds it at its start."""
    journal = Journal(storage)
    trip = Trip(journal.state, 0)
    for record in journal.replay():
        trip.apply(decode_body(record.kind, record.body), record.time_s)
    return trip
