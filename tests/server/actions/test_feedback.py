"""What a driver and a manager do with a feedback, in any order, at any moment."""

from collections.abc import Awaitable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.actions import Actions, Operator, Person, feedback
from server.actions.feedback import Answer, Say
from server.actions.trips import OneTrip
from server.fleet.feedback import MAX_MESSAGE_LENGTH
from server.fleet.inputs import judged
from server.fleet.refusals import Reason, Refused
from tests.server.actions.driving import ReportingBox
from tests.server.web.sample import StillClock
from tests.support import examples

NOTHING = {"trip_id": 1, "rating": None, "message": "", "damage": False}


@pytest.fixture
def box(store) -> ReportingBox:
    return ReportingBox(store)


async def refusal(act: Awaitable[object]) -> Reason | None:
    """Why this was not done; None when it was."""
    try:
        await act
    except Refused as refused:
        return refused.first.reason
    return None


acts = st.one_of(
    st.builds(
        lambda rating, message, damage: ("say", rating, message, damage),
        st.none() | st.integers(1, 5),
        st.sampled_from(["", "Aile rayée", "Voyant allumé"]),
        st.booleans(),
    ),
    st.tuples(st.just("answer"), st.sampled_from(["Vu", "Au garage"])),
    st.sampled_from([("read",), ("look",), ("wait",), ("end",)]),
)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, max_size=15))
async def test_an_answer_is_never_lost_and_belongs_to_the_message_that_its_author_read(
    store, actions: Actions, clock: StillClock, marie: Person, paul: Person, box, steps
) -> None:
    trip_id = await box.start_trip()
    one, ended = OneTrip(trip_id=trip_id), False
    changes, last = 0, None  # of the message
    seen, seen_changes = None, 0  # what the manager last looked at
    answered = None  # the message that was answered, and its answer
    for act, *told in steps:
        if act == "say":
            said = dict(zip(("rating", "message", "damage"), told, strict=True))
            reason = await refusal(feedback.say(marie, Say(trip_id=trip_id, **said), actions))
            if told[0] is not None and not ended:
                assert reason is Reason.RATING_TOO_EARLY
            if reason is None:
                kept = await store.feedback.of_trip(trip_id)
                assert [kept.rating, kept.message, kept.damage] == told
                changes, last = changes + (told[1:] != last), told[1:]
        elif act == "answer" and seen is not None:
            asked = Answer(trip_id=trip_id, said_at_s=seen.said_at_s, answer=told[0])
            reason = await refusal(feedback.answer(paul, asked, actions))
            stands = seen_changes == changes and seen.message
            held = await store.feedback.of_trip(trip_id)
            against = Reason.MESSAGE_CHANGED if held.message else Reason.NO_SUCH_MESSAGE
            assert reason is (None if stands else against)
            if reason is None:
                answered = (seen.message, seen.damage, told[0])
        elif act == "look":
            seen, seen_changes = await store.feedback.of_trip(trip_id), changes
        elif act == "read":
            await feedback.note_read(paul, one, actions)
            before = await store.feedback.of_trip(trip_id)
            await feedback.note_read(marie, one, actions)
            after = await store.feedback.of_trip(trip_id)
            assert after is None or not after.is_news
            assert before is None or before.read_at_s is None or before == after
        elif act == "wait":
            clock.at_s += 1
        elif act == "end" and not ended:
            await box.end_trip()
            ended = True
        held = await store.feedback.of_trip(trip_id)
        if answered is not None:
            assert (held.message, held.damage, held.answer) == answered
        elif held is not None:
            assert held.answer is None


async def test_who_may_say_answer_and_read_what(
    store, actions: Actions, marie: Person, paul: Person, box
) -> None:
    mine, pauls, nobodys = (
        await box.start_trip(),
        await box.start_trip(2),
        await box.start_trip(None),
    )
    assert await refusal(feedback.to_say(marie, OneTrip(trip_id=mine), actions)) is None
    for trip_id in (pauls, nobodys, 999):
        said = Say(**NOTHING | {"trip_id": trip_id, "message": "Moi"})
        assert await refusal(feedback.say(marie, said, actions)) is Reason.NO_SUCH_TRIP
    said = Say(**NOTHING | {"trip_id": mine, "message": "Moi"})
    assert await refusal(feedback.say(paul, said, actions)) is Reason.NOT_THE_DRIVER
    one = OneTrip(trip_id=mine)
    assert await refusal(feedback.to_say(Operator(), one, actions)) is Reason.NOT_THE_DRIVER
    for act in (feedback.to_answer(marie, one, actions), feedback.waiting_first(marie, actions)):
        assert await refusal(act) is Reason.NOT_ALLOWED
    answer = Answer(trip_id=mine, said_at_s=1, answer="Vu")
    assert await refusal(feedback.answer(marie, answer, actions)) is Reason.NOT_ALLOWED
    assert await refusal(feedback.answer(paul, answer, actions)) is Reason.NO_SUCH_MESSAGE
    assert await refusal(feedback.to_answer(paul, one, actions)) is Reason.NO_SUCH_MESSAGE
    await feedback.say(marie, said, actions)
    assert (await feedback.to_answer(paul, one, actions)).message == "Moi"
    assert [f.trip_id for f in await feedback.waiting_first(paul, actions)] == [mine]


async def test_what_may_be_said_now_is_told_before_it_is_said(
    store, actions: Actions, marie: Person, paul: Person, box
) -> None:
    one = OneTrip(trip_id=await box.start_trip())
    offer = await feedback.to_say(marie, one, actions)
    assert (offer.before, offer.may_rate, offer.may_tell) == (None, False, True)
    await box.end_trip()
    kept = await feedback.say(marie, Say(**NOTHING | {"message": "Voyant"}), actions)
    offer = await feedback.to_say(marie, one, actions)
    assert (offer.before, offer.may_rate, offer.may_tell) == (kept, True, True)
    asked = Answer(trip_id=1, said_at_s=kept.said_at_s, answer="Vu")
    await feedback.answer(paul, asked, actions)
    offer = await feedback.to_say(marie, one, actions)
    assert (offer.may_rate, offer.may_tell) == (True, False)
    other = Say(**NOTHING | {"message": "Autre"})
    assert await refusal(feedback.say(marie, other, actions)) is Reason.ALREADY_ANSWERED


@pytest.mark.parametrize(
    ("model", "changed", "field", "reason"),
    [
        (Say, {"rating": 0}, "rating", Reason.UNKNOWN_RATING),
        (Say, {"rating": 6}, "rating", Reason.UNKNOWN_RATING),
        (Say, {"rating": True}, "rating", Reason.UNKNOWN_RATING),
        (Say, {"rating": 2**70}, "rating", Reason.UNKNOWN_RATING),
        (Say, {"message": None}, "message", Reason.NOT_A_TEXT),
        (Say, {"message": "x" * (MAX_MESSAGE_LENGTH + 1)}, "message", Reason.MESSAGE_TOO_LONG),
        (Say, {"damage": 1}, "damage", Reason.NOT_TRUE_OR_FALSE),
        (Say, {"mesage": ""}, "mesage", Reason.UNKNOWN_WORD),
        (Answer, {"answer": " \n"}, "answer", Reason.ANSWER_MISSING),
        (Answer, {"answer": None}, "answer", Reason.ANSWER_MISSING),
        (Answer, {"answer": "x" * (MAX_MESSAGE_LENGTH + 1)}, "answer", Reason.MESSAGE_TOO_LONG),
        (Answer, {"said_at_s": True}, "said_at_s", Reason.NOT_AN_INSTANT),
        (Answer, {"said_at_s": 2**63}, "said_at_s", Reason.NOT_AN_INSTANT),
    ],
)
def test_each_word_out_of_bounds_is_named_with_its_reason(model, changed, field, reason) -> None:
    whole = NOTHING if model is Say else {"trip_id": 1, "said_at_s": 1, "answer": "Vu"}
    with pytest.raises(Refused) as refused:
        judged(model, whole | changed)
    (only,) = refused.value.refusals
    assert (only.field, only.reason) == (field, reason)
    assert only.reason is not Reason.MESSAGE_TOO_LONG or "2000 letters" in only.in_english()


def test_a_message_of_just_the_longest_length_stands() -> None:
    judged(Say, NOTHING | {"message": "x" * MAX_MESSAGE_LENGTH})
