"""What a driver may say of a trip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.feedback import RATINGS, Feedback, Said, may_tell, problems
from server.fleet.refusals import Reason

SAID = st.builds(Said, st.none() | st.sampled_from(RATINGS), st.text(max_size=3), st.booleans())


@pytest.mark.parametrize(
    ("said", "ended", "found"),
    [
        (Said(5, "", False), True, {}),
        (Said(None, "Merci", False), True, {}),
        (Said(None, "Pare-brise fendu", True), False, {}),
        (Said(4, "", False), False, {"rating": Reason.RATING_TOO_EARLY}),
        (Said(None, "", False), True, {"message": Reason.NOTHING_SAID}),
        (Said(3, "", True), True, {"message": Reason.DAMAGE_NOT_DESCRIBED}),
        (
            Said(3, "", True),
            False,
            {"rating": Reason.RATING_TOO_EARLY, "message": Reason.DAMAGE_NOT_DESCRIBED},
        ),
    ],
)
def test_what_may_be_said(said: Said, ended: bool, found: dict[str, Reason]) -> None:
    assert {refusal.field: refusal.reason for refusal in problems(said, ended)} == found


@given(SAID, st.booleans())
def test_what_stands_says_something_and_a_rating_comes_after_the_trip(
    said: Said, ended: bool
) -> None:
    if not problems(said, ended):
        assert said.message or said.rating is not None
        assert said.rating is None or ended
        assert said.message or not said.damage


def test_a_message_may_be_left_and_changed_until_it_is_answered() -> None:
    def before(answer: str | None) -> Feedback:
        who = (1, "Marie Leroy")
        return Feedback(7, 0, "AB-123-CD", "Clio", *who, 3, "Fait", False, 5, answer, 6, "Paul", 7)

    assert may_tell(None) and may_tell(before(None))
    assert not may_tell(before("Vu"))
