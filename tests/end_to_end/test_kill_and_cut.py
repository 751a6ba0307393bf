"""Acceptance 5: a server killed five times and a link cut twice lose and double nothing."""

import random
from collections.abc import Callable

from tests.chain import Chain
from tests.support import FULL

SEED = 5
KILLS, CUTS = (20, 8) if FULL else (5, 2)


def test_every_record_of_the_box_is_stored_exactly_once(
    chain: Chain, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(SEED)
    chain.start_driving()
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
    chain.park_and_end()
    chain.world.run_for(300)

    report = chain.car.report()
    rows = chain.rows("select epoch, seq from record order by epoch, seq")
    assert len(rows) >= 500, f"{report}\n{chain.server.log()[-2000:]}"
    assert len(set(rows)) == len(rows)
    assert rows == [(report["epoch"], seq) for seq in range(1, report["next_seq"])]
    assert len(rows) == report["records_made"]
    record_property("sample", f"{KILLS} kills, {CUTS} cuts, seed {SEED}, {len(rows)} records")
