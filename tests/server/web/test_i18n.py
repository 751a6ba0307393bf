"""Both languages are complete, and a person gets theirs."""

import importlib
import pkgutil
import re
from collections.abc import Mapping
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

import server.web
from server.fleet import feedback
from server.fleet.records import Holder
from server.fleet.refusals import Reason
from server.gateway import translate
from server.web import labels
from server.web.i18n import LANGUAGES, LOCALE_DIR, load_words, preferred
from shared_protocol import records
from tests.server.web.sample import NOW_S, PARIS

WEB = Path(server.web.__file__).parent
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def extracted() -> set[str]:
    with (WEB / "babel.cfg").open() as file:
        method_map, options_map = parse_mapping_cfg(file)
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
    found = extract_from_dir(str(WEB.parent), method_map, options_map, keywords=keywords)
    ids = {message[2] for message in found}
    return {message if isinstance(message, str) else message[0] for message in ids}


def catalogue_of(language):
    """Return each message by its id, the singular of it."""
    path = LOCALE_DIR / language / "LC_MESSAGES" / "messages.po"
    catalogue = read_po(BytesIO(path.read_bytes()), abort_invalid=True)
    return {one_or_more(message.id)[0]: message for message in catalogue if message.id}


def one_or_more(texts):
    return (texts,) if isinstance(texts, str) else tuple(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_says_only_words_of_the_pages_and_each_with_all_it_is_filled_with(language):
    said = catalogue_of(language)
    assert set(said) <= extracted()
    for key, message in said.items():
        texts = one_or_more(message.string)
        assert all(texts) and not message.fuzzy, key
        for text in texts:
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(key)), key


def test_french_says_every_word_of_the_pages():
    assert set(catalogue_of("fr")) == extracted()


def test_english_says_only_what_differs_from_the_words_in_the_code():
    same = [
        key
        for key, message in catalogue_of("en").items()
        if one_or_more(message.id) == one_or_more(message.string)
    ]
    assert same == []


def tables_of(module):
    """Return name -> (type of its keys, table) of the annotated tables of a module."""
    for name, hint in get_type_hints(module).items():
        if get_origin(hint) is Mapping and isinstance(getattr(module, name, None), Mapping):
            yield name, get_args(hint)[0], getattr(module, name)


def members_of(kind):
    """Return all that a Literal or an enum may be; None of a type that is neither."""
    if get_origin(kind) is Literal:
        return set(get_args(kind))
    return set(kind) if isinstance(kind, type) and issubclass(kind, Enum) else None


MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(server.__path__, "server.")
    if not found.name.endswith("__main__")
]
CLOSED_TABLES = [
    pytest.param(kind, table, id=f"{module.__name__}.{name}")
    for module in MODULES
    for name, kind, table in tables_of(module)
    if members_of(kind) is not None
]


@pytest.mark.parametrize(("kind", "table"), CLOSED_TABLES)
def test_a_table_of_states_or_reasons_names_them_all(kind, table):
    assert set(table) == members_of(kind)


# Their keys are codes that no type lists: what must stand in them is asked below, table by table.
OPEN_TABLES = {
    "RECORDS", "COMMAND_RESULTS", "WISHES", "HANDOVERS", "GAP_REASONS", "RATING_WORDS",
    "ERROR_CODES", "_ERROR_TITLES", "_ERROR_ADVICE",
}  # fmt: skip


def test_no_table_of_words_goes_unchecked():
    tables = {name for name, value in vars(labels).items() if isinstance(value, Mapping)}
    tables -= {"__builtins__", "__annotations__"}
    closed = {name for name, kind, _ in tables_of(labels) if members_of(kind) is not None}
    assert tables - closed == OPEN_TABLES


def test_every_kind_of_record_has_a_sentence_and_every_reason_in_it_a_name():
    facts = [
        body(*[b"" if letter == "b" else 0 for letter in layout])
        for body, layout in records.KINDS.values()
    ]
    assert set(labels.RECORDS) == {translate._read(fact, Holder(), 0, 0)[0] for fact in facts}
    in_any = labels.RELAY_STATES  # a field is looked up in one table after the other
    assert set(translate._COMMAND_STATES.values()) <= set(labels.COMMAND_RESULTS) | set(in_any)
    assert set(translate._GAP_REASONS.values()) == set(labels.GAP_REASONS)
    assert {*translate._WISHES.values(), "handover"} == set(labels.WISHES)
    assert set(translate._HANDOVERS.values()) == set(labels.HANDOVERS)
    assert {*translate._CONTRADICTIONS.values(), "other"} == set(labels.CONTRADICTIONS)
    assert {*translate._HINDRANCES.values(), "other"} == set(labels.HINDRANCES)


def test_every_reason_to_refuse_is_told_somewhere():
    sources = "".join(path.read_text() for path in WEB.parent.rglob("*.py"))
    assert [reason for reason in Reason if f"Reason.{reason.name}" not in sources] == []


def test_every_rating_and_every_error_has_words():
    assert set(labels.RATING_WORDS) == set(feedback.RATINGS)
    assert set(labels._ERROR_ADVICE) <= set(labels._ERROR_TITLES) <= set(labels.ERROR_CODES)


def test_french_numbers_and_days_read_french_and_english_ones_english():
    spoken = load_words(PARIS)
    assert spoken["fr"].km(1_234_560) == "1\u202f234,6"
    assert spoken["en"].km(1_234_560) == "1,234.6"
    assert spoken["fr"].moment(NOW_S) == "lun. 23 nov. 2026, 09:00"
    assert spoken["fr"].day(NOW_S + 8 * 86400) == "mar. 1er déc. 2026"
    assert spoken["en"].day(NOW_S + 8 * 86400) == "Tue 1 Dec 2026"
    assert spoken["fr"].window(NOW_S, NOW_S + 60) == "lun. 23 nov. 2026, 09:00\u00a0–\u00a009:01"
    assert spoken["en"].moment(NOW_S) == "Mon 23 Nov 2026, 09:00"
    assert spoken["fr"].coordinates(480061000, -1996000) == "48,00610° N, 0,19960° O"


def test_the_hour_that_exists_twice_is_shown_with_its_offset():
    spoken = load_words(PARIS)["fr"]
    assert spoken.clock(1792888200) == "02:30 (UTC+02:00)"
    assert spoken.clock(1792888200 + 3600) == "02:30 (UTC+01:00)"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("de,en;q=0.3,fr;q=0.2", "en"),
        ("de", None),
        ("en;q=0,fr;q=0.1", "fr"),
        ("", None),
    ],
)
def test_the_browser_s_wish_is_followed(header, language):
    assert preferred(header, dict.fromkeys(LANGUAGES)) == language


@given(st.text())
def test_any_wish_is_one_of_ours_or_none(header):
    assert preferred(header, dict.fromkeys(LANGUAGES)) in (None, *LANGUAGES)


async def test_without_a_wish_the_pages_are_french(visitor):
    assert '<html lang="fr">' in await visitor.read("/connexion")


async def test_the_switch_outlives_the_browser_s_wish(visitor):
    french = {"Accept-Language": "fr"}
    answer = await visitor.client.post(
        "/langue", data={"language": "en", "next": "/connexion"}, allow_redirects=False
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/connexion")
    assert '<html lang="en">' in await visitor.read("/connexion", **french)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "x\r\ny"])
async def test_the_switch_leads_nowhere_else(visitor, target):
    answer = await visitor.client.post(
        "/langue", data={"language": "en", "next": target}, allow_redirects=False
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/")
