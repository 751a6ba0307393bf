"""Acceptance 1: `voiturier demo` alone: a car badges in, its trip grows, Ctrl-C leaves nothing."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.person import Person


def processes_of_group(group: int) -> list[int]:
    """Processes that still stand in the demo's session: its own and those of its children."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[3]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


@pytest.fixture
def demo(tmp_path: Path):
    where = ("--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0", "--data", str(tmp_path / "demo"))
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "server", "demo", *where],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # a terminal's own group, so that what is left can be counted
        )
    yield process
    for pid in processes_of_group(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.wait()


def test_a_car_badges_in_within_a_minute_and_ctrl_c_leaves_no_process(
    demo: subprocess.Popen[str],
) -> None:
    assert demo.stdout
    printed = ""
    while "Ctrl-C" not in printed:
        line = demo.stdout.readline()
        assert line, f"the demonstration ended: {printed}"
        printed += line
    address = re.search(r"http://[\d.:]+", printed)
    account = re.search(r"^ *(\S+) +(\S+) +.*gestionnaire", printed, re.MULTILINE)
    assert address and account, printed

    manager = Person(address[0], account[1], account[2])
    started = time.monotonic()
    lengths_m: set[int] = set()
    while len(lengths_m) < 3:
        assert time.monotonic() - started < 60, f"no trip grew within 60 s: {lengths_m}"
        trips = manager.api("trips")["trips"]
        lengths_m |= {trip["distance_m"] for trip in trips if trip["state"] == "open"}
        time.sleep(0.5)  # a person looks again: this demonstration runs in real time

    os.kill(demo.pid, signal.SIGINT)
    assert demo.wait(timeout=10) == 0
    assert processes_of_group(demo.pid) == []
