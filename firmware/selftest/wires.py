"""The car's wires during a bench test: looks at them, and tries the relay as law 1 allows.

The relay is the immobiliser's, as in the application: it is released by the one door out of
INHIBITED, here for the technician who asked for the test, and inhibited when its step() says so,
never else. A release is recorded, so that the application owes the inhibiting pulse where the test
gets no further. Judges nothing.
"""

import asyncio

from firmware.logic.access.immobiliser import PULSE_ENABLE, PULSE_INHIBIT
from firmware.logic.access.outcome import CAUSE_PARKED, CAUSE_TECHNICIAN
from firmware.logic.const import const
from firmware.selftest.judgements import starter_turned
from shared_protocol.records import RELAY_UNKNOWN, Relay, to_record

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.logic.access.immobiliser import Immobiliser
    from firmware.logic.link.journal import Journal
    from firmware.logic.road.nmea import Fix
    from firmware.logic.road.standing import Standing
    from firmware.logic.road.whereabouts import Whereabouts
    from firmware.logic.trip.trip import Trip
    from firmware.tasks.parts import Ignition, Uptime
    from firmware.tasks.parts import Relay as RelayPart

LOOK_EVERY_S = const(0.1)  # a starter turns for less than a second
_ARMATURE_S = const(0.3)  # from the pulse to a contact that has stopped bouncing


class Wires:
    """Attributes to read: `ignition_on`; `moves`; `fix_s`, Unix time of the last fix, 0 for none.

    `cranked`: the starter was asked to turn since `watch_crank`; `turned`: and did. `shown`: as
    judgements.relay() has it.
    """

    def __init__(
        self,
        *,
        uptime: "Uptime",
        ignition: "Ignition",
        cranks: "Callable[[], bool]",
        relay: "RelayPart",
        immobiliser: "Immobiliser",
        standing: "Standing",
        whereabouts: "Whereabouts",
        millivolts: "Callable[[], int]",
        journal: "Journal",
        trip: "Trip",
    ):
        """Take the parts; nothing moves.

        `cranks`: whether the starter was asked to turn since the last call; `millivolts`: of the
        battery.
        """
        self._uptime = uptime
        self._ignition = ignition
        self._cranks = cranks
        self._relay = relay
        self._immobiliser = immobiliser
        self._standing = standing
        self._whereabouts = whereabouts
        self._millivolts = millivolts
        self._journal = journal
        self._trip = trip
        self.shown = (relay.contact(), RELAY_UNKNOWN, RELAY_UNKNOWN)
        self.fix_s = 0
        self.watch_crank()
        self.look()

    def fix(self, fix: "Fix") -> None:
        """Take a fix of the receiver."""
        self.fix_s = fix.time_s
        self._whereabouts.fix(fix, self._uptime.now_ms())

    def look(self) -> None:
        """Look at all of them; ten times a second, and at each the law counts."""
        now_ms = self._uptime.now_ms()
        seen, cranks = self._ignition.look(), self._cranks()
        self.ignition_on = self._ignition.on
        speed_mm_s = self._whereabouts.speed_mm_s(now_ms)
        self._immobiliser.contact(self._relay.contact())
        self._immobiliser.sense(now_ms, seen, (speed_mm_s,))
        self._standing.look(now_ms, seen, speed_mm_s, cranks)
        self.moves = self._standing.motion(now_ms).moves
        if cranks:
            self.cranked = True
            self._lowest_mv = min(self._lowest_mv, self._millivolts())
        elif not self.cranked:
            self._resting_mv = self._lowest_mv = self._millivolts()

    def watch_crank(self) -> None:
        """Forget what was seen of the starter."""
        self.cranked = False
        self._resting_mv = self._lowest_mv = self._millivolts()

    @property
    def turned(self) -> bool:
        """Whether the battery's dip says that the starter turned; false where nobody knows."""
        return starter_turned(self._resting_mv, self._lowest_mv)

    async def release(self) -> None:
        """Enable the start, and see what the contact shows of it."""
        if self._immobiliser.badge_accepted(self._uptime.now_ms()) == PULSE_ENABLE:
            await self._relay.enable()
            self._record(CAUSE_TECHNICIAN)
            await asyncio.sleep(_ARMATURE_S)
            self.shown = (self.shown[0], self._relay.contact(), RELAY_UNKNOWN)

    async def inhibit(self, limit_ms: int) -> None:
        """Inhibit the start once law 1 allows it, not beyond that uptime; see what is shown."""
        immobiliser, now_ms = self._immobiliser, self._uptime.now_ms()
        while immobiliser.step(now_ms, self._trip.holds_start, owed=True) != PULSE_INHIBIT:
            if now_ms >= limit_ms:
                return
            await asyncio.sleep(LOOK_EVERY_S)
            now_ms = self._uptime.now_ms()
        await self._relay.inhibit()
        self._record(CAUSE_PARKED)
        await asyncio.sleep(_ARMATURE_S)
        self.shown = self.shown[:2] + (self._relay.contact(),)

    @property
    def hindrance(self) -> int:
        """What law 1 waits for, of records.STARTABLE_*."""
        return self._immobiliser.hinders(self._uptime.now_ms())

    def _record(self, cause: int) -> None:
        record = Relay(self._relay.contact(), cause)
        try:
            self._journal.append_batch((to_record(0, record),), self._trip.to_bytes())
        except OSError:  # the check of the flash says so
            pass
        self._trip.apply(record)
