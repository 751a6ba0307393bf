"""A set of grants or of card keys on the box: sorted bytes in memory, the same in one file.

A new set comes in parts, in order, and takes the place of the one in force in one step when it is
complete; until then, and after any failure, nothing has changed. What an item means, and whether a
set is the one that is wanted, is the caller's.

The file: a note of the caller's, the set (shared_protocol/sets.py), and the first 8 bytes of the
SHA-256 of the note and the set's hash. One that is damaged is an empty set: the box says so by the
set's hash, and the server sends it again.
"""

from shared_protocol.limits import SET_HASH_BYTES
from shared_protocol.sets import set_hash


class HeldSet:
    """Attributes to read: `items` (the set in force, as bytes), `hash` (of it), `note`."""

    def __init__(
        self, storage, name: str, item_bytes: int, key_bytes: int, most: int, note_bytes: int
    ):
        """Take up what flash holds.

        Args:
            storage: where the file is, FlashStore or what stands in for it.
            name: of the file.
            item_bytes: the size of an item.
            key_bytes: how many of these name it.
            most: how many items are taken at most.
            note_bytes: the size of the note; it is zeros while no set is in force.
        """
        self._storage = storage
        self._name = name
        self._item_bytes = item_bytes
        self._key_bytes = key_bytes
        self._most_bytes = most * item_bytes
        self._coming = b""
        self._parts_taken = -1  # of the set that comes in; -1: only a part 0 begins
        self._taking = None  # the name of that set
        stored = memoryview(storage.read_or_empty(name))
        note = bytes(stored[:note_bytes])
        items = bytes(stored[note_bytes : max(note_bytes, len(stored) - SET_HASH_BYTES)])
        self._hold(note, items)
        check = bytes(stored[note_bytes + len(items) :])
        if len(items) % item_bytes or check != self._check(note, self.hash):
            self._hold(bytes(note_bytes), b"")

    def __len__(self):
        return len(self.items) // self._item_bytes

    def find(self, prefix: bytes) -> list[bytes]:
        """Every item in force that begins with `prefix`, in their order."""
        at, found = self._place(self.items, prefix), []
        while at < len(self.items) and self.items[at : at + len(prefix)] == prefix:
            found.append(bytes(self.items[at : at + self._item_bytes]))
            at += self._item_bytes
        return found

    def take_part(self, name, part: int, parts: int, changes, from_force: bool) -> bytes | None:
        """Put one part of a new set into it; part 0 begins a set, with the items in force or none.

        Args:
            name: of the set, the same for each of its parts.
            part: from 0 on.
            parts: how many there are.
            changes: pairs of an item and whether it stays; if not, the one of its key goes.
            from_force: whether the set begins with the items in force.

        Returns:
            The hash of the new set when this was its last part, None when more are to come.

        Raises:
            OSError: the part is out of order, names an item twice, or makes the set too long. What
                was begun is dropped.
        """
        in_order = part == 0 or (part == self._parts_taken and name == self._taking)
        self._parts_taken = -1
        if part == 0:
            self._coming = self.items if from_force else b""
        if not in_order:
            raise OSError
        self._coming = self._merged(self._coming, sorted(changes))
        self._taking = name
        if part + 1 < parts:
            self._parts_taken = part + 1
            return None
        return set_hash(self._coming)

    def finish(self, note: bytes) -> None:
        """Put the new set in force; OSError: the flash refused, and nothing has changed."""
        items, self._coming = self._coming, b""
        self._storage.write(self._name, note, items, self._check(note, set_hash(items)))
        self._hold(note, items)

    def _merged(self, items, changes):
        """The set that changes, in order, make of `items`: put into one block of its final size.

        Item by item the block would be copied hundreds of times, and leave the heap in pieces.
        """
        size, key_bytes, before = self._item_bytes, self._key_bytes, b""
        total, places = len(items), []
        for item, stays in changes:
            key = item[:key_bytes]
            if key == before:
                raise OSError
            before = key
            at = self._place(items, key)
            is_there = items[at : at + key_bytes] == key
            places.append((at, is_there))
            total += size * (stays - is_there)
        if total > self._most_bytes:
            raise OSError
        merged, old, source, target = bytearray(total), memoryview(items), 0, 0
        for (item, stays), (at, is_there) in zip(changes, places):
            end = target + at - source
            merged[target:end] = old[source:at]
            source, target = at + size * is_there, end + size * stays
            if stays:
                merged[end:target] = item
        merged[target:] = old[source:]
        return merged

    def _hold(self, note: bytes, items) -> None:
        self.note, self.items, self.hash = note, items, set_hash(items)

    def _check(self, note: bytes, items_hash: bytes) -> bytes:
        return set_hash(note + items_hash)

    def _place(self, items, key: bytes) -> int:
        """Where the first item begins that is not below `key`."""
        low, high = 0, len(items) // self._item_bytes
        while low < high:
            middle = (low + high) // 2
            at = middle * self._item_bytes
            if items[at : at + len(key)] < key:
                low = middle + 1
            else:
                high = middle
        return low * self._item_bytes
