"""A card becomes a badge by its number; lost, found, given back, replaced, given to another."""

from collections.abc import AsyncIterator

import pytest

from server.actions import Actions, Operator, Person, badges
from server.actions.badges import HandOver, OneBadge
from server.actions.enrolment import typed
from server.fleet.inputs import judged
from server.fleet.refusals import Reason, Refused
from server.store import Store
from server.store.badges import NewBadge
from tests.fleet import MARIE, MARIE_UID, NOW_S, PAUL
from tests.server.web.sample import StillClock

NEW = "04 AA BB CC DD EE 01"


def enrol(uid: str = NEW, agent_id: int = MARIE, **more: object) -> typed.Enrol:
    return judged(typed.Enrol, {"agent_id": agent_id, "uid": uid, **more})


@pytest.fixture
async def hers(store: Store) -> AsyncIterator[OneBadge]:
    (badge,) = await store.badges.of_agent(MARIE)
    yield OneBadge(badge_id=badge.badge_id)


async def reason(act) -> Reason:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.first.reason


async def test_a_card_is_a_badge_from_now_on_with_its_issuer_and_every_box_is_woken(
    store: Store, actions: Actions, woken: list[int | None], paul: Person
) -> None:
    held = await typed.enrol(paul, enrol(issuer="Rectorat"), actions)
    assert (held.holder.agent_id, held.badge.ending, held.badge.issuer) == (
        MARIE,
        "ee01",
        "Rectorat",
    )
    assert not held.badge.has_key and held.badge.revoked_at_s is None
    assert woken == [None]
    assert len(await store.badges.of_agent(MARIE)) == 2  # several are one person's
    history = await badges.history(paul, OneBadge(badge_id=held.badge.badge_id), actions)
    assert [(h.holder, h.from_s, h.to_s) for h in history.holdings] == [
        ("Marie Leroy", NOW_S, None)
    ]
    assert [(a.what, a.by) for a in history.acts] == [("given", "Paul Morin")]


async def test_a_number_that_is_on_record_is_not_enrolled_again_and_whose_it_is_is_said(
    actions: Actions, paul: Person, hers: OneBadge
) -> None:
    with pytest.raises(Refused) as refused:
        await typed.enrol(paul, enrol(MARIE_UID.hex(), PAUL), actions)
    assert refused.value.first.reason is Reason.BADGE_OF_ANOTHER
    assert refused.value.first.values == {"name": "Marie Leroy"}
    await badges.block(paul, hers, actions)
    assert await reason(typed.enrol(paul, enrol(MARIE_UID.hex()), actions)) is Reason.BADGE_BLOCKED


@pytest.mark.parametrize("uid", ["08ffffff", "88ffffff", "01020304"])
def test_a_number_that_phones_make_up_is_no_badge(uid: str) -> None:
    with pytest.raises(Refused) as refused:
        enrol(uid)
    assert refused.value.first.reason is Reason.PASSING_UID


async def test_nobody_gets_a_badge_who_is_not_there_or_has_left(
    store: Store, actions: Actions, paul: Person, hers: OneBadge
) -> None:
    assert await reason(typed.enrol(paul, enrol(agent_id=99), actions)) is Reason.NO_SUCH_PERSON
    await store.accounts.close(MARIE, NOW_S)
    assert await reason(typed.enrol(paul, enrol(), actions)) is Reason.ACCOUNT_CLOSED
    assert await reason(badges.found(paul, hers, actions)) is Reason.ACCOUNT_CLOSED
    to_her = HandOver(badge_id=hers.badge_id, agent_id=MARIE)
    assert await reason(badges.hand_over(paul, to_her, actions)) is Reason.ACCOUNT_CLOSED


async def test_who_leaves_while_a_badge_is_given_gets_none(
    store: Store, actions: Actions, hers: OneBadge
) -> None:
    (his,) = await store.badges.of_agent(PAUL)
    await store.accounts.close(MARIE, NOW_S)  # after the action has looked
    new = NewBadge(MARIE, "", None, None)
    assert await reason(store.badges.enrol(new, bytes.fromhex(NEW), NOW_S)) is Reason.ACCOUNT_CLOSED
    to_her = store.badges.hand_over(his.badge_id, MARIE, NOW_S, None)
    assert await reason(to_her) is Reason.ACCOUNT_CLOSED
    found = store.badges.restore(hers.badge_id, NOW_S)
    assert await reason(found) is Reason.ACCOUNT_CLOSED
    assert [badge.revoked_at_s for badge in await store.badges.of_agent(MARIE)] == [NOW_S]


async def test_a_badge_is_replaced_in_one_act_and_keeps_its_issuer(
    store: Store, actions: Actions, paul: Person
) -> None:
    first = await typed.enrol(paul, enrol(issuer="Rectorat"), actions)
    second = await typed.enrol(
        paul, enrol("04AABBCCDDEE02", replaces=first.badge.badge_id), actions
    )
    former = await store.badges.get(first.badge.badge_id)
    assert former is not None and (former.revoked_at_s, former.why) == (NOW_S, "replaced")
    assert second.badge.issuer == "Rectorat"


async def test_what_replaces_nothing_of_that_person_changes_nothing(
    store: Store, actions: Actions, paul: Person, hers: OneBadge
) -> None:
    for given in (enrol(agent_id=PAUL, replaces=hers.badge_id), enrol(replaces=99)):
        assert await reason(typed.enrol(paul, given, actions)) is Reason.NO_SUCH_BADGE
    known = enrol(MARIE_UID.hex(), replaces=hers.badge_id)
    assert await reason(typed.enrol(paul, known, actions)) is Reason.BADGE_OF_ANOTHER
    kept = await store.badges.get(hers.badge_id)
    assert kept is not None and kept.revoked_at_s is None


async def test_lost_found_and_given_back_say_who_did_it_and_why_it_is_blocked(
    actions: Actions, paul: Person, hers: OneBadge
) -> None:
    assert await reason(badges.found(paul, hers, actions)) is Reason.NOT_REVOKED
    await badges.block(paul, hers, actions)
    await badges.block(paul, hers, actions)
    assert (await badges.get(paul, hers, actions)).badge.why == "lost"
    await badges.found(paul, hers, actions)
    assert (await badges.get(paul, hers, actions)).badge.why is None
    await badges.withdraw(Operator(), hers, actions)
    assert (await badges.get(paul, hers, actions)).badge.why == "withdrawn"
    history = await badges.history(paul, hers, actions)
    assert [(act.what, act.by) for act in history.acts] == [
        ("withdrawn", None), ("found", "Paul Morin"), ("lost", "Paul Morin"),
    ]  # fmt: skip


async def test_a_badge_given_on_is_dated_and_in_service_also_when_it_was_blocked(
    store: Store, actions: Actions, clock: StillClock, paul: Person, hers: OneBadge
) -> None:
    await badges.block(paul, hers, actions)
    clock.at_s += 3600
    to_paul = HandOver(badge_id=hers.badge_id, agent_id=PAUL)
    held = await badges.hand_over(paul, to_paul, actions)
    assert (held.holder.agent_id, held.badge.revoked_at_s) == (PAUL, None)
    history = await badges.history(paul, hers, actions)
    assert [(h.holder, h.from_s, h.to_s) for h in history.holdings] == [
        ("Paul Morin", NOW_S + 3600, None), ("Marie Leroy", NOW_S, NOW_S + 3600),
    ]  # fmt: skip
    assert await reason(badges.hand_over(paul, to_paul, actions)) is Reason.BADGE_OF_ANOTHER
    nowhere = HandOver(badge_id=99, agent_id=MARIE)
    assert await reason(badges.hand_over(paul, nowhere, actions)) is Reason.NO_SUCH_BADGE


async def test_an_agent_does_none_of_it(
    store: Store, actions: Actions, woken: list[int | None], marie: Person, hers: OneBadge
) -> None:
    to_paul = HandOver(badge_id=hers.badge_id, agent_id=PAUL)
    for act in (
        typed.enrol(marie, enrol(), actions),
        badges.withdraw(marie, hers, actions),
        badges.found(marie, hers, actions),
        badges.hand_over(marie, to_paul, actions),
        badges.history(marie, hers, actions),
    ):
        assert await reason(act) is Reason.NOT_ALLOWED
    assert woken == []
    assert len(await store.badges.of_agent(MARIE)) == 1
