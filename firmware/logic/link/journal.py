"""The records the box still owes the server: append-only segments in flash.

A record is appended (and in flash) before it is sent, and leaves only when acknowledged. Sequence
numbers begin at 1 and never restart: the newest segment stays even when all of it is acknowledged.
Files are the caller's `storage`; identity, sending and the meaning of records are not known here.

When the journal is full but for an eighth, `has_room` turns false: the eighth is for records that
outweigh others, and when that is full they too are refused. A flash that is full before the journal
is refuses in the same order.

The epoch that the server allotted stands in a file beside the segments, so that both are lost
together: a journal without it does not know its epoch, which is 0 then.

How a segment lies in flash is segment.py. Segments may overlap; a number is read from the latest
that begins at or before it.

`storage` has names(), read(name, offset, count), append(name, data), write(name, data), which is
atomic, and delete(name); what they wrote is in flash when they return.
"""

from errno import ENOMEM

from firmware.logic.const import const
from firmware.logic.link import segment
from shared_protocol.limits import MAX_COUNTER_STEP
from shared_protocol.records import Record

# Four blocks of the flash. Appending rewrites the block that is being filled, nothing more; a start
# reads one segment, so few records; and a folder of few files is found through quickly.
_SEGMENT_BYTES = const(16_384)
# Of the 14 MB file system: 1,400 hours of driving out of coverage, years of a car in an underground
# car park. The rest is for code, a second slot of it, and grants.
_CAPACITY_BYTES = const(8_388_608)
_RESERVED_PART = const(8)
# One read while sending; the longest record (265 bytes) fits.
_CHUNK_BYTES = const(512)

_EPOCH_FILE = const("epoch")
ENOSPC = const(28)  # MicroPython's errno does not name it


class Journal:
    """Attributes to read: `epoch`, `next_seq`, `lowest_seq` (the oldest not acknowledged), `state`.

    `state` is what the newest segment began with, b"" when there is none. `appends` and `segments`
    count, since the flash was new, how often a batch was put behind others and how often a segment
    was begun: LittleFS erases and programs a block for each. A loss of power makes `appends` a
    little too high.
    """

    def __init__(
        self,
        storage,
        segment_bytes: int = _SEGMENT_BYTES,
        capacity_bytes: int = _CAPACITY_BYTES,
    ):
        """Recover: find the last whole record; what a power loss tore behind it is not believed."""
        self._storage = storage
        self._segment_bytes = segment_bytes
        self._most_segments = capacity_bytes // segment_bytes
        self._fewest_free = self._most_segments // _RESERVED_PART
        self._refused = False  # by the flash, for want of room
        self.appends = self.segments = 0
        self._firsts = []  # first sequence number of each segment, oldest first
        self.epoch = 0
        for name in storage.names():
            first = segment.first_of(name)
            if first:
                self._firsts.append(first)
            elif name == _EPOCH_FILE:
                self.epoch = int.from_bytes(self._read_file(name, 0, 2), "big")
        self._firsts.sort()
        self._given_up = 0  # nothing up to here can be read
        self.state = b""
        self.next_seq = self.lowest_seq = 1
        self._chain = 0  # of the newest record
        self._size = segment_bytes  # of the newest segment; full: the next append begins another
        # Where the last read began and ended: seq, first of its segment, offset, chain before seq.
        self._cursors = []
        self._recover()

    @property
    def oldest_seq(self) -> int:
        """The oldest record that can still be sent, acknowledged or not."""
        return max(self._firsts[0] if self._firsts else self.next_seq, self._given_up + 1)

    def is_jump(self, epoch: int) -> bool:
        """Whether an epoch is so far above ours that it would use the numbers up."""
        return bool(self.epoch) and epoch - self.epoch > MAX_COUNTER_STEP

    def adopt(self, epoch: int) -> bool:
        """Name everything held by the epoch that the server allotted; False when it is not new.

        A jump is refused; an epoch far below is the way back from one.

        Raises:
            OSError: the flash refused; nothing has changed.
        """
        if not epoch or self.is_jump(epoch) or -MAX_COUNTER_STEP < epoch - self.epoch <= 0:
            return False
        self._storage.write(_EPOCH_FILE, epoch.to_bytes(2, "big"))
        self.epoch = epoch
        return True

    def disown(self) -> None:
        """Know no epoch any more: what the server holds under it is another box's life.

        A boot before the next one is adopted finds it again, and finds out again.
        """
        self.epoch = 0

    def is_of_here(self, seq: int, chain: int) -> bool:
        """Whether the history with this chain at its record `seq` is ours, as far as flash says."""
        first, _, before = self.read(seq + 1)
        return first != seq + 1 or before == chain

    def replay(self):
        """Yield the records of the newest segment, which come after `state`."""
        seq = self._firsts[-1] if self._firsts else self.next_seq
        while seq < self.next_seq:
            seq, records, _ = self.read(seq)
            seq += len(records)
            yield from records

    @property
    def has_room(self) -> bool:
        """Whether there is room for records that others outweigh."""
        return not self._refused and len(self._firsts) <= self._most_segments - self._fewest_free

    def append(self, record: Record, state: bytes) -> int:
        """Put a record in flash, see `append_batch`; return its sequence number."""
        return self.append_batch((record,), state)

    def append_batch(self, records, state: bytes) -> int:
        """Put records in flash in one piece, which fits a segment; return the first's number.

        `state`: the caller's state (at most 255 bytes) without these records.

        Raises:
            OSError: the flash refused; no record has a number, all may be appended again. The next
                one begins a segment, so that its `state` counts.
        """
        data, chain = segment.seal_records(records, self._chain)
        try:
            self._put(data, state)
        except OSError as error:
            self._refused = error.args[:1] == (ENOSPC,)
            raise
        self._refused = False
        self._chain = chain
        self.next_seq += len(records)
        return self.next_seq - len(records)

    def read(self, seq: int) -> tuple[int, list[Record], int]:
        """Read some consecutive records from `seq` on, at most _CHUNK_BYTES.

        Returns:
            The sequence number of the first, the records, and the chain of the one before; no
            records only when there are none. The first is above `seq` when flash no longer gives
            what was there.
        """
        if seq >= self.next_seq:
            return self.next_seq, [], self._chain
        at_seq, first, offset, chain = self._start_of(seq)
        while at_seq < self.next_seq:
            if at_seq in self._firsts and at_seq != first:
                first, offset, chain = self._begin_of(at_seq)
            data = self._read(first, offset, _CHUNK_BYTES)
            records = []
            at, start, begin = 0, at_seq, (at_seq, first, offset, chain)
            while at_seq < self.next_seq and (at_seq == start or at_seq not in self._firsts):
                record, size, after = segment.open_record(data, at, chain)
                if record is None:
                    break
                if at_seq >= seq:
                    if not records:
                        begin = (at_seq, first, offset + at, chain)
                    records.append(record)
                at_seq += 1
                at += size
                chain = after
            offset += at
            if not at:  # unreadable: go on where the next segment begins
                if first == self._firsts[-1]:
                    self._size = self._segment_bytes  # nothing is to be found behind it
                at_seq = min([f for f in self._firsts if f > at_seq] or [self.next_seq])
            end = (at_seq, first, offset, chain)
            self._cursors = [begin, end] if records else [end]
            if records:
                return begin[0], records, begin[3]
        return self.next_seq, [], self._chain

    def go_back(self, seq: int) -> None:
        """Begin again at `seq` or at the oldest held: the server has lost what it acknowledged."""
        self.lowest_seq = min(self.lowest_seq, max(seq, self.oldest_seq))

    def give_up(self, seq: int) -> None:
        """Forget every record up to `seq`: flash no longer gives them."""
        self._given_up = seq
        self.acknowledge(seq)

    def acknowledge(self, seq: int) -> None:
        """Forget every record up to `seq`: committed by the server."""
        if self.lowest_seq <= seq < self.next_seq:  # beyond: not about what is here
            self.lowest_seq = seq + 1
        while len(self._firsts) > 1 and self._firsts[1] <= self.lowest_seq:
            name = segment.name_of(self._firsts.pop(0))
            self._refused = False
            try:
                self._storage.delete(name)
            except OSError:  # the next boot finds it, and the server's first word deletes it again
                pass

    def _put(self, data, state: bytes) -> None:
        """Put sealed records behind the others or, when they do not fit, into a new segment."""
        size, self._size = self._size, self._segment_bytes  # a failed attempt may leave a tail
        if size + len(data) <= self._segment_bytes:
            self._storage.append(segment.name_of(self._firsts[-1]), data)
            self.appends += 1
        else:
            if len(self._firsts) >= self._most_segments:
                raise OSError(ENOSPC)
            seq = self.next_seq
            head = segment.head_of(seq, state, self.appends, self.segments, self._chain)
            self._storage.write(segment.name_of(seq), head + data)
            if self._firsts[-1:] != [seq]:  # else it replaces one whose only batch was torn
                self._firsts.append(seq)
            self.segments += 1
            size = len(head)
        self._size = size + len(data)

    def _recover(self) -> None:
        if not self._firsts:
            return
        self.lowest_seq = self._firsts[0]
        self.next_seq = newest = self._firsts[-1]
        self._size = self._head_bytes(newest)
        head = segment.open_head(self._read(newest, 0, self._size), newest)
        if not head:
            self._skip_segment()
            return
        self.state, self.appends, self.segments, self._chain = head
        self.segments += 1
        while True:
            try:
                data = self._storage.read(segment.name_of(newest), self._size, _CHUNK_BYTES)
            except OSError as error:
                if error.errno == ENOMEM:
                    raise
                self._skip_segment()
                return
            at = 0
            while True:
                record, size, chain = segment.open_record(data, at, self._chain)
                if record is None:
                    break
                at += size
                self._chain = chain
                self.next_seq += 1
            self._size += at
            if not at:
                break
        self.appends += self.next_seq - newest
        if data:  # a power loss tore the tail: the next record begins a segment after it
            self._size = self._segment_bytes

    def _skip_segment(self) -> None:
        """Go on in a new segment, for the rest of the newest is out of reach.

        However many records it held, no number is used twice, and no chain is that of any of them.
        """
        self._chain = 0
        self.next_seq = self._firsts[-1] + self._segment_bytes // segment.SHORTEST_RECORD_BYTES
        self._size = self._segment_bytes

    def _read(self, first: int, offset: int, count: int) -> bytes:
        return self._read_file(segment.name_of(first), offset, count)

    def _read_file(self, name: str, offset: int, count: int) -> bytes:
        """Some bytes of a file; b"" when flash does not give them."""
        try:
            return self._storage.read(name, offset, count)
        except OSError as error:
            if error.errno == ENOMEM:  # which says nothing about the flash
                raise
            return b""

    def _head_bytes(self, first: int) -> int:
        return segment.head_bytes(self._read(first, 0, 1))

    def _start_of(self, seq: int) -> tuple[int, int, int, int]:
        """Where to read on to find `seq`: as a cursor."""
        for cursor in self._cursors:
            if cursor[0] == seq:
                return cursor
        first = self._firsts[0] if self._firsts else self.next_seq
        for candidate in self._firsts:
            if candidate <= seq:
                first = candidate
        return (first,) + self._begin_of(first)

    def _begin_of(self, first: int) -> tuple[int, int, int]:
        """First, offset and chain before its first record, of a segment."""
        size = self._head_bytes(first)
        return first, size, segment.chain_in(self._read(first, 0, size))
