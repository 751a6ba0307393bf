"""How a segment of the journal lies in flash: its name, its head, its records. Bytes only.

A segment is named by its first sequence number, `0000002a.seg`; no file of another name is ever
read. It begins with the caller's state before its first record, so that state + records of the
newest segment give the state at the last record, and no other file has to be kept in step:

    head    length 1, state, appends 4, segments 4, chain 4, checksum 4
    record  kind 1, time 4, length 1, body, chain 4

The counts of wear, and the chain of the record before, stand as they were before the segment. The
head's checksum is a CRC-32 begun with the seq. A record is believed whose chain (messages.chained)
follows from the one before it: so each also names all that this box ever recorded up to there.
Never here: which records there are, or what is done about one that is not sound.
"""

from binascii import crc32

from firmware.logic.const import const
from shared_protocol import codec
from shared_protocol.messages import RECORD_LAYOUT, chained
from shared_protocol.records import Record

SHORTEST_RECORD_BYTES = const(10)

_SUFFIX = const(".seg")
_COUNTS_LAYOUT = const("III")  # appends, segments, chain
_COUNTS_BYTES = const(12)
_CHECKSUM_BYTES = const(4)
_CHAIN_BYTES = const(4)
_HEAD_OF_RECORD_BYTES = const(6)


def name_of(first: int) -> str:
    """The name of the segment that begins with this sequence number."""
    return "{:08x}".format(first) + _SUFFIX


def first_of(name: str) -> int:
    """The first sequence number of a segment by its name; 0 for a file that is none."""
    digits = name[: -len(_SUFFIX)]
    if len(digits) != 8 or not name.endswith(_SUFFIX):
        return 0
    for digit in digits:
        if digit not in "0123456789abcdef":
            return 0
    return int(digits, 16)


def head_of(first: int, state: bytes, appends: int, segments: int, chain: int) -> bytes:
    """The head of a segment; `state` has at most 255 bytes."""
    counts = codec.encode(_COUNTS_LAYOUT, (appends, segments, chain))
    head = bytes((len(state),)) + state + counts
    return head + _checksum(head, first)


def head_bytes(begins: bytes) -> int:
    """How long the head is of a segment that begins so."""
    return 1 + (begins[0] if begins else 0) + _COUNTS_BYTES + _CHECKSUM_BYTES


def open_head(head: bytes, first: int) -> tuple:
    """State, appends, segments and chain of a whole head; () when it is not sound."""
    body = head[:-_CHECKSUM_BYTES]
    if len(head) != head_bytes(head) or _checksum(body, first) != head[len(body) :]:
        return ()
    end = len(body) - _COUNTS_BYTES
    return (body[1:end],) + tuple(codec.decode(_COUNTS_LAYOUT, body, end)[0])


def chain_in(head: bytes) -> int:
    """The chain in a head, sound or not: no record follows from a wrong one."""
    return int.from_bytes(head[-_CHECKSUM_BYTES - _CHAIN_BYTES : -_CHECKSUM_BYTES], "big")


def seal_records(records, chain: int) -> tuple:
    """Records as they lie behind one with this chain, and the chain of the last."""
    data = bytearray()
    for record in records:
        chain = chained(chain, record)
        data += codec.encode(RECORD_LAYOUT, record)
        data += chain.to_bytes(_CHAIN_BYTES, "big")
    return data, chain


def open_record(data: bytes, at: int, chain: int) -> tuple:
    """The record at `at` behind one with this chain, its size in flash and its own chain.

    None, 0 and 0 when it is not whole and sound.
    """
    body = at + _HEAD_OF_RECORD_BYTES
    if body <= len(data):
        end = body + data[body - 1]
        chain = crc32(data[at:end], chain)
        if chain.to_bytes(_CHAIN_BYTES, "big") == data[end : end + _CHAIN_BYTES]:
            record = Record(*codec.decode(RECORD_LAYOUT, data, at)[0])
            return record, end + _CHAIN_BYTES - at, chain
    return None, 0, 0


def _checksum(head: bytes, first: int) -> bytes:
    return crc32(head, first).to_bytes(_CHECKSUM_BYTES, "big")
