"""A set of grants or of card keys on the box: sorted bytes in memory, the same in one file.

A new set comes in parts, in order, and takes the place of the one in force in one step when it is
complete; until then, and after any failure, nothing has changed. What an item means, and whether a
set is the one that is wanted, is the caller's.

The file: a version byte, a note of the caller's, the set (shared_protocol/sets.py), and the first 8
bytes of the SHA-256 of all that. One that is damaged, or of another version, is an empty set: the
box says so by the set's hash, and the server sends it again.
"""

from firmware.logic.const import const
from shared_protocol.limits import SET_HASH_BYTES
from shared_protocol.sets import set_hash

_VERSION = const(1)


class HeldSet:
    """Attributes to read: `items` (bytes, the set in force), `hash` (of it), `note`."""

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
        self._coming = bytearray()
        self._parts_taken = -1  # of the set that comes in; -1: only a part 0 begins
        self._taking = None  # the name of that set
        stored = storage.read_or_empty(name)
        body, check = stored[:-SET_HASH_BYTES], stored[-SET_HASH_BYTES:]
        size = len(body) - 1 - note_bytes
        if size < 0 or size % item_bytes or body[0] != _VERSION or set_hash(body) != check:
            body = bytes(1 + note_bytes)
        self._hold(body[1 : 1 + note_bytes], body[1 + note_bytes :])

    def __len__(self):
        return len(self.items) // self._item_bytes

    def find(self, prefix: bytes) -> list[bytes]:
        """Every item in force that begins with `prefix` (not empty), in their order."""
        at, found = self._place(self.items, prefix), []
        while self.items[at : at + len(prefix)] == prefix:
            found.append(self.items[at : at + self._item_bytes])
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
            OSError: the part is out of order, or the set too long. What was begun is dropped.
        """
        in_order = part == 0 or (part == self._parts_taken and name == self._taking)
        self._parts_taken = -1
        if part == 0:
            self._coming = bytearray(self.items if from_force else b"")
        if not in_order:
            raise OSError
        for item, stays in changes:
            key = item[: self._key_bytes]
            at = self._place(self._coming, key)
            is_there = self._coming[at : at + self._key_bytes] == key
            behind = at + self._item_bytes if is_there else at
            self._coming[at:behind] = item if stays else b""
        if len(self._coming) > self._most_bytes:
            raise OSError
        self._taking = name
        if part + 1 < parts:
            self._parts_taken = part + 1
            return None
        return set_hash(bytes(self._coming))

    def finish(self, note: bytes) -> None:
        """Put the new set in force; OSError: the flash refused, and nothing has changed."""
        body = bytes((_VERSION,)) + note + self._coming
        self._coming = bytearray()
        self._storage.write(self._name, body + set_hash(body))
        self._hold(note, body[1 + len(note) :])

    def _hold(self, note: bytes, items: bytes) -> None:
        self.note, self.items, self.hash = note, items, set_hash(items)

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
