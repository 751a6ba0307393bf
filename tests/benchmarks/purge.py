"""For how long a purge lets those wait who write and those who read, beside copying the file.

    python -m tests.benchmarks.purge [--trips 20000]

Half of the trips are past their date; each is told by twenty records. Prints the longest wait of a
small write and of a page's reading while it purges, and how long a plain copy of the file takes.
"""

import argparse
import asyncio
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from server.fleet.model.trips import TripFilter
from server.store import Store, backup
from tests.fleet import NOW_S, fit_box, open_small_fleet
from tests.server.actions.privacy.driving import DAY_S, LAT_E7, LON_E7
from tests.server.actions.privacy.purging import purged

RECORDS = 20  # of a trip
NEXT_S = 0.01


async def fill(folder: Path, trips: int) -> None:
    """Make a fleet with so many trips, half of them 70 days old, the others of today."""
    store = await open_small_fleet(folder)
    box_id = (await fit_box(store)).box_id
    await store.close()
    db = sqlite3.connect(folder / backup.DATABASE)
    place = f'"lat_e7": {LAT_E7}, "lon_e7": {LON_E7}'
    told = {True: f'{{"odometer_m": 123456, {place}}}', False: '{"odometer_m": 123456}'}
    for i in range(trips):
        at_s = NOW_S - (70 * DAY_S if i % 2 else 0)
        db.execute(
            "INSERT INTO trip (trip_id, box_id, vehicle_id, agent_id, directorate_id, started_at_s,"
            " ended_at_s, start_odometer_m, last_odometer_m, distance_m, state, assurance,"
            " wrong_site, private, hands_over, start_lat_e7, start_lon_e7, end_lat_e7, end_lon_e7,"
            " start_doubtful, end_doubtful, received_at_s, listed_at_s) VALUES (?, ?, 1, 1, 1, ?,"
            " ?, 0, 1000, 1000, 'ended', 'low', 0, 0, 0, ?, ?, ?, ?, 0, 0, ?, ?)",
            (i + 1, box_id, at_s, at_s, LAT_E7, LON_E7, LAT_E7, LON_E7, at_s, at_s),
        )
        db.executemany(
            "INSERT INTO record (box_id, epoch, seq, kind, kind_name, at_s, received_at_s, trip_id,"
            " fields, body) VALUES (?, 1, ?, 1, ?, ?, ?, ?, ?, ?)",
            [
                (box_id, i * RECORDS + n, kind, at_s, at_s, i + 1, told[n < 2], bytes(27))
                for n, kind in enumerate(["trip_start", "trip_end"] + ["odometer"] * (RECORDS - 2))
            ],
        )
    db.commit()
    db.close()


async def longest_wait_s(do: Callable[[], Awaitable[object]], done: asyncio.Event) -> float:
    """Do the same again and again, until it is done; return how long it took at most."""
    longest_s = 0.0
    while not done.is_set():
        began = time.perf_counter()
        await do()
        longest_s = max(longest_s, time.perf_counter() - began)
        await asyncio.sleep(NEXT_S)
    return longest_s


async def measure(trips: int) -> None:
    """Print it."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        await fill(data_dir, trips)
        store = Store.open(data_dir)
        size = (data_dir / backup.DATABASE).stat().st_size
        began = time.perf_counter()
        shutil.copy(data_dir / backup.DATABASE, Path(folder) / "copy.db")
        copied_s = time.perf_counter() - began
        done = asyncio.Event()
        waits = asyncio.gather(
            longest_wait_s(lambda: store.boxes.vouch_for_time("Claire Martin", NOW_S), done),
            longest_wait_s(lambda: store.trips.log(TripFilter(), 50), done),
        )
        began = time.perf_counter()
        receipt = await purged(store, NOW_S)
        took_s = time.perf_counter() - began
        done.set()
        write_s, read_s = await waits
        assert receipt is not None
        print(
            f"{size / 1e6:.0f} MB, {receipt.erased['places']} rows with a place erased in"
            f" {took_s:.1f} s; a write waited for {write_s:.2f} s at most, a page's reading for"
            f" {read_s:.2f} s; copying the file takes {copied_s:.2f} s, ratio"
            f" {write_s / copied_s:.1f}"
        )
        await store.close()


def main() -> None:
    """Read what was typed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trips", type=int, default=20_000)
    asyncio.run(measure(parser.parse_args().trips))


if __name__ == "__main__":
    main()
