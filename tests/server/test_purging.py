"""The server erases what is past its date before it serves, and each night."""

from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from server.app import init_app
from server.app_keys import PURGED, STORE
from server.config import Address, Config, Retention
from server.fleet.alerts import Chore
from server.fleet.privacy.dates import next_night_s
from server.purging import Purging
from server.store import Store, StoreError, backup
from tests.fleet import NOW_S, open_small_fleet
from tests.server.actions.privacy.driving import DAY_S, Driver, found_in, places
from tests.server.actions.privacy.purging import UnknownClock, VouchedClock, actions_at
from tests.server.web.sample import PARIS


class TickingClock(UnknownClock):
    """One whose two hands go on together, which nobody vouches for."""

    def monotonic_ms(self) -> int:
        return self.at_s * 1000


async def test_what_a_copy_brought_back_is_gone_before_the_server_serves(tmp_path: Path) -> None:
    store = await open_small_fleet(tmp_path)
    await Driver(store).drive(NOW_S)
    copy = tmp_path / "backups" / "voiturier-20260921-141320.db"
    copy.parent.mkdir()
    backup.back_up(tmp_path, copy, NOW_S)
    await store.close()
    backup.restore(tmp_path, copy, NOW_S + 61 * DAY_S)
    config = Config(tmp_path, boxes=Address("127.0.0.1", 0))
    app = init_app(config, VouchedClock(NOW_S + 61 * DAY_S))
    async with TestClient(TestServer(app)):
        assert app[PURGED]() == Chore(NOW_S + 61 * DAY_S)
        assert await places(app[STORE]) == [False]
        assert found_in(tmp_path) == {}


async def test_how_the_last_purge_went_is_known_to_who_raises_alerts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = TickingClock(NOW_S)
    purging = Purging(actions_at(store, clock), Config(store.data_dir))
    assert purging.went is None
    await purging.look()
    assert purging.went == Chore(NOW_S)

    async def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(store.purges, "erase", full)
    clock.at_s = next_night_s(NOW_S, PARIS)
    await Driver(store).drive(clock.at_s - 61 * DAY_S, late_s=61 * DAY_S)
    await purging.look()
    assert purging.went == Chore(clock.at_s, failed=True)


async def test_it_purges_each_night_and_not_in_between(store: Store) -> None:
    clock = TickingClock(NOW_S)
    purging = Purging(actions_at(store, clock), Config(store.data_dir))
    await purging.look()
    driver = Driver(store)
    await driver.drive(NOW_S - 60 * DAY_S + 3600, late_s=60 * DAY_S)
    night_s = next_night_s(NOW_S, PARIS)
    for clock.at_s in (NOW_S + 7200, night_s - 1):
        await purging.look()
        assert await places(store) == [True]
    clock.at_s = night_s
    await purging.look()
    assert await places(store) == [False]


async def test_a_clock_that_jumps_while_the_server_runs_erases_nothing_that_is_not_due(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    clock = TickingClock(NOW_S)
    purging = Purging(actions_at(store, clock), Config(store.data_dir))
    await purging.look()
    await Driver(store).drive(NOW_S - 55 * DAY_S, late_s=55 * DAY_S)
    jumped = type("Jumped", (UnknownClock,), {"monotonic_ms": lambda _: (NOW_S + 60) * 1000})
    purging._actions = actions_at(store, jumped(NOW_S + 10 * DAY_S))
    await purging.look()
    assert await places(store) == [True]
    assert "nobody vouches" in caplog.text


async def test_a_settings_days_are_those_that_hold(store: Store) -> None:
    await Driver(store).drive(NOW_S - 8 * DAY_S, late_s=8 * DAY_S)
    config = Config(store.data_dir, retention=Retention(positions_d=7))
    await Purging(actions_at(store, VouchedClock(NOW_S)), config).look()
    assert await places(store) == [False]


async def test_a_database_that_fails_does_not_end_the_purges(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await Driver(store).drive(NOW_S - 61 * DAY_S, late_s=61 * DAY_S)
    purging = Purging(actions_at(store, VouchedClock(NOW_S)), Config(store.data_dir))

    async def full(*_: object) -> None:
        raise StoreError("database or disk is full")

    with monkeypatch.context() as fault:
        fault.setattr(store.purges, "erase", full)
        await purging.look()
    assert "disk is full" in caplog.text
    await purging.look()
    assert await places(store) == [False]


@pytest.mark.parametrize("month", range(1, 13))
def test_the_next_night_is_within_a_day_and_an_hour_and_at_three(month: int) -> None:
    from datetime import datetime

    for day in (24, 25, 26, 27, 28):
        at_s = int(datetime(2026, month, day, 3, 0, tzinfo=PARIS).timestamp())
        for after_s in (at_s - 1, at_s, at_s + 1):
            night_s = next_night_s(after_s, PARIS)
            assert 0 < night_s - after_s <= 25 * 3600
            assert datetime.fromtimestamp(night_s, PARIS).hour == 3
