"""Acceptance 1: `voiturier demo` alone; a car badges in and its trip grows; Ctrl-C leaves nothing."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest


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


class Page:
    """A person at the site: cookies kept, forms sent with their token."""

    def __init__(self, base: str) -> None:
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.base = base

    def get(self, path: str) -> str:
        text: str = self.opener.open(self.base + path, timeout=10).read().decode()
        return text

    def post(self, path: str, **fields: str) -> str:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        assert token
        data = urllib.parse.urlencode({**fields, "csrf_token": token[1]}).encode()
        text: str = self.opener.open(self.base + path, data, timeout=10).read().decode()
        return text


@pytest.fixture
def demo(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "server", "demo", "--http", "127.0.0.1:0", "--boxes",
         "127.0.0.1:0", "--data", str(tmp_path / "demo")],
        stdout=subprocess.PIPE, stderr=(tmp_path / "log").open("w"), text=True, start_new_session=True,
    )  # fmt: skip
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
    account = re.search(r"^\s*(\S+)\s+(\S+)\s.*gestionnaire", printed, re.MULTILINE)
    assert address and account, printed

    manager = Page(address[0])
    manager.post("/connexion", login=account[1], password=account[2])
    started = time.monotonic()
    lengths_m: list[int] = []
    while len(set(lengths_m)) < 3:
        assert time.monotonic() - started < 60, f"no trip grew within 60 s: {lengths_m}"
        open_trips = re.findall(r'"state": "open"[^}]*', manager.get("/api/trips"))
        distances = [int(m[1]) for t in open_trips if (m := re.search(r'"distance_m": (\d+)', t))]
        lengths_m += [max(distances)] if distances else []
        time.sleep(0.5)  # the page itself asks every two seconds; this is a person looking

    os.kill(demo.pid, signal.SIGINT)
    assert demo.wait(timeout=10) == 0
    assert processes_of_group(demo.pid) == []
