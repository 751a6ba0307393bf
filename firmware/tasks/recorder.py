"""Where records are made: stamped, put in flash, applied to the trip, announced to the link.

The one place that appends to the journal. A record that cannot be made still counts for the
trip: neither a full flash nor a full heap strands anybody.

Each write to flash costs an erased block. So what the next record says again, an Odometer, waits
for company; anything else goes to flash at once, with those that wait before it. What waits has no
number and is not sent: a power loss takes it.

Refused badges have a ration a day. Neither they nor Odometers nor a battery's hourly readings ever
take the room that the journal keeps for the events of trips.
"""

import gc

from firmware.logic.const import const
from shared_protocol.records import Battery, Odometer, Refusal, to_record

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    import asyncio

    from firmware.logic.access.ration import Ration
    from firmware.logic.clock import Clock
    from firmware.logic.link.journal import Journal
    from firmware.logic.link.uplink import Uplink
    from firmware.logic.trip.trip import Trip

_PATIENT = (Odometer,)
_OUTWEIGHED = (Odometer, Refusal, Battery)  # by whatever else there is to record
# A power loss takes at most this much driving, and the 10 s since the last record. Half a minute
# and six of them would save the flash half as much again, and cost twice the kilometres.
_WAIT_MS = const(20_000)
_BATCH_RECORDS = const(3)
# So many do not wait after anything else was recorded: somebody watches a drive begin, and few
# stretches between two ignitions are short enough for this to cost more than a batch does.
_SINGLY = const(6)


class Recorder:
    """Attributes to read: `made` (records since boot), `lost` (that could not be made)."""

    def __init__(
        self,
        *,
        journal: "Journal",
        trip: "Trip",
        clock: "Clock",
        uplink: "Uplink",
        wake_link: "asyncio.Event",
        refusals: "Ration",
    ):
        """Take the parts; `wake_link` is set whenever there is something to send."""
        self._journal = journal
        self._trip = trip
        self._clock = clock
        self._uplink = uplink
        self._wake_link = wake_link
        self._waiting = []  # records
        self._state = b""  # of the trip, before the first of them
        self._since_ms = 0
        self._singly = 0
        self._refusals = refusals
        self.made = 0
        self.lost = 0

    def write(self, bodies, now_ms: int) -> bool:
        """Make records of these bodies, in order; whether none was lost.

        All are in flash when it returns, together, but Odometers that wait. A refusal beyond its
        ration is not made, and not lost.
        """
        lost = self.lost
        time_s = self._clock.time_s(now_ms)
        for body in bodies:
            if isinstance(body, Refusal) and not self._refusals.take(body.reason, now_ms, time_s):
                continue
            patient = isinstance(body, _PATIENT)
            if isinstance(body, _OUTWEIGHED) and not self._journal.has_room:
                self.lost += 1
            else:
                self._singly = self._singly - 1 if patient else _SINGLY
                try:
                    _with_memory(self._add, body, time_s, now_ms)
                except Exception:  # anything at all: the driver comes first
                    self.lost += 1
            self._trip.apply(body, time_s)
        if self._singly >= 0 or len(self._waiting) >= _BATCH_RECORDS:
            self._put_in_flash(now_ms)
        return self.lost == lost

    def step(self, now_ms: int) -> None:
        """Put in flash what has waited long enough."""
        if now_ms - self._since_ms >= _WAIT_MS:
            self._put_in_flash(now_ms)

    def _add(self, body, time_s: int, now_ms: int) -> None:
        record = to_record(time_s, body)
        if not self._waiting:
            self._state = self._trip.to_bytes()
            self._since_ms = now_ms
        self._waiting.append(record)

    def _put_in_flash(self, now_ms: int) -> None:
        records, self._waiting = self._waiting, []
        if not records:
            return
        try:
            _with_memory(self._journal.append_batch, records, self._state)
            self.made += len(records)
        except Exception:  # the flash is full, or anything else
            self.lost += len(records)
        self._uplink.record_added(now_ms)
        self._wake_link.set()


def _with_memory(call, *arguments):
    """Call, and once more after a collection when the heap was full."""
    try:
        call(*arguments)
    except MemoryError:
        gc.collect()
        call(*arguments)
