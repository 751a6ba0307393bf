"""The hardware guide says the same in both languages, and what it points at is there."""

import re
from collections import Counter

import pytest

from firmware.selftest.outcomes import CHECKS
from tests.hardware.gallery import LANGUAGES, PICTURES, path_of
from tests.hardware.guide import PATHS, Table, made_anew, sections, tables, text
from tests.hardware.words import Language
from tests.support import ROOT

BENCH_LINES = set(re.findall(r"(?m)^\| (\d+) \|", (ROOT / "docs" / "bench.md").read_text("utf-8")))
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_MARK = re.compile(r"`[^`]+`|\b[A-Z]+[0-9][\w.-]*")


def told(cell: str) -> tuple[Counter[str], Counter[str]]:
    """The numbers of a cell, with a point, and its part names and code, in whatever order."""
    numbers = Counter(number.replace(",", ".") for number in _NUMBER.findall(cell))
    return numbers, Counter(_MARK.findall(cell))


def test_both_languages_have_the_same_sections_in_the_same_order() -> None:
    english, french = (list(sections(language)) for language in LANGUAGES)
    assert english == french
    for language in LANGUAGES:
        assert text(language).count("\n## ") == len(english), "each section has its anchor"


@pytest.mark.parametrize("section", sections("en"))
def test_both_languages_have_the_same_tables_of_numbers(section: str) -> None:
    english, french = (tables(sections(language)[section]) for language in LANGUAGES)
    assert [shape(table) for table in english] == [shape(table) for table in french]
    for pair in zip(english, french, strict=True):
        for rows in zip(*(table[1:] for table in pair), strict=True):
            for cells in zip(*rows, strict=True):
                assert told(cells[0]) == told(cells[1]), cells


def shape(table: Table) -> list[int]:
    """How many cells each row has."""
    return [len(row) for row in table]


@pytest.mark.parametrize("section", sections("en"))
def test_both_languages_have_the_same_numbers_outside_the_tables_too(section: str) -> None:
    english, french = (
        Counter(number.replace(",", ".") for number in _NUMBER.findall(sections(language)[section]))
        for language in LANGUAGES
    )
    assert english == french


def test_the_comparison_of_the_tables_sees_a_number_and_a_part_that_differ() -> None:
    assert told("3.3 kΩ at `ignition`") == told("3,3 kΩ à `ignition`")
    assert told("3.3 kΩ") != told("3,2 kΩ")
    assert told("K3, 12 V over F2") != told("K3, 12 V par F1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_the_connectors_is_the_wirings(language: Language) -> None:
    assert text(language) == made_anew(language), "python -m tests.hardware"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pins_are_the_same_in_each_language_as_in_the_code(language: Language) -> None:
    (pins,) = tables(sections(language)["pins"])
    (english,) = tables(sections("en")["pins"])
    assert [row[:2] for row in pins[1:]] == [row[:2] for row in english[1:]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_picture_is_shown_once_in_its_language_with_its_words(language: Language) -> None:
    shown = re.findall(r'<img src="([^"]+)" alt="([^"]+)">', text(language))
    folder = PATHS[language].parent
    assert sorted(folder / source for source, _ in shown) == sorted(
        path_of(picture, language) for picture in PICTURES
    )
    assert all(len(words) > 40 for _, words in shown), "who does not see it is told what it shows"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_guide_points_at_is_there(language: Language) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", text(language)):
        path, _, anchor = target.partition("#")
        if path:
            assert (PATHS[language].parent / path).is_file(), target
        else:
            assert anchor in sections(language), target


def test_the_two_languages_point_at_each_other() -> None:
    assert "(hardware.fr.md)" in text("en").split("\n## ")[0]
    assert "(hardware.md)" in text("fr").split("\n## ")[0]


@pytest.mark.parametrize(("language", "word"), [("en", "bench"), ("fr", "banc")])
def test_each_line_of_the_bench_that_is_named_exists(language: Language, word: str) -> None:
    named = re.findall(rf"(?i)\b{word}s? ((?:\d+(?:, | and | et )?)+)", text(language))
    lines = {number for numbers in named for number in re.findall(r"\d+", numbers)}
    lines |= set(re.findall(r"(?<= )\d+(?=[,;.])", sections(language)["unmeasured"]))
    assert len(lines) > 20
    assert lines <= BENCH_LINES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fitting_has_ten_steps_and_they_make_every_check_of_the_bench_test(
    language: Language,
) -> None:
    (steps,) = tables(sections(language)["steps"])
    assert [row[0] for row in steps[1:]] == [str(number) for number in range(1, 11)]
    named = re.findall(r"`([a-z_]+)`", " ".join(row[3] for row in steps[1:]))
    assert set(named) == set(CHECKS)
    for row in steps[1:]:
        order = [CHECKS.index(check) for check in re.findall(r"`([a-z_]+)`", row[3])]
        assert order == sorted(order), "as the bench test makes them"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_that_a_picture_names_is_in_the_list_of_parts(language: Language) -> None:
    (parts,) = tables(sections(language)["parts"])
    listed = " ".join(cell for row in parts for cell in row)
    marks = set()
    for picture in set(PICTURES) - {"headers", "connectors-car", "connectors-cabin"}:
        drawn = re.sub(r"<[^>]+>", " ", path_of(picture, language).read_text("utf-8"))
        marks |= set(re.findall(r"\b(?:[KUQDCFS]\d|\d?[A-Z]{1,3}\d[A-Z0-9-]{2,})\b", drawn))
    marks -= {"Q3", "U6"}  # one of Q2 to Q5; a header
    assert {"K1", "F1", "LM74700-Q1", "SM8S24A", "BC817"} <= marks
    assert {mark for mark in marks if mark not in listed} == set()
