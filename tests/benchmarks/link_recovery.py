"""What a dead link costs: time to be back, modem restarts, bytes on the wire, records lost.

    .venv/bin/python -m tests.benchmarks.link_recovery [--days DAYS]

A path that forgets a silent connection, with news for the box meanwhile; a server that is away for
three hours, of a parked car and of one that drives; days without coverage. In world time.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.chain import COLLEAGUE_BADGE, DRIVER_BADGE, HOUR_S, START_S, Chain, parked


class Figures(NamedTuple):
    """Seconds from the news, or from the end of what kept the box off, till it was all over; for
    how many hours it lasted; modem restarts and bytes both ways in them; records lost.
    """

    back_s: float
    hours: float
    restarts: int
    wire_bytes: int
    lost: int


def booking(chain: Chain) -> float:
    """A booking made on a path of 150 s: how late the box's set has it."""
    return _heard(
        chain, lambda: chain.book(START_S + HOUR_S, START_S + 3 * HOUR_S, "paul.morin"),
        COLLEAGUE_BADGE, opens=True,
    )  # fmt: skip


def revocation(chain: Chain) -> float:
    """A badge lost on a path of 150 s: how late the box's set has it."""
    return _heard(
        chain, lambda: chain.voiturier("badge", "lost", "--uid", DRIVER_BADGE.hex()),
        DRIVER_BADGE, opens=False,
    )  # fmt: skip


def _heard(chain: Chain, news: Callable[[], object], badge: bytes, opens: bool) -> float:
    chain.world.network.path_forgets_after_s = 150
    chain.get_ready()
    chain.world.run_for(3590)
    before = chain.car.report()["grants_generation"]
    begun_s = chain.world.now_s
    news()
    chain.world.run_until(lambda: chain.car.report()["grants_generation"] > before, HOUR_S)
    back_s = chain.world.now_s - begun_s
    chain.car.present_badge(badge)
    chain.world.run_for(10)
    assert bool(chain.car.report()["trip_open"]) == opens
    return back_s


def away_parked(chain: Chain) -> float:
    """The server is away for 3 h, the car parked."""
    chain.get_ready()
    chain.world.run_for(120)
    return _away(chain)


def away_driving(chain: Chain) -> float:
    """The server is away for 3 h, the car drives."""
    chain.start_driving()
    return _away(chain)


def _away(chain: Chain) -> float:
    chain.server.kill()
    chain.world.run_for(3 * HOUR_S)
    before = chain.car.report()["connections"]
    chain.server.restart()
    return _back(chain, before)


def uncovered(days: float) -> Callable[[Chain], float]:
    def without(chain: Chain) -> float:
        chain.get_ready()
        chain.world.run_for(120)
        chain.car.modem.coverage(False)
        chain.world.run_for(days * 24 * HOUR_S)
        before = chain.car.report()["connections"]
        chain.car.modem.coverage(True)
        return _back(chain, before)

    return without


def _back(chain: Chain, before: int) -> float:
    def is_over() -> bool:
        report = chain.car.report()
        return bool(report["connections"] > before and report["lowest_seq"] == report["next_seq"])

    return chain.world.run_until(is_over, 3 * HOUR_S)


def measure(scenario: Callable[[Chain], float], **of_the_box: object) -> Figures:
    """Play one scenario; none may lose a record."""
    with tempfile.TemporaryDirectory() as folder, parked(Path(folder), **of_the_box) as chain:
        back_s = scenario(chain)
        hours = (chain.world.now_s - START_S) / HOUR_S
        chain.world.run_until(lambda: not chain.unaccounted(), 600)
        car = chain.car
        return Figures(
            back_s,
            hours,
            car.modem.starts - 1,
            car.wire_bytes_up + car.wire_bytes_down,
            car.report()["records_lost"],
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.link_recovery",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--days", type=float, default=2, help="without coverage (2)")
    days = parser.parse_args().days
    # A PN532's looks would be the whole cost of days in the simulator.
    rows = {
        "path of 150 s, a booking": measure(booking),
        "path of 150 s, a revocation": measure(revocation),
        "server away 3 h, parked": measure(away_parked),
        "server away 3 h, driving": measure(away_driving),
        f"{days:g} days without coverage": measure(uncovered(days), reader="wiegand"),
    }
    for name, told in rows.items():
        print(
            f"{name:28} {told.back_s:6.0f} s, {told.restarts / told.hours:5.2f} restarts an hour,"
            f" {told.wire_bytes:7} bytes in {told.hours:.1f} h, {told.lost} records lost"
        )


if __name__ == "__main__":
    main()
