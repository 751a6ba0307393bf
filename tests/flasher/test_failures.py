"""All that is said is said in both languages, and the guide has every failure."""

import re

import pytest

from flasher.failures import Bilingual, FlashError, language
from flasher.failures.bench import BenchCheck, BenchWish
from flasher.failures.board import BoardFailure
from flasher.words import Words
from tests.flasher.failures_table import KINDS, PAGE, PLACES, made_anew

FAILURES: list[Bilingual] = [each for kind in KINDS.values() for each in kind]
SAID: list[Bilingual] = [*FAILURES, *Words, *BenchCheck, *BenchWish]
ALIKE = {"PORT", "BADGE", "SATELLITES", "MODEM", "SIGNAL"}  # words that both languages have


@pytest.mark.parametrize("each", SAID, ids=lambda each: each.name)
def test_both_languages_leave_the_same_words_open(each: Bilingual) -> None:
    english, french = each.value
    assert set(PLACES.findall(english)) == set(PLACES.findall(french))
    assert (english == french) == (each.name in ALIKE)
    words = dict.fromkeys(PLACES.findall(english), "this")
    assert "%" not in each.text("en", **words) + each.text("fr", **words)


@pytest.mark.parametrize(
    "kind", [*KINDS.values(), Words, BenchCheck, BenchWish], ids=lambda kind: kind.__name__
)
def test_no_two_names_say_the_same(kind: type[Bilingual]) -> None:
    assert [name for name, each in kind.__members__.items() if each.name != name] == []


def test_a_name_stands_for_one_failure() -> None:
    names = [failure.name for failure in FAILURES]
    assert len(set(names)) == len(names) > 50


@pytest.mark.parametrize("each", SAID, ids=lambda each: each.name)
def test_french_is_written_with_its_own_spaces(each: Bilingual) -> None:
    for line in each.value[1].split("\n"):
        assert not re.search(r"\w[:;!?](\s|$)", line), line


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
    assert str(FlashError(BoardFailure.NO_BOARD)) == BoardFailure.NO_BOARD.text(spoken)


def test_the_guide_has_a_table_of_each_kind_and_says_what_the_flasher_says() -> None:
    page = PAGE.read_text("utf-8")
    assert page == made_anew(), "python -m tests.flasher.failures_table"
    assert [failure.name for failure in FAILURES if f"| `{failure.name}` |" not in page] == []
