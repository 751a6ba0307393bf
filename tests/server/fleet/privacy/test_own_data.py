"""What somebody takes with them: every declared column, or a reason why not."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from server.fleet.privacy.own_data import (
    ANOTHER,
    ME,
    OF_OTHERS,
    WITHHELD,
    handed_out,
    name_of,
    readable,
)
from server.fleet.privacy.registry import KINDS
from server.store.known import ROWS

PARIS = ZoneInfo("Europe/Paris")
COLUMNS = sorted({name for kind in KINDS for names in kind.columns.values() for name in names})


def test_each_declared_column_is_handed_out_or_withheld_for_a_reason():
    for kind in KINDS:
        out = handed_out(kind)
        for table, names in kind.columns.items():
            for name in names:
                assert (name in out.get(table, ())) is not (name in WITHHELD or name in OF_OTHERS)


def test_nothing_is_withheld_that_is_not_there():
    assert set(COLUMNS) >= {*WITHHELD, *OF_OTHERS}


def test_of_each_table_that_speaks_of_a_person_it_is_said_which_rows_are_theirs():
    assert set(ROWS) == {table for kind in KINDS for table in handed_out(kind)}


@given(st.sampled_from(COLUMNS), st.none() | st.integers(0, 2**32) | st.text() | st.binary())
def test_whatever_stands_there_no_number_of_anybody_else_is_read(name, value):
    (read,) = readable({name: value}, 7, set(), PARIS).values()
    if name.endswith(("agent_id", "by_id")) and value is not None:
        assert read == (ME if value == 7 else ANOTHER)
    if name == "badge_id" and value is not None:
        assert read == ANOTHER
    assert not isinstance(read, bytes)


def test_an_instant_is_read_with_its_zone_and_a_place_in_degrees():
    row = {"started_at_s": 1_790_000_000, "start_lat_e7": 480_061_000, "ended_at_s": None}
    assert readable(row, 7, set(), PARIS) == {
        "started_at": "2026-09-21T16:13:20+02:00",
        "start_lat": 48.0061,
        "ended_at": None,
    }
    assert name_of("distance_m") == "distance_m"
