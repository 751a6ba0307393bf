"""Whatever happens to badges, people and the database: every trip is theirs whose it was.

Badges change hands, people leave or move to another directorate, copies of the database come back,
and the car tells late, twice, or without knowing the time. Then every trip belongs to who held
badge and booking when it was driven, as far as that is on record, and nobody else can read it.
"""

import asyncio
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.actions import Actions, Operator, Person, trips
from server.actions.people import register
from server.actions.tools import wakes_nobody
from server.fleet import fleet_file
from server.fleet.model.trips import TripFilter
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Reason, Refused
from server.gateway.pipeline import Pipeline
from server.store import Store, backup
from shared_protocol import records
from shared_protocol.badges import badge_tag
from tests.fleet import CAR, HOUR_S, NOW_S, agent, copied, fit_box, fleet, in_role, vehicle, wanted
from tests.server.own_time.one_car import PLACE, WALK_UP
from tests.server.web.sample import StillClock
from tests.support import examples

LOGINS = ("anne.un", "bruno.deux", "chloe.trois")
UNITS = ("DDT", "DDPP")  # of the numbers 1 and 2
UIDS = tuple(bytes([4, 0, 0, 0, 0, 0, n]) for n in (1, 2, 3))
Spans = list[tuple[int, int]]  # since when, and what


async def three_people(store: Store) -> None:
    """A car with a box, and three agents with a badge each."""
    people = [agent(login, uid) for login, uid in zip(LOGINS, UIDS, strict=True)]
    text = json.dumps(fleet([vehicle("AB-123-CD")], people, []))
    await store.fleet.load(fleet_file.parse(text), {}, NOW_S)
    await fit_box(store)


def during(spans: Spans, from_s: int, to_s: int) -> set[int]:
    """What held at any time of these seconds."""
    ends = [since for since, _ in spans[1:]] + [1 << 40]
    return {
        what
        for (since, what), end in zip(spans, ends, strict=True)
        if since <= to_s < end or (from_s < end and since <= to_s)
    }


def only(values: set[int]) -> int | None:
    return next(iter(values)) if len(values) == 1 else None


@dataclass(frozen=True)
class Driven:
    """A trip as it was: the car's time may be unknown to the car."""

    at_s: int
    badge: int
    booking_id: int
    is_timed: bool


@dataclass
class OnRecord:
    """What the database knows, and a copy of it knew."""

    holders: list[Spans] = field(default_factory=lambda: [[(NOW_S, n)] for n in range(3)])
    units: list[Spans] = field(default_factory=lambda: [[(NOW_S, 0)] for n in range(3)])
    units_of_bookings: dict[int, int] = field(default_factory=dict)
    arrived_s: list[int] = field(default_factory=list)  # of the trips told, in their order

    def copy(self) -> "OnRecord":
        return OnRecord(
            [list(spans) for spans in self.holders],
            [list(spans) for spans in self.units],
            dict(self.units_of_bookings),
            list(self.arrived_s),
        )


class World:
    """One car that keeps in its flash all that it ever told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now_s = folder, NOW_S
        self.known, self.copies = OnRecord(), [OnRecord()]
        self.driven: list[Driven] = []
        self.numbers: list[int] = []  # of all bookings ever made
        self.booked: dict[int, tuple[int, int]] = {}  # when each begins, and whose it is

    async def begin(self) -> None:
        await copied(three_people, self.folder / "data")
        self.store = Store.open(self.folder / "data")
        await self.back_up(0)
        (box,) = await self.store.boxes.all()
        account = await self.store.boxes.by_wire_id(box.wire_id)
        assert account is not None
        self.box = account

    async def load(self) -> None:
        """Write down who has which badge, and who is of which directorate."""
        people = [
            agent(login, b"", UNITS[self.known.units[n][-1][1]])
            | {"badges": [UIDS[b].hex() for b, s in enumerate(self.known.holders) if s[-1][1] == n]}
            for n, login in enumerate(LOGINS)
        ]
        text = json.dumps(fleet([], people, []))
        await self.store.fleet.load(fleet_file.parse(text), {}, self.now_s)

    async def hand_over(self, badge: int, person: int) -> None:
        if self.known.holders[badge][-1][1] != person:
            self.known.holders[badge].append((self.now_s, person))
            await self.load()

    async def leave(self, person: int) -> None:
        """All badges of somebody go to the next one."""
        for badge, spans in enumerate(self.known.holders):
            if spans[-1][1] == person:
                await self.hand_over(badge, (person + 1) % 3)

    async def move(self, person: int, unit: int, hours_ago: int) -> None:
        """Be of a directorate from some hours ago on: what was driven since counts for it."""
        at_s = self.now_s - hours_ago * HOUR_S
        actions = Actions(self.store, StillClock(self.now_s), wakes_nobody, PARIS)
        asked = register.MovePerson(agent_id=person + 1, directorate_id=unit + 1, from_s=at_s)
        await register.move(Operator(), asked, actions)
        spans = [span for span in self.known.units[person] if span[0] < at_s]
        if not spans or spans[-1][1] != unit:
            spans.append((at_s, unit))
        self.known.units[person] = spans
        for number in self.known.units_of_bookings:
            booked_at_s, by = self.booked[number]
            if by == person and booked_at_s >= at_s:
                self.known.units_of_bookings[number] = unit

    async def drive(self, badge: int, person: int, is_booked: bool, is_timed: bool) -> None:
        """Drive for a minute, by a booking of somebody's or without."""
        number = WALK_UP
        if is_booked:
            made = await self.store.bookings.create(
                wanted(CAR, self.now_s, self.now_s + HOUR_S), person + 1, self.now_s
            )
            number = made.booking_id
            assert number not in self.numbers, "no number comes again"
            self.numbers.append(number)
            self.booked[number] = self.now_s, person
            self.known.units_of_bookings[number] = self.known.units[person][-1][1]
        self.driven.append(Driven(self.now_s + 1, badge, number, is_timed))

    async def tell(self, again: int) -> None:
        """Let all arrive that is not there yet, and so many trips once more."""
        told = []
        for trip in self.driven:
            tag = badge_tag(self.box.badge_key, UIDS[trip.badge])
            start = records.TripStart(tag, trip.booking_id, 1_000, *PLACE, 0, 0)
            end = records.TripEnd(1_500, *PLACE, records.END_BADGE_HELD)
            times = (trip.at_s, trip.at_s + 60) if trip.is_timed else (0, 0)
            told += [
                records.to_record(at, body) for at, body in zip(times, (start, end), strict=True)
            ]
        first = max(0, await self.store.records.held_seq(self.box.box_id, 1) - 2 * again)
        await Pipeline(self.store).accept(self.box, 1, first + 1, 1, told[first:], self.now_s)
        missing = len(self.driven) - len(self.known.arrived_s)
        self.known.arrived_s += [self.now_s] * missing

    async def back_up(self, _: int) -> None:
        copy = self.folder / f"{len(self.copies)}.db"
        backup.back_up(self.folder / "data", copy, self.now_s)
        self.copies.append(self.known.copy())

    async def restore(self, which: int) -> None:
        which = 1 + which % (len(self.copies) - 1)
        await self.store.close()
        backup.restore(self.folder / "data", self.folder / f"{which}.db", self.now_s)
        self.store = Store.open(self.folder / "data")
        self.known = self.copies[which].copy()

    def belongs(self, n: int) -> tuple[int | None, int | None, int | None]:
        """Say whose a trip is, of which directorate and in which booking."""
        trip = self.driven[n]
        from_s = to_s = trip.at_s
        if not trip.is_timed:
            before = [t.at_s + 60 for t in self.driven[:n] if t.is_timed]
            from_s, to_s = max(before, default=0), self.known.arrived_s[n]
        person = only(during(self.known.holders[trip.badge], from_s, to_s))
        booked = self.known.units_of_bookings.get(trip.booking_id)
        if booked is not None:
            return person, booked, trip.booking_id
        unit = None if person is None else only(during(self.known.units[person], from_s, to_s))
        return person, unit, None

    async def judge(self) -> None:
        await self.tell(0)
        actions = Actions(self.store, StillClock(self.now_s), wakes_nobody, PARIS)
        people = [Person(in_role(p, "agent")) for p in await self.store.agents.all()]
        stored = await self.store.trips.log(TripFilter(), 1 << 20)
        assert len(stored) == len(self.driven), "each once, and none lost"
        for n, trip in enumerate(sorted(stored, key=lambda trip: trip.trip_id)):
            person, unit, booking_id = self.belongs(n)
            assert trip.agent_id == (None if person is None else person + 1)
            assert trip.directorate_code == (None if unit is None else UNITS[unit])
            assert trip.booking_id == booking_id
            for reader in people:
                may = await self.may_read(reader, trip.trip_id, actions)
                assert may == (reader.agent.agent_id == trip.agent_id)

    @staticmethod
    async def may_read(reader: Person, trip_id: int, actions: Actions) -> bool:
        listed = await actions.store.trips.log(trips.narrowed(reader, TripFilter()), 1 << 20)
        try:
            await trips.get(reader, trips.OneTrip(trip_id=trip_id), actions)
        except Refused as refused:
            assert refused.first.reason is Reason.NO_SUCH_TRIP
            assert trip_id not in {trip.trip_id for trip in listed}
            return False
        assert trip_id in {trip.trip_id for trip in listed}
        return True


WHO, WHICH, YES = st.integers(0, 2), st.integers(0, 5), st.booleans()
HAPPENS = st.one_of(
    st.tuples(st.just("hand_over"), WHO, WHO),
    st.tuples(st.just("drive"), WHO, WHO, YES, st.sampled_from([True, True, False])),
    st.tuples(st.just("tell"), WHICH),
    st.tuples(st.just("move"), WHO, st.integers(0, 1), st.integers(0, 9)),
    st.tuples(st.just("leave"), WHO),
    st.tuples(st.sampled_from(["back_up", "restore"]), WHICH),
)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(HAPPENS, min_size=3, max_size=14))
@example([("drive", 0, 0, True, True), ("hand_over", 0, 1), ("drive", 0, 1, False, False)])
@example([("drive", 0, 0, False, False), ("tell", 0), ("move", 0, 1, 1)])
@example([("drive", 0, 0, True, True), ("tell", 0), ("restore", 0), ("drive", 1, 1, True, True)])
def test_every_trip_is_theirs_who_held_badge_and_booking_then_and_nobody_else_reads_it(
    happenings: list[tuple[object, ...]],
) -> None:
    async def run(folder: Path) -> None:
        world = World(folder)
        await world.begin()
        for name, *values in happenings:
            world.now_s += 2 * HOUR_S
            await getattr(world, str(name))(*values)
        world.now_s += 2 * HOUR_S
        await world.judge()
        await world.store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))
