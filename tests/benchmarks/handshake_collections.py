"""What garbage collection adds to the computing of a handshake, by `gc.threshold`.

    python -m tests.benchmarks.handshake_collections

One whole handshake of the box (a key pair and a shared secret), in a heap of the budget's size in
which as much is alive as in a running box, under each threshold. Prints the median time of a few
and its ratio to the first: no collection at all while the heap has room. Times are the host's;
what they are on the chip, whose heap is slower to look through, is a line of docs/bench.md.
"""

import os
import subprocess
from pathlib import Path

from simulator.engine.box import DEFAULT_HEAP, find_micropython, word_bits

ROOT = Path(__file__).resolve().parents[2]
ALIVE_BYTES = {32: 140_000, 64: 220_000}
THRESHOLDS_BYTES = (-1, 262_144, 65_536, 12_288)
ROUNDS = 7
PROGRAM = """
import gc, sys, time
from shared_protocol.x25519 import X25519
alive = [[bytes(8), n] for n in range({alive} // {piece})]
def multiply(point):
    work = X25519(bytes(range(32)), point)
    while not work.step():
        pass
    return work.result
for threshold in {thresholds}:
    gc.collect()
    gc.threshold(threshold)
    times = []
    for _ in range({rounds}):
        begun = time.ticks_us()
        multiply(multiply(bytes((9,)) + bytes(31)))
        times.append(time.ticks_diff(time.ticks_us(), begun))
    print(threshold, gc.mem_alloc(), sorted(times)[{rounds} // 2])
"""


def main() -> None:
    bits = word_bits()
    program = PROGRAM.format(
        alive=ALIVE_BYTES[bits], piece=3 * bits, thresholds=THRESHOLDS_BYTES, rounds=ROUNDS
    )
    ran = subprocess.run(
        [find_micropython(), "-X", f"heapsize={DEFAULT_HEAP[bits]}", "-c", program],
        env={**os.environ, "MICROPYPATH": f"{ROOT}:.frozen"},
        capture_output=True,
        text=True,
        check=True,
    )
    print(f"words of {bits} bits, heap {DEFAULT_HEAP[bits]}, median of {ROUNDS}")
    first_us = 0
    for line in ran.stdout.splitlines():
        threshold, _, median_us = map(int, line.split())
        first_us = first_us or median_us
        name = "none" if threshold < 0 else f"{threshold:,} B"
        print(f"threshold {name:>10}: {median_us / 1000:7.1f} ms, {median_us / first_us:.2f}")


if __name__ == "__main__":
    main()
