"""Each failure says in both languages what it is and what to do, and the guide has them all."""

import re

import pytest

from flasher.failures import Failure, FlashError, language
from tests.flasher.failures_table import PAGE, made_anew

PLACES = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("failure", Failure, ids=lambda failure: failure.name)
def test_both_languages_leave_the_same_words_open(failure: Failure) -> None:
    english, french = failure.value
    assert set(PLACES.findall(english)) == set(PLACES.findall(french))
    assert english != french
    words = dict.fromkeys(PLACES.findall(english), "this")
    assert "%" not in failure.text("en", words) + failure.text("fr", words)


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LANGUAGE": "fr:en"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_it_speaks_as_the_computer_does(
    variables: dict[str, str], spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == spoken
    assert str(FlashError(Failure.NO_BOARD)) == Failure.NO_BOARD.text(spoken, {})


def test_the_guides_table_is_what_the_flasher_says() -> None:
    assert PAGE.read_text("utf-8") == made_anew(), "python -m tests.flasher.failures_table"
