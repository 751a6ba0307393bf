"""The journal over any history of appends, power cuts, restarts and acknowledgements."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from firmware.logic.journal import Journal
from shared_protocol.records import Record
from tests.firmware.logic.storage import MemoryStorage


class JournalHistory(RuleBasedStateMachine):
    """Compares with a plain list of what was confirmed and not yet acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.storage = MemoryStorage()
        self.journal = Journal(self.storage, 300)
        self.confirmed: dict[int, Record] = {}
        self.acknowledged = 0
        self.total = 0  # the caller's state: the sum of all record times
        self.highest = 0
        self.unconfirmed: Record | None = None  # the last append failed; it may be there or not

    @rule(size=st.integers(0, 255), time_s=st.integers(0, 1000))
    def append(self, size: int, time_s: int) -> None:
        record = Record(6, time_s, bytes(size))
        seq = self.journal.append(record, self.total.to_bytes(4, "big"))
        assert seq == self.highest + 1
        self.confirm(seq, record)

    def confirm(self, seq: int, record: Record) -> None:
        self.highest = seq
        self.confirmed[seq] = record
        self.total += record.time_s
        self.unconfirmed = None

    @rule(torn_after=st.integers(0, 300))
    def append_and_lose_power(self, torn_after: int) -> None:
        self.storage.torn_after = torn_after
        record = Record(7, 999, b"torn")
        try:
            seq = self.journal.append(record, self.total.to_bytes(4, "big"))
        except OSError:
            self.unconfirmed = record
        else:  # it began a segment, which is written in one piece
            self.confirm(seq, record)
        self.storage.torn_after = None

    @rule()
    def restart(self) -> None:
        self.journal = Journal(self.storage, 300)
        if self.journal.next_seq == self.highest + 2 and self.unconfirmed is not None:
            # All of it had reached the flash before the power went: then it counts.
            self.confirm(self.highest + 1, self.unconfirmed)
        assert self.journal.next_seq == self.highest + 1
        state = int.from_bytes(self.journal.state, "big")
        assert state + sum(record.time_s for record in self.journal.replay()) == self.total

    @rule(part=st.floats(0, 1))
    def acknowledge(self, part: float) -> None:
        seq = round(self.highest * part)
        self.journal.acknowledge(seq)
        self.acknowledged = max(self.acknowledged, seq)

    @invariant()
    def everything_confirmed_and_not_acknowledged_can_be_read(self) -> None:
        seq = self.acknowledged + 1
        while seq <= self.highest:
            first, records = self.journal.read(seq)
            assert first == seq
            assert records == [self.confirmed[seq + i] for i in range(len(records))]
            seq += len(records)

    @invariant()
    def the_lowest_number_is_held_and_none_above_the_acknowledged_is_missing(self) -> None:
        assert self.journal.lowest_seq <= self.acknowledged + 1


TestJournalHistory = JournalHistory.TestCase
TestJournalHistory.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
