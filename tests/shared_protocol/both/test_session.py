"""Tests of shared_protocol.session, both roles joined, on both interpreters."""

from shared_protocol import limits, messages, records
from shared_protocol.errors import LocalProtocolError, RemoteProtocolError
from shared_protocol.framing import frame
from shared_protocol.session import Established, Received, RekeyDue, Session
from tests.shared_protocol.both.helpers import (
    BOX_ID,
    GENERATION,
    KEY,
    OTHER_KEY,
    counting_random,
    exchange,
    fault_of,
    joined,
    make_box,
    make_server,
    work,
)

STATUS = messages.Status("1.0", 0, 0, 1, 1, 1, 0, bytes(8), 0, 0, 0, bytes(8))
RECORDS = messages.Records(1, 1, 0, [records.to_record(0, records.Odometer(5))])
ACK = messages.Ack(1, 1, 9)
ESTABLISHED = Established(BOX_ID, GENERATION)


def hello_of_a_box():
    box = make_box()
    work(box)
    return box, box.bytes_to_send()


def fails(session, data, now_ms=0):
    """The reason code with which a session ends when it gets `data`, whenever it says so."""

    def feed():
        session.receive_data(data, now_ms)
        work(session, now_ms)

    return fault_of(RemoteProtocolError, feed)


# The handshake.


def test_the_box_is_established_after_message_2_and_the_server_after_the_first_sealed_frame():
    box, server = make_box(), make_server()
    box_events, server_events = exchange(box, server)
    assert (box_events, server_events) == ([ESTABLISHED], [])
    assert (box.established, server.established) == (True, False)
    assert (server.box_id, server.generation) == (None, None)
    box.send(STATUS)
    assert exchange(box, server) == ([], [ESTABLISHED, Received(STATUS)])
    assert (server.box_id, server.generation) == (BOX_ID, GENERATION)


def test_the_handshake_takes_96_bytes_on_the_stream():
    _, hello = hello_of_a_box()
    server = make_server()
    server.receive_data(hello, 0)
    work(server)
    assert (len(hello), len(server.bytes_to_send())) == (54, 42)


def test_a_frame_adds_11_bytes_to_a_body():
    box, _ = joined()
    box.send(STATUS)
    body_bytes = len(messages.encode(STATUS)) - 1
    assert len(box.bytes_to_send()) == body_bytes + 11


def test_a_wrong_key_and_an_unknown_box_look_alike():
    _, hello = hello_of_a_box()
    wrong = make_server(key=OTHER_KEY)
    unknown = Session.server(lambda box_id, generation: None, counting_random(9), 0)
    assert fails(wrong, hello) == "bad_tag"
    assert fails(unknown, hello) == "bad_tag"


def test_another_version_or_suite_is_refused_by_name():
    _, hello = hello_of_a_box()
    for position in (2, 3):
        changed = bytearray(hello)
        changed[position] = 2
        assert fails(make_server(), bytes(changed)) == "hello_unsupported"


def test_receiving_never_does_the_slow_work():
    _, hello = hello_of_a_box()
    server = make_server()
    assert server.next_deadline() == limits.HANDSHAKE_TIMEOUT_MS
    assert server.receive_data(hello, 0) == []
    for _ in range(200):
        assert server.receive_data(b"", 0) == []
    assert server.bytes_to_send() == b""
    assert server.next_deadline() == 0


def test_the_server_asks_for_the_key_of_the_id_and_generation_of_the_hello():
    asked = []

    def find_key(box_id, generation):
        asked.append((box_id, generation))
        return KEY

    _, hello = hello_of_a_box()
    server = Session.server(find_key, counting_random(9), 0)
    server.receive_data(hello, 0)
    assert asked == [(BOX_ID, GENERATION)]


def test_every_changed_byte_of_the_hello_ends_the_session_without_an_event():
    _, hello = hello_of_a_box()
    for position in range(len(hello)):
        changed = bytearray(hello)
        changed[position] ^= 1
        assert fails(make_server(), bytes(changed)) in (
            "bad_tag",
            "frame_length",
            "hello_unsupported",
        )


def test_a_replayed_hello_establishes_nobody():
    box, hello = hello_of_a_box()
    first, second = make_server(seed=101), make_server(seed=150)
    first.receive_data(hello, 0)
    work(first)
    box.receive_data(first.bytes_to_send(), 0)
    work(box)
    box.send(STATUS)
    status = box.bytes_to_send()
    assert second.receive_data(hello, 0) == []
    assert work(second) == []
    assert fails(second, status) == "bad_tag"
    assert second.box_id is None


def test_the_handshake_has_ten_seconds_on_either_side():
    for session in (make_box(now_ms=500), make_server(now_ms=500)):
        assert session.step(10_499) == []
        assert fault_of(RemoteProtocolError, session.step, 10_500) == "handshake_timeout"


def test_a_server_that_hears_no_sealed_frame_gives_up_too():
    _, server = joined()
    assert server.next_deadline() == 10_000
    assert fault_of(RemoteProtocolError, server.step, 10_000) == "handshake_timeout"


def test_data_before_our_answer_wait_within_a_bound():
    _, hello = hello_of_a_box()
    patient, flooded = make_server(), make_server()
    assert patient.receive_data(hello + bytes(limits.MAX_EARLY_BYTES), 0) == []
    flood = hello + bytes(limits.MAX_EARLY_BYTES + 1)
    assert fault_of(RemoteProtocolError, flooded.receive_data, flood, 0) == "early_data"


# Frames.


def test_messages_cross_both_ways_in_order():
    box, server = joined()
    for message in (STATUS, RECORDS, STATUS):
        box.send(message)
    assert exchange(box, server)[1] == [
        ESTABLISHED,
        Received(STATUS),
        Received(RECORDS),
        Received(STATUS),
    ]
    server.send(ACK)
    server.send(messages.Time(5, 6, 7))
    assert exchange(box, server)[0] == [Received(ACK), Received(messages.Time(5, 6, 7))]


def test_the_stream_may_be_cut_between_any_two_bytes():
    box, server = joined()
    box.send(STATUS)
    box.send(RECORDS)
    stream = box.bytes_to_send()
    events = []
    for i in range(len(stream)):
        events += server.receive_data(stream[i : i + 1], 0)
    assert events == [ESTABLISHED, Received(STATUS), Received(RECORDS)]


def test_each_call_reads_one_frame():
    box, server = joined()
    for message in (STATUS, RECORDS, STATUS):
        box.send(message)
    assert server.receive_data(box.bytes_to_send(), 0) == [ESTABLISHED, Received(STATUS)]
    assert server.next_deadline() == 0
    assert server.step(0) == [Received(RECORDS)]
    assert server.step(0) == [Received(STATUS)]
    assert server.step(0) == []
    assert server.next_deadline() == limits.REKEY_AGE_MS


def test_a_frame_sent_back_to_its_sender_is_refused():
    box, _ = joined()
    box.send(STATUS)
    assert fails(box, box.bytes_to_send()) == "bad_tag"


def test_a_repeated_frame_is_refused():
    box, server = joined()
    box.send(STATUS)
    sealed = box.bytes_to_send()
    server.receive_data(sealed, 0)
    assert fails(server, sealed) == "bad_tag"


def test_a_lost_frame_is_noticed_at_the_next_one():
    box, server = joined()
    box.send(STATUS)
    box.bytes_to_send()
    box.send(STATUS)
    assert fails(server, box.bytes_to_send()) == "bad_tag"


def test_empty_short_and_oversized_frames_are_refused():
    for length in (0, 1, 8, 1025, 65535):
        box, _ = joined()
        assert fails(box, length.to_bytes(2, "big")) == "frame_length"


def test_good_frames_before_a_bad_one_are_delivered_first():
    box, server = joined()
    box.send(STATUS)
    assert server.receive_data(box.bytes_to_send() + b"\xff\xff", 0) == [
        ESTABLISHED,
        Received(STATUS),
    ]
    server.send(ACK)
    assert server.next_deadline() == 0
    assert fault_of(RemoteProtocolError, server.step, 0) == "frame_length"


def test_after_a_fault_every_call_is_our_fault_and_the_keys_are_gone():
    box, _ = joined()
    assert fails(box, b"\xff\xff") == "frame_length"
    assert not box.established
    for call, arguments in (
        (box.receive_data, (b"", 0)),
        (box.step, (0,)),
        (box.send, (STATUS,)),
        (box.bytes_to_send, ()),
        (box.next_deadline, ()),
    ):
        assert fault_of(LocalProtocolError, call, *arguments) == "session_closed"


# Growth.


def inject(plain):
    """Let the box's cipher seal what no message of ours encodes; the server's session."""
    box, server = joined()
    events = server.receive_data(frame(box._sending.seal(b"", plain)), 0)
    return server, events


def test_a_message_of_unknown_type_is_skipped_and_counted():
    server, events = inject(b"\x3fwhatever a later version says")
    assert (events, server.skipped) == ([ESTABLISHED], 1)
    server, events = inject(b"\x3f")
    assert (events, server.skipped) == ([ESTABLISHED], 1)


def test_a_message_that_is_understood_is_not_counted_as_skipped():
    server, events = inject(messages.encode(STATUS))
    assert (events, server.skipped) == ([ESTABLISHED, Received(STATUS)], 0)


def test_fields_that_a_later_version_added_are_skipped_and_counted():
    server, events = inject(messages.encode(STATUS) + b"later")
    assert (events, server.skipped) == ([ESTABLISHED, Received(STATUS)], 1)


def test_a_message_of_the_wrong_direction_is_skipped_and_counted():
    server, events = inject(messages.encode(ACK))
    assert (events, server.skipped) == ([ESTABLISHED], 1)


def test_a_body_that_is_too_short_ends_the_session_and_establishes_nobody():
    assert fault_of(RemoteProtocolError, inject, b"\x01\x05") == "body_short"


# What the caller may not do.


def test_sending_before_established_is_our_fault():
    box, server = make_box(), make_server()
    assert fault_of(LocalProtocolError, box.send, STATUS) == "not_established"
    exchange(box, server)
    assert fault_of(LocalProtocolError, server.send, ACK) == "not_established"


def test_sending_the_other_sides_message_is_our_fault():
    box, _ = joined()
    assert fault_of(LocalProtocolError, box.send, ACK) == "message_direction"


def test_a_caller_that_does_not_drain_is_stopped():
    box, _ = joined()
    big = messages.Records(1, 1, 0, [records.Record(200, 0, bytes(250))] * 3)
    sent = 0
    while sent < 100:
        try:
            box.send(big)
        except LocalProtocolError as error:
            assert error.reason_code == "outgoing_full"
            break
        sent += 1
    assert sent == limits.MAX_OUTGOING_BYTES // (3 * 256 + 8 + 10)
    assert len(box.bytes_to_send()) <= limits.MAX_OUTGOING_BYTES
    box.send(big)


def test_an_identity_of_a_wrong_size_is_our_fault():
    for generation in (0, 65535):
        assert Session.box(BOX_ID, KEY, generation, bytes, 0).generation == generation
    for box_id, key, generation in (
        (BOX_ID[1:], KEY, 1),
        (BOX_ID, KEY[1:], 1),
        (BOX_ID, KEY, -1),
        (BOX_ID, KEY, 65536),
    ):
        fault = fault_of(LocalProtocolError, Session.box, box_id, key, generation, bytes, 0)
        assert fault == "identity"


# The age of keys.


def test_keys_are_due_after_a_day_and_it_is_said_once():
    box, _ = joined()
    assert box.next_deadline() == limits.REKEY_AGE_MS
    assert box.step(limits.REKEY_AGE_MS - 1) == []
    assert box.step(limits.REKEY_AGE_MS) == [RekeyDue()]
    assert box.next_deadline() is None
    assert box.step(limits.REKEY_AGE_MS + 1) == []


def test_keys_are_due_after_a_million_frames_of_either_direction():
    box, server = joined()
    box._sending.counter = server._receiving.counter = limits.REKEY_FRAMES - 2
    box.send(STATUS)
    assert box.next_deadline() == limits.REKEY_AGE_MS
    box.send(STATUS)
    assert box.next_deadline() == 0
    assert box.step(0) == [RekeyDue()]
    events = server.receive_data(box.bytes_to_send(), 0) + work(server)
    assert events == [ESTABLISHED, Received(STATUS), Received(STATUS), RekeyDue()]
