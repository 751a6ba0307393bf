"""How long one slice of X25519 holds the box's loop, in instructions that valgrind counts.

    python -m tests.benchmarks.x25519_instructions

The box's integers have 16-bit digits and the host's 32-bit ones, so the slices are also counted on
numbers of twice the bits, which have as many digits as on the box. Beside it stands the sealing of
a full frame. What the chip really takes is docs/bench.md's, lines 1 and 2.

Valgrind runs the machine's own words only: `scripts/micropython.sh --both` fetches that
MicroPython; set VOITURIER_MICROPYTHON=.tools/micropython/micropython-64.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from simulator.engine.box import find_micropython

ROOT = Path(__file__).resolve().parents[2]
CPU_HZ = 240_000_000
PER_CYCLE = (1.0, 0.3)  # instructions, as ../shared/facts estimates for an ESP32
# The interpreter may be a script that starts it.
VALGRIND = [
    "valgrind",
    "--tool=callgrind",
    "--callgrind-out-file=/dev/null",
    "--trace-children=yes",
]
SLICES = """
import sys
from x25519 import X25519
steps = X25519(bytes(range(32)), b"\\x09" + bytes(31))._slices
for _ in range(int(sys.argv[1])):
    next(steps)
"""
SEALINGS = """
import sys
from shared_protocol.crypto import AesCcm
ccm = AesCcm(bytes(32), 8)
for _ in range(int(sys.argv[1])):
    ccm.seal(bytes(12), b"", bytes(1014))
"""
FEW, MANY = 4, 24


def instructions_each(program: str, path: str) -> float:
    """What one round of the program takes: the difference between few rounds and many."""
    few, many = (instructions(program, path, rounds) for rounds in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def instructions(program: str, path: str, rounds: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "program.py"
        script.write_text(program)
        done = subprocess.run(
            [*VALGRIND, find_micropython(), str(script), str(rounds)],
            env={"MICROPYPATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
    return int(re.findall(r"Collected : (\d+)", done.stderr)[-1])


def slices_of_one_multiplication() -> int:
    from shared_protocol.x25519 import X25519

    multiplication, count = X25519(bytes(range(32)), b"\x09" + bytes(31)), 1
    while not multiplication.step():
        count += 1
    return count


def main() -> None:
    source = (ROOT / "shared_protocol" / "x25519.py").read_text()
    frame = instructions_each(SEALINGS, f"{ROOT}:.frozen")
    print(f"sealing 1014 bytes: {frame:,.0f} instructions")
    count = slices_of_one_multiplication()
    for digits, text in (
        ("the host's digits", source),
        ("as many digits as on the box", re.sub(r"\b255\b", "510", source)),
    ):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "x25519.py").write_text(text)
            one = instructions_each(SLICES, f"{folder}:{ROOT}:.frozen")
        best_ms, worst_ms = (1000 * one / CPU_HZ / rate for rate in PER_CYCLE)
        print(
            f"{digits}: {one:,.0f} instructions a slice, {one / frame:.2f} sealings;"
            f" {best_ms:.1f} to {worst_ms:.1f} ms at 240 MHz; {count} slices,"
            f" {count * one:,.0f} instructions in all"
        )


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        sys.exit(f"missing: {error.filename}")
