r"""How entries are chained, and what is found when somebody has changed one: pure.

Format. The hash of an entry is SHA-256 over the hash of the entry before it (64 hexadecimal digits;
64 zeros before the first), a line feed, and the entry as JSON: the list of its fields in the order
of `Entry`, without blanks, in ASCII (RFC 8259, `\u` escapes). Anybody can recompute it from the
export. Beside it stands a seal, HMAC-SHA256 of the hash under a key that is not in the database:
who has the file alone can make a chain, but no seals.

The entries of one UTC day, as they came, are a day; its head is the hash of its last entry. So each
head covers all that came before it. A day past its date loses its entries and keeps its head, from
which the next one goes on. A day has a seal too, over its numbers, its head, when it was erased and
whether another day followed: nobody shortens a chain, takes its last days off, or passes a removal
off as an erasing, without the key. Where a clock goes back, a new day of the earlier date begins:
the order is that of the numbers.

What this does not find: a database and its key both in the hands of one who rewrites all, or an
older state of it put back, seals and all. A head noted elsewhere finds both (`Head`).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.fleet.audit import Entry

DAY_S = 24 * 3600
FIRST = "0" * 64
"""What the first entry goes on from."""

Seal = Callable[[str], str]


class Fault(StrEnum):
    """What is wrong with an entry or a day, in the words of a command."""

    CHANGED = "the entry is not the one that was written, or one before it is missing"
    FORGED = "the entry was not written by this server"
    DAY_FORGED = "the day was not written by this server"
    DAY_MISSING = "a day before this one is missing"
    DAYS_MISSING = "days after this one are missing"
    ENTRIES_MISSING = "the last entries of this day are missing"
    TOO_MANY = "there are entries of no day"
    NOT_THERE = "the head that was noted is not in this chain"


@dataclass(frozen=True, slots=True)
class Chained:
    """An entry with its hash and seal."""

    entry: Entry
    hash: str
    seal: str


@dataclass(frozen=True, slots=True)
class Day:
    """Entries of a day: from which number to which, and the head. `day` counts from 1970.

    `after_id` is the day before it, `erased_at_s` when its entries were erased, or None.
    """

    audit_day_id: int
    after_id: int | None
    day: int
    first_id: int
    last_id: int
    head: str
    seal: str
    erased_at_s: int | None

    @property
    def date(self) -> str:
        """Return which day it is: 2026-11-28."""
        return date_of(self.day)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry's number and hash; all before it stands fast, once it is known elsewhere."""

    audit_id: int
    hash: str

    def __str__(self) -> str:
        """Return NUMBER:HASH."""
        return f"{self.audit_id}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that is wrong: which, at which entry (None: no single one), on which day."""

    fault: Fault
    audit_id: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a chain says of itself; `set_back` are entries before which the clock was set back."""

    entries: int
    erased_days: int
    head: Head | None
    set_back: tuple[int, ...] = ()
    broken: Broken | None = None


def day_of(at_s: int) -> int:
    """Return the UTC day of an instant, counted from 1970."""
    return at_s // DAY_S


def date_of(day: int) -> str:
    """Return the date of a day counted from 1970: 2026-11-28; of no year there is, its number."""
    try:
        return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
    except OverflowError:
        return f"day {day}"


def hash_of(before: str, entry: Entry) -> str:
    """Return the hash of an entry that comes after one of that hash."""
    said = json.dumps([getattr(entry, name) for name in Entry.__slots__], separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{said}".encode()).hexdigest()


def sealed_words(day: Day, *, is_followed: bool = False) -> str:
    """Return what the seal of a day is over; `is_followed`: another day has begun since.

    Of days that were over before seals said so, they say nothing: such a one is believed where
    another day follows, and of the last no more is to be said.
    """
    numbers = (day.audit_day_id, day.after_id, day.day, day.first_id, day.last_id)
    followed = ["followed"] if is_followed else []
    said = ["day", *numbers, day.head, day.erased_at_s, *followed]
    return json.dumps(said, separators=(",", ":"))


def past_date(days: Iterable[Day], before_s: int, now_s: int) -> Iterator[Day]:
    """Say which days lose their entries: all that lies wholly before an instant, the oldest first.

    A day of a date still to come was written under a wrong clock: it goes with its neighbours.
    """
    for day in days:
        if day.erased_at_s is not None:
            continue
        is_past = (day.day + 1) * DAY_S <= before_s
        if not is_past and day.day <= day_of(now_s):
            return
        yield day


def verify(
    days: Iterable[Day], entries: Iterable[Chained], seal: Seal, known: Head | None = None
) -> Verdict:
    """Walk a chain from its beginning to the first fault.

    Args:
        days: all, by number.
        entries: all, by number; read as the walk goes on.
        seal: seals under the server's key.
        known: a head that was noted elsewhere, through which the chain must go.
    """
    walk = _Walk(iter(entries), seal, known)
    for day in days:
        walk.through(day)
        if walk.broken is not None:
            return walk.verdict()
    left = next(walk.entries, None)
    if left is not None:
        walk.broken = Broken(Fault.TOO_MANY, left.entry.audit_id, day_of(left.entry.at_s))
    elif walk.must_go_on:
        walk.broken = walk.cut_off()
    elif known is not None and not walk.met:
        walk.broken = Broken(Fault.NOT_THERE, known.audit_id, None)
    return walk.verdict()


class _Walk:
    """Where a verification has come to."""

    def __init__(self, entries: Iterator[Chained], seal: Seal, known: Head | None) -> None:
        self.entries = entries
        self.broken: Broken | None = None
        self.met = False
        self.must_go_on = False  # the last day was followed by another
        self._seal = seal
        self._known = known
        self._before: Day | None = None
        self._head = FIRST
        self._count = self._erased = 0
        self._last_s: int | None = None
        self._set_back: list[int] = []

    def verdict(self) -> Verdict:
        """Return what was found so far."""
        last = self._before
        head = None if last is None else Head(last.last_id, last.head)
        return Verdict(self._count, self._erased, head, tuple(self._set_back), self.broken)

    def cut_off(self) -> Broken:
        """Say that days after the last one are missing."""
        assert self._before is not None, "a day that was followed"
        return Broken(Fault.DAYS_MISSING, None, self._before.day)

    def through(self, day: Day) -> None:
        """Check a day and the entries that are its own."""
        before = self._before
        self.must_go_on = day.seal == self._seal(sealed_words(day, is_followed=True))
        if day.after_id != (None if before is None else before.audit_day_id):
            self._break(Fault.DAY_MISSING, None, day)
        elif not self.must_go_on and day.seal != self._seal(sealed_words(day)):
            self._break(Fault.DAY_FORGED, None, day)
        elif day.erased_at_s is not None:
            self._erased += 1
            self._pass(day.last_id, day.head)
            if self._known is not None:  # what lay within it cannot be compared any more
                self.met |= day.first_id <= self._known.audit_id < day.last_id
        else:
            self._through_entries(day)
        self._before = day

    def _through_entries(self, day: Day) -> None:
        missing_id = day.first_id  # should the day end here
        for each in self.entries:
            number = each.entry.audit_id
            if number > day.last_id:
                return self._break(Fault.ENTRIES_MISSING, missing_id, day)
            missing_id = day.last_id
            if each.hash != hash_of(self._head, each.entry):
                return self._break(Fault.CHANGED, number, day)
            if each.seal != self._seal(each.hash):
                return self._break(Fault.FORGED, number, day)
            if self._last_s is not None and each.entry.at_s < self._last_s:
                self._set_back.append(number)
            self._last_s = each.entry.at_s
            self._count += 1
            self._pass(number, each.hash)
            if number == day.last_id:
                break
        if self._head != day.head:
            self._break(Fault.ENTRIES_MISSING, missing_id, day)
        return None

    def _pass(self, number: int, head: str) -> None:
        self._head = head
        self.met = self.met or self._known == Head(number, head)

    def _break(self, fault: Fault, number: int | None, day: Day) -> None:
        self.broken = Broken(fault, number, day.day)
