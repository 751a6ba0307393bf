"""The bench test of a box, wired: a mode of its own at start, in the place of the application.

application.py runs it where somebody asked for it, once: it makes one check after the other, each
with its time limit, keeps and says what it found, and ends; the application starts after a reset.
It is not made while a trip is open or a theft order stands, and breaks off when the car moves.
"""

import asyncio
import gc
import os

import esp32
import machine

from firmware import fitted
from firmware.board import BOARDS
from firmware.drivers.battery import battery_input
from firmware.drivers.entropy import Entropy
from firmware.drivers.flash_store import FlashStore
from firmware.drivers.ignition import IgnitionInput
from firmware.drivers.modem.a76xx import A76xx
from firmware.drivers.modem.at_channel import AtChannel
from firmware.drivers.serial import Serial
from firmware.drivers.ublox import UbloxReceiver
from firmware.drivers.uptime import Uptime
from firmware.logic.access.immobiliser import DoorOnly, Immobiliser
from firmware.logic.const import const
from firmware.logic.link.journal import Journal
from firmware.logic.link.keys import Keys
from firmware.logic.road.standing import Standing
from firmware.logic.road.whereabouts import Whereabouts
from firmware.logic.state_version import require_known
from firmware.logic.trip.trip import Trip
from firmware.selftest import judgements
from firmware.selftest.car import Car
from firmware.selftest.console import Console
from firmware.selftest.link import Link
from firmware.selftest.outcomes import (
    RESULT_FILE,
    Result,
    cards_line,
    done_line,
    failed,
    to_bytes,
)
from firmware.selftest.patience import Patience
from firmware.selftest.sky import SkyReader
from firmware.selftest.wires import LOOK_EVERY_S, Wires
from firmware.tasks.keep import keep
from firmware.tasks.link import KEYS_FILE
from firmware.tasks.supervisor import Supervisor
from shared_protocol.records import decode_body

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firmware.identity import Identity

_WATCHDOG_MS = const(30_000)
# A computer finds the console again some seconds after the chip was reset.
_CONSOLE_S = const(10)
# After the start, so that it passes beside other checks. By data sheets a cold start takes 30 s
# under open sky; where a part of it is seen it takes a few times that.
_FIRST_FIX_MS = const(180_000)
_PAGE_FILE = const("bench_page")
# A block of the flash, in pieces for which a full heap has holes.
_PIECE_BYTES = const(256)
_PIECES = const(16)


class Bench:
    """All parts that the checks ask; `run()` makes them."""

    def __init__(self, identity: "Identity", failed_starts: int):
        """Wire the parts; `failed_starts` is how many starts failed before. Pulses nothing."""
        self._watchdog = machine.WDT(timeout=_WATCHDOG_MS)
        board = BOARDS[identity.board]
        self._uptime = uptime = Uptime()
        now_ms = uptime.now_ms()
        self._state_store = state_store = FlashStore("/state")
        require_known(state_store)
        journal = Journal(FlashStore("/journal"))
        self._trip = trip = Trip(journal.state, identity.odometer_m)
        for record in journal.replay():
            self._watchdog.feed()
            trip.apply(decode_body(record.kind, record.body), record.time_s)

        self._console = console = Console(uptime)
        self._patience = patience = Patience(uptime, console)
        self._millivolts = millivolts = battery_input(board.battery_adc, board.battery_divider)
        relay = fitted.relay(identity.start_relay, board)
        law = Immobiliser if identity.start_relay else DoorOnly
        self._wires = wires = Wires(
            uptime=uptime,
            ignition=fitted.ignition(identity.ignition_line, board),
            cranks=IgnitionInput(board.crank).look,
            relay=relay,
            immobiliser=law(relay.contact(), now_ms, line_fitted=identity.ignition_line),
            standing=Standing(now_ms, identity.ignition_line),
            whereabouts=Whereabouts(),
            millivolts=millivolts,
            journal=journal,
            trip=trip,
        )
        self._receiver = UbloxReceiver(Serial(board.gnss_uart), uptime)
        self._sky = SkyReader(identity.time_floor_s)
        reader, _ = fitted.reader(identity.reader, board)
        self._car = Car(
            identity=identity,
            wires=wires,
            door_open=fitted.contact(board.door_contact, identity.door_contact, otherwise=False),
            reader=reader,
            console=console,
            patience=patience,
            uptime=uptime,
            sky_limit_ms=_FIRST_FIX_MS,
        )
        channel = AtChannel(Serial(board.modem_uart))
        keys = state_store.read_or_empty(KEYS_FILE)
        self._link = Link(
            modem=A76xx(
                channel,
                pwrkey_pin=board.modem_pwrkey,
                reset_pin=board.modem_reset,
                dtr_pin=board.modem_dtr,
                context=(identity.pdp_type, identity.apn, identity.apn_user, identity.apn_password),
                sim_pin=fitted.sim_pin(identity.sim_pin, state_store),
                on_event=_nobody_waits,
            ),
            channel=channel,
            identity=identity,
            keys=Keys(identity.box_id, identity.generation, identity.key, keys),
            entropy=Entropy(state_store),
            uptime=uptime,
        )
        self._failed_starts = failed_starts
        self._supervisor = Supervisor(
            {"wires": self._look, "gnss": self._hear, "modem": channel.run}
        )
        self._test = self._loops = None

    async def run(self) -> None:
        """Make the test; returns when it has ended, or was broken off."""
        if self._trip.open or self._trip.ordered:
            print(done_line("TRIP_OPEN"))
            return
        self._receiver.wake()
        self._loops = asyncio.create_task(self._supervisor.run())
        self._test = asyncio.create_task(self._make())
        failure = ""
        try:
            await self._test
        except asyncio.CancelledError:
            failure = "MOVES"
        results = to_bytes(self._console.results, self._wires.fix_s)
        keep(self._state_store, RESULT_FILE, results)
        print(done_line(failure))

    def report(self) -> dict:
        """How the box is, in the words of the application's report."""
        return {
            "trip_open": self._trip.open,
            "trip_paused": self._trip.paused,
            "heap_alloc": gc.mem_alloc(),
            "heap_free": gc.mem_free(),
        }

    async def _look(self) -> None:
        """See to watchdog, wires and console, and break the test off in a car that moves."""
        while True:
            self._watchdog.feed()
            self._wires.look()
            self._console.step(self._uptime.now_ms())
            if self._wires.moves and self._test:
                self._test.cancel()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _hear(self) -> None:
        while True:
            for fix in self._sky.feed(await self._receiver.read()):
                self._wires.fix(fix)

    async def _make(self) -> None:
        """All checks, in the order of CHECKS."""
        await asyncio.sleep(_CONSOLE_S)
        car, link = self._car, self._link
        await self._check("resets", self._resets)
        await self._check("flash", self._flash)
        await self._check("memory", self._memory)
        await self._check("clock", self._clock)
        await self._check("battery", self._battery)
        await self._check("ignition", car.ignition)
        await self._check("crank", car.crank)
        await self._check("relay", car.relay)
        await self._check("relay_contact", car.relay_contact)
        await self._check("door", car.door)
        await self._check("reader", car.reader)
        await self._check("badge", car.badge)
        await self._check("satellites", self._satellites)
        if self._has_fix() and self._console.results["clock"].failure:
            await self._check("clock", self._clock)  # the first fix came after its limit
        await self._check("modem", link.modem)
        await self._step("sim", link.sim)
        if link.imei:
            print(cards_line(link.iccid, link.imei))
        await self._step("registration", link.registration)
        await self._step("signal", link.signal)
        await self._step("server", link.server)

    async def _check(self, check: str, make: "Callable[[], Awaitable[Result]]") -> None:
        self._console.begin(check)
        self._console.end(await make())

    async def _step(self, check: str, make: "Callable[[], Awaitable[Result]]") -> None:
        """A step on the way to the server; not taken where an earlier one has stopped it."""
        self._console.begin(check)
        self._console.end(failed(self._link.failure) if self._link.failure else await make())

    async def _resets(self) -> Result:
        return judgements.resets(self._failed_starts)

    async def _flash(self) -> Result:
        store, piece = self._state_store, bytes(range(_PIECE_BYTES))
        try:
            for _ in store.write_in_turns(_PAGE_FILE, [piece] * _PIECES):
                pass
            holds = True
            for number in range(_PIECES):
                read = store.read(_PAGE_FILE, number * _PIECE_BYTES, _PIECE_BYTES)
                holds = holds and read == piece
            store.delete(_PAGE_FILE)
        except OSError:
            holds = False
        room = os.statvfs("/")  # of blocks: their size, all of them, those that are free
        return judgements.flash(room[1] * room[3], holds)

    async def _memory(self) -> Result:
        regions = esp32.idf_heap_info(esp32.HEAP_DATA)
        return judgements.memory(max([region[0] for region in regions]))

    async def _clock(self) -> Result:
        has_fix = await self._patience.until(self._has_fix, _FIRST_FIX_MS)
        return judgements.clock(has_fix)

    async def _battery(self) -> Result:
        return judgements.battery(self._millivolts())

    async def _satellites(self) -> Result:
        has_fix = await self._patience.until(self._has_fix, _FIRST_FIX_MS)
        sky = self._sky
        return judgements.satellites(has_fix, sky.heard, sky.satellites, sky.antenna)

    def _has_fix(self) -> int:
        return self._wires.fix_s


def _nobody_waits() -> None:
    """The handshake looks by itself whether something has come."""
