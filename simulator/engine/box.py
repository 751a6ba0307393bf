"""One box: a MicroPython process with the real firmware, in lockstep with the world.

The process runs only between an answer of the world and its own next wait; meanwhile no world
time passes. simulator/fakes/simulator_link.py is the other end and documents the messages. Never
knows what is attached to its pins and UARTs.
"""

import functools
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.engine.i2c import I2cBus
from simulator.engine.meter import Meter
from simulator.engine.pins import Pins
from simulator.engine.rom import compile_to_rom
from simulator.engine.timeline import Timeline, Timer
from simulator.engine.uart import UartLine
from simulator.errors import BoxError, SimulatorError

# The budget, in the chip's 32-bit words; the same in 64-bit ones, which take 1.56 times as much.
DEFAULT_HEAP = {32: "256k", 64: "400k"}
HEAP_WITHOUT_PSRAM = {32: "200k", 64: "312k"}  # all that the chip has of its own
POWER_ON_RESET = 1
WATCHDOG_RESET = 3
HARD_RESET = 2  # machine.reset()
SOFT_RESET = 5
RESTART_US = 300_000  # the chip's own start, from reset to boot.py
WAKING_US = 1_000  # "less than 1 ms" (ESP32-S3 data sheet, light sleep)
# Seconds of the processor's time between two waits of the firmware before it counts as hung. The
# longest honest stretch is the start, when some seventy modules are imported: below a second.
HANG_S = 10
PSRAM_BYTES = 8 << 20  # of the module N16R8; the heap that models the chip's is smaller
_SILENT_S = 300.0  # real seconds: the machine is too busy, or the process is stopped
_NEVER = 0xFFFFFFFFFFFFFFFF
_MESSAGE_BYTES = 65536
_IDLE = 0x80  # in a wait's mask of UARTs: the firmware has nothing to do
_START_MHZ = 240  # CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ_240 of MicroPython's ESP32_GENERIC_S3
_FAKES = Path(__file__).parents[1] / "fakes"
_REPOSITORY = Path(__file__).parents[2]


def find_micropython() -> str:
    """Return the path of the MicroPython binary; SimulatorError when there is none."""
    named = os.environ.get("VOITURIER_MICROPYTHON")
    prepared = _REPOSITORY / ".tools" / "micropython" / "micropython"
    found = named or (str(prepared) if prepared.exists() else shutil.which("micropython"))
    if not found or not Path(found).exists():
        raise SimulatorError("MicroPython is missing: run ./run.sh --prepare first")
    return found


@functools.cache
def word_bits() -> int:
    """Return the bits of that MicroPython's words: 32, as on the chip, or 64."""
    program = "import sys; print(64 if sys.maxsize >> 32 else 32)"
    said = subprocess.run([find_micropython(), "-c", program], capture_output=True, text=True)
    if said.returncode != 0:
        raise SimulatorError(f"MicroPython does not start: {said.stderr.strip()}")
    return int(said.stdout)


class _EndlessLoopError(Exception):
    """The firmware's process has used up its time without a wait."""


class Box:
    """The process, its pins and its UARTs.

    Attributes:
        resets: the cause of each start but the first.
        meter: of the chip: "off", "light sleep", or "busy" or "idle" at "80", "160" or "240 MHz".

    Args:
        timeline: the world's clock.
        image: the flash image, see flasher/image.py.
        unique_id: the chip's 6-byte identifier.
        pins: every pin of the board.
        uarts: number -> (tx pin, rx pin, the line to its device).
        i2c: the bus that it has, or None.
        heap: MicroPython's heap, as its -X heapsize takes it; the budget by default.
        slice_ms: world time that one slice of X25519 takes; all other computing takes none.

    Attributes:
        resets: the cause of each start but the first, as ports/esp32/modmachine.c gives it.
        stuck: why its firmware does nothing any more though the box has power: at the REPL, or in a
            loop without end. Its pins stay as they are, until a watchdog that was started bites.
        interrupt_character: what raises KeyboardInterrupt on its console; -1: nothing does.
        hang_s: how much of the processor's time makes a loop without end.
        heap: MicroPython's, as its -X heapsize takes it, at the next start.
        psram_bytes: what the chip has beside its own memory; see `lose_psram`.
    """

    def __init__(
        self,
        timeline: Timeline,
        image: Path,
        unique_id: bytes,
        pins: Pins,
        uarts: Mapping[int, tuple[int, int, UartLine]],
        i2c: I2cBus | None = None,
        heap: str | None = None,
        slice_ms: float = 0.0,
    ) -> None:
        self.timeline = timeline
        self.image = image
        self.pins = pins
        self.resets: list[int] = []  # the cause of each start but the first
        self.stuck = ""
        self.interrupt_character = 3
        self.hang_s = HANG_S
        self.psram_bytes = PSRAM_BYTES
        self.meter = Meter(timeline, "off")
        self._unique_id = unique_id
        self.heap = heap or DEFAULT_HEAP[word_bits()]
        self._slice_us = round(slice_ms * 1000)
        self._wiring = {number: [tx, rx] for number, (tx, rx, _) in uarts.items()}
        self._lines = {number: line for number, (_, _, line) in uarts.items()}
        self._i2c = i2c
        self._transferred: bytes | None = None  # what came of its transfer, till it is told
        self._process: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None
        self._console = tempfile.TemporaryFile()  # noqa: SIM115 lives as long as the box
        self._printed_bytes = 0  # of it, that `printed` has given
        self._boot_us = 0
        self._asleep: Timer | None = None
        self._restarting: Timer | None = None
        self._run_asked = False
        self._polled = 0
        self._mhz = _START_MHZ
        self._dozed_us: int | None = None  # since when it is in light sleep
        self._wakes = False  # from light sleep: nothing hurries that
        self._let_go: dict[int, int] = {}  # the levels that it drives again when it is awake
        self._wake_pins = (0, 0)  # masks: those that end it when low, and when high
        self._interrupts: set[int] = set()
        self._changed: list[int] = []  # pins that the outside changed since the last answer
        self._watchdog_us: int | None = None
        self._fed_us = 0
        self._watchdog: Timer | None = None
        self._report: dict[str, Any] | None = None
        pins.on_outside = self._on_outside
        for number, line in self._lines.items():
            line.on_readable = lambda number=number: self._on_readable(number)  # type: ignore[misc]

    @property
    def running(self) -> bool:
        """Whether the box has power and its firmware runs or is about to restart."""
        return self._process is not None or self._restarting is not None or bool(self.stuck)

    def power_on(self, cause: int = POWER_ON_RESET) -> None:
        """Start the firmware now; it runs up to its first wait. BoxError when it cannot."""
        if self._process is not None or self.stuck:
            raise SimulatorError("the box is on already")
        self._restarting = None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_SILENT_S)
        fakes = compile_to_rom(_FAKES, "start")
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(find_micropython(), "-X", f"heapsize={self.heap}"),
                    *("-m", "start", str(theirs.fileno()), str(self.image.resolve())),
                ],
                pass_fds=[theirs.fileno()],
                cwd=fakes,  # no other folder of the host is on its path
                stdin=subprocess.DEVNULL,
                stdout=self._console,
                stderr=self._console,
                env={**os.environ, "MICROPYPATH": f"{fakes}:.frozen"},
                process_group=0,  # a Ctrl-C is for the world, which ends its boxes itself
            )
        self._link = ours
        self._boot_us = self.timeline.now_us
        self._mhz = _START_MHZ
        self._report = None
        self._changed = []
        configuration = {
            "pins": sorted(self.pins.numbers),
            "uarts": self._wiring,
            "i2c": [self._i2c.sda, self._i2c.scl] if self._i2c else [],
            "levels": self.pins.outside,
            "unique_id": self._unique_id.hex(),
            "reset_cause": cause,
            "slice_us": self._slice_us,
            "held": sorted(self.pins.held),
            "hang_s": self.hang_s,
            "psram_bytes": self.psram_bytes,
        }
        self._send(json.dumps(configuration).encode())
        self._run_until_wait()

    def lose_psram(self) -> None:
        """Be a module that has none, with what that leaves of a heap."""
        self.psram_bytes = 0
        self.heap = HEAP_WITHOUT_PSRAM[word_bits()]

    def kill(self) -> None:
        """Cut the power: the process dies at once, its pins float, the flash keeps its state."""
        self._end()
        self.pins.lose_power()

    def _end(self) -> None:
        """End the process; the pins are as the chip's reset leaves them."""
        self.stuck = ""
        for timer in (self._asleep, self._restarting, self._watchdog):
            if timer is not None:
                timer.cancel()
        self._restarting = self._watchdog = self._watchdog_us = None
        self._dozed_us = None
        self._wakes = False
        self._let_go.clear()
        self._interrupts.clear()
        self._end_process()
        for line in self._lines.values():
            line.close()
        self.pins.release_all()

    def _end_process(self) -> None:
        self.meter.enter("off")
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._link is not None:
            self._link.close()
            self._link = None
        if self._i2c is not None:
            self._i2c.cut()
        self._transferred = None

    def brown_out(self) -> None:
        """Reset as the chip does when its supply sags: its detector's reset counts as power-on."""
        if self.running:
            self.pins.held.clear()
            self._restart(POWER_ON_RESET)

    def close(self) -> None:
        """End for good."""
        self.kill()
        self._console.close()

    def report(self, collected: bool = False) -> dict[str, Any]:
        """Ask the firmware for its report; no world time passes.

        Args:
            collected: garbage is, first, so that the heap in use is what is alive; that takes
                longer than all the rest, and changes what it looks at.
        """
        if self.stuck:
            raise BoxError(f"the firmware is {self.stuck}\n{self.console()}".rstrip())
        if self._link is None:
            raise SimulatorError("the box is off")
        if collected or self._report is None:  # or it has not run since
            self._send(b"QC" if collected else b"Q")
            self._do(self._receive())
        assert self._report is not None
        return dict(self._report)

    def console(self) -> str:
        """Return the end of what the firmware printed."""
        end = self._console.seek(0, os.SEEK_END)
        self._console.seek(max(0, end - 4000))
        return self._console.read().decode(errors="replace")

    def printed(self) -> bytes:
        """Return what the firmware printed since the last call."""
        new = os.pread(self._console.fileno(), _MESSAGE_BYTES, self._printed_bytes)
        self._printed_bytes += len(new)
        return new

    # What wakes it

    def _on_readable(self, number: int) -> None:
        if self._polled & 1 << number:
            self._ask_run()

    def _on_outside(self, number: int) -> None:
        self._changed.append(number)
        if self._wakes:
            return
        if number in self._interrupts if self._dozed_us is None else self._is_woken():
            self._ask_run()

    def _is_woken(self) -> bool:
        """Whether a pin is at the level that ends a light sleep."""
        return any(
            self._wake_pins[level] >> number & 1
            for number, level in self.pins.outside.items()
            if level in (0, 1)
        )

    def _on_transferred(self, error: int, data: bytes) -> None:
        self._transferred = struct.pack(">sBH", b"C", error, len(data)) + data
        self._ask_run()

    def _ask_run(self) -> None:
        """Have the box run after the present event, once."""
        if not self._run_asked and self._link is not None:
            self._run_asked = True
            self.timeline.call_at(self.timeline.now_us, self._run)

    def _run(self) -> None:
        self._run_asked = False
        if self._link is None:
            return
        if self._dozed_us is not None:
            self._end_doze(self._dozed_us)
            return
        self._wakes = False
        self._answer()
        self._run_until_wait()

    # The messages

    def _answer(self) -> None:
        self._report = None
        passed_us = self.timeline.now_us - self._boot_us
        parts = [struct.pack(">QQ", passed_us, passed_us // 1000)]
        for number in self._changed:
            parts.append(struct.pack(">sBI", b"P", number, self.pins.outside[number]))
        self._changed = []
        if self._transferred is not None:
            parts.append(self._transferred)
            self._transferred = None
        for number, line in self._lines.items():
            if line.readable:
                data = line.take()
                parts.append(struct.pack(">sBH", b"U", number, len(data)) + data)
        self._send(b"".join(parts))

    def _send(self, payload: bytes) -> None:
        assert self._link is not None
        try:
            self._link.sendall(payload)
        except OSError:
            self._fail("the firmware ended")

    def _run_until_wait(self) -> None:
        """Let the process run until it waits, and do what it says it did."""
        try:
            while not self._do(self._receive()):
                pass
        except _EndlessLoopError:
            self._get_stuck("in a loop without end")

    def _receive(self) -> bytes:
        assert self._link is not None
        assert self._process is not None
        try:
            message = self._link.recv(_MESSAGE_BYTES)
        except TimeoutError:
            self._fail(f"the firmware says nothing for {_SILENT_S:.0f} s")
        except OSError:
            message = b""
        if not message and self._process.wait() == -signal.SIGVTALRM:
            raise _EndlessLoopError
        if not message:
            self._fail("the firmware ended")
        return message

    def _get_stuck(self, how: str) -> None:
        self._end_process()
        if self._asleep is not None:
            self._asleep.cancel()
            self._asleep = None
        self.stuck = how

    def _fail(self, reason: str) -> None:
        self.kill()
        raise BoxError(f"{reason}\n{self.console()}".rstrip())

    def _do(self, message: bytes) -> bool:
        """Do what a message says; False when the firmware goes on without an answer."""
        at = 0
        while at < len(message):
            kind = message[at : at + 1]
            at += 1
            if kind in b"ZV":  # the last of a message
                deadline_us, self._polled = struct.unpack_from(">QB", message, at)
                if kind == b"V":
                    deadline_us *= 1000
                self.meter.enter(f"{'idle' if self._polled & _IDLE else 'busy'} {self._mhz} MHz")
                self._sleep(deadline_us)
                return True
            elif kind == b"W":
                number, length = struct.unpack_from(">BH", message, at)
                at += 3 + length
                self._lines[number].write(message[at - length : at])
            elif kind == b"P":
                number, level = message[at], message[at + 1]
                at += 2
                self.pins.box_drives(number, None if level == 2 else level)
            elif kind == b"C":
                first, count, hertz, patience_us, length = struct.unpack_from(">BHIIH", message, at)
                at += 13 + length
                assert self._i2c is not None
                data = message[at - length : at]
                self._i2c.transfer(first, count, data, hertz, patience_us, self._on_transferred)
            elif kind == b"N":
                number, unread = struct.unpack_from(">BH", message, at)
                at += 3
                self._lines[number].note_unread(unread)
            elif kind == b"O":
                number, baud, capacity = struct.unpack_from(">BIH", message, at)
                at += 7
                self._lines[number].open(baud, capacity)
            elif kind == b"I":
                (self._interrupts.add if message[at + 1] else self._interrupts.discard)(message[at])
                at += 2
            elif kind == b"D":
                self._start_watchdog(struct.unpack_from(">I", message, at)[0])
                at += 4
            elif kind == b"F":
                self._fed_us = self.timeline.now_us
            elif kind == b"A":
                _, length = struct.unpack_from(">BH", message, at)
                at += 3 + length
                name, value = json.loads(message[at - length : at])
                self._report = {**(self._report or {}), name: value}
            elif kind == b"M":
                self._mhz = struct.unpack_from(">H", message, at)[0]
                at += 2
            elif kind == b"Y":  # as Z, the last of a message
                deadline_us, *wake_pins = struct.unpack_from(">QQQ", message, at)
                at += 24
                self._doze(deadline_us, wake_pins[0], wake_pins[1])
                return True
            elif kind == b"H":
                (self.pins.held.add if message[at + 1] else self.pins.held.discard)(message[at])
                at += 2
            elif kind == b"K":
                self.interrupt_character = struct.unpack_from(">b", message, at)[0]
                at += 1
            elif kind == b"L":
                self.stuck = "at the REPL"
            elif kind == b"R":
                self._restart(message[at])
                return True
            elif kind == b"X":
                _, length = struct.unpack_from(">BH", message, at)
                self._get_stuck(message[at + 3 : at + 3 + length].decode())
                return True
        return False

    def _sleep(self, deadline_us: int) -> None:
        if self._asleep is not None:
            self._asleep.cancel()
            self._asleep = None
        if deadline_us < _NEVER:
            self._asleep = self.timeline.call_at(self._boot_us + deadline_us, self._run)
        if self._polled & ~_IDLE and any(
            line.readable and self._polled & 1 << n for n, line in self._lines.items()
        ):
            self._ask_run()

    # Light sleep: digital peripherals stand still, and outputs float unless they are held: ESP-IDF
    # isolates all pins of an S3 (sleep_gpio.c, ESP_SLEEP_GPIO_RESET_WORKAROUND)

    def _doze(self, deadline_us: int, low: int, high: int) -> None:
        self._polled = 0
        if self._dozed_us is None:
            self._dozed_us = self.timeline.now_us
            for line in self._lines.values():
                line.stand_still()
            self._let_go = self.pins.driven()
            for number in self._let_go:
                self.pins.box_drives(number, None)
        self._wake_pins = (low, high)
        self.meter.enter("light sleep")
        self._sleep(deadline_us)
        if self._is_woken():
            self._ask_run()

    def _end_doze(self, since_us: int) -> None:
        self._dozed_us = None
        # The timer groups' clock is gated, and with it the task watchdog (TRM, 12.2 and 13).
        self._fed_us += self.timeline.now_us - since_us
        for line in self._lines.values():
            line.go_on()
        for number, level in self._let_go.items():
            self.pins.box_drives(number, level)
        self._wakes = True
        self.meter.enter(f"busy {self._mhz} MHz")
        self._sleep(self.timeline.now_us - self._boot_us + WAKING_US)

    # Resets

    def _start_watchdog(self, timeout_ms: int) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
        self._watchdog_us = timeout_ms * 1000
        self._fed_us = self.timeline.now_us
        self._watch()

    def _watch(self) -> None:
        """Reset the box if nothing fed the watchdog in time; otherwise look again when due."""
        assert self._watchdog_us is not None
        due_us = self._fed_us + self._watchdog_us
        if self._dozed_us is not None:
            due_us += self.timeline.now_us - self._dozed_us
        if due_us <= self.timeline.now_us:
            self._restart(WATCHDOG_RESET)
        else:
            self._watchdog = self.timeline.call_at(due_us, self._watch)

    def _restart(self, cause: int) -> None:
        self._end()
        self.pins.release_all()
        self.resets.append(cause)
        self._restarting = self.timeline.call_at(
            self.timeline.now_us + RESTART_US, lambda: self.power_on(cause)
        )
