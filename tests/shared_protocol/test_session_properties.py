"""Properties of Session over a space of inputs, by hypothesis (CPython only)."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from shared_protocol import limits, messages, records
from shared_protocol.errors import RemoteProtocolError
from shared_protocol.session import Established, Received, Session
from tests.shared_protocol.both.helpers import (
    exchange,
    joined,
    make_box,
    make_server,
)
from tests.support import examples

Event = tuple[object, ...]

u8 = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFFFFFF)
bytes8 = st.binary(min_size=8, max_size=8)
texts = st.text(max_size=4)  # at most 16 bytes of UTF-8
record = st.builds(records.Record, u8, u32, st.binary(max_size=100))
grant = st.builds(messages.Grant, bytes8, u32, u32, u32, u8, u8)
card_key = st.builds(messages.CardKey, bytes8, st.binary(min_size=16, max_size=16))

from_box = st.one_of(
    st.builds(messages.Status, texts, u8, u32, u16, u32, u32, u32, bytes8, u32, u8, u8, bytes8),
    st.builds(messages.Records, u16, u32, u32, st.lists(record, max_size=9)),
)
from_server = st.one_of(
    st.builds(messages.Ack, u16, u32, u32),
    st.builds(messages.Time, u32, u16, u32),
    st.builds(messages.Grants, u32, u32, u8, u8, st.lists(grant, max_size=45)),
    st.builds(messages.Command, u32, u32, u8, bytes8),
    st.builds(messages.Epoch, u16),
    st.builds(
        messages.GrantsChange, u32, u32, bytes8, bytes8, u8, u8, st.lists(grant, max_size=44)
    ),
    st.builds(messages.NewKey, u16, st.binary(min_size=32, max_size=32)),
    st.builds(messages.CardKeys, bytes8, u8, u8, st.lists(card_key, max_size=41)),
)


def feed(session: Session, chunks: list[bytes]) -> tuple[list[Event], str]:
    """Everything a stream leads to: its events and the reason code of the fault, if any."""
    events: list[Event] = []
    try:
        for chunk in chunks:
            events += session.receive_data(chunk, 0)
            while session.next_deadline() == 0:
                events += session.step(0)
    except RemoteProtocolError as error:
        return events, error.reason_code
    return events, ""


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    borders = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[a:b] for a, b in pairwise(borders)]


@given(st.lists(from_box, max_size=8), st.lists(from_server, max_size=8))
def test_any_messages_cross_both_ways_unchanged(up: list[Event], down: list[Event]) -> None:
    box, server = joined()
    box.send(messages.Status("", 0, 0, 0, 0, 0, 0, bytes(8), 0, 0, 0, bytes(8)))
    exchange(box, server)
    for message in up:
        box.send(message)
        assert exchange(box, server) == ([], [Received(message)])
    for message in down:
        server.send(message)
    assert exchange(box, server) == ([Received(message) for message in down], [])


@given(
    st.lists(from_box, min_size=1, max_size=4),
    st.lists(st.integers(0, 5000), max_size=20),
    st.binary(max_size=40),
)
def test_however_a_stream_is_cut_it_gives_the_same_events(
    sent: list[Event], places: list[int], tail: bytes
) -> None:
    outcomes = []
    for chunked in (False, True):
        box, server = joined()
        for message in sent:
            box.send(message)
        stream = box.bytes_to_send() + tail
        outcomes.append(feed(server, cut(stream, places) if chunked else [stream]))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0][1:] == [Received(message) for message in sent]


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_garbage_at_any_stage_gives_events_or_a_remote_fault_and_nothing_else(
    chunks: list[bytes],
) -> None:
    for session in (make_server(), make_box(), *joined()):
        events, _ = feed(session, chunks)
        assert [event for event in events if not isinstance(event, Established)] == []


@given(st.binary(max_size=limits.MAX_MESSAGE_BYTES))
def test_a_garbage_body_gives_a_message_none_or_a_remote_fault(data: bytes) -> None:
    try:
        message, unread = messages.decode(data)
    except RemoteProtocolError:
        return
    if message is not None:
        assert messages.encode(message) == data[: len(data) - unread]


@given(u8, st.binary(max_size=255))
def test_a_garbage_record_body_gives_a_record_none_or_a_remote_fault(
    kind: int, body: bytes
) -> None:
    try:
        record_body = records.decode_body(kind, body)
    except RemoteProtocolError:
        return
    if record_body is not None:
        assert body.startswith(records.encode_body(record_body))


@settings(max_examples=examples(300))
@given(from_box, st.data())
def test_any_flipped_bit_of_any_sealed_frame_closes(message: Event, data: st.DataObject) -> None:
    box, server = joined()
    box.send(message)
    sealed = bytearray(box.bytes_to_send())
    bit = data.draw(st.integers(16, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    assert feed(server, [bytes(sealed)]) == ([], "bad_tag")


@given(from_box, st.integers(0, 15))
def test_a_flipped_bit_of_a_length_never_delivers_the_message(message: Event, bit: int) -> None:
    box, server = joined()
    box.send(message)
    stream = bytearray(box.bytes_to_send())
    stream[bit // 8] ^= 1 << bit % 8
    events, fault = feed(server, [bytes(stream)])
    assert events == []
    assert fault in ("bad_tag", "frame_length", "")
    assert not server.established
