"""One car whose every state can be taken down and put back: the shipped Vehicle on wires that obey.

Nothing of the box is modelled: Vehicle, Immobiliser, Trip, decide, GrantSet, Commands, Feedback,
is_forgotten, DoorLock, Rest, Signs, Standing, TrustedSpeed, BatteryStage and SleepingPoll are the
shipped ones, joined as on the box, and Vehicle's own parts are driven to their end (its wires never
wait). What is modelled is the world: the wires, the hands, the flash, the clock, the battery, the
chip's sleep and an application that does not start. Judges nothing: that is laws.py.

Time is abstract. It passes in ticks of one length, with a look at the end of each, and what the box
takes for an unbroken look is stretched to a tick; every instant is kept as its distance to now, and
beyond the last limit that asks for it all distances are one. So the states are finitely many.
"""

import asyncio
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from firmware.logic.access import immobiliser as immobiliser_module
from firmware.logic.access.commands import Commands
from firmware.logic.access.grants import GRANTS_FILE, GrantSet
from firmware.logic.access.immobiliser import DoorOnly
from firmware.logic.access.ration import Ration
from firmware.logic.road import standing as standing_module
from firmware.logic.road.nmea import Fix
from firmware.logic.road.trusted_speed import TrustedSpeed
from firmware.logic.road.whereabouts import Place, Where
from firmware.logic.signs import ignition_line
from firmware.logic.signs.battery import BatteryStage
from firmware.logic.signs.ignition_line import IgnitionLine
from firmware.logic.signs.unused import Unused
from firmware.logic.trip.trip import Trip
from firmware.tasks.signs import IGNITION_LINE_FILE, UNUSED_FILE, Signs
from firmware.tasks.sleep import SleepingPoll
from firmware.tasks.vehicle import Vehicle
from shared_protocol.messages import CLOCK_GNSS, CLOCK_NONE, Command, Grant
from shared_protocol.records import (
    ASSURANCE_LOW,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    RELAY_UNKNOWN,
    TripHandover,
    decode_body,
)
from shared_protocol.sets import grant_parts
from tests.firmware.logic.held_sets import taken
from tests.firmware.logic.storage import MemoryStorage
from tests.safety.stand_ins import Chip, FixedSigns, Line, SeveralSigns, ToldRecorder

NOW_MS = 1_000_000_000
"""When each step begins: the box's instants are put back as distances to it."""

# Beyond these an instant's age changes nothing: the limit that asks for it, and a second more.
_OLDEST_MS = {
    "_still_since_ms": 61_000, "_pulsed_ms": 31_000, "_until_ms": 601_000, "_shut_ms": 1_000,
    # Where the clock is known, none: an order lasts as long as its command says.
    "_given_ms": 0,
    "_busy_ms": 61_000, "_since_ms": 11_000, "_startable_since_ms": 1_801_000,
    "_judged_ms": 1_801_000, "_told_ms": 3_601_000,
}  # fmt: skip
# Attributes of Vehicle that are no part and no state of the core. The commands that wait for a
# pulse to end are among them: here each pulse ends before anything else begins. So is the badge
# that was refused: it is judged again when the clock has jumped, which this one never says.
_BESIDE = {"looked", "timekeeper", "look_now", "_lock", "_commands_waiting", "_refused"}
_BESIDE |= {"_acts", "_orders", "_settling"}
# Walks learn no card, which moves nothing: tests/firmware/tasks/test_vehicle_learning.py.
_BESIDE |= {"learning"}
_OWN = ("_rest", "_standing")
_OWN_OF_ACTS = ("door_lock", "feedback")
_WAITS = ("_waits_since_ms", "_next_since_ms")  # as long as what Standing counts
# Of a part: the same in every state, or set anew by each look before anything asks for it.
_NO_STATE = {"car", "ignition_proven", "quiet", "settled", "denied"}
# What the world does unheard, be the chip awake or asleep.
_UNHEARD = ("hand", "contact", "coil_fails", "keys", "flash", "room", "battery")
# What goes on while the box limps.
_WITHOUT_BOX = ("tick", "ignition", "speed", "hand", "door", "keys", "serves")
AWAKE, ASLEEP, ASLEEP_DEAF = 0, 1, 2
"""The chip; a line that was high when it fell asleep does not wake it (ASLEEP_DEAF)."""

Event = tuple[Any, ...]
State = tuple[Any, ...]


Kept = namedtuple("Kept", ("records", "with_all_before"))
"""Of Car.did: these records are in flash, and perhaps all that it had refused before."""


class PowerLostError(BaseException):
    """Nothing of the box runs after it."""


@dataclass(frozen=True)
class Setting:
    """One car and what may happen to it. `events` are those of Car.happen; all times in s or ms."""

    name: str
    tick_ms: int
    oldest_ms: int  # beyond it the age of the ignition's last "on" changes nothing
    events: tuple[Event, ...]
    grant_sets: tuple[tuple[Grant, ...], ...]
    expires_s: int
    wall_s: int  # at the beginning; 0: unknown
    grants: int = 0  # which of the sets, at the beginning
    commands: tuple[Command, ...] = ()
    signs: int = 1
    proven: bool = False
    start_relay: bool = True
    line: bool = True  # the ignition line is fitted; without one nothing shows what it is
    power_cuts: bool = False  # after each effect of each event
    standing_ms: int = 6_000  # beyond it nothing that Standing counts changes anything
    unused_ms: int = 0  # beyond it the time that nobody has used the car changes nothing
    tells: bool = False  # the line proves itself, and what the signs say is told; else as `proven`
    sleeps: bool = False  # the chip, lightly, wherever it may: the modem has nothing to say
    battery: bool = False  # is read at each look

    @property
    def has_doors(self) -> bool:
        """Whether one is ever opened: else nothing is ever locked again."""
        return ("door",) in self.events


class Car:
    """The box and its world. Attributes that begin without `_` are the world's, to be read."""

    def __init__(self, setting: Setting):
        """Park the car, inhibited, without a trip, and boot its box."""
        self.setting = setting
        self._sets = [self._grant_set(grants) for grants in setting.grant_sets]
        self._oldest_ms = _OLDEST_MS | {
            "_moved_ms": setting.oldest_ms if setting.proven or setting.tells else 0
        }
        self.contact_shows = RELAY_INHIBITED if setting.start_relay else RELAY_UNKNOWN
        self.on = self.edge = False
        self.speeds: tuple[int | None, ...] = (0,) * setting.signs
        self.has_room = True  # in the journal, for what the events of trips outweigh
        self.contact_lies = 0  # what it shows whatever the relay does; 0: the truth
        self.door_open = self.door_bounces = self.coil_fails = self.flash_full = False
        self.keys_in = True
        self.wall_s, self.grants_number = setting.wall_s, setting.grants
        self.at_site = False  # surely; else nobody can say where it is
        self.at_reader: tuple[bytes, bool] | None = None  # a badge's tag, whether it was held
        self._stored_trip, self._stored_commands = Trip().to_bytes(), b""
        self._stored_line = self._stored_unused = b""
        self._trusted: dict[tuple[int | None, ...], int | None] = {}
        self._noise: tuple[int | None, ...] = ()  # in place of the last seconds' speeds
        self._refused = False  # by the flash, since the last record that it took
        self.limps = False  # the application does not run: after too many starts that failed
        self.millivolts = 12_650
        self._chip, self._sleep = Chip(), AWAKE
        self.line_last = self.line_steady = False
        self._line = Line(self) if setting.sleeps else self
        self.now = NOW_MS
        self.did: list[Any] = []  # pulses and records of the last event, in order
        self.effects = 0
        self._cut_after = 0
        self.boot()

    def _grant_set(self, grants: tuple[Grant, ...]) -> GrantSet:
        """As a start finds it in a flash in which a bit has turned: that takes nothing away."""
        storage = MemoryStorage()
        held = GrantSet(storage)
        for part in grant_parts(1, self.setting.expires_s, list(grants)):
            taken(held, part)
        data = storage.files[GRANTS_FILE]
        storage.files[GRANTS_FILE] = data[:-1] + bytes((data[-1] ^ 1,))
        return GrantSet(storage)

    def boot(self) -> None:
        """Start the box on what flash holds and the contact shows, as main.py does."""
        setting = self.setting
        kind = SeveralSigns if setting.start_relay else DoorOnly
        self._immobiliser = kind(
            self.contact(),
            self.now,
            signs=setting.signs,
            ignition_proven=setting.proven,
            line_fitted=setting.line,
        )
        self._immobiliser.car = self
        self._trip = Trip(self._stored_trip)
        self._commands = Commands(self._stored_commands)
        self.edge, self._refused, self.at_reader = False, False, None
        self._sleep = AWAKE
        if setting.sleeps:
            self.line_last = self.line_steady = self.on
        recorder = ToldRecorder(
            journal=self,
            trip=self._trip,
            clock=self,
            uplink=self,
            wake_link=asyncio.Event(),
            refusals=Ration(),
        )
        recorder.car = self
        signs, told = self._signs()
        if setting.unused_ms:  # else less than a tick, whatever happened
            told = (signs._unused, *told)
        parts: dict[str, Any] = {
            "signs": signs,
            "uptime": self, "ignition": self._line, "relay": self, "doors": self,
            "door_open": lambda: self.door_open and not self.door_bounces,
            "keys_in": lambda: self.keys_in,
            "signals": self, "receiver": self, "immobiliser": self._immobiliser,
            "trip": self._trip, "whereabouts": self,
            "odometer": self, "clock": self, "grants": self._sets[self.grants_number],
            "commands": self._commands, "recorder": recorder, "state_store": self,
        }  # fmt: skip
        self._vehicle = Vehicle(**parts)
        acts = self._vehicle._acts
        self._recorder, self._battery = recorder, BatteryStage(self.now)
        if setting.battery:
            told = (self._battery, *told)
        self._poll = SleepingPoll(
            self._chip,
            chip=self._chip,
            uptime=self,
            vehicle=self._vehicle,
            modem=self._chip,
            receiver=self,
            woken=self._on_look,
        )
        self._kept = [
            (vars(part), name, self._oldest(part, name))
            for part in (
                self._immobiliser,
                self._trip,
                self._commands,
                *[getattr(self._vehicle, own) for own in _OWN],
                *[getattr(acts, own) for own in _OWN_OF_ACTS],
                self._vehicle._settling.from_afar,
                *told,
            )
            for name in sorted(vars(part))
            if name not in _NO_STATE and (setting.has_doors or name != "_again_until_ms")
        ]
        held = {**vars(self._vehicle), **vars(acts), **vars(self._vehicle._orders)}
        known = {f"_{part}" for part in parts} | _BESIDE | {*_OWN, *_OWN_OF_ACTS}
        unknown = set(held) - known
        assert not unknown, f"Vehicle has a state that the walk does not take down: {unknown}"
        if not self.limps:
            self._vehicle.answer_owed()
            self._on_look()

    def _oldest(self, part: Any, name: str) -> int:
        if isinstance(part, standing_module.Standing) or name in _WAITS:
            return self.setting.standing_ms
        if isinstance(part, Unused):
            return self.setting.unused_ms
        return self._oldest_ms.get(name, self.setting.oldest_ms)

    def _signs(self) -> tuple[Any, tuple[Any, ...]]:
        """The shipped ones, and what of them has a state; or some that tell nothing."""
        line = IgnitionLine(self._stored_line)
        if not self.setting.tells:
            return FixedSigns(line, self), ()
        signs = Signs(ignition_line=line, cranked=lambda: False, state_store=self, now_ms=self.now)
        signs.contradictions = FixedSigns(line, self)  # nothing depends on what is told of them
        return signs, (line, signs._watch)

    @property
    def trip_open(self) -> bool:
        return self._trip.open

    def is_driver(self, tag: bytes) -> bool:
        """Whether a trip of that badge is open."""
        return self._trip.is_driver(tag)

    def trip_of(self, tag: bytes) -> bool:
        """Whether a trip of that badge is open and not paused."""
        return self._trip.is_driver(tag) and not self._trip.paused

    # The state.

    def state(self) -> State:
        """All that the next event's outcome depends on."""
        return (
            self.contact_shows, self.on, self.edge, self.speeds, self.door_open, self.coil_fails,
            self.flash_full, self.keys_in, self.wall_s, self.grants_number, self.at_reader,
            self._stored_trip, self._stored_commands, self._refused, self.contact_lies,
            self._stored_line, self._stored_unused, self.door_bounces, self.has_room,
            self.at_site, self.limps, self.millivolts,
            self._sleep, self.line_last, self.line_steady, *self._taken_down(),
        )  # fmt: skip

    def put_back(self, state: State) -> None:
        """Be as `state()` said."""
        (
            self.contact_shows, self.on, self.edge, self.speeds, self.door_open, self.coil_fails,
            self.flash_full, self.keys_in, self.wall_s, self.grants_number, self.at_reader,
            self._stored_trip, self._stored_commands, self._refused, self.contact_lies,
            self._stored_line, self._stored_unused, self.door_bounces, self.has_room,
            self.at_site, self.limps, self.millivolts,
            self._sleep, self.line_last, self.line_steady, *values,
        ) = state  # fmt: skip
        self.now = NOW_MS
        self._hold(self.grants_number)
        for (part, name, _), value in zip(self._kept, values, strict=True):
            if value is None:
                pass
            elif name == "_answers":
                value = [list(answer) for answer in value]
            elif name == "taking":
                value = TripHandover(*value)
            elif isinstance(value, tuple):
                value = [None if age_ms is None else NOW_MS - age_ms for age_ms in value]
            elif name.endswith("_ms"):
                value = NOW_MS - value
            part[name] = value

    def _taken_down(self) -> list[Any]:
        """The attributes of the parts; one that ends in _ms is an instant, kept as its age."""
        now_ms, values = self.now, []
        for part, name, oldest_ms in self._kept:
            value = part[name]
            if value is None:
                pass
            elif name == "_answers":
                value = tuple([tuple(answer) for answer in value])
            elif name == "taking":
                value = tuple(value)
            elif isinstance(value, list):
                value = tuple(
                    [None if at_ms is None else min(now_ms - at_ms, oldest_ms) for at_ms in value]
                )
            elif name.endswith("_ms"):
                value = min(now_ms - value, oldest_ms)
            values.append(value)
        return values

    @property
    def highest_command(self) -> int:
        """The highest number of a command that the box has taken."""
        return self._commands.highest_id

    # The world's turn.

    def happen(self, event: Event, cut_after: int = 0) -> bool:
        """Let an event happen; power is cut after so many effects. False: the power was cut."""
        self.did, self.effects, self._cut_after = [], 0, cut_after
        self._heard = event[0] not in _UNHEARD
        try:
            getattr(self, "_on_" + event[0])(*event[1:])
            self._doze()
        except PowerLostError:
            self._cut_after = 0
            self._on_reset()
            return False
        return True

    def _doze(self) -> None:
        """Wait for what is next, as the event loop does: asleep, where the box may sleep."""
        if not self.setting.sleeps or self.limps or (self._sleep and not self._heard):
            return
        self._chip.slept_ms = 0
        self._poll.ipoll(4_000)
        asleep = ASLEEP_DEAF if self.on else ASLEEP
        self._sleep = asleep if self._chip.slept_ms else AWAKE

    def possible(self, event: Event) -> bool:
        """Whether the event means anything now."""
        name = event[0]
        if self.limps and name not in _WITHOUT_BOX:
            return False
        if name == "serves":
            return self.limps
        if name == "battery":
            return self.millivolts != event[1]
        if name == "arrives" or name == "copied":
            return self.at_reader is None
        if name == "held":
            return self.at_reader is not None and not self.at_reader[1]
        if name == "leaves":
            return self.at_reader is not None
        if name == "coil_fails":
            return not self.coil_fails
        if name == "bounce":
            return self.door_open and not self.door_bounces
        if name == "hand":
            return self.contact_shows != event[1]
        if name == "clock":
            return self.wall_s != event[1]
        if name == "grants":
            return self.grants_number != event[1]
        if name == "contact":
            return self.contact_lies != event[1]
        if name == "noise":
            return self.speeds[0] == 0
        if name == "speed":
            return self.speeds[event[1]] != event[2]
        return True

    def _on_tick(self) -> None:
        self.now += self.setting.tick_ms
        self.door_bounces = False
        self._on_look()
        if self.setting.sleeps:  # the line's driver wants two looks that find the same
            self._on_look()

    def _on_noise(self, *noise: int | None) -> None:
        """A tick at whose end the receiver of a standing car says these speeds for a second each.

        None: it has no fix in that second. Each second is looked at, and two that are as before.
        """
        self.now += self.setting.tick_ms - 1000 * (len(noise) + 1)
        for self._noise in [noise[:end] for end in range(len(noise) + 1)] + [(*noise, 0)]:
            self._on_look()
            self.now += 1000 * (len(self._noise) <= len(noise))
        self._noise = ()

    def _on_contact(self, shows: int) -> None:
        """The feedback contact breaks, and shows the same for ever; or is mended (0)."""
        self.contact_lies = shows

    def _on_asleep(self) -> None:
        """The box looks at nothing for two ticks."""
        self.now += 2 * self.setting.tick_ms
        self.door_bounces = False
        self._on_look()

    def _on_look(self) -> None:
        if self.limps:
            return
        _to_its_end(self._vehicle._look())
        self._vehicle._let_rest()
        if self.setting.battery:
            self._recorder.write(self._battery.read(self.millivolts, self.now), self.now)

    def _on_ignition(self) -> None:
        self.on = not self.on
        if self._sleep:
            self._heard = self.on and self._sleep == ASLEEP and self._chip.line_wakes
            if self._heard:
                self.edge = True
                self._on_look()
        else:
            self.edge = True

    def _on_limps(self) -> None:
        """Starts have failed: for an hour, and as many more as it takes, nothing of ours runs."""
        self.limps = True
        self._on_reset()

    def _on_serves(self) -> None:
        """The application starts again."""
        self.limps = False
        self._on_reset()

    def _on_battery(self, millivolts: int) -> None:
        self.millivolts = millivolts

    def _on_speed(self, sign: int, speed_mm_s: int | None) -> None:
        """A sign changes, and is looked at: one shorter than the time between looks has none."""
        self.speeds = (*self.speeds[:sign], speed_mm_s, *self.speeds[sign + 1 :])
        self._on_look()

    def _on_short(self, tag: bytes) -> None:
        self._on_arrives(tag)
        self._on_leaves()

    def _on_long(self, tag: bytes) -> None:
        self._on_arrives(tag)
        self._on_held()
        self._on_leaves()

    def _on_arrives(self, tag: bytes) -> None:
        self.did.append("arrives")
        self.at_reader = tag, False
        _to_its_end(self._vehicle.badge_arrived(tag, ASSURANCE_LOW))

    def _on_copied(self, tag: bytes) -> None:
        """A copy of a badge that has a key of its own, which the copy has not."""
        self.did.append("copied")
        self.at_reader = tag, False
        _to_its_end(self._vehicle.badge_not_genuine(tag))

    def _on_held(self) -> None:
        assert self.at_reader
        self.did.append("held")
        self.at_reader = self.at_reader[0], True
        _to_its_end(self._vehicle.badge_held(self.at_reader[0]))

    def _on_leaves(self) -> None:
        assert self.at_reader
        (tag, was_held), self.at_reader = self.at_reader, None
        self.did.append("leaves")
        _to_its_end(self._vehicle.badge_left(tag, was_held))

    def _on_command(self, number: int) -> None:
        self._vehicle.command(self.setting.commands[number], self.now)

    def _on_keys(self) -> None:
        self.keys_in = not self.keys_in

    def _on_door(self) -> None:
        self.door_open = not self.door_open
        self.door_bounces = False

    def _on_bounce(self) -> None:
        """The contact of an open door says shut, for a moment: until time passes."""
        self.door_bounces = True

    def _on_clock(self, wall_s: int) -> None:
        self.wall_s = wall_s

    def _on_grants(self, number: int) -> None:
        self.grants_number = number
        self._hold(number)

    def _on_site(self) -> None:
        """Where the car is becomes known, its own site, or known no more."""
        self.at_site = not self.at_site
        self._hold(self.grants_number)

    def _hold(self, number: int) -> None:
        grants = self._sets[number]
        for holder in (self._vehicle, self._vehicle._settling, self._vehicle.timekeeper):
            holder._grants = grants
        grants.place = self.place(self.now, True)

    def _on_flash(self) -> None:
        self.flash_full = not self.flash_full

    def _on_room(self) -> None:
        """The journal is full but for the part that is kept, or no longer."""
        self.has_room = not self.has_room

    def _on_coil_fails(self) -> None:
        """The next pulse will move nothing."""
        self.coil_fails = True

    def _on_hand(self, state: int) -> None:
        """The sealed override (enabled), or somebody at the relay."""
        self.contact_shows = state

    def _on_reset(self) -> None:
        self.did.append("boots")
        self.boot()

    # What Vehicle asks of its parts.

    def now_ms(self) -> int:
        return self.now

    def time_s(self, now_ms: int) -> int:
        return self.wall_s

    @property
    def fitted(self) -> bool:
        """The ignition's line."""
        return self.setting.line

    settled_s = time_s
    number = 0

    def look(self) -> bool:
        edge, self.edge = self.edge, False
        return self.on or edge

    def contact(self) -> int:
        return self.contact_lies or self.contact_shows

    async def enable(self) -> None:
        self._pulse("enable", RELAY_ENABLED)

    async def inhibit(self) -> None:
        self._pulse("inhibit", RELAY_INHIBITED)

    async def unlock(self) -> None:
        self._effect("unlock")

    async def lock(self) -> None:
        self._effect("lock")

    def play(self, event: str) -> None:
        """The panel: nothing depends on it."""

    def speed_mm_s(self, now_ms: int) -> int | None:
        """What is trusted of the receiver: of its noise, after half a minute without any."""
        if not self._noise:
            return self.speeds[0]
        if self._noise not in self._trusted:
            self._trusted[self._noise] = self._trust()
        return self._trusted[self._noise]

    def _trust(self) -> int | None:
        trusted, second = TrustedSpeed(), 0
        for speed_mm_s in (*[0] * 30, *self._noise):
            second += 1
            if speed_mm_s is not None:
                trusted.fix(Fix(second, 0, None, None, speed_mm_s), second * 1000)
        return trusted.mm_s(second * 1000)

    @property
    def source(self) -> int:
        """The clock's."""
        return CLOCK_GNSS if self.wall_s else CLOCK_NONE

    @property
    def heard_ms(self) -> int:
        """The receiver: it is heard as long as its sign is valid, whatever it was asked."""
        return self.now if self.speeds[0] is not None else self.now - 4_000

    def sleep(self) -> None:
        self._asked("sleep")

    def wake(self) -> None:
        self._asked("wake")

    def _asked(self, what: str) -> None:
        """Where a line is steady only at its second look, the first may ask the contrary once."""
        if not self.setting.sleeps:
            self.did.append(what)

    metres = 0

    def where(self, metres: int, now_ms: int) -> Where:
        return Where(metres, 0, 0)

    def place(self, now_ms: int, is_parked: bool) -> Place | None:
        return Place(0, 0, 0) if self.at_site else None

    def stay(self, now_ms: int) -> None:
        """The last position: no coordinates here."""

    def record_added(self, now_ms: int) -> None:
        """The link: nothing depends on it."""

    def write(self, name: str, data: bytes) -> None:
        """The state store."""
        if self.flash_full:
            raise OSError
        if name == UNUSED_FILE and not self.setting.unused_ms:
            return
        if name == UNUSED_FILE:
            oldest = Unused(b"", self.now)
            oldest.look(self.now, True, self.on, False)
            at_most = oldest.to_bytes(self.now + self.setting.unused_ms)
            self._stored_unused = min(data, data[:1] + at_most[1:])
            return
        if name == IGNITION_LINE_FILE:
            self._stored_line = data
        else:
            self._stored_commands = data
        self._effect("stored")

    def read_or_empty(self, name: str) -> bytes:
        """Of the state store, what Signs asks for itself."""
        return self._stored_unused

    def append_batch(self, records: Any, state: bytes) -> None:
        """The journal: what a boot would make of it is kept in place of its records.

        After a refusal the next batch begins a segment, whose head is `state`.
        """
        if self.flash_full:
            self._refused = True
            raise OSError
        stored, bodies = Trip(state if self._refused else self._stored_trip), []
        for record in records:
            bodies.append(decode_body(record.kind, record.body))
            stored.apply(bodies[-1], record.time_s)
        self._stored_trip = stored.to_bytes()
        refused, self._refused = self._refused, False
        self._effect(Kept(tuple(bodies), refused))

    def _pulse(self, name: str, state: int) -> None:
        if self.coil_fails:
            self.coil_fails = False
        else:
            self.contact_shows = state
        self._effect(name)

    def _effect(self, name: Any) -> None:
        self.did.append(name)
        self.effects += 1
        if self.effects == self._cut_after:
            raise PowerLostError


def _to_its_end(coroutine: Any) -> None:
    """Run a coroutine whose every part answers at once."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("a part of the model waited")


@contextmanager
def ticking(setting: Setting) -> Iterator[None]:
    """What the box takes for an unbroken look, stretched to a tick; a context manager."""
    with (
        patch.object(immobiliser_module, "LONGEST_BLINK_MS", setting.tick_ms),
        patch.object(standing_module, "LONGEST_BLINK_MS", setting.tick_ms),
        patch.object(ignition_line, "LONGEST_BLINK_MS", setting.tick_ms),
    ):
        yield
