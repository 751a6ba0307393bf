"""The car: joins its wires to the logic. Works without any network, and decides nothing.

One lock makes each decision and the pulse that follows it one piece, so that a badge and the
immobiliser's own step can never cross. The relay acts first, its record follows.
"""

import asyncio

from firmware.logic.access.feedback import cause_of
from firmware.logic.access.immobiliser import NO_PULSE
from firmware.logic.access.outcome import CAUSE_CONTACT
from firmware.logic.const import const
from firmware.logic.road.rest import ASK_SLEEP, ASK_WAKE, Rest
from firmware.logic.road.standing import Standing
from firmware.tasks.acts import Acts
from firmware.tasks.orders import Orders
from firmware.tasks.settling import Settling
from firmware.tasks.timekeeper import Timekeeper
from shared_protocol.records import ASKED_THEFT, RELAY_ENABLED, RELAY_INHIBITED, Refusal

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.logic.access.commands import Commands
    from firmware.logic.access.grants import GrantSet
    from firmware.logic.access.immobiliser import Immobiliser
    from firmware.logic.access.outcome import Outcome
    from firmware.logic.clock import Clock
    from firmware.logic.road.nmea import Fix
    from firmware.logic.road.odometer import Odometer
    from firmware.logic.road.standing import Motion
    from firmware.logic.road.whereabouts import Where, Whereabouts
    from firmware.logic.trip.trip import Trip
    from firmware.tasks.parts import Doors, Ignition, Receiver, Relay, Store, Uptime
    from firmware.tasks.recorder import Recorder
    from firmware.tasks.signals import SignalsTask
    from firmware.tasks.signs import Signs
    from shared_protocol.messages import Command

_LOOK_EVERY_S = const(0.5)
# Nothing can be missed in a car that is parked and settled; below what the immobiliser takes for
# an unbroken look.
_LOOK_QUIET_S = const(4.0)


class Vehicle:
    """Everything that one car does, called by the tasks of badge reader, receiver and link.

    Attributes to read: `timekeeper`, for what the server tells of the time; `looked`, set when a
    look at the wires has been carried through; to set: `look_now`, which ends a long pause between
    two looks.
    """

    def __init__(
        self,
        *,
        uptime: "Uptime",
        ignition: "Ignition",
        signs: "Signs",
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
            ignition: its line, or what stands for none.
            signs: what that line and others say together.
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
            clock: Unix time, told by `timekeeper`.
            grants: the set in force.
            commands: those of the server.
            recorder: records what happened.
            state_store: the flash that holds what commands and clock know.
        """
        self._uptime = uptime
        self._ignition = ignition
        self._signs = signs
        self._relay = relay
        self._keys_in = keys_in
        self._receiver = receiver
        self._immobiliser = immobiliser
        self._trip = trip
        self._whereabouts = whereabouts
        self._odometer = odometer
        self._clock = clock
        self.timekeeper = Timekeeper(clock, grants, recorder, state_store)
        self._grants = grants
        self._recorder = recorder
        self._orders = Orders(commands, recorder, state_store)
        self._acts = Acts(
            uptime=uptime,
            relay=relay,
            doors=doors,
            door_open=door_open,
            signals=signals,
            signs=signs,
            immobiliser=immobiliser,
            trip=trip,
            orders=self._orders,
            recorder=recorder,
        )
        now_ms = uptime.now_ms()
        self._rest = Rest(now_ms)
        self._standing = Standing(now_ms, ignition.fitted)
        self._settling = Settling(
            trip=trip,
            grants=grants,
            clock=clock,
            immobiliser=immobiliser,
            signs=signs,
            ignition=ignition,
            keys_in=keys_in,
            now_ms=now_ms,
        )
        self._lock = asyncio.Lock()  # held from a decision to the end of its pulses
        self.looked = asyncio.Event()
        self.look_now = asyncio.Event()
        self._commands_waiting = []
        self._refused = None  # the badge at the reader that was: tag, assurance, the clock's number

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
            if not self.quiet or self._acts.door_lock.due:
                await asyncio.sleep(_LOOK_EVERY_S)
                continue
            self.look_now.clear()
            try:
                await asyncio.wait_for(self.look_now.wait(), _LOOK_QUIET_S)
            except asyncio.TimeoutError:
                pass

    def answer_owed(self) -> None:
        """Record what a power loss kept from being recorded of a command's result."""
        self._orders.answer_owed(self._trip, self._relay.contact(), self._uptime.now_ms())

    def badge_rank(self, tag: bytes) -> int:
        """How much the badge with this tag may do now, as RANK_* of card.py; nothing moves."""
        return self._trip.badge_rank(tag, self._grants, self._clock.time_s(self._uptime.now_ms()))

    @property
    def learns(self) -> bool:
        """Whether somebody asked for the UID of the next unknown card."""
        return self._orders.learning.waits

    async def badge_arrived(self, tag: bytes, assurance: int, uid: bytes = b"") -> None:
        """A badge (its 8-byte tag) has come to the reader; `assurance` of records.ASSURANCE_*.

        `uid`: its own where it may be learned, else empty.
        """
        async with self._lock:
            await self._judge(tag, assurance, uid)

    async def _judge(self, tag: bytes, assurance: int, uid: bytes = b"") -> None:
        now_ms = self._uptime.now_ms()
        motion = self._motion(now_ms)
        judged = self._trip.badge_arrived(
            tag,
            self._grants,
            time_s=self._clock.time_s(now_ms),
            relay=self._relay.contact(),
            ignition_on=self._ignition.on,
            motion=motion,
            where=self._where(now_ms),
            assurance=assurance,
        )
        is_driven = (self._trip.open and not self._trip.paused) or motion.moves
        no_time = is_driven or self._trip.ordered == ASKED_THEFT
        outcome = self._orders.learning.judged(judged, uid, no_time, now_ms)
        is_refused = bool(outcome.records) and isinstance(outcome.records[0], Refusal)
        self._refused = (tag, assurance, self._clock.number) if is_refused else None
        await self._act_on(outcome, now_ms)
        if outcome is not judged:
            self._orders.learned(self._immobiliser.state, now_ms)
        elif not is_refused:
            self._signs.used(now_ms)

    async def _judge_again(self) -> None:
        """A badge that is still there was refused by a time that is told no more."""
        if self._refused and self._refused[2] != self._clock.number:
            await self._judge(self._refused[0], self._refused[1])

    async def badge_not_genuine(self, tag: bytes) -> None:
        """A card that has a key of its own did not prove that it holds it."""
        async with self._lock:
            await self._act_on(self._trip.not_genuine(tag), self._uptime.now_ms())

    async def badge_held(self, tag: bytes) -> None:
        """The badge has been at the reader for 3 s."""
        async with self._lock:
            now_ms = self._uptime.now_ms()
            motion = self._motion(now_ms)
            outcome = self._trip.badge_held(tag, self._keys_in(), motion, self._where(now_ms))
            await self._act_on(outcome, now_ms)

    async def badge_left(self, tag: bytes, was_held: bool) -> None:
        """The badge has gone."""
        async with self._lock:
            self._refused = None
            now_ms = self._uptime.now_ms()
            motion, where = self._motion(now_ms), self._where(now_ms)
            await self._act_on(self._trip.badge_left(tag, was_held, motion, where), now_ms)

    def fix(self, fix: "Fix", now_ms: int) -> None:
        """A fix of the receiver: the clock, the odometer, the sign of stillness."""
        self.timekeeper.fix(fix, now_ms)
        self._whereabouts.fix(fix, now_ms)
        time_ms = fix.time_s * 1000 + fix.millisecond
        may_drive = self._ignition.on or not self._ignition.fitted
        mm_s = fix.speed_mm_s if may_drive else self._whereabouts.speed_mm_s(now_ms)
        self._odometer.add(time_ms, mm_s, may_drive, not self._trip.open)
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
        relay, time_s = self._immobiliser.state, self._clock.time_s(now_ms)
        if not self._orders.begin(command, time_s, relay, now_ms):
            return
        motion, where = self._motion(now_ms), self._where(now_ms)
        asked = self._settling.asked_by(command, motion, where, now_ms)
        obeyed = self._orders.obey(command, time_s, relay, asked.records, now_ms)
        if obeyed.ends_trip:
            self._begin(asked, now_ms)
        self._orders.answer(obeyed.results, now_ms)

    async def _look(self) -> None:
        now_ms = self._uptime.now_ms()
        self._acts.believe_contact(CAUSE_CONTACT, now_ms)
        self._obey(now_ms)
        self._orders.look(self._immobiliser.state, now_ms)
        await self._judge_again()
        motion = self._motion(now_ms)
        stands = motion.stands and (motion.still_ms or self._immobiliser.ignition_proven)
        self._grants.place = self._whereabouts.place(now_ms, bool(stands or self._rest.settled))
        for outcome in self._settling.without_asking(motion, self._where(now_ms), now_ms):
            self._begin(outcome, now_ms)
        trip = self._trip
        pulse = self._immobiliser.step(now_ms, trip.holds_start, trip.owes_inhibit)
        if pulse != NO_PULSE:
            await self._acts.pulse(pulse, cause_of(pulse, self._orders.is_inhibit_pending))
        self._recorder.write(trip.ignition(self._ignition.on, self._odometer.metres), now_ms)
        self._recorder.write(trip.after_end(motion, self._odometer.metres), now_ms)
        for outcome in self._settling.of_what_waits(motion, self._where(now_ms), now_ms):
            await self._act_on(outcome, now_ms)
        if trip.ordered == ASKED_THEFT and not (trip.open or self._startable):
            self._orders.theft_done(self._immobiliser.state, now_ms)
        await self._acts.lock_when_shut(now_ms)
        records = self._signs.tell(
            now_ms,
            contact=self._immobiliser.state,
            ignition_on=self._ignition.on,
            speed_mm_s=self._whereabouts.speed_mm_s(now_ms),
            startable=self._startable and not self._trip.open,
            hindrance=self._immobiliser.hinders(now_ms),
        )
        self._recorder.write(records, now_ms)
        self._recorder.step(now_ms)
        self.looked.set()

    @property
    def _startable(self) -> bool:
        """Whether anybody could start the car, for all that the box knows."""
        state = self._immobiliser.state
        return state == RELAY_ENABLED or (state == RELAY_INHIBITED and self._trip.owes_inhibit)

    def _motion(self, now_ms: int) -> "Motion":
        """Look at the wires, for law 1 and for what is asked: what they say now."""
        ignition_seen = self._ignition.look()
        speed_mm_s = self._whereabouts.speed_mm_s(now_ms)
        self._immobiliser.ignition_proven = self._signs.prove(
            now_ms, ignition_seen, speed_mm_s, self._clock.time_s(now_ms)
        )
        self._immobiliser.sense(now_ms, ignition_seen, (speed_mm_s,))
        self._standing.look(now_ms, ignition_seen, speed_mm_s, self._signs.cranked)
        return self._standing.motion(now_ms, self._immobiliser.ignition_proven)

    def _begin(self, outcome: "Outcome", now_ms: int) -> None:
        self._acts.begin(outcome, now_ms)
        self.look_now.set()

    async def _act_on(self, outcome: "Outcome", now_ms: int) -> None:
        self.look_now.set()
        await self._acts.carry_out(outcome, now_ms)

    def _let_rest(self) -> None:
        """Let the receiver sleep in a car that is parked and settled, and wake it in any other."""
        now_ms = self._uptime.now_ms()
        asked = self._rest.step(
            now_ms,
            trip_open=self._trip.open or self._trip.left_running,
            ignition_on=self._ignition.on,
            relay=RELAY_ENABLED if self._startable else self._immobiliser.state,
            clock_source=self._clock.source,
            heard_ms=self._receiver.heard_ms,
        )
        if asked == ASK_WAKE:
            self._receiver.wake()
        elif asked == ASK_SLEEP:
            self._receiver.sleep()
        if self._rest.settled:
            self._whereabouts.stay(now_ms)

    def _where(self, now_ms: int) -> "Where":
        return self._whereabouts.where(self._odometer.metres, now_ms)
