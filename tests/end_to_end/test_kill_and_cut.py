"""Acceptance 5: a server killed five times and a link cut twice lose and double nothing."""

import random
import sqlite3

from tests.chain import DRIVER_BADGE, Chain

KILLS = 5
CUTS = 2


def stored(chain: Chain) -> list[tuple[int, int]]:
    with sqlite3.connect(f"file:{chain.data_dir / 'voiturier.db'}?mode=ro", uri=True) as database:
        return database.execute("select epoch, seq from record order by epoch, seq").fetchall()


def test_every_record_of_the_box_is_stored_exactly_once(chain: Chain) -> None:
    chance = random.Random(5)
    chain.get_ready()
    chain.car.present_badge(DRIVER_BADGE)
    chain.world.run_for(5)
    chain.car.set_ignition(True)
    chain.world.run_for(5)
    chain.car.drive(speed_kmh=50)
    mishaps = ["kill"] * KILLS + ["cut"] * CUTS
    chance.shuffle(mishaps)
    for mishap in mishaps:
        chain.world.run_for(chance.uniform(500, 900))
        if mishap == "kill":
            # Killed with the box's frames on their way, restarted a little later.
            chain.server.kill(after_real_s=chance.uniform(0, 0.05))
            chain.world.run_for(chance.uniform(1, 90))
            chain.server.restart()
        else:
            chain.car.modem.coverage(False)
            chain.world.run_for(60)
            chain.car.modem.coverage(True)
    chain.car.drive(speed_kmh=0)
    chain.world.run_for(10)
    chain.car.set_ignition(False)
    chain.car.present_badge(DRIVER_BADGE, hold_s=4)
    chain.world.run_for(300)

    report = chain.car.report()
    rows = stored(chain)
    assert len(rows) >= 500
    assert len(set(rows)) == len(rows)
    assert rows == [(report["epoch"], seq) for seq in range(1, report["next_seq"])]
    assert len(rows) == report["records_made"]
    print(f"{len(rows)} records, {KILLS} kills, {CUTS} cuts, {report['connections']} connections")
