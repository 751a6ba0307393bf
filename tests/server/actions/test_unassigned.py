"""Saying whose kilometres without a trip are: by whom, once, and of what was seen."""

import json

import pytest

from server.actions import unassigned as acts
from server.fleet import fleet_file
from server.fleet.records import OdometerRead, ReadRecord
from server.fleet.refusals import Reason, Refused
from server.fleet.trips import follow
from server.store import Batch
from tests.fleet import MARIE, MARIE_UID, NOW_S, agent, fit_box, fleet


@pytest.fixture
async def drive(store):
    """Let the car's odometer say how far it is; 9 km have no trip."""
    box, seq = await fit_box(store), 0

    async def say(*odometer_m):
        nonlocal seq
        records = tuple(ReadRecord(6, "", NOW_S, b"", {}, OdometerRead(m)) for m in odometer_m)
        batch = Batch(box.box_id, 1, seq + 1, 1, records, NOW_S)
        seq = (await store.records.append(batch, follow)).seq

    await say(0, 9_000)
    return say


def to_marie():
    return acts.Attribute(unassigned_id=1, distance_m=9_000, agent_id=MARIE)


async def refusal(act):
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.first.reason


async def test_a_manager_says_whose_kilometres_are_and_their_name_stands_beside_it(
    store, actions, marie, paul, drive
):
    await acts.attribute(paul, to_marie(), actions)
    (row,) = await acts.log(paul, actions, 9)
    assert (row.agent_name, row.directorate_code) == ("Marie Leroy", "DDT")
    assert (row.attributed_by, row.distance_m) == ("Paul Morin", 9_000)
    assert await refusal(acts.attribute(paul, to_marie(), actions)) is Reason.ALREADY_ATTRIBUTED


async def test_an_agent_neither_sees_nor_gives_kilometres_away(actions, marie, drive):
    one = acts.OneUnassigned(unassigned_id=1)
    acted = (
        acts.log(marie, actions, 9),
        acts.to_attribute(marie, one, actions),
        acts.attribute(marie, to_marie(), actions),
    )
    assert [await refusal(act) for act in acted] == [Reason.NOT_ALLOWED] * 3


async def test_kilometres_that_became_more_since_they_were_seen_are_not_given(
    store, actions, paul, drive
):
    await drive(300_000)
    assert await refusal(acts.attribute(paul, to_marie(), actions)) is Reason.METRES_CHANGED
    (row,) = await store.unassigned.log(9)
    assert (row.distance_m, row.attributed_at_s) == (300_000, None), "one row, still growing"


async def test_what_is_driven_after_kilometres_were_given_is_a_row_of_its_own(
    store, actions, paul, drive
):
    await acts.attribute(paul, to_marie(), actions)
    await drive(10_000)
    newest, given = await store.unassigned.log(9)
    assert (newest.distance_m, newest.agent_id, given.distance_m) == (1_000, None, 9_000)


async def test_kilometres_cost_the_directorate_that_their_driver_was_of_then(
    store, actions, paul, drive
):
    moved = agent("marie.leroy", MARIE_UID, directorate="DDPP")
    text = json.dumps(fleet([], [moved], []))
    await store.fleet.load(fleet_file.parse(text), {}, NOW_S + 3_600)
    await acts.attribute(paul, to_marie(), actions)
    (row,) = await acts.log(paul, actions, 9)
    assert row.directorate_code == "DDT"
