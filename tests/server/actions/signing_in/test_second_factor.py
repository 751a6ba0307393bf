"""The second step: codes of any app, each once; and a way for who lost the phone."""

import asyncio
import sqlite3

import pyotp
import pytest

from server.actions import Actions, Person, password_codes
from server.actions.password_codes import GiveCode, ResetPassword
from server.actions.signing_in import second_factor as acts
from server.fleet.accounts.second_factor import OFFERED_S, RECOVERY_CODES, STEP_S, step_of
from server.fleet.refusals import Refused
from server.store.backup import DATABASE
from tests.fleet import MARIE
from tests.server.actions.people import FIRST, LOGIN, begin, is_open, person, with_password
from tests.server.web.sample import StillClock

# RFC 6238, appendix B, SHA-1, the last six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924")]


@pytest.mark.parametrize(("at_s", "code"), RFC)
def test_codes_are_those_of_the_standard(at_s: int, code: str) -> None:
    assert step_of(RFC_SECRET, code, at_s) == at_s // STEP_S


@pytest.mark.parametrize(
    "code", ["", "28708", "2870820", "28708٢", "abcdef", "+87082", "２８７０８２"]
)
def test_what_is_not_six_digits_is_no_code(code: str) -> None:
    assert step_of(RFC_SECRET, code, 59) is None


def test_a_phone_may_be_off_by_half_a_minute_and_no_more() -> None:
    step = 1234567890 // STEP_S
    for off, is_taken in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        assert (step_of(RFC_SECRET, "005924", (step + off) * STEP_S) == step) is is_taken


def now_code(secret: str, clock: StillClock) -> str:
    return pyotp.TOTP(secret).at(clock.at_s)


async def tried(coroutine) -> str:
    try:
        await coroutine
    except Refused as refused:
        return str(refused)
    return ""


async def offered(actions: Actions, who: Person) -> str | None:
    await acts.set_up(who, acts.WithPassword(password=FIRST), actions)
    return await acts.offered(who.agent, actions)


async def check(actions: Actions, who: Person, code: str) -> str:
    return await tried(acts.check(who.agent, acts.TypedCode(code=code), actions))


async def set_up(actions: Actions, clock: StillClock) -> tuple[Person, str, list[str]]:
    marie = await with_password(actions)
    secret = await offered(actions, marie)
    typed = acts.TypedCode(code=now_code(secret, clock))
    codes = await acts.confirm(marie.agent, typed, actions)
    clock.at_s += STEP_S
    return marie, secret, codes


async def test_it_is_set_up_with_the_password_and_on_once_a_code_was_typed(
    actions: Actions, clock: StillClock
) -> None:
    marie = await with_password(actions)
    wrong = acts.set_up(marie, acts.WithPassword(password="wrong"), actions)
    assert await tried(wrong) == "password_wrong"
    secret = await offered(actions, marie)
    assert await acts.get(marie.agent, actions) is None
    wrong = acts.confirm(marie.agent, acts.TypedCode(code="000000"), actions)
    assert await tried(wrong) == "second_code_wrong"
    code = now_code(secret, clock)
    spaced = acts.TypedCode(code=f"{code[:3]} {code[3:]}")
    assert len(set(await acts.confirm(marie.agent, spaced, actions))) == RECOVERY_CODES
    assert await acts.get(marie.agent, actions) is not None
    factor = await acts.get(marie.agent, actions)
    assert await offered(actions, marie) is None and await acts.get(marie.agent, actions) == factor


async def test_an_offer_waits_a_quarter_of_an_hour(actions: Actions, clock: StillClock) -> None:
    marie = await with_password(actions)
    secret = await offered(actions, marie)
    clock.at_s += OFFERED_S + 1
    late = acts.confirm(marie.agent, acts.TypedCode(code=now_code(secret, clock)), actions)
    assert await tried(late) == "no_second_factor"


async def test_a_code_works_once_also_for_two_at_once_and_none_before_it_any_more(
    actions: Actions, clock: StillClock
) -> None:
    marie, secret, _ = await set_up(actions, clock)
    before, code = pyotp.TOTP(secret).at(clock.at_s - STEP_S), now_code(secret, clock)
    assert await check(actions, marie, before) == "second_code_wrong", "it confirmed the app"
    tries = await asyncio.gather(check(actions, marie, code), check(actions, marie, code))
    assert sorted(tries) == ["", "second_code_wrong"]
    clock.at_s += STEP_S
    assert await check(actions, marie, code) == "second_code_wrong"
    assert await check(actions, marie, now_code(secret, clock)) == ""


async def test_a_recovery_code_works_once_however_it_is_typed(
    actions: Actions, clock: StillClock
) -> None:
    marie, _, codes = await set_up(actions, clock)
    typed = codes[0].lower().replace("-", " ")
    tries = await asyncio.gather(check(actions, marie, typed), check(actions, marie, typed))
    assert sorted(tries) == ["", "second_code_wrong"]
    factor = await acts.get(marie.agent, actions)
    assert factor is not None and factor.codes_left == RECOVERY_CODES - 1


async def test_it_is_removed_with_the_password_which_signs_out_everywhere(
    actions: Actions, clock: StillClock
) -> None:
    marie, _, codes = await set_up(actions, clock)
    assert await begin(actions, marie.agent)
    wrong = acts.remove(marie, acts.WithPassword(password="wrong"), actions)
    assert await tried(wrong) == "password_wrong" and await is_open(actions)
    await acts.remove(marie, acts.WithPassword(password=FIRST), actions)
    assert await acts.get(marie.agent, actions) is None and not await is_open(actions)
    assert await check(actions, marie, codes[0]) == "second_code_wrong"


@pytest.mark.parametrize("is_phone_lost", [False, True])
async def test_a_code_handed_over_removes_it_only_when_used_and_said_so(
    actions: Actions, clock: StillClock, paul: Person, is_phone_lost: bool
) -> None:
    marie, _, _ = await set_up(actions, clock)
    wanted = GiveCode(agent_id=MARIE, removes_factor=is_phone_lost)
    code = (await password_codes.give(paul, wanted, actions)).code
    assert await acts.get(marie.agent, actions) is not None
    new = "la cantine ferme tôt"
    await password_codes.reset(ResetPassword(login=LOGIN, code=code, new=new, again=new), actions)
    assert (await acts.get(marie.agent, actions) is None) is is_phone_lost


async def test_a_copy_of_the_database_holds_neither_secret_nor_codes(
    actions: Actions, clock: StillClock
) -> None:
    _, secret, codes = await set_up(actions, clock)
    raw = b"".join(p.read_bytes() for p in actions.store.data_dir.glob(f"{DATABASE}*"))
    assert secret.encode() not in raw
    assert not any(code.replace("-", "").encode() in raw for code in codes)


async def test_a_secret_copied_into_the_row_of_another_opens_nothing(
    actions: Actions, clock: StillClock, paul: Person
) -> None:
    await set_up(actions, clock)
    with sqlite3.connect(actions.store.data_dir / DATABASE) as db:
        db.execute(
            "INSERT INTO second_factor (agent_id, secret_sealed, made_at_s, confirmed_at_s)"
            " SELECT :paul, secret_sealed, made_at_s, confirmed_at_s FROM second_factor",
            {"paul": paul.agent.agent_id},
        )
    with pytest.raises(Exception, match="master"):
        await acts.get((await person(actions.store, paul.agent.agent_id)).agent, actions)
