"""What the wire can tell of a place: law 5, read off the list of records itself."""

from shared_protocol import messages, records

_OF_A_PLACE = {"lat_e7", "lon_e7", "lat", "lon", "latitude", "longitude", "position", "fix"}


def test_only_the_start_and_the_end_of_a_trip_carry_a_place() -> None:
    with_a_place = {
        kind.__name__ for kind, _ in records.KINDS.values() if _OF_A_PLACE & set(kind._fields)
    }
    assert with_a_place == {"TripStart", "TripEnd"}


def test_no_record_carries_a_speed() -> None:
    fields = {field for kind, _ in records.KINDS.values() for field in kind._fields}
    assert not {field for field in fields if "speed" in field or "kmh" in field or "mps" in field}


def test_no_message_of_its_own_carries_a_place() -> None:
    kinds = [each for each in vars(messages).values() if hasattr(each, "_fields")]
    assert kinds
    assert not {kind.__name__ for kind in kinds if _OF_A_PLACE & set(kind._fields)}
