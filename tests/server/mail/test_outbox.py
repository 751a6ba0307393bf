"""The outbox: nothing lost, nothing without end, and no letter that nobody needs any more."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterable
from secrets import token_hex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.clock import Clock
from server.fleet.accounts import mail as rules
from server.fleet.accounts.mail import Letter, NewMail, Outcome, WaitingMail
from server.fleet.refusals import Refused
from server.mail import worker
from server.store import Store, mail
from server.store.backup import DATABASE
from tests.fleet import MARIE, NOW_S, PAUL
from tests.server.web.sample import StillClock
from tests.support import examples

SECRET = "https://parc.example/connexion/lien?key=le-secret"
DAY_S = 86_400
LATER, GONE = Outcome("later", "451 later"), Outcome("failed", "550 no")
SENT, DOWN = Outcome("sent", ""), Outcome("later", "refused", is_for_all=True)


class Postman:
    """Tries letters with outcomes that a test wants; without more, each arrives."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes, self.carried = list(outcomes), list[WaitingMail]()

    async def send(self, letter: WaitingMail) -> Outcome:
        self.carried.append(letter)
        return self.outcomes.pop(0) if self.outcomes else SENT


async def put(store: Store, agent_id: int = MARIE, good_s: int = DAY_S, at_s: int = NOW_S) -> None:
    letter = Letter("Bonjour", f"Ici : {SECRET}", "<p></p>")
    new = NewMail(agent_id, "invitation", "marie@ddt.example", letter, at_s + good_s)
    await store.links.make(token_hex(), at_s + good_s, new, at_s)


async def go(store: Store, postman: Postman, clock: Clock) -> None:
    await worker.one_round(store.outbox, postman, clock)


async def states(store: Store, at_s: int = NOW_S) -> list[tuple[str, int]]:
    return [(each.state, each.tries) for each in await store.outbox.log(50, None, at_s)]


def letters_kept(store: Store) -> int:
    with sqlite3.connect(store.data_dir / DATABASE) as db:
        (kept,) = db.execute("SELECT count(letter_sealed) FROM mail").fetchone()
        return int(kept)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW_S)


async def test_a_letter_that_was_sent_is_sent_no_more_and_forgotten(
    store: Store, clock: StillClock
) -> None:
    await put(store)
    postman = Postman()
    await go(store, postman, clock)
    await go(store, postman, clock)
    assert [each.letter.text for each in postman.carried] == [f"Ici : {SECRET}"]
    assert await states(store) == [("sent", 1)] and letters_kept(store) == 0


async def test_what_is_put_off_is_tried_again_after_longer_and_longer_waits(
    store: Store, clock: StillClock
) -> None:
    await put(store, good_s=3 * DAY_S)
    postman = Postman(*[LATER] * 5)
    waits = []
    for _ in range(5):
        await go(store, postman, clock)
        await go(store, postman, clock)  # not due
        (waiting,) = await store.outbox.log(1, None, clock.at_s)
        waits.append(waiting.next_try_at_s - clock.at_s)
        clock.at_s = waiting.next_try_at_s
    assert waits == [60, 300, 900, 3600, 4 * 3600] and len(postman.carried) == 5
    await go(store, postman, clock)
    assert await states(store) == [("sent", 6)]


async def test_a_mailbox_that_does_not_exist_is_given_up_at_once_and_may_be_tried_by_hand(
    store: Store, clock: StillClock
) -> None:
    await put(store)
    await go(store, Postman(GONE), clock)
    assert await states(store) == [("failed", 1)]
    assert await store.outbox.retry(1, NOW_S) and await states(store) == [("waiting", 0)]
    await go(store, Postman(), clock)
    assert await states(store) == [("sent", 1)]
    assert not await store.outbox.retry(1, NOW_S) and not await store.outbox.drop(1, NOW_S)


async def test_what_nobody_needs_any_more_is_neither_sent_nor_kept(
    store: Store, clock: StillClock
) -> None:
    await put(store, good_s=3600)
    await put(store, good_s=3600)
    await go(store, Postman(GONE, LATER), clock)
    assert letters_kept(store) == 2
    clock.at_s = NOW_S + 3600
    postman = Postman()
    await go(store, postman, clock)
    assert postman.carried == [] and letters_kept(store) == 0
    assert [state for state, _ in await states(store)] == ["failed", "failed"]
    assert not await store.outbox.retry(1, clock.at_s)


async def test_a_mail_that_is_dropped_on_its_way_stays_dropped(
    store: Store, clock: StillClock
) -> None:
    await put(store)
    (due,) = await store.outbox.due(NOW_S, 1)
    assert await store.outbox.drop(due.mail_id, NOW_S) and letters_kept(store) == 0
    await store.outbox.tried(due.mail_id, LATER, NOW_S)
    assert await states(store) == [("dropped", 0)]


async def test_a_server_that_takes_nothing_is_not_asked_for_each_letter(
    store: Store, clock: StillClock
) -> None:
    for _ in range(3):
        await put(store)
    postman = Postman(DOWN)
    await go(store, postman, clock)
    assert len(postman.carried) == 1
    await go(store, postman, clock)  # the others are still due, and it is up again
    assert len(postman.carried) == 3


async def test_one_bad_letter_keeps_none_of_the_others(store: Store, clock: StillClock) -> None:
    for _ in range(30):
        await put(store)
    await go(store, Postman(GONE, LATER), clock)
    found = [state for state, _ in await states(store)]
    assert (found.count("sent"), found[-1], found[-2]) == (28, "failed", "waiting")


async def test_what_is_long_over_is_forgotten(store: Store, clock: StillClock) -> None:
    await put(store)
    await go(store, Postman(), clock)
    clock.at_s = NOW_S + rules.KEPT_S
    await go(store, Postman(), clock)
    assert await states(store) == [("sent", 1)]
    clock.at_s += 1
    await go(store, Postman(), clock)
    assert await states(store) == []


async def test_a_fault_in_one_round_does_not_end_the_sending(
    store: Store, clock: StillClock, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty(Postman):
        async def send(self, letter: WaitingMail) -> Outcome:
            self.carried.append(letter)
            if len(self.carried) == 1:
                raise RuntimeError("a fault of ours")
            return SENT

    woken, postman = asyncio.Event(), Faulty()
    await put(store)
    task = asyncio.create_task(worker.run(store.outbox, postman, clock, woken))
    while ("sent", 1) not in await states(store):
        woken.set()
        await asyncio.sleep(0)
    task.cancel()
    assert "mail waits" in caplog.text and len(postman.carried) == 2


async def test_a_leaver_is_sent_nothing(store: Store, clock: StillClock) -> None:
    await put(store)
    await put(store, PAUL)
    await store.accounts.close(MARIE, NOW_S)
    postman = Postman()
    await go(store, postman, clock)
    assert len(postman.carried) == 1 and ("dropped", 0) in await states(store)


async def test_the_outbox_is_bounded_in_what_waits_and_in_what_is_over(
    store: Store, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "MOST_WAITING", 3)
    monkeypatch.setattr(mail, "MOST_KEPT", 2)
    for _ in range(3):
        await put(store)
    with pytest.raises(Refused, match="outbox_full"):
        await put(store)
    for at_s in (NOW_S, NOW_S + 1, NOW_S + rules.KEPT_S + 2):
        await go(store, Postman(), clock)
        await put(store, at_s=at_s)
    assert len(await states(store)) <= 4


async def test_no_copy_of_the_database_and_no_log_holds_a_link(
    store: Store, clock: StillClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await put(store)
    raw = b"".join(p.read_bytes() for p in store.data_dir.glob(f"{DATABASE}*"))
    assert b"le-secret" not in raw
    await go(store, Postman(LATER), clock)
    assert "mail 1 is not sent (later): 451 later" in caplog.text
    assert "le-secret" not in caplog.text and "marie@ddt" not in caplog.text


async def test_the_worker_is_woken_by_new_mail(store: Store, clock: StillClock) -> None:
    woken, postman = asyncio.Event(), Postman()
    task = asyncio.create_task(worker.run(store.outbox, postman, clock, woken))
    await put(store)
    while not postman.carried:
        woken.set()
        await asyncio.sleep(0)
    task.cancel()


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.sampled_from((LATER, GONE, DOWN)), max_size=20), st.integers(1, 10 * DAY_S))
def test_every_mail_comes_to_an_end(outcomes: Iterable[Outcome], good_s: int) -> None:
    tries, at_s = 0, NOW_S
    for outcome in [*outcomes, *[LATER] * 20]:
        tries += 1
        again_s = rules.next_try_s(tries, at_s) if outcome.state == "later" else None
        if again_s is None:
            break
        assert again_s > at_s
        at_s = again_s
    assert tries <= rules.MOST_TRIES
    assert rules.good_until_s(NOW_S + good_s, NOW_S) <= NOW_S + rules.LONGEST_AGE_S
