"""The server as a child process, in lockstep with the world or at 1x: over its sockets only."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from simulator.engine.network import Network
from simulator.errors import SimulatorError

_PATIENCE_S = 20.0
_ADDRESS_LINES = 2  # one for http, one for boxes


class ServerProcess:
    """A running server; its ports stay the same over `restart`.

    Attributes:
        http_port, boxes_port: on 127.0.0.1.
    """

    def __init__(
        self, network: Network, data_dir: Path, realtime: bool, settings: Sequence[str] = ()
    ) -> None:
        self.http_port = 0
        self.boxes_port = 0
        self._network = network
        self._data_dir = data_dir
        self._realtime = realtime
        self._settings = tuple(settings)  # further words of its command
        self._process: subprocess.Popen[str] | None = None
        data_dir.mkdir(parents=True, exist_ok=True)
        self._log_path = data_dir / "server.log"
        self.restart()

    def kill(self, after_real_s: float | None = None) -> None:
        """SIGKILL, as a power cut: now, or in the middle of its work.

        Args:
            after_real_s: wait until the server has bytes of a car to deal with, and then that
                long in real time.
        """
        if after_real_s is None:
            self._end(signal.SIGKILL)
        else:
            self._network.strike = lambda: self._strike(after_real_s)

    def stop(self) -> None:
        """End it in an orderly way."""
        self._end(signal.SIGTERM)

    def restart(self, settings: Sequence[str] = ()) -> None:
        """Start it on the same data and ports; what still runs is killed first.

        Args:
            settings: arguments that it has from now on, besides those of before.
        """
        self.kill()
        self._settings = (*self._settings, *settings)
        entry = ("server", "serve") if self._realtime else ("server.lockstep",)
        arguments = [
            *(sys.executable, "-m", *entry, "--data", str(self._data_dir)),
            *("--http", f"127.0.0.1:{self.http_port}"),
            *("--boxes", f"127.0.0.1:{self.boxes_port}"),
            *self._settings,
        ]
        if not self._realtime:
            arguments += ["--clock", str(self._network.clock_path)]
        with self._log_path.open("ab") as log:
            process = self._process = subprocess.Popen(
                arguments, stdout=subprocess.PIPE, stderr=log, text=True, process_group=0
            )
        if not self._realtime and not self._network.accept_clock(lambda: process.poll() is None):
            self._fail("did not start")
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(_ADDRESS_LINES)]
        found = re.findall(r"^(http|boxes): .*?:(\d+)/?$", "".join(lines), re.MULTILINE)
        ports = {name: int(port) for name, port in found}
        if set(ports) != {"http", "boxes"}:
            self._fail("did not say its addresses")
        self.http_port, self.boxes_port = ports["http"], ports["boxes"]
        self._network.settle()

    def resident_mib(self) -> float:
        """Return how much memory the process has in use (Linux)."""
        assert self._process is not None, "not running"
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
        assert found is not None
        return int(found[1]) / 1024

    def log(self) -> str:
        """Return what the server has logged so far."""
        return self._log_path.read_text(errors="replace")

    def _strike(self, after_s: float) -> None:
        time.sleep(after_s)
        self.kill()

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
        self._network.server_gone()

    def _fail(self, what: str) -> None:
        self.kill()
        raise SimulatorError(f"the server {what}; its log ends:\n{self.log()[-2000:]}")
