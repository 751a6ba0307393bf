"""A journal's storage in a dict, for tests on both interpreters; can lose power in mid-append."""

from errno import EIO, ENOENT

from shared_protocol.records import Record

ENOSPC = 28  # MicroPython's errno does not name it


class MemoryStorage:
    """What FlashStore does, without flash."""

    def __init__(self):
        self.files = {}
        self.read_errno = EIO
        self.unreadable = self.undeletable = None  # names of files
        self.refused = None  # name of a file that cannot be written
        self.torn_after = None  # bytes of the next append that still reach the flash
        self.full = False
        self.fails_at = 0  # the number, from now on, of the change that is refused
        self.writes = 0

    def names(self):
        return list(self.files)

    def read(self, name, offset=0, count=-1):
        if name == self.unreadable:
            raise OSError(self.read_errno, name)
        if name not in self.files:
            raise OSError(ENOENT, name)
        data = self.files[name]
        return data[offset:] if count < 0 else data[offset : offset + count]

    def read_or_empty(self, name):
        return b"" if name == self.unreadable else self.files.get(name, b"")

    def append(self, name, data):
        self._change()
        if self.torn_after is not None:
            kept, self.torn_after = self.torn_after, None
            self.files[name] += data[:kept]
            raise OSError("power")
        self.files[name] += data
        self.writes += 1

    def write(self, name, data):
        for _ in self.write_in_turns(name, (data,)):
            pass

    def write_in_turns(self, name, pieces):
        self._change()
        if name == self.refused:
            raise OSError("full")
        data = b""
        for piece in pieces:
            data += bytes(piece)
            yield
        self.files[name] = data
        self.writes += 1

    def delete(self, name):
        if name == self.undeletable:
            raise OSError("delete")
        self._change()
        del self.files[name]

    def _change(self):
        if self.fails_at:
            self.fails_at -= 1
            if not self.fails_at:
                raise OSError(EIO)
        if self.full:
            raise OSError(ENOSPC, "full")


STATE = b"state"


def record(number, size=4):
    return Record(6, 1_700_000_000 + number, bytes([number % 256]) * size)


def held(journal):
    """Every record from the oldest on: [(seq, record)]."""
    seq = journal.lowest_seq
    found = []
    while seq < journal.next_seq:
        seq, records, _ = journal.read(seq)
        for each in records:
            found.append((seq, each))
            seq += 1
    return found
