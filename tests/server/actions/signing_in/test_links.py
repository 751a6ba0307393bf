"""Mailed links: for one person and mailbox, once, for a while; nobody learns who has them."""

import asyncio
import sqlite3

import pytest

from server.actions import Actions, Operator, Person, accounts, password_codes
from server.actions.password_codes import GiveCode, OneAgent, ResetPassword
from server.actions.signing_in import links
from server.actions.signing_in.links import INVITATION_S, RESET_S
from server.fleet.inputs import judged
from server.fleet.refusals import Refused
from server.passwords import verify_password
from server.store.backup import DATABASE
from tests.fleet import MARIE, NOW_S, PAUL
from tests.server.actions.people import LOGIN, SECOND, begin, is_open, person, with_password
from tests.server.actions.signing_in.post import KeptPost, recipients
from tests.server.web.sample import StillClock

ADDRESS = "marie.leroy@ddt.example"
NEW = "trois chevaux bruns"


async def mailbox(actions: Actions, email: str = ADDRESS, login: str = LOGIN) -> None:
    given = judged(accounts.SetEmail, {"login": login, "email": email})
    await accounts.set_email(Operator(), given, actions)


async def invited(actions: Actions, post: KeptPost, who: Person | Operator) -> str:
    await mailbox(actions)
    await links.invite(who, OneAgent(agent_id=MARIE), actions)
    return post.tokens[-1]


async def choose(actions: Actions, key: str, new: str = NEW, again: str | None = None) -> str:
    """Try it; return what speaks against it, or nothing."""
    try:
        await links.choose(
            links.ChoosePassword(key=key, new=new, again=new if again is None else again), actions
        )
    except Refused as refused:
        return str(refused)
    return ""


async def ask(actions: Actions, login: str = LOGIN) -> bool:
    return await links.ask_reset(links.AskReset(login=login), actions)


async def test_by_an_invitation_somebody_chooses_the_first_password(
    mailing: Actions, post: KeptPost, paul: Person
) -> None:
    key = await invited(mailing, post, paul)
    assert await recipients(mailing) == [("invitation", ADDRESS)] and post.woken == 1
    assert (await links.owner(links.OneLink(key=key), mailing)).login == LOGIN
    assert await choose(mailing, key) == ""
    assert verify_password((await person(mailing.store, MARIE)).agent.password_hash, NEW)


async def test_a_link_is_kept_as_a_hash(mailing: Actions, post: KeptPost, paul: Person) -> None:
    key = await invited(mailing, post, paul)
    with sqlite3.connect(mailing.store.data_dir / DATABASE) as db:
        (kept,) = db.execute("SELECT token_hash FROM link").fetchone()
    assert key not in kept and len(kept) == 64


async def test_a_link_works_once_also_for_two_at_once(
    mailing: Actions, post: KeptPost, paul: Person
) -> None:
    key = await invited(mailing, post, paul)
    done = await asyncio.gather(choose(mailing, key), choose(mailing, key, SECOND))
    assert sorted(done) == ["", "link_over"]
    assert await choose(mailing, key) == "link_over"


async def test_following_a_link_and_a_bad_choice_use_nothing_up(
    mailing: Actions, post: KeptPost, paul: Person
) -> None:
    key = await invited(mailing, post, paul)
    for _ in range(3):
        await links.owner(links.OneLink(key=key), mailing)
        assert await choose(mailing, key, "leroy", "x") == "password_too_short, passwords_differ"
    assert await choose(mailing, key) == ""


async def test_an_invitation_is_good_for_a_week_and_a_reset_for_an_hour(
    mailing: Actions, post: KeptPost, paul: Person, clock: StillClock
) -> None:
    await with_password(mailing)
    first = await invited(mailing, post, paul)
    assert await ask(mailing)
    clock.at_s = NOW_S + RESET_S
    assert await choose(mailing, post.tokens[-1]) == "link_over"
    clock.at_s = NOW_S + INVITATION_S
    assert await choose(mailing, first) == "link_over"
    clock.at_s = NOW_S + INVITATION_S - 1
    assert await choose(mailing, first) == ""


async def test_a_password_that_was_chosen_ends_sessions_codes_and_all_other_links(
    mailing: Actions, post: KeptPost, paul: Person
) -> None:
    marie = await with_password(mailing)
    assert await begin(mailing, marie.agent)
    first = await invited(mailing, post, paul)
    code = (await password_codes.give(paul, GiveCode(agent_id=MARIE), mailing)).code
    assert await ask(mailing) and await choose(mailing, post.tokens[-1]) == ""
    assert not await is_open(mailing)
    assert await choose(mailing, first) == "link_over"
    with pytest.raises(Refused, match="code_wrong"):
        await password_codes.reset(
            ResetPassword(login=LOGIN, code=code, new=SECOND, again=SECOND), mailing
        )


@pytest.mark.parametrize("what", ["another mailbox", "closed", "another password"])
async def test_a_link_is_over_with_what_it_was_sent_for(
    mailing: Actions, post: KeptPost, paul: Person, what: str
) -> None:
    key = await invited(mailing, post, paul)
    if what == "another mailbox":
        await mailbox(mailing, "marie.martin@ddt.example")
    elif what == "closed":
        await accounts.close(paul, accounts.OneAccount(login=LOGIN), mailing)
        await accounts.reopen(paul, accounts.OneAccount(login=LOGIN), mailing)
    else:
        given = accounts.GivePassword(login=LOGIN, new=SECOND)
        await accounts.give_password(Operator(), given, mailing)
    assert await choose(mailing, key) == "link_over"


async def test_the_same_mailbox_written_once_more_ends_no_link(
    mailing: Actions, post: KeptPost, paul: Person
) -> None:
    key = await invited(mailing, post, paul)
    await mailbox(mailing)
    assert await choose(mailing, key) == ""


async def test_a_reset_is_sent_to_nobody_who_could_not_sign_in(
    mailing: Actions, post: KeptPost, paul: Person
) -> None:
    await mailbox(mailing)
    assert not await ask(mailing), "nobody has chosen a password there yet"
    await with_password(mailing)
    assert not await ask(mailing, "nobody") and not await ask(mailing, ADDRESS)
    assert not await ask(mailing, "paul.morin"), "no address"
    await accounts.close(paul, accounts.OneAccount(login=LOGIN), mailing)
    assert not await ask(mailing)
    assert post.tokens == [] and await recipients(mailing) == []


async def test_nobody_fills_a_mailbox_with_links(mailing: Actions, clock: StillClock) -> None:
    await with_password(mailing)
    await mailbox(mailing)
    assert [await ask(mailing) for _ in range(5)] == [True] * 3 + [False] * 2
    clock.at_s = NOW_S + RESET_S
    assert await ask(mailing)


async def test_without_mail_nothing_is_queued_and_a_code_is_named(
    actions: Actions, mailing: Actions, paul: Person
) -> None:
    await with_password(actions)
    with pytest.raises(Refused, match="no_mail_to"):
        await links.invite(paul, OneAgent(agent_id=MARIE), mailing)
    await mailbox(actions)
    with pytest.raises(Refused, match="no_mail_to"):
        await links.invite(paul, OneAgent(agent_id=MARIE), actions)
    assert not await ask(actions) and await recipients(actions) == []


async def test_managers_invite_agents_and_neither_their_peers_nor_who_has_left(
    mailing: Actions, marie: Person, paul: Person
) -> None:
    await mailbox(mailing)
    await mailbox(mailing, "paul@ddt.example", "paul.morin")
    for who, whom, reason in (
        (marie, MARIE, "not_allowed"),
        (paul, PAUL, "not_your_peer"),
        (paul, 99, "no_such_account"),
    ):
        with pytest.raises(Refused, match=reason):
            await links.invite(who, OneAgent(agent_id=whom), mailing)
    await links.invite(Operator(), OneAgent(agent_id=PAUL), mailing)
    await accounts.close(paul, accounts.OneAccount(login=LOGIN), mailing)
    with pytest.raises(Refused, match="account_closed"):
        await links.invite(paul, OneAgent(agent_id=MARIE), mailing)
