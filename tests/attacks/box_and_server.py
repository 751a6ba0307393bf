"""The real box's link and the real server, joined by bytes in the hand of a test; no real time.

The box is the firmware's own LinkTask, Vehicle, Journal, Commands, GrantSet and Keys over a flash
in memory; the server its own Connection and Store on a real SQLite file. Only the modem, the
transport and the wires are stand-ins.
"""

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

from firmware.identity import parse_identity
from firmware.logic.access.card_keys import CardKeys
from firmware.logic.access.commands import Commands
from firmware.logic.access.grants import GrantSet
from firmware.logic.access.immobiliser import Immobiliser
from firmware.logic.access.ration import Ration
from firmware.logic.clock import Clock
from firmware.logic.link.journal import Journal
from firmware.logic.link.keys import Keys
from firmware.logic.link.uplink import Uplink
from firmware.logic.road.odometer import Odometer
from firmware.logic.road.whereabouts import Whereabouts
from firmware.logic.signs.ignition_line import IgnitionLine
from firmware.logic.trip.trip import Trip
from firmware.tasks.link import KEYS_FILE, LinkTask
from firmware.tasks.orders import COMMANDS_FILE
from firmware.tasks.recorder import Recorder
from firmware.tasks.signs import Signs
from firmware.tasks.vehicle import Vehicle
from server.clock import SystemClock
from server.gateway.connection import Connection, Services
from server.gateway.pipeline import Pipeline
from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from shared_protocol.errors import ProtocolError
from shared_protocol.records import Odometer as OdometerRecord
from shared_protocol.records import decode_body
from shared_protocol.session import Session
from tests.firmware.tasks.vehicle_bench import Flash, Wiring
from tests.fleet import NOW_S, fit_box, open_small_fleet

SEGMENT_BYTES = 300


class HandClock(SystemClock):
    """The server's clock: the test's milliseconds."""

    def __init__(self) -> None:
        self.ms = 0

    def now_ms(self) -> int:
        return NOW_S * 1000 + self.ms

    def monotonic_ms(self) -> int:
        return self.ms


class PowerLoss(BaseException):
    """The box ends here; no `except Exception` of its own may catch that."""


class HandModem:
    """What LinkTask needs of a modem: bytes in and out, never waiting.

    `awaits_left`: at how many awaits from now on the box loses power; None: never.
    """

    def __init__(self) -> None:
        self.up = b""
        self.down = b""
        self.closed = True
        self.awaits_left: int | None = None

    @property
    def readable(self) -> bool:
        return bool(self.down)

    @readable.setter
    def readable(self, value: bool) -> None:
        """LinkTask looks again by setting this; there is nothing that it could have missed."""

    def _live(self) -> None:
        if self.awaits_left is not None:
            self.awaits_left -= 1
            if self.awaits_left < 0:
                raise PowerLoss

    async def receive(self) -> bytes:
        self._live()
        data, self.down = self.down[:512], self.down[512:]
        return data

    async def send(self, data: bytes) -> None:
        self._live()
        self.up += data


class HandTransport(asyncio.Transport):
    """What Connection needs of a socket."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 1) if name == "peername" else default

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        """Nothing comes by itself here."""

    def resume_reading(self) -> None:
        """Nothing comes by itself here."""

    def get_write_buffer_size(self) -> int:
        return 0


class Keeper:
    """Counts nothing."""

    def opened(self, connection: Connection, address: str) -> None: ...

    def answered(self, connection: Connection) -> None: ...

    def established(self, connection: Connection) -> None: ...

    def closed(self, connection: Connection) -> None: ...


class BoxLife:
    """One life of the box, from power on to power off, on flash that stays."""

    def __init__(
        self,
        secrets: BoxSecrets,
        journal: Flash,
        state: Flash,
        wires: Wiring,
        acted: list[int],
        draw: Callable[[int], bytes],
    ) -> None:
        identity = parse_identity(
            {
                "board": "host",
                "box_id": secrets.wire_id.hex(),
                "key": secrets.key.hex(),
                "badge_key": secrets.badge_key.hex(),
                "generation": 1,
                "server_host": "server",
                "server_port": 1,
                "apn": "",
                "time_floor_s": 0,
                "ignition_proven": True,
            }
        )
        wake_link = asyncio.Event()
        self.wires = wires
        self.modem = HandModem()
        self.journal = Journal(journal, SEGMENT_BYTES)
        self.trip = Trip(self.journal.state)
        for record in self.journal.replay():
            self.trip.apply(decode_body(record.kind, record.body), record.time_s)
        self.commands = Commands(state.files.get(COMMANDS_FILE, b""))
        self._count_acts(acted)
        self.grants = GrantSet(state)
        self.keys = Keys(identity.box_id, 1, identity.key, state.files.get(KEYS_FILE, b""))
        clock = Clock(0)
        clock.hear_server(NOW_S, 0, 1, wires.ms)
        self.uplink = Uplink(self.journal)
        self.recorder = Recorder(
            journal=self.journal,
            trip=self.trip,
            clock=clock,
            uplink=self.uplink,
            wake_link=wake_link,
            refusals=Ration(),
        )
        immobiliser = Immobiliser(wires.contact(), wires.ms)
        shared: dict[str, Any] = {
            "immobiliser": immobiliser, "trip": self.trip, "clock": clock, "grants": self.grants,
            "commands": self.commands, "recorder": self.recorder, "state_store": state,
        }  # fmt: skip
        self.vehicle = Vehicle(
            **wires.parts(),
            **shared,
            signs=Signs(
                ignition_line=IgnitionLine(),
                cranked=lambda: False,
                state_store=state,
                now_ms=wires.ms,
            ),
            whereabouts=Whereabouts(),
            odometer=Odometer(),
        )
        self.vehicle.answer_owed()
        self.link = LinkTask(
            **shared,
            modem=self.modem,
            wake_link=wake_link,
            identity=identity,
            keys=self.keys,
            entropy=draw,
            uptime=wires,
            journal=self.journal,
            uplink=self.uplink,
            card_keys=CardKeys(state),
            vehicle=self.vehicle,
            on_failure=lambda cause: None,
            stage=lambda: 0,
        )
        self.session: Session | None = None
        self.draw = draw

    def _count_acts(self, acted: list[int]) -> None:
        act = self.commands.act

        def counted(command: Any, *rest: Any) -> Any:
            acted.append(command.command_id)
            return act(command, *rest)

        self.commands.act = counted  # type: ignore[method-assign]

    def work(self) -> None:
        """Let the link do all it can do now; a fault of the peer ends its session."""
        for _ in range(400):
            if self.session is None:
                return
            before = (len(self.modem.up), len(self.modem.down), self.journal.next_seq)
            try:
                going_on = finished(self.link._turn(self.session))
            except ProtocolError:
                going_on = False
            if not going_on:
                self.hang_up()
                return
            after = (len(self.modem.up), len(self.modem.down), self.journal.next_seq)
            if before == after and self.session.next_deadline() != 0:
                return

    def hang_up(self) -> None:
        if self.session is not None and not self.session.established:
            self.keys.failed()
        self.session = None
        self.modem.closed = True
        self.modem.up = self.modem.down = b""

    def record(self, *numbers: int) -> None:
        """Odometers, in flash together at last, in batches that the recorder chooses."""
        for number in numbers:
            self.recorder.write((OdometerRecord(number),), self.wires.ms)
        self.recorder.step(self.wires.ms + 30_000)


def finished(coroutine: Coroutine[Any, Any, bool]) -> bool:
    """Run a coroutine that gives others their turn and never has to wait."""
    for _ in range(1000):  # more than a set has pages
        try:
            waits_for = coroutine.send(None)
        except StopIteration as stop:
            return bool(stop.value)
        assert waits_for is None, "the link waited for something"
    raise AssertionError("the link never came to its end")


class Pair:
    """Box, server, and the bytes between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loop = asyncio.new_event_loop()
        self.clock = HandClock()
        self.wires = Wiring()
        self.journal_flash, self.state_flash = Flash(), Flash()
        self.acted: list[int] = []
        self.draw = Random(1).randbytes  # the same every time, so that an example can be repeated
        self.store: Store = self.run(open_small_fleet(folder / "data"))
        self.secrets: BoxSecrets = self.run(fit_box(self.store))
        self.registry = Registry()
        self.connection: Connection | None = None
        self.transport = HandTransport()
        self.box = self._new_life()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        self.cut()
        self.run(self.store.close())
        self.loop.close()

    # The link

    def connect(self) -> None:
        """A new TCP connection, the old one gone."""
        self.cut()
        self.begin_box()
        self.begin_server()
        self.box.work()

    def begin_box(self) -> None:
        """The box's end of a new connection."""
        box = self.box
        box.modem.closed = False
        box.session = Session.box(
            self.secrets.wire_id,
            box.keys.key,
            box.keys.generation,
            box.draw,
            self.wires.ms,
        )

    def begin_server(self) -> None:
        """The server's end of a new connection."""
        self.transport = HandTransport()

        async def accept() -> None:
            services = Services(self.store, self.clock, Pipeline(self.store), self.registry)
            self.connection = Connection(services, Keeper())
            self.connection.connection_made(self.transport)

        self.run(accept())

    def cut(self) -> None:
        """The link is gone, and what was on its way."""
        self.box.hang_up()
        connection, self.connection = self.connection, None
        if connection is not None:

            async def lose() -> None:
                connection.connection_lost(None)
                await connection.ended()

            self.run(lose())

    def to_server(self, data: bytes) -> None:
        connection = self.connection
        if connection is None or not data or self.transport.closed:
            return

        async def deliver() -> None:
            connection.data_received(data)
            while not connection.is_idle:
                await asyncio.sleep(0)

        self.run(deliver())
        if self.transport.closed:
            self.cut()

    def crash_server(self, turns: int) -> None:
        """Give the server what is on its way and end it so many turns of its loop later."""
        connection = self.connection
        up, self.box.modem.up = self.box.modem.up, b""

        async def deliver() -> None:
            assert connection is not None
            connection.data_received(up)
            for _ in range(turns):
                await asyncio.sleep(0)

        if connection is not None and not self.transport.closed:
            self.run(deliver())
        self.restart_server()

    def settle_server(self) -> None:
        """Let a wake-up be dealt with."""
        connection = self.connection
        if connection is None:
            return

        async def settle() -> None:
            while not connection.is_idle:
                await asyncio.sleep(0)

        self.run(settle())
        if self.transport.closed:
            self.cut()

    def carry(self) -> bool:
        """Carry everything both ways once, unharmed; False when there was nothing."""
        up, self.box.modem.up = self.box.modem.up, b""
        self.to_server(up)
        down, self.transport.written = self.transport.written, b""
        self.box.modem.down += down
        self.box.work()
        return bool(up or down)

    # Restarts

    def _new_life(self) -> BoxLife:
        return BoxLife(
            self.secrets, self.journal_flash, self.state_flash, self.wires, self.acted, self.draw
        )

    def restart_box(self) -> None:
        self.cut()
        self.box = self._new_life()

    def wipe_journal(self) -> None:
        """As after a swap of the flash chip's contents, the keys alone kept."""
        self.cut()
        self.journal_flash = Flash()
        self.box = self._new_life()

    def restart_server(self) -> None:
        self.cut()
        self.run(self.store.close())
        self.store = Store.open(self.folder / "data")

    def back_up(self) -> None:
        self.restart_server()
        shutil.copy(self.folder / "data" / "voiturier.db", self.folder / "backup.db")

    def restore(self) -> None:
        self.cut()
        self.run(self.store.close())
        for path in (self.folder / "data").glob("voiturier.db-*"):
            path.unlink()
        shutil.copy(self.folder / "backup.db", self.folder / "data" / "voiturier.db")
        self.store = Store.open(self.folder / "data")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.run(
            self.store.in_reader(
                lambda: [tuple(row) for row in self.store._engine.reader().execute(query)]
            )
        )
