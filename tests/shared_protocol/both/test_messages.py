"""Tests of shared_protocol.messages, on both interpreters."""

from shared_protocol import limits, messages, records
from shared_protocol.errors import LocalProtocolError, RemoteProtocolError
from tests.shared_protocol.both.helpers import fault_of

GRANT = messages.Grant(b"badgetag", 7, 1_790_000_000, 1_790_003_600, 1, 0)
RECORD = records.to_record(0, records.Odometer(1000))
EXAMPLES = (
    messages.Status("1.2.3", 1, 1_790_000_000, 2, 10, 15, 4, b"8 bytes.", 9, 1, 0, b"of cards"),
    messages.Records(2, 10, 99, [RECORD, records.to_record(5, records.LegEnd(2000))]),
    messages.Heartbeat(120),
    messages.Ack(2, 14, 0xFFFFFFFF),
    messages.Time(1_790_000_000, 999, 0xFFFFFFFF),
    messages.Grants(4, 1_790_600_000, 0, 1, [GRANT]),
    messages.Command(9, 1_790_000_060, messages.COMMAND_END_TRIP, b"badgetag"),
    messages.Epoch(3),
    messages.GrantsChange(5, 1_790_600_000, b"8 bytes.", b"8 others", 0, 1, [GRANT]),
    messages.NewKey(2, bytes(range(32))),
    messages.CardKeys(b"of cards", 0, 1, [messages.CardKey(b"badgetag", bytes(range(16)))]),
    messages.HeartbeatSeen(),
)


def test_every_message_of_the_table_has_an_example_here():
    assert {messages.type_of(message) for message in EXAMPLES} == set(messages.TABLE)


def test_every_message_comes_back():
    for message in EXAMPLES:
        data = messages.encode(message)
        assert data[0] == messages.type_of(message)
        assert messages.decode(data) == (message, 0)


def test_a_message_cut_at_any_byte_is_the_peers_fault():
    for message in EXAMPLES:
        data = messages.encode(message)
        for size in range(len(data)):
            assert fault_of(RemoteProtocolError, messages.decode, data[:size]) == "body_short"


def test_fields_that_a_later_version_added_are_counted_and_skipped():
    for message in EXAMPLES:
        assert messages.decode(messages.encode(message) + b"later") == (message, 5)


def test_an_unknown_type_gives_no_message():
    assert messages.decode(b"\x7fwhatever") == (None, 8)


def test_the_type_tells_the_direction():
    for number, entry in messages.TABLE.items():
        sent_by_the_server = entry[0] not in (
            messages.Status,
            messages.Records,
            messages.Heartbeat,
        )
        assert bool(number & messages.TO_BOX) == sent_by_the_server


def test_something_that_is_no_message_is_our_fault():
    assert fault_of(LocalProtocolError, messages.encode, RECORD) == "message_type"


def test_records_fill_a_frame_exactly_and_not_a_byte_more():
    full = records.Record(200, 0, bytes(250))
    rest = limits.MAX_RECORDS_BYTES - 3 * messages.record_bytes(full)
    last = records.Record(200, 0, bytes(rest - 6))
    fitting = messages.Records(1, 1, 0, [full, full, full, last])
    assert sum([messages.record_bytes(record) for record in fitting.records]) == (
        limits.MAX_RECORDS_BYTES
    )
    assert len(messages.encode(fitting)) == limits.MAX_MESSAGE_BYTES
    last = records.Record(200, 0, bytes(rest - 5))
    too_long = messages.Records(1, 1, 0, [full, full, full, last])
    assert fault_of(LocalProtocolError, messages.encode, too_long) == "message_long"


def test_a_message_that_no_frame_can_carry_is_the_peers_fault():
    assert messages.decode(bytes((0x7F,)) + bytes(limits.MAX_MESSAGE_BYTES - 1))[0] is None
    for first in (0x02, 0x7F):
        data = bytes((first,)) + bytes(limits.MAX_MESSAGE_BYTES)
        assert fault_of(RemoteProtocolError, messages.decode, data) == "message_long"


def test_more_items_than_a_count_byte_are_our_fault():
    many = messages.Records(1, 1, 0, [records.Record(200, 0, b"")] * 256)
    assert fault_of(LocalProtocolError, messages.encode, many) == "message_long"
