"""Whatever people do and in whatever order: a link opens just what it was sent for, and once."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from server.actions import Actions, Operator
from server.actions.password_codes import OneAgent
from server.actions.signing_in import links
from server.fleet.accounts.mail import LinkKind
from server.fleet.inputs import judged
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Refused
from tests.fleet import MARIE, NOW_S, PAUL, open_small_fleet
from tests.server.actions.people import person
from tests.server.actions.signing_in.post import KeptPost
from tests.server.web.sample import StillClock
from tests.support import examples

GOOD_S: dict[LinkKind, int] = {"invitation": links.INVITATION_S, "reset": links.RESET_S}
HAPPENS = st.lists(
    st.tuples(
        st.sampled_from(
            ["invitation", "reset", "use", "use", "mailbox", "close", "reopen", "password", "time"]
        ),
        st.sampled_from([MARIE, PAUL]),
        st.integers(0, 5),
    ),
    max_size=25,
)


@settings(max_examples=examples(25), deadline=None)
@given(HAPPENS)
def test_a_link_opens_just_what_it_was_sent_for(happens: list[tuple[str, int, int]]) -> None:
    asyncio.run(_play(happens))


async def _play(happens: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await open_small_fleet(Path(folder))
        clock, post = StillClock(NOW_S), KeptPost()
        actions = Actions(store, clock, [].append, PARIS, post)
        for who in (MARIE, PAUL):
            assert await store.accounts.set_password(who, "hash", None)
            await store.accounts.set_email(who, f"{who}@ddt.example")
        good: dict[str, tuple[int, int]] = {}  # token -> whose, until when
        closed: set[int] = set()
        for number, (what, who, n) in enumerate(happens):
            agent = (await person(store, who)).agent
            if what == "invitation" or what == "reset":
                before = len(post.tokens)
                await _send(what, who, agent.login, actions)
                for token in post.tokens[before:]:
                    good[token] = (who, clock.at_s + GOOD_S[what])
                assert who not in closed or len(post.tokens) == before
            elif what == "time":
                clock.at_s += links.RESET_S // 2 if n else links.INVITATION_S
            elif what == "use" and post.tokens:
                token = post.tokens[n % len(post.tokens)]
                whose, until_s = good.get(token, (0, 0))
                used = await store.links.use(links._hash(token), f"hash {number}", clock.at_s)
                assert used == (until_s > clock.at_s), (number, what)
                if used:
                    good = {each: told for each, told in good.items() if told[0] != whose}
            elif what == "mailbox":
                await store.accounts.set_email(who, f"{who}.{n}@ddt.example")
                if agent.email != f"{who}.{n}@ddt.example":
                    good = {each: told for each, told in good.items() if told[0] != who}
            elif what == "password":
                new = f"hash {number}"
                if await store.accounts.set_password(who, new, agent.password_hash):
                    good = {each: told for each, told in good.items() if told[0] != who}
            elif what == "close":
                await store.accounts.close(who, clock.at_s)
                good = {each: told for each, told in good.items() if told[0] != who}
                closed.add(who)
            elif what == "reopen":
                await store.accounts.reopen(who)
                closed.discard(who)
            for token in post.tokens:
                owner = await store.links.owner(links._hash(token), clock.at_s)
                whose, until_s = good.get(token, (0, 0))
                expected = whose if until_s > clock.at_s else None
                assert (owner and owner.agent_id) == expected, (number, what)
        await store.close()


async def _send(kind: str, who: int, login: str, actions: Actions) -> None:
    if kind == "reset":
        await links.ask_reset(judged(links.AskReset, {"login": login}), actions)
        return
    try:
        await links.invite(Operator(), OneAgent(agent_id=who), actions)
    except Refused as refused:
        assert str(refused) == "account_closed"
