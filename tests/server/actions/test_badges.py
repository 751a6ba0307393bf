"""Blocking a badge and putting it back: who may, who is woken, who has not confirmed."""

import pytest

from server.actions import Actions, Operator, Person, badges
from server.actions.badges import BadgeByUid, OneBadge
from server.fleet.inputs import judged
from server.fleet.refusals import Reason, Refused
from server.fleet.told import WhoKnows
from server.store import Store
from tests.fleet import MARIE, MARIE_UID, NOW_S
from tests.server.actions.driving import ReportingBox
from tests.server.web.sample import StillClock

HERS = {"uid": MARIE_UID.hex()}


@pytest.fixture
async def hers(store: Store) -> OneBadge:
    (badge,) = await store.badges.of_agent(MARIE)
    return OneBadge(badge_id=badge.badge_id)


async def test_a_badge_is_blocked_once_and_every_box_is_woken(
    actions: Actions, clock: StillClock, woken: list[int | None], paul: Person, hers: OneBadge
) -> None:
    held = await badges.get(paul, hers, actions)
    assert (held.holder.agent_id, held.badge.revoked_at_s) == (MARIE, None)
    await badges.block(paul, hers, actions)
    clock.at_s += 60
    again = await badges.revoke(Operator(), judged(BadgeByUid, HERS), actions)
    assert again.badge.revoked_at_s == NOW_S
    assert woken == [None, None]
    await badges.restore(Operator(), judged(BadgeByUid, HERS), actions)
    assert (await badges.get(paul, hers, actions)).badge.revoked_at_s is None
    assert woken == [None] * 3
    with pytest.raises(Refused) as refused:
        await badges.restore(Operator(), judged(BadgeByUid, HERS), actions)
    assert refused.value.first.reason is Reason.NOT_REVOKED


async def test_the_boxes_that_have_not_confirmed_are_named(
    store: Store, actions: Actions, paul: Person, hers: OneBadge
) -> None:
    await ReportingBox(store).start_trip()
    (box,) = await store.boxes.all()
    assert await badges.who_knows(paul, hers, actions) == WhoKnows()
    await badges.block(paul, hers, actions)
    cars = await badges.who_knows(paul, hers, actions)
    assert [each.box_id for each in cars.waiting] == [box.box_id]
    assert (cars.knows, cars.never_heard, cars.no_box) == ((), (), ("EF-456-GH",))
    await store.boxes.note_revocations(box.box_id, 1, NOW_S)
    cars = await badges.who_knows(paul, hers, actions)
    assert cars == WhoKnows(knows=("AB-123-CD",), no_box=("EF-456-GH",))


@pytest.mark.parametrize("act", [badges.get, badges.block, badges.who_knows])
async def test_badges_are_a_manager_s(
    actions: Actions, woken: list[int | None], marie: Person, hers: OneBadge, act
) -> None:
    with pytest.raises(Refused) as refused:
        await act(marie, hers, actions)
    assert refused.value.first.reason is Reason.NOT_ALLOWED
    assert woken == []


@pytest.mark.parametrize("act", [badges.revoke, badges.restore])
async def test_an_agent_does_nothing_to_a_badge_by_its_uid(
    actions: Actions, woken: list[int | None], marie: Person, act
) -> None:
    with pytest.raises(Refused) as refused:
        await act(marie, judged(BadgeByUid, HERS), actions)
    assert refused.value.first.reason is Reason.NOT_ALLOWED
    assert woken == []


async def test_a_badge_that_is_not_there_is_told(actions: Actions, paul: Person) -> None:
    unknown = judged(BadgeByUid, {"uid": "04ffffff"})
    for act in (
        badges.get(paul, OneBadge(badge_id=99), actions),
        badges.block(paul, OneBadge(badge_id=99), actions),
        badges.revoke(Operator(), unknown, actions),
        badges.restore(Operator(), unknown, actions),
    ):
        with pytest.raises(Refused) as refused:
            await act
        assert refused.value.first.reason is Reason.NO_SUCH_BADGE


@pytest.mark.parametrize("uid", ["", "04a1", "no badge", "04" * 8, None, 5, b"abcd", ["04"]])
def test_what_is_no_uid_is_refused_and_never_repeated(uid: object) -> None:
    with pytest.raises(Refused) as refused:
        judged(BadgeByUid, {"uid": uid})
    (only,) = refused.value.refusals
    assert (only.field, only.reason, only.values) == ("uid", Reason.NOT_A_UID, {})


def test_a_request_does_not_print_the_uid_it_holds() -> None:
    asked = judged(BadgeByUid, HERS)
    assert asked.uid == MARIE_UID
    assert "04a1" not in repr(asked) and str(MARIE_UID) not in repr(asked)
