"""The reader's loop: polls for a card at low duty and tells the car what the badge did.

A UID becomes a tag here and goes no further.
"""

import asyncio

from firmware.drivers.pn532 import ReaderError
from firmware.logic.card import Arrived, CardPresence, Held
from firmware.logic.const import const
from shared_protocol.badges import badge_tag

# One poll takes about 30 ms of radio field; a hand's shortest touch is about 300 ms.
_POLL_EVERY_S = const(0.25)
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

    async def run(self) -> None:
        """Poll for ever."""
        while True:
            try:
                await self._reader.wake()
                while True:
                    await self._poll()
                    await asyncio.sleep(_POLL_EVERY_S)
            except ReaderError:
                await asyncio.sleep(_WAKE_AGAIN_S)

    async def _poll(self) -> None:
        uid = await self._reader.read_card()
        for event in self._presence.seen(uid, self._uptime.now_ms()):
            tag = badge_tag(self._badge_key, event.uid)
            if isinstance(event, Arrived):
                await self._vehicle.badge_arrived(tag)
            elif isinstance(event, Held):
                await self._vehicle.badge_held(tag)
            else:
                await self._vehicle.badge_left(tag, event.was_held)
