"""Writes to the simulated board with the real esptool, again and again: failures, and seconds.

    python -m tests.benchmarks.rom_loader_soak --writes 100

Nothing of the flasher is in it: where this fails, a red test of flash.sh may not mean us.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from simulator.devices.rom_loader import RomLoader

AT = 0x200000
RANDOM_BYTES, BLANK_BYTES = 40_000, 400_000  # what packs badly, and what packs well
PATIENCE_S = 120


def soak(writes: int, seed: int, say: bool = False) -> tuple[list[str], list[float]]:
    """What failed, and how long each write took."""
    chance = random.Random(seed)
    failures, seconds = [], []
    with RomLoader() as board, tempfile.TemporaryDirectory() as folder:
        for number in range(1, writes + 1):
            content = chance.randbytes(RANDOM_BYTES) + b"\xff" * BLANK_BYTES
            path = Path(folder, "content.bin")
            path.write_bytes(content)
            began_s = time.monotonic()
            output = write(board.path, path)
            seconds.append(time.monotonic() - began_s)
            if output or board.flash.data[AT : AT + len(content)] != content:
                failures.append(f"write {number}: {output or 'the flash holds something else'}")
            if say and number % 10 == 0:
                print(f"{number} writes, {len(failures)} failures", flush=True)
    return failures, seconds


def write(port: str, path: Path) -> str:
    """What esptool says of a write that failed; "" when it is content."""
    command = [sys.executable, "-m", "esptool", "--chip", "esp32s3", "--port", port]
    command += ["--before", "no-reset", "--after", "no-reset", "write-flash", hex(AT), str(path)]
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"nothing for {PATIENCE_S} s"
    is_verified = ran.returncode == 0 and "Hash of data verified" in ran.stdout
    return "" if is_verified else (ran.stdout + ran.stderr)[-500:]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    failures, seconds = soak(arguments.writes, arguments.seed, say=True)
    print(*failures, sep="\n")
    print(
        f"{len(seconds)} writes, {len(failures)} failures; seconds each: "
        f"median {statistics.median(seconds):.2f}, longest {max(seconds):.2f}"
    )
    sys.exit(bool(failures))
