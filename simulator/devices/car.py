"""One simulated car: the box, the parts around it, the road, and what its driver can do.

Decides nothing: a test or a scenario says what the driver does, the firmware what the box does.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from firmware.board import BOARDS, Board
from flasher.image import write_image
from simulator.devices.gnss import GnssReceiver
from simulator.devices.modem.a76xx import BAUD as MODEM_BAUD
from simulator.devices.modem.a76xx import A76xx
from simulator.devices.pn532 import Pn532
from simulator.devices.pn532_i2c import I2cPort
from simulator.devices.wiegand_reader import WiegandReader
from simulator.devices.wires import Wires
from simulator.engine.box import Box
from simulator.engine.i2c import I2cBus
from simulator.engine.pins import Pins
from simulator.engine.timeline import US
from simulator.engine.uart import UartLine
from simulator.engine.world import World
from simulator.road.driving import FERRY, KMH, TOW_TRUCK, Drive
from simulator.road.roads import PLACES, crossing, journey
from simulator.road.route import Route

LE_MANS = (48.0061, 0.1996)
TOUCH_S = 1.0  # so long a driver holds a badge to the windscreen: a quiet car looks every 0.75 s
HOLD_S = 3.5  # how long to end a trip: the box wants 3 s
_MINUTE_S = 60.0
# What the box draws at 12 V with its modem off, asleep and awake, as docs/power.md adds it up.
_BOX_OFF_A, _BOX_ASLEEP_A, _BOX_AWAKE_A = 0.003, 0.006, 0.05


class Car:
    """A car with its box switched off.

    Attributes:
        tcp_capture: ("up" | "down", bytes) as they went over TCP; the two counters add them up.

    Args:
        world: whose clock, network and chance it shares; the box ends with it.
        identity: the box's identity file, as `voiturier box add` writes it; its server is replaced
            by `server`, or else by the world's own server if there is one.
        image: its flash image; made if missing, otherwise its journal is kept.
        position: where its road begins.
        server: (host, port) of the boxes' port.
        is_flashed: the image is what somebody flashed, with that identity: it stays as it is.
    """

    def __init__(
        self,
        world: World,
        identity: Mapping[str, Any],
        image: Path,
        position: tuple[float, float] = LE_MANS,
        server: tuple[str, int] | None = None,
        is_flashed: bool = False,
    ) -> None:
        if server is None and world.server is not None:
            server = ("127.0.0.1", world.server.boxes_port)
        if server is not None:
            identity = {**identity, "server_host": server[0], "server_port": server[1]}
        if not is_flashed:
            write_image(image, identity)
        timeline = world.timeline
        board = BOARDS[identity["board"]]
        self.name = str(identity.get("vehicle", identity["box_id"]))
        self.pins = Pins(_pin_numbers(board))
        self.wire_bytes_up = 0
        self.wire_bytes_down = 0
        self.tcp_capture: list[tuple[str, bytes]] = []
        self._timeline = timeline
        self._route = Route(position, world.seed * 1000 + len(world.boxes))
        self._speed_kmh = 0.0
        self._driven_m = 0.0
        self._driven_at_us = timeline.now_us
        self.place: str | None = None  # of roads.py, where it stands; None: on its own round
        self._drive: Drive | None = None
        self._drive_to = ""
        self._is_carried = False  # its wheels stand on what moves
        self._surroundings = (True, True)  # sky, coverage
        uarts = {
            board.modem_uart: UartLine(timeline, MODEM_BAUD),
            board.gnss_uart: UartLine(timeline, board.gnss_uart.baud),
        }
        start_relay = bool(identity.get("start_relay", True))
        self.wires = Wires(timeline, self.pins, board, start_relay)
        self.gnss = GnssReceiver(timeline, uarts[board.gnss_uart])
        self.reader: Pn532 | WiegandReader
        self.reader_bus: I2cBus | None = None
        if identity.get("reader") == "wiegand":
            self.reader = WiegandReader(timeline, self.pins, board.wiegand_d0, board.wiegand_d1)
        else:
            port = I2cPort(timeline, self.pins, board.reader_irq)
            self.reader = Pn532(timeline, port)
            self.reader_bus = I2cBus(timeline, board.reader_sda, board.reader_scl, port)
        self.modem = A76xx(
            timeline, uarts[board.modem_uart], world.network, self.pins, board, self._on_wire
        )
        self.box = Box(
            timeline,
            image,
            unique_id=bytes.fromhex(identity["box_id"])[:6],
            pins=self.pins,
            uarts={uart.number: (uart.tx, uart.rx, line) for uart, line in uarts.items()},
            i2c=self.reader_bus,
            heap=world.heap,
            slice_ms=world.slice_ms,
        )
        world.join(self.box)
        self.gnss.follow(lambda: (self.position, self.speed_kmh))
        self._drain()

    def _drain(self) -> None:
        """Once a minute: the battery gives what car and box have drawn."""
        box_a = 0.0
        if self.box.running:
            awake_a = _BOX_ASLEEP_A if self.modem.sleeps else _BOX_AWAKE_A
            box_a = awake_a if self.modem.state.is_on else _BOX_OFF_A
        self.wires.draw(box_a, _MINUTE_S)
        self._timeline.call_later(_MINUTE_S, self._drain)

    # The box

    def power_on(self) -> None:
        """Give the box power; it boots from its flash."""
        self.gnss.restart()
        self.box.power_on()

    def kill(self) -> None:
        """Cut the power of the box and its parts; the latching relay stays as it is."""
        self.box.kill()
        self.modem.power_cut()
        self.reader.power_off()

    def brown_out(self) -> None:
        """Let the supply sag so far that the box resets; its parts keep their power."""
        self.box.brown_out()

    def report(self, collected: bool = False) -> dict[str, Any]:
        """Return what the firmware says of itself; see Box.report."""
        return self.box.report(collected)

    # The driver

    def present_badge(self, uid: bytes, hold_s: float = TOUCH_S, key: bytes | None = None) -> None:
        """Hold a badge to the windscreen from now on, that long; with a key it can prove itself."""
        self.reader.present(uid, hold_s, key=key)

    def set_ignition(self, on: bool) -> None:
        """Turn the key; off stops the engine."""
        self.wires.set_ignition(on)

    def crank(self) -> None:
        """Turn the key to start; after CRANK_S of wires.py the engine runs, if it may."""
        self.wires.crank()

    def drive(self, speed_kmh: float) -> None:
        """Go on along the road at that speed; 0 stops."""
        self._driven_m = self.driven_m
        self._driven_at_us = self._timeline.now_us
        self._speed_kmh = speed_kmh

    def stand_at(self, place: str) -> None:
        """Stand at a place of roads.py, with the sky and the coverage that it has."""
        self.place = place
        self._surround(PLACES[place].sky, PLACES[place].coverage)

    def drive_to(self, place: str, seed: int) -> float:
        """Drive from the place it stands at to another one by road; return how long it takes."""
        return self._set_off(Drive(journey(self._here, place), seed), place, is_carried=False)

    def tow_to(self, place: str, seed: int) -> float:
        """Be carried there by road on a truck; return how long it takes."""
        way = journey(self._here, place)
        return self._set_off(Drive(way, seed, TOW_TRUCK), place, is_carried=True)

    def ferry_to(self, place: str, seed: int) -> float:
        """Be carried there straight on a ferry's open deck; return how long it takes."""
        way = crossing(self._here, place)
        return self._set_off(Drive(way, seed, FERRY), place, is_carried=True)

    @property
    def _here(self) -> str:
        assert self.place is not None, "it stands nowhere"
        return self.place

    def _set_off(self, drive: Drive, place: str, *, is_carried: bool) -> float:
        self._drive = drive
        self._drive_to = place
        self._is_carried = is_carried
        self._driven_at_us = self._timeline.now_us
        self.place = None
        self._look_round()
        return drive.duration_s

    def _look_round(self) -> None:
        """Once a second on the road: sky and coverage as they are here, and the end."""
        drive = self._drive
        assert drive is not None
        after_s = self._since_s()
        if after_s >= drive.duration_s:
            if not self._is_carried:
                self._driven_m += drive.length_m
            self._drive = None
            self._driven_at_us = self._timeline.now_us
            self.stand_at(self._drive_to)
            return
        stretch = drive.stretch(after_s)
        self._surround(stretch.sky, stretch.coverage)
        self._timeline.call_later(1.0, self._look_round)

    def _surround(self, sky: bool, coverage: bool) -> None:
        """Tell the receiver and the modem what has changed around them, and nothing else."""
        if (sky, coverage) == self._surroundings:
            return
        had_sky, had_coverage = self._surroundings
        self._surroundings = (sky, coverage)
        if sky != had_sky:
            self.gnss.sky(sky)
        if coverage != had_coverage:
            self.modem.coverage(coverage)

    def _since_s(self) -> float:
        return (self._timeline.now_us - self._driven_at_us) / US

    # What can be seen of it

    @property
    def speed_kmh(self) -> float:
        """How fast it is."""
        if self._drive is not None:
            return self._drive.speed_kmh(self._since_s())
        return self._speed_kmh

    @property
    def driven_m(self) -> float:
        """The true distance driven so far, without logs played into the receiver.

        What carried it is no distance that it drove.
        """
        if self._is_carried and self._drive is not None:
            return self._driven_m
        if self._drive is not None:
            return self._driven_m + self._drive.metres(self._since_s())
        return self._driven_m + self._speed_kmh * KMH * self._since_s()

    @property
    def position(self) -> tuple[float, float]:
        """(latitude, longitude) in degrees."""
        if self._drive is not None:
            return self._drive.position(self._since_s())
        if self.place is not None:
            return PLACES[self.place].position
        return self._route.position(self.driven_m)

    @property
    def relay(self) -> str:
        """The start relay: "enabled" or "inhibited"."""
        return self.wires.relay

    @property
    def relay_changes(self) -> list[tuple[int, str]]:
        """(Unix ms, new state) of every move of the start relay."""
        return self.wires.relay_changes

    @property
    def door(self) -> str:
        """The doors: "locked" or "unlocked"."""
        return self.wires.door

    @property
    def starter_allowed(self) -> bool:
        """Whether the starter would turn."""
        return self.wires.starter_allowed

    @property
    def signals(self) -> list[tuple[int, str, int]]:
        """(Unix ms, "green" | "red" | "buzzer", level) of every light and sound."""
        return self.wires.signals

    def _on_wire(self, direction: str, data: bytes) -> None:
        if direction == "up":
            self.wire_bytes_up += len(data)
        else:
            self.wire_bytes_down += len(data)
        self.tcp_capture.append((direction, data))


def _pin_numbers(board: Board) -> set[int]:
    """Return the pins that board.py names; those of the UARTs belong to the UARTs."""
    return {
        number
        for name, number in board._asdict().items()
        if isinstance(number, int) and not name.endswith("_ms")
    }
