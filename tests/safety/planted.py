"""Defects planted in the shipped functions, one at a time, that the walk must find.

Each is what a hasty hand might write. `PLANTED`: the defect's name -> the setting in which it is
looked for, and a context manager that plants it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest.mock import patch

from firmware.logic.access import badge_decision, door_lock, immobiliser
from firmware.logic.access.badge_decision import NO_TRIP, Granted, Refused
from firmware.logic.access.commands import Commands
from firmware.logic.access.door_lock import DoorLock
from firmware.logic.access.grants import GRANTS_FILE, GrantSet
from firmware.logic.access.held_set import HeldSet
from firmware.logic.access.immobiliser import DoorOnly, Immobiliser
from firmware.logic.access.outcome import DOOR_LEAVE, DOOR_LOCK, Outcome
from firmware.logic.road import trusted_speed
from firmware.logic.road.rest import Rest
from firmware.logic.road.standing import Motion, Standing
from firmware.logic.road.trusted_speed import TrustedSpeed
from firmware.logic.signs import ignition_line
from firmware.logic.signs.battery import BatteryStage
from firmware.logic.signs.ignition_line import IgnitionLine
from firmware.logic.signs.startable import Watch
from firmware.logic.signs.unused import Unused
from firmware.logic.trip import afar, forgotten, handover, state, trip, wishes
from firmware.logic.trip.afar import FromAfar
from firmware.logic.trip.trip import Trip
from firmware.tasks import recorder, settling
from firmware.tasks.vehicle import Vehicle
from shared_protocol.messages import GRANT_NO_NOTICE
from shared_protocol.records import (
    ASKED_NOTHING,
    ASKED_PAUSE,
    REFUSED_GRANTS_EXPIRED,
    REFUSED_NO_LICENCE,
    REFUSED_NO_NOTICE,
    REFUSED_REVOKED,
    LegStart,
    Odometer,
    Refusal,
    TripAsked,
    TripHandover,
)
from tests.safety import settings
from tests.safety.model import Setting
from tests.safety.stand_ins import Chip

Plant = Callable[[], AbstractContextManager[Any]]


def _in_place_of(owner: Any, name: str, make: Callable[[Any], Any]) -> Plant:
    """`make` gets the shipped function and returns the defective one."""
    return lambda: patch.object(owner, name, make(getattr(owner, name)))


def _wait(name: str, timeout_ms: int) -> Plant:
    return _in_place_of(immobiliser, f"{name}_MS", lambda shipped: timeout_ms)


def _is_granted(reason: int) -> Plant:
    def make(shipped: Any) -> Any:
        def decide(*arguments: Any) -> Any:
            verdict = shipped(*arguments)
            return Granted(1, False, False) if verdict == Refused(reason) else verdict

        return decide

    return _in_place_of(trip, "decide", make)


def _never_comes_back_uninformed(shipped: Any) -> Any:
    def decide(grants: Any, tag: bytes, *others: Any) -> Any:
        verdict = shipped(grants, tag, *others)
        kinds = {grant.kind for grant in grants.of_badge(tag)}
        return Refused(REFUSED_NO_NOTICE) if GRANT_NO_NOTICE in kinds else verdict

    return decide


def _unknown_is_zero(shipped: Any) -> Any:
    return lambda self, now_ms, on, signs: shipped(
        self, now_ms, on, tuple([speed or 0 for speed in signs])
    )


def _begins_with_tries(shipped: Any) -> Any:
    def begin(self: Any, *arguments: Any, **named: Any) -> None:
        shipped(self, *arguments, **named)
        self._tries_left, self._pulsed_ms = 5, -1_000_000

    return begin


def _tries_without_trip(shipped: Any) -> Any:
    return lambda self, now_ms, start_held, owed: shipped(
        self, now_ms, start_held or bool(self._tries_left), owed
    )


def _begins_again(shipped: Any) -> Any:
    return lambda self, command_id: shipped(self, command_id) or True


def _believes_any_number(shipped: Any) -> Any:
    return lambda self, command_id, time_s, relay: None


def _acts_late(shipped: Any) -> Any:
    return lambda self, command, *others: shipped(
        self, command._replace(expires_s=0xFFFFFFFF), *others
    )


def _any_badge_held_ends(shipped: Any) -> Any:
    def badge_held(self: Any, tag: bytes, keys_in: bool, motion: Any, where: Any) -> Any:
        if self.is_driver(tag) and keys_in:
            return self.end(1, where)
        return shipped(self, tag, keys_in, motion, where)

    return badge_held


def _whenever_parked(shipped: Any) -> Any:
    return lambda grants, tag, grant_id, time_s, parked_for_ms, motion, unused_ms: (
        grant_id != NO_TRIP and parked_for_ms > 0
    )


def _wants_the_ignition_off(shipped: Any) -> Any:
    nothing = Outcome(0, DOOR_LEAVE, "", ())
    return lambda self, *others: nothing if self.in_leg else shipped(self, *others)


def _ends_wherever_it_is(shipped: Any) -> Any:
    parked = Motion(True, True, False, 0, 0, 0, True)
    return lambda self, tag, what, keys_in, motion, where: shipped(
        self, tag, what, keys_in, parked, where
    )


def _knows_a_line(shipped: Any) -> Any:
    def begin(self: Any, *arguments: Any, **named: Any) -> None:
        shipped(self, *arguments, **named)
        self._line_fitted = True

    return begin


def _takes_up_what_is_over(shipped: Any) -> Any:
    def after_end(self: Any, motion: Any, odometer_m: int) -> tuple[Any, ...]:
        return () if motion.off else shipped(self, motion, odometer_m)

    return after_end


def _counts_from_before(shipped: Any) -> Any:
    return lambda what, motion, waited_ms: shipped(what, motion, 1 << 40)


def _drops_a_pause_that_locked(shipped: Any) -> Any:
    def settle(self: Any, *arguments: Any) -> Any:
        outcome = shipped(self, *arguments)
        locks = self.asked == ASKED_PAUSE and outcome.door == DOOR_LOCK and not outcome.records
        withdrawn = (TripAsked(0, ASKED_NOTHING),)
        return Outcome(0, DOOR_LOCK, "", withdrawn) if locks else outcome

    return settle


def _forgets_what_is_pending(shipped: Any) -> Any:
    def to_bytes(self: Any) -> Any:
        with patch.object(self, "asked", 0), patch.object(self, "_asked_m", 0):
            return shipped(self)

    return to_bytes


def _forgets_who_waits(shipped: Any) -> Any:
    def to_bytes(self: Any) -> Any:
        with patch.object(self, "taking", None):
            return shipped(self)

    return to_bytes


def _forgets_what_is_ordered(shipped: Any) -> Any:
    def to_bytes(self: Any) -> Any:
        with patch.object(self, "ordered", 0):
            return shipped(self)

    return to_bytes


def _refuses_with_the_ignition_on(shipped: Any) -> Any:
    def other_arrived(self: Any, *arguments: Any) -> Any:
        outcome = shipped(self, *arguments)
        waits = outcome.records and isinstance(outcome.records[0], TripHandover)
        return outcome._replace(records=(Refusal(arguments[0], 15),)) if waits else outcome

    return other_arrived


class _NoGrants:
    """A set that has nothing."""

    closed_s = 0

    closed_s = 0

    def of_badge(self, tag: bytes) -> list[Any]:
        return []


_NO_GRANTS = _NoGrants()


def _drives_it_away(shipped: Any) -> Any:
    def apply(self: Any, record: Any, *others: Any) -> None:
        shipped(self, record, *others)
        if isinstance(record, LegStart):
            self.ordered = 0

    return apply


def _ends_at_once(shipped: Any) -> Any:
    return lambda self, trip, now_ms, time_s, keys_in, parked_for_ms, *others: shipped(
        self, trip, now_ms, time_s, keys_in, 1, *others
    )


def _tells_the_end(shipped: Any) -> Any:
    def end_records(self: Any, *others: Any) -> Any:
        with patch.object(self, "_private", False):
            return shipped(self, *others)

    return end_records


def _forgets_what_for(shipped: Any) -> Any:
    def apply(self: Any, record: Any, *others: Any) -> None:
        shipped(self, record, *others)
        self._private = self._private and self.open

    return apply


def _rests_whoever_drives(shipped: Any) -> Any:
    return lambda self, now_ms, **others: shipped(self, now_ms, **others | {"trip_open": False})


def _has_one_file(shipped: Any) -> Any:
    return lambda self, name, number: (
        shipped(self, name, number) if name == GRANTS_FILE else (None, None)
    )


def _believes_the_contact(shipped: Any) -> Any:
    return lambda self, now_ms, start_held, owed: shipped(self, now_ms, start_held)


def _stood_all_the_while(shipped: Any) -> Any:
    def begin(self: Any, contact: int, now_ms: int, **named: Any) -> None:
        shipped(self, contact, now_ms, **named)
        self._off_since_ms = now_ms - 65_000
        self._still_since_ms = [now_ms - 65_000]

    return begin


def _keeps_the_driver_out() -> AbstractContextManager[Any]:
    """At the last stage of the battery no badge is judged."""
    shipped_read, shipped_judge = BatteryStage.read, Vehicle._judge
    batteries: list[BatteryStage] = []

    def read(self: BatteryStage, millivolts: int, now_ms: int) -> tuple[Any, ...]:
        batteries[:] = [self]
        return shipped_read(self, millivolts, now_ms)

    async def judge(self: Vehicle, *arguments: Any) -> None:
        if not batteries or batteries[0].stage < 3:
            await shipped_judge(self, *arguments)

    stack = ExitStack()
    stack.enter_context(patch.object(BatteryStage, "read", read))
    stack.enter_context(patch.object(Vehicle, "_judge", judge))
    return stack


PLANTED: dict[str, tuple[Setting, Plant]] = {
    "an open trip does not hold the start": (
        settings.ROAD_64,
        lambda: patch.object(Trip, "holds_start", False),
    ),
    "ignition off for 64 s is enough": (settings.ROAD_64, _wait("IGNITION_OFF", 64_000)),
    "still for 59 s is enough": (settings.ROAD_59, _wait("STILL", 59_000)),
    "599.5 s underground are enough": (
        settings.UNDERGROUND,
        _wait("IGNITION_OFF_ALONE", 599_500),
    ),
    "an unknown speed counts as zero": (
        settings.ROAD_64,
        _in_place_of(Immobiliser, "sense", _unknown_is_zero),
    ),
    "one sign of two is enough": (
        settings.TWO_SIGNS,
        _in_place_of(immobiliser, "_SIGNS_WANTED", lambda wanted: 1),
    ),
    "the counts survive an accepted badge and a gap": (
        settings.UNDERGROUND,
        _in_place_of(
            Immobiliser, "_begin_counting_anew", lambda shipped: lambda self, now_ms: None
        ),
    ),
    "a pulse at boot": (
        settings.ROAD_65,
        _in_place_of(Immobiliser, "__init__", _begins_with_tries),
    ),
    "the enabling pulse is repeated without a trip": (
        settings.ROAD_65,
        _in_place_of(Immobiliser, "step", _tries_without_trip),
    ),
    "a door-only car is pulsed": (
        settings.DOOR_ONLY,
        _in_place_of(DoorOnly, "_enter", lambda shipped: lambda self, event: 2),
    ),
    "a command is obeyed twice": (
        settings.COMMANDED,
        _in_place_of(Commands, "begin", _begins_again),
    ),
    "a command is obeyed after its expiry": (
        settings.COMMANDED,
        _in_place_of(Commands, "act", _acts_late),
    ),
    "a command's number jumps to the end": (
        settings.COMMANDED,
        _in_place_of(Commands, "refused_as_jump", _believes_any_number),
    ),
    "an expired set of grants opens": (
        settings.PEOPLE_ALL_DAY,
        _is_granted(REFUSED_GRANTS_EXPIRED),
    ),
    "a revoked badge opens": (settings.PEOPLE_ALL_DAY, _is_granted(REFUSED_REVOKED)),
    "who has no licence recorded drives": (
        settings.PEOPLE_ALL_DAY,
        _is_granted(REFUSED_NO_LICENCE),
    ),
    "who has no notice drives": (
        settings.PEOPLE_ALL_DAY,
        _is_granted(REFUSED_NO_NOTICE),
    ),
    "who has no notice does not take a trip up that the box ended": (
        settings.COMES_BACK,
        _in_place_of(trip, "decide", _never_comes_back_uninformed),
    ),
    "doors are locked while one is open": (
        settings.DOORS,
        _in_place_of(
            DoorLock,
            "step",
            lambda shipped: lambda self, now_ms, door: shipped(self, now_ms, False),
        ),
    ),
    "one look at the doors is enough to lock them": (
        settings.DOORS,
        lambda: patch.object(door_lock, "_SHUT_FOR_MS", 0),
    ),
    "who gets out after the lock leaves the car open": (
        settings.DOORS,
        lambda: patch.object(door_lock, "_AGAIN_WITHIN_MS", 0),
    ),
    "refusals take the room that is kept for trips": (
        settings.FLASH_FULL,
        lambda: patch.object(recorder, "_OUTWEIGHED", (Odometer,)),
    ),
    "a battery's readings take the room that is kept for trips": (
        settings.LOW_BATTERY,
        lambda: patch.object(recorder, "_OUTWEIGHED", (Odometer, Refusal)),
    ),
    "a low battery keeps the driver out": (settings.LOW_BATTERY, _keeps_the_driver_out),
    "the hour of limping counts as seen": (
        settings.LIMPS,
        _in_place_of(Immobiliser, "__init__", _stood_all_the_while),
    ),
    "the ignition's line does not wake the chip": (
        settings.SLEEPS,
        lambda: patch.object(Chip, "line_wakes", False),
    ),
    "a copy of the driver's badge ends the trip": (
        settings.AT_THE_READER,
        _in_place_of(Trip, "badge_held", _any_badge_held_ends),
    ),
    "a trip ends, or pauses, in a car that moves": (
        settings.ROAD_64,
        _in_place_of(Trip, "ask", _ends_wherever_it_is),
    ),
    "a car changes hands while it moves": (
        settings.HANDING_OVER,
        _in_place_of(Trip, "_may_change_hands", lambda shipped: lambda *arguments: True),
    ),
    "a running booking is taken over": (
        settings.BOOKING_RUNS,
        _in_place_of(Trip, "_keeps", lambda shipped: lambda *arguments: False),
    ),
    "an end asked for hours ago hands a running car over": (
        settings.BOOKING_RUNS,
        _in_place_of(handover, "_ASKED_WITHIN_S", lambda shipped: 86_400),
    ),
    "a next driver with the ignition on is told no, and nothing is kept of it": (
        settings.HANDING_OVER,
        _in_place_of(Trip, "other_arrived", _refuses_with_the_ignition_on),
    ),
    "a handover that waits is forgotten in a reset": (
        settings.HANDING_OVER,
        _in_place_of(Trip, "to_bytes", _forgets_who_waits),
    ),
    "an ignition that was off settles no handover": (
        settings.HANDING_OVER,
        _in_place_of(Trip, "_was_off", lambda shipped: lambda *arguments: False),
    ),
    "who waits has the car before the ignition was off": (
        settings.HANDING_OVER,
        _in_place_of(Trip, "_has_come_first", lambda shipped: lambda *arguments: True),
    ),
    "an ignition left on takes a running booking over": (
        settings.BOOKING_RUNS,
        _in_place_of(
            Trip,
            "settle_handover",
            lambda shipped: (
                lambda self, grants, time_s, *others: shipped(self, _NO_GRANTS, time_s, *others)
            ),
        ),
    ),
    "the ten minutes of a handover begin before its badge": (
        settings.HANDED_OVER_LEFT_ON,
        _in_place_of(
            handover,
            "waited_enough",
            lambda shipped: lambda what, motion, ms: shipped(what, motion, 1 << 40),
        ),
    ),
    "an input that nobody wired says that the ignition is off": (
        settings.NO_LINE,
        _in_place_of(Immobiliser, "__init__", _knows_a_line),
    ),
    "an input that nobody wired ends a trip": (
        settings.NO_LINE,
        _in_place_of(Standing, "__init__", _knows_a_line),
    ),
    "doors wait for an ignition that nobody can see": (
        settings.NO_LINE,
        lambda: patch.object(trip, "HIS_BADGE", ()),
    ),
    "who drives on in a car left running is nobody": (
        settings.LEFT_RUNNING,
        _in_place_of(Trip, "after_end", lambda shipped: lambda *arguments: ()),
    ),
    "what was seen off is taken up all the same": (
        settings.LEFT_RUNNING,
        _in_place_of(Trip, "after_end", _takes_up_what_is_over),
    ),
    "what is pending is forgotten in a reset": (
        settings.HANDING_OVER,
        _in_place_of(Trip, "to_bytes", _forgets_what_is_pending),
    ),
    "a manager's end locks out a driver at the pump": (
        settings.FROM_AFAR,
        _in_place_of(afar, "_OFF_MS", lambda shipped: 1_800_000),
    ),
    "a manager's end takes six hours with the ignition on": (
        settings.FROM_AFAR_LEFT_ON,
        _in_place_of(afar, "_STILL_MS", lambda shipped: 6 * 3_600_000),
    ),
    "a manager's end cannot be withdrawn": (
        settings.ORDERS,
        _in_place_of(afar, "WITHDRAWS", lambda shipped: {}),
    ),
    "a theft order is withdrawn by driving": (
        settings.STOLEN,
        _in_place_of(Trip, "apply", _drives_it_away),
    ),
    "a driver's badge opens a car under a theft order": (
        settings.STOLEN,
        _in_place_of(trip, "under_order", lambda shipped: lambda verdict, ordered: verdict),
    ),
    "what is ordered from afar is forgotten in a reset": (
        settings.STOLEN,
        _in_place_of(Trip, "to_bytes", _forgets_what_is_ordered),
    ),
    "a theft order does not wait for law 1": (
        settings.STOLEN_ON_THE_ROAD,
        _in_place_of(FromAfar, "step", _ends_at_once),
    ),
    "an ignition left on for five minutes ends a trip": (
        settings.LEFT_ON,
        _in_place_of(wishes, "_LEFT_ON_STILL_MS", lambda shipped: 300_000),
    ),
    "who stood for long before asking has no time to switch off": (
        settings.LEFT_ON,
        _in_place_of(trip, "waited_enough", _counts_from_before),
    ),
    "a pending pause that locked is forgotten, and opens no more": (
        settings.LEFT_ON,
        _in_place_of(Trip, "settle", _drops_a_pause_that_locked),
    ),
    "an end cannot be asked for with the ignition on": (
        settings.ROAD_65,
        _in_place_of(Trip, "badge_held", _wants_the_ignition_off),
    ),
    "a trip is forgotten within its booking": (
        settings.FORGOTTEN,
        _in_place_of(settling, "is_forgotten", _whenever_parked),
    ),
    "a private trip tells where it ends": (
        settings.FORGOTTEN,
        _in_place_of(Trip, "_end_records", _tells_the_end),
    ),
    "who comes back is not private any more": (
        settings.FORGOTTEN,
        _in_place_of(Trip, "apply", _forgets_what_for),
    ),
    "the receiver sleeps in the middle of a trip": (
        settings.DOOR_ONLY,
        _in_place_of(Rest, "step", _rests_whoever_drives),
    ),
    "a lapsed trip is taken up for ever": (
        settings.COMES_BACK,
        _in_place_of(state, "_TAKEN_UP_FOR_S", lambda shipped: 1 << 40),
    ),
    "a trip is forgotten at the end of its booking": (
        settings.FORGOTTEN,
        _in_place_of(forgotten, "_AFTER_BOOKING_S", lambda shipped: -7200),
    ),
    "who is far from the site is refused for the next booking": (
        settings.COMES_BACK,
        _in_place_of(GrantSet, "surely_at_site", lambda shipped: lambda self: True),
    ),
    "a reset makes a car that nobody uses used": (
        settings.FORGOTTEN_FOR_DAYS,
        _in_place_of(Unused, "to_bytes", lambda shipped: lambda self, now_ms: b""),
    ),
    "nothing proves the ignition line": (
        settings.PROVES_ITSELF,
        _in_place_of(IgnitionLine, "proven", lambda shipped: lambda self, time_s: False),
    ),
    "a motion with the line off leaves its proof": (
        settings.PROVES_ITSELF,
        _in_place_of(
            ignition_line,
            "_what",
            lambda shipped: lambda on, speed: shipped(on, speed) if on or not speed else 0,
        ),
    ),
    "a line that was never seen on is proven": (
        settings.PROVES_ITSELF,
        _in_place_of(IgnitionLine, "proven", lambda shipped: lambda self, time_s: self._off_s > 0),
    ),
    "nobody is told of a car that anybody could start": (
        settings.PROVES_ITSELF,
        _in_place_of(Watch, "step", lambda shipped: lambda *arguments: ()),
    ),
    "a lone second of noise is motion": (
        settings.NOISY,
        _in_place_of(TrustedSpeed, "_stood", lambda shipped: lambda self, at_ms: False),
    ),
    "a fix lost for a moment is motion": (
        settings.NOISY,
        _in_place_of(trusted_speed, "_STANDING_VALID_MS", lambda shipped: 3_000),
    ),
    "the contact says whether a pulse is needed": (
        settings.CONTACT_LIES_TO_ANNE,
        _in_place_of(Immobiliser, "step", _believes_the_contact),
    ),
    "who comes early takes a car over": (
        settings.PEOPLE_ALL_DAY,
        _in_place_of(
            badge_decision,
            "_is_early",
            lambda shipped: (
                lambda grants, grant, time_s, open_grant: shipped(grants, grant, time_s, NO_TRIP)
            ),
        ),
    ),
    "who comes back need not ask who has the car booked": (
        settings.COMES_BACK,
        _in_place_of(GrantSet, "booked_by_another", lambda shipped: lambda *arguments: False),
    ),
    "a turned bit in the grants' file takes everybody's grant": (
        settings.ROAD_60,
        _in_place_of(HeldSet, "_read_page", _has_one_file),
    ),
}
