"""The reader's loop: waits for a card and tells the car what the badge did.

A UID becomes a tag here and goes no further.
"""

import asyncio

from firmware.drivers.pn532 import ReaderError
from firmware.logic.card import Arrived, CardPresence, Held
from firmware.logic.const import const
from shared_protocol.badges import badge_tag
from shared_protocol.records import ASSURANCE_LOW

# One poll takes about 30 ms of radio field; a hand's shortest touch is about 300 ms.
_POLL_EVERY_S = const(0.25)
# So long the reader waits for a card by itself before it is asked whether it is still there.
_WAIT_S = const(60.0)
# A reader that is missing or unplugged is looked for again this often.
_WAKE_AGAIN_S = const(2.0)


class BadgeTask:
    """Joins a Pn532 to CardPresence."""

    def __init__(self, reader, badge_key: bytes, uptime, vehicle):
        """Take the parts; `badge_key` (32 bytes) keys the tags."""
        self._reader = reader
        self._badge_key = badge_key
        self._uptime = uptime
        self._vehicle = vehicle
        self._presence = CardPresence()
        self._waits = True  # until the reader shows that it cannot

    async def run(self) -> None:
        """Let the reader wait for a card, then poll it until the card has gone; for ever."""
        while True:
            try:
                await self._reader.wake()
                while True:
                    if self._waits and not self._presence.occupied:
                        await self._tell(await self._wait())
                    else:
                        await self._tell(await self._reader.read_card())
                    if self._presence.occupied or not self._waits:
                        await asyncio.sleep(_POLL_EVERY_S)
            except ReaderError:
                await asyncio.sleep(_WAKE_AGAIN_S)

    async def _wait(self) -> bytes:
        """The next card's UID. A reader that cannot wait by itself is polled from then on."""
        try:
            uid = await self._reader.wait_for_card(_WAIT_S)
        except ReaderError:
            await self._reader.read_card()  # raises when it is the reader that is gone
            self._waits = False
            return b""
        if not uid:
            await self._reader.read_card()
        return uid

    async def _tell(self, uid: bytes) -> None:
        for event in self._presence.seen(uid, self._uptime.now_ms()):
            tag = badge_tag(self._badge_key, event.uid)
            if isinstance(event, Arrived):
                await self._vehicle.badge_arrived(tag, ASSURANCE_LOW)
            elif isinstance(event, Held):
                await self._vehicle.badge_held(tag)
            else:
                await self._vehicle.badge_left(tag, event.was_held)
