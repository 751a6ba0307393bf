"""How long the server needs for each page of the demonstration, beside its emptiest answer.

    python -m tests.benchmarks.server_pages

Prints the median and the worst of 30 requests each, and the ratio to /healthz, which does nothing.
The cars drive meanwhile. No page may need more than 200 ms (design.md).
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.demonstration import demonstration
from tests.person import Person

PATHS = (
    "/healthz", "/connexion", "/reservations", "/reservations/nouvelle", "/trajets", "/trajets/1",
    "/badges-refuses", "/avis", "/boitiers", "/api/trips",
)  # fmt: skip
REQUESTS = 30


def milliseconds(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def measured(person: Person, path: str) -> list[float]:
    return [milliseconds(lambda: person.page(path)) for _ in range(REQUESTS)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, demonstration(Path(folder)) as demo:
        sign_in = [milliseconds(demo.manager) for _ in range(5)]
        manager = demo.manager()
        idle_ms = 0.0
        for path in PATHS:
            times = measured(manager, path)
            median_ms = statistics.median(times)
            idle_ms = idle_ms or median_ms
            ratio = median_ms / idle_ms
            print(f"{path:24} {median_ms:6.1f} ms  worst {max(times):6.1f} ms  x{ratio:.1f}")
        print(f"{'sign-in, page and form':24} {statistics.median(sign_in):6.1f} ms")


if __name__ == "__main__":
    main()
