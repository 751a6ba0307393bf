"""The reader's frames, as the maker's manual and libnfc have them."""

import asyncio
import random

import pytest

from firmware.drivers.pn532 import Pn532
from firmware.logic.access.card import ReaderError
from firmware.logic.access.ev2 import Proof
from simulator.devices.pn532 import Pn532 as Chip
from simulator.devices.pn532_cards import Phone
from simulator.devices.pn532_i2c import I2cPort
from simulator.engine.i2c import I2cBus
from simulator.engine.pins import Pins
from simulator.engine.timeline import US, Timeline
from tests.firmware.logic.host_aes import aes

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


class ScriptedBus:
    """A bus whose other end is a script: for each thing said, the frames to be read, in order.

    An OSError stands for a call that the reader does not acknowledge.
    """

    wake_line = None

    def __init__(self, *answers: tuple[bytes, list[bytes | OSError]]) -> None:
        self.said: list[bytes] = []
        self._answers = list(answers)
        self._frames: list[bytes | OSError] = []

    def free(self) -> None:
        pass

    def write(self, frame: bytes) -> None:
        self.said.append(bytes(frame))
        self._frames = []
        if self._answers and self._answers[0][0] in frame:
            self._frames = list(self._answers.pop(0)[1])
            if self._frames and isinstance(self._frames[0], OSError):
                raise self._frames.pop(0)  # type: ignore[misc]

    def read(self, count: int) -> bytes:
        if not self._frames:
            return b""
        frame = self._frames.pop(0)
        if isinstance(frame, OSError):
            raise frame
        return frame[:count] + b"\xff" * (count - len(frame))

    def soon(self) -> bool:
        return bool(self._frames)

    async def ready(self) -> None:
        if not self._frames:
            await asyncio.Event().wait()

    @property
    def all_used(self) -> bool:
        return not self._answers


def reader(*answers: tuple[bytes, list[bytes | OSError]]) -> tuple[Pn532, ScriptedBus]:
    bus = ScriptedBus(*answers)
    return Pn532(bus), bus


async def test_waking_asks_for_normal_mode_with_irq_and_limits_the_search() -> None:
    pn532, bus = reader(
        (b"\xd4\x14\x01\x14\x01", [ACK, SAM_DONE]),
        (b"\xd4\x32\x05", [ACK, RF_DONE]),
        (b"\xd4\x32\x01\x00", [ACK, RF_DONE]),
    )
    await pn532.wake()
    assert bus.said[0] == bytes.fromhex("0000ff05fbd4140114010200")
    assert bus.all_used


async def test_an_empty_field_is_no_card() -> None:
    pn532, bus = reader((b"\xd4\x4a\x02\x00", [ACK, NO_CARD]))
    assert await pn532.read_cards() == []
    assert bus.said == [bytes.fromhex("0000ff04fcd44a0200e000")]


@pytest.mark.parametrize("uid", [UID, bytes(range(4, 11)), bytes(range(10))], ids=len)
async def test_a_card_gives_its_uid_of_any_length(uid: bytes) -> None:
    pn532, _ = reader((b"\x4a", [ACK, card(uid)]))
    assert await pn532.read_cards() == [uid]


async def test_a_command_without_acknowledgement_is_sent_again() -> None:
    pn532, bus = reader((b"\x4a", []), (b"\x4a", []), (b"\x4a", [ACK, card(UID)]))
    assert await pn532.read_cards() == [UID]
    assert len(bus.said) == 3


async def test_a_wrong_checksum_is_not_believed_and_the_command_sent_again() -> None:
    damaged = bytearray(card(UID))
    damaged[-3] ^= 1
    for bad in (bytes(damaged), card(UID).replace(b"\xff\x0c\xf4", b"\xff\x0c\xf5")):
        pn532, _ = reader((b"\x4a", [ACK, bad]), (b"\x4a", [ACK, card(UID)]))
        assert await pn532.read_cards() == [UID]


async def test_a_silent_reader_is_an_error_after_three_tries() -> None:
    pn532, bus = reader()
    with pytest.raises(ReaderError):
        await pn532.read_cards()
    assert len(bus.said) == 3


async def test_an_answer_to_another_command_is_not_taken_for_ours() -> None:
    pn532, _ = reader((b"\x4a", [ACK, SAM_DONE]), (b"\x4a", [ACK, card(UID)]))
    assert await pn532.read_cards() == [UID]


@pytest.mark.parametrize(
    "body",
    [b"\xd5\x4b\x01", b"\xd5\x4b\x01\x01\x00\x04\x08\x07\x01", b"\xd5\x4b\x01\x01\0\x04\x08\0"],
)
async def test_a_card_answer_that_is_cut_is_an_error(body: bytes) -> None:
    pn532, _ = reader((b"\x4a", [ACK, frame(body)]))
    with pytest.raises(ReaderError):
        await pn532.read_cards()


@pytest.mark.parametrize(
    "bad",
    [
        [ACK, card(UID)[:9]],
        [ACK[:4]],
        [ACK],
        [bytes.fromhex("0000ffff0000"), card(UID)],
        [ACK, OSError(19)],
        [OSError(116)],
        [ACK, b"\x00" * 12],
    ],
    ids=["half", "half_ack", "no_answer", "nack", "gone", "held_clock", "zeros"],
)
async def test_what_goes_wrong_on_the_way_has_the_command_sent_again(
    bad: list[bytes | OSError],
) -> None:
    pn532, bus = reader((b"\x4a", list(bad)), (b"\x4a", [ACK, card(UID)]))
    assert await pn532.read_cards() == [UID]
    assert len(bus.said) == 2


async def test_a_reader_that_acknowledges_no_call_is_an_error_and_none_of_the_buss() -> None:
    pn532, _ = reader(*[(b"\x4a", [OSError(19)])] * 15)
    with pytest.raises(ReaderError):
        await pn532.read_cards()


async def test_noise_before_the_answer_is_passed_over() -> None:
    pn532, _ = reader((b"\x4a", [ACK, b"\xff\x00\x00" + card(UID)]))
    assert await pn532.read_cards() == [UID]


async def test_a_rest_ends_with_the_next_command_which_is_said_twice() -> None:
    pn532, bus = reader(
        (b"\xd4\x16\x80", [ACK, frame(b"\xd5\x17\x00")]),
        (b"\x4a", [OSError(19)]),
        (b"\x4a", [ACK, card(UID)]),
    )
    await pn532.rest()
    assert await pn532.read_cards() == [UID]
    assert bus.all_used


# The reader waits by itself.


def found(*uids: bytes) -> bytes:
    cards = [b"\x01\x00\x04\x08" + bytes((len(uid),)) + uid for uid in uids]
    return frame(
        b"\xd5\x61" + bytes((len(cards),)) + b"".join(b"\0" + bytes((len(c),)) + c for c in cards)
    )


@pytest.mark.parametrize("uid", [UID, bytes(range(4, 11)), bytes(range(10))], ids=len)
async def test_a_waiting_reader_tells_the_card_that_comes(uid: bytes) -> None:
    pn532, bus = reader((b"\xd4\x60", [ACK, found(uid)]))
    assert await pn532.wait_for_cards(1.0) == [uid]
    assert bus.said == [bytes.fromhex("0000ff05fbd460ff0100cc00")]


async def test_both_of_two_cards_are_told() -> None:
    pn532, _ = reader((b"\xd4\x60", [ACK, found(UID, bytes(7))]))
    assert await pn532.wait_for_cards(1.0) == [UID, bytes(7)]


def listed(*targets: bytes) -> list[bytes | OSError]:
    """The answer to InListPassiveTarget, as UM0701-02 (7.3.5) has it."""
    numbered = [bytes((number,)) + target for number, target in enumerate(targets, start=1)]
    return [ACK, frame(b"\xd5\x4b" + bytes((len(numbered),)) + b"".join(numbered))]


CLASSIC = bytes.fromhex("00040804") + UID
PHONE = bytes.fromhex("0004200408a0b0c0") + bytes.fromhex("0578807002")  # with its ATS
NTAG = bytes.fromhex("0044000704010203040506")
NTAG_424 = bytes.fromhex("034420070402030405060706") + bytes.fromhex("7777710280")
RELEASED = frame(b"\xd5\x53\x00")


async def test_cards_are_listed_two_at_a_time_and_halted_until_no_more_are_found() -> None:
    pn532, bus = reader(
        (b"\x4a\x02\x00", listed(PHONE, CLASSIC)),
        (b"\x52\x00", [ACK, RELEASED]),
        (b"\x4a\x02\x00", listed(NTAG_424, NTAG)),
        (b"\x52\x00", [ACK, RELEASED]),
        (b"\x4a\x02\x00", [ACK, NO_CARD]),
    )
    assert [uid.hex() for uid in await pn532.read_cards()] == [
        "08a0b0c0", UID.hex(), "04020304050607", "04010203040506",
    ]  # fmt: skip
    assert bus.all_used


async def test_a_chip_that_finds_the_same_cards_again_is_not_asked_for_ever() -> None:
    pn532, bus = reader(
        *[(b"\x4a\x02\x00", listed(CLASSIC, NTAG)), (b"\x52\x00", [ACK, RELEASED])] * 5
    )
    assert len(await pn532.read_cards()) == 2
    assert len(bus.said) == 3


async def test_what_is_cut_off_of_a_list_of_cards_is_an_error_and_no_other_uid() -> None:
    whole = listed(PHONE, NTAG_424)[1][5:-2]  # type: ignore[index]
    for size in range(3, len(whole)):
        cut = whole[:size]
        pn532, _ = reader((b"\x4a", [ACK, frame(cut)]), (b"\x52\x00", [ACK, RELEASED]))
        try:
            uids = await pn532.read_cards()
        except ReaderError:
            continue
        assert uids == [PHONE[4:8], NTAG_424[4:11]], "only an ATS may be cut: nobody needs it"


async def test_no_card_in_time_is_none_and_the_search_is_ended() -> None:
    pn532, bus = reader((b"\xd4\x60", [ACK]))
    assert await pn532.wait_for_cards(0.05) == []
    assert bus.said[-1] == ACK


async def test_a_search_that_ends_without_a_card_is_none() -> None:
    pn532, _ = reader((b"\xd4\x60", [ACK, frame(b"\xd5\x61\x00")]))
    assert await pn532.wait_for_cards(1.0) == []


async def test_a_reader_that_does_not_know_how_to_wait_is_an_error() -> None:
    refusal = bytes.fromhex("0000ff01ff7f8100")
    pn532, _ = reader(*[(b"\xd4\x60", [ACK, refusal])] * 3)
    with pytest.raises(ReaderError):
        await pn532.wait_for_cards(0.05)


async def test_a_damaged_answer_ends_the_wait_and_not_only_the_timeout_does() -> None:
    damaged = bytearray(found(UID))
    damaged[-2] ^= 1
    for bad in (found(UID)[:9], bytes(damaged), b"\x55"):
        pn532, bus = reader((b"\xd4\x60", [ACK, bad]))
        assert await asyncio.wait_for(pn532.wait_for_cards(60.0), 2.0) == []
        assert bus.said[-1] == ACK


# Speaking to a card.


@pytest.mark.parametrize(
    ("uid", "named"),
    [
        ("04a1b2c3", "04a1b2c3"),
        ("04a1b2c3d4e5f6", "8804a1b2c3d4e5f6"),
        ("04a1b2c3d4e5f6070809", "8804a1b288c3d4e5f6070809"),
    ],
)
async def test_a_card_among_several_is_selected_by_its_uid_as_it_goes_through_the_air(
    uid: str, named: str
) -> None:
    pn532, bus = reader((b"\x4a\x01\x00", [ACK, card(bytes.fromhex(uid))]))
    assert await pn532.read_card(bytes.fromhex(uid)) == bytes.fromhex(uid)
    assert bus.said == [frame(b"\xd4\x4a\x01\x00" + bytes.fromhex(named))]


async def test_what_the_card_answers_comes_without_the_readers_status() -> None:
    pn532, bus = reader((b"\xd4\x40", [ACK, frame(b"\xd5\x41\x00\x91\xaf")]))
    assert await pn532.exchange(b"\x90\x71") == b"\x91\xaf"
    assert bus.said == [frame(b"\xd4\x40\x01\x90\x71")]


@pytest.mark.parametrize("status", [0x01, 0x13, 0x27, 0x40])
async def test_a_card_that_is_silent_or_says_only_a_part_gives_nothing(status: int) -> None:
    said = frame(bytes((0xD5, 0x41, status)) + b"\x91\xaf")
    pn532, _ = reader((b"\xd4\x40", [ACK, said]))
    assert await pn532.exchange(b"\x90") == b""


async def test_what_a_card_was_told_is_never_said_again_by_itself() -> None:
    answer = frame(b"\xd5\x41\x00\x91\xaf")
    for bad in ([], [ACK], [ACK, answer[:8]], [ACK, answer[:-2] + b"\x00\x00"]):
        pn532, bus = reader((b"\xd4\x40", bad), (b"\xd4\x40", [ACK, answer]))
        assert await pn532.exchange(b"\x90") == b""
        assert len(bus.said) == 1


# The driver and the simulated chip, each written from the manual.


class ChipBus:
    """The bus with the chip on it. World time passes with each transfer and each wait for IRQ."""

    wake_line = None

    def __init__(self) -> None:
        self._timeline = Timeline(0)
        self._pins = Pins({40, 41, 47})
        port = I2cPort(self._timeline, self._pins, irq=47)
        self.chip = Chip(self._timeline, port)
        self.bus = I2cBus(self._timeline, 40, 41, port)

    def free(self) -> None:
        self._transfer(0xFF, 1, b"")

    def write(self, data: bytes) -> None:
        error, _ = self._transfer(0x24 << 1, 0, data)
        self.pass_time(0.002)
        if error:
            raise OSError(error)

    def read(self, count: int) -> bytes:
        error, said = self._transfer(0x24 << 1 | 1, 1 + count, b"")
        if error:
            raise OSError(error)
        return said[1:] if said[0] & 1 else b""

    def soon(self) -> bool:
        self.pass_time(0.005, until_irq=True)
        return not self._pins.outside[47]

    async def ready(self) -> None:
        self.pass_time(0.3, until_irq=True)
        if self._pins.outside[47]:
            await asyncio.Event().wait()

    def pass_time(self, duration_s: float, until_irq: bool = False) -> None:
        until_us = self._timeline.now_us + round(duration_s * US)
        while not (until_irq and not self._pins.outside[47]):
            due_us = self._timeline.next_us()
            if due_us is None or due_us > until_us:
                self._timeline.now_us = until_us
                return
            self._timeline.step()

    def _transfer(self, first: int, count: int, data: bytes) -> tuple[int, bytes]:
        over: list[tuple[int, bytes]] = []
        self.bus.transfer(
            first, count, data, 100_000, 5_000, lambda error, said: over.append((error, said))
        )
        while not over:
            self._timeline.step()
        return over[0]


@pytest.fixture
async def line() -> ChipBus:
    return ChipBus()


async def test_a_chip_that_missed_the_wake_up_is_woken_by_the_next(line: ChipBus) -> None:
    line.chip.fault("missed_wake_up")
    pn532 = Pn532(line)
    await pn532.wake()
    line.chip.present(UID, 10)
    assert await pn532.read_cards() == [UID]


async def test_a_chip_that_lost_its_power_is_an_error_until_it_is_woken(line: ChipBus) -> None:
    pn532 = Pn532(line)
    await pn532.wake()
    line.chip.power_off()
    with pytest.raises(ReaderError):
        await pn532.read_cards()
    line.chip.present(UID, 100)
    await pn532.wake()
    assert await pn532.read_cards() == [UID]


@pytest.mark.parametrize("cut", range(1, 10))
async def test_a_box_that_died_in_the_middle_of_a_command_wakes_the_chip(
    line: ChipBus, cut: int
) -> None:
    await Pn532(line).wake()
    line.write(bytes.fromhex("0000ff04fcd44a0100e100")[:cut])
    line.pass_time(1)
    line.chip.present(UID, 10)
    restarted = Pn532(line)
    await restarted.wake()
    assert await restarted.read_cards() == [UID]


async def test_a_box_that_died_in_the_middle_of_a_read_frees_the_data_line(line: ChipBus) -> None:
    await Pn532(line).wake()
    line.write(frame(b"\xd4\x02"))
    line.bus.transfer(0x49, 7, b"", 100_000, 5_000, lambda error, said: None)
    line.bus.cut()
    with pytest.raises(ReaderError):
        await Pn532(line).read_cards()
    restarted = Pn532(line)
    await restarted.wake()
    line.chip.present(UID, 10)
    assert await restarted.read_cards() == [UID]


@pytest.mark.parametrize("fault", ["mute", "noise", "stuck_sda", "stuck_scl", "unplugged"])
async def test_a_reader_that_cannot_be_spoken_to_is_an_error_till_it_is_mended_and_woken(
    line: ChipBus, fault: str
) -> None:
    pn532 = Pn532(line)
    await pn532.wake()
    line.chip.fault(fault)
    for _ in range(2):
        with pytest.raises(ReaderError):
            await pn532.wake()
    line.chip.fault(None)
    line.chip.present(UID, 100)
    await pn532.wake()
    assert await pn532.read_cards() == [UID]


async def test_a_reader_that_acknowledges_its_address_now_and_then_is_read(line: ChipBus) -> None:
    line.chip.fault("nacks")
    pn532 = Pn532(line)
    await pn532.wake()
    line.chip.present(UID, 100)
    assert await pn532.read_cards() == [UID]


async def test_a_resting_reader_draws_next_to_nothing_and_finds_a_card_when_it_is_asked(
    line: ChipBus,
) -> None:
    pn532 = Pn532(line)
    await pn532.wake()
    await pn532.rest()
    before = line.chip.duty()
    line.pass_time(60)
    spent = [after - was for was, after in zip(before, line.chip.duty(), strict=True)]
    assert spent == pytest.approx([0, 0, 60])
    line.chip.present(UID, 100)
    assert await pn532.read_cards() == [UID]


@pytest.mark.parametrize("fault", ["half_frame", "wrong_checksum"])
async def test_answers_that_are_always_damaged_are_an_error_and_the_next_whole_one_is_read(
    line: ChipBus, fault: str
) -> None:
    pn532 = Pn532(line)
    await pn532.wake()
    line.chip.present(UID, 100)
    line.chip.fault(fault)
    with pytest.raises(ReaderError):
        await pn532.read_cards()
    assert await pn532.wait_for_cards(60.0) == []
    line.chip.fault(None)
    assert await pn532.read_cards() == [UID]
    assert await pn532.wait_for_cards(60.0) == [UID]


@pytest.mark.parametrize("others", range(8))
async def test_all_the_cards_in_the_field_are_read_and_read_again_after_it_was_off(
    line: ChipBus, others: int
) -> None:
    pn532 = Pn532(line)
    await pn532.wake()
    uids = [UID, *(bytes(range(number, number + 7)) for number in range(1, 1 + others))]
    for uid in uids:
        line.chip.present(uid, 100, beside=True, key=None if len(uid) == 4 else KEY)
    for _ in range(3):
        assert await pn532.read_cards() == uids
        await pn532.drop_field()
    assert await pn532.wait_for_cards(1.0) == uids[:2]
    await pn532.drop_field()
    assert await pn532.read_card(uids[-1]) == uids[-1]


async def test_a_phone_has_another_uid_whenever_the_field_was_off(line: ChipBus) -> None:
    pn532 = Pn532(line)
    await pn532.wake()
    line.chip.lay(Phone(random.Random(1)), 100)
    line.chip.present(UID, 100, beside=True)
    seen = set()
    for _ in range(5):
        phone, badge = await pn532.read_cards()
        assert (phone[:1], len(phone), badge) == (b"\x08", 4, UID)
        seen.add(phone)
        await pn532.drop_field()
    assert len(seen) == 5


KEY = bytes(range(16))
CARD = bytes.fromhex("04a1b2c3d4e5f6")


async def proves_itself(pn532: Pn532, uid: bytes, key: bytes) -> bool | None:
    assert await pn532.read_card(uid) == uid
    proof = Proof(aes, key, bytes(range(16, 32)))
    while proof.command:
        proof.take(await pn532.exchange(proof.command))
    return proof.genuine


async def test_a_card_proves_itself_after_the_search_that_found_it(line: ChipBus) -> None:
    pn532 = Pn532(line)
    await pn532.wake()
    line.chip.present(CARD, 100, key=KEY)
    line.chip.present(UID, 100, beside=True)
    assert await pn532.wait_for_cards(1.0) == [CARD, UID]
    for _ in range(3):
        await pn532.drop_field()
        assert await proves_itself(pn532, CARD, KEY) is True
        await pn532.drop_field()
        assert await proves_itself(pn532, CARD, bytes(16)) is False
        await pn532.drop_field()
        assert await proves_itself(pn532, UID, KEY) is None


async def test_a_card_that_was_spoken_to_is_found_again_when_the_field_has_been_off(
    line: ChipBus,
) -> None:
    pn532 = Pn532(line)
    await pn532.wake()
    line.chip.present(CARD, 100, key=KEY)
    assert await pn532.read_cards() == [CARD]
    assert await pn532.read_cards() == []
    await pn532.drop_field()
    assert await pn532.read_cards() == [CARD]
    restarted = Pn532(line)
    await restarted.wake()
    assert await restarted.wait_for_cards(1.0) == [CARD]


@pytest.mark.parametrize("fault", ["half_frame", "wrong_checksum", "unplugged"])
async def test_a_fault_in_the_middle_of_a_proof_is_silence_and_never_a_forgery(
    line: ChipBus, fault: str
) -> None:
    pn532 = Pn532(line)
    await pn532.wake()
    line.chip.present(CARD, 100, key=KEY)
    for stage in range(3):
        await pn532.drop_field()
        assert await pn532.read_card(CARD) == CARD
        proof = Proof(aes, KEY, bytes(16))
        for number in range(stage + 1):
            if number == stage:
                line.chip.fault(fault)
            proof.take(await pn532.exchange(proof.command))
        assert (proof.genuine, proof.command) == (None, b"")
        line.chip.fault(None)
        await pn532.wake()
