"""What the box does to the car: relay, doors and signals, and the records of it.

Decides nothing: an outcome, or law 1, says what to do. The relay acts first, its record follows.
"""

from firmware.logic.access.door_lock import DoorLock
from firmware.logic.access.feedback import Feedback
from firmware.logic.access.immobiliser import PULSE_ENABLE, PULSE_INHIBIT
from firmware.logic.access.outcome import DOOR_LOCK, DOOR_UNLOCK, SIGNAL_PENDING, signal_of

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.logic.access.immobiliser import Immobiliser
    from firmware.logic.access.outcome import Outcome
    from firmware.logic.trip.trip import Trip
    from firmware.tasks.orders import Orders
    from firmware.tasks.parts import Doors, Relay, Uptime
    from firmware.tasks.recorder import Recorder
    from firmware.tasks.signals import SignalsTask
    from firmware.tasks.signs import Signs


class Acts:
    """Of one car; its caller holds the lock that keeps them one after the other.

    Attributes to read: `door_lock`, the wish to lock; `feedback`, what the contact showed last.
    """

    def __init__(
        self,
        *,
        uptime: "Uptime",
        relay: "Relay",
        doors: "Doors",
        door_open: "Callable[[], bool]",
        signals: "SignalsTask",
        signs: "Signs",
        immobiliser: "Immobiliser",
        trip: "Trip",
        orders: "Orders",
        recorder: "Recorder",
    ):
        """Take the parts, as Vehicle has them; nothing moves."""
        self._uptime = uptime
        self._relay = relay
        self._doors = doors
        self._door_open = door_open
        self._signals = signals
        self._signs = signs
        self._immobiliser = immobiliser
        self._trip = trip
        self._orders = orders
        self._recorder = recorder
        self.door_lock = DoorLock()
        self.feedback = Feedback(relay.contact())

    def begin(self, outcome: "Outcome", now_ms: int) -> None:
        """Do of an outcome that no badge asked for what does not wait; doors at the next look."""
        self._record(outcome.records, now_ms)
        if outcome.door == DOOR_LOCK:
            self.door_lock.ask(now_ms)
        if outcome.signal == SIGNAL_PENDING:  # somebody sits in it
            self._signals.play(outcome.signal)

    async def carry_out(self, outcome: "Outcome", now_ms: int) -> None:
        """Do all that an outcome says."""
        if outcome.enable_cause:
            self._signs.begin_trip()
            await self.pulse(self._immobiliser.badge_accepted(now_ms), outcome.enable_cause)
        signal = signal_of(outcome, self._door_open())
        if signal:
            self._signals.play(signal)
        self._record(outcome.records, now_ms)
        if outcome.door == DOOR_UNLOCK:
            self.door_lock.forget()
            await self._doors.unlock()
        elif outcome.door == DOOR_LOCK:
            self.door_lock.ask(now_ms)
            await self.lock_when_shut(now_ms)

    async def lock_when_shut(self, now_ms: int) -> None:
        """Lock, if that is wished and every door is shut."""
        if self.door_lock.step(now_ms, self._door_open()):
            await self._doors.lock()

    async def pulse(self, pulse: int, cause: int) -> None:
        """Give the relay a pulse, of immobiliser.PULSE_*, and record what it shows then."""
        if pulse == PULSE_ENABLE:
            await self._relay.enable()
        elif pulse == PULSE_INHIBIT:
            await self._relay.inhibit()
            self._signs.contradictions.inhibits()
        owed = pulse == PULSE_INHIBIT and self._trip.owes_inhibit
        self.believe_contact(cause, self._uptime.now_ms(), owed)

    def believe_contact(self, cause: int, now_ms: int, owed: bool = False) -> None:
        """Tell everything that goes by the feedback contact what it shows.

        `owed`: after a pulse that had to be given whatever it shows, and is told so.
        """
        contact = self._relay.contact()
        self._immobiliser.contact(contact)
        self._recorder.write(self.feedback.seen(contact, cause, owed), now_ms)
        self._orders.relay_shows(contact, now_ms)

    def _record(self, records, now_ms: int) -> None:
        """Record what the trip did, and what that makes of an order."""
        self._recorder.write(records, now_ms)
        self._orders.trip_did(records, self._immobiliser.state, now_ms)
