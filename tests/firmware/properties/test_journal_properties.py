"""The journal over any history of batches, power cuts, restarts, acknowledgements, full flash."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from firmware.logic.link.journal import Journal
from shared_protocol.records import Record
from tests.firmware.logic.storage import MemoryStorage

SEGMENT_BYTES, SEGMENTS = 350, 8
SIZES = st.lists(st.integers(0, 60), min_size=1, max_size=4)


class JournalHistory(RuleBasedStateMachine):
    """Compares with a plain list of what was confirmed and not yet acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.storage = MemoryStorage()
        self.journal = self.start()
        self.confirmed: dict[int, Record] = {}
        self.acknowledged = 0
        self.total = 0  # the caller's state: the sum of the times of all records
        self.refused: list[list[Record]] = []  # since then; a part of one may be there

    def start(self) -> Journal:
        return Journal(self.storage, SEGMENT_BYTES, SEGMENT_BYTES * SEGMENTS)

    @property
    def highest(self) -> int:
        return len(self.confirmed)

    def batch_of(self, sizes: list[int]) -> list[Record]:
        return [Record(6, size, bytes([size]) * size) for size in sizes]

    def confirm(self, records: list[Record]) -> None:
        for record in records:
            self.confirmed[self.highest + 1] = record
            self.total += record.time_s
        self.refused = []

    def append(self, records: list[Record]) -> None:
        """As the box does: what is refused is lost to flash, its state is in the next segment."""
        before = self.highest
        try:
            seq = self.journal.append_batch(records, self.total.to_bytes(4, "big"))
        except OSError:
            self.refused.append(records)
            assert self.journal.next_seq == before + 1
        else:
            assert seq == before + 1
            self.confirm(records)

    @rule(sizes=SIZES)
    def append_a_batch(self, sizes: list[int]) -> None:
        full = len(self.storage.files) >= SEGMENTS
        before = self.highest
        self.append(self.batch_of(sizes))
        assert full or self.highest > before, "refused, and there was room"

    @rule(sizes=SIZES, times=st.integers(2, 12))
    def append_many(self, sizes: list[int], times: int) -> None:
        for _ in range(times):
            self.append(self.batch_of(sizes))

    @rule(sizes=SIZES, torn_after=st.integers(0, 290))
    def append_and_lose_power(self, sizes: list[int], torn_after: int) -> None:
        self.storage.torn_after = torn_after
        self.append(self.batch_of(sizes))  # all the same when it begins a segment
        self.storage.torn_after = None
        self.restart()

    @rule(sizes=SIZES, torn_after=st.integers(0, 290))
    def append_and_be_refused(self, sizes: list[int], torn_after: int) -> None:
        self.storage.torn_after = torn_after
        self.append(self.batch_of(sizes))
        self.storage.torn_after = None

    @rule(sizes=SIZES, fails_at=st.integers(1, 5), power=st.booleans())
    def append_with_a_change_of_the_flash_that_fails(
        self, sizes: list[int], fails_at: int, power: bool
    ) -> None:
        self.storage.fails_at = fails_at
        self.append(self.batch_of(sizes))
        self.storage.fails_at = 0
        if power:
            self.restart()

    @rule()
    def restart(self) -> None:
        self.journal = self.start()
        # What had reached the flash whole, refused or not, counts from now on.
        whole: list[Record] = []
        while self.highest + len(whole) + 1 < self.journal.next_seq:
            whole += self.journal.read(self.highest + len(whole) + 1)[1]
        assert not whole or any(batch[: len(whole)] == whole for batch in self.refused)
        self.confirm(whole)
        assert self.journal.next_seq == self.highest + 1
        state = int.from_bytes(self.journal.state, "big")
        assert state + sum(record.time_s for record in self.journal.replay()) == self.total

    @rule(part=st.floats(0, 1))
    def acknowledge(self, part: float) -> None:
        seq = round(self.highest * part)
        self.journal.acknowledge(seq)
        self.acknowledged = max(self.acknowledged, seq)

    @invariant()
    def everything_confirmed_and_not_acknowledged_is_there(self) -> None:
        seq = self.acknowledged + 1
        while seq <= self.highest:
            first, records, _ = self.journal.read(seq)
            assert first == seq
            for record in records:
                assert record == self.confirmed[seq]
                seq += 1

    @invariant()
    def the_lowest_number_is_held_and_none_above_the_acknowledged_is_missing(self) -> None:
        assert self.journal.lowest_seq <= self.acknowledged + 1
        assert len(self.storage.files) <= SEGMENTS


TestJournalHistory = JournalHistory.TestCase
TestJournalHistory.settings = settings(max_examples=40, stateful_step_count=30)
