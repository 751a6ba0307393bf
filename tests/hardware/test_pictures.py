"""The hardware guide's pictures are what the wiring and the pins make them, and can be read."""

import re
from xml.etree import ElementTree

import pytest

from firmware.board import BOARDS, CAN_PINS_KEPT_FREE, Board
from tests.hardware import wiring
from tests.hardware.gallery import FOLDER, LANGUAGES, PICTURES, path_of
from tests.hardware.sheet import FONT_PT, UNIT_PT, WIDTH, Sheet
from tests.hardware.wiring import BOARD, CONNECTORS, HEADERS, INSIDE, pins_of
from tests.hardware.words import FRENCH, Language, punctuated

OF_THE_MODEM = {name for name in pins_of(BOARD) if name.startswith("modem_")}  # by the maker
FREE_GPIO = 45  # a strapping pin, which no wire of ours has
TEXT = "{http://www.w3.org/2000/svg}text"
A4_TEXT_PT = 482, 700  # between margins of 20 mm


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("picture", PICTURES)
def test_each_picture_lies_there_as_it_is_drawn_now(picture: str, language: Language) -> None:
    drawn = PICTURES[picture](language).svg()
    assert path_of(picture, language).read_text("utf-8") == drawn, "python -m tests.hardware"


def test_no_picture_is_left_over() -> None:
    drawn = {path_of(picture, language) for picture in PICTURES for language in LANGUAGES}
    assert set(FOLDER.iterdir()) == drawn


def moved(name: str) -> Board:
    """The board with one pin on another."""
    field, _, end = name.partition(".")
    value = getattr(BOARD, field)
    return BOARD._replace(**{field: value._replace(**{end: FREE_GPIO}) if end else FREE_GPIO})


@pytest.mark.parametrize("name", sorted(set(pins_of(BOARD)) - OF_THE_MODEM))
def test_a_pin_that_moves_shows_in_its_circuit_and_on_the_headers(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "BOARD", moved(name))
    changed = set()
    for picture, draw in PICTURES.items():
        try:
            if draw("en").svg() != path_of(picture, "en").read_text("utf-8"):
                changed.add(picture)
        except ValueError:  # two names of one wire that part
            changed.add(picture)
    assert "headers" in changed or name.startswith(("reader_s", "wiegand")), "one wire, two names"
    assert changed - {"headers"}


def test_each_pin_of_ours_is_wired_once() -> None:
    pins = [name for ways in CONNECTORS.values() for way in ways for name in way.pins]
    twice = {"door_contact"}  # the two sides of its optocoupler
    assert sorted([*pins, *INSIDE]) == sorted([*(set(pins_of(BOARD)) - OF_THE_MODEM), *twice])


def test_each_pin_of_ours_is_a_way_of_a_header() -> None:
    on_the_headers = [what for ways in HEADERS.values() for what in ways if isinstance(what, int)]
    assert len(set(on_the_headers)) == len(on_the_headers)
    ours = {pin for name, pin in pins_of(BOARD).items() if name not in OF_THE_MODEM}
    assert {*ours, *CAN_PINS_KEPT_FREE} <= set(on_the_headers)


def test_no_plug_fits_anothers_place() -> None:
    ways = [len(ways) for ways in CONNECTORS.values()]
    assert len(set(ways)) == len(ways)
    for connector in CONNECTORS.values():
        assert [way.number for way in connector] == list(range(1, len(connector) + 1))


def test_the_pictures_board_is_the_one_that_is_flashed() -> None:
    assert BOARDS["lilygo_t_sim7670g_s3"] == BOARD


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_a_picture_fits_a_page_and_a_telephone_and_is_dark_on_white(path) -> None:
    root = ElementTree.fromstring(path.read_text("utf-8"))
    left, top, width, height = (float(number) for number in root.attrib["viewBox"].split())
    assert (left, top, width) == (0, 0, WIDTH * UNIT_PT)
    assert (width, height) <= A4_TEXT_PT and height <= A4_TEXT_PT[1]
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] in LANGUAGES
    paper = root[1]
    assert (paper.attrib["fill"], float(paper.attrib["width"])) == ("white", width)
    for text in root.iter(TEXT):
        assert float(text.attrib["font-size"]) == FONT_PT
        assert text.attrib["fill"] != "white"


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_a_picture_is_alone_and_asks_nothing_of_anybody(path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"href|script|url\(|@import|<image|<style", text)
    assert not re.search(r"\d\.\d\d", re.sub(r">[^<]*<", "><", text)), "rounded to a tenth"


def test_all_french_words_are_used_and_none_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    used = set()

    def said(text: str, language: Language) -> str:
        used.add(text)
        return FRENCH[text]

    monkeypatch.setattr("tests.hardware.sheet.said", said)
    for draw in PICTURES.values():
        draw("fr").svg()
    assert used == set(FRENCH)


def test_marks_have_the_decimal_comma_and_way_numbers_keep_their_point() -> None:
    marks = {"3.3 kΩ": "3,3 kΩ", "X2.1": "X2.1", "U6.16": "U6.16", "D2: SS34": "D2 : SS34"}
    assert {mark: punctuated(mark, "fr") for mark in marks} == marks
    assert {mark: punctuated(mark, "en") for mark in marks} == {mark: mark for mark in marks}


def test_a_sheet_without_its_words_is_not_drawn() -> None:
    with pytest.raises(KeyError):
        Sheet("fr", 1, "a title that nobody has translated").svg()
