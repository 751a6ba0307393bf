"""A place is in the commune whose contour goes around it, on a border in exactly one."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.privacy.communes import NoContoursError, is_within, parse
from server.fleet.records import Position

SMALL = st.integers(-50, 50)
CORNERS = st.lists(st.tuples(SMALL, SMALL), min_size=3, max_size=12)


def place(x: int, y: int) -> Position:
    return Position(lat_e7=y, lon_e7=x)


def file_of(geometry: object, **properties: object) -> str:
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


SQUARE = [[0.1, 48.0], [0.2, 48.0], [0.2, 48.1], [0.1, 48.1], [0.1, 48.0]]
HOLE = [[0.14, 48.04], [0.16, 48.04], [0.16, 48.06], [0.14, 48.06], [0.14, 48.04]]


@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=6, unique=True),
    st.lists(st.integers(-50, 50), min_size=2, max_size=6, unique=True),
    SMALL,
    SMALL,
)
def test_of_communes_that_cover_a_land_each_place_is_in_exactly_one(xs, ys, x, y) -> None:
    xs, ys = sorted(xs), sorted(ys)
    cells = [
        ((west, south), (east, south), (east, north), (west, north))
        for west, east in pairwise(xs)
        for south, north in pairwise(ys)
    ]
    found = sum(is_within(place(x, y), [cell]) for cell in cells)
    covered = xs[0] <= x < xs[-1] and ys[0] <= y < ys[-1]
    assert found == int(covered)


@given(CORNERS, SMALL, SMALL, st.integers(0, 11))
def test_where_a_contour_begins_and_which_way_it_goes_does_not_matter(corners, x, y, first) -> None:
    first %= len(corners)
    turned = corners[first:] + corners[:first]
    verdict = is_within(place(x, y), [tuple(corners)])
    assert is_within(place(x, y), [tuple(turned)]) == verdict
    assert is_within(place(x, y), [tuple(reversed(corners))]) == verdict
    closed = (*corners, corners[0])  # as GeoJSON writes it
    assert is_within(place(x, y), [closed]) == verdict


@given(st.tuples(SMALL, SMALL), st.tuples(SMALL, SMALL), st.tuples(SMALL, SMALL), SMALL, SMALL)
def test_within_a_triangle_is_on_the_same_side_of_all_three(a, b, c, x, y) -> None:
    def side(p: tuple[int, int], q: tuple[int, int]) -> int:
        return (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0])

    sides = [side(a, b), side(b, c), side(c, a)]
    if all(each > 0 for each in sides) or all(each < 0 for each in sides):
        assert is_within(place(x, y), [(a, b, c)])
    elif any(each > 0 for each in sides) and any(each < 0 for each in sides):
        assert not is_within(place(x, y), [(a, b, c)])


@pytest.mark.parametrize(
    ("geometry", "properties"),
    [
        ({"type": "Polygon", "coordinates": [SQUARE, HOLE]}, {"code": "72180", "nom": "Mamers"}),
        (
            {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE]]},
            {"INSEE_COM": "72180", "NOM": "Mamers", "STATUT": "Sous-préfecture"},
        ),
        (
            {"type": "Polygon", "coordinates": [[[*corner, 120.5] for corner in SQUARE], HOLE]},
            {"code_insee": 72180, "nom_officiel": "Mamers"},
        ),
    ],
)
def test_a_file_as_it_is_published_is_read(geometry, properties) -> None:
    (commune,) = parse(file_of(geometry, **properties))
    assert (commune.code, commune.name) == ("72180", "Mamers")
    assert commune.box_e7 == (1_000_000, 480_000_000, 2_000_000, 481_000_000)
    assert is_within(Position(480_200_000, 1_200_000), commune.rings)
    assert not is_within(Position(480_500_000, 1_500_000), commune.rings)  # in the hole
    assert not is_within(Position(482_000_000, 1_200_000), commune.rings)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"type": "FeatureCollection", "features": [NaN]}', "no JSON"),
        ("[]", "FeatureCollection"),
        ('{"type": "FeatureCollection", "features": {}}', "FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "no commune"),
        ('{"type": "FeatureCollection", "features": [3]}', "feature 1"),
        (file_of(None, nom="Mamers"), "feature 1"),
        (file_of({"type": "Polygon", "coordinates": [SQUARE]}), "no name"),
        (file_of({"type": "Point", "coordinates": [0.1, 48]}, nom="Mamers"), "Polygon"),
        (file_of({"type": "Polygon", "coordinates": [[[0, 48]]]}, nom="Mamers"), "three corners"),
        (file_of({"type": "Polygon", "coordinates": None}, nom="Mamers"), "list of rings"),
        (file_of({"type": "MultiPolygon", "coordinates": []}, nom="Mamers"), "no contour"),
        (
            file_of({"type": "Polygon", "coordinates": [[[490_000, 6_780_000]] * 4]}, nom="Mamers"),
            "degrees",
        ),
        (file_of({"type": "Polygon", "coordinates": [[["0", "48"]] * 4]}, nom="Mamers"), "degrees"),
        (file_of({"type": "Polygon", "coordinates": [[[True, 48]] * 4]}, nom="Mamers"), "degrees"),
    ],
)
def test_a_file_that_holds_no_contours_is_named_and_why(text: str, why: str) -> None:
    with pytest.raises(NoContoursError, match=why):
        parse(text)
