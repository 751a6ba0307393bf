"""A server of ours as a process, behind nothing yet."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FLEET = """{"directorates": [{"code": "DDT", "name": "DDT"}],
 "agents": [{"login": "jeanne.roux", "full_name": "Jeanne Roux", "directorate": "DDT",
             "role": "manager", "password": "correct horse battery"}]}"""


@dataclass(frozen=True)
class Served:
    """Where it listens (HOST:PORT of the pages), and the file of its log."""

    http: str
    log: Path


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """A server with one manager, jeanne.roux, as long as it takes."""
    fleet, log = folder / "fleet.json", folder / "server.log"
    fleet.write_text(_FLEET)
    command = [sys.executable, "-m", "server"]
    data = ["--data", str(folder / "data")]
    subprocess.run([*command, "load", str(fleet), *data], check=True, capture_output=True)
    ports = ["--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0"]
    with (
        log.open("w") as writing,
        subprocess.Popen(
            [*command, "serve", *data, *ports, *options],
            stdout=subprocess.PIPE,
            stderr=writing,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said = re.fullmatch(r"http: http://(.*)/\n", process.stdout.readline())
            assert said, log.read_text()
            yield Served(said[1], log)
        finally:
            process.kill()
