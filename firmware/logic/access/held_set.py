"""A set of grants or of card keys on the box: sorted pages in memory, the same in one file.

A new set comes in parts, in order, and takes the place of the one in force in one step when it is
complete; until then, and after any failure, nothing has changed. What an item means, and whether a
set is the one that is wanted, is the caller's.

The file: 8 bytes of the SHA-256 of the rest, a note of the caller's, and the set as
shared_protocol/sets.py has it. One that is damaged is an empty set: the box says so by the set's
hash, and the server sends it again.
"""

from firmware.logic.const import const
from shared_protocol.limits import SET_HASH_BYTES
from shared_protocol.sets import set_hash

# A heap in use has many small holes and few large ones: a set of 564 grants in one block would want
# 12 kB in a row, and as much again while it changes.
_PAGE_ITEMS = const(32)


class HeldSet:
    """Attributes to read: `pages` (each some items in force, in order), `hash`, `note`."""

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
        self._page_bytes = item_bytes * _PAGE_ITEMS
        self._key_bytes = key_bytes
        self._most = most
        self._coming = []
        self._parts_taken = -1  # of the set that comes in; -1: only a part 0 begins
        self._taking = None  # the name of that set
        check, note, pages = self._stored(note_bytes)
        if check != set_hash(note, *pages) or self._count(pages) > most:
            note, pages = bytes(note_bytes), []
        self._hold(note, pages)

    def __len__(self):
        return self._count(self.pages)

    def find(self, prefix: bytes) -> list[bytes]:
        """Every item in force that begins with `prefix`, in their order."""
        size, length, found = self._item_bytes, len(prefix), []
        for page in self.pages:
            if page[-size : length - size] >= prefix and page[:length] <= prefix:
                for at in range(0, len(page), size):
                    if page[at : at + length] == prefix:
                        found.append(page[at : at + size])
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
            self._coming = self.pages if from_force else []
        coming, self._coming = self._coming, []
        if not in_order:
            raise OSError
        coming = self._merged(coming, sorted(changes))
        if self._count(coming) > self._most:
            raise OSError
        self._coming = coming
        self._taking = name
        if part + 1 < parts:
            self._parts_taken = part + 1
            return None
        return set_hash(*self._coming)

    def finish(self, note: bytes) -> None:
        """Put the new set in force; OSError: the flash refused, and nothing has changed."""
        pages, self._coming = self._coming, []
        self._storage.write(self._name, set_hash(note, *pages), note, *pages)
        self._hold(note, pages)

    def _stored(self, note_bytes: int):
        """Check, note and pages of the file; a check that fits nothing when there is none."""
        read, name = self._storage.read, self._name
        pages, at = [], SET_HASH_BYTES + note_bytes
        try:
            head = read(name, 0, at)
            while True:
                page = read(name, at, self._page_bytes)
                if len(page) % self._item_bytes:
                    break
                if not page:
                    return head[:SET_HASH_BYTES], head[SET_HASH_BYTES:], pages
                pages.append(page)
                if len(pages) > self._most // _PAGE_ITEMS + 1:
                    break
                at += len(page)
        except OSError:
            pass
        return b"", b"", []

    def _merged(self, pages, changes):
        """The pages that changes, in order, make of others; one without a change stays as it is."""
        merged, done = [], 0
        for number in range(max(1, len(pages))):
            page = pages[number] if pages else b""
            last_key = page[-self._item_bytes :][: self._key_bytes]
            begun = done
            while done < len(changes) and (
                number + 1 >= len(pages) or changes[done][0][: self._key_bytes] <= last_key
            ):
                done += 1
            merged += self._changed(page, changes[begun:done]) if done > begun else [page]
        return [page for page in merged if page]

    def _changed(self, page: bytes, changes) -> list[bytes]:
        """The pages that changes make of one."""
        size, key_bytes = self._item_bytes, self._key_bytes
        items = {
            page[at : at + key_bytes]: page[at : at + size] for at in range(0, len(page), size)
        }
        for item, stays in changes:
            if stays:
                items[item[:key_bytes]] = item
            else:
                items.pop(item[:key_bytes], None)
        data = b"".join([items[key] for key in sorted(items)])
        return [data[at : at + self._page_bytes] for at in range(0, len(data), self._page_bytes)]

    def _count(self, pages) -> int:
        return sum([len(page) for page in pages]) // self._item_bytes

    def _hold(self, note: bytes, pages) -> None:
        self.note, self.pages, self.hash = note, pages, set_hash(*pages)
