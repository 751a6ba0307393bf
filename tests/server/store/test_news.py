"""Every change of what cars may know has a number, and names the cars that it concerns."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from server.fleet import fleet_file
from server.store import BoxStatus, Store
from server.store.news import News, tell
from tests.fleet import (
    BOOKING,
    CAR,
    FLEET,
    HOUR_S,
    MARIE_UID,
    NOW_S,
    OTHER_CAR,
    PAUL,
    call_off,
    fit_box,
    to_car,
    until,
    wanted,
)

LATER_S = NOW_S + 5 * HOUR_S


async def load(store: Store) -> None:
    await store.fleet.load(fleet_file.parse(json.dumps(FLEET)), {}, NOW_S)


async def book(store: Store) -> None:
    await store.bookings.create(wanted(OTHER_CAR, LATER_S, LATER_S + 9), PAUL, NOW_S)


async def move(store: Store) -> None:
    await to_car(store, BOOKING, OTHER_CAR)


async def extend(store: Store) -> None:
    await until(store, BOOKING, LATER_S)


async def cancel(store: Store) -> None:
    await call_off(store, BOOKING)


async def decide_that_all_stays(store: Store) -> None:
    await store.bookings.change(BOOKING, lambda booking: booking)


async def revoke(store: Store) -> None:
    badge = await store.badges.by_uid(MARIE_UID)
    assert badge is not None
    await store.badges.revoke(badge.badge_id, NOW_S)


async def restore(store: Store) -> None:
    await store.badges.restore(1, NOW_S)


async def replace_box(store: Store) -> None:
    await store.boxes.add(CAR, replace=True, now_s=NOW_S)


async def rotate_key(store: Store) -> None:
    await store.boxes.rotate_key(1, NOW_S)


async def order(store: Store) -> None:
    await store.commands.queue(1, "inhibit", NOW_S, LATER_S)


async def hear(store: Store) -> None:
    await store.boxes.note_status(1, BoxStatus("1", "unknown", "none", 0, 1, 0), NOW_S)
    store.boxes.hear(1, NOW_S + 9)
    await store.boxes.keep_heard()


ALL = {CAR, OTHER_CAR}
CHANGES = [
    (load, ALL), (book, {OTHER_CAR}), (move, ALL), (extend, {CAR}), (cancel, {CAR}),
    (decide_that_all_stays, set()), (revoke, ALL), (restore, ALL), (replace_box, {CAR}),
    (rotate_key, {CAR}), (order, {CAR}), (hear, set()),
]  # fmt: skip


@pytest.mark.parametrize(("change", "concerned"), CHANGES)
async def test_a_change_names_the_cars_that_it_concerns_before_its_caller_goes_on(
    store: Store, change: Callable[[Store], Awaitable[None]], concerned: set[int]
) -> None:
    await fit_box(store)
    before = store.news.newest
    await change(store)
    assert {car for car in ALL if store.news.of_car(car) > before} == concerned
    told = store.news.since(before)
    assert ALL if told is None else told == concerned


async def test_what_another_process_changes_is_seen_with_the_next_write(
    store: Store, tmp_path: Path
) -> None:
    other = Store.open(tmp_path / "data")
    before = store.news.newest
    await book(other)
    await other.close()
    await store.boxes.keep_heard()
    assert store.news.since(before) == {OTHER_CAR}


async def test_what_is_undone_is_no_news(store: Store) -> None:
    before = store.news.newest
    with pytest.raises(ValueError):
        await store._engine.write(tell_and_fail)
    await store.boxes.keep_heard()
    assert store.news.newest == before


def tell_and_fail(db: object) -> None:
    tell(db, CAR)  # type: ignore[arg-type]
    raise ValueError


async def test_old_news_are_forgotten_and_whoever_missed_them_takes_it_that_all_changed(
    store: Store,
) -> None:
    for _ in range(3):
        await store._engine.write(tell, *[CAR] * 500)
    count = (await store.boxes._rows("SELECT count(*), max(news_id) FROM news"))[0]
    assert count[0] == 1_001 and count[1] >= 1_500, "and the last that concerned all cars"
    late = News()
    late.publish(await store._engine.read(late.read))
    assert late.since(0) is None
    assert late.of_car(OTHER_CAR) == late.newest == store.news.newest
