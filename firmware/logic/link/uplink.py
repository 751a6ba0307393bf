"""What to send to the server, and when: records in order, again from the last acknowledgement.

A modem's "sent" means nothing here: only an Ack moves on. A box that knows no epoch asks for one by
its Status and sends no record. Holds no record itself, the journal does; no session and no socket.
"""

from firmware.logic.const import const
from shared_protocol.messages import Records
from shared_protocol.records import GAP_UNREADABLE, Gap, Wear

# Records wait this long for company: a drive makes one every 10 s, an ignition edge several.
_COALESCE_MS = const(1_000)
# What may be under way without acknowledgement: two seconds of the slowest LTE, and little to
# repeat after a lost link.
_WINDOW_BYTES = const(2_048)
# The server acknowledges as soon as it is reached and at each commit; silence is a dead link.
_ACK_TIMEOUT_MS = const(60_000)
# The server begins with an Ack that says what it has. A box that does not wait for it repeats.
_FIRST_ACK_WAIT_MS = const(10_000)
_WEAR_EVERY_MS = const(86_400_000)


class Uplink:
    """Order and pace of one box's messages over successive connections.

    Attribute to read: `lost`, how many records flash no longer gave.
    """

    def __init__(self, journal):
        """Send the records of `journal` under its epoch."""
        self._journal = journal
        self.lost = 0
        self._gap = None
        self._told = False  # whether the server has said on this connection what it holds
        self._next_seq = 0
        self._before_hole = False  # what comes next is unreadable, and waits for what comes before
        self._under_way = []  # (last seq, bytes, chain before) of each Records not acknowledged
        self._waiting_since_ms = None
        self._hold_until_ms = 0
        self._added_ms = None
        self._status_due_ms = 0
        self._wear_due_ms = _WEAR_EVERY_MS

    def connected(self, now_ms: int) -> None:
        """Begin a connection, or an epoch: Status first, then everything not acknowledged."""
        self._told = False
        self._next_seq = self._journal.lowest_seq
        self._before_hole = False
        self._under_way = []
        self._waiting_since_ms = now_ms
        self._hold_until_ms = now_ms + _FIRST_ACK_WAIT_MS
        self._added_ms = None
        self._status_due_ms = now_ms

    def record_added(self, now_ms: int) -> None:
        """Tell that the journal has grown."""
        if self._added_ms is None:
            self._added_ms = now_ms

    def acknowledged(self, epoch: int, seq: int, chain: int, now_ms: int) -> None:
        """Take an Ack; one of other records than ours forgets none.

        One that is about our numbers but another history, after an older image of the flash was put
        back, makes the box ask for an epoch in which to tell its own.
        """
        journal = self._journal
        if epoch != journal.epoch or seq >= journal.next_seq:
            return
        if not self._is_ours(seq, chain):
            journal.disown()
            self.connected(now_ms)
            return
        first_word, self._told = not self._told, True
        if first_word:  # it counts, also when it takes back an earlier one
            journal.go_back(seq + 1)
        journal.acknowledge(seq)  # deletes: only once it is known what the server has lost
        if first_word and not self._under_way:
            self._next_seq = journal.lowest_seq
        self._under_way = [sent for sent in self._under_way if sent[0] > seq]
        self._next_seq = max(self._next_seq, journal.lowest_seq)
        self._waiting_since_ms = now_ms if self._under_way else None
        self._hold_until_ms = 0

    def status_due(self, now_ms: int) -> bool:
        """Whether to send a Status now; says so once."""
        if self._status_due_ms is None or now_ms < self._status_due_ms:
            return False
        self._status_due_ms = None
        return True

    def next_records(self, now_ms: int) -> Records | None:
        """The next Records message, or None when there is none, or none may be sent yet."""
        if not self._journal.epoch or self._window_is_full() or now_ms < self._records_due_ms():
            return None
        first, records, chain = self._journal.read(self._next_seq)
        self._before_hole = first > self._next_seq
        if self._before_hole:
            if not self._under_way:
                self._give_up_to(first, now_ms)
            return None
        self._next_seq = first + len(records)
        if self._next_seq >= self._journal.next_seq:
            self._added_ms = None
        if not records:
            return None
        size = sum([len(record.body) + 6 for record in records])
        self._under_way.append((self._next_seq - 1, size, chain))
        if self._waiting_since_ms is None:
            self._waiting_since_ms = now_ms
        return Records(self._journal.epoch, first, chain, records)

    def is_lost(self, now_ms: int) -> bool:
        """Whether an acknowledgement is overdue: the connection is to be made anew."""
        since_ms = self._waiting_since_ms
        return since_ms is not None and now_ms - since_ms >= _ACK_TIMEOUT_MS

    def take_gap(self) -> Gap | None:
        """The range that flash no longer gives, to be recorded; once."""
        gap, self._gap = self._gap, None
        return gap

    def take_wear(self, now_ms: int) -> Wear | None:
        """How often the journal has had flash erased, to be recorded; once a day."""
        if now_ms < self._wear_due_ms:
            return None
        self._wear_due_ms = now_ms + _WEAR_EVERY_MS
        return Wear(self._journal.appends + self._journal.segments)

    def next_deadline(self) -> int:
        """When to ask again, if nothing happens before."""
        due_ms = self._wear_due_ms if self._status_due_ms is None else self._status_due_ms
        if self._waiting_since_ms is not None:
            due_ms = min(due_ms, self._waiting_since_ms + _ACK_TIMEOUT_MS)
        waits = self._journal.epoch and self._next_seq < self._journal.next_seq
        if waits and not self._window_is_full():
            due_ms = min(due_ms, self._records_due_ms())
        return due_ms

    def _is_ours(self, seq: int, chain: int) -> bool:
        """Whether our history has this chain at `seq`; for what is under way, without the flash."""
        for (last, _, _), (_, _, ours) in zip(self._under_way, self._under_way[1:]):
            if last == seq:
                return chain == ours
        return self._journal.is_of_here(seq, chain)

    def _give_up_to(self, first: int, now_ms: int) -> None:
        """Say in a Status, before anything else, that the box no longer holds what was before."""
        self.lost += first - self._next_seq
        self._gap = Gap(self._next_seq, first - 1, GAP_UNREADABLE)
        self._next_seq = first
        self._before_hole = False
        self._journal.give_up(first - 1)
        self._status_due_ms = now_ms

    def _records_due_ms(self) -> int:
        """From when on the records that wait may be sent."""
        if self._added_ms is None:
            return self._hold_until_ms
        return max(self._hold_until_ms, self._added_ms + _COALESCE_MS)

    def _window_is_full(self) -> bool:
        if self._before_hole and self._under_way:
            return True
        return sum([sent[1] for sent in self._under_way]) >= _WINDOW_BYTES
