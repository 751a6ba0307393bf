"""Where facts become records: stamped, put in flash, applied to the trip, announced to the link.

The one place that appends to the journal. A fact whose record the flash refuses still counts for
the trip: a full flash strands nobody.
"""

from shared_protocol.records import to_record


class Recorder:
    """Attributes to read: `made` (records since boot), `lost` (refused by the flash)."""

    def __init__(self, journal, trip, clock, uplink, bell):
        """`bell` is an asyncio.Event that wakes the link."""
        self._journal = journal
        self._trip = trip
        self._clock = clock
        self._uplink = uplink
        self._bell = bell
        self.made = 0
        self.lost = 0

    def write(self, facts, now_ms: int) -> None:
        """Record facts in order; each is in flash when the next begins."""
        for fact in facts:
            record = to_record(self._clock.time_s(now_ms), fact)
            try:
                self._journal.append(record, self._trip.to_bytes())
                self.made += 1
            except OSError:
                self.lost += 1
            self._trip.apply(fact)
        if facts:
            self._uplink.record_added(now_ms)
            self._bell.set()
