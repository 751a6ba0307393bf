"""What badges do at the reader: arrive, are held, leave. Knows neither badges nor trips.

Several cards may lie there: one counts, the others are looked past. How much each may do is the
caller's to say.
"""

from collections import namedtuple

from firmware.logic.const import const

Arrived = namedtuple("Arrived", ("uid",))
Held = namedtuple("Held", ("uid",))
"""Once per presentation."""
Left = namedtuple("Left", ("uid", "was_held"))


class ReaderError(Exception):
    """The reader does not answer, or answers nonsense."""


# Single size UIDs that are no card's own (ISO/IEC 14443-3, NXP's AN10927): 08 begins one that was
# made up when the field came, by phones and bank cards; 88 only a longer one; and many phones say
# this one. The server takes none of them for a badge either (server/fleet/badges/numbers.py).
_SINGLE_SIZE = const(4)
_MADE_UP = const(0x08)
_CASCADE_TAG = const(0x88)
_OF_MANY_PHONES = const(b"\x01\x02\x03\x04")


def is_badge(uid: bytes) -> bool:
    """Whether a badge can have this UID."""
    if len(uid) != _SINGLE_SIZE:
        return bool(uid)
    return uid[0] not in (_MADE_UP, _CASCADE_TAG) and uid != _OF_MANY_PHONES


# How much a card may do, as `seen` is told.
RANK_UNKNOWN = 0
RANK_REFUSED = 1
RANK_RIDES = 2  # from here on it has a right
RANK_TECHNICIAN = 3  # from here on something follows when it is held or leaves
RANK_GRANTED = 4
RANK_DRIVER = 5

_HOLD_MS = const(3000)
# A card in a hand misses a poll now and then, and one at the edge of the field several: this long
# without it, it has left. Seen again sooner, it was there all the time.
_GONE_AFTER_MS = const(1000)

# For CardPresence, with a reader that cannot be asked and tells a card as it comes: some say it
# again while it is held, others once. There a card is held when it is told again after a count of
# two, and has left when it has not been for so long, or when another is told.
TOLD_AS_THEY_COME = {"hold_ms": 1500, "gone_ms": 4000, "other_ms": 500}

# A reader that was mute for longer has not seen what the cards did: they did nothing.
_BLIND_AFTER_MS = const(5000)


class CardPresence:
    """Turns the answers of a polled reader into events, so that a held card counts once.

    Of several cards in the field the first that has a right counts until it has left; of those that
    come together the one that may do most. A card without a right is told when it comes, once, and
    gives way to one that has; unknown ones that come one after the other, as the ever new UIDs of
    one phone would, are one.
    """

    def __init__(
        self,
        *,
        hold_ms: int = _HOLD_MS,
        gone_ms: int = _GONE_AFTER_MS,
        other_ms: int = _GONE_AFTER_MS,
    ):
        """Begin with an empty field.

        Args:
            hold_ms: a card seen again that long after it came is held.
            gone_ms: a card not seen for that long has left.
            other_ms: so has one not seen for that long while another has come.
        """
        self._hold_ms = hold_ms
        self._gone_ms = gone_ms
        self._other_ms = other_ms
        self._uid = b""  # of the card that counts
        self._rank = RANK_UNKNOWN
        self._since_ms = self._looked_ms = 0
        self._held = False
        self._seen_ms = {}  # the card that counts and those looked past: when each was seen last

    @property
    def occupied(self) -> bool:
        """Whether a card that counts is taken to be in the field."""
        return bool(self._uid)

    def forget(self) -> None:
        """Take the card that counts as never come: seen again, it arrives anew."""
        self._seen_ms.pop(self._uid, None)
        self._uid = b""

    def disown(self) -> None:
        """The card that counts is not what it said: it gives way to any that has a right."""
        self._rank = RANK_UNKNOWN

    def seen(self, uids, now_ms: int, rank_of) -> list:
        """Take one answer of the reader; return the events it means.

        Args:
            uids: of the cards that it found, none or several.
            now_ms: of the box's uptime.
            rank_of: gives the RANK_* of a UID; asked of cards that have come.
        """
        events = []
        if now_ms - self._looked_ms > _BLIND_AFTER_MS:
            self.forget()
            self._seen_ms.clear()
        self._looked_ms = now_ms
        come = [uid for uid in uids if uid not in self._seen_ms]
        if self._uid and self._uid not in uids and self._is_gone(now_ms, bool(come)):
            events.append(Left(self._uid, self._held))
            self.forget()
        unknown_before = False
        for uid in tuple(self._seen_ms):
            if uid in uids:
                self._seen_ms[uid] = now_ms
            elif now_ms - self._seen_ms[uid] >= self._gone_ms:
                del self._seen_ms[uid]
                continue
            unknown_before = unknown_before or now_ms - self._seen_ms[uid] < self._other_ms
        best, rank = b"", -1
        for uid in come:
            its_rank = rank_of(uid)
            if its_rank > rank:
                best, rank = uid, its_rank
            if its_rank < RANK_RIDES:
                self._seen_ms[uid] = now_ms
        if best and self._counts(rank, now_ms, unknown_before):
            if self._uid:
                events.append(Left(self._uid, self._held))
            self._uid, self._rank = best, rank
            self._since_ms = self._seen_ms[best] = now_ms
            self._held = False
            events.append(Arrived(best))
        elif self._uid in uids and not self._held and now_ms - self._since_ms >= self._hold_ms:
            self._held = True
            events.append(Held(self._uid))
        return events

    def _is_gone(self, now_ms: int, another_came: bool) -> bool:
        unseen_ms = now_ms - self._seen_ms[self._uid]
        return unseen_ms >= (self._other_ms if another_came else self._gone_ms)

    def _counts(self, rank: int, now_ms: int, unknown_before: bool) -> bool:
        """Whether a card that has come is the one that counts from now on."""
        if not self._uid:
            return rank > RANK_UNKNOWN or not unknown_before
        if self._rank >= RANK_TECHNICIAN:
            return False
        # Two that are refused are two people's when one came later than a wallet's cards do.
        later = now_ms - self._since_ms >= self._gone_ms
        return rank > self._rank or (rank == self._rank == RANK_REFUSED and later)
