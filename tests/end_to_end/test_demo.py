"""Acceptance 1: `voiturier demo` alone: a car badges in, its trip grows, Ctrl-C leaves nothing."""

import os
import signal
import time
from pathlib import Path

from tests.demonstration import demonstration, processes_of_session


def test_a_car_badges_in_within_a_minute_and_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    started = time.monotonic()
    with demonstration(tmp_path) as demo:
        manager = demo.manager()
        lengths_m: set[int] = set()
        while len(lengths_m) < 3:
            waited_s = time.monotonic() - started
            assert waited_s < 60, f"no trip grew within 60 s: {lengths_m}"
            trips = manager.api("trips")["trips"]
            lengths_m |= {trip["distance_m"] for trip in trips if trip["state"] == "open"}
            time.sleep(0.5)  # a person looks again: this demonstration runs in real time
        print(f"{waited_s:.0f} s after the start a trip has grown twice: {sorted(lengths_m)} m")

        os.kill(demo.process.pid, signal.SIGINT)
        assert demo.process.wait(timeout=10) == 0
        assert processes_of_session(demo.process.pid) == []
