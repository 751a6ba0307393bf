"""A set of grants or of card keys on the box: sorted pages in memory, the same in one file.

A new set comes in parts, in order, and takes the place of the one in force in one step when it is
complete; until then, and after any failure, nothing has changed. What an item means, and whether a
set is the one that is wanted, is the caller's.

The file is pages of 12 items, the last one shorter, and each proves itself: 8 bytes of the SHA-256
of the rest, a note of the caller's, the set's hash, how many pages it has, the page's number, and
its items as shared_protocol/sets.py has them. There is a second file just like it. A page that one
of them has lost is the other's; what both have lost is a gap: its items are not found, `may_lack`
says what they may have been, and by the set's hash the server sees that it has to send it again.

Memory has room for one set and not for two: a page that the set on its way in replaces is left to
flash, and read there for whoever asks, until that set is in force or has come to nothing.
"""

from firmware.logic.const import const
from shared_protocol.limits import SET_HASH_BYTES
from shared_protocol.sets import set_hash

# A heap in use has many small holes and few large ones: a set of 564 grants in one block would want
# 12 kB in a row, and as much again while it changes; pages of 32 were refused with 31 kB free.
# As long as a part of a set on the wire, so that a whole set comes in page by page.
_PAGE_ITEMS = const(12)
_PIECE_BYTES = const(96)
_SPARE = ".2"  # at the end of the second file's name


class HeldSet:
    """Attributes to read: `hash`, `note`, and `gaps`.

    Each of the gaps is a pair of keys: the items that damage took lay between them.
    """

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
        self._head_bytes = 2 * SET_HASH_BYTES + note_bytes + 2
        self._coming = []
        self._parts_taken = -1  # of the set that comes in; -1: only a part 0 begins
        self._taking = None  # the name of that set
        note, pages = self._stored(note_bytes)
        self._hold(note, [page for page in pages if page], self._gaps_of(pages))

    def __len__(self):
        return self._length

    def pages(self):
        """Some items in force after the other, in order."""
        for number in range(len(self._pages)):
            yield self._page(number)

    def find(self, prefix: bytes) -> list[bytes]:
        """Every item in force that begins with `prefix`, in their order."""
        size, length, found, before = self._item_bytes, len(prefix), [], b""
        for number in range(len(self._pages)):
            last = self._last_key(self._pages[number])[:length]
            if before <= prefix <= last:
                page = self._page(number)
                for at in range(0, len(page), size):
                    if page[at : at + length] == prefix:
                        found.append(page[at : at + size])
            before = last
        return found

    def may_lack(self, prefix: bytes) -> bool:
        """Whether damage may have taken an item that begins with `prefix`."""
        rest = self._key_bytes - len(prefix)
        first, last = prefix + b"\x00" * rest, prefix + b"\xff" * rest
        return any(low < last and first < high for low, high in self.gaps)

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
        coming, self._coming = self._coming, []
        if not in_order:
            raise OSError
        if part == 0:
            coming = list(self.pages()) if from_force else []
        if not from_force and part < len(self._pages):
            self._leave_to_flash(self._pages[part])
        coming = self._merged(coming, sorted(changes))
        if self._count(coming) > self._most:
            raise OSError
        self._coming = coming
        self._taking = name
        if part + 1 < parts:
            self._parts_taken = part + 1
            return None
        return set_hash(*self._coming)

    def finish(self, note: bytes):
        """Put the new set in force: a piece of it goes to flash each turn, and then it is.

        Raises:
            OSError: the flash refused, and nothing has changed.
        """
        self._coming = pages = self._filled(self._coming)
        try:
            # The spare first: so it is never older than the other, and knows each revocation.
            for name in (self._name + _SPARE, self._name):
                yield from self._storage.write_in_turns(name, _in_file(note, pages))
            self._hold(note, pages, [])
        finally:
            self._coming = []

    def _last_key(self, page: bytes) -> bytes:
        """Of a page that is here, or of one that was left to flash: that is all that is kept."""
        return page[-self._item_bytes :][: self._key_bytes]

    def _leave_to_flash(self, page: bytes) -> None:
        """Keep no more than the last key of a page, if it is in force and flash has it.

        In the first file, that is, for the second is the first to be written anew. A set with gaps
        is not numbered as in flash, and has no such pages.
        """
        if page in self._pages:
            number = self._pages.index(page)
            if self._is_in_flash(number, page):
                self._pages[number] = self._last_key(page)

    def _is_in_flash(self, number: int, page: bytes) -> bool:
        """Whether the first file has a page of the set in force, byte for byte."""
        numbered = self._head + bytes((number,))
        at = number * (self._head_bytes + self._page_bytes)
        pieces = [set_hash(numbered, page) + numbered]
        # A piece at a time: a heap in use has no hole for the whole page once more.
        pieces += [
            page[start : start + _PIECE_BYTES] for start in range(0, len(page), _PIECE_BYTES)
        ]
        for piece in pieces:
            try:
                if self._storage.read(self._name, at, len(piece)) != piece:
                    return False
            except OSError:
                return False
            at += len(piece)
        return True

    def _page(self, number: int) -> bytes:
        """The items of a page in force; it stays in memory unless a set is on its way in."""
        page = self._pages[number]
        if len(page) < self._item_bytes:  # its last key
            page = self._proven(self._head, (self._name, self._name + _SPARE), number)
            if page is None:  # it may have said anything; the server sees that it is to be told
                self.gaps = [(b"", b"\xff" * (self._key_bytes + 1))]
                self.hash = bytes(SET_HASH_BYTES)
                return b""
            if not self._coming:
                self._pages[number] = page
        return page

    def _stored(self, note_bytes: int):
        """The note and the pages of the set in flash; None stands for a page that is lost."""
        names = (self._name, self._name + _SPARE)
        best = None
        for order in (names, (names[1], names[0])):
            head, pages = self._read_set(order)
            if head and sum([len(page or b"") for page in pages]) <= self._most * self._item_bytes:
                best = head[:note_bytes], pages
                if None not in pages:
                    break
        if best:
            return best
        stored = self._storage.names()
        return bytes(note_bytes), [None for name in names if name in stored]

    def _read_set(self, names):
        """The set that the first of these files has, with what the other has of the same one."""
        head, number = None, 0
        while head is None and number * _PAGE_ITEMS < self._most:
            head, _ = self._read_page(names[0], number)
            number += 1
        count = head[-1] if head else 0
        return head, [self._proven(head, names, number) for number in range(count)]

    def _proven(self, head, names, number: int) -> bytes | None:
        """A page of the set with this head, from the first of these files that has it."""
        for name in names:
            found, items = self._read_page(name, number)
            if found == head:
                return items
        return None

    def _read_page(self, name: str, number: int):
        """What a page says of its set and its items; None twice: absent or damaged."""
        size = self._head_bytes
        try:
            data = self._storage.read(
                name, number * (size + self._page_bytes), size + self._page_bytes
            )
        except OSError:
            return None, None
        if (
            len(data) < size
            or (len(data) - size) % self._item_bytes
            or data[size - 1] != number
            or data[:SET_HASH_BYTES] != set_hash(memoryview(data)[SET_HASH_BYTES:])
        ):
            return None, None
        return data[SET_HASH_BYTES : size - 1], data[size:]

    def _gaps_of(self, pages):
        """Between which keys those pages were that are None."""
        gaps, low, lost = [], b"", False
        for page in pages:
            if page and lost:
                gaps.append((low, page[: self._key_bytes]))
            if page:
                low = self._last_key(page)
            lost = page is None
        if lost:
            gaps.append((low, b"\xff" * (self._key_bytes + 1)))
        return gaps

    def _filled(self, pages):
        """The same items in pages that are full but for the last; those of before are used up."""
        filled, rest, size = [], b"", self._page_bytes
        for number, page in enumerate(pages):
            pages[number] = b""  # memory has no room for both
            if not rest and len(page) == size:
                filled.append(page)  # the same one, not a copy
                continue
            rest += page
            if len(rest) >= size:
                filled.append(rest[:size])
                rest = rest[size:]
        if rest:
            filled.append(rest)
        return filled

    def _merged(self, pages, changes):
        """The pages that changes, in order, make of others; one without a change stays as it is."""
        merged, done = [], 0
        for page in pages:
            begun, last = done, self._last_key(page)
            while done < len(changes) and changes[done][0][: self._key_bytes] <= last:
                done += 1
            merged += self._changed(page, changes[begun:done]) if done > begun else [page]
        if done < len(changes):
            is_full = not merged or len(merged[-1]) == self._page_bytes
            merged += self._changed(b"" if is_full else merged.pop(), changes[done:])
        return merged

    def _changed(self, page: bytes, changes) -> list[bytes]:
        """The pages that changes make of one."""
        size, key_bytes = self._item_bytes, self._key_bytes
        self._leave_to_flash(page)
        items, at = [], 0
        for item, stays in changes:
            key = item[:key_bytes]
            while at < len(page) and page[at : at + key_bytes] <= key:
                items.append(page[at : at + size])
                at += size
            if items and items[-1][:key_bytes] == key:
                items.pop()
            if stays:
                items.append(item)
        items += [page[at : at + size] for at in range(at, len(page), size)]
        return [b"".join(items[at : at + _PAGE_ITEMS]) for at in range(0, len(items), _PAGE_ITEMS)]

    def _count(self, pages) -> int:
        return sum([len(page) for page in pages]) // self._item_bytes

    def _hold(self, note: bytes, pages, gaps) -> None:
        self.note, self._pages, self.gaps, self.hash = note, pages, gaps, set_hash(*pages)
        self._length = self._count(pages)
        self._head = note + self.hash + bytes((len(pages),))  # of each of its pages in flash


def _in_file(note: bytes, pages):
    """The file of a set, a page at a time."""
    head = note + set_hash(*pages) + bytes((max(1, len(pages)),))
    for number, page in enumerate(pages or (b"",)):
        numbered = head + bytes((number,))
        yield set_hash(numbered, page) + numbered + page
