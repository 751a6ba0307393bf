"""A journal that lets records of some kinds go when it is full; never an event or an odometer.

They thin out from the oldest on: every second one, and when all have been through that, every one.
Each leaves in its place, under its number, a Gap record that says so: neither what is sent nor the
server's rows have a hole, and a record that was sent already stays what it was there.

A segment costs a block however little is in it. So old segments are written again, fuller, until
one is won; the old ones are deleted after. At each step every number can be read. The new ones
have no state, for only that of the newest segment, which is never touched, is ever asked for.
"""

from firmware.logic.const import const
from firmware.logic.link.journal import ENOSPC, Journal, sealed
from shared_protocol import codec
from shared_protocol.messages import RECORD_LAYOUT
from shared_protocol.records import GAP_DROPPED, Gap, kind_of, to_record

_GAP_BODY_BYTES = const(9)
_GAP_KIND = kind_of(Gap(0, 0, 0))


class ThinningJournal(Journal):
    """As Journal."""

    def __init__(self, storage, thin_kinds, *sizes: int):
        """Recover. `thin_kinds` may go: none of them may change the caller's state."""
        self._thin_kinds = thin_kinds
        self._thinned_to = [0, 0, 0]  # [n]: up to which seq every n-th that may go has gone
        super().__init__(storage, *sizes)

    def _make_room(self) -> None:
        """Thin until one segment fewer is needed, if possible."""
        before = len(self._firsts)
        for every in (2, 1):
            try:
                self._thin(every)
            except OSError:  # each step of it leaves all that there was
                pass
            if len(self._firsts) < before:
                return

    def _thin(self, every: int) -> None:
        """Write old segments again without every second (1: without every) record that may go.

        Goes on where it stopped the last time, up to the first segment that is won. A new segment
        that begins where an old one did holds all of that one: it replaces it in one step.
        """
        firsts = self._firsts
        begun = max([i for i in range(len(firsts)) if firsts[i] <= self._thinned_to[every]] or [0])
        olds = firsts[begun:]
        written = []  # where the new segments begin
        first, data = 0, bytearray()
        dropped = kept = False  # any so far; the last that might go
        for i in range(len(olds) - 1):  # the newest stays, whose state counts
            seq = olds[i]
            if not dropped:
                begun, first, data = i, seq, _stateless_head(seq)
            while seq < olds[i + 1]:
                at, records = self.read(seq)
                if at > seq:  # what flash no longer gives stays a hole
                    if dropped and first < olds[i]:
                        self._replace(first, data, seq, written)
                    self._thinned_to[every] = olds[i + 1]
                    return
                for record in records:
                    if record.kind in self._thin_kinds and len(record.body) > _GAP_BODY_BYTES:
                        kept = not kept and every == 2
                        if not kept:
                            record = to_record(record.time_s, Gap(seq, seq, GAP_DROPPED))
                            dropped = True
                    elif record.kind == _GAP_KIND:
                        kept = False
                    encoded = sealed(codec.encode(RECORD_LAYOUT, record), seq)
                    if dropped and len(data) + len(encoded) > self._segment_bytes:
                        self._replace(first, data, seq, written)
                        first, data = seq, _stateless_head(seq)
                    data += encoded
                    seq += 1
            self._thinned_to[every] = first
            if dropped and i - begun > len(written):
                self._replace(first, data, seq, written)
                self._thinned_to[every] = seq
                return

    def _replace(self, first: int, data, end: int, written) -> None:
        """Put a new segment, `first` to `end` - 1, in the place of old ones."""
        firsts = self._firsts
        if first not in firsts and len(firsts) >= self._most_segments:
            raise OSError(ENOSPC)  # old ones that the flash did not delete take the room for it
        self._storage.write(self._name(first), data)
        self.segments += 1
        self._cursor = (0, 0, 0)
        written.append(first)
        if first not in firsts:
            firsts.append(first)
            firsts.sort()
        for old in [f for f in firsts if written[0] < f < end and f not in written]:
            at = firsts.index(old)
            if firsts[at + 1] <= end:  # all of it is in the new ones
                self._storage.delete(self._name(old))
                del firsts[at]


def _stateless_head(seq: int):
    return bytearray(sealed(b"\0", seq))
