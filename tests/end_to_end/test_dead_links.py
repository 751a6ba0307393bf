"""A path that forgets an idle connection, a server that is away: the box is back in its time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chain import COLLEAGUE_BADGE, DRIVER_BADGE, HOUR_S, START_S, Chain, parked
from tests.support import FULL


def count_modem_starts(chain: Chain) -> list[float]:
    """World times at which the modem starts anew from now on; the list grows."""
    modem, starts = chain.car.modem, []
    restart = modem.restart

    def counted() -> None:
        starts.append(chain.world.now_s)
        restart()

    modem.restart = counted  # type: ignore[method-assign]
    return starts


@pytest.mark.parametrize("forgets_s", [150, 100, 45])
def test_a_booking_of_minutes_ago_opens_though_the_path_forgets(
    chain: Chain, forgets_s: int
) -> None:
    chain.world.network.path_forgets_after_s = forgets_s
    chain.get_ready()
    chain.world.run_for(3500)
    chain.book(START_S + HOUR_S, START_S + 3 * HOUR_S, "paul.morin")
    chain.world.run_for(180)
    chain.car.present_badge(COLLEAGUE_BADGE)
    chain.world.run_for(5)
    report = chain.car.report()
    print(f"path of {forgets_s} s: {report['connections']} connections in 62 min")
    assert report["trip_open"]
    assert report["records_lost"] == 0


def test_a_badge_revoked_minutes_ago_opens_nothing_though_the_path_forgets(chain: Chain) -> None:
    chain.world.network.path_forgets_after_s = 150
    chain.get_ready()
    chain.world.run_for(1200)
    chain.voiturier("badge", "lost", "--uid", DRIVER_BADGE.hex())
    chain.world.run_for(180)
    chain.car.present_badge(DRIVER_BADGE)
    chain.world.run_for(5)
    assert not chain.car.report()["trip_open"]


@pytest.mark.parametrize("driving", [False, True], ids=["parked", "driving"])
def test_a_server_that_is_away_for_three_hours_costs_the_modem_no_restart(
    chain: Chain, driving: bool
) -> None:
    if driving:
        chain.start_driving()
    else:
        chain.get_ready()
        chain.world.run_for(120)
    starts = count_modem_starts(chain)
    chain.server.kill()
    chain.world.run_for(3 * HOUR_S)
    report = chain.car.report
    before = report()["connections"]
    sent = chain.world.now_s
    chain.server.restart()
    chain.world.run_until(lambda: report()["connections"] > before, HOUR_S)
    chain.world.run_until(lambda: report()["lowest_seq"] == report()["next_seq"], HOUR_S)
    back_s = chain.world.now_s - sent
    print(f"server away 3 h: {len(starts)} modem restarts, all stored after {back_s:.0f} s")
    assert starts == []  # before, 44 an hour
    assert back_s <= (60 if driving else 600) + 20
    assert report()["records_lost"] == 0


def test_a_server_that_accepts_and_never_answers_costs_the_modem_no_restart(chain: Chain) -> None:
    chain.get_ready()
    chain.world.run_for(120)
    starts = count_modem_starts(chain)
    before = chain.car.report()["connections"]
    chain.world.network.path_forgets_after_s = 0.001  # what either side says is never heard
    chain.world.run_for(3 * HOUR_S)
    assert chain.car.report()["connections"] == before
    chain.world.network.path_forgets_after_s = None
    back_s = chain.world.run_until(lambda: chain.car.report()["connections"] > before, HOUR_S)
    print(f"nothing answers for 3 h: {len(starts)} modem restarts, back after {back_s:.0f} s")
    assert starts == []
    assert back_s <= 620
    assert chain.unaccounted() == []


@pytest.fixture
def wiegand_chain(tmp_path: Path) -> Iterator[Chain]:
    """A reader that costs no look: five thousand of a PN532's an hour are a month's whole cost."""
    with parked(tmp_path, reader="wiegand") as chain:
        yield chain


def test_a_month_without_coverage_costs_few_restarts_and_is_told_once_it_is_over(
    wiegand_chain: Chain,
) -> None:
    chain = wiegand_chain
    chain.get_ready()
    chain.world.run_for(120)
    starts = count_modem_starts(chain)
    chain.car.modem.coverage(False)
    days = 30 if FULL else 2
    chain.world.run_for(days * 24 * HOUR_S)
    before = chain.car.report()["connections"]
    chain.car.modem.coverage(True)
    back_s = chain.world.run_until(lambda: chain.car.report()["connections"] > before, 3 * HOUR_S)
    chain.world.run_for(60)
    an_hour = len(starts) / days / 24
    print(f"{days} days without: {an_hour:.2f} restarts an hour, back after {back_s} s")
    assert len(starts) <= days * 24
    (told,) = chain.rows("select fields from record where kind_name = 'off_air'")
    assert '"no_coverage"' in told[0]
    assert chain.unaccounted() == []
