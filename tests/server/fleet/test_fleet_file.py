"""Reading a fleet file: good ones, and the place at fault in bad ones."""

import contextlib
import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.fleet_file import BadgeEntry, FleetFileError, parse
from server.fleet.model import Window
from server.fleet.records import Position
from server.fleet.sites import CarPark
from tests.fleet import FLEET, MARIE_UID

SITE = {"code": "PREF", "name": "Préfecture", "lat": 48.0, "lon": 0.2}
WEEK_S = 7 * 24 * 3600


def changed(path: tuple[str | int, ...], value: Any) -> str:
    data: Any = copy.deepcopy(FLEET)
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(data)


def test_a_good_file_is_read_with_plates_and_logins_made_uniform() -> None:
    data = json.loads(changed(("vehicles", 0, "plate"), " ab-123-cd "))
    data["agents"][0]["login"] = "Marie.Leroy"
    file = parse(json.dumps(data))
    assert file.vehicles[0].plate == "AB-123-CD"
    assert (file.agents[0].login, file.agents[0].badges) == (
        "marie.leroy",
        (BadgeEntry(MARIE_UID),),
    )
    assert file.agents[0].password is None


def test_who_else_is_aboard_what_opens_nothing_and_a_card_s_key_are_read() -> None:
    data = json.loads(changed(("vehicles", 0, "walk_up"), True))
    data["vehicles"][0]["out_of_service"] = [{"from": 5, "to": 9}]
    data["agents"][0] |= {"role": "technician", "badges": [{"uid": "04A1B2C3", "key": "0f" * 16}]}
    data["bookings"][0] |= {"drivers": ["Paul.Morin"], "passengers": []}
    file = parse(json.dumps(data))
    assert (file.vehicles[0].walk_up, file.vehicles[0].out_of_service) == (True, (Window(5, 9),))
    assert (file.vehicles[1].walk_up, file.vehicles[1].out_of_service) == (False, None)
    assert file.agents[0].role == "technician"
    assert file.agents[0].badges == (BadgeEntry(bytes.fromhex("04a1b2c3"), b"\x0f" * 16),)
    assert (file.bookings[0].drivers, file.bookings[0].passengers) == (("paul.morin",), ())


def test_where_a_site_is_is_read_in_degrees() -> None:
    file = parse(changed(("sites", 0), {"code": "A", "name": "A", "lat": 48, "lon": -0.1996}))
    assert file.sites[0].car_park == CarPark(Position(480_000_000, -1_996_000), 300)
    wide = {"code": "A", "name": "A", "lat": -90, "lon": 180, "radius_m": 1500}
    assert parse(changed(("sites", 0), wide)).sites[0].car_park == CarPark(
        Position(-900_000_000, 1_800_000_000), 1500
    )
    assert parse(json.dumps(FLEET)).sites[0].car_park is None


def test_a_weekly_booking_keeps_its_local_hours_across_a_change_of_the_clocks() -> None:
    monday_s = int(datetime(2026, 10, 19, 5, 30, tzinfo=UTC).timestamp())  # 07:30 in Paris
    data = json.loads(changed(("bookings", 0, "weeks"), 3))
    data["bookings"][0] |= {"starts_at": monday_s, "ends_at": monday_s + 7200}
    first, second, third = parse(json.dumps(data)).bookings
    assert (first.starts_at_s, first.ends_at_s) == (monday_s, monday_s + 7200)
    assert second.starts_at_s == monday_s + WEEK_S + 3600
    assert third == replace(
        second, starts_at_s=monday_s + 2 * WEEK_S + 3600, ends_at_s=third.ends_at_s
    )
    assert third.ends_at_s - third.starts_at_s == 7200
    data["bookings"][0]["ends_at"] = monday_s + WEEK_S
    with pytest.raises(FleetFileError, match=r"bookings\[0\], weeks: it is too long"):
        parse(json.dumps(data))


def test_no_secret_of_a_file_is_ever_shown() -> None:
    shown = repr(parse(changed(("agents", 0, "badges"), [{"uid": "04a1b2c3", "key": "0f" * 16}])))
    assert "\\xa1" not in shown and "\\x0f" not in shown


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("cars",), [], r"the file: 'cars' is unknown; known: directorates, .*"),
        (("sites",), {}, r"the file, sites: a list"),
        (("sites", 0), "PREF", r"sites\[0\]: an object"),
        (("sites", 0, "name"), "a\x1b[31m", r"sites\[0\], name: a text"),
        (("sites", 0, "name"), "\ud800", r"sites\[0\], name: a text"),
        (("sites", 0, "lat"), 48.0, r"sites\[0\], lon: -180 to 180 was expected"),
        (("sites", 0, "lon"), 0.2, r"sites\[0\], lat: -90 to 90 was expected"),
        (("sites", 0, "radius_m"), 100, r"sites\[0\], lat: -90 to 90"),
        (("sites", 0), {**SITE, "lat": "48"}, r"sites\[0\], lat: -90 to 90"),
        (("sites", 0), {**SITE, "lat": True}, r"sites\[0\], lat: -90 to 90"),
        (("sites", 0), {**SITE, "lat": 90.1}, r"sites\[0\], lat: -90 to 90"),
        (("sites", 0), {**SITE, "lon": float("nan")}, r"sites\[0\], lon: -180 to 180"),
        (("sites", 0), {**SITE, "radius_m": 0}, r"sites\[0\], radius_m: 1 to 100000"),
        (("sites", 0), {**SITE, "radius_m": 10**400}, r"sites\[0\], radius_m: 1 to 100000"),
        (("vehicles", 1, "plate"), "ab-123-cd", r"vehicles\[1\]: 'AB-123-CD' is vehicles\[0\]"),
        (("agents", 1, "login"), "Marie.Leroy", r"agents\[1\]: 'marie.leroy' is agents\[0\]"),
        (("sites", 0, "name"), " ", r"sites\[0\], name: a text"),
        (("vehicles", 1, "plate"), 7, r"vehicles\[1\], plate: a text"),
        (("agents", 0, "role"), "root", r"agents\[0\], role: agent or manager"),
        (("agents", 0, "badges"), ["04a1"], r"agents\[0\], badges\[0\]: 4, 7 or 10 bytes"),
        (("agents", 0, "badges"), [None], r"agents\[0\], badges\[0\]: 4, 7 or 10 bytes"),
        (("agents", 1, "badges"), [MARIE_UID.hex()], r"agents\[1\], badges\[0\]: marie.leroy has"),
        (("agents", 0, "badges"), [{"uid": "04a1", "key": "00" * 16}], r"badges\[0\]: 4, 7 or 10"),
        (("agents", 0, "badges"), [{"uid": "04a1b2c3"}], r"badges\[0\], key: 32 hexadecimal"),
        (("agents", 0, "badges"), [{"uid": "04a1b2c3", "key": "00"}], r"badges\[0\], key: 32"),
        (("agents", 0, "badges"), [{"uid": "04a1b2c3", "pin": 1}], r"badges\[0\]: 'pin' is unkn"),
        (("vehicles", 0, "private_use"), 1, r"vehicles\[0\], private_use: true or false"),
        (("bookings", 0, "private"), "no", r"bookings\[0\], private: true or false"),
        (("agents", 0, "licence_recorded"), 1, r"agents\[0\], licence_recorded: true or false"),
        (("vehicles", 0, "walk_up"), "yes", r"vehicles\[0\], walk_up: true or false"),
        (("vehicles", 0, "out_of_service"), [5], r"out_of_service\[0\]: an object"),
        (("vehicles", 0, "out_of_service"), [{"from": 5}], r"out_of_service\[0\], to: Unix"),
        (("vehicles", 0, "out_of_service"), [{"from": 5, "to": 5}], r"\[0\], to: must come after"),
        (
            ("vehicles", 0, "out_of_service"),
            [{"from": 5, "to": 6}, {"from": 5, "to": 9}],
            r"vehicles\[0\], out_of_service\[1\], from: another one begins then",
        ),
        (("bookings", 0, "drivers"), "paul.morin", r"bookings\[0\], drivers: a list"),
        (("bookings", 0, "drivers"), [7], r"bookings\[0\], drivers\[0\]: a text"),
        (("bookings", 0, "passengers"), ["Marie.Leroy"], r"bookings\[0\]: each person"),
        (("bookings", 0, "starts_at"), "now", r"bookings\[0\], starts_at: Unix seconds"),
        (("bookings", 0, "starts_at"), True, r"bookings\[0\], starts_at: Unix seconds"),
        (("equipment",), [{"code": "A", "name": "B"}], r"equipment\[0\], site: a text"),
        (
            ("equipment",),
            [{"code": "A", "name": "B", "site": "PREF"}] * 2,
            r"equipment\[1\]: 'A' is equipment\[0\] already",
        ),
        (("bookings", 0, "equipment"), ["A", "A"], r"bookings\[0\], equipment: each piece"),
        (("bookings", 0, "equipment"), "A", r"bookings\[0\], equipment: a list"),
        (("bookings", 0, "weeks"), 0, r"bookings\[0\], weeks: 1 to 26 weeks"),
        (("bookings", 0, "weeks"), 27, r"bookings\[0\], weeks: 1 to 26 weeks"),
        (("bookings", 0, "weeks"), True, r"bookings\[0\], weeks: 1 to 26 weeks"),
        (("bookings", 0, "ends_at"), 1 << 32, r"bookings\[0\], ends_at: Unix seconds"),
        (("bookings", 0, "ends_at"), 5, r"bookings\[0\], ends_at: must come after"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    path: tuple[str | int, ...], value: Any, message: str
) -> None:
    with pytest.raises(FleetFileError, match=message):
        parse(changed(path, value))


def test_broken_json_is_told_with_line_and_column() -> None:
    with pytest.raises(FleetFileError, match="not JSON: line 2, column 1"):
        parse('{"sites":\n}')


@pytest.mark.parametrize("text", ["[" * 100_000, '{"sites": ' + "9" * 5_000 + "}"])
def test_json_that_no_one_would_write_is_refused(text: str) -> None:
    with pytest.raises(FleetFileError):
        parse(text)


NAMES = (
    *("sites", "agents", "bookings", "vehicles", "code", "badges", "login", "uid", "key"),
    *("out_of_service", "from", "to", "drivers", "walk_up", "lat", "lon", "radius_m", "name"),
    *("weeks", "equipment"),
)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda e: (
            st.lists(e)
            | st.dictionaries(
                st.sampled_from(NAMES),
                e,
            )
        ),
    )
)
def test_whatever_json_is_read_or_refused_and_nothing_else(data: Any) -> None:
    with contextlib.suppress(FleetFileError):
        parse(json.dumps(data))
