"""The car: joins its wires to the logic. Works without any network, and decides nothing.

One lock makes each decision and the pulse that follows it one piece, so that a badge and the
immobiliser's own step can never cross. The relay acts first, its record follows.
"""

import asyncio

from firmware.logic.access.door_lock import DoorLock
from firmware.logic.access.feedback import Feedback, cause_of
from firmware.logic.access.forgotten import is_forgotten
from firmware.logic.access.immobiliser import NO_PULSE, PULSE_ENABLE, PULSE_INHIBIT
from firmware.logic.access.trip import CAUSE_CONTACT, DOOR_LOCK, DOOR_UNLOCK, signal_of
from firmware.logic.const import const
from firmware.logic.road.rest import ASK_SLEEP, ASK_WAKE, Rest
from shared_protocol.records import END_COMMAND, END_INFERRED

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.logic.access.commands import Commands
    from firmware.logic.access.grants import GrantSet
    from firmware.logic.access.immobiliser import Immobiliser
    from firmware.logic.access.trip import Outcome, Trip
    from firmware.logic.clock import Clock
    from firmware.logic.road.nmea import Fix
    from firmware.logic.road.odometer import Odometer
    from firmware.logic.road.whereabouts import Where, Whereabouts
    from firmware.tasks.parts import Doors, Ignition, Receiver, Relay, Store, Uptime
    from firmware.tasks.recorder import Recorder
    from firmware.tasks.signals import SignalsTask
    from shared_protocol.messages import Command

_LOOK_EVERY_S = const(0.5)
# Nothing can be missed in a car that is parked and settled; below what the immobiliser takes for
# an unbroken look.
_LOOK_QUIET_S = const(4.0)

COMMANDS_FILE = "commands"


class Vehicle:
    """Everything that one car does, called by the tasks of badge reader, receiver and link.

    Attribute to read: `looked_ms`, when a look at the wires was last carried through.
    """

    def __init__(
        self,
        *,
        uptime: "Uptime",
        ignition: "Ignition",
        relay: "Relay",
        doors: "Doors",
        door_open: "Callable[[], bool]",
        keys_in: "Callable[[], bool]",
        signals: "SignalsTask",
        receiver: "Receiver",
        immobiliser: "Immobiliser",
        trip: "Trip",
        whereabouts: "Whereabouts",
        odometer: "Odometer",
        clock: "Clock",
        grants: "GrantSet",
        commands: "Commands",
        recorder: "Recorder",
        state_store: "Store",
    ):
        """Take the parts; nothing moves.

        Args:
            uptime: the clock of the box, monotonic.
            ignition: its line.
            relay: that in the start line, or what stands for none.
            doors: lock and unlock.
            door_open: whether a wired door or the boot is open now; false where none is wired.
            keys_in: whether the keys are in their holder now; true where there is none.
            signals: what the agent sees and hears.
            receiver: of satellites; asked only to sleep and to wake.
            immobiliser: law 1, which alone says when the relay moves.
            trip: the one in progress.
            whereabouts: the last fix.
            odometer: the running metres.
            clock: Unix time.
            grants: the set in force.
            commands: those of the server.
            recorder: records what happened.
            state_store: the flash that holds what the commands know.
        """
        self._uptime = uptime
        self._ignition = ignition
        self._relay = relay
        self._doors = doors
        self._door_open = door_open
        self._keys_in = keys_in
        self._signals = signals
        self._receiver = receiver
        self._immobiliser = immobiliser
        self._trip = trip
        self._whereabouts = whereabouts
        self._odometer = odometer
        self._clock = clock
        self._grants = grants
        self._commands = commands
        self._recorder = recorder
        self._state_store = state_store
        self._door_lock = DoorLock()
        self._feedback = Feedback(relay.contact())
        self.looked_ms = uptime.now_ms()
        self._rest = Rest(self.looked_ms)
        self._lock = asyncio.Lock()  # held from a decision to the end of its pulses
        self._look_now = asyncio.Event()  # ends the pause between two looks
        self._commands_waiting = []

    @property
    def quiet(self) -> bool:
        """Whether the car is parked and nothing is under way; see Rest."""
        return self._rest.quiet

    async def run(self) -> None:
        """Look at the wires twice a second, less often while all is quiet, for ever."""
        self.answer_owed()
        while True:
            async with self._lock:
                await self._look()
                self._let_rest()
            if not self.quiet:
                await asyncio.sleep(_LOOK_EVERY_S)
                continue
            self._look_now.clear()
            try:
                await asyncio.wait_for(self._look_now.wait(), _LOOK_QUIET_S)
            except asyncio.TimeoutError:
                pass

    def answer_owed(self) -> None:
        """Record what a power loss kept from being recorded of a command's result."""
        results = self._commands.owed(self._relay.contact())
        self._record_results(results, self._uptime.now_ms())

    async def badge_arrived(self, tag: bytes, assurance: int) -> None:
        """A badge (its 8-byte tag) has come to the reader; `assurance` of records.ASSURANCE_*."""
        async with self._lock:
            now_ms = self._uptime.now_ms()
            outcome = self._trip.badge_arrived(
                tag,
                self._grants,
                time_s=self._clock.time_s(now_ms),
                relay=self._relay.contact(),
                ignition_on=self._ignition.on,
                where=self._where(now_ms),
                assurance=assurance,
            )
            await self._act_on(outcome, now_ms)

    async def badge_not_genuine(self, tag: bytes) -> None:
        """A card that has a key of its own did not prove that it holds it."""
        async with self._lock:
            await self._act_on(self._trip.not_genuine(tag), self._uptime.now_ms())

    async def badge_held(self, tag: bytes) -> None:
        """The badge has been at the reader for 3 s."""
        async with self._lock:
            now_ms = self._uptime.now_ms()
            outcome = self._trip.badge_held(tag, self._keys_in(), self._where(now_ms))
            await self._act_on(outcome, now_ms)

    async def badge_left(self, tag: bytes, was_held: bool) -> None:
        """The badge has gone."""
        async with self._lock:
            now_ms = self._uptime.now_ms()
            outcome = self._trip.badge_left(tag, was_held, self._where(now_ms))
            await self._act_on(outcome, now_ms)

    def fix(self, fix: "Fix", now_ms: int) -> None:
        """A fix of the receiver: the clock, the odometer, the sign of stillness."""
        self._clock.hear_gnss(fix.time_s, fix.millisecond, now_ms)
        self._whereabouts.fix(fix, now_ms)
        time_ms = fix.time_s * 1000 + fix.millisecond
        self._odometer.add(time_ms, fix.speed_mm_s, self._ignition.on)
        self._recorder.write(self._trip.odometer(self._odometer.metres, now_ms), now_ms)

    def command(self, command: "Command", now_ms: int) -> None:
        """A Command of the server; one that comes in mid pulse waits for the next look."""
        self._commands_waiting.append(command)
        if not self._lock.locked():
            self._obey(now_ms)

    def _obey(self, now_ms: int) -> None:
        while self._commands_waiting:
            self._obey_one(self._commands_waiting.pop(0), now_ms)

    def _obey_one(self, command: "Command", now_ms: int) -> None:
        """A command's number is in flash before anything follows from it."""
        commands, relay = self._commands, self._immobiliser.state
        time_s = self._clock.time_s(now_ms)
        refused = commands.refused_as_jump(command.command_id, time_s, relay)
        if refused is not None:
            self._recorder.write((refused,), now_ms)
            return
        if not commands.begin(command.command_id):
            self._recorder.write((commands.again(command.command_id, relay),), now_ms)
            return
        obeyed = commands.obey(
            command,
            stored=self._store_commands(),
            time_s=time_s,
            relay=relay,
            keys_in=self._keys_in(),
            is_driver=self._trip.is_driver(command.badge_tag),
        )
        if obeyed.ends_trip:
            self._end_trip(END_COMMAND, now_ms)
        self._record_results(obeyed.results, now_ms)

    async def _look(self) -> None:
        now_ms = self._uptime.now_ms()
        self._believe_contact(CAUSE_CONTACT, now_ms)
        self._obey(now_ms)
        ignition_seen = self._ignition.look()
        signs = (self._whereabouts.speed_mm_s(now_ms),)
        self._immobiliser.sense(now_ms, ignition_seen, signs)
        self._end_forgotten(now_ms)
        pulse = self._immobiliser.step(now_ms, self._trip.holds_start)
        if pulse != NO_PULSE:
            await self._pulse(pulse, cause_of(pulse, bool(self._commands.pending_id)))
        metres = self._odometer.metres
        self._recorder.write(self._trip.ignition(self._ignition.on, metres), now_ms)
        await self._lock_when_shut(now_ms)
        self._recorder.step(now_ms)
        self.looked_ms = now_ms

    def _end_forgotten(self, now_ms: int) -> None:
        time_s = self._clock.time_s(now_ms)
        parked_for_ms = self._immobiliser.parked_for_ms(now_ms)
        if is_forgotten(self._grants, self._trip.driver, self._trip.grant, time_s, parked_for_ms):
            self._end_trip(END_INFERRED, now_ms)

    def _end_trip(self, reason: int, now_ms: int) -> None:
        """End the trip without a badge; the doors are locked at the next look."""
        self._recorder.write(self._trip.end(reason, self._where(now_ms)).records, now_ms)
        self._door_lock.ask(now_ms)
        self._look_now.set()

    def _let_rest(self) -> None:
        """Let the receiver sleep in a car that is parked and settled, and wake it in any other."""
        now_ms = self._uptime.now_ms()
        asked = self._rest.step(
            now_ms,
            trip_open=self._trip.open,
            ignition_on=self._ignition.on,
            relay=self._immobiliser.state,
            clock_source=self._clock.source,
            heard_ms=self._receiver.heard_ms,
        )
        if asked == ASK_WAKE:
            self._receiver.wake()
        elif asked == ASK_SLEEP:
            self._receiver.sleep()
        if self._rest.settled:
            self._whereabouts.stay(now_ms)

    async def _act_on(self, outcome: "Outcome", now_ms: int) -> None:
        self._look_now.set()
        if outcome.enable_cause:
            await self._pulse(self._immobiliser.badge_accepted(now_ms), outcome.enable_cause)
        signal = signal_of(outcome, self._door_open())
        if signal:
            self._signals.play(signal)
        self._recorder.write(outcome.records, now_ms)
        if outcome.door == DOOR_UNLOCK:
            self._door_lock.forget()
            await self._doors.unlock()
        elif outcome.door == DOOR_LOCK:
            self._door_lock.ask(now_ms)
            await self._lock_when_shut(now_ms)

    async def _lock_when_shut(self, now_ms: int) -> None:
        if self._door_lock.step(now_ms, self._door_open()):
            await self._doors.lock()

    async def _pulse(self, pulse: int, cause: int) -> None:
        if pulse == PULSE_ENABLE:
            await self._relay.enable()
        elif pulse == PULSE_INHIBIT:
            await self._relay.inhibit()
        self._believe_contact(cause, self._uptime.now_ms())

    def _believe_contact(self, cause: int, now_ms: int) -> None:
        """Tell everything that goes by the feedback contact what it shows."""
        contact = self._relay.contact()
        self._immobiliser.contact(contact)
        self._recorder.write(self._feedback.seen(contact, cause), now_ms)
        self._record_results(self._commands.relay_shows(contact), now_ms)

    def _record_results(self, results, now_ms: int) -> None:
        if not results:
            return
        self._store_commands()
        if self._recorder.write(results, now_ms):
            self._commands.recorded()
            self._store_commands()

    def _store_commands(self) -> bool:
        """Whether flash holds what the commands know; if not, memory has to do till the boot."""
        try:
            self._state_store.write(COMMANDS_FILE, self._commands.to_bytes())
        except OSError:
            return False
        return True

    def _where(self, now_ms: int) -> "Where":
        return self._whereabouts.where(self._odometer.metres, now_ms)
