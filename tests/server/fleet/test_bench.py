"""How far a car has got: the same by the rule and in the lists that the database makes."""

import asyncio
from itertools import product
from pathlib import Path

import pytest

from server.fleet.bench import QUIET_S, BenchTest, Check, Failure, Job, Line, kept
from server.fleet.model.boxes import Board, Written
from server.store import BoxStatus, Store
from tests.fleet import NOW_S, open_small_fleet
from tests.server.web.fitting import MAC

OK, FAILED, WAITS = (Line("relay", outcome) for outcome in ("ok", "failed", "waiting"))
WRITTEN = Written(MAC, "1.27.0")


def board(flashed_at_s: int | None = None, heard_s: int | None = None) -> Board:
    told = (MAC, flashed_at_s, None, None, None, None)
    return Board(1, b"", 1, heard_s, *told)


def bench(*lines: Line, done: bool = True) -> BenchTest:
    return BenchTest(None, NOW_S, lines, done)


@pytest.mark.parametrize(
    ("job", "stage"),
    [
        (Job(None, None), "to_fit"),
        (Job(board(), None), "to_fit"),
        (Job(board(NOW_S), None), "flashed"),
        (Job(board(NOW_S), bench(OK, WAITS, done=False)), "flashed"),
        (Job(board(NOW_S), bench(OK, FAILED, done=False)), "failed"),
        (Job(board(NOW_S), bench(OK, FAILED)), "failed"),
        (Job(board(NOW_S), bench(OK)), "tested"),
        (Job(board(), bench(OK)), "tested"),
        (Job(board(NOW_S, NOW_S), bench(OK)), "online"),
        (Job(board(None, NOW_S), None), "online"),
        (Job(board(NOW_S, NOW_S), bench(FAILED)), "failed"),
    ],
)
def test_each_stage_is_told_from_what_is_known(job: Job, stage: str) -> None:
    assert job.stage == stage


@pytest.mark.parametrize(
    ("job", "live"),
    [
        (Job(None, None), False),
        (Job(board(), None), False),
        (Job(board(NOW_S), None), True),
        (Job(board(NOW_S), bench(WAITS, done=False)), True),
        (Job(board(NOW_S), bench(OK)), False),
    ],
)
def test_more_may_come_only_soon_after_the_last_news(job: Job, live: bool) -> None:
    assert job.is_live(NOW_S + QUIET_S - 1) is live
    assert job.is_live(NOW_S + QUIET_S) is False


def test_of_a_badge_s_reading_nothing_is_kept_but_that_it_was_read() -> None:
    assert kept(Line("badge", "ok", None, "04a1b2c3")) == Line("badge", "ok")
    assert kept(Line("sim", "ok", None, "active")).value == "active"


def test_the_names_are_those_of_the_box() -> None:
    """In the order of the test; these words go over the wire from flash.sh."""
    assert " ".join(Check) == (
        "resets flash memory clock battery ignition crank relay relay_contact door reader badge"
        " satellites modem sim registration signal server"
    )
    assert all(failure.value == failure.name for failure in Failure)
    assert len(Failure) == 27


def test_a_car_is_in_the_list_of_what_is_left_just_until_it_is_in_service(tmp_path: Path) -> None:
    """Over all that can be known of it: a box or none, written, heard, and each outcome."""

    async def listed(store: Store, which: str) -> set[int]:
        return {car.vehicle_id for car in await store.vehicles.page(9, None, which)}

    async def play(number: int, has_box: bool, written: bool, heard: bool, test: BenchTest | None):
        store = await open_small_fleet(tmp_path / str(number))
        try:
            if has_box:
                box = await store.boxes.add(1, replace=False, now_s=NOW_S)
                if written:
                    await store.boards.note_flashed(box.box_id, WRITTEN, None, NOW_S)
                if heard:
                    status = BoxStatus("1.0", "enabled", "server", 0, 1, 0)
                    await store.boxes.note_status(box.box_id, status, NOW_S)
                if test is not None:
                    await store.boards.note_test(box.box_id, MAC, test)
            found = (await store.boards.of_cars([1])).get(1)
            tests = await store.boards.tests_of([] if found is None else [found.box_id])
            job = Job(found, None if found is None else tests.get(found.box_id))
            is_done = job.stage == "online"
            assert (1 in await listed(store, "fitted")) is is_done, job
            assert (1 in await listed(store, "to_fit")) is not is_done, job
        finally:
            await store.close()

    flags = (False, True)
    tests = (None, bench(OK), bench(FAILED, OK), bench(WAITS, done=False), bench())
    for number, known in enumerate(product(flags, flags, flags, tests)):
        asyncio.run(play(number, *known))
