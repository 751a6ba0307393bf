"""`voiturier serve` as a child of its own: what it holds, what it logs, how it ends."""

import contextlib
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE_S = 60.0  # for what comes at all; nothing here is timed


class Served:
    """One server on free ports; its log is a file beside the data.

    Args:
        data_dir: of a fleet.
        descriptors: how many the system lets it have; None: as many as this process.
    """

    def __init__(self, data_dir: Path, descriptors: int | None = None) -> None:
        self.log = data_dir / "log"
        command = [sys.executable, "-m", "server", "serve", "--data", str(data_dir)]
        command += ["--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0"]
        if descriptors is not None:
            command = ["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh", *command]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
            )
        assert self.process.stdout is not None
        lines = self.process.stdout.readline() + self.process.stdout.readline()
        found = re.search(r"http://.*:(\d+)/\nboxes: .*:(\d+)\n", lines)
        assert found, (lines, self.log.read_text())
        self.http_port, self.boxes_port = int(found[1]), int(found[2])
        self.address = f"http://127.0.0.1:{self.http_port}"

    def resident_mib(self) -> float:
        """The memory it holds now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s*(\d+) kB", status)
        assert found
        return int(found[1]) / 1024

    def cpu_s(self) -> float:
        """What its threads have computed so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, *signals: signal.Signals) -> tuple[int, float]:
        """Send these (SIGTERM where none are named); return its code and the seconds it took."""
        started = time.monotonic()
        for number in signals or (signal.SIGTERM,):
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        return code, time.monotonic() - started

    def close(self) -> None:
        """End it, if it has not ended."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextlib.contextmanager
def served(data_dir: Path, descriptors: int | None = None) -> Iterator[Served]:
    """Serve while the block lasts."""
    server = Served(data_dir, descriptors)
    try:
        yield server
    finally:
        server.close()


def may_hold(descriptors: int) -> None:
    """Let this process open so many, as far as the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = descriptors if hard == resource.RLIM_INFINITY else min(descriptors, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def connected(port: int, came_from: str = "127.0.0.1", said: bytes = b"") -> socket.socket:
    """A connection from this address that has said so much."""
    peer = socket.create_connection(("127.0.0.1", port), PATIENCE_S, source_address=(came_from, 0))
    peer.sendall(said)
    return peer


def all_of(peer: socket.socket) -> bytes:
    """What comes until the server closes, in whichever way."""
    heard = b""
    with contextlib.suppress(ConnectionError):
        while data := peer.recv(65536):
            heard += data
    peer.close()
    return heard
