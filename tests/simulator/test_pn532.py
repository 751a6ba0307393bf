"""The badge reader, byte for byte as NXP's manual and libnfc have it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.pn532 import FAULTS, Pn532
from simulator.devices.pn532_frames import FrameReader
from simulator.devices.pn532_frames import frame as any_frame
from simulator.timeline import US, Timeline

WAKE_UP = bytes.fromhex("5555") + bytes(14)
ACK = bytes.fromhex("0000ff00ff00")
SAM_CONFIGURATION = bytes.fromhex("0000ff03fdd41401170 0".replace(" ", ""))
POLL = bytes.fromhex("0000ff04fcd44a0100e100")


class ReaderBench:
    """The reader on a line without delay; `ask` returns all it says within a while."""

    def __init__(self) -> None:
        self.timeline = Timeline(1_700_000_000 * US)
        self.said = b""
        self.on_data = lambda data: None
        self.reader = Pn532(self.timeline, self)

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


def test_a_nack_brings_the_last_answer_again(awake):
    awake.ask(frame(b"\xd4\x02"))
    assert awake.ask(bytes.fromhex("0000ffff0000")) == frame(bytes.fromhex("d50332010607"))


def test_an_unknown_command_gets_the_error_frame(awake):
    assert awake.ask(frame(b"\xd4\xee")) == ACK + bytes.fromhex("0000ff01ff7f8100")


@pytest.mark.parametrize("at", [3, 4, 6, 8])
def test_a_wrong_checksum_gets_no_answer_and_the_next_frame_does(awake, at):
    broken = bytearray(SAM_CONFIGURATION)
    broken[at] ^= 0x01
    assert awake.ask(bytes(broken)) == b""
    assert awake.ask(SAM_CONFIGURATION + SAM_CONFIGURATION).endswith(frame(b"\xd5\x15"))


NTAG, CLASSIC = bytes.fromhex("04a1b2c3d4e5f6"), bytes.fromhex("0badc0de")
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


def test_a_card_removed_in_mid_exchange_is_silent_and_then_no_target(awake):
    awake.reader.present(NTAG, 0.06)
    awake.ask(POLL, 0.05)
    assert awake.ask(READ_PAGES) == ACK + frame(b"\xd5\x41\x01")
    assert awake.ask(READ_PAGES) == ACK + frame(b"\xd5\x41\x27")


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
    assert awake.ask(frame(b"\xd4\x04")) == ACK + frame(bytes.fromhex("d50500000080"))


def test_a_deselected_card_answers_again_only_after_the_field_was_off(awake):
    awake.ask(frame(bytes.fromhex("d43205ff0102")))
    awake.reader.present(NTAG, 10)
    awake.ask(POLL, 0.1)
    awake.ask(frame(b"\xd4\x44\x00"))
    assert awake.ask(POLL, 0.1) == ACK + frame(b"\xd5\x4b\x00")
    awake.ask(frame(b"\xd4\x32\x01\x00"))
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


def test_a_power_down_that_the_line_may_not_end_lasts_until_power_goes(awake):
    awake.ask(frame(b"\xd4\x16\x02"))
    assert awake.ask(WAKE_UP + frame(b"\xd4\x02")) == b""
    awake.reader.power_off()
    assert awake.ask(WAKE_UP + frame(b"\xd4\x02")) == VERSION


def test_a_frame_right_behind_the_wake_up_is_lost_while_the_chip_starts():
    bench = ReaderBench()
    assert bench.ask(b"\x55\x55" + frame(b"\xd4\x02")) == b""
    assert bench.ask(frame(b"\xd4\x02")) == VERSION


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
    assert len(FAULTS) == 5


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


@given(st.lists(st.binary(max_size=20), max_size=10))
def test_no_garbage_breaks_it(pieces):
    bench = ReaderBench()
    bench.ask(WAKE_UP)
    for piece in pieces:
        bench.on_data(piece)
    bench.listen(1)
    bench.ask(bytes(600))  # ends whatever frame the garbage had begun
    assert bench.ask(SAM_CONFIGURATION) == ACK + frame(b"\xd5\x15")
