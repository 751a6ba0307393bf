"""Wiegand frames of 26 and 34 bits: checked, and turned into the number of a card.

The first bit makes the ones of the first half even, the last bit those of the second half odd; what
stands between is the number. 26 bits carry the last three bytes of a longer one, so that two cards
may share it.
"""

from firmware.logic.const import const

MOST_BITS = 34
_SHORT_BITS = const(26)
_NUMBER_BYTES = const(4)


def card_number(bits: bytes | bytearray) -> bytes:
    """The number that a frame carries, 4 bytes, those of 26 bits with a leading zero.

    Args:
        bits: one byte, 0 or 1, for each bit as it came.

    Returns:
        b"" when it is no whole frame: another length, or a wrong parity.
    """
    if len(bits) not in (_SHORT_BITS, MOST_BITS):
        return b""
    half = len(bits) // 2
    if sum(bits[:half]) % 2 or not sum(bits[half:]) % 2:
        return b""
    number = 0
    for bit in bits[1:-1]:
        number = number << 1 | bit
    return number.to_bytes(_NUMBER_BYTES, "big")
