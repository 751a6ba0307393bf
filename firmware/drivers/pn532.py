"""The PN532 badge reader on its serial line (HSU): finds cards, reads their UIDs, speaks to one.

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
_LIST_TWO_CARDS = const(b"\x4a\x02\x00")  # the most that the chip looks for at a time
_HALT_THEM = const(b"\x52\x00")  # InRelease of all: silent until the field has been off
_TO_THE_CARD = const(b"\x40\x01")  # InDataExchange with the target that was listed
_DONE = const(0)  # its status: the card answered, and this is all of it
_AUTO_POLL = const(b"\x60\xff\x01\x00")  # InAutoPoll, for ever, every 150 ms, 106 kbit/s type A

_MOST_AT_A_TIME = const(2)
_SEARCHES = const(4)  # so up to eight cards: more than the field of a wallet can feed
_SPEAKS_ISO_DEP = const(0x20)  # a bit of SAK: the chip has asked for the card's ATS, and tells it

_TRIES = const(3)
# The reader acknowledges within 15 ms; a byte's way comes on top, and the task's turn, which a
# handshake's arithmetic puts off by 15 ms at a time.
_ACK_TIMEOUT_S = const(0.060)
_ANSWER_TIMEOUT_S = const(0.200)
# The longest answer, two cards with 10-byte UIDs and a longish ATS each, is shorter.
_BUFFER_BYTES = const(128)


class Pn532:
    """`stream` has `async read()` and `write(data)`."""

    wake_line = None  # what it says would be lost on a chip that sleeps

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

    async def read_cards(self) -> list:
        """The UIDs of all the cards in the field, none twice; raises ReaderError.

        The chip finds two at a time: those are halted, and it looks for more.
        """
        uids = []
        for _ in range(_SEARCHES):
            found = _listed(await self._command(_LIST_TWO_CARDS))
            more = [uid for uid in found if uid not in uids]
            uids += more
            if len(more) < _MOST_AT_A_TIME:
                break
            await self._command(_HALT_THEM)
        return uids

    async def read_card(self, uid: bytes) -> bytes:
        """Select the card with this UID, which is returned; b"" when there is none.

        Raises ReaderError.
        """
        found = _listed(await self._command(_LIST_ONE_CARD + _cascaded(uid)))
        return found[0] if found else b""

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

    async def wait_for_cards(self, timeout_s: float) -> list:
        """The UIDs of the next cards: the reader looks by itself and says nothing meanwhile.

        None after `timeout_s`, when the card went as it came or when the answer is damaged; not all
        when there are two, which is the most that it tells. ReaderError when the reader is mute or
        does not know how to wait.
        """
        answer = await self._command(_AUTO_POLL, b"", timeout_s)
        uids, at = [], 1
        for _ in range(answer[0] if answer else 0):
            # kind of card, length of what follows
            if len(answer) < at + 2:
                break
            end = at + 2 + answer[at + 1]
            uids.append(_uid(answer, at + 2, end))
            at = end
        if not uids:
            self._stream.write(_ACK)  # ends the search
        return uids

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


def _listed(answer: bytes) -> list:
    """The UIDs in an answer to InListPassiveTarget; raises ReaderError."""
    uids, at = [], 1
    for _ in range(answer[0] if answer else 0):
        uids.append(_uid(answer, at, len(answer)))
        sak, at = answer[at + 3], at + 5 + len(uids[-1])
        if sak & _SPEAKS_ISO_DEP and at < len(answer):
            at += answer[at]  # the ATS, whose first byte is its length
    return uids


def _uid(data: bytes, at: int, end: int) -> bytes:
    """The UID in a card's data: card number, ATQA 2, SAK, UID length, UID; raises ReaderError."""
    uid_at = at + 5
    if uid_at > end or not data[at + 4] or uid_at + data[at + 4] > min(end, len(data)):
        raise ReaderError("card")
    return data[uid_at : uid_at + data[at + 4]]


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
