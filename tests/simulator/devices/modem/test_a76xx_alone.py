"""`voiturier-sim device modem`: alone at 1x, on a pty and on a Unix socket."""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from simulator.devices.modem.faults import FAULTS

COMMAND = [sys.executable, "-m", "simulator", "device", "modem"]


@contextlib.contextmanager
def modem(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Gives where it listens; it must end well when it is asked to."""
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.terminate()
            assert process.wait(10) == 0


def test_on_a_pty_its_tcp_connections_are_real() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, modem() as (pty, _):

        def echo() -> None:
            with server.accept()[0] as peer:
                peer.sendall(peer.recv(100).upper())

        answering = threading.Thread(target=echo)
        answering.start()
        with serial.Serial(pty, 115200, timeout=10) as port:

            def ask(command: bytes, until: bytes) -> bytes:
                port.write(command)
                heard: bytes = port.read_until(until)
                assert heard.endswith(until), heard
                return heard

            assert ask(b"AT\r", b"OK\r\n") == b"AT\r\r\nOK\r\n", "no banner is left over"
            ask(b"ATE0+CIPRXGET=1\r", b"OK\r\n")
            ask(b"AT+NETOPEN\r", b"+NETOPEN: 0\r\n")
            address = f'"127.0.0.1",{server.getsockname()[1]}'.encode()
            ask(b'AT+CIPOPEN=0,"TCP",' + address + b"\r", b"+CIPOPEN: 0,0\r\n")
            ask(b"AT+CIPSEND=0,5\r", b">")
            ask(b"hello", b"+CIPRXGET: 1,0\r\n")
            assert b"HELLO" in ask(b"AT+CIPRXGET=2,0\r", b"OK\r\n")
        answering.join(10)


def test_a_unix_socket_takes_one_program_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "modem"
    with modem("--socket", str(path)) as (told, _):
        assert told == str(path)
        for _ in range(2):
            with socket.socket(socket.AF_UNIX) as program:
                program.settimeout(10)
                program.connect(told)
                program.sendall(b"ATE0\r")
                heard = b""
                while not heard.endswith(b"OK\r\n"):
                    heard += program.recv(100)
    assert not path.exists(), "it clears up behind itself"


def test_it_may_be_at_fault_from_the_start_and_be_watched() -> None:
    with modem("--fault", "error", "--trace") as (pty, process):
        with serial.Serial(pty, 115200, timeout=10) as port:
            port.write(b"AT+CGMM\r")
            assert port.read_until(b"ERROR\r\n").endswith(b"ERROR\r\n")
        process.terminate()
        assert process.stderr
        watched = process.stderr.read()
    assert r"-> b'AT+CGMM\r'" in watched
    assert r"<- b'\r\nERROR\r\n'" in watched


def test_card_and_network_may_want_what_it_does_not_hold() -> None:
    wanted = ("--wanted-apn", "right.example", "--held-apn", "stale.example", "--sim-pin", "4321")
    with (
        modem(*wanted, "--registration-mode", "2") as (pty, _),
        serial.Serial(pty, 115200, timeout=10) as port,
    ):
        for command, answer in (
            (b"ATE0", b""),
            (b"AT+CPIN?", b"+CPIN: SIM PIN"),
            (b"AT+CGDCONT?", b'+CGDCONT: 1,"IP","stale.example"'),
            (b"AT+CEREG?", b"+CEREG: 2,2"),
        ):
            port.write(command + b"\r")
            assert answer in port.read_until(b"OK\r\n")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--fault", "bad mood"], "no fault 'bad mood'"),
        (["--socket", "/nowhere/modem"], "cannot listen on '/nowhere/modem'"),
        (["--sms", "somebody:hello"], "--sms takes SENDER:TEXT"),
    ],
)
def test_what_it_cannot_be_told_it_says(arguments: list[str], reason: str) -> None:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    if "fault" in reason:
        assert all(name in done.stderr for name in FAULTS)


def test_a_socket_in_use_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "modem"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        done = subprocess.run(
            [*COMMAND, "--socket", str(path)], capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 2
        assert path.exists()
