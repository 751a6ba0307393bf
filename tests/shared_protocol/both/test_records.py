"""Tests of shared_protocol.records, on both interpreters."""

from shared_protocol import records
from shared_protocol.errors import LocalProtocolError, RemoteProtocolError
from shared_protocol.messages import Ack
from tests.shared_protocol.both.helpers import fault_of

TRIP_START = records.TripStart(b"badgetag", 7, 123456, 480061000, -1996000, 1, 0)
SMALLEST = {"H": 0, "B": 0, "I": 0, "i": -(1 << 31), "8": bytes(8), "b": b"", "t": ""}


def smallest_record(kind):
    record, layout = records.KINDS[kind]
    return record(*[SMALLEST[letter] for letter in layout])


def test_a_record_comes_back_from_its_body():
    record = records.to_record(1_790_000_000, TRIP_START)
    assert record.kind == 2
    assert record.time_s == 1_790_000_000
    assert records.decode_body(record.kind, record.body) == TRIP_START


def test_every_kind_comes_back_and_a_body_that_is_cut_is_the_peers_fault():
    for kind in records.KINDS:
        record = smallest_record(kind)
        body = records.encode_body(record)
        assert records.decode_body(kind, body) == record
        cut = body[:-1]
        assert fault_of(RemoteProtocolError, records.decode_body, kind, cut) == "body_short"


def test_fields_that_a_later_version_added_are_skipped():
    for kind in records.KINDS:
        record = smallest_record(kind)
        assert records.decode_body(kind, records.encode_body(record) + b"later") == record


def test_an_unknown_kind_gives_nothing():
    assert records.decode_body(0, b"") is None
    assert records.decode_body(255, b"whatever") is None


def test_something_that_is_no_record_is_our_fault():
    assert fault_of(LocalProtocolError, records.encode_body, Ack(1, 1, 0)) == "record_kind"


def test_a_position_out_of_range_is_our_fault():
    far = records.TripEnd(0, 1 << 31, 0, 1)
    assert fault_of(LocalProtocolError, records.encode_body, far) == "field_range"


def test_no_position_fits_the_field():
    record = records.TripEnd(0, records.NO_POSITION, records.NO_POSITION, records.END_INFERRED)
    assert records.decode_body(3, records.encode_body(record)) == record
