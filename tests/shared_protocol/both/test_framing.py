"""Tests of shared_protocol.framing, on both interpreters."""

from shared_protocol.errors import RemoteProtocolError
from shared_protocol.framing import FrameReader, frame
from tests.shared_protocol.both.helpers import fault_of


def read_all(reader):
    found = []
    payload = reader.next_frame(1, 1024)
    while payload is not None:
        found.append(payload)
        payload = reader.next_frame(1, 1024)
    return found


def test_a_frame_is_its_length_then_its_payload():
    assert frame(b"abc") == b"\x00\x03abc"
    assert frame(bytes(1024))[:2] == b"\x04\x00"


def test_frames_come_out_alike_whole_byte_by_byte_and_with_more_behind():
    payloads = [b"a", bytes(1024), b"xyz"]
    stream = b"".join([frame(payload) for payload in payloads])
    whole, dripped, longer = FrameReader(), FrameReader(), FrameReader()
    whole.feed(stream)
    assert read_all(whole) == payloads
    found = []
    for i in range(len(stream)):
        dripped.feed(stream[i : i + 1])
        found += read_all(dripped)
    assert found == payloads
    longer.feed(stream + b"\x00\x09half")
    assert read_all(longer) == payloads
    assert longer.pending_bytes() == 6


def test_a_length_out_of_bounds_is_refused_before_its_payload_is_here():
    for length in (b"\x00\x00", b"\x04\x01", b"\xff\xff"):
        reader = FrameReader()
        reader.feed(length[:1])
        assert reader.next_frame(1, 1024) is None
        reader.feed(length[1:])
        assert fault_of(RemoteProtocolError, reader.next_frame, 1, 1024) == "frame_length"
