"""Saying that one has seen what a car's signs said against each other: by whom, and of what."""

import pytest

from server.actions import contradictions as acts
from server.fleet.records import ReadRecord, SignsContradict
from server.fleet.refusals import Reason, Refused
from server.fleet.trips import follow
from server.store import Batch
from tests.fleet import NOW_S, fit_box


@pytest.fixture
async def tell(store):
    """Let the car's box tell contradictions, each at its time."""
    box, seq = await fit_box(store), 0

    async def say(kind, *at_s):
        nonlocal seq
        records = tuple(ReadRecord(14, "", at, b"", {}, SignsContradict(at, kind)) for at in at_s)
        batch = Batch(box.box_id, 1, seq + 1, 1, records, NOW_S)
        seq = (await store.records.append(batch, follow)).seq

    return say


def saw(number=1, times=1):
    return acts.NoteSeen(contradiction_id=number, times=times)


async def refusal(act):
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.first.reason


async def test_each_kind_is_one_line_that_says_how_often_and_since_when(store, tell):
    await tell("ignition_off", NOW_S, NOW_S + 60, NOW_S + 3600)
    await tell("cranked", NOW_S + 90)
    towed, cranked = await store.contradictions.unseen(9)
    assert (towed.kind, towed.times, towed.first_at_s) == ("ignition_off", 3, NOW_S)
    assert (towed.last_at_s, towed.seen_by) == (NOW_S + 3600, None)
    assert (cranked.kind, cranked.times) == ("cranked", 1)


async def test_what_was_seen_stands_in_the_history_under_a_name_and_comes_back_when_told_anew(
    store, actions, paul, tell
):
    await tell("cranked", NOW_S)
    await acts.note_seen(paul, saw(), actions)
    assert await store.contradictions.unseen(9) == []
    (box,) = await store.boxes.all()
    assert box.contradiction is None
    await tell("cranked", NOW_S + 60)
    (anew,) = await store.contradictions.unseen(9)
    assert (anew.times, anew.first_at_s) == (1, NOW_S + 60)
    (seen,) = await acts.seen(paul, actions, 9)
    assert (seen.seen_by, seen.seen_at_s) == ("Paul Morin", NOW_S)
    (box,) = await store.boxes.all()
    assert (box.contradiction, box.contradiction_at_s) == ("cranked", NOW_S + 60)


async def test_what_came_once_more_than_was_looked_at_stays(store, actions, paul, tell):
    await tell("cranked", NOW_S, NOW_S + 60)
    act = acts.note_seen(paul, saw(times=1), actions)
    assert await refusal(act) is Reason.CONTRADICTION_CHANGED
    await acts.note_seen(paul, saw(times=2), actions)
    again = acts.note_seen(paul, saw(times=2), actions)
    assert await refusal(again) is Reason.CONTRADICTION_CHANGED, "whose word it is stays"


async def test_seeing_one_kind_leaves_the_others(store, actions, paul, tell):
    await tell("cranked", NOW_S)
    await tell("never_opens", NOW_S)
    await acts.note_seen(paul, saw(), actions)
    (left,) = await store.contradictions.unseen(9)
    assert left.kind == "never_opens"


async def test_an_agent_neither_sees_nor_takes_one_from_the_list(store, actions, marie, tell):
    await tell("cranked", NOW_S)
    assert await refusal(acts.seen(marie, actions, 9)) is Reason.NOT_ALLOWED
    assert await refusal(acts.note_seen(marie, saw(), actions)) is Reason.NOT_ALLOWED
    assert len(await store.contradictions.unseen(9)) == 1


async def test_the_history_is_read_page_by_page(store, actions, paul, tell):
    for n in range(5):
        await tell("cranked", NOW_S + n)
        await acts.note_seen(paul, saw(n + 1), actions)
    first = await acts.seen(paul, actions, 3)
    rest = await acts.seen(paul, actions, 3, first[-1].contradiction_id)
    assert [each.contradiction_id for each in first + rest] == [5, 4, 3, 2, 1]
