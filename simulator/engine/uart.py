"""One serial line between a box and a device, paced at its baud rate.

Bytes reach the box as an ESP32 hands them over: when 120 stand in its FIFO, or when the line has
been idle for ten symbols. The driver's buffer holds what the box asked for; what overflows is
dropped and counted. Never looks at what the bytes mean.
"""

from collections.abc import Callable
from typing import Protocol

from simulator.engine.timeline import US, Timeline, Timer

BITS_A_BYTE = 10  # 8N1
FIFO_FULL_BYTES = 120
IDLE_BYTES = 10


class SerialLine(Protocol):
    """What a device needs of its line, whoever is at the other end."""

    on_data: Callable[[bytes], None]

    def send(self, data: bytes) -> None:
        """The device writes."""


class UartLine:
    """The line of one UART of the box; a device attaches by setting `on_data` and calling `send`.

    Args:
        timeline: the world's clock.
        device_baud: what the device speaks; a box that opens another rate hears noise.
    """

    def __init__(self, timeline: Timeline, device_baud: int) -> None:
        self.timeline = timeline
        self.device_baud = device_baud
        self.on_data: Callable[[bytes], None] = lambda data: None
        self.on_readable: Callable[[], None] = lambda: None
        self.overflowed_bytes = 0
        self._byte_us = BITS_A_BYTE * US / device_baud
        self._box_baud: int | None = None
        self._capacity = 0
        self._unread = 0  # bytes that the box holds and has not read
        self._received = b""  # bytes in the driver's buffer since the box was last told
        self._wire = b""  # bytes on their way to the box
        self._wire_start_us = 0.0
        self._hand_over_asked = False
        self._box_wire_free_us = 0.0
        self._stands_still = False
        self._under_way: tuple[float, bytes, Timer] | None = None  # what the box says now

    # The box's side

    def open(self, baud: int, capacity: int) -> None:
        """The box opens its UART with that rate and receive buffer."""
        self._box_baud = baud
        self._stands_still = False
        self._capacity = capacity
        self._received = b""
        self._unread = 0

    def close(self) -> None:
        """The box closes its UART or loses power: what comes in is lost from now on."""
        self._box_baud = None

    def write(self, data: bytes) -> None:
        """The box writes; the device gets it when the last byte has passed the line."""
        if self._box_baud is None:
            return
        heard = data if self._box_baud == self.device_baud else noise(data)
        start_us = max(float(self.timeline.now_us), self._box_wire_free_us)
        self._box_wire_free_us = start_us + len(data) * BITS_A_BYTE * US / self._box_baud
        timer = self.timeline.call_at(round(self._box_wire_free_us), lambda: self.on_data(heard))
        self._under_way = (start_us, heard, timer)

    def stand_still(self) -> None:
        """The box goes into light sleep: what it was saying is cut off, what comes now is lost."""
        now_us = self.timeline.now_us
        if self._under_way is not None and self._box_baud is not None:
            start_us, data, timer = self._under_way
            if timer.callback is not None:
                timer.cancel()
                passed = max(0, int((now_us - start_us) / (BITS_A_BYTE * US / self._box_baud)))
                if passed:
                    self.timeline.call_at(now_us, lambda: self.on_data(data[:passed]))
                self._box_wire_free_us = now_us
        self._store(self._take_passed())
        self._stands_still = True

    def go_on(self) -> None:
        """The box is awake again: of what is on its way it hears what is still to pass."""
        self._take_passed()
        self._stands_still = False

    def _take_passed(self) -> bytes:
        """Take from the wire what has passed it by now."""
        passed_us = self.timeline.now_us - self._wire_start_us
        passed = min(len(self._wire), max(0, int(passed_us / self._byte_us)))
        data, self._wire = self._wire[:passed], self._wire[passed:]
        self._wire_start_us += passed * self._byte_us
        return data

    def note_unread(self, count: int) -> None:
        """The box says how many received bytes it has not read yet."""
        self._unread = count

    def take(self) -> bytes:
        """Give the box what came in since the last time."""
        data, self._received = self._received, b""
        return data

    @property
    def readable(self) -> bool:
        """Whether there is something to take."""
        return bool(self._received)

    # The device's side

    def send(self, data: bytes) -> None:
        """The device writes; the box gets it as the bytes have passed the line."""
        now_us = float(self.timeline.now_us)
        if not self._wire:
            self._wire_start_us = max(now_us, self._wire_start_us)
        elif now_us > self._wire_start_us + len(self._wire) * self._byte_us:
            # A pause shorter than the idle time: the bytes that passed count from here.
            self._wire_start_us = now_us - len(self._wire) * self._byte_us
        self._wire += data
        self._ask_hand_over()

    def _ask_hand_over(self) -> None:
        if self._wire and not self._hand_over_asked:
            self._hand_over_asked = True
            self.timeline.call_at(self._hand_over_us(), self._hand_over)

    def _hand_over_us(self) -> int:
        count = FIFO_FULL_BYTES
        if len(self._wire) < FIFO_FULL_BYTES:
            count = len(self._wire) + IDLE_BYTES
        return round(self._wire_start_us + count * self._byte_us)

    def _hand_over(self) -> None:
        self._hand_over_asked = False
        if self._wire and self._hand_over_us() <= self.timeline.now_us:
            chunk = self._wire[:FIFO_FULL_BYTES]
            self._wire = self._wire[FIFO_FULL_BYTES:]
            self._wire_start_us += len(chunk) * self._byte_us
            self._store(chunk)
        self._ask_hand_over()

    def _store(self, chunk: bytes) -> None:
        if self._box_baud is None or self._stands_still:
            return
        if self._box_baud != self.device_baud:
            chunk = noise(chunk)
        room = max(0, self._capacity - self._unread - len(self._received))
        self.overflowed_bytes += max(0, len(chunk) - room)
        self._received += chunk[:room]
        if self._received:
            self.on_readable()


def noise(data: bytes) -> bytes:
    """What a receiver at the wrong rate makes of these bytes: as many, and none of them right."""
    return bytes(byte ^ 0xA5 for byte in data)
