"""Reading a fleet file: good ones, and the place at fault in bad ones."""

import copy
import json
import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.fleet_file import FORMAT, FleetFile, RoleWord, in_words, parse
from server.fleet.json_sent.places import Path
from server.fleet.model.bookings import Window
from server.fleet.records import Position
from server.fleet.refusals import Reason, Refused
from server.fleet.sites import CarPark
from tests.fleet import FLEET, MARIE_UID

SITE = {"code": "PREF", "name": "Préfecture", "lat": 48.0, "lon": 0.2}


def changed(path: tuple[str | int, ...], value: Any) -> str:
    data: Any = copy.deepcopy(FLEET)
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(data)


def badges_of(file: FleetFile) -> list[tuple[bytes, bytes | None]]:
    """The first agent's."""
    return [(badge.uid, badge.key) for badge in file.agents[0].badges or ()]


def said_of(text: str) -> list[str]:
    """What is said of a text that is no fleet file."""
    with pytest.raises(Refused) as refused:
        parse(text)
    return [in_words(refusal) for refusal in refused.value.refusals]


def test_a_good_file_is_read_with_plates_and_logins_made_uniform() -> None:
    data = json.loads(changed(("vehicles", 0, "plate"), " ab-123-cd "))
    data["agents"][0]["login"] = "Marie.Leroy"
    file = parse(json.dumps(data))
    assert file.vehicles[0].plate == "AB-123-CD"
    assert (file.agents[0].login, badges_of(file)) == ("marie.leroy", [(MARIE_UID, None)])
    assert file.agents[0].password is None


def test_who_else_is_aboard_what_opens_nothing_and_a_card_s_key_are_read() -> None:
    data = json.loads(changed(("vehicles", 0, "walk_up"), True))
    data["vehicles"][0]["out_of_service"] = [{"from": 5, "to": 9}]
    data["agents"][0] |= {"role": "technician", "badges": [{"uid": "04A1B2C3", "key": "0f" * 16}]}
    data["bookings"][0] |= {"drivers": ["Paul.Morin"], "passengers": []}
    file = parse(json.dumps(data))
    assert (file.vehicles[0].walk_up, file.vehicles[0].windows) == (True, (Window(5, 9),))
    assert (file.vehicles[1].walk_up, file.vehicles[1].windows) == (None, None)
    assert file.agents[0].role == "technician"
    assert badges_of(file) == [(bytes.fromhex("04a1b2c3"), b"\x0f" * 16)]
    assert (file.bookings[0].drivers, file.bookings[0].passengers) == (("paul.morin",), ())


def test_where_a_site_is_is_read_in_degrees() -> None:
    file = parse(changed(("sites", 0), {"code": "A", "name": "A", "lat": 48, "lon": -0.1996}))
    assert file.sites[0].car_park == CarPark(Position(480_000_000, -1_996_000), 300)
    wide = {"code": "A", "name": "A", "lat": -90, "lon": 180, "radius_m": 1500}
    assert parse(changed(("sites", 0), wide)).sites[0].car_park == CarPark(
        Position(-900_000_000, 1_800_000_000), 1500
    )
    assert parse(json.dumps(FLEET)).sites[0].car_park is None


def test_no_secret_of_a_file_is_ever_shown() -> None:
    shown = repr(parse(changed(("agents", 0, "badges"), [{"uid": "04a1b2c3", "key": "0f" * 16}])))
    assert "\\xa1" not in shown and "\\x0f" not in shown


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("cars",), [], r"line 1, cars: This word is not known .* Known: directorates, "),
        (("sites",), {}, r"line 1, sites: A list"),
        (("sites", 0), "PREF", r"sites\[0\]: An object"),
        (("sites", 0, "name"), "a\x1b[31m", r"sites\[0\], name: A text"),
        (("sites", 0, "name"), "\ud800", r"sites\[0\], name: A text"),
        (("sites", 0, "lat"), 48.0, r"sites\[0\], lon: -180 to 180 was expected"),
        (("sites", 0, "lon"), 0.2, r"sites\[0\], lat: -90 to 90 was expected"),
        (("sites", 0), {**SITE, "lat": "48"}, r"sites\[0\], lat: -90 to 90"),
        (("sites", 0), {**SITE, "lat": True}, r"sites\[0\], lat: -90 to 90"),
        (("sites", 0), {**SITE, "lat": 90.1}, r"sites\[0\], lat: -90 to 90"),
        (("sites", 0), {**SITE, "lon": float("nan")}, r"sites\[0\], lon: -180 to 180"),
        (("sites", 0), {**SITE, "radius_m": 0}, r"sites\[0\], radius_m: 1 to 100000"),
        (("sites", 0), {**SITE, "radius_m": 10**400}, r"sites\[0\], radius_m: 1 to 100000"),
        (("vehicles", 1, "plate"), "ab-123-cd", r"vehicles\[1\]: 'AB-123-CD' is vehicles\[0\]"),
        (("agents", 1, "login"), "Marie.Leroy", r"agents\[1\]: 'marie.leroy' is agents\[0\]"),
        (("sites", 0, "name"), " ", r"sites\[0\], name: A text"),
        (("vehicles", 1, "plate"), 7, r"vehicles\[1\], plate: A text"),
        (("agents", 0, "role"), "root", r"agents\[0\], role: agent or manager"),
        (("agents", 0, "badges"), ["04a1"], r"agents\[0\], badges\[0\]: 4, 7 or 10 bytes"),
        (("agents", 0, "badges"), [None], r"agents\[0\], badges\[0\]: 4, 7 or 10 bytes"),
        (("agents", 1, "badges"), [MARIE_UID.hex()], r"agents\[1\], badges\[0\]: marie.leroy has"),
        (("agents", 0, "badges"), [{"uid": "04a1", "key": "00" * 16}], r"badges\[0\]: 4, 7 or 10"),
        (("agents", 0, "badges"), [{"uid": "04a1b2c3", "key": ""}], r"badges\[0\], key: 32"),
        (("agents", 0, "badges"), [{"uid": "04a1b2c3", "key": "00"}], r"badges\[0\], key: 32"),
        (
            ("agents", 0, "badges"),
            [{"uid": "04a1b2c3", "pin": 1}],
            r"badges\[0\], pin: This word is not known",
        ),
        (("vehicles", 0, "private_use"), 1, r"vehicles\[0\], private_use: Say true or false"),
        (("bookings", 0, "private"), "no", r"bookings\[0\], private: Say true or false"),
        (("agents", 0, "licence_recorded"), 1, r"agents\[0\], licence_recorded: Say true or false"),
        (("vehicles", 0, "walk_up"), "yes", r"vehicles\[0\], walk_up: Say true or false"),
        (("vehicles", 0, "out_of_service"), [5], r"out_of_service\[0\]: An object"),
        (
            ("vehicles", 0, "out_of_service"),
            [{"from": 5}],
            r"out_of_service\[0\], to: Give the instant in whole seconds",
        ),
        (
            ("vehicles", 0, "out_of_service"),
            [{"from": 5, "to": 5}],
            r"\[0\], to: The end must come after",
        ),
        (
            ("vehicles", 0, "out_of_service"),
            [{"from": 5, "to": 6}, {"from": 5, "to": 9}],
            r"vehicles\[0\], out_of_service\[1\], from: Another one begins then",
        ),
        (("bookings", 0, "drivers"), "paul.morin", r"bookings\[0\], drivers: A list"),
        (("bookings", 0, "drivers"), [7], r"bookings\[0\], drivers\[0\]: A text"),
        (("bookings", 0, "passengers"), ["Marie.Leroy"], r"bookings\[0\]: Each person"),
        (
            ("bookings", 0, "starts_at"),
            "now",
            r"bookings\[0\], starts_at: Give the instant in whole seconds",
        ),
        (
            ("bookings", 0, "starts_at"),
            True,
            r"bookings\[0\], starts_at: Give the instant in whole seconds",
        ),
        (("equipment",), [{"code": "A", "name": "B"}], r"equipment\[0\], site: A text"),
        (
            ("equipment",),
            [{"code": "A", "name": "B", "site": "PREF"}] * 2,
            r"equipment\[1\]: 'A' is equipment\[0\] already",
        ),
        (
            ("bookings", 0, "equipment"),
            ["A", "A"],
            r"bookings\[0\], equipment\[1\]: Each person and each piece is named once",
        ),
        (("bookings", 0, "equipment"), "A", r"bookings\[0\], equipment: A list"),
        (("bookings", 0, "weeks"), 0, r"bookings\[0\], weeks: Repeat it for 26 weeks at most"),
        (("bookings", 0, "weeks"), 27, r"bookings\[0\], weeks: Repeat it for 26 weeks at most"),
        (("bookings", 0, "weeks"), True, r"bookings\[0\], weeks: Repeat it for 26 weeks at most"),
        (
            ("bookings", 0, "ends_at"),
            1 << 32,
            r"bookings\[0\], ends_at: Give the instant in whole seconds",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(
    path: tuple[str | int, ...], value: Any, message: str
) -> None:
    assert re.search(message, said_of(changed(path, value))[0])


def test_null_is_refused_wherever_it_could_mean_all_or_nothing() -> None:
    data = json.loads(json.dumps(WHOLE))
    taken = set()
    for path, each in objects(data):
        for word, value in each.items():
            for nothing in (None, ""):
                each[word] = nothing
                try:
                    parse(json.dumps(data))
                except Refused as error:
                    assert error.first.field.endswith(f", {word}") or path[-2:-1] == ("badges",)
                else:
                    taken.add((word, nothing))
            each[word] = value
    assert taken == {("key", None), ("planned_km", None)}


def test_several_mistakes_are_told_at_once_up_to_twenty_unknown_words_first() -> None:
    data = json.loads(changed(("vehicles", 0, "walk_up"), "yes"))
    data["agents"][1]["licence_recoreded"] = False
    text = json.dumps(data, indent=1)
    typo, wrong = (text[: text.index(word)].count("\n") + 1 for word in ("licence_", "walk_up"))
    assert [re.sub(": .*", "", said) for said in said_of(text)] == [
        f"line {typo}, agents[1], licence_recoreded",
        f"line {wrong}, vehicles[0], walk_up",
    ]
    assert len(said_of(json.dumps(FLEET | {f"word{n}": [] for n in range(1000)}))) == 20


def test_what_is_missing_is_told_with_the_line_of_what_it_belongs_to() -> None:
    assert said_of('{"sites": [\n\n{"code": "A"}]}') == [
        "line 3, sites[0], name: A text was expected."
    ]


def test_a_word_that_stands_twice_is_told_with_the_line_of_the_second() -> None:
    text = '{"sites": [\n{"code": "A",\n"name": "A",\n"name": "B"}]}'
    assert said_of(text) == ["line 4, sites[0], name: This word stands here twice."]
    deep = '{"a": ' * 9 + '{"b": 1, "b": 2}' + "}" * 9
    assert said_of(deep)[0].startswith("line 1, a: This word is not known here.")


def test_broken_json_is_told_with_line_and_column() -> None:
    assert said_of('{"sites":\n}')[0].startswith("line 2, column 1: This is not JSON: Expecting")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"sites": ' + "9" * 5_000 + "}"])
def test_json_that_no_one_would_write_is_refused(text: str) -> None:
    assert "This is not JSON" in said_of(text)[0]


def test_a_text_of_a_megabyte_is_refused_in_few_words() -> None:
    said = said_of(changed(("sites", 0, "name"), "a" * 1_000_000))
    assert said == ["line 1, sites[0], name: Say it in fewer words: 200 letters at most."]
    said = said_of(json.dumps({"a" * 1_000_000: 1}))
    assert len(said) == 1 and len(said[0]) < 300


def test_spaces_of_every_width_become_plain_ones_but_in_passwords() -> None:
    data = json.loads(changed(("agents", 0, "full_name"), "\u2009Marie\u00a0Leroy\u202f"))
    data["bookings"][0]["purpose"] = "Visite\u00a0: chantier"
    file = parse(json.dumps(data))
    assert (file.agents[0].full_name, file.bookings[0].purpose) == (
        "Marie Leroy",
        "Visite : chantier",
    )
    said = said_of(changed(("agents", 0, "password"), "one\u00a0two"))
    assert said == ["line 1, agents[0], password: A text was expected."]


@pytest.mark.parametrize("word", ["purpose", "vehicle"])
def test_control_characters_are_refused_in_every_text_of_a_booking(word: str) -> None:
    (said,) = said_of(changed(("bookings", 0, word), "a\x1b[31m"))
    assert said == f"line 1, bookings[0], {word}: A text was expected."


def test_a_word_that_is_half_a_character_is_named_with_its_place() -> None:
    with pytest.raises(Refused) as refused:
        parse('{"sites": [\n {"\\ud800": 1}]}')
    first = refused.value.first
    assert (first.reason, first.field) == (Reason.UNKNOWN_WORD, "line 2, sites[0], '\\ud800'")


SECRET = "04a1b2c3ff"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("agents", 0, "badges"), [SECRET, {"uid": "04a1b2c3", "key": SECRET}]),
        (("agents", 0, "badges"), {SECRET: SECRET}),
        (("agents", 0, "password"), [SECRET]),
        (("agents", 0, "password"), SECRET + "\x00"),
        (("agents", 1, "badges"), [MARIE_UID.hex()]),
    ],
)
def test_no_secret_is_in_what_is_said(path: tuple[str | int, ...], value: Any) -> None:
    with pytest.raises(Refused) as refused:
        parse(changed(path, value))
    for said in (*map(in_words, refused.value.refusals), repr(refused.value)):
        assert SECRET not in said and MARIE_UID.hex() not in said


NAMES = (
    *("sites", "agents", "bookings", "vehicles", "code", "badges", "login", "uid", "key"),
    *("out_of_service", "from", "to", "drivers", "walk_up", "lat", "lon", "radius_m", "name"),
    *("weeks", "equipment"),
)
ANYTHING = st.recursive(
    st.none() | st.integers() | st.floats() | st.booleans() | st.text(),
    lambda each: (
        st.lists(each) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), each)
    ),
)


# What FORMAT shows, each of its words once.
WHOLE: dict[str, list[dict[str, Any]]] = {
    "directorates": [{"code": "DDT", "name": "Territoires"}],
    "sites": [{"code": "PREF", "name": "Préfecture", "lat": 48.0, "lon": 0.2, "radius_m": 100}],
    "vehicles": [
        {"plate": "AB-123-CD", "label": "Clio", "site": "PREF", "walk_up": True}
        | {"private_use": True, "out_of_service": [{"from": 5, "to": 9}, {"from": 20, "to": 30}]}
    ],
    "equipment": [{"code": "SIEGE", "name": "Siège enfant", "site": "PREF"}],
    "agents": [
        {"login": "marie.leroy", "full_name": "Marie Leroy", "directorate": "DDT"}
        | {
            "role": "technician",
            "licence_recorded": True,
            "email": "eva.roux@ddt.example",
            "active": True,
            "may_book": True,
            "password": "a long enough one",
        }
        | {"badges": ["04a1b2c3", {"uid": "04a1b2c3d4e5f6", "key": "0f" * 16}]}
    ],
    "bookings": [
        {"vehicle": "AB-123-CD", "agent": "marie.leroy", "starts_at": 50, "ends_at": 60}
        | {
            "purpose": "Chantier",
            "equipment": ["SIEGE"],
            "weeks": 2,
            "private": False,
            "planned_km": 85,
        }
        | {"drivers": ["paul.morin"], "passengers": ["eva.roux", "ali.haddad"]}
    ],
}


def objects(value: Any, path: Path = ()) -> list[tuple[Path, dict[str, Any]]]:
    """All objects in a JSON value, with their paths."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [(path, value)] if isinstance(value, dict) else []
    for step, each in inner:
        if isinstance(each, dict | list):
            found += objects(each, (*path, step))
    return found


def test_every_word_that_the_format_shows_is_read_and_no_other() -> None:
    parse(json.dumps(WHOLE))
    shown = FORMAT[: FORMAT.index("Instants are")]
    words = {word for _, each in objects(WHOLE) for word in each}
    assert set(re.findall(r'"(\w+)"', shown)) == words | set(get_args(RoleWord))
    schema = FleetFile.model_json_schema()
    assert words == {
        word for each in (schema, *schema["$defs"].values()) for word in each["properties"]
    }


@given(st.data())
def test_an_unknown_word_anywhere_is_named_with_its_path_and_line(data: st.DataObject) -> None:
    file = copy.deepcopy(WHOLE)
    for name in data.draw(st.sets(st.sampled_from([*WHOLE]), max_size=5)):
        del file[name]
    path, there = data.draw(st.sampled_from(objects(file)))
    typo = "typo_" + data.draw(st.text("abc_", max_size=5))
    members = data.draw(st.permutations([*there.items(), (typo, data.draw(ANYTHING))]))
    there.clear()
    there.update(members)
    text = json.dumps(file, indent=data.draw(st.sampled_from([None, 0, 3])))
    line = text[: text.index(f'"{typo}"')].count("\n") + 1
    where = "".join(f"[{step}]" if isinstance(step, int) else f", {step}" for step in path)
    assert [said[: said.index(":")] for said in said_of(text)] == [f"line {line}{where}, {typo}"]


@given(ANYTHING)
def test_whatever_json_is_read_or_refused_and_nothing_else(data: Any) -> None:
    text = json.dumps(data)
    try:
        assert isinstance(parse(text), FleetFile)
    except Refused as refused:
        said = [in_words(refusal) for refusal in refused.refusals]
        assert said and all(re.match(r"line \d+(, |: )", each) for each in said)
        assert all(each.isprintable() for each in said)


@pytest.mark.parametrize("uid", ["08000000", "08a1b2c3", "08FFFFFF", "8804a1b2", "01020304"])
def test_a_uid_that_no_card_has_for_its_own_is_no_badge(uid: str) -> None:
    for badge in (uid, {"uid": uid, "key": "0f" * 16}):
        with pytest.raises(Refused) as refused:
            parse(changed(("agents", 0, "badges"), [badge]))
        assert [refusal.reason for refusal in refused.value.refusals] == ["passing_uid"]


def test_longer_uids_and_other_short_ones_are_badges_whatever_they_begin_with() -> None:
    uids = ["0804a1b2c3d4e5", "8804a1b2c3d4e5", "08" * 10, "0704a1b2", "18a1b2c3", "01020305"]
    file = parse(changed(("agents", 0, "badges"), uids))
    assert [uid.hex() for uid, _ in badges_of(file)] == uids
