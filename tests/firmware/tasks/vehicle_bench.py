"""One car on the bench: its Vehicle with wires, a flash and a power supply that a test can fail."""

import asyncio
from typing import Any

from firmware.logic.access.commands import Commands
from firmware.logic.access.grants import GrantSet
from firmware.logic.access.immobiliser import Immobiliser
from firmware.logic.access.ration import Ration
from firmware.logic.clock import Clock
from firmware.logic.link.journal import Journal
from firmware.logic.link.uplink import Uplink
from firmware.logic.road.nmea import Fix
from firmware.logic.road.odometer import Odometer
from firmware.logic.road.whereabouts import Whereabouts
from firmware.logic.signs.ignition_line import IgnitionLine, NoLine
from firmware.logic.trip.trip import Trip
from firmware.tasks.recorder import Recorder
from firmware.tasks.signs import IGNITION_LINE_FILE, Signs
from firmware.tasks.vehicle import Vehicle
from shared_protocol.messages import GRANT_BOOKING, Grant
from shared_protocol.records import (
    ASSURANCE_LOW,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    Refusal,
    decode_body,
)
from shared_protocol.sets import grant_parts
from tests.firmware.logic.held_sets import taken
from tests.firmware.logic.storage import MemoryStorage

MARIE, PAUL, STRANGER = b"marie---", b"paul----", b"stranger"
NOW_S = 1_700_000_000


class Power:
    """Fails at the write of that number, once; counts over several flashes."""

    def __init__(self, fails_at: int) -> None:
        self.left = fails_at

    def use(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt  # nothing of the box runs after it


class Flash(MemoryStorage):
    """A flash that can be full or short of memory for the next so many writes."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[type[Exception]] = []
        self.full = False
        self.power: Power | None = None

    def _fail(self) -> None:
        if self.power is not None:
            self.power.use()
        if self.full:
            raise OSError(28)
        if self.failures:
            raise self.failures.pop(0)

    def append(self, name: str, data: bytes) -> None:
        self._fail()
        super().append(name, data)

    def write(self, name: str, data: bytes) -> None:
        self._fail()
        super().write(name, data)


class Switch:
    """A contact that is open or closed."""

    def __init__(self, closed: bool) -> None:
        self.is_closed = closed

    def closed(self) -> bool:
        return self.is_closed


class Wiring:
    """Relay, doors, ignition, signals and the time of one car; outlives its box."""

    def __init__(self) -> None:
        self.state = RELAY_INHIBITED
        self.log: list[str] = []
        self.busy = False
        self.on = self.cranks = False
        self.fitted = True  # the ignition line is
        self.commissioned = False  # somebody saw it on and off when it was fitted
        self.door = Switch(False)
        self.keys = Switch(True)
        self.ms = self.heard_ms = 0
        self.asked: list[str] = []  # of the receiver
        self.die_after_pulse = False

    def parts(self) -> dict[str, Any]:
        """The arguments of Vehicle that are wires, and the time."""
        whole = ("uptime", "ignition", "relay", "doors", "signals", "receiver")
        return dict.fromkeys(whole, self) | {
            "door_open": self.door.closed,
            "keys_in": self.keys.closed,
        }

    def contact(self) -> int:
        return self.state

    def look(self) -> bool:
        return self.on

    def now_ms(self) -> int:
        return self.ms

    def sleep(self) -> None:
        self.asked.append("sleep")

    def wake(self) -> None:
        self.asked.append("wake")

    def play(self, event: str) -> None:
        self.log.append(event)

    async def enable(self) -> None:
        await self._pulse("enable")
        self.state = RELAY_ENABLED

    async def inhibit(self) -> None:
        await self._pulse("inhibit")
        self.state = RELAY_INHIBITED
        if self.die_after_pulse:
            raise KeyboardInterrupt  # as a power cut: nothing of the box runs after it

    async def unlock(self) -> None:
        await self._pulse("unlock")

    async def lock(self) -> None:
        await self._pulse("lock")

    async def _pulse(self, name: str) -> None:
        assert not self.busy, "two pulses at once"
        self.busy = True
        self.log.append(name)
        await asyncio.sleep(0.001)
        self.busy = False


class Box:
    """One life of the box, on wiring and flash that stay."""

    def __init__(self, wires: Wiring, flash: Flash, state: Flash) -> None:
        self.wires = wires
        self.journal = Journal(flash)
        self.trip = Trip(self.journal.state)
        refusals = Ration()
        for record in self.journal.replay():
            body = decode_body(record.kind, record.body)
            self.trip.apply(body, record.time_s)
            if isinstance(body, Refusal):
                refusals.recall(body.reason, record.time_s)
        self.commands = Commands(state.files.get("commands", b""))
        self.clock = clock = Clock(0)
        clock.hear_server(NOW_S, 0, 1, wires.ms)
        for second in range(62):
            clock.hear_gnss(NOW_S - 61 + second, 0, wires.ms - 61_000 + second * 1000)
        self.grants = GrantSet(Flash())
        self.hold(  # they share a booking: either may take the car over from the other
            *(Grant(tag, 1, 0, NOW_S * 2, GRANT_BOOKING, 0) for tag in (MARIE, PAUL))
        )
        uplink = Uplink(self.journal)
        self.recorder = Recorder(
            journal=self.journal,
            trip=self.trip,
            clock=clock,
            uplink=uplink,
            wake_link=asyncio.Event(),
            refusals=refusals,
        )
        immobiliser = Immobiliser(wires.contact(), wires.ms, line_fitted=wires.fitted)
        self.whereabouts = Whereabouts()
        self.vehicle = Vehicle(
            **wires.parts(),
            signs=Signs(
                ignition_line=IgnitionLine(
                    state.read_or_empty(IGNITION_LINE_FILE), wires.commissioned
                )
                if wires.fitted
                else NoLine(),
                cranked=lambda: wires.cranks,
                state_store=state,
                now_ms=wires.ms,
            ),
            immobiliser=immobiliser,
            trip=self.trip,
            whereabouts=self.whereabouts,
            odometer=Odometer(),
            clock=clock,
            grants=self.grants,
            commands=self.commands,
            recorder=self.recorder,
            state_store=state,
        )

    def hold(self, *grants: Grant) -> None:
        """Put another set of grants in force."""
        for part in grant_parts(self.grants.generation + 1, NOW_S * 2, list(grants)):
            taken(self.grants, part)

    async def badge(self, tag: bytes, assurance: int = ASSURANCE_LOW) -> None:
        """A badge comes to the reader."""
        await self.vehicle.badge_arrived(tag, assurance)

    async def stand(self, seconds: int) -> None:
        """Ignition off, a receiver that says 0 km/h."""
        for _ in range(seconds):
            self.wires.ms += 1000
            self.says_standing()
            await self.vehicle._look()

    async def drive(self, seconds: int, speed_mm_s: int) -> None:
        """Ignition on, at one speed."""
        self.wires.on = True
        for _ in range(seconds):
            self.wires.ms += 1000
            self.vehicle.fix(self.fix(speed_mm_s), self.wires.ms)
            await self.vehicle._look()

    def says_standing(self) -> None:
        """A fix of now, of a car that stands."""
        self.whereabouts.fix(self.fix(0), self.wires.ms)

    def fix(self, speed_mm_s: int) -> Fix:
        """What the receiver says now."""
        ms = self.wires.ms
        return Fix(NOW_S + ms // 1000, ms % 1000, None, None, speed_mm_s)

    def facts(self, kind: type) -> list[object]:
        found, seq = [], self.journal.lowest_seq
        while seq < self.journal.next_seq:
            seq, records, _ = self.journal.read(seq)
            seq += len(records)
            found += [decode_body(record.kind, record.body) for record in records]
        return [fact for fact in found if isinstance(fact, kind)]


async def start(box: Box, tag: bytes = MARIE) -> None:
    """A short badge: it begins a trip."""
    await box.badge(tag)
    await box.vehicle.badge_left(tag, False)


async def hold(box: Box, tag: bytes = MARIE) -> None:
    """A badge is held until it is taken for the wish to end."""
    await box.badge(tag)
    await box.vehicle.badge_held(tag)
    await box.vehicle.badge_left(tag, True)


async def waits_at_the_kerb(box: Box, seconds: int = 10) -> None:
    """Marie's trip: she has driven, and stands with the ignition on."""
    await start(box)
    await box.drive(20, 14_000)
    await box.drive(seconds, 0)
    box.wires.log.clear()
