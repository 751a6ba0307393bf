"""Starts `voiturier demo` as a person would, for the tests and benchmarks that look at it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.person import Person


@dataclass
class Demonstration:
    """A running demonstration: its process, its address and what it printed."""

    process: subprocess.Popen[str]
    address: str
    printed: str

    def manager(self) -> Person:
        """The fleet manager, signed in with the account that the demonstration printed."""
        account = re.search(r"^ *(\S+) +(\S+) +.*gestionnaire", self.printed, re.MULTILINE)
        assert account, self.printed
        return Person(self.address, account[1], account[2])


@contextmanager
def demonstration(folder: Path) -> Iterator[Demonstration]:
    """Run it on ports of its own with its data in `folder`; nothing of it is left afterwards."""
    where = ("--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0", "--data", str(folder / "demo"))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "server", "demo", *where],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # a terminal's own group, so that what is left can be counted
        )
    try:
        assert process.stdout
        printed = ""
        while "Ctrl-C" not in printed:
            line = process.stdout.readline()
            assert line, f"the demonstration ended: {printed}"
            printed += line
        address = re.search(r"http://[\d.:]+", printed)
        assert address, printed
        yield Demonstration(process, address[0], printed)
    finally:
        for pid in processes_of_session(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait()


def processes_of_session(session: int) -> list[int]:
    """Processes of this session that are not mere zombies."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found
