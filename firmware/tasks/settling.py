"""What becomes of a trip while nobody is at the reader: what waits, is ordered, or is forgotten.

Says what to do and does nothing. Each kind is a file of logic/trip; this one asks them at each
look, with what they need to know.
"""

from firmware.logic.access.commands import ASKS
from firmware.logic.trip.afar import FromAfar
from firmware.logic.trip.forgotten import is_forgotten
from shared_protocol.records import END_INFERRED

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firmware.logic.access.grants import GrantSet
    from firmware.logic.access.immobiliser import Immobiliser
    from firmware.logic.access.outcome import Outcome
    from firmware.logic.clock import Clock
    from firmware.logic.road.standing import Motion
    from firmware.logic.road.whereabouts import Where
    from firmware.logic.trip.trip import Trip
    from firmware.tasks.parts import Ignition
    from firmware.tasks.signs import Signs
    from shared_protocol.messages import Command


class Settling:
    """Of one car's trip. Attribute to read: `from_afar`, the order that stands."""

    def __init__(
        self,
        *,
        trip: "Trip",
        grants: "GrantSet",
        clock: "Clock",
        immobiliser: "Immobiliser",
        signs: "Signs",
        ignition: "Ignition",
        keys_in: "Callable[[], bool]",
        now_ms: int,
    ):
        """Take the parts, as Vehicle has them."""
        self._trip = trip
        self._grants = grants
        self._clock = clock
        self._immobiliser = immobiliser
        self._signs = signs
        self._ignition = ignition
        self._keys_in = keys_in
        self.from_afar = FromAfar(now_ms)

    def asked_by(
        self, command: "Command", motion: "Motion", where: "Where", now_ms: int
    ) -> "Outcome":
        """What a command comes to that its driver, or somebody else, gives for the open trip."""
        if command.kind in ASKS and self._trip.is_driver(command.badge_tag):
            what = ASKS[command.kind]
            return self._trip.ask(command.badge_tag, what, self._keys_in(), motion, where)
        return self.from_afar.take(command, self._trip, now_ms)

    def without_asking(self, motion: "Motion", where: "Where", now_ms: int) -> "Iterator[Outcome]":
        """End what nobody in the car asks to end: it is forgotten, or somebody ordered it."""
        trip = self._trip
        time_s = self._clock.settled_s(now_ms)  # a jump that may be withdrawn ends nothing
        parked_ms = self._immobiliser.parked_for_ms(now_ms)
        unused_ms = self._signs.unused_ms(now_ms, trip.open, self._ignition.on, motion.moves)
        driver, grant = trip.driver, trip.grant
        if is_forgotten(self._grants, driver, grant, time_s, parked_ms, motion, unused_ms):
            yield trip.end(END_INFERRED, where)
        if trip.ordered:
            keys_in = self._keys_in()
            yield self.from_afar.step(trip, now_ms, time_s, keys_in, parked_ms, motion, where)

    def of_what_waits(self, motion: "Motion", where: "Where", now_ms: int) -> "Iterator[Outcome]":
        """Do what was asked for, and hand over to who waits for the car, once that may be."""
        trip = self._trip
        if trip.asked:
            yield trip.settle(now_ms, self._keys_in(), motion, where)
        if trip.taking:
            time_s = self._clock.settled_s(now_ms)
            yield trip.settle_handover(self._grants, time_s, motion, where, now_ms)
