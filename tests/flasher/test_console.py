"""What a console says is read whole or passed over, however it is cut, torn or mixed with noise."""

import itertools
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flasher.console import Cards, Console, End, FailedStart, Heard, Line, Reset

BATTERY = Line("battery", "ok", "", "12.4 V")
MODEM = Line("modem", "failed", "MODEM_SILENT")
CARDS = Cards("8933010000000000019", "861234567890123")
SPOKEN = (
    b'bench: {"check": "battery", "outcome": "ok", "value": "12.4 V"}\r\n'
    b'bench: {"check": "modem", "outcome": "failed", "failure": "MODEM_SILENT"}\n'
    b'bench: {"iccid": "8933010000000000019", "imei": "861234567890123"}\n'
    b'bench: {"done": true}\n'
)
HEARD: list[Heard] = [BATTERY, MODEM, CARDS, End("")]


def said(words: dict[str, Any]) -> bytes:
    return b"bench: " + json.dumps(words).encode() + b"\n"


def test_a_test_is_heard_line_by_line() -> None:
    assert Console().feed(SPOKEN) == HEARD


@given(st.lists(st.integers(0, len(SPOKEN)), max_size=20))
def test_it_does_not_matter_how_the_bytes_are_cut(cuts: list[int]) -> None:
    console, heard = Console(), list[Heard]()
    edges = [0, *sorted(cuts), len(SPOKEN)]
    for begin, end in itertools.pairwise(edges):
        heard += console.feed(SPOKEN[begin:end])
    assert heard == HEARD


@given(st.binary(max_size=2000))
def test_garbage_before_a_line_break_costs_no_line_behind_it(garbage: bytes) -> None:
    console = Console()
    console.feed(garbage + b"\n")
    assert console.feed(SPOKEN) == HEARD


@given(st.binary(max_size=200).filter(lambda noise: b"\n" not in noise))
def test_a_line_is_found_behind_the_remains_of_another(noise: bytes) -> None:
    torn = noise.replace(b"bench: {", b"") + b'bench: {"check": "modem", "outc'
    assert Console().feed(torn + SPOKEN) == HEARD


@given(
    st.dictionaries(
        st.sampled_from(("check", "outcome", "failure", "value", "iccid", "imei", "done")),
        st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.lists(st.text())),
    )
)
def test_whatever_an_object_holds_what_is_heard_has_the_form_that_is_shown_and_told(
    words: dict[str, Any],
) -> None:
    for heard in Console().feed(said(words)):
        texts = [text for text in heard if isinstance(text, str)]
        assert all(text.isprintable() and len(text) <= 40 for text in texts)
        assert isinstance(heard, Line | Cards | End)


@pytest.mark.parametrize(
    "words",
    [
        {"check": "modem"},
        {"check": "modem", "outcome": "fine"},
        {"check": "Modem", "outcome": "ok"},
        {"check": "m" * 31, "outcome": "ok"},
        {"check": "modem", "outcome": "ok", "failure": "MODEM_SILENT"},
        {"check": "modem", "outcome": "failed", "failure": "modem silent"},
        {"check": "modem", "outcome": "failed", "failure": None},
        {"check": "modem", "outcome": "ok", "value": 12.4},
        {"iccid": "8933 0100", "imei": ""},
        {"iccid": "", "imei": ""},
        {"iccid": 8933010000000000019},
        {"done": 1},
        {"done": False, "failure": "it moves"},
        {},
    ],
)
def test_what_has_another_form_is_passed_over(words: dict[str, Any]) -> None:
    assert Console().feed(said(words)) == []


def test_a_test_that_was_broken_off_says_why() -> None:
    assert Console().feed(said({"done": False, "failure": "MOVES"})) == [End("MOVES")]


def test_a_value_is_cut_and_holds_nothing_that_a_terminal_obeys() -> None:
    words = {"check": "modem", "outcome": "ok", "value": "\x1b[2J\u202e" + "9" * 100}
    assert Console().feed(said(words)) == [Line("modem", "ok", "", "[2J" + "9" * 37)]


def test_a_box_that_does_not_start_is_heard_by_its_resets_and_its_errors() -> None:
    spoken = (
        b"ESP-ROM:esp32s3-20210327\r\nrst:0x1 (POWERON),boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n"
        b'start failed: ImportError \r\n  File "main.py", line 95, in start\r\n'
    )
    assert Console().feed(spoken) == [Reset(), FailedStart("ImportError")]


def test_a_line_without_an_end_takes_no_memory() -> None:
    console = Console()
    piece = b'bench: {"check": "' * 4000
    console.feed(piece)
    tracemalloc.start()
    for _ in range(50):
        assert console.feed(piece) == []
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 2 * len(piece)
    assert console.feed(b"\n" + SPOKEN) == HEARD


def test_an_object_as_deep_as_a_line_is_long_is_passed_over() -> None:
    deep = b'bench: {"check":' + b"[" * 1000 + b"\n"
    assert Console().feed(deep + SPOKEN) == HEARD
