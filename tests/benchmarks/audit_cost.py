"""What the audit costs a booking: so many made with an entry each, beside as many without.

    python -m tests.benchmarks.audit_cost [--bookings 400] [--rounds 5]

One after another, and all at once (which share commits). Prints medians of bookings a second and
the ratio; then how long `voiturier audit verify` takes for 100,000 entries.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from server.fleet.audit import Act, Performed
from server.store import Store
from server.store.current_act import performing
from tests.fleet import CAR, HOUR_S, MARIE, NOW_S, open_small_fleet, wanted

LATER_S = NOW_S + 10 * 365 * 24 * HOUR_S  # all are over by then: an agent has few to come


async def book(store: Store, first: int, count: int, is_audited: bool, at_once: bool) -> float:
    """Return how many bookings a second are made."""

    async def one(number: int) -> None:
        at_s = NOW_S + (10 + number) * 2 * HOUR_S
        await store.bookings.create(wanted(CAR, at_s, at_s + HOUR_S), MARIE, LATER_S)

    act = Performed(Act.BOOK, NOW_S, MARIE, kind="booking") if is_audited else None
    began = time.perf_counter()
    with performing(act):
        if at_once:
            await asyncio.gather(*(one(first + i) for i in range(count)))
        else:
            for i in range(count):
                await one(first + i)
    return count / (time.perf_counter() - began)


async def measure(count: int, rounds: int) -> None:
    """Print it."""
    with tempfile.TemporaryDirectory() as folder:
        for at_once in (False, True):
            rates: dict[bool, list[float]] = {True: [], False: []}
            for turn in range(rounds):
                for is_audited, told in rates.items():
                    store = await open_small_fleet(Path(folder) / f"{at_once}{turn}{is_audited}")
                    told.append(await book(store, 0, count, is_audited, at_once))
                    await store.close()
            with_it, without = (statistics.median(rates[each]) for each in (True, False))
            how = "at once" if at_once else "one after another"
            print(
                f"{count} bookings {how}: {with_it:.0f} a second with an entry, {without:.0f}"
                f" without, ratio {with_it / without:.2f}"
            )
        store = await open_small_fleet(Path(folder) / "long")
        acts = [Performed(Act.SIGN_IN, NOW_S + i * 60, MARIE) for i in range(100_000)]
        for start in range(0, len(acts), 5_000):
            await asyncio.gather(*map(store.audit.note, acts[start : start + 5_000]))
        began = time.perf_counter()
        verdict = await store.audit.verify()
        took_s = time.perf_counter() - began
        size = (store.data_dir / "voiturier.db").stat().st_size
        print(f"{verdict.entries} entries verified in {took_s:.1f} s; the file has {size:,} bytes")
        await store.close()


def main() -> None:
    """Read what was typed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    asyncio.run(measure(arguments.bookings, arguments.rounds))


if __name__ == "__main__":
    main()
