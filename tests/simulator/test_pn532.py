"""The badge reader, byte for byte as NXP's manual and libnfc have it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.pn532 import Pn532
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


@given(st.lists(st.binary(max_size=20), max_size=10))
def test_no_garbage_breaks_it(pieces):
    bench = ReaderBench()
    bench.ask(WAKE_UP)
    for piece in pieces:
        bench.on_data(piece)
    bench.listen(1)
    bench.ask(bytes(600))  # ends whatever frame the garbage had begun
    assert bench.ask(SAM_CONFIGURATION) == ACK + frame(b"\xd5\x15")
