"""The modem on a bench, spoken to over its line as the firmware does; a server keeps in step."""

import subprocess
import sys
from pathlib import Path
from types import TracebackType

from firmware.board import BOARDS
from simulator.devices.modem.a76xx import A76xx
from simulator.engine.network import Network
from simulator.engine.pins import Pins
from simulator.engine.timeline import US, Timeline
from simulator.engine.uart import UartLine

BOARD = BOARDS["host"]
STAND_IN = Path(__file__).parent / "stand_in_server.py"


class ModemBench:
    """The modem on a bench; `ask` gives it a command and returns what it says for a while."""

    def __init__(self, folder: Path) -> None:
        self.timeline = Timeline(1_700_000_000 * US)
        self.network = Network(self.timeline, False, folder / "clock")
        self.pins = Pins({BOARD.modem_pwrkey, BOARD.modem_reset, BOARD.modem_dtr, BOARD.modem_ri})
        self.line = UartLine(self.timeline, 115200)
        self.line.open(115200, 10_000)
        self.wire: list[tuple[str, bytes]] = []
        self.modem = A76xx(
            self.timeline,
            self.line,
            self.network,
            self.pins,
            BOARD,
            lambda direction, data: self.wire.append((direction, data)),
        )
        self.server = subprocess.Popen(
            [sys.executable, str(STAND_IN), str(self.network.clock_path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.network.accept_clock(lambda: self.server.poll() is None)
        assert self.server.stdout
        self.port = int(self.server.stdout.readline())

    def __enter__(self) -> "ModemBench":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.network.close()
        self.server.kill()
        self.server.wait()
        assert self.server.stdout
        self.server.stdout.close()

    def run_for(self, duration_s: float) -> None:
        until_us = self.timeline.now_us + round(duration_s * US)
        while True:
            self.network.settle_if_touched()
            due_us = self.timeline.next_us()
            if due_us is None or due_us > until_us:
                break
            self.timeline.step()
        self.timeline.now_us = until_us

    def ask(self, command: str, within_s: float = 1.0) -> list[str]:
        self.line.write(command.encode() + b"\r")
        return self.listen(within_s)

    def listen(self, within_s: float) -> list[str]:
        self.run_for(within_s)
        return self.line.take().decode().split()

    def lines(self, command: str, within_s: float = 1.0) -> list[str]:
        """Its answer, line by line."""
        self.line.write(command.encode() + b"\r")
        self.run_for(within_s)
        return [line for line in self.line.take().decode().split("\r\n") if line]

    def listen_raw(self, within_s: float) -> bytes:
        """Whatever it says, also what is no text."""
        self.run_for(within_s)
        return self.line.take()

    def press(self, pin: int, level: int, duration_s: float) -> None:
        """Drive a pin for a while, then let go of it."""
        self.pins.box_drives(pin, level)
        self.run_for(duration_s)
        self.pins.box_drives(pin, None)

    def start(self) -> None:
        self.pins.box_drives(BOARD.modem_pwrkey, 1)
        self.run_for(0.1)
        self.pins.box_drives(BOARD.modem_pwrkey, 0)
        self.run_for(15)
        self.line.take()
        assert self.ask("ATE0") == ["ATE0", "OK"]

    def connect(self) -> None:
        if not self.modem.state.is_on:
            self.start()
        assert self.ask("AT+CIPRXGET=1") == ["OK"]
        assert self.ask("AT+NETOPEN") == ["OK", "+NETOPEN:", "0"]
        answer = self.ask(f'AT+CIPOPEN=0,"TCP","127.0.0.1",{self.port}')
        assert answer == ["OK", "+CIPOPEN:", "0,0"]

    def send(self, data: bytes) -> list[str]:
        assert self.ask(f"AT+CIPSEND=0,{len(data)}", 0.05) == [">"]
        self.line.write(data)
        return self.listen(0.07)
