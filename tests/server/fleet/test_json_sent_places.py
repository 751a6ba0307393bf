"""Where each value of a JSON text stands."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.json_sent.places import Path, named, places, twice

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(), each, max_size=4),
    max_leaves=20,
)


def paths_of(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """All values in a JSON value, with their paths, in their order."""
    found = [(path, value)]
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        for step, each in steps:
            found += paths_of(each, (*path, step))
    return found


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans(), st.sampled_from([":", " : "]))
def test_each_value_is_found_on_the_line_where_it_or_its_word_begins(
    value: Any, indent: int | None, ascii_only: bool, colon: str
) -> None:
    separators = (",", colon)
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only, separators=separators)
    lines = text.split("\n")
    expected = [(path, each) for path, each in paths_of(value) if len(path) <= 8]
    found = list(places(text))
    assert [path for path, _ in found] == [path for path, _ in expected]
    assert [line for _, line in found] == sorted(line for _, line in found)
    for (path, each), (_, line) in zip(expected, found, strict=True):
        step = path[-1] if path else 0
        shown = step if isinstance(step, str) else each
        if not isinstance(shown, dict | list):
            assert json.dumps(shown, ensure_ascii=ascii_only) in lines[line - 1]
    assert twice(text) == []


def test_lines_are_counted_whatever_the_layout() -> None:
    text = '\n{"a"\n:\n[1,\n\n{"b": "x\\ny\\"]"}\n],"c":-1e5}'
    assert dict(places(text)) == {
        (): 2,
        ("a",): 2,
        ("a", 0): 4,
        ("a", 1): 6,
        ("a", 1, "b"): 6,
        ("c",): 7,
    }


def test_a_word_that_stands_twice_is_found_and_what_is_within_is_not_told() -> None:
    assert twice('{"a": {"b": 1, "b": 2}, "c": [{"d": {}}], "c": [{"d": {}}]}') == [
        ("a", "b"),
        ("c",),
    ]


@pytest.mark.parametrize(
    ("word", "shown"),
    [("plate", "plate"), ("", "''"), ("a\x1b", r"'a\x1b'"), ("a" * 99, "a" * 60 + "...")],
)
def test_a_place_is_named_as_people_read_it_on_one_line(word: str, shown: str) -> None:
    text = json.dumps({"agents": [{}, {word: 1}]}, indent=1)
    path = ("agents", 1, word)
    assert named(text, [path]) == {path: f"line 5, agents[1], {shown}"}


def test_brackets_by_the_thousand_cost_no_more_than_their_number() -> None:
    depth = 900  # what json still reads
    assert len(list(places("[" * depth + "]" * depth))) == 9
