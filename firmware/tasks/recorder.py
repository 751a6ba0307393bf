"""Where facts become records: stamped, put in flash, applied to the trip, announced to the link.

The one place that appends to the journal. A fact whose record cannot be made still counts for the
trip: neither a full flash nor a full heap strands anybody.
"""

import gc

from shared_protocol.records import to_record


class Recorder:
    """Attributes to read: `made` (records since boot), `lost` (that could not be made)."""

    def __init__(self, journal, trip, clock, uplink, bell):
        """`bell` is an asyncio.Event that wakes the link."""
        self._journal = journal
        self._trip = trip
        self._clock = clock
        self._uplink = uplink
        self._bell = bell
        self.made = 0
        self.lost = 0

    def write(self, facts, now_ms: int) -> bool:
        """Record facts in order, each in flash when the next begins; whether all of them are."""
        lost = self.lost
        for fact in facts:
            try:
                try:
                    self._append(fact, now_ms)
                except MemoryError:
                    gc.collect()
                    self._append(fact, now_ms)
                self.made += 1
            except Exception:  # the flash is full, or anything else: the driver comes first
                self.lost += 1
            self._trip.apply(fact)
        if facts:
            self._uplink.record_added(now_ms)
            self._bell.set()
        return self.lost == lost

    def _append(self, fact, now_ms: int) -> None:
        record = to_record(self._clock.time_s(now_ms), fact)
        self._journal.append(record, self._trip.to_bytes())
