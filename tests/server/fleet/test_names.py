"""Finding people by name, cars by plate (finding S9)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.names import is_called, plate_of


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("benali", True),
        ("BEN", True),
        ("helo", True),
        ("Héloïse B", True),
        ("benali heloise", True),
        ("marie", True),
        ("ali", False),
        ("benali karim", False),
    ],
)
def test_a_name_is_found_by_the_beginnings_of_its_words(sought: str, found: bool) -> None:
    assert is_called("Héloïse-Marie Benali", sought) is found


@given(st.text())
def test_everybody_is_called_by_their_own_name(name: str) -> None:
    assert is_called(name, name)


@pytest.mark.parametrize(
    "text",
    [
        "AB-123-CD",
        "AB 123 CD",
        "ab123cd",
        " Ab-123 cd ",
        "AB\u00a0123\u202fCD",
        "AB–123—CD",
        "AB\u2011123\u2011CD",
        "AB.123/CD",
        "AB·123·CD",
        "ＡＢ－１２３－ＣＤ",
        "AB-123-\u200bCD",
        "AB_123_CD",
    ],
)
def test_a_plate_is_the_same_however_it_is_written(text: str) -> None:
    assert plate_of(text) == "AB-123-CD"


@pytest.mark.parametrize(
    ("text", "plate"),
    [("1234 ab 72", "1234-AB-72"), ("W-123-AA", "W-123-AA"), ("m-ü 1234", "MÜ-1234"), (" -. ", "")],
)
def test_older_and_foreign_plates_have_one_form_too(text: str, plate: str) -> None:
    assert plate_of(text) == plate


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_plate_that_is_stored_stays_as_it_is(text: str) -> None:
    assert plate_of(plate_of(text)) == plate_of(text)


@given(
    st.from_regex(r"[A-Z]{2}[0-9]{3}[A-Z]{2}", fullmatch=True),
    st.lists(st.sampled_from(" -._\u00a0\u2013"), max_size=7),
)
def test_signs_between_the_letters_make_no_other_car(plate: str, signs: list[str]) -> None:
    written = plate
    for at, sign in enumerate(signs):
        written = written[: 2 * at] + sign + written[2 * at :]
    assert plate_of(written.lower()) == plate_of(plate)
    assert re.fullmatch(r"[A-Z]{2}-[0-9]{3}-[A-Z]{2}", plate_of(plate))
