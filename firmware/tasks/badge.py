"""The reader's loop: waits for cards, has one prove itself, tells the car what the badge did.

A UID becomes a tag here and goes no further, but for that of a card that the car is to learn. A
card whose tag has a key opens nothing by its UID. A phone is no badge, and looked past.
"""

import asyncio

from firmware.logic.access.card import Arrived, Held, ReaderError, is_badge
from firmware.logic.access.ev2 import Proof
from firmware.logic.const import const
from shared_protocol.badges import badge_tag
from shared_protocol.records import ASSURANCE_HIGH, ASSURANCE_LOW

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.logic.access.card import CardPresence
    from firmware.logic.access.card_keys import CardKeys
    from firmware.tasks.parts import Entropy, Reader, Uptime
    from firmware.tasks.vehicle import Vehicle

# One poll takes about 30 ms of radio field; a hand's shortest touch is about 300 ms.
_POLL_EVERY_S = const(0.25)
# So long the reader waits for a card by itself before it is asked whether it is still there; one
# whose plug was loose for a moment is asleep and deaf until then.
_WAIT_S = const(20.0)
# Where a quiet car's wait was in vain, the reader sleeps so long between looks: with a look of some
# 50 ms and a proof of some 150 a card that is held there for a second has been heard. A field that
# is on a tenth of the time would draw 3 mA, nearly half of what the box may (docs/power.md).
_REST_S = const(0.7)
# A reader that is missing or unplugged is looked for again this often.
_WAKE_AGAIN_S = const(2.0)
# A card that falls silent in mid proof may have moved, so it is asked again as long as it is there;
# one that is there and never answers is a UID and no more.
_ATTEMPTS = const(3)
_RANDOM_BYTES = const(16)


class BadgeTask:
    """Joins a badge reader to CardPresence and the proof."""

    def __init__(
        self,
        *,
        reader: "Reader",
        presence: "CardPresence",
        badge_key: bytes,
        card_keys: "CardKeys",
        aes: "Callable",
        entropy: "Entropy",
        uptime: "Uptime",
        vehicle: "Vehicle",
    ):
        """Take the parts; `badge_key` (32 bytes) keys the tags, `aes` is cryptolib's."""
        self._reader = reader
        self._presence = presence
        self._badge_key = badge_key
        self._card_keys = card_keys
        self._aes = aes
        self._entropy = entropy
        self._uptime = uptime
        self._vehicle = vehicle
        self._can_wait = True  # until the reader shows that it cannot
        self._in_vain = False  # whether a quiet car's last wait was
        self._cards = False  # whether any lies there, badge or not
        self._card_told = False  # whether the car has been told of the card that is there

    async def run(self) -> None:
        """Let the reader wait for a card, then poll it until the field is empty; for ever.

        Where the car is quiet and nobody has come, the reader sleeps and looks in between.
        """
        while True:
            try:
                await self._reader.wake()
                while True:
                    rests = self._may_rest
                    uids = await self._look()
                    self._cards = bool(uids)
                    await self._tell([uid for uid in uids if is_badge(uid)])
                    if rests and not self._is_watched:
                        continue
                    await self._reader.drop_field()
                    if self._is_watched or not self._can_wait:
                        await asyncio.sleep(_POLL_EVERY_S)
            except ReaderError:
                await asyncio.sleep(_WAKE_AGAIN_S)

    @property
    def _is_watched(self) -> bool:
        """Whether cards lie there, or did a moment ago: a badge may come beside them."""
        return self._cards or self._presence.occupied

    @property
    def _may_rest(self) -> bool:
        return self._vehicle.quiet and self._in_vain and not self._is_watched

    async def _look(self) -> list:
        """The UIDs of the cards that are there, or come while the reader may wait for them."""
        if self._may_rest:
            await self._reader.rest()
            await asyncio.sleep(_REST_S)
            return await self._reader.read_cards()
        may_be_in_vain = self._reader.can_rest and self._vehicle.quiet and not self._is_watched
        if self._can_wait and not self._is_watched:
            uids = await self._wait()
        else:
            uids = await self._reader.read_cards()
        self._in_vain = may_be_in_vain and not uids
        return uids

    async def _wait(self) -> list:
        """The next cards' UIDs. A reader that cannot wait by itself is polled from then on."""
        try:
            uids = await self._reader.wait_for_cards(_WAIT_S)
        except ReaderError:
            uids = await self._reader.read_cards()  # raises when it is the reader that is gone
            self._can_wait = False
            return uids
        if len(uids) == 1:
            return uids
        if uids:  # perhaps not all of them, and these are selected
            await self._reader.drop_field()
        return await self._reader.read_cards() or uids

    async def _tell(self, uids: list) -> None:
        for event in self._presence.seen(uids, self._uptime.now_ms(), self._rank):
            tag = badge_tag(self._badge_key, event.uid)
            if isinstance(event, Arrived):
                await self._arrived(tag, event.uid)
            elif not self._card_told:
                continue
            elif isinstance(event, Held):
                await self._vehicle.badge_held(tag)
            else:
                await self._vehicle.badge_left(tag, event.was_held)

    def _rank(self, uid: bytes) -> int:
        return self._vehicle.badge_rank(badge_tag(self._badge_key, uid))

    async def _arrived(self, tag: bytes, uid: bytes) -> None:
        self._card_told = False
        key = self._card_keys.of(tag)
        if key is None and self._card_keys.may_lack(tag):  # its number alone would open as a copy's
            await self._vehicle.badge_not_genuine(tag)
            return
        if key is None:
            self._card_told = True
            uid = uid if self._vehicle.learns and await self._is_alone(uid) else b""
            await self._vehicle.badge_arrived(tag, ASSURANCE_LOW, uid)
            return
        genuine = None
        try:
            genuine = await self._prove(uid, key)
        finally:
            if genuine is None:  # it left, or the reader did: it may come again, at once
                self._presence.forget()
                self._cards = False
        if genuine:
            self._card_told = True
            await self._vehicle.badge_arrived(tag, ASSURANCE_HIGH)
        elif genuine is False:
            self._presence.disown()
            await self._vehicle.badge_not_genuine(tag)

    async def _is_alone(self, uid: bytes) -> bool:
        """Whether no other badge lies there, which may be the one that is meant."""
        try:
            await self._reader.drop_field()
            found = await self._reader.read_cards()
        except ReaderError:
            return False
        return not [other for other in found if other != uid and is_badge(other)]

    async def _prove(self, uid: bytes, key: bytes) -> bool | None:
        """Whether the card is genuine, None when it is not there any more; raises ReaderError."""
        for _ in range(_ATTEMPTS):
            await self._reader.drop_field()
            if await self._reader.read_card(uid) != uid:
                return None
            proof = Proof(self._aes, key, self._entropy(_RANDOM_BYTES))
            while proof.command:
                proof.take(await self._reader.exchange(proof.command))
            if proof.genuine is not None:
                return proof.genuine
        return False
