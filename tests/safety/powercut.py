"""`python -m tests.safety.powercut [--planted]`: cuts the power at every block operation.

The shipped journal, recorder, stores of grants, card keys, commands and keys run under the real
MicroPython on real LittleFS, on a flash chip in RAM that dies at the block operation it is told:
each program and each erase, once torn in half and once done with nothing after it. A box started
from what is left must find what was confirmed and believe nothing torn. Prints the cuts of each
operation, and ends with 1 when anything did not hold. With --planted it runs stores and journals
with one fault each, every one of which must be found.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from simulator.engine.box import find_micropython

PLANTED = (
    "removes_first",
    "writes_in_two_steps",
    "confirms_before_it_is_in_flash",
    "deletes_too_early",
)
_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = Path(__file__).with_name("powercut_on_flash.py")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.safety.powercut", description=__doc__)
    parser.add_argument("--planted", action="store_true", help="find the planted faults instead")
    if parser.parse_args().planted:
        missed = [name for name in PLANTED if not _find(name)]
        sys.exit(1 if missed else 0)
    lines = _run()
    total = 0
    for line in lines:
        if found := re.match(r"cuts (\d+) (\d+) (.+)", line):
            steps, cuts, name = found.groups()
            total += int(cuts)
            print(f"{name:<12} {steps:>3} steps {cuts:>5} cuts")
        else:
            print(line)
    print(f"{total} cuts, {sum(line.startswith('VIOLATION') for line in lines)} violations")
    sys.exit(1 if any(line.startswith("VIOLATION") for line in lines) else 0)


def _find(name: str) -> bool:
    found = [line for line in _run(name) if line.startswith("VIOLATION")]
    print(f"{name:<32} {found[0] if found else 'NOT FOUND'}")
    return bool(found)


def _run(*planted: str) -> list[str]:
    """What the program said of cuts and violations; its whole output when it failed otherwise."""
    ran = subprocess.run(
        [find_micropython(), "-X", "heapsize=16m", _PROGRAM, *planted],
        cwd=_ROOT,
        env={**os.environ, "MICROPYPATH": f"{_ROOT}:.frozen"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in ran.stdout.splitlines() if line.startswith(("cuts ", "VIOLATION "))]
    if ran.returncode != 0 and not lines:
        sys.exit(ran.stdout[-2000:] + ran.stderr[-2000:])
    if ran.returncode != 0 and not planted:
        lines.append("VIOLATION the program ended early: " + ran.stderr[-2000:])
    return lines


if __name__ == "__main__":
    main()
