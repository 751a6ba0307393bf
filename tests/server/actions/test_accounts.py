"""Accounts: own passwords, sessions, and what closing one ends."""

import asyncio
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.actions import Actions, Operator, Person, accounts
from server.actions.accounts import SESSION_S
from server.actions.fleet import load
from server.fleet import fleet_file
from server.fleet.model.people import Agent
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Refused
from server.passwords import verify_password
from server.store import Store
from tests.fleet import FLEET, HOUR_S, MARIE, MARIE_UID, NOW_S, PAUL, booking, open_small_fleet
from tests.server.actions.people import (
    FIRST,
    LOGIN,
    SECOND,
    begin,
    is_open,
    load_marie,
    person,
    with_password,
)
from tests.server.web.sample import StillClock
from tests.support import examples

THIRD = "la cantine ferme tôt"


def change(old: str, new: str, again: str | None = None) -> accounts.ChangePassword:
    return accounts.ChangePassword(old=old, new=new, again=new if again is None else again)


def reasons(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(each.field, each.reason.value) for each in refused.value.refusals]


async def test_all_that_is_wrong_with_a_new_password_is_told_at_once(actions: Actions) -> None:
    marie = await with_password(actions)
    with pytest.raises(Refused) as refused:
        await accounts.change_password(marie, change("wrong", "Marie2026", "other"), actions)
    assert reasons(refused) == [
        ("old", "password_wrong"),
        ("new", "password_too_short"),
        ("again", "passwords_differ"),
    ]
    assert await person(actions.store, MARIE) == marie


async def test_a_file_gives_the_first_password_and_never_takes_back_the_chosen_one(
    actions: Actions,
) -> None:
    marie = await with_password(actions)
    changed = await accounts.change_password(marie, change(FIRST, SECOND), actions)
    assert await begin(actions, changed)
    for password in (FIRST, THIRD):
        await load_marie(actions, password=password)
        assert (await person(actions.store, MARIE)).agent == changed
    assert await is_open(actions)


async def test_of_two_changes_at_once_one_counts(actions: Actions) -> None:
    marie = await with_password(actions)
    done = await asyncio.gather(
        *(accounts.change_password(marie, change(FIRST, new), actions) for new in (SECOND, THIRD)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["Agent", "Refused"]


async def test_an_operator_gives_another_password_to_who_forgot_it(actions: Actions) -> None:
    marie = await with_password(actions)
    assert await begin(actions, marie.agent)
    await accounts.give_password(
        Operator(), accounts.GivePassword(login=LOGIN, new=SECOND), actions
    )
    given = (await person(actions.store, MARIE)).agent
    assert verify_password(given.password_hash, SECOND)
    assert not await is_open(actions)


async def test_nobody_else_gives_passwords_or_closes_accounts_than_may(
    actions: Actions, marie: Person, paul: Person
) -> None:
    for who in (marie, paul):
        with pytest.raises(Refused, match="not_allowed"):
            given = accounts.GivePassword(login=LOGIN, new=SECOND)
            await accounts.give_password(who, given, actions)
    one = accounts.OneAccount(login=LOGIN)
    for act in (accounts.close, accounts.reopen):
        with pytest.raises(Refused, match="not_allowed"):
            await act(marie, one, actions)
        with pytest.raises(Refused, match="no_such_account"):
            await act(paul, accounts.OneAccount(login="nobody"), actions)


async def test_who_left_has_no_session_and_no_badge_and_what_was_booked_is_told(
    actions: Actions, woken: list[int | None], paul: Person
) -> None:
    marie = await with_password(actions)
    assert await begin(actions, marie.agent)
    woken.clear()
    closed = await accounts.close(paul, accounts.OneAccount(login=LOGIN), actions)
    assert [each.agent_id for each in closed.bookings] == [MARIE]
    assert not await is_open(actions) and woken == [None]
    assert not await begin(actions, marie.agent), "a password that was verified meanwhile"
    badge = await actions.store.badges.by_uid(MARIE_UID)
    assert badge is not None and badge.revoked_at_s == NOW_S
    again = await accounts.close(paul, accounts.OneAccount(login=LOGIN), actions)
    assert again.bookings == closed.bookings


async def test_a_file_of_before_gives_nothing_back_to_who_left(actions: Actions) -> None:
    await load_marie(actions, active=False)
    await load(Operator(), fleet_file.parse(json.dumps(FLEET)), actions)
    marie = (await person(actions.store, MARIE)).agent
    badge = await actions.store.badges.by_uid(MARIE_UID)
    assert marie.closed_at_s == NOW_S
    assert badge is not None and badge.revoked_at_s == NOW_S


async def test_who_comes_back_has_the_badges_that_the_file_names(actions: Actions) -> None:
    await load_marie(actions, active=False)
    await load_marie(actions, active=True, badges=[MARIE_UID.hex()])
    marie = (await person(actions.store, MARIE)).agent
    badge = await actions.store.badges.by_uid(MARIE_UID)
    assert marie.closed_at_s is None
    assert badge is not None and badge.revoked_at_s is None


@pytest.mark.parametrize("word", ["agent", "drivers", "passengers"])
async def test_a_file_books_for_nobody_who_left(actions: Actions, word: str) -> None:
    await load_marie(actions, active=False)
    entry = booking("AB-123-CD", "paul.morin", NOW_S + 24 * HOUR_S, NOW_S + 25 * HOUR_S)
    entry |= {word: LOGIN if word == "agent" else [LOGIN]}
    with pytest.raises(Refused, match="account_closed") as refused:
        file = fleet_file.parse(json.dumps({"bookings": [entry]}))
        await load(Operator(), file, actions)
    assert refused.value.first.field.endswith(f", {word}")


async def test_a_session_ends_after_twelve_hours(actions: Actions, clock: StillClock) -> None:
    marie = await with_password(actions)
    assert await begin(actions, marie.agent)
    clock.at_s = NOW_S + SESSION_S
    assert await is_open(actions)
    clock.at_s += 1
    assert not await is_open(actions)
    assert await accounts.sessions(marie, actions) == []


async def test_of_a_person_the_oldest_sessions_end_when_there_are_too_many(
    actions: Actions, clock: StillClock
) -> None:
    marie = await with_password(actions)
    for number in range(30):
        clock.at_s = NOW_S + number
        assert await begin(actions, marie.agent, str(number))
    listed = await accounts.sessions(marie, actions)
    assert [each.session_id for each in listed] == [str(n) for n in range(29, 9, -1)]


async def test_nobody_ends_or_sees_the_sessions_of_others(actions: Actions, paul: Person) -> None:
    marie = await with_password(actions)
    assert await begin(actions, marie.agent)
    await accounts.end_session(paul, accounts.OneSession(session_id="a"), actions)
    assert await accounts.sessions(paul, actions) == [] and await is_open(actions)
    await accounts.end_session(marie, accounts.OneSession(session_id="a"), actions)
    assert not await is_open(actions)


# What may happen to two people: (what, whose).
HAPPENS = st.tuples(
    st.sampled_from(["sign in", "sign out", "password", "close", "reopen", "half a day"]),
    st.sampled_from([MARIE, PAUL]),
)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(HAPPENS, max_size=25))
def test_a_session_is_open_until_the_first_of_what_ends_it(happens: list[tuple[str, int]]) -> None:
    asyncio.run(live(happens))


async def live(happens: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await open_small_fleet(Path(folder))
        clock = StillClock(NOW_S)
        actions = Actions(store, clock, [].append, PARIS)
        for who in (MARIE, PAUL):
            assert await store.accounts.set_password(who, "hash", None)
        ends_s: dict[str, tuple[int, int]] = {}  # session -> whose, until when
        closed: set[int] = set()
        for number, (what, who) in enumerate(happens):
            agent = (await person(store, who)).agent
            if what == "sign in":
                begun = await begin(actions, agent, str(number))
                assert begun == (who not in closed)
                ends_s |= {str(number): (who, clock.at_s + SESSION_S)} if begun else {}
            elif what == "half a day":
                clock.at_s += SESSION_S // 2 + 1
            else:
                await happen(what, store, agent, number, clock.at_s)
                mine = [each for each, (whose, _) in ends_s.items() if whose == who]
                gone = {"sign out": mine[:1], "reopen": []}.get(what, mine)
                if what == "password" and who in closed:
                    gone = []
                if what == "sign out" and mine:
                    await store.accounts.end(who, mine[0])
                for each in gone:
                    ends_s.pop(each)
                closed = closed | {who} if what == "close" else closed
                closed = closed - {who} if what == "reopen" else closed
            for each in map(str, range(number + 1)):
                expected = each in ends_s and clock.at_s <= ends_s[each][1]
                assert await is_open(actions, each) == expected, (number, each)
        await store.close()


async def happen(what: str, store: Store, agent: Agent, number: int, now_s: int) -> None:
    accounts_ = store.accounts
    if what == "password":
        new = f"hash {number}"
        changed = await accounts_.set_password(agent.agent_id, new, agent.password_hash)
        assert changed == (agent.closed_at_s is None)
        stale = replace(agent, password_hash="hash of before")
        assert not await accounts_.begin(stale, f"stale {number}", "", now_s, now_s - SESSION_S)
    elif what == "close":
        await accounts_.close(agent.agent_id, now_s)
    elif what == "reopen":
        await accounts_.reopen(agent.agent_id)


async def test_a_password_that_changes_while_the_account_closes_is_refused(
    actions: Actions, paul: Person
) -> None:
    marie = await with_password(actions)
    await accounts.close(paul, accounts.OneAccount(login=LOGIN), actions)
    with pytest.raises(Refused) as refused:
        await accounts.change_password(marie, change(FIRST, SECOND), actions)
    assert reasons(refused) == [("old", "account_closed")]
