"""What a badge does at the reader: arrives, is held, leaves. Knows neither badges nor trips."""

from collections import namedtuple

from firmware.logic.const import const

Arrived = namedtuple("Arrived", ("uid",))
Held = namedtuple("Held", ("uid",))
"""Once per presentation."""
Left = namedtuple("Left", ("uid", "was_held"))


class ReaderError(Exception):
    """The reader does not answer, or answers nonsense."""


_HOLD_MS = const(3000)
# A card in a hand misses a poll now and then; this long without it, it has left. Until then it is
# the only one: of two cards in one wallet the reader may show now this one, now that.
_GONE_AFTER_MS = const(500)

# For CardPresence, with a reader that cannot be asked and tells a card as it comes: some say it
# again while it is held, others once. There a card is held when it is told again after a count of
# two, and has left when it has not been for so long.
TOLD_AS_THEY_COME = {"hold_ms": 1500, "gone_ms": 4000}

# A reader that was mute for longer has not seen what the card did: it did nothing.
_BLIND_AFTER_MS = const(5000)


class CardPresence:
    """Turns the answers of a polled reader into events, so that a held card counts once."""

    def __init__(self, *, hold_ms: int = _HOLD_MS, gone_ms: int = _GONE_AFTER_MS):
        """Begin with an empty field.

        Args:
            hold_ms: a card seen again that long after it came is held.
            gone_ms: a card not seen for that long has left. Another card takes its place sooner.
        """
        self._hold_ms = hold_ms
        self._gone_ms = gone_ms
        self._uid = b""
        self._since_ms = 0
        self._seen_ms = self._looked_ms = 0
        self._held = False

    @property
    def occupied(self) -> bool:
        """Whether a card is taken to be in the field."""
        return bool(self._uid)

    def forget(self) -> None:
        """Take the card as never come: seen again, it arrives anew."""
        self._uid = b""

    def seen(self, uid: bytes, now_ms: int) -> list:
        """Take one answer of the reader (b"": no card); return the events it means."""
        events = []
        if now_ms - self._looked_ms > _BLIND_AFTER_MS:
            self._uid = b""
        self._looked_ms = now_ms
        gone_ms = _GONE_AFTER_MS if uid else self._gone_ms
        if self._uid and uid != self._uid and now_ms - self._seen_ms >= gone_ms:
            events.append(Left(self._uid, self._held))
            self._uid = b""
        if uid and not self._uid:
            self._uid = uid
            self._since_ms = now_ms
            self._held = False
            events.append(Arrived(uid))
        if uid and uid == self._uid:
            self._seen_ms = now_ms
            if not self._held and now_ms - self._since_ms >= self._hold_ms:
                self._held = True
                events.append(Held(uid))
        return events
