"""The PN532 badge reader: finds cards, reads their UIDs, speaks to one, rests in between.

Frames in, frames out; what a badge may do is decided elsewhere. A UID is never printed. Commands
and frames are those of NXP's UM0701-02.
"""

import asyncio

from firmware.logic.access.card import ReaderError
from firmware.logic.const import const

_ACK = const(b"\x00\x00\xff\x00\xff\x00")
_START = const(b"\x00\xff")
_TO_READER = const(0xD4)
_FROM_READER = const(0xD5)

# Normal mode, no security module, its timeout (unused), IRQ driven.
_SAM_CONFIGURATION = const(b"\x14\x01\x14\x01")
_POWER_DOWN = const(b"\x16\x80")  # until its own address is heard on I2C
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
# It does not acknowledge its address while it wakes (up to 2 ms), or right after a frame.
_CALLS = const(5)
_CALL_AGAIN_S = const(0.002)
# The reader acknowledges within 15 ms; the task's turn comes on top, which a handshake's arithmetic
# puts off by 15 ms at a time.
_ACK_TIMEOUT_S = const(0.060)
_ANSWER_TIMEOUT_S = const(0.200)

# What comes with an answer's data: preamble, start, length 2, direction and code; checksum, end.
_AROUND_BYTES = const(9)
# One card in an answer: numbers and lengths 6, UID 10, an ATS of 20 and two to spare.
_CARD_BYTES = const(38)
_LIST_BYTES = const(1 + 2 * 38)
_EXCHANGE_BYTES = const(1 + 64)


class Pn532:
    """`bus` has `free()`, `write`, `read`, `soon()` and `async ready()`; see pn532_bus.py.

    Attributes:
        can_rest: whether it may sleep between looks, and must be asked then.
        wake_line: the pin that ends a light sleep of the chip, and what to call then.
    """

    can_rest = True

    def __init__(self, bus):
        """Nothing is sent yet."""
        self._bus = bus
        self.wake_line = bus.wake_line

    async def wake(self) -> None:
        """Bring a sleeping or confused reader to normal mode; raises ReaderError."""
        self._bus.free()
        await self._command(_SAM_CONFIGURATION)
        await self._command(_FEW_RETRIES)
        await self.drop_field()

    async def rest(self) -> None:
        """Sleep without a field until it is asked for something; raises ReaderError.

        It is in normal mode again then: libnfc's I2C driver, too, asks for that only once.
        """
        await self._command(_POWER_DOWN, 1)

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
            found = _listed(await self._command(_LIST_TWO_CARDS, _LIST_BYTES))
            more = [uid for uid in found if uid not in uids]
            uids += more
            if len(more) < _MOST_AT_A_TIME:
                break
            await self._command(_HALT_THEM, 1)
        return uids

    async def read_card(self, uid: bytes) -> bytes:
        """Select the card with this UID, which is returned; b"" when there is none.

        Raises ReaderError.
        """
        found = _listed(await self._command(_LIST_ONE_CARD + _cascaded(uid), _CARD_BYTES))
        return found[0] if found else b""

    async def exchange(self, data: bytes) -> bytes:
        """What the selected card answers to `data`; b"" when nothing whole comes.

        Asked once: what the card has heard twice is not the same to it. A reader that has gone
        shows at the next search.
        """
        try:
            answer = await self._command(_TO_THE_CARD + data, _EXCHANGE_BYTES, tries=1)
        except ReaderError:
            return b""
        return answer[1:] if answer and answer[0] == _DONE else b""

    async def wait_for_cards(self, timeout_s: float) -> list:
        """The UIDs of the next cards: the reader looks by itself and says nothing meanwhile.

        None after `timeout_s`, when the card went as it came or when the answer is damaged; not all
        when there are two, which is the most that it tells. ReaderError when the reader is mute or
        does not know how to wait.
        """
        answer = await self._command(_AUTO_POLL, _LIST_BYTES, timeout_s)
        uids, at = [], 1
        for _ in range(answer[0] if answer else 0):
            # kind of card, length of what follows
            if len(answer) < at + 2:
                break
            end = at + 2 + answer[at + 1]
            uids.append(_uid(answer, at + 2, end))
            at = end
        if not uids:
            await self._end()
        return uids

    async def _end(self) -> None:
        """End what it is doing, by an acknowledgement."""
        try:
            await self._call(self._bus.write, _ACK)
        except OSError:
            pass  # the next command finds out

    async def _command(
        self, command: bytes, size: int = 0, patience_s: float = 0.0, tries: int = _TRIES
    ) -> bytes:
        """Send a command until it is acknowledged; return its answer, `size` bytes at most.

        With `patience_s` the answer may begin that late, and none, or a damaged one, is b"".
        """
        for _ in range(tries):
            try:
                await self._call(self._bus.write, _frame(command))
                if await self._read(len(_ACK), _ACK_TIMEOUT_S, soon=True) != _ACK:
                    continue
                timeout_s = patience_s or _ANSWER_TIMEOUT_S
                answer = _body(
                    await self._read(_AROUND_BYTES + size, timeout_s, soon=size < _CARD_BYTES)
                )
            except OSError:
                continue
            if len(answer) >= 2 and answer[0] == _FROM_READER and answer[1] == command[0] + 1:
                return answer[2:]
            if patience_s and not answer:
                return b""
        raise ReaderError("silent")

    async def _read(self, count: int, timeout_s: float, soon: bool) -> bytes:
        """The frame that comes in time, or b""; raises OSError.

        `soon`: within milliseconds, for which a task that waits would be the larger cost.
        """
        if not (soon and self._bus.soon()):
            try:
                await asyncio.wait_for(self._bus.ready(), timeout_s)
            except asyncio.TimeoutError:
                pass  # IRQ may have fallen while we slept: the reader says itself whether it is
        return await self._call(self._bus.read, count)

    async def _call(self, transfer, argument):
        """Do a transfer once the reader acknowledges its address; raises OSError."""
        for call in range(_CALLS - 1):
            try:
                return transfer(argument)
            except OSError:
                if call:  # at the second call a chip that wakes holds the clock instead
                    await asyncio.sleep(_CALL_AGAIN_S)
        return transfer(argument)


def _body(said: bytes) -> bytes:
    """The body of the frame in what was read; b"" when a checksum is wrong or some is missing."""
    at = said.find(_START) + len(_START)
    if at < len(_START) or len(said) < at + 2 or (said[at] + said[at + 1]) & 0xFF:
        return b""
    end = at + 2 + said[at] + 1
    if len(said) < end or sum(said[at + 2 : end]) & 0xFF:
        return b""
    return said[at + 2 : end - 1]


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
