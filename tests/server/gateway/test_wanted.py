"""What a box should hold, worked out once, is what working it out anew gives: at every instant."""

import asyncio
import json
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.fleet import fleet_file, grants
from server.fleet.grants import Access
from server.fleet.model.bookings import Companion, Window
from server.fleet.refusals import Refused
from server.fleet.roles import WHOLE, Role, RoleGrant, Scope
from server.gateway import wanted as gateway
from server.gateway.translate import grant_of
from server.gateway.wanted import Lookout, Wanted, keys_hash, wanted_of
from server.store import BoxAccount, Store, access
from server.store.bookings import BOOKINGS, booking_of
from server.store.news import tell
from server.store.roles import grants_of
from shared_protocol import messages, sets
from shared_protocol.badges import badge_tag
from tests.fleet import (
    HOUR_S,
    NOW_S,
    agent,
    booking,
    call_off,
    copied,
    fit_box,
    fleet,
    to_car,
    until,
    vehicle,
    wanted,
)

PLATES = ("AA-001-AA", "AA-002-AA", "AA-003-AA")
LOGINS = ("ann", "bob", "cleo", "dan", "eve")
EXAMPLES = settings(max_examples=40)
QUARTER_S = HOUR_S // 4


async def everything(store: Store, vehicle_id: int, now_s: int) -> Access:
    """All there is, whether it can matter or not."""

    def read(db: sqlite3.Connection) -> Access:
        walk_up = db.execute("SELECT walk_up FROM vehicle WHERE vehicle_id = ?", (vehicle_id,))
        spans = db.execute(
            "SELECT from_s, to_s FROM out_of_service WHERE vehicle_id = ?", (vehicle_id,)
        )
        return Access(
            vehicle_id,
            bool(walk_up.fetchone()[0]),
            tuple(booking_of(row) for row in db.execute(BOOKINGS)),
            tuple(Companion(*row) for row in db.execute("SELECT * FROM companion")),
            tuple(store.badges.one_by_one()),
            frozenset(
                agent_id
                for agent_id, grants in grants_of(db).items()
                for grant in grants
                if grant.role is Role.TECHNICIAN and grant.from_s <= now_s
                if grant.to_s is None or now_s < grant.to_s
                if grant.scope.is_whole or vehicle_id in grant.scope.cars
            ),
            frozenset(
                row[0]
                for row in db.execute("SELECT agent_id FROM agent WHERE NOT licence_recorded")
            ),
            tuple(Window(*row) for row in spans),
        )

    return await store._engine.read(read)


async def three_cars(store: Store) -> None:
    people = [agent(login, bytes([4, i, i, i])) for i, login in enumerate(LOGINS, start=1)]
    people[0]["badges"].append({"uid": "04090909", "key": "0f" * 16})
    people[2]["badges"].append({"uid": "04090908", "key": "0e" * 16})
    cars = [vehicle(plate) for plate in PLATES]
    taken = [booking(PLATES[0], "ann", NOW_S - HOUR_S, NOW_S + HOUR_S, drivers=["bob"])]
    await load(store, fleet(cars, people, taken))
    for car in (1, 2, 3):
        await fit_box(store, car)


async def load(store: Store, entries: dict[str, Any]) -> None:
    await store.fleet.load(fleet_file.parse(json.dumps(entries)), {}, NOW_S)


CARS, AGENTS, BADGES = st.integers(1, 3), st.integers(1, 5), st.integers(1, 7)
QUARTERS = st.integers(-4, 40) | st.integers(-400, 900)
STEPS = st.one_of(
    st.tuples(st.just("book"), CARS, AGENTS, QUARTERS, st.integers(1, 12) | st.integers(1, 300)),
    st.tuples(st.just("cancel"), st.integers(1, 6)),
    st.tuples(st.just("move"), st.integers(1, 6), CARS),
    st.tuples(st.just("extend"), st.integers(1, 6), st.integers(1, 20)),
    st.tuples(st.just("revoke"), BADGES),
    st.tuples(st.just("restore"), BADGES),
    st.tuples(st.just("car"), CARS, st.booleans(), QUARTERS, st.integers(1, 300)),
    st.tuples(st.just("person"), AGENTS, st.sampled_from(("agent", "technician")), st.booleans()),
    st.tuples(st.just("technician"), AGENTS, st.none() | CARS, QUARTERS, st.integers(1, 300)),
    st.tuples(st.just("aboard"), st.integers(1, 6), AGENTS),
    st.tuples(st.just("pass"), st.integers(0, 7200) | st.integers(0, 5_000_000)),
    st.tuples(st.just("pass to a change"), st.integers(-1, 0)),
)


class Three:
    """Three boxes of which is kept what they should hold, as their connections keep it."""

    def __init__(self, store: Store, boxes: list[BoxAccount]) -> None:
        self.store, self.now_s = store, NOW_S
        self.lookouts = {box: Lookout(store, box) for box in boxes}
        self.until_s = NOW_S + 1

    async def take(self, step: tuple[Any, ...]) -> None:
        bookings, word = self.store.bookings, step[0]
        with suppress(Refused):
            if word == "book":
                _, car, who, quarters, length = step
                from_s = self.now_s + quarters * QUARTER_S
                to_s = from_s + length * QUARTER_S
                await bookings.create(wanted(car, from_s, to_s), who, self.now_s)
            elif word == "cancel":
                for one in (await bookings.by_id([step[1]])).values():
                    await call_off(self.store, one.booking_id)
            elif word == "move" and await bookings.by_id([step[1]]):
                await to_car(self.store, step[1], step[2])
            elif word == "extend":
                for one in (await bookings.by_id([step[1]])).values():
                    ends_at_s = one.ends_at_s + step[2] * QUARTER_S
                    await until(self.store, one.booking_id, ends_at_s)
        if word == "revoke":
            await self.store.badges.revoke(step[1], self.now_s)
        elif word == "restore":
            await self.store.badges.restore(step[1], self.now_s)
        elif word == "car":
            _, car, walk_up, quarters, length = step
            from_s = self.now_s + quarters * QUARTER_S
            away = [{"from": from_s, "to": from_s + length * QUARTER_S}]
            entry = vehicle(PLATES[car - 1], walk_up=walk_up, out_of_service=away)
            await load(self.store, fleet([entry], [], []))
        elif word == "person":
            _, who, role, licence = step
            entry = agent(LOGINS[who - 1], b"", role=role, licence_recorded=licence)
            del entry["badges"]
            await load(self.store, fleet([], [entry], []))
        elif word == "technician":
            _, who, car, quarters, length = step
            from_s = self.now_s + quarters * QUARTER_S
            scope = WHOLE if car is None else Scope(cars=frozenset({car}))
            to_s = from_s + length * QUARTER_S
            grant = RoleGrant(0, Role.TECHNICIAN, scope, from_s, to_s)
            await self.store.roles.give(who, grant, None, "Pose")
        elif word == "aboard":
            await self.store._engine.write(_take_aboard, step[1], step[2])
        elif word == "pass":
            self.now_s += step[1]
        elif word == "pass to a change":
            self.now_s = max(self.now_s, min(self.until_s + step[1], self.now_s + 100 * 86_400))

    async def compare(self, with_all_there_is: bool) -> None:
        self.until_s = 1 << 62
        for box, lookout in self.lookouts.items():
            kept, _ = await lookout.look(self.now_s)
            last_s = min(kept.until_s - 1, self.now_s + 100 * 86_400)
            for at_s in {self.now_s, (self.now_s + last_s) // 2, last_s}:
                assert told(kept) == told(await self.anew(box, at_s)), "as long as it is kept"
            assert sets.set_hash(kept.grants_set) == kept.grants_hash
            if with_all_there_is:
                assert told(kept) == await self.of_all_there_is(box)
            self.until_s = min(self.until_s, kept.until_s)

    async def anew(self, box: BoxAccount, at_s: int) -> Wanted:
        def look() -> Wanted:
            asks = access.AccessOfCars(self.store._engine, self.store.access._vault)
            facts = asks.of_box(box, at_s)  # by one that remembers nothing
            assert facts is not None
            return wanted_of(box, facts, at_s)

        return await self.store.in_reader(look, lane="car")

    async def of_all_there_is(self, box: BoxAccount) -> tuple[list[messages.Grant], bytes]:
        facts = await everything(self.store, box.vehicle_id, self.now_s)
        due = grants.due(facts, self.now_s, gateway.MAX_GRANTS, gateway.MAX_CARD_KEYS)
        tags = {badge.uid: badge_tag(box.badge_key, badge.uid) for badge in facts.badges}
        written = [grant_of(g, tags[g.uid] if g.uid else messages.EVERY_BADGE) for g in due]
        cards = grants.cards_due(due, facts.badges, gateway.MAX_CARD_KEYS)
        keys = {
            tags[badge.uid]: badge.key for badge in facts.badges if badge.key and badge.uid in cards
        }
        return sorted(written), keys_hash(messages.CardKey(*key) for key in keys.items())


def _take_aboard(db: sqlite3.Connection, booking_id: int, agent_id: int) -> None:
    """As a load does, which is what tells of it."""
    if db.execute("SELECT 1 FROM booking WHERE booking_id = ?", (booking_id,)).fetchone():
        db.execute(
            "INSERT INTO companion VALUES (?, ?, 1) ON CONFLICT DO NOTHING", (booking_id, agent_id)
        )
        tell(db)


def told(wanted: Wanted) -> tuple[list[messages.Grant], bytes]:
    return sorted(sets.grants_from_bytes(wanted.grants_set)), wanted.keys_hash


async def play(steps: list[tuple[Any, ...]], with_all_there_is: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        await copied(three_cars, Path(folder) / "data")
        store = Store.open(Path(folder) / "data")
        try:
            secrets = [await store.boxes.secrets(box.box_id) for box in await store.boxes.all()]
            boxes = [await store.boxes.by_wire_id(secret.wire_id) for secret in secrets]
            three = Three(store, [box for box in boxes if box is not None])
            await three.compare(with_all_there_is)
            for step in steps:
                await three.take(step)
                await three.compare(with_all_there_is)
        finally:
            await store.close()


@EXAMPLES
@given(st.lists(STEPS, min_size=3, max_size=14))
def test_what_is_kept_is_what_all_there_is_gives_at_every_instant(
    steps: list[tuple[Any, ...]],
) -> None:
    asyncio.run(play(steps, with_all_there_is=True))


@EXAMPLES
@given(st.lists(STEPS, min_size=3, max_size=14))
def test_it_is_also_where_a_fleet_has_more_bookings_than_are_looked_at(
    steps: list[tuple[Any, ...]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "_SOONEST", 2)
        asyncio.run(play(steps, with_all_there_is=False))


@EXAMPLES
@given(
    st.lists(
        STEPS | st.tuples(st.just("car"), CARS, st.just(True), QUARTERS, st.just(1)),
        min_size=3,
        max_size=14,
    )
)
def test_it_is_also_where_more_may_take_a_car_than_a_box_has_room_for(
    steps: list[tuple[Any, ...]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "_MOST_WALK_UP", 3)
        patch.setattr(gateway, "MAX_GRANTS", 3)
        patch.setattr(gateway, "MAX_CARD_KEYS", 1)
        asyncio.run(play(steps, with_all_there_is=True))
