"""The link's loop: modem, session and uplink. The car never waits for anything here.

Walks through modem_states.py; online, it feeds the session, sends what the uplink chooses and hands
what the server says to the journal, the grants, the clock and the car.
"""

import asyncio
import gc

from firmware.logic.const import const
from firmware.logic.link import modem_states as states
from firmware.logic.link.heartbeat import Pace, may_learn
from firmware.tasks.keep import keep, put_in_force
from firmware.version import VERSION
from shared_protocol.errors import ProtocolError
from shared_protocol.limits import GRANTS_VALID_S
from shared_protocol.messages import (
    Ack,
    CardKeys,
    Command,
    Epoch,
    Grants,
    GrantsChange,
    Heartbeat,
    NewKey,
    Status,
    Time,
)
from shared_protocol.records import (
    JUMP_EPOCH,
    JUMP_KEY_GENERATION,
    OFF_AIR_BATTERY_LOW,
    OFF_AIR_PATH_FORGOTTEN,
    JumpRefused,
    OffAir,
)
from shared_protocol.session import Established, RekeyDue, Session

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.identity import Identity
    from firmware.logic.access.card_keys import CardKeys as CardKeySet
    from firmware.logic.access.commands import Commands
    from firmware.logic.access.grants import GrantSet
    from firmware.logic.access.immobiliser import Immobiliser
    from firmware.logic.clock import Clock
    from firmware.logic.link.journal import Journal
    from firmware.logic.link.keys import Keys
    from firmware.logic.link.uplink import Uplink
    from firmware.logic.trip.trip import Trip
    from firmware.tasks.parts import Entropy, Modem, Store, Uptime
    from firmware.tasks.recorder import Recorder
    from firmware.tasks.vehicle import Vehicle

# A "data here" that got lost costs this long at most; in a parked car until the next heartbeat.
_LOOK_AGAIN_MS = const(30_000)
# There the modem sleeps once nothing has happened for so long: an answer comes sooner.
_DOZE_AFTER_MS = const(3_000)

# An outage shorter than this is no news: a tunnel, a restart of the server.
_OUTAGE_MS = const(300_000)
# How often a pause looks whether somebody has come to the car: each look wakes a sleeping chip.
_PAUSE_LOOK_S = const(30)
_ONCE_AN_HOUR_MS = const(3_600_000)
# Of silence after everything is told: then the modem is switched off for the battery's sake.
_LAST_WORDS_MS = const(15_000)

KEYS_FILE = "keys"


class LinkTask:
    """One box's connection to its server.

    Attribute to read: `connections`, how often a session was established.
    """

    def __init__(
        self,
        *,
        modem: "Modem",
        wake_link: asyncio.Event,
        identity: "Identity",
        keys: "Keys",
        entropy: "Entropy",
        uptime: "Uptime",
        journal: "Journal",
        uplink: "Uplink",
        grants: "GrantSet",
        card_keys: "CardKeySet",
        commands: "Commands",
        clock: "Clock",
        vehicle: "Vehicle",
        trip: "Trip",
        immobiliser: "Immobiliser",
        recorder: "Recorder",
        state_store: "Store",
        on_failure: "Callable[[int], None]",
        stage: "Callable[[], int]",
    ):
        """Take the parts; nothing is sent.

        `on_failure` is told what keeps the box off the air, of records.OFF_AIR_*, at each try.
        `stage()` is the battery's: at 2 a parked box connects once an hour, at 3 not at all.
        `wake_link` is set by recorder and modem whenever there is something to send or to hear.
        """
        self._modem = modem
        self._wake_link = wake_link
        self._identity = identity
        self._keys = keys
        self._entropy = entropy
        self._uptime = uptime
        self._journal = journal
        self._uplink = uplink
        self._grants = grants
        self._card_keys = card_keys
        self._commands = commands
        self._clock = clock
        self._vehicle = vehicle
        self._trip = trip
        self._immobiliser = immobiliser
        self._recorder = recorder
        self._state_store = state_store
        self._on_failure = on_failure
        self._stage = stage
        self._states = states.ModemStates(uptime.now_ms(), entropy)
        self._pace = Pace()
        self._off_since_ms = uptime.now_ms()
        self._said = None  # in the last Status: what the server waits for a change of
        self._jumps_told = set()
        self.connections = 0

    async def run(self) -> None:
        """Go online, and again after every loss, for ever."""
        while True:
            work = self._work(self._states.state.name)
            left_ms = self._states.time_left_ms(self._uptime.now_ms())
            try:
                await asyncio.wait_for(work, None if left_ms is None else left_ms / 1000)
                success, cause = self._states.state.name != states.ONLINE, 0
            except (states.ModemError, ProtocolError, asyncio.TimeoutError) as error:
                success, cause = False, getattr(error, "cause", 0)
            except Exception:
                # A bug, or no memory: the supervisor counts it. The socket must not be used again.
                self._states.finished(False, self._uptime.now_ms())
                raise
            self._states.finished(success, self._uptime.now_ms(), cause, self._saves)
            if not success:
                self._on_failure(self._states.cause)

    @property
    def _saves(self) -> bool:
        """Whether the battery wants the modem off as soon as everything is said."""
        return self._vehicle.quiet and self._stage() >= 2

    def _work(self, state: str):
        """The coroutine that does what a state is for."""
        if state == states.ONLINE:
            return self._talk()
        if state == states.BACK_OFF:
            return self._pause()
        if state == states.CIPOPEN:
            return self._modem.connect(self._identity.server_host, self._identity.server_port)
        return getattr(self._modem, state)()

    async def _pause(self) -> None:
        """Until the next try; shorter as soon as somebody has come to the car."""
        begun_ms = self._uptime.now_ms()
        while True:
            left_ms = self._states.back_off_ms(self._uptime.now_ms(), self._vehicle.quiet)
            if self._saves and self._states.off:
                self._modem.asleep = True  # nothing comes from it, so that the chip may sleep
                next_ms = begun_ms + _ONCE_AN_HOUR_MS - self._uptime.now_ms()
                left_ms = max(left_ms, next_ms if self._stage() < 3 else _ONCE_AN_HOUR_MS)
            if left_ms <= 0:
                return
            await asyncio.sleep(min(max(left_ms, 1000) / 1000, _PAUSE_LOOK_S))

    async def _talk(self) -> None:
        """One session, until the link is lost or its key has served enough."""
        gc.collect()  # the handshake wants the largest blocks of all
        keys, now_ms = self._keys, self._uptime.now_ms()
        session = Session.box(
            self._identity.box_id, keys.key, keys.generation, self._entropy, now_ms
        )
        known = False
        try:
            while not self._modem.closed:
                if not await self._turn(session):
                    return
                known = known or session.established
                await self._wait(session)
        finally:
            if known:
                self._off_since_ms = self._uptime.now_ms()
            else:
                keys.failed()

    async def _turn(self, session) -> bool:
        """Hear, answer and send once; False when this session has served."""
        modem = self._modem
        self._wake_link.clear()
        events = session.step(self._uptime.now_ms())
        if modem.readable:
            data = await modem.receive()
            if data:
                self._pace.heard(self._uptime.now_ms())
                events += session.receive_data(data, self._uptime.now_ms())
            data = None  # its room is wanted for what is in it
        for event in events:
            if not await self._handle(event, session):
                return False
        now_ms = self._uptime.now_ms()
        if session.established:
            all_told = self._journal.lowest_seq == self._journal.next_seq
            if self._saves and all_told and self._pace.silent_ms(now_ms) >= _LAST_WORDS_MS:
                raise states.ModemError("saved", OFF_AIR_BATTERY_LOW)
            if self._pace.is_dead(now_ms):
                raise states.ModemError("dead", OFF_AIR_PATH_FORGOTTEN)
            if self._uplink.is_lost(now_ms):
                return False
            message = self._next_message(now_ms)
            if message is not None:
                session.send(message)
        data = session.bytes_to_send()
        if data:
            self._pace.said(self._uptime.now_ms())
            await modem.send(data)
        return True

    async def _handle(self, event, session) -> bool:
        """False when a new session is to begin."""
        now_ms = self._uptime.now_ms()
        if isinstance(event, RekeyDue):
            return False
        if isinstance(event, Established):
            self.connections += 1
            self._pace.connected(now_ms)
            off_ms = now_ms - self._off_since_ms
            if off_ms >= _OUTAGE_MS:
                self._recorder.write((OffAir(self._states.cause, off_ms // 1000),), now_ms)
            self._uplink.connected(now_ms)
            return True
        message = event.message
        if isinstance(message, Ack):
            self._uplink.acknowledged(message.epoch, message.seq, message.chain, now_ms)
        elif isinstance(message, Time):
            self._vehicle.timekeeper.server_time(message, now_ms)
        elif isinstance(message, Grants):
            if self._grants.take_part(message) and await put_in_force(self._grants):
                self._grants_taken(session)
        elif isinstance(message, GrantsChange):
            taken = self._grants.take_change(message)
            if taken and await put_in_force(self._grants):
                self._grants_taken(session)
            elif taken is not None:  # void: the server sees that it must send all
                session.send(self._status(now_ms))
        elif isinstance(message, CardKeys):
            if self._card_keys.take_part(message) and await put_in_force(self._card_keys):
                session.send(self._status(self._uptime.now_ms()))
        elif isinstance(message, Command):
            self._vehicle.command(message, now_ms)
        elif isinstance(message, Epoch):
            if self._journal.is_jump(message.epoch):
                self._tell_jump(JUMP_EPOCH, message.epoch, now_ms)
            elif self._journal.adopt(message.epoch):
                self._uplink.connected(now_ms)
        elif isinstance(message, NewKey):
            if self._keys.is_jump(message.generation):
                self._tell_jump(JUMP_KEY_GENERATION, message.generation, now_ms)
            elif self._keys.take(message.generation, message.key):
                # A key that flash does not take is forgotten at the next boot, and the server asks
                # again: it keeps the former in service until the new one has been used.
                keep(self._state_store, KEYS_FILE, self._keys.to_bytes())
                return False
        return True

    def _grants_taken(self, session) -> None:
        """Tell the server what the box now holds, and the clock that such a set was issued."""
        now_ms = self._uptime.now_ms()
        self._vehicle.timekeeper.set_issued(self._grants.expires_s - GRANTS_VALID_S, now_ms)
        session.send(self._status(now_ms))

    def _tell_jump(self, counter: int, number: int, now_ms: int) -> None:
        """Record that a number was refused: once a boot, however often a broken server says it."""
        if counter not in self._jumps_told:
            self._jumps_told.add(counter)
            self._recorder.write((JumpRefused(counter, number),), now_ms)

    def _next_message(self, now_ms: int):
        """One at a time: each is on its way before the next takes memory."""
        uplink = self._uplink
        for record in (uplink.take_gap(), uplink.take_wear(now_ms), self._pace.take_news()):
            if record is not None:
                self._recorder.write((record,), now_ms)
        if uplink.status_due(now_ms) or self._said != self._sayable():
            return self._status(now_ms)
        message = uplink.next_records(now_ms)
        if message is None and self._pace.next_deadline() <= now_ms:
            learns = may_learn(self._vehicle.quiet, self._clock.time_s(now_ms), self._grants)
            interval_s = self._pace.due(now_ms, learns)
            message = Heartbeat(interval_s) if interval_s else None
        return message

    async def _wait(self, session) -> None:
        """Until the link is woken, or the next deadline; not at all while X25519 has work."""
        now_ms, quiet = self._uptime.now_ms(), self._vehicle.quiet and session.established
        due_ms = self._pace.next_deadline() if quiet else now_ms + _LOOK_AGAIN_MS
        if self._saves:
            due_ms = min(due_ms, now_ms + _LAST_WORDS_MS)
        deadline_ms = session.next_deadline()
        if deadline_ms is not None:
            due_ms = min(due_ms, deadline_ms)
        if session.established:
            due_ms = min(due_ms, self._uplink.next_deadline(), self._pace.next_deadline())
        if due_ms <= now_ms or self._modem.readable:
            await asyncio.sleep(0)
            return
        may_doze = quiet and not self._modem.asleep
        wait_ms = min(due_ms - now_ms, _DOZE_AFTER_MS) if may_doze else due_ms - now_ms
        try:
            await asyncio.wait_for(self._wake_link.wait(), wait_ms / 1000)
        except asyncio.TimeoutError:
            if now_ms + wait_ms < due_ms:
                await self._modem.doze()
            else:
                self._modem.readable = not quiet or self._pace.waits

    def _sayable(self) -> tuple:
        """What of a Status the server waits for: it is said anew when it has changed."""
        held = (self._grants.hash, self._card_keys.hash)
        return (self._clock.source, self._commands.highest_id, held)

    def _status(self, now_ms: int) -> Status:
        self._said = self._sayable()
        return Status(
            VERSION,
            self._clock.source,
            self._clock.time_s(now_ms),
            self._journal.epoch,
            self._journal.oldest_seq,
            self._journal.next_seq,
            self._grants.generation,
            self._grants.hash,
            self._commands.highest_id,
            self._immobiliser.state,
            int(self._trip.open),
            self._card_keys.hash,
        )
