"""What systemd is told, by a real server and a real socket."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_LIMIT_S = 20


@pytest.mark.parametrize("abstract", [False, True])
def test_the_supervisor_hears_ready_then_that_the_server_lives_then_that_it_stops(
    tmp_path: Path, abstract: bool
) -> None:
    name = f"@voiturier-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0{name[1:]}" if abstract else name)
        heard.settimeout(_LIMIT_S)
        with served(tmp_path, NOTIFY_SOCKET=name, WATCHDOG_USEC="100000") as server:
            assert heard.recv(100) == b"READY=1"
            assert heard.recv(100) == heard.recv(100) == b"WATCHDOG=1"
            server.send_signal(signal.SIGTERM)
            while (state := heard.recv(100)) == b"WATCHDOG=1":
                pass
            assert state == b"STOPPING=1"
            assert server.wait(_LIMIT_S) == 0


@pytest.mark.parametrize("name", ["/nowhere/notify", "@nobody-listens", "vsock:2:1", ""])
def test_a_supervisor_that_cannot_be_reached_changes_nothing(tmp_path: Path, name: str) -> None:
    with served(tmp_path, NOTIFY_SOCKET=name, WATCHDOG_USEC="soon") as server:
        assert server.stdout is not None
        assert [server.stdout.readline()[:6] for _ in range(2)] == ["http: ", "boxes:"]
        server.send_signal(signal.SIGTERM)
        assert server.wait(_LIMIT_S) == 0


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    fleet = folder / "fleet.json"
    fleet.write_text('{"sites": [{"code": "PREF", "name": "Parc de la préfecture"}]}')
    command = [sys.executable, "-m", "server"]
    data = ["--data", str(folder / "data")]
    subprocess.run([*command, "load", str(fleet), *data], check=True, capture_output=True)
    ports = ["--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0"]
    with subprocess.Popen(
        [*command, "serve", *data, *ports],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            yield server
        finally:
            server.kill()
