"""Finding people by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.names import is_called


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
