"""`voiturier-sim device modem`: the modem alone at 1x, for programs that open a serial port.

It has started and is registered when it says where it listens: on a pty, or on a Unix socket for
one program after the other. Its TCP connections are real.
"""

import contextlib
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from firmware.board import BOARDS
from simulator.devices.modem.a76xx import A76xx
from simulator.devices.modem.faults import FAULTS
from simulator.devices.modem.surroundings import Surroundings
from simulator.engine.pins import Pins
from simulator.engine.pty_line import PtyLine
from simulator.engine.uart import SerialLine
from simulator.engine.world import World
from simulator.errors import InputError

_UP_S = 5.0  # until its banners are said and it is registered


class SocketLine:
    """A serial line (uart.SerialLine) whose far end is a Unix socket.

    Args:
        address: a path, or "@name" for a name in Linux's abstract namespace.
    """

    def __init__(self, address: str) -> None:
        self.on_data: Callable[[bytes], None] = lambda data: None
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._listener.bind("\0" + address[1:] if address.startswith("@") else address)
        except OSError as error:
            raise InputError(f"cannot listen on {address!r}: {error.strerror}") from None
        self._listener.listen(1)
        self._peer: socket.socket | None = None

    def fileno(self) -> int:
        """Return the descriptor of the program that is connected, or of the socket it waits at."""
        return (self._peer or self._listener).fileno()

    def readable(self) -> None:
        """Let a program in, take what it wrote, or see that it has gone."""
        if self._peer is None:
            self._peer, _ = self._listener.accept()
            self._peer.setblocking(False)
            return
        try:
            data = self._peer.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.on_data(data)
        else:
            self._peer.close()
            self._peer = None

    def send(self, data: bytes) -> None:
        """Say bytes to the program; without one they are lost, as on a serial line."""
        if self._peer is not None:
            with contextlib.suppress(OSError):
                self._peer.sendall(data)


class TracedLine:
    """A line that shows on stderr what passes over it.

    Args:
        line: the real one.
    """

    def __init__(self, line: SerialLine) -> None:
        self.on_data: Callable[[bytes], None] = lambda data: None
        self._line = line
        self._heard = b""
        line.on_data = self._hear

    def send(self, data: bytes) -> None:
        """The device writes."""
        if data.strip() and len(data) > 1:  # an echo of one byte says nothing new
            print(f"<- {data!r}", file=sys.stderr, flush=True)
        self._line.send(data)

    def _hear(self, data: bytes) -> None:
        self._heard += data
        if data.endswith((b"\r", b"\n", b"\x1a", b"\x1b")):
            print(f"-> {self._heard!r}", file=sys.stderr, flush=True)
            self._heard = b""
        self.on_data(data)


def play_modem(
    address: str | None,
    fault: str | None,
    messages: list[str],
    trace: bool,
    surroundings: Surroundings,
) -> None:
    """Play the modem until interrupted.

    Args:
        address: of the Unix socket; None: a pty, whose path is the first line of stdout.
        fault: one of FAULTS, from the start on.
        messages: SENDER:TEXT of short messages that wait for it.
        trace: show on stderr what passes over the line.
        surroundings: what it finds.

    Raises:
        InputError: no such fault, a message that is none, or no such place for a socket.
    """
    if fault is not None and fault not in FAULTS:
        known = "\n".join(f"  {name:21} {kind.meaning}" for name, kind in FAULTS.items())
        raise InputError(f"a modem has no fault {fault!r}; it has\n{known}")
    line = SocketLine(address) if address is not None else PtyLine()
    with contextlib.ExitStack() as left_over, World(realtime=True) as world:
        if address is not None and not address.startswith("@"):
            left_over.callback(Path(address).unlink, missing_ok=True)
        world.network.listen(line)
        modem = A76xx(
            world.timeline,
            TracedLine(line) if trace else line,
            world.network,
            Pins(set()),
            BOARDS["host"],
            lambda direction, data: None,
        )
        for message in messages:
            sender, _, text = message.partition(":")
            try:
                modem.receive_sms(sender, text)
            except ValueError as error:
                raise InputError(f"--sms takes SENDER:TEXT: {error}") from None
        modem.fault(fault)
        surroundings.put_round(modem.state)
        modem.start()
        world.run_for(_UP_S)
        if isinstance(line, PtyLine):
            line.forget()
        print(line.path if isinstance(line, PtyLine) else address, flush=True)
        world.run_forever()
