"""The server backs up by itself, once a night, whatever the clock does."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import example, given
from hypothesis import strategies as st

from server import nightly
from server.app_keys import CLOCK, CONFIG
from server.config import Backups, Config
from server.fleet.recurrence import PARIS
from server.nightly import is_due
from server.store.backup import Outcome, last_outcome
from tests.fleet import NOW_S, open_small_fleet
from tests.server.web.sample import StillClock

DAY_S = 86400
HOURS = st.integers(0, 23)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp())


def outcome(at_s: int, failure: str | None = None) -> Outcome:
    return Outcome(at_s, Path("copy.db"), failure)


@pytest.mark.parametrize(
    ("last", "now", "is_expected"),
    [
        ("2026-09-21 02:00", "2026-09-21 14:00", False),
        ("2026-09-21 01:59", "2026-09-21 02:00", True),
        ("2026-09-20 02:00", "2026-09-21 01:59", False),
        ("2026-09-18 02:00", "2026-09-21 01:00", True),  # nights were missed
        ("2026-03-28 02:00", "2026-03-29 03:00", True),  # the night without an hour at 2
        ("2026-10-24 02:00", "2026-10-25 02:00", True),  # the night with two
    ],
)
def test_it_is_due_once_a_night(last: str, now: str, is_expected: bool) -> None:
    assert is_due(outcome(at(last)), at(now), 2, PARIS) is is_expected


@given(st.integers(NOW_S, NOW_S + 400 * DAY_S), HOURS, st.integers(1, 900 * DAY_S))
def test_a_copy_of_the_future_was_made_by_a_wrong_clock(
    now_s: int, at_hour: int, ahead_s: int
) -> None:
    assert is_due(outcome(now_s + ahead_s), now_s, at_hour, PARIS)


@example(1_791_684_000, 2)  # until the night in which 2 o'clock comes twice
@given(st.integers(NOW_S, NOW_S + 400 * DAY_S), HOURS)
def test_in_any_year_a_night_has_one_copy(from_s: int, at_hour: int) -> None:
    made, last = 0, outcome(from_s)
    for hour in range(24 * 14):
        now_s = from_s + hour * 3600
        if is_due(last, now_s, at_hour, PARIS):
            made, last = made + 1, outcome(now_s)
    assert made in (13, 14)  # whether the first hour is the one


def test_what_failed_is_tried_again_within_the_hour() -> None:
    failed = outcome(NOW_S, "the disk is full")
    assert not is_due(failed, NOW_S + 3599, 2, PARIS)
    assert is_due(failed, NOW_S + 3600, 2, PARIS)


async def test_a_running_server_backs_up_and_stops_at_once(tmp_path: Path) -> None:
    await (await open_small_fleet(tmp_path)).close()
    app, clock = web.Application(), StillClock(NOW_S)
    app[CONFIG] = Config(tmp_path, backups=Backups(keep=2, at_hour=2))
    app[CLOCK] = clock
    looked = asyncio.Event()

    async def look_regularly(look):  # type: ignore[no-untyped-def]
        await look()
        looked.set()
        await asyncio.Event().wait()

    clock.look_regularly = look_regularly  # type: ignore[method-assign]
    nightly.setup(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await asyncio.wait_for(looked.wait(), 20)
    await runner.cleanup()
    made = last_outcome(tmp_path)
    assert made is not None and made.failure is None
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [made.copy.name]
