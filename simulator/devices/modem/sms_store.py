"""The short messages on a SIM card, and one message as a PDU (SMS-DELIVER, 3GPP TS 23.040).

Never sends one. Texts of one message only: 160 characters of the GSM alphabet, or 70 others.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CAPACITY = 20  # what an ordinary card keeps
SERVICE_CENTRE = "+33600000000"
_MOST_SEPTETS = 160
_MOST_UCS2 = 70
_INTERNATIONAL, _NATIONAL = 0x91, 0x81
# 3GPP TS 23.038, 6.2.1: the character of each septet; the escape at 27 stands for itself.
_GSM_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@dataclass
class Message:
    """One received message.

    Attributes:
        sender: digits, with a "+" before an international number.
        text: at most 160 characters of the GSM alphabet, otherwise at most 70.
        time_s: Unix seconds, when the service centre got it.
        zone_quarters: the zone it is written in, in quarters of an hour.
        read: whether it was read from the card.
    """

    sender: str
    text: str
    time_s: float
    zone_quarters: int
    read: bool = False

    def __post_init__(self) -> None:
        digits = self.sender.removeprefix("+")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
            raise ValueError("a sender is a number of at most 20 digits")
        if len(self.text) > (_MOST_SEPTETS if is_gsm(self.text) else _MOST_UCS2):
            raise ValueError("the text does not fit into one message")

    def stamp(self) -> str:
        """Return when it came, as a text-mode answer has it."""
        return f"{self._local():%y/%m/%d,%H:%M:%S}{self.zone_quarters:+03}"

    def pdu(self) -> tuple[str, int]:
        """Return the PDU in hexadecimal, and its length in bytes without the service centre."""
        centre = _address(SERVICE_CENTRE)
        # The centre's length counts bytes, the sender's counts digits.
        head = bytes([len(centre)]) + centre
        digits = self.sender.removeprefix("+")
        body = bytes([0x04, len(digits)]) + _address(self.sender)
        if is_gsm(self.text):
            septets = [_GSM_ALPHABET.index(character) for character in self.text]
            data, coding, length = _pack(septets), 0x00, len(septets)
        else:
            data = self.text.encode("utf-16-be")
            coding, length = 0x08, len(data)
        body += bytes([0x00, coding]) + self._stamp_bytes() + bytes([length]) + data
        return (head + body).hex().upper(), len(body)

    def _local(self) -> datetime:
        return datetime.fromtimestamp(self.time_s, UTC) + timedelta(minutes=15 * self.zone_quarters)

    def _stamp_bytes(self) -> bytes:
        digits = f"{self._local():%y%m%d%H%M%S}{abs(self.zone_quarters):02}"
        stamp = bytearray(_swap(digits))
        if self.zone_quarters < 0:
            stamp[-1] |= 0x08
        return bytes(stamp)


class SmsStore:
    """A card's places for messages, numbered from 0. Attribute `messages`: by place."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self.messages: dict[int, Message] = {}

    def add(self, message: Message) -> int | None:
        """Put a message into the first free place and return it; None when the card is full."""
        for place in range(self.capacity):
            if place not in self.messages:
                self.messages[place] = message
                return place
        return None


def is_gsm(text: str) -> bool:
    """Return whether the GSM alphabet has every character of the text."""
    return all(character in _GSM_ALPHABET and character != "\x1b" for character in text)


def _swap(digits: str) -> bytes:
    """Pack digits two a byte, the first in the lower half; an odd last one gets 0xF beside it."""
    padded = digits + "F" * (len(digits) % 2)
    return bytes(int(padded[i + 1] + padded[i], 16) for i in range(0, len(padded), 2))


def _address(number: str) -> bytes:
    kind = _INTERNATIONAL if number.startswith("+") else _NATIONAL
    return bytes([kind]) + _swap(number.removeprefix("+"))


def _pack(septets: list[int]) -> bytes:
    """Pack 7-bit values, the first in the lowest bits."""
    whole = sum(septet << 7 * place for place, septet in enumerate(septets))
    return whole.to_bytes((7 * len(septets) + 7) // 8, "little")
