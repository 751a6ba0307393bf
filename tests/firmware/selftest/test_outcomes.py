"""The lines of the console and the file that is kept of a bench test."""

import json

from firmware.selftest import outcomes
from firmware.selftest.outcomes import CHECKS, FAILURES, NOTHING_FITTED, failed, ok, waiting

PREFIX = "bench: "

RESULTS = {
    "resets": ok("0 resets"),
    "modem": failed("MODEM_SILENT"),
    "door": NOTHING_FITTED,
    "server": failed("SERVER_REFUSES"),
}
KEPT = (
    ("resets", "ok", ""),
    ("door", "not_fitted", ""),
    ("modem", "failed", "MODEM_SILENT"),
    ("server", "failed", "SERVER_REFUSES"),
)


def said(line: str) -> dict:
    assert line.startswith(PREFIX)
    return json.loads(line[len(PREFIX) :])


def test_a_line_is_json_with_what_there_is_to_say():
    assert outcomes.line("modem", ok()) == 'bench: {"check": "modem", "outcome": "ok"}'
    assert said(outcomes.line("battery", failed("BATTERY_FLAT", "11.4 V"))) == {
        "check": "battery",
        "outcome": "failed",
        "failure": "BATTERY_FLAT",
        "value": "11.4 V",
    }
    assert said(outcomes.line("badge", waiting())) == {"check": "badge", "outcome": "waiting"}
    assert said(outcomes.line("door", NOTHING_FITTED))["outcome"] == "not_fitted"


def test_cards_and_the_end_are_said_as_they_are_agreed():
    assert outcomes.cards_line("8933", "8600") == 'bench: {"iccid": "8933", "imei": "8600"}'
    assert outcomes.done_line() == 'bench: {"done": true}'
    assert said(outcomes.done_line("MOVES")) == {"done": False, "failure": "MOVES"}


def test_what_was_kept_is_read_as_it_was():
    data = outcomes.to_bytes(RESULTS, 1_700_000_000)
    assert outcomes.from_bytes(data) == (1_700_000_000, KEPT)


def test_every_check_with_every_failure_can_be_kept():
    for failure in FAILURES[1:]:
        data = outcomes.to_bytes({check: failed(failure) for check in CHECKS}, 0)
        assert outcomes.from_bytes(data)[1] == tuple([(c, "failed", failure) for c in CHECKS])


def test_a_file_that_is_cut_damaged_or_of_a_later_version_says_nothing():
    data = outcomes.to_bytes(RESULTS, 1)
    for size in range(len(data)):
        assert outcomes.from_bytes(data[:size]) == (0, ())
    for at in range(len(data)):
        for bit in range(8):
            damaged = data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]
            assert outcomes.from_bytes(damaged) == (0, ())


def test_the_numbers_of_the_file_stay_as_they_are():
    """From the first version: a new name goes to the end, and no name changes its place."""
    assert outcomes.to_bytes(RESULTS, 1).hex() == (
        "01" "00000001" "04"  # version, time, count
        "000000" "090200" "0d0113" "11011b"  # place of the check, of its outcome, of its failure
        "76b1b09f"  # checksum (CRC-32, as gzip gives it)
    )  # fmt: skip
