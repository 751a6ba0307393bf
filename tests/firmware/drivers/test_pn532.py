"""The reader's frames, as the maker's manual and libnfc have them."""

import pytest

from firmware.drivers.pn532 import Pn532, ReaderError
from tests.firmware.drivers.scripted import ScriptedStream

ACK = bytes.fromhex("0000ff00ff00")
SAM_DONE = bytes.fromhex("0000ff02fed5151600")
RF_DONE = bytes.fromhex("0000ff02fed533f800")
NO_CARD = bytes.fromhex("0000ff03fdd54b00e000")
UID = bytes.fromhex("04a1b2c3")


def frame(body: bytes) -> bytes:
    head = b"\x00\x00\xff" + bytes((len(body), -len(body) & 0xFF))
    return head + body + bytes((-sum(body) & 0xFF, 0))


def card(uid: bytes) -> bytes:
    return frame(b"\xd5\x4b\x01\x01\x00\x04\x08" + bytes((len(uid),)) + uid)


def reader(*answers: tuple[bytes, list[bytes]]) -> tuple[Pn532, ScriptedStream]:
    stream = ScriptedStream(*answers)
    return Pn532(stream), stream


async def test_waking_sends_what_libnfc_sends_and_limits_the_search() -> None:
    pn532, stream = reader((b"\xd4\x14\x01", [ACK + SAM_DONE]), (b"\xd4\x32\x05", [ACK, RF_DONE]))
    await pn532.wake()
    assert stream.said[0].startswith(bytes.fromhex("5555") + bytes(14))
    assert stream.said[0].endswith(bytes.fromhex("0000ff03fdd414011700"))
    assert stream.all_used


async def test_an_empty_field_is_no_card() -> None:
    pn532, stream = reader((b"\xd4\x4a\x01\x00", [ACK, NO_CARD]))
    assert await pn532.read_card() == b""
    assert stream.said == [bytes.fromhex("0000ff04fcd44a0100e100")]


@pytest.mark.parametrize("uid", [UID, bytes(range(4, 11)), bytes(range(10))], ids=len)
async def test_a_card_gives_its_uid_of_any_length_cut_anywhere(uid: bytes) -> None:
    data = ACK + card(uid)
    for size in (1, 5, 100):
        pn532, _ = reader((b"\x4a", [data[i : i + size] for i in range(0, len(data), size)]))
        assert await pn532.read_card() == uid


async def test_a_command_without_acknowledgement_is_sent_again() -> None:
    pn532, stream = reader((b"\x4a", []), (b"\x4a", []), (b"\x4a", [ACK + card(UID)]))
    assert await pn532.read_card() == UID
    assert len(stream.said) == 3


async def test_a_wrong_checksum_is_not_believed_and_the_command_sent_again() -> None:
    damaged = bytearray(card(UID))
    damaged[-3] ^= 1
    for bad in (bytes(damaged), card(UID).replace(b"\xff\x0c\xf4", b"\xff\x0c\xf5")):
        pn532, _ = reader((b"\x4a", [ACK + bad]), (b"\x4a", [ACK + card(UID)]))
        assert await pn532.read_card() == UID


async def test_a_silent_reader_is_an_error_after_three_tries() -> None:
    pn532, stream = reader()
    with pytest.raises(ReaderError):
        await pn532.read_card()
    assert len(stream.said) == 3


async def test_an_answer_to_another_command_is_not_taken_for_ours() -> None:
    pn532, _ = reader((b"\x4a", [ACK + SAM_DONE]), (b"\x4a", [ACK + card(UID)]))
    assert await pn532.read_card() == UID


@pytest.mark.parametrize(
    "body",
    [b"\xd5\x4b\x01", b"\xd5\x4b\x01\x01\x00\x04\x08\x07\x01", b"\xd5\x4b\x01\x01\0\x04\x08\0"],
)
async def test_a_card_answer_that_is_cut_is_an_error(body: bytes) -> None:
    pn532, _ = reader((b"\x4a", [ACK + frame(body)]))
    with pytest.raises(ReaderError):
        await pn532.read_card()


async def test_noise_before_the_answer_is_passed_over() -> None:
    pn532, _ = reader((b"\x4a", [b"\x55\x00\x12" + ACK + b"\xff\x00\x00" + card(UID)]))
    assert await pn532.read_card() == UID


# The reader waits by itself.


def found(*uids: bytes) -> bytes:
    cards = [b"\x01\x00\x04\x08" + bytes((len(uid),)) + uid for uid in uids]
    return frame(
        b"\xd5\x61" + bytes((len(cards),)) + b"".join(b"\0" + bytes((len(c),)) + c for c in cards)
    )


@pytest.mark.parametrize("uid", [UID, bytes(range(4, 11)), bytes(range(10))], ids=len)
async def test_a_waiting_reader_tells_the_card_that_comes(uid: bytes) -> None:
    pn532, stream = reader((b"\xd4\x60", [ACK, found(uid)]))
    assert await pn532.wait_for_card(1.0) == uid
    assert stream.said == [bytes.fromhex("0000ff05fbd460ff0100cc00")]


async def test_of_two_cards_the_first_is_told() -> None:
    pn532, _ = reader((b"\xd4\x60", [ACK + found(UID, bytes(7))]))
    assert await pn532.wait_for_card(1.0) == UID


async def test_no_card_in_time_is_none_and_the_search_is_ended() -> None:
    pn532, stream = reader((b"\xd4\x60", [ACK]))
    assert await pn532.wait_for_card(0.05) == b""
    assert stream.said[-1] == ACK


async def test_a_search_that_ends_without_a_card_is_none() -> None:
    pn532, _ = reader((b"\xd4\x60", [ACK + frame(b"\xd5\x61\x00")]))
    assert await pn532.wait_for_card(1.0) == b""


async def test_a_reader_that_does_not_know_how_to_wait_is_an_error() -> None:
    refusal = bytes.fromhex("0000ff01ff7f8100")
    pn532, _ = reader(*[(b"\xd4\x60", [ACK + refusal])] * 3)
    with pytest.raises(ReaderError):
        await pn532.wait_for_card(0.05)
