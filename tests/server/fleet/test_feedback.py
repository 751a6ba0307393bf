"""What a driver may say of a trip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.feedback import MAX_MESSAGE_LENGTH, RATINGS, Said, answer_problem, problems

SAID = st.builds(Said, st.none() | st.integers(-1, 7), st.text(max_size=3), st.booleans())


@pytest.mark.parametrize(
    ("said", "ended", "found"),
    [
        (Said(5, "", False), True, {}),
        (Said(None, "Merci", False), True, {}),
        (Said(None, "Pare-brise fendu", True), False, {}),
        (Said(0, "", False), True, {"rating": "unknown_rating"}),
        (Said(6, "", False), True, {"rating": "unknown_rating"}),
        (Said(4, "", False), False, {"rating": "rating_too_early"}),
        (Said(None, "", False), True, {"message": "nothing_said"}),
        (Said(3, "", True), True, {"message": "damage_not_described"}),
        (Said(3, "x" * MAX_MESSAGE_LENGTH, True), True, {}),
        (Said(3, "x" * (MAX_MESSAGE_LENGTH + 1), True), True, {"message": "message_too_long"}),
    ],
)
def test_what_may_be_said(said: Said, ended: bool, found: dict[str, str]) -> None:
    assert problems(said, ended) == found


@given(SAID, st.booleans())
def test_what_stands_says_something_and_a_rating_is_one_of_five(said: Said, ended: bool) -> None:
    if not problems(said, ended):
        assert said.message or said.rating in RATINGS
        assert said.rating is None or (ended and said.rating in RATINGS)
        assert said.message or not said.damage


def test_an_answer_has_words_but_not_too_many() -> None:
    assert answer_problem("Merci") is None
    assert answer_problem("") == "answer_missing"
    assert answer_problem("x" * (MAX_MESSAGE_LENGTH + 1)) == "message_too_long"
