"""Items of one size, sorted, in one file of the flash: found there, so that they cost no heap.

A new set comes in parts, in order, is merged into a file beside the one in force, and takes its
place in one step when it is complete; until then, and after any failure, nothing has changed. What
an item means, and whether a set is the one that is wanted, is the caller's.

The file: the items one after the other, then a tail of the caller's, whose last 8 bytes are the
hash of the items (the first 8 of their SHA-256). `storage` is FlashStore or stands in for it.
"""

from hashlib import sha256

from firmware.logic.const import const

# What is read at once: a small block is found also in a heap that is nearly full.
_CHUNK_ITEMS = const(8)
_COMING = const(".in")
_MERGED = const(".out")
_HASH_BYTES = const(8)


class FlashTable:
    """Attributes to read: `count` (items in force), `tail` (b"" when there is no sound file)."""

    def __init__(self, storage, name: str, item_bytes: int, tail_bytes: int, most: int, order):
        """Look at what flash holds.

        Args:
            storage: where the file is.
            name: of the file.
            item_bytes: the size of an item.
            tail_bytes: the size of the tail.
            most: how many items are taken at most.
            order: a function that gives the bytes an item is sorted by.
        """
        self._storage = storage
        self._name = name
        self._item_bytes = item_bytes
        self._most = most
        self._order = order
        self._parts_taken = -1  # of the set that comes in; -1: only a part 0 begins
        self._taking = None  # the name of that set
        self._coming_count = 0
        self.count = 0
        self.tail = b""
        try:
            items, rest = divmod(storage.size(name) - tail_bytes, item_bytes)
            with storage.open(name, "rb") as file:
                found = _hash(self._chunks(file, items))
                tail = file.read(tail_bytes)
        except OSError:  # there is none, or flash does not give it
            return
        if items >= 0 and not rest and found == tail[-_HASH_BYTES:]:
            self.count = items
            self.tail = tail

    def find(self, prefix: bytes) -> list[bytes]:
        """Every item in force whose order begins with `prefix`; none when flash fails."""
        found = []
        try:
            with self._storage.open(self._name, "rb") as file:
                low, high = 0, self.count
                while low < high:
                    middle = (low + high) // 2
                    if self._order(self._item(file, middle)) < prefix:
                        low = middle + 1
                    else:
                        high = middle
                while low < self.count:
                    item = self._item(file, low)
                    if self._order(item)[: len(prefix)] != prefix:
                        break
                    found.append(item)
                    low += 1
        except OSError:
            pass
        return found

    def chunks(self):
        """Yield the items in force, some at a time in one bytes object.

        To be asked to the end: only then is the file closed.
        """
        try:
            with self._storage.open(self._name, "rb") as file:
                yield from self._chunks(file, self.count)
        except OSError:
            pass

    def take_part(self, name, part: int, parts: int, items: list[bytes], from_force: bool, gone):
        """Put one part of a new set into it; part 0 begins a set, with the items in force or none.

        Args:
            name: of the set, the same for each of its parts.
            part: from 0 on.
            parts: how many there are.
            items: in any order, which is changed; no two of the same, one of an earlier part goes.
            from_force: whether the set begins with the items in force.
            gone: a function that says of an item that it only takes that other one away.

        Returns:
            The hash of the new set when this was its last part, None when more are to come.

        Raises:
            OSError: the flash refused, the part is out of order or names an item twice, or the set
                is too long. What was begun is dropped.
        """
        in_order = part == 0 or (part == self._parts_taken and name == self._taking)
        self._parts_taken = -1
        if part == 0:
            self._coming_count = self._begin(from_force)
        items.sort(key=self._order)
        for i in range(1, len(items)):
            if self._order(items[i - 1]) == self._order(items[i]):
                raise OSError
        if not in_order or self._coming_count + len(items) > self._most:
            raise OSError
        self._coming_count = self._merge(items, gone)
        self._taking = name
        if part + 1 < parts:
            self._parts_taken = part + 1
            return None
        return self._coming_hash()

    def _begin(self, from_force: bool) -> int:
        with self._storage.open(self._name + _COMING, "wb") as file:
            if from_force:
                for chunk in self.chunks():
                    file.write(chunk)
        return self.count if from_force else 0

    def _merge(self, items: list[bytes], gone) -> int:
        """Put sorted items into the new set; return how many it has then."""
        coming, merged = self._name + _COMING, self._name + _MERGED
        held = self._storage.size(coming) // self._item_bytes
        if self._goes_behind(coming, held, items) and not any(map(gone, items)):
            with self._storage.open(coming, "ab") as out:
                for item in items:
                    out.write(item)
            return held + len(items)
        with self._storage.open(merged, "wb") as out, self._storage.open(coming, "rb") as file:
            at = count = 0
            for chunk in self._chunks(file, held):
                last = self._order(chunk[-self._item_bytes :])
                if at == len(items) or last < self._order(items[at]):
                    out.write(chunk)  # nothing changes in it
                    count += len(chunk) // self._item_bytes
                    continue
                for start in range(0, len(chunk), self._item_bytes):
                    old = chunk[start : start + self._item_bytes]
                    order = self._order(old)
                    while at < len(items) and self._order(items[at]) < order:
                        count += _put(out, items[at], gone)
                        at += 1
                    if at < len(items) and self._order(items[at]) == order:
                        continue
                    out.write(old)
                    count += 1
            for item in items[at:]:
                count += _put(out, item, gone)
        self._storage.rename(merged, coming)
        return count

    def _goes_behind(self, coming: str, held: int, items: list[bytes]) -> bool:
        """Whether sorted items all come after what is there: a set is sent in that order."""
        if not held or not items:
            return True
        with self._storage.open(coming, "rb") as file:
            return self._order(self._item(file, held - 1)) < self._order(items[0])

    def _coming_hash(self) -> bytes:
        coming = self._name + _COMING
        with self._storage.open(coming, "rb") as file:
            items = self._storage.size(coming) // self._item_bytes
            return _hash(self._chunks(file, items))

    def finish(self, tail: bytes) -> None:
        """Put the new set in force; `tail` ends with its hash. OSError: the flash refused."""
        coming = self._name + _COMING
        count = self._storage.size(coming) // self._item_bytes
        self._storage.append(coming, tail)
        self._storage.rename(coming, self._name)
        self.count = count
        self.tail = tail

    def _item(self, file, number: int) -> bytes:
        file.seek(number * self._item_bytes)
        return file.read(self._item_bytes)

    def _chunks(self, file, items: int):
        while items > 0:
            count = min(items, _CHUNK_ITEMS)
            yield file.read(count * self._item_bytes)
            items -= count


def _put(out, item: bytes, gone) -> int:
    """Write an item unless it only takes one away; return how many that is."""
    if gone(item):
        return 0
    out.write(item)
    return 1


def _hash(chunks) -> bytes:
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()[:_HASH_BYTES]
