"""The car's hands: badges, relay and doors with a flash, a heap and a power supply that fail."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest

from firmware.logic.clock import Clock
from firmware.logic.commands import Commands
from firmware.logic.door_lock import DoorLock
from firmware.logic.grants import GrantSet
from firmware.logic.immobiliser import Immobiliser
from firmware.logic.journal import Journal
from firmware.logic.nmea import Fix
from firmware.logic.odometer import Odometer
from firmware.logic.trip import CAUSE_TECHNICIAN, Trip
from firmware.logic.uplink import Uplink
from firmware.logic.whereabouts import Whereabouts
from firmware.tasks.recorder import Recorder
from firmware.tasks.vehicle import Vehicle
from shared_protocol.grant_sets import grant_parts
from shared_protocol.messages import (
    COMMAND_END_TRIP,
    COMMAND_END_TRIP_WITHOUT_KEYS,
    COMMAND_INHIBIT,
    GRANT_PASSENGER,
    GRANT_TECHNICIAN,
    Command,
    Grant,
)
from shared_protocol.records import (
    ASSURANCE_HIGH,
    ASSURANCE_LOW,
    COMMAND_APPLIED,
    COMMAND_PENDING,
    COMMAND_REFUSED,
    COMMAND_UNKNOWN,
    END_COMMAND,
    END_INFERRED,
    END_TECHNICIAN,
    REFUSED_DRIVER_FIRST,
    REFUSED_KEYS_MISSING,
    REFUSED_NOT_GENUINE,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    CommandResult,
    Occupant,
    Refusal,
    Relay,
    TripEnd,
    TripStart,
    decode_body,
)
from tests.firmware.logic.storage import MemoryStorage

MARIE, PAUL, STRANGER = b"marie---", b"paul----", b"stranger"
NOW_S = 1_700_000_000
STANDING = Fix(NOW_S, 0, None, None, 0)


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
        self.on = False
        self.door = Switch(False)
        self.keys = Switch(True)
        self.ms = self.heard_ms = 0
        self.asked: list[str] = []  # of the receiver
        self.die_after_pulse = False

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
        for record in self.journal.replay():
            self.trip.apply(decode_body(record.kind, record.body))
        self.commands = Commands(state.files.get("commands", b""))
        clock = Clock(0)
        clock.hear_server(NOW_S, 0, wires.ms)
        self.grants = GrantSet(Flash())
        self.hold(*(Grant(n, tag, 0, NOW_S * 2, 0) for n, tag in ((1, MARIE), (2, PAUL))))
        uplink = Uplink(self.journal)
        self.recorder = Recorder(self.journal, self.trip, clock, uplink, asyncio.Event())
        immobiliser = Immobiliser(wires.contact(), wires.ms)
        self.whereabouts = Whereabouts()
        self.vehicle = Vehicle(
            wires, wires, wires, wires, wires.door, wires.keys, wires, wires, immobiliser,
            self.trip, DoorLock(), self.whereabouts, Odometer(), clock, self.grants, self.commands,
            self.recorder, state,
        )  # fmt: skip

    def hold(self, *grants: Grant) -> None:
        """Put another set of grants in force."""
        for part in grant_parts(self.grants.generation + 1, NOW_S * 2, list(grants)):
            self.grants.take_part(part)

    async def badge(self, tag: bytes, assurance: int = ASSURANCE_LOW) -> None:
        """A badge comes to the reader."""
        await self.vehicle.badge_arrived(tag, assurance)

    async def stand(self, seconds: int) -> None:
        """Ignition off, a receiver that says 0 km/h."""
        for _ in range(seconds):
            self.wires.ms += 1000
            self.whereabouts.fix(STANDING, self.wires.ms)
            await self.vehicle._look()

    def facts(self, kind: type) -> list[object]:
        found, seq = [], self.journal.lowest_seq
        while seq < self.journal.next_seq:
            seq, records = self.journal.read(seq)
            seq += len(records)
            found += [decode_body(record.kind, record.body) for record in records]
        return [fact for fact in found if isinstance(fact, kind)]


@pytest.fixture
def wires() -> Wiring:
    return Wiring()


@pytest.fixture
def boot(wires: Wiring) -> Callable[[], Box]:
    flash, state = Flash(), Flash()

    def start() -> Box:
        box = Box(wires, flash, state)
        box.flash, box.state = flash, state  # type: ignore[attr-defined]
        return box

    return start


async def test_a_trip_starts_and_ends_with_a_full_flash(boot, wires) -> None:
    box = boot()
    box.flash.full = box.state.full = True
    await box.badge(MARIE)
    assert (box.trip.open, wires.state) == (True, RELAY_ENABLED)
    await box.vehicle.badge_left(MARIE, False)
    await box.stand(200)
    assert wires.state == RELAY_ENABLED, "the trip is open, recorded or not"
    await box.badge(MARIE)
    await box.vehicle.badge_held(MARIE)
    assert not box.trip.open
    await box.stand(1)
    assert wires.state == RELAY_INHIBITED
    assert box.recorder.made == 0 < box.recorder.lost


async def test_a_record_that_found_no_memory_is_made_after_a_collection(boot, wires) -> None:
    box = boot()
    box.flash.failures = [MemoryError]
    await box.badge(MARIE)
    assert box.recorder.lost == 0
    assert len(box.facts(TripStart)) == 1


async def test_without_any_memory_for_records_the_badge_opens_all_the_same(boot, wires) -> None:
    box = boot()
    box.flash.failures = [MemoryError] * 20
    await box.badge(MARIE)
    assert (box.trip.holds_start, wires.state) == (True, RELAY_ENABLED)
    assert "unlock" in wires.log


async def test_a_commanded_inhibit_is_confirmed_though_power_failed_after_the_pulse(
    boot, wires
) -> None:
    wires.state = RELAY_ENABLED
    box = boot()
    box.vehicle.command(Command(1, NOW_S + 3600, COMMAND_INHIBIT, bytes(8)), wires.ms)
    wires.die_after_pulse = True
    with pytest.raises(KeyboardInterrupt):
        await box.stand(70)
    wires.die_after_pulse = wires.busy = False
    assert wires.state == RELAY_INHIBITED
    again = boot()
    await again.stand(3)
    results = again.facts(CommandResult)
    assert [result.result for result in results] == [1, 2], "pending, then applied, once"
    assert again.commands.pending_id == 0


async def test_a_command_whose_number_flash_does_not_take_is_refused(boot, wires) -> None:
    wires.state = RELAY_ENABLED
    box = boot()
    box.state.full = True
    box.vehicle.command(Command(1, NOW_S + 3600, COMMAND_INHIBIT, bytes(8)), wires.ms)
    await box.stand(70)
    assert [result.result for result in box.facts(CommandResult)] == [COMMAND_REFUSED]
    assert [fact.state for fact in box.facts(Relay)] == [RELAY_INHIBITED], "the car parks as ever"


@pytest.mark.parametrize("relay", [RELAY_ENABLED, RELAY_INHIBITED])
@pytest.mark.parametrize("write", range(1, 7))
def test_a_power_loss_at_any_write_of_a_command_repeats_no_act_and_loses_no_result(
    boot, wires, write: int, relay: int
) -> None:
    wires.state = relay
    command = Command(5, NOW_S + 3600, COMMAND_INHIBIT, bytes(8))
    box = boot()
    box.flash.power = box.state.power = Power(write)
    with contextlib.suppress(KeyboardInterrupt):
        box.vehicle.command(command, wires.ms)
    box.flash.power = box.state.power = None
    taken = Commands(box.state.files.get("commands", b"")).highest_id == 5
    acted = Commands(box.state.files.get("commands", b"")).pending_id == 5
    again = boot()
    again.vehicle.answer_owed()
    answers = again.facts(CommandResult)
    if taken:
        known = COMMAND_PENDING if relay == RELAY_ENABLED else COMMAND_APPLIED
        assert answers, "the result is recorded at least once"
        assert {answer.result for answer in answers} in ({known}, {COMMAND_UNKNOWN})
        assert {answer.relay for answer in answers} == {relay}
        assert not acted or answers[-1].result == known
        again.vehicle.command(command, wires.ms)  # the server sends it again
        assert again.facts(CommandResult)[-1] == answers[-1]
        assert again.commands.pending_id == (5 if acted else 0), "it is not done a second time"
    else:
        assert answers == []
        again.vehicle.command(command, wires.ms)
        assert len(again.facts(CommandResult)) == 1


async def test_two_badges_at_once_come_one_after_the_other_and_both_enable(boot, wires) -> None:
    box = boot()
    await asyncio.gather(
        box.badge(MARIE),
        box.badge(PAUL),
        box.badge(STRANGER),
    )
    assert [name for name in wires.log if name in ("enable", "unlock", "started")] == [
        "enable", "started", "unlock", "enable", "started", "unlock",
    ]  # fmt: skip
    assert (wires.state, box.trip.is_driver(PAUL)) == (RELAY_ENABLED, True)
    assert (len(box.facts(TripStart)), len(box.facts(TripEnd))) == (2, 1)


async def test_a_badge_while_the_inhibiting_pulse_runs_enables_after_it(boot, wires) -> None:
    wires.state = RELAY_ENABLED
    box = boot()
    await box.stand(65)
    wires.ms += 1000
    box.whereabouts.fix(STANDING, wires.ms)
    looking = asyncio.create_task(box.vehicle.run())
    await asyncio.sleep(0)
    assert wires.log == ["inhibit"]
    await box.badge(MARIE)
    looking.cancel()
    assert wires.log[:2] == ["inhibit", "enable"]
    assert (wires.state, box.trip.open) == (RELAY_ENABLED, True)


async def test_an_open_trip_whose_relay_is_found_inhibited_at_boot_waits_for_its_badge(
    boot, wires
) -> None:
    box = boot()
    await box.badge(MARIE)
    wires.state = RELAY_INHIBITED  # a hand, or a broken coil
    again = boot()
    wires.log.clear()
    await again.stand(30)
    assert wires.log == [], "nothing is pulsed at boot"
    await again.badge(MARIE)
    assert (wires.state, again.trip.holds_start) == (RELAY_ENABLED, True)


async def test_power_lost_between_relay_and_record_costs_a_second_badge_and_no_start(
    boot, wires
) -> None:
    boot()
    wires.state = RELAY_ENABLED  # the pulse was given, TripStart was not written
    box = boot()
    assert not box.trip.open
    wires.on = True
    await box.stand(300)
    assert wires.state == RELAY_ENABLED, "the ignition is on"
    await box.badge(MARIE)
    assert box.trip.holds_start


async def test_a_look_that_crashes_is_no_look(boot, wires) -> None:
    box = boot()
    box.vehicle._ignition = None
    wires.ms = 20_000
    with pytest.raises(AttributeError):
        await box.vehicle._look()
    assert box.vehicle.looked_ms == 0, "else the watchdog would be fed by a loop that does nothing"


# The receiver of a parked car.


def parked(boot, wires: Wiring) -> Box:
    box = boot()
    box.vehicle._rest()
    wires.ms = wires.heard_ms = 60_000
    box.vehicle._rest()
    assert (box.vehicle.quiet, wires.asked) == (True, ["sleep"])
    return box


def test_a_receiver_heard_a_moment_after_it_was_sent_to_sleep_is_left_alone(boot, wires) -> None:
    box = parked(boot, wires)
    wires.heard_ms += 15  # what was under way
    wires.ms += 4000
    box.vehicle._rest()
    assert wires.asked == ["sleep"], "a second request would wake it"


def test_a_receiver_that_goes_on_talking_is_asked_again(boot, wires) -> None:
    box = parked(boot, wires)
    wires.ms = wires.heard_ms = wires.ms + 4000
    box.vehicle._rest()
    assert wires.asked == ["sleep", "sleep"]


def test_a_silent_receiver_is_woken_until_it_is_heard_whatever_was_heard_before(
    boot, wires
) -> None:
    box = parked(boot, wires)
    wires.heard_ms += 15
    wires.on = True
    box.vehicle._ignition.on = True
    for _ in range(10):
        wires.ms += 500
        box.vehicle._rest()
    assert wires.asked == ["sleep", *["wake"] * 4], "after three seconds of silence"
    wires.heard_ms = wires.ms
    box.vehicle._rest()
    assert wires.asked == ["sleep", *["wake"] * 4]


# Ending a trip, and what goes with it.


async def hold(box: Box, tag: bytes) -> None:
    """A badge that comes, stays for three seconds and goes."""
    await box.badge(tag)
    await box.vehicle.badge_held(tag)
    await box.vehicle.badge_left(tag, True)


async def start(box: Box, tag: bytes = MARIE) -> None:
    await box.badge(tag)
    await box.vehicle.badge_left(tag, False)
    box.wires.log.clear()


def end_trip(number: int, tag: bytes, kind: int = COMMAND_END_TRIP) -> Command:
    return Command(number, NOW_S + 3600, kind, tag)


async def test_a_trip_does_not_end_without_its_keys_and_does_when_they_are_back(
    boot, wires
) -> None:
    box = boot()
    await start(box)
    wires.keys.is_closed = False
    await hold(box, MARIE)
    assert (box.trip.open, wires.log) == (True, ["noted", "refused 10"])
    assert box.facts(Refusal) == [Refusal(MARIE, REFUSED_KEYS_MISSING)]
    wires.keys.is_closed = True
    await hold(box, MARIE)
    assert not box.trip.open
    assert wires.log[-2:] == ["ended", "lock"]


async def test_a_technician_releases_the_car_of_another_and_ends_the_trip_also_without_keys(
    boot, wires
) -> None:
    box = boot()
    box.hold(Grant(1, MARIE, 0, NOW_S * 2, 0), Grant(9, PAUL, 0, 0, GRANT_TECHNICIAN))
    await start(box)
    wires.state = RELAY_INHIBITED  # whatever did that
    wires.keys.is_closed = False
    await box.badge(PAUL)
    await box.vehicle.badge_left(PAUL, False)
    assert wires.log == ["enable", "released", "unlock"]
    assert (box.trip.is_driver(MARIE), wires.state) == (True, RELAY_ENABLED)
    assert box.facts(Relay)[-1] == Relay(RELAY_ENABLED, CAUSE_TECHNICIAN)
    await hold(box, PAUL)
    assert [end.reason for end in box.facts(TripEnd)] == [END_TECHNICIAN]


async def test_doors_are_locked_only_once_all_of_them_are_shut(boot, wires) -> None:
    box = boot()
    await start(box)
    wires.door.is_closed = True
    await hold(box, MARIE)
    assert wires.log == ["noted", "door_open"]
    await box.stand(5)
    assert "lock" not in wires.log
    wires.door.is_closed = False
    await box.stand(2)
    assert wires.log.count("lock") == 1


async def test_doors_that_stay_open_are_left_unlocked_and_a_badge_takes_the_wish_back(
    boot, wires
) -> None:
    box = boot()
    await start(box)
    wires.door.is_closed = True
    await box.badge(MARIE)
    await box.vehicle.badge_left(MARIE, False)
    await box.badge(MARIE)  # the pause is over before the door was shut
    wires.door.is_closed = False
    await box.stand(2)
    assert "lock" not in wires.log
    wires.door.is_closed = True
    await box.vehicle.badge_left(MARIE, False)
    await hold(box, MARIE)
    await box.stand(601)
    wires.door.is_closed = False
    await box.stand(5)
    assert "lock" not in wires.log


async def test_a_page_ends_the_trip_of_its_badge_and_of_no_other(boot, wires) -> None:
    box = boot()
    await start(box)
    box.vehicle.command(end_trip(1, PAUL), wires.ms)
    assert box.trip.is_driver(MARIE), "the trip that was meant is over already"
    wires.keys.is_closed = False
    box.vehicle.command(end_trip(2, MARIE), wires.ms)
    assert box.trip.open
    box.vehicle.command(end_trip(3, MARIE, COMMAND_END_TRIP_WITHOUT_KEYS), wires.ms)
    assert not box.trip.open
    await box.stand(1)
    assert wires.log == ["lock"]
    results = [(result.command_id, result.result) for result in box.facts(CommandResult)]
    assert results == [(1, COMMAND_APPLIED), (2, COMMAND_REFUSED), (3, COMMAND_APPLIED)]
    assert [end.reason for end in box.facts(TripEnd)] == [END_COMMAND]


@pytest.mark.parametrize("write", range(1, 8))
async def test_power_lost_at_any_write_of_an_end_never_says_done_of_a_trip_still_open(
    boot, wires, write: int
) -> None:
    box = boot()
    await start(box)
    box.flash.power = box.state.power = Power(write)
    with contextlib.suppress(KeyboardInterrupt):
        box.vehicle.command(end_trip(5, MARIE), wires.ms)
    box.flash.power = box.state.power = None
    again = boot()
    again.vehicle.answer_owed()
    answers = {answer.result for answer in again.facts(CommandResult)}
    assert answers <= {COMMAND_UNKNOWN} or not again.trip.open


async def test_a_forgotten_trip_ends_an_hour_after_its_booking_and_its_driver_may_come_back(
    boot, wires
) -> None:
    box = boot()
    box.hold(Grant(1, MARIE, 0, NOW_S + 600, 0))
    await start(box)
    await box.stand(3599)
    assert box.trip.open and wires.state == RELAY_ENABLED
    await box.stand(2)
    assert [end.reason for end in box.facts(TripEnd)] == [END_INFERRED]
    await box.stand(1)
    assert wires.state == RELAY_INHIBITED
    again = boot()
    again.hold(Grant(1, MARIE, 0, NOW_S + 600, 0))
    await again.badge(MARIE)
    assert (again.trip.open, wires.state) == (True, RELAY_ENABLED)


async def test_a_passenger_is_noted_and_the_trip_stays_its_drivers(boot, wires) -> None:
    box = boot()
    box.hold(Grant(1, MARIE, 0, NOW_S * 2, 0), Grant(1, PAUL, 0, NOW_S * 2, GRANT_PASSENGER))
    await box.badge(PAUL)
    assert box.facts(Refusal) == [Refusal(PAUL, REFUSED_DRIVER_FIRST)]
    await start(box)
    await hold(box, PAUL)
    assert (box.trip.is_driver(MARIE), wires.log) == (True, ["occupant"])
    assert box.facts(Occupant) == [Occupant(PAUL)]


async def test_how_a_badge_proved_itself_stands_in_its_trip_and_a_false_one_opens_nothing(
    boot, wires
) -> None:
    box = boot()
    await box.vehicle.badge_not_genuine(MARIE)
    assert (box.trip.open, wires.log) == (False, ["refused 12"])
    assert box.facts(Refusal) == [Refusal(MARIE, REFUSED_NOT_GENUINE)]
    await box.badge(MARIE, ASSURANCE_HIGH)
    assert [trip.assurance for trip in box.facts(TripStart)] == [ASSURANCE_HIGH]


async def test_a_command_in_the_middle_of_a_badges_pulse_waits_and_then_ends_and_locks(
    boot, wires
) -> None:
    box = boot()
    for _ in range(2):
        await box.badge(MARIE)
        await box.vehicle.badge_left(MARIE, False)
    assert box.trip.paused
    wires.log.clear()
    resuming = asyncio.create_task(box.badge(MARIE))
    await asyncio.sleep(0)
    assert wires.log == ["enable"]
    box.vehicle.command(end_trip(1, MARIE), wires.ms)
    await resuming
    assert box.trip.holds_start, "the badge comes first, whole"
    await box.stand(1)
    assert not box.trip.open
    assert wires.log[-2:] == ["unlock", "lock"]
    assert len(box.facts(TripEnd)) == 1


async def test_commands_that_waited_are_obeyed_in_their_order(boot, wires) -> None:
    box = boot()
    arriving = asyncio.create_task(box.badge(MARIE))
    await asyncio.sleep(0)
    box.vehicle.command(Command(1, NOW_S + 3600, COMMAND_INHIBIT, bytes(8)), wires.ms)
    await arriving
    box.vehicle.command(end_trip(2, MARIE), wires.ms)
    assert [result.command_id for result in box.facts(CommandResult)] == [1, 2]
    assert not box.trip.open
