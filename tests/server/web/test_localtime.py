"""Local time typed by people, against cases worked out elsewhere and by property."""

import contextlib
import csv
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.localtime import (
    NoSuchLocalTime,
    NotATime,
    next_day_s,
    parse_local_date,
    parse_local_time,
    to_input,
)
from tests.server.web.sample import PARIS
from tests.support import require_data

LAST_S = int(datetime(2099, 12, 31, tzinfo=PARIS).timestamp())
FIRST_S = int(datetime(2000, 1, 1, tzinfo=PARIS).timestamp())


def test_the_cases_of_the_data_set_read_as_worked_out_there():
    file = require_data("ical") / "paris_booking_cases.csv"
    with file.open(newline="") as lines:
        cases = list(csv.DictReader(lines))
    assert cases
    for case in cases:
        for end in ("start", "end"):
            if case[f"fold_{end}"] == "1":
                continue  # a form cannot say "the second time"
            typed, utc = case[f"local_{end}"], case[f"utc_{end}"]
            if case["case"] == "spring_gap_start" and end == "start":
                with pytest.raises(NoSuchLocalTime):
                    parse_local_time(typed, PARIS)
            else:
                expected_s = datetime.fromisoformat(utc).timestamp()
                assert parse_local_time(typed, PARIS).at_s == expected_s, case["case"]


def test_a_time_the_clock_jumps_over_names_the_instant_of_the_jump():
    with pytest.raises(NoSuchLocalTime) as caught:
        parse_local_time("2026-03-29T02:30", PARIS)
    assert to_input(caught.value.next_s, PARIS) == "2026-03-29T03:00"


def test_an_hour_that_exists_twice_means_the_first_and_says_so():
    instant = parse_local_time("2026-10-25T02:30", PARIS)
    assert instant.again_s == instant.at_s + 3600
    assert datetime.fromtimestamp(instant.at_s, PARIS).utcoffset().total_seconds() == 7200
    assert not parse_local_time("2026-10-25T03:00", PARIS).again_s


def test_a_day_in_autumn_has_twenty_five_hours():
    day_s = parse_local_date("2026-10-25", PARIS)
    assert next_day_s(day_s, PARIS) - day_s == 25 * 3600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13-01T00:00",
        "2026-02-30T08:00",
        "1999-12-31T23:59",
        "2100-01-01T00:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "2026-01-01T24:00",
        "2026-01-01 08:00",
        "٢٠٢٦-01-01T08:00",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(NotATime):
        parse_local_time(text, PARIS)


@given(st.integers(FIRST_S, LAST_S).map(lambda s: s - s % 60))
def test_what_a_page_shows_reads_back_as_the_same_instant_unless_it_exists_twice(at_s):
    instant = parse_local_time(to_input(at_s, PARIS), PARIS)
    assert at_s in (instant.at_s, instant.again_s)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_is_refused(text):
    for parse in (parse_local_time, parse_local_date):
        with contextlib.suppress(NotATime):
            parse(text, PARIS)
