"""How a fleet comes back to a server that was away for three hours.

    python -m tests.benchmarks.stampede [--boxes 1000]

Runs the firmware's own states under CPython, one for each seed: all boxes lose the server within
the same second, fail to connect in 0.2 to 5 s each time, and succeed once it is back.
"""

import argparse
import heapq
import random
from collections import Counter
from collections.abc import Callable

from firmware.logic.link import modem_states as states

AWAY_MS = 3 * 3600 * 1000


def entropy_of(chance: random.Random) -> Callable[[int], bytes]:
    return chance.randbytes


def returns(boxes: int, quiet: bool) -> tuple[Counter[int], Counter[int]]:
    """Connections a second after the server's return, and attempts a second while it is away."""
    back: Counter[int] = Counter()
    tried: Counter[int] = Counter()
    agenda = []
    chances = [random.Random(seed) for seed in range(boxes)]
    fleet = [states.ModemStates(0, entropy_of(chance)) for chance in chances]
    for box, chance in zip(fleet, chances, strict=True):
        while box.state.name != states.ONLINE:
            box.finished(True, 0)
        heapq.heappush(agenda, (3_600_000 + chance.randrange(1000), fleet.index(box)))
    fell_ms = 3_600_000
    while agenda:
        now_ms, number = heapq.heappop(agenda)
        box, chance = fleet[number], chances[number]
        if box.state.name == states.CIPOPEN:
            if now_ms >= fell_ms + AWAY_MS:
                back[(now_ms - fell_ms - AWAY_MS) // 1000] += 1
                continue
            tried[now_ms // 1000] += 1
        wait_ms = 0
        if box.state.name in (states.ONLINE, states.CIPOPEN):
            box.finished(False, now_ms)
        else:
            box.finished(True, now_ms)
        if box.state.name == states.BACK_OFF:
            wait_ms = box.back_off_ms(now_ms, quiet)
        elif box.state.name == states.CIPOPEN:
            wait_ms = chance.randrange(200, 5000)
        heapq.heappush(agenda, (now_ms + wait_ms, number))
    return back, tried


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, prog="python -m tests.benchmarks.stampede"
    )
    parser.add_argument("--boxes", type=int, default=1000, help="seeds")
    boxes = parser.parse_args().boxes
    for name, quiet in (("parked", True), ("driving", False)):
        back, tried = returns(boxes, quiet)
        seconds = sorted(second for second, count in back.items() for _ in range(count))
        print(
            f"{boxes} boxes {name}: at most {max(back.values())} a second come back, half after"
            f" {seconds[boxes // 2]} s, all after {seconds[-1]} s; at most"
            f" {max(list(tried.values()))} attempts a second in the first minute,"
            f" {max(n for s, n in tried.items() if s > 3600 + 7200)} in the third hour"
        )


if __name__ == "__main__":
    main()
