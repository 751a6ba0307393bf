"""The PN532 badge reader on its serial line (HSU): finds a card, reads its UID, speaks to it.

Bytes in, bytes out; what a badge may do is decided elsewhere. A UID is never printed.
"""

import asyncio

from firmware.logic.access.card import ReaderError
from firmware.logic.const import const

_WAKE_UP = b"\x55\x55" + bytes(14)
_ACK = const(b"\x00\x00\xff\x00\xff\x00")
_START = const(b"\x00\xff")
_TO_READER = const(0xD4)
_FROM_READER = const(0xD5)

_SAM_CONFIGURATION = const(b"\x14\x01")  # normal mode, no security module
_FEW_RETRIES = const(b"\x32\x05\xff\x01\x02")  # RFConfiguration: give up on an empty field at once
_FIELD_OFF = const(b"\x32\x01\x00")  # RFConfiguration; the next search switches it on again
_LIST_ONE_CARD = const(b"\x4a\x01\x00")  # InListPassiveTarget, one target, 106 kbit/s type A
_TO_THE_CARD = const(b"\x40\x01")  # InDataExchange with the target that was listed
_DONE = const(0)  # its status: the card answered, and this is all of it
_AUTO_POLL = const(b"\x60\xff\x01\x00")  # InAutoPoll, for ever, every 150 ms, 106 kbit/s type A

_TRIES = const(3)
# The reader acknowledges within 15 ms; a byte's way and the task's turn come on top.
_ACK_TIMEOUT_S = const(0.030)
_ANSWER_TIMEOUT_S = const(0.200)
# The longest answer, a card with a 10-byte UID and its history, is far shorter.
_BUFFER_BYTES = const(128)


class Pn532:
    """`stream` has `async read()` and `write(data)`."""

    def __init__(self, stream):
        """Nothing is sent yet."""
        self._stream = stream
        self._heard = b""

    async def wake(self) -> None:
        """Bring a sleeping or confused reader to normal mode; raises ReaderError."""
        # An acknowledgement from the host ends whatever the reader was doing.
        await self._command(_SAM_CONFIGURATION, _WAKE_UP + _ACK)
        await self._command(_FEW_RETRIES)
        await self.drop_field()

    async def drop_field(self) -> None:
        """Rest: without a field a card forgets that it was selected; raises ReaderError.

        A card that has been selected as far as ISO 14443-4 answers no search until then.
        """
        await self._command(_FIELD_OFF)

    async def read_card(self, uid: bytes = b"") -> bytes:
        """Select a card, of several the one with this `uid`, and return its UID.

        b"" when there is none; raises ReaderError.
        """
        answer = await self._command(_LIST_ONE_CARD + _cascaded(uid))
        if not answer or not answer[0]:
            return b""
        return _uid(answer[1:])

    async def exchange(self, data: bytes) -> bytes:
        """What the selected card answers to `data`; b"" when nothing whole comes.

        Asked once: what the card has heard twice is not the same to it. A reader that has gone
        shows at the next search.
        """
        try:
            answer = await self._command(_TO_THE_CARD + data, tries=1)
        except ReaderError:
            return b""
        return answer[1:] if answer and answer[0] == _DONE else b""

    async def wait_for_card(self, timeout_s: float) -> bytes:
        """The UID of the next card: the reader looks by itself and says nothing meanwhile.

        b"" after `timeout_s`, when the card went as it came or when the answer is damaged;
        ReaderError when the reader is mute or does not know how to wait.
        """
        answer = await self._command(_AUTO_POLL, b"", timeout_s)
        # number of cards, kind of card, length of what follows
        if len(answer) < 3 or not answer[0]:
            self._stream.write(_ACK)  # ends the search
            return b""
        return _uid(answer[3:])

    async def _command(
        self, command: bytes, before: bytes = b"", patience_s: float = 0.0, tries: int = _TRIES
    ) -> bytes:
        """Send a command until it is acknowledged; return its answer without the code.

        With `patience_s` the answer may begin that late, and none, or a damaged one, is b"".
        """
        for _ in range(tries):
            self._heard = b""
            self._stream.write(before + _frame(command))
            acknowledged = False
            try:
                await asyncio.wait_for(self._acknowledged(), _ACK_TIMEOUT_S)
                acknowledged = True
                if patience_s and not self._heard:
                    await asyncio.wait_for(self._hear(), patience_s)
                answer = await asyncio.wait_for(self._answer(), _ANSWER_TIMEOUT_S)
            except asyncio.TimeoutError:
                if acknowledged and patience_s:
                    return b""
                continue
            if len(answer) >= 2 and answer[0] == _FROM_READER and answer[1] == command[0] + 1:
                return answer[2:]
        raise ReaderError("silent")

    async def _acknowledged(self) -> None:
        while True:
            at = self._heard.find(_ACK)
            if at >= 0:
                self._heard = self._heard[at + len(_ACK) :]
                return
            await self._hear()

    async def _answer(self) -> bytes:
        """The body of the next frame whose two checksums are right."""
        while True:
            start = self._heard.find(_START)
            if start >= 0 and len(self._heard) >= start + 4:
                length = self._heard[start + 2]
                end = start + 4 + length + 1
                if (length + self._heard[start + 3]) & 0xFF:
                    self._heard = self._heard[start + 2 :]
                    continue
                if len(self._heard) >= end:
                    frame, self._heard = self._heard[start + 4 : end], self._heard[end:]
                    if sum(frame) & 0xFF == 0:
                        return frame[:-1]
                    continue
            await self._hear()

    async def _hear(self) -> None:
        self._heard = (self._heard + await self._stream.read())[-_BUFFER_BYTES:]


def _uid(target: bytes) -> bytes:
    """The UID in a card's data: card number, ATQA 2, SAK, UID length, UID."""
    if len(target) < 5 or not target[4] or len(target) < 5 + target[4]:
        raise ReaderError("card")
    return target[5 : 5 + target[4]]


def _cascaded(uid: bytes) -> bytes:
    """A UID as a search for it names it: with the cascade tags that go through the air."""
    head = b""
    while len(uid) > 4:
        head, uid = head + b"\x88" + uid[:3], uid[3:]
    return head + uid


def _frame(command: bytes) -> bytes:
    body = bytes((_TO_READER,)) + command
    head = b"\x00\x00\xff" + bytes((len(body), -len(body) & 0xFF))
    return head + body + bytes((-sum(body) & 0xFF, 0))
