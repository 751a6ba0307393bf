"""The car: joins its wires to immobiliser and trip. Works without any network.

One lock makes each decision and the pulse that follows it one piece, so that a badge and the
immobiliser's own step can never cross. The relay acts first, its record follows.
"""

import asyncio

from firmware.logic.access.badge_decision import decide
from firmware.logic.access.commands import ends_trip
from firmware.logic.access.forgotten import is_forgotten
from firmware.logic.access.immobiliser import NO_PULSE, PULSE_ENABLE, PULSE_INHIBIT
from firmware.logic.access.trip import (
    CAUSE_COMMAND,
    CAUSE_CONTACT,
    CAUSE_GRANT,
    CAUSE_PARKED,
    CAUSE_TECHNICIAN,
    DOOR_LOCK,
    DOOR_UNLOCK,
    SIGNAL_DOOR_OPEN,
    Where,
)
from firmware.logic.const import const
from shared_protocol.messages import CLOCK_NONE
from shared_protocol.records import (
    END_COMMAND,
    END_INFERRED,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    Relay,
)

_LOOK_EVERY_S = const(0.5)
# Nothing can be missed in a car that is parked and settled; below what the immobiliser takes for
# an unbroken look.
_LOOK_QUIET_S = const(4.0)
# Time enough for a last fix of the parking place.
_SLEEP_AFTER_MS = const(60_000)
# A receiver talks once a second, also without a fix; a sleeping one is silent.
_TALKS_WITHIN_MS = const(3_000)

COMMANDS_FILE = "commands"


class Vehicle:
    """Everything that one car does, called by the tasks of badge reader, receiver and link.

    Attributes to read: `looked_ms`, when a look at the wires was last carried through; `quiet`,
    whether the car is parked and settled: no trip, ignition off, start not enabled, time known.
    """

    def __init__(
        self, uptime, ignition, relay, doors, door_contact, key_holder, signals, receiver,
        immobiliser, trip, door_lock, whereabouts, odometer, clock, grants, commands, recorder,
        state_store,
    ):  # fmt: skip
        """Take the parts; nothing moves."""
        self._uptime = uptime
        self._ignition = ignition
        self._relay = relay
        self._doors = doors
        self._door_contact = door_contact
        self._key_holder = key_holder
        self._signals = signals
        self._receiver = receiver
        self._immobiliser = immobiliser
        self._trip = trip
        self._door_lock = door_lock
        self._whereabouts = whereabouts
        self._odometer = odometer
        self._clock = clock
        self._grants = grants
        self._commands = commands
        self._recorder = recorder
        self._state_store = state_store
        self._hands = asyncio.Lock()
        self._stirred = asyncio.Event()
        self._commands_waiting = []
        self._shown = relay.contact()  # what the immobiliser and the server have been told
        self.looked_ms = self._busy_ms = uptime.now_ms()
        self.quiet = False

    async def run(self) -> None:
        """Look at the wires twice a second, less often while all is quiet, for ever."""
        self.answer_owed()
        while True:
            async with self._hands:
                await self._look()
                self._rest()
            if not self.quiet:
                await asyncio.sleep(_LOOK_EVERY_S)
                continue
            self._stirred.clear()
            try:
                await asyncio.wait_for(self._stirred.wait(), _LOOK_QUIET_S)
            except asyncio.TimeoutError:
                pass

    def answer_owed(self) -> None:
        """Record what a power loss kept from being recorded of a command's result."""
        results = self._commands.owed(self._relay.contact())
        self._record_results(results, self._uptime.now_ms())

    async def badge_arrived(self, tag: bytes, assurance: int) -> None:
        """A badge (its 8-byte tag) has come to the reader; `assurance` of records.ASSURANCE_*."""
        async with self._hands:
            now_ms = self._uptime.now_ms()
            trip, where = self._trip, self._where(now_ms)
            if trip.is_driver(tag):
                outcome = trip.driver_arrived(self._relay.contact(), where)
            else:
                time_s = self._clock.time_s(now_ms)
                verdict = decide(self._grants, tag, time_s, trip.grant, trip.lapsed_grant(tag))
                outcome = trip.other_arrived(tag, verdict, self._ignition.on, where, assurance)
            await self._carry_out(outcome, now_ms)

    async def badge_not_genuine(self, tag: bytes) -> None:
        """A card that has a key of its own did not prove that it holds it."""
        async with self._hands:
            await self._carry_out(self._trip.not_genuine(tag), self._uptime.now_ms())

    async def badge_held(self, tag: bytes) -> None:
        """The badge has been at the reader for 3 s."""
        async with self._hands:
            now_ms = self._uptime.now_ms()
            keys_in = self._key_holder.closed()
            await self._carry_out(self._trip.badge_held(tag, keys_in, self._where(now_ms)), now_ms)

    async def badge_left(self, tag: bytes, was_held: bool) -> None:
        """The badge has gone."""
        async with self._hands:
            now_ms = self._uptime.now_ms()
            outcome = self._trip.badge_left(tag, was_held, self._where(now_ms))
            await self._carry_out(outcome, now_ms)

    def fix(self, fix, now_ms: int) -> None:
        """A fix of the receiver: the clock, the odometer, the sign of stillness."""
        self._clock.hear_gnss(fix.time_s, fix.millisecond, now_ms)
        self._whereabouts.fix(fix, now_ms)
        time_ms = fix.time_s * 1000 + fix.millisecond
        self._odometer.add(time_ms, fix.speed_mm_s, self._ignition.on)
        self._recorder.write(self._trip.odometer(self._odometer.metres, now_ms), now_ms)

    def command(self, command, now_ms: int) -> None:
        """A Command of the server; one that comes in mid pulse waits for the next look."""
        self._commands_waiting.append(command)
        if not self._hands.locked():
            self._obey(now_ms)

    def _obey(self, now_ms: int) -> None:
        while self._commands_waiting:
            self._obey_one(self._commands_waiting.pop(0), now_ms)

    def _obey_one(self, command, now_ms: int) -> None:
        """A command's number is in flash before anything follows from it."""
        commands, relay = self._commands, self._immobiliser.state
        number = command.command_id
        if not commands.begin(number):
            self._recorder.write((commands.again(number, relay),), now_ms)
        elif self._store_commands():
            time_s, keys_in = self._clock.time_s(now_ms), self._key_holder.closed()
            results = commands.act(command, time_s, relay, keys_in)
            if ends_trip(command, results) and self._trip.is_driver(command.badge_tag):
                self._end_trip(END_COMMAND, now_ms)
            self._record_results(results, now_ms)
        else:
            self._record_results((commands.refuse(number, relay),), now_ms)

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
            cause = CAUSE_COMMAND if self._commands.pending_id else CAUSE_PARKED
            await self._pulse(pulse, CAUSE_GRANT if pulse == PULSE_ENABLE else cause)
        metres = self._odometer.metres
        self._recorder.write(self._trip.ignition(self._ignition.on, metres), now_ms)
        await self._lock_when_shut(now_ms)
        self._recorder.step(now_ms)
        self.looked_ms = now_ms

    def _end_forgotten(self, now_ms: int) -> None:
        trip = self._trip
        if trip.open and self._immobiliser.is_safe(now_ms):
            off_for_ms = self._immobiliser.off_for_ms(now_ms)
            time_s = self._clock.time_s(now_ms)
            if is_forgotten(self._grants, trip.driver, trip.grant, time_s, off_for_ms):
                self._end_trip(END_INFERRED, now_ms)

    def _end_trip(self, reason: int, now_ms: int) -> None:
        """End the trip without a badge; the doors are locked at the next look."""
        self._recorder.write(self._trip.end(reason, self._where(now_ms)).records, now_ms)
        self._door_lock.ask(now_ms)
        self._stirred.set()

    def _rest(self) -> None:
        """Let the receiver sleep in a car that is parked and settled, and wake it in any other."""
        now_ms = self._uptime.now_ms()
        self.quiet = (
            not (self._trip.open or self._ignition.on)
            and self._immobiliser.state != RELAY_ENABLED
            and self._clock.source != CLOCK_NONE
        )
        talks = now_ms - self._receiver.heard_ms <= _TALKS_WITHIN_MS
        if not self.quiet:
            self._busy_ms = now_ms
            if not talks:
                self._receiver.wake()
        elif now_ms - self._busy_ms >= _SLEEP_AFTER_MS:
            if talks:
                self._receiver.sleep()
            self._whereabouts.stay(now_ms)

    async def _carry_out(self, outcome, now_ms: int) -> None:
        self._stirred.set()
        if outcome.enable_cause:
            await self._pulse(self._immobiliser.badge_accepted(now_ms), outcome.enable_cause)
        locks = outcome.door == DOOR_LOCK
        if outcome.signal:
            open_door = locks and self._door_contact.closed()
            self._signals.play(SIGNAL_DOOR_OPEN if open_door else outcome.signal)
        self._recorder.write(outcome.records, now_ms)
        if outcome.door == DOOR_UNLOCK:
            self._door_lock.forget()
            await self._doors.unlock()
        elif locks:
            self._door_lock.ask(now_ms)
            await self._lock_when_shut(now_ms)

    async def _lock_when_shut(self, now_ms: int) -> None:
        if self._door_lock.step(now_ms, self._door_contact.closed()):
            await self._doors.lock()

    async def _pulse(self, pulse: int, cause: int) -> None:
        if pulse == PULSE_ENABLE:
            await self._relay.enable()
        elif pulse == PULSE_INHIBIT:
            await self._relay.inhibit()
        self._believe_contact(cause, self._uptime.now_ms())

    def _believe_contact(self, cause: int, now_ms: int) -> None:
        """Record what the feedback contact shows if it is news, or a technician's doing."""
        state = self._relay.contact()
        self._immobiliser.contact(state)
        if state != self._shown or cause == CAUSE_TECHNICIAN:
            self._shown = state
            self._recorder.write((Relay(state, cause),), now_ms)
        if state == RELAY_INHIBITED:  # also at boot: power may have failed right after the pulse
            self._record_results(self._commands.relay_inhibited(), now_ms)

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

    def _where(self, now_ms: int) -> Where:
        return self._whereabouts.where(self._odometer.metres, now_ms)
