"""What drivers said, who waits longest, and answers that are read."""

import pytest

from server.fleet.feedback import Said
from server.fleet.records import Holder, ReadRecord, TripEnded, TripStarted
from server.fleet.trips import follow
from server.store import AlreadyAnswered, Batch, Store
from tests.fleet import MARIE, NOW_S, PAUL, fit_box

SCRATCH = Said(None, "Une rayure", True)
THANKS = Said(5, "Merci", False)


@pytest.fixture
async def trips(store: Store) -> list[int]:
    """Four trips of Marie's; their ids."""
    box = await fit_box(store)
    events = [
        event
        for _ in range(4)
        for event in (
            TripStarted(NOW_S, 0, Holder(MARIE, 1), None),
            TripEnded(NOW_S, 0, "badge_held", None),
        )
    ]
    records = tuple(ReadRecord(2, "x", NOW_S, b"", {}, event) for event in events)
    await store.records.append(Batch(box.box_id, 1, 1, 1, records, NOW_S), follow)
    return [1, 2, 3, 4]


async def test_damage_comes_first_then_who_waits_longest_then_the_newest_of_the_rest(
    store: Store, trips: list[int]
) -> None:
    assert await store.feedback.waiting() == (0, 0)
    await store.feedback.say(trips[0], THANKS, NOW_S)
    await store.feedback.say(trips[1], Said(1, "", False), NOW_S + 5)
    await store.feedback.say(trips[2], SCRATCH, NOW_S + 9)
    await store.feedback.say(trips[3], THANKS, NOW_S + 1)
    listed = [feedback.trip_id for feedback in await store.feedback.log(10)]
    assert listed == [trips[2], trips[0], trips[3], trips[1]]
    assert await store.feedback.waiting() == (3, 1)
    await store.feedback.answer(trips[2], NOW_S + 9, "Vu", PAUL, NOW_S + 20)
    listed = [feedback.trip_id for feedback in await store.feedback.log(10)]
    assert listed == [trips[0], trips[3], trips[2], trips[1]]
    assert await store.feedback.waiting() == (2, 0)


async def test_a_message_may_change_until_it_is_answered_and_the_rating_always(
    store: Store, trips: list[int]
) -> None:
    await store.feedback.say(trips[0], THANKS, NOW_S)
    changed = await store.feedback.say(trips[0], SCRATCH, NOW_S + 5)
    assert (changed.message, changed.damage, changed.said_at_s) == ("Une rayure", True, NOW_S + 5)
    rated = await store.feedback.say(trips[0], Said(4, "Une rayure", True), NOW_S + 9)
    assert (rated.rating, rated.said_at_s) == (4, NOW_S + 5), "the message waits as before"
    await store.feedback.answer(trips[0], NOW_S + 5, "Vu", PAUL, NOW_S + 20)
    with pytest.raises(AlreadyAnswered):
        await store.feedback.say(trips[0], THANKS, NOW_S + 30)
    rated = await store.feedback.say(trips[0], Said(2, "Une rayure", True), NOW_S + 30)
    assert (rated.rating, rated.answer, rated.answered_by) == (2, "Vu", "Paul Morin")


async def test_a_message_that_changed_since_it_was_read_is_not_answered(
    store: Store, trips: list[int]
) -> None:
    await store.feedback.say(trips[0], THANKS, NOW_S)
    await store.feedback.say(trips[0], SCRATCH, NOW_S + 5)
    assert await store.feedback.answer(trips[0], NOW_S, "De rien", PAUL, NOW_S + 9) is None
    assert await store.feedback.answer(trips[1], NOW_S, "De rien", PAUL, NOW_S + 9) is None
    feedback = await store.feedback.of_trip(trips[0])
    assert feedback is not None and feedback.waits
    await store.feedback.say(trips[1], Said(5, "", False), NOW_S)
    assert await store.feedback.answer(trips[1], NOW_S, "De rien", PAUL, NOW_S) is None, (
        "nothing was asked"
    )


async def test_an_answer_is_news_until_it_is_read_and_again_when_it_is_corrected(
    store: Store, trips: list[int]
) -> None:
    await store.feedback.say(trips[0], THANKS, NOW_S)
    await store.feedback.note_read(trips[0], NOW_S)
    assert await store.feedback.unread_answers(MARIE) == []
    answered = await store.feedback.answer(trips[0], NOW_S, "De rien", PAUL, NOW_S + 9)
    assert answered is not None and await store.feedback.unread_answers(MARIE) == [answered]
    assert await store.feedback.unread_answers(PAUL) == []
    await store.feedback.note_read(trips[0], NOW_S + 20)
    assert await store.feedback.unread_answers(MARIE) == []
    again = await store.feedback.answer(trips[0], NOW_S, "De rien", PAUL, NOW_S + 30)
    assert again is not None and again.answered_at_s == NOW_S + 9, "the same answer is no news"
    corrected = await store.feedback.answer(trips[0], NOW_S, "Merci à vous", PAUL, NOW_S + 40)
    assert corrected is not None and corrected.is_news
