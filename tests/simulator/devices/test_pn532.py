"""The badge reader, byte for byte as NXP's manual and libnfc have it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.pn532 import FAULTS, Pn532
from simulator.devices.pn532_frames import FrameReader
from simulator.devices.pn532_frames import frame as any_frame
from simulator.devices.pn532_hsu import HsuPort
from simulator.engine.timeline import US, Timeline

WAKE_UP = bytes.fromhex("5555") + bytes(14)
ACK = bytes.fromhex("0000ff00ff00")
SAM_CONFIGURATION = bytes.fromhex("0000ff03fdd41401170 0".replace(" ", ""))
POLL = bytes.fromhex("0000ff04fcd44a0100e100")
NTAG, CLASSIC = bytes.fromhex("04a1b2c3d4e5f6"), bytes.fromhex("0badc0de")


class ReaderBench:
    """The reader on a line without delay; `ask` returns all it says within a while."""

    def __init__(self) -> None:
        self.timeline = Timeline(1_700_000_000 * US)
        self.said = b""
        self.on_data = lambda data: None
        self.reader = Pn532(self.timeline, HsuPort(self.timeline, self))

    def send(self, data: bytes) -> None:
        self.said += data

    def ask(self, data: bytes, within_s: float = 1.0) -> bytes:
        self.on_data(data)
        return self.listen(within_s)

    def listen(self, within_s: float) -> bytes:
        until_us = self.timeline.now_us + round(within_s * US)
        while (due_us := self.timeline.next_us()) is not None and due_us <= until_us:
            self.timeline.step()
        self.timeline.now_us = until_us
        said, self.said = self.said, b""
        return said


def frame(body: bytes) -> bytes:
    head = bytes([0, 0, 0xFF, len(body), -len(body) & 0xFF])
    return head + body + bytes([-sum(body) & 0xFF, 0])


@pytest.fixture
def awake() -> ReaderBench:
    bench = ReaderBench()
    bench.ask(WAKE_UP + SAM_CONFIGURATION)
    return bench


def test_it_sleeps_until_it_hears_the_wake_up():
    bench = ReaderBench()
    assert bench.ask(SAM_CONFIGURATION) == b""
    assert bench.ask(WAKE_UP + SAM_CONFIGURATION) == ACK + frame(b"\xd5\x15")


def test_it_tells_its_version(awake):
    assert awake.ask(frame(b"\xd4\x02")) == ACK + frame(bytes.fromhex("d50332010607"))


def test_a_frame_may_come_byte_by_byte(awake):
    for value in SAM_CONFIGURATION[:-2]:
        awake.on_data(bytes([value]))
    assert awake.ask(SAM_CONFIGURATION[-2:]) == ACK + frame(b"\xd5\x15")


@pytest.mark.parametrize("uid", [bytes.fromhex("0badc0de"), bytes.fromhex("04a1b2c3d4e5f6")])
def test_a_badge_in_the_field_is_told_with_its_uid(awake, uid):
    awake.reader.present(uid, 0.5)
    atqa_sak = bytes.fromhex("000408" if len(uid) == 4 else "004400")
    body = b"\xd5\x4b\x01\x01" + atqa_sak + bytes([len(uid)]) + uid
    assert awake.ask(POLL, 0.1) == ACK + frame(body)
    assert len(awake.reader.answers_ms) == 1


def test_by_default_it_waits_for_a_badge_for_ever(awake):
    assert awake.ask(POLL, 3600) == ACK
    awake.reader.present(b"\x01\x02\x03\x04", 0.5)
    assert awake.listen(0.1)[5:7] == b"\xd5\x4b"


def test_with_few_retries_it_says_that_there_is_none(awake):
    assert awake.ask(frame(bytes.fromhex("d43205ff0102"))) == ACK + frame(b"\xd5\x33")
    assert awake.ask(POLL) == ACK + frame(b"\xd5\x4b\x00")


def test_the_hosts_acknowledgement_ends_the_waiting(awake):
    awake.ask(POLL)
    awake.ask(ACK)
    awake.reader.present(b"\x01\x02\x03\x04", 0.5)
    assert awake.listen(1) == b""


def test_a_badge_that_left_too_soon_is_not_seen(awake):
    awake.ask(POLL)
    awake.reader.present(b"\x01\x02\x03\x04", 0.01)
    assert awake.listen(1) == b""


def test_with_few_retries_a_badge_that_leaves_as_it_is_looked_for_is_none(awake):
    awake.ask(frame(bytes.fromhex("d43205ff0102")))
    awake.reader.present(b"\x01\x02\x03\x04", 0.01)
    assert awake.ask(POLL) == ACK + frame(b"\xd5\x4b\x00")


def test_a_nack_brings_the_last_answer_again(awake):
    awake.ask(frame(b"\xd4\x02"))
    assert awake.ask(bytes.fromhex("0000ffff0000")) == frame(bytes.fromhex("d50332010607"))


def test_before_the_first_answer_a_nack_brings_nothing():
    bench = ReaderBench()
    assert bench.ask(WAKE_UP + bytes.fromhex("0000ffff0000")) == b""


def test_a_nack_brings_a_refusal_again_and_never_an_answer_that_is_not_ready(awake):
    awake.ask(frame(b"\xd4\xee"))
    awake.on_data(frame(b"\xd4\x02"))
    said = awake.ask(bytes.fromhex("0000ffff0000"))
    assert said == ACK + bytes.fromhex("0000ff01ff7f8100") + VERSION[len(ACK) :]


def test_an_unknown_command_gets_the_error_frame(awake):
    assert awake.ask(frame(b"\xd4\xee")) == ACK + bytes.fromhex("0000ff01ff7f8100")


@pytest.mark.parametrize("at", [3, 4, 6, 8])
def test_a_wrong_checksum_gets_no_answer_and_the_next_frame_does(awake, at):
    broken = bytearray(SAM_CONFIGURATION)
    broken[at] ^= 0x01
    assert awake.ask(bytes(broken)) == b""
    assert awake.ask(SAM_CONFIGURATION + SAM_CONFIGURATION).endswith(frame(b"\xd5\x15"))


POLL_FOR_TWO = frame(b"\xd4\x4a\x02\x00")
VERSION = ACK + frame(bytes.fromhex("d50332010607"))


def target(number: int, uid: bytes) -> bytes:
    atqa_sak = {4: "000408", 7: "004400", 10: "008400"}[len(uid)]
    return bytes([number]) + bytes.fromhex(atqa_sak) + bytes([len(uid)]) + uid


# Several cards.


def test_two_cards_in_the_field_are_listed_if_the_host_wants_two(awake):
    awake.reader.present(NTAG, 10)
    awake.reader.present(CLASSIC, 10, beside=True)
    both = b"\xd5\x4b\x02" + target(1, NTAG) + target(2, CLASSIC)
    assert awake.ask(POLL_FOR_TWO, 0.1) == ACK + frame(both)
    assert awake.ask(POLL, 0.1) == ACK + frame(b"\xd5\x4b\x01" + target(1, NTAG))


def test_the_automatic_search_tells_two_cards(awake):
    awake.reader.present(NTAG, 10)
    awake.reader.present(CLASSIC, 10, beside=True)
    targets = (target(1, NTAG), target(2, CLASSIC))
    body = b"\xd5\x61\x02" + b"".join(b"\x00" + bytes([len(t)]) + t for t in targets)
    assert awake.ask(frame(b"\xd4\x60\xff\x01\x00"), 0.3) == ACK + frame(body)


def test_a_card_laid_on_takes_the_place_of_the_one_before(awake):
    awake.reader.present(NTAG, 10)
    awake.reader.present(CLASSIC, 10)
    found = frame(b"\xd5\x4b\x01" + target(1, CLASSIC))
    assert awake.ask(POLL_FOR_TWO, 0.1) == ACK + found


@pytest.mark.parametrize("number", [0, 3])
def test_more_cards_than_the_chip_can_list_is_a_syntax_error(awake, number):
    wrong = frame(bytes([0xD4, 0x4A, number, 0x00]))
    assert awake.ask(wrong) == ACK + bytes.fromhex("0000ff01ff7f8100")


@pytest.mark.parametrize(
    ("uid", "as_it_goes_through_the_air"),
    [
        (CLASSIC, "0badc0de"),
        (NTAG, "8804a1b2c3d4e5f6"),
        (bytes(range(1, 11)), "88010203880405060708090a"),
        (NTAG, "8804a1"),
    ],
)
def test_a_card_is_asked_for_by_its_uid_or_the_beginning_of_it(
    awake, uid, as_it_goes_through_the_air
):
    awake.reader.present(b"\x01\x02\x03\x04", 10)
    awake.reader.present(uid, 10, beside=True)
    wanted = frame(b"\xd4\x4a\x02\x00" + bytes.fromhex(as_it_goes_through_the_air))
    assert awake.ask(wanted, 0.1) == ACK + frame(b"\xd5\x4b\x01" + target(1, uid))


def test_the_automatic_search_looks_for_any_of_several_kinds(awake):
    awake.reader.present(NTAG, 10)
    felica_then_mifare = frame(b"\xd4\x60\xff\x01\x11\x10")
    found = target(1, NTAG)
    body = b"\xd5\x61\x01\x10" + bytes([len(found)]) + found
    assert awake.ask(felica_then_mifare, 0.3) == ACK + frame(body)


def test_the_automatic_search_ends_after_so_many_times(awake):
    twice = frame(b"\xd4\x60\x02\x01\x00")
    assert awake.ask(twice, 0.2) == ACK
    assert awake.listen(0.2) == frame(b"\xd5\x61\x00")


def test_cards_of_another_kind_are_looked_for_and_none_is_here(awake):
    awake.reader.present(NTAG, 10)
    awake.ask(frame(bytes.fromhex("d43205ff0102")))
    assert awake.ask(frame(b"\xd4\x4a\x01\x03\x00")) == ACK + frame(b"\xd5\x4b\x00")


# Speaking to a card.

READ_PAGES = frame(b"\xd4\x40\x01\x30\x04")


def test_a_listed_card_is_read(awake):
    awake.reader.present(NTAG, 10)
    awake.ask(POLL, 0.1)
    assert awake.ask(READ_PAGES) == ACK + frame(b"\xd5\x41\x00" + bytes(16))


@pytest.mark.parametrize("leaves_after_s", [0.04, 0.06], ids=["before", "during"])
def test_a_removed_card_is_silent_and_then_no_target_until_it_is_listed_again(
    awake, leaves_after_s
):
    awake.reader.present(NTAG, leaves_after_s)
    awake.ask(POLL, 0.05)
    assert awake.ask(READ_PAGES) == ACK + frame(b"\xd5\x41\x01")
    awake.reader.present(NTAG, 10)
    assert awake.ask(READ_PAGES) == ACK + frame(b"\xd5\x41\x27")
    awake.ask(POLL, 0.1)
    assert awake.ask(READ_PAGES)[: len(ACK) + 8].endswith(b"\xd5\x41\x00")


def test_a_removed_card_cannot_be_selected(awake):
    awake.reader.present(NTAG, 0.04)
    awake.ask(POLL, 0.05)
    assert awake.ask(frame(b"\xd4\x54\x01")) == ACK + frame(b"\xd5\x55\x01")


def test_no_key_opens_a_card_and_a_command_it_does_not_know_is_refused(awake):
    awake.reader.present(CLASSIC, 10)
    awake.ask(POLL, 0.1)
    with_key_a = b"\x60\x04" + b"\xff" * 6 + CLASSIC
    assert awake.ask(frame(b"\xd4\x40\x01" + with_key_a)) == ACK + frame(b"\xd5\x41\x14")
    assert awake.ask(frame(b"\xd4\x40\x01\x99")) == ACK + frame(b"\xd5\x41\x13")


def test_of_two_targets_each_is_spoken_to_by_its_number(awake):
    awake.reader.present(NTAG, 10)
    awake.reader.present(CLASSIC, 0.04, beside=True)
    awake.ask(POLL_FOR_TWO, 0.1)
    assert awake.ask(frame(b"\xd4\x40\x02\x30\x04")) == ACK + frame(b"\xd5\x41\x01")
    assert awake.ask(READ_PAGES) == ACK + frame(b"\xd5\x41\x00" + bytes(16))


def test_a_card_that_was_never_listed_is_no_target(awake):
    awake.reader.present(NTAG, 10)
    assert awake.ask(READ_PAGES) == ACK + frame(b"\xd5\x41\x27")


def test_targets_are_counted_selected_and_released(awake):
    awake.reader.present(NTAG, 10)
    awake.ask(POLL, 0.1)
    status = frame(bytes.fromhex("d505000001 01000010 80".replace(" ", "")))
    assert awake.ask(frame(b"\xd4\x04")) == ACK + status
    assert awake.ask(frame(b"\xd4\x54\x01")) == ACK + frame(b"\xd5\x55\x00")
    assert awake.ask(frame(b"\xd4\x44\x02")) == ACK + frame(b"\xd5\x45\x27")
    assert awake.ask(frame(b"\xd4\x52\x01")) == ACK + frame(b"\xd5\x53\x00")
    assert awake.ask(frame(b"\xd4\x52\x01")) == ACK + frame(b"\xd5\x53\x27")
    with_the_last_error = frame(bytes.fromhex("d50527000080"))
    assert awake.ask(frame(b"\xd4\x04")) == ACK + with_the_last_error


def test_a_deselected_card_answers_again_only_after_the_field_was_off(awake):
    awake.ask(frame(bytes.fromhex("d43205ff0102")))
    awake.reader.present(NTAG, 10)
    awake.ask(POLL, 0.1)
    awake.ask(frame(b"\xd4\x44\x00"))
    assert awake.ask(POLL, 0.1) == ACK + frame(b"\xd5\x4b\x00")
    awake.ask(frame(b"\xd4\x32\x01\x00"))
    assert awake.ask(POLL, 0.1) == ACK + frame(b"\xd5\x4b\x01" + target(1, NTAG))


def test_a_deselected_card_answers_again_after_the_reader_was_without_power(awake):
    awake.reader.present(NTAG, 10)
    awake.ask(POLL, 0.1)
    awake.ask(frame(b"\xd4\x44\x00"))
    awake.reader.power_off()
    awake.ask(WAKE_UP)
    assert awake.ask(POLL, 0.1) == ACK + frame(b"\xd5\x4b\x01" + target(1, NTAG))


def test_without_its_field_a_card_forgets_that_it_was_selected(awake):
    awake.reader.present(NTAG, 10)
    awake.ask(POLL, 0.1)
    awake.ask(frame(b"\xd4\x32\x01\x00"))
    assert awake.ask(READ_PAGES) == ACK + frame(b"\xd5\x41\x27")


# Power.


def test_after_power_down_it_hears_nothing_until_it_is_woken(awake):
    assert awake.ask(frame(b"\xd4\x16\x10")) == ACK + frame(b"\xd5\x17\x00")
    assert awake.ask(frame(b"\xd4\x02")) == b""
    assert awake.ask(WAKE_UP + frame(b"\xd4\x02")) == VERSION


def test_a_command_right_behind_the_power_down_finds_it_asleep(awake):
    both = frame(b"\xd4\x16\x10") + frame(b"\xd4\x02")
    assert awake.ask(both) == ACK + frame(b"\xd5\x17\x00")


def test_a_power_down_that_the_line_may_not_end_lasts_until_power_goes(awake):
    awake.ask(frame(b"\xd4\x16\x02"))
    assert awake.ask(WAKE_UP + frame(b"\xd4\x02")) == b""
    awake.reader.power_off()
    assert awake.ask(WAKE_UP + frame(b"\xd4\x02")) == VERSION


def test_after_a_millisecond_it_hears_what_follows_the_shortest_wake_up():
    bench = ReaderBench()
    assert bench.ask(b"\x55", 0.0015) == b""
    assert bench.ask(frame(b"\xd4\x02")) == VERSION


@pytest.mark.parametrize(
    ("mode", "answer"),
    [(mode, frame(b"\xd5\x15")) for mode in (1, 2, 3, 4)]
    + [(mode, bytes.fromhex("0000ff01ff7f8100")) for mode in (0, 5)],
)
def test_it_knows_four_modes_of_the_security_module(awake, mode, answer):
    assert awake.ask(frame(bytes([0xD4, 0x14, mode, 0x14, 1]))) == ACK + answer


def test_a_frame_right_behind_the_wake_up_is_lost_while_the_chip_starts():
    bench = ReaderBench()
    assert bench.ask(b"\x55\x55" + frame(b"\xd4\x02")) == b""
    assert bench.ask(frame(b"\xd4\x02")) == VERSION


def test_it_counts_how_long_its_field_is_on_and_how_long_it_is_idle_and_asleep():
    bench = ReaderBench()
    bench.listen(5)
    bench.ask(WAKE_UP, 2)
    bench.ask(POLL, 3)
    bench.ask(frame(b"\xd4\x32\x01\x00"), 4)
    bench.ask(frame(b"\xd4\x60\xff\x01\x00"), 15)
    bench.ask(frame(b"\xd4\x16\x10"), 6)
    assert bench.reader.duty() == pytest.approx((5, 2 + 4 + 13, 5 + 6), abs=0.01)


# What goes wrong.


def test_the_faults_are_what_they_say(awake):
    awake.reader.fault("half_frame")
    whole = frame(bytes.fromhex("d50332010607"))
    assert awake.ask(frame(b"\xd4\x02")) == ACK + whole[: len(whole) // 2]
    awake.reader.fault("wrong_checksum")
    assert sum(awake.ask(frame(b"\xd4\x02"))[11:-1]) & 0xFF != 0
    awake.reader.fault("no_auto_poll")
    refused = awake.ask(frame(b"\xd4\x60\xff\x01\x00"))
    assert refused == ACK + bytes.fromhex("0000ff01ff7f8100")
    awake.reader.fault("unplugged")
    assert awake.ask(frame(b"\xd4\x02")) == b""
    awake.reader.fault(None)
    assert awake.ask(frame(b"\xd4\x02")) == b"", "it is asleep again"
    assert awake.ask(WAKE_UP + frame(b"\xd4\x02")) == VERSION
    awake.reader.fault("missed_wake_up")
    assert awake.ask(WAKE_UP + frame(b"\xd4\x02")) == b""
    assert awake.ask(WAKE_UP + frame(b"\xd4\x02")) == VERSION
    with pytest.raises(ValueError, match="unplugged"):
        awake.reader.fault("on_fire")
    assert awake.ask(frame(b"\xd4\x02")) == VERSION
    awake.reader.fault("mute")
    assert awake.ask(frame(b"\xd4\x02")) == b""
    awake.reader.fault("noise")
    assert awake.ask(frame(b"\xd4\x02")) == bytes(byte ^ 0xA5 for byte in VERSION)
    assert len(FAULTS) == 10


# Frames.


@given(st.lists(st.binary(min_size=1, max_size=600), max_size=5), st.integers(1, 50))
def test_frames_of_any_length_are_found_however_they_are_cut(bodies, size):
    line = b"".join(b"\x55\x00" + any_frame(body) for body in bodies)
    reader, found = FrameReader(), []
    for i in range(0, len(line), size):
        found += reader.feed(line[i : i + size])
    assert found == bodies


def test_an_extended_frame_is_answered_in_one(awake):
    text = bytes(range(256))
    answer = awake.ask(any_frame(b"\xd4\x00\x00" + text))
    assert answer == ACK + any_frame(b"\xd5\x01\x00" + text)
    assert answer[len(ACK) :][:8] == bytes.fromhex("0000ffffff0103fc")


@pytest.mark.parametrize("cut", range(1, len(SAM_CONFIGURATION)))
def test_a_complete_frame_behind_half_a_frame_is_answered(awake, cut):
    awake.on_data(SAM_CONFIGURATION[:cut])
    assert awake.ask(frame(b"\xd4\x02")).endswith(VERSION)


def test_a_frame_longer_than_the_chip_has_room_for_is_none(awake):
    assert awake.ask(any_frame(b"\xd4\x00\x00" + bytes(262))) != b""
    assert awake.ask(any_frame(b"\xd4\x00\x00" + bytes(263))) == b""
    assert awake.ask(frame(b"\xd4\x02")) == VERSION


ALMOST_FRAMES = st.sampled_from(
    [
        ACK,
        SAM_CONFIGURATION,
        POLL,
        frame(b"\xd4\x16\x10"),
        bytes.fromhex("0000ff"),
        bytes.fromhex("0000ffff01"),
        bytes.fromhex("0000ffffff0109f6"),
        bytes.fromhex("0000ffffffffff02"),
    ]
)


@given(st.lists(st.binary(max_size=20) | ALMOST_FRAMES, max_size=10))
def test_after_any_garbage_it_answers_a_host_that_wakes_it_again_and_again(pieces):
    bench = ReaderBench()
    bench.ask(WAKE_UP)
    bench.reader.present(NTAG, 10)
    for piece in pieces:
        bench.on_data(piece)
    # Half a frame of the greatest length has room for so many tries.
    tries = (bench.ask(WAKE_UP + ACK + frame(b"\xd4\x02")) for _ in range(12))
    assert any(said.endswith(VERSION) for said in tries)
