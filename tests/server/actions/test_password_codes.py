"""Codes that a manager hands over: for one person, once, for a day, at a few tries."""

import asyncio
from dataclasses import replace

import pytest

from server.actions import Actions, Operator, Person, accounts, password_codes
from server.actions.password_codes import VALID_S, GiveCode, GivenCode, ResetPassword
from server.fleet.refusals import Refused
from server.fleet.roles import WHOLE, Role, RoleGrant, Scope
from server.passwords import verify_password
from tests.fleet import CAR, MARIE, NOW_S, OTHER_CAR, PAUL
from tests.server.actions.people import person
from tests.server.web.sample import StillClock

LOGIN, NEW = "marie.leroy", "trois chevaux bruns"
WRONG = "AAAA-AAAA"


async def given(actions: Actions, paul: Person) -> GivenCode:
    return await password_codes.give(paul, GiveCode(agent_id=MARIE), actions)


async def reset(
    actions: Actions, code: str, new: str = NEW, login: str = LOGIN, again: str | None = None
) -> str:
    """Try it; return what speaks against it, or nothing."""
    again = new if again is None else again
    try:
        await password_codes.reset(
            ResetPassword(login=login, code=code, new=new, again=again), actions
        )
    except Refused as refused:
        return str(refused)
    return ""


async def test_by_a_code_somebody_chooses_even_the_first_password(
    actions: Actions, paul: Person
) -> None:
    code = await given(actions, paul)
    assert code.until_s == NOW_S + VALID_S and (await person(actions.store, MARIE)) is not None
    assert await reset(actions, code.code.lower().replace("-", " ")) == ""
    marie = await person(actions.store, MARIE)
    assert verify_password(marie.agent.password_hash, NEW)
    used = await actions.store.accounts.used_code(MARIE)
    assert used is not None and (used.given_by, used.used_at_s) == ("Paul Morin", NOW_S)


async def test_a_code_works_once_also_for_two_at_once(actions: Actions, paul: Person) -> None:
    code = (await given(actions, paul)).code
    done = await asyncio.gather(reset(actions, code), reset(actions, code, "la cantine ferme tôt"))
    assert sorted(done) == ["", "code_wrong"]
    assert await reset(actions, code) == "code_wrong"


async def test_a_code_is_for_one_person_and_of_several_the_last(
    actions: Actions, paul: Person
) -> None:
    first, last = await given(actions, paul), await given(actions, paul)
    assert await reset(actions, last.code, login="paul.morin") == "code_wrong"
    assert await reset(actions, last.code, login="nobody") == "code_wrong"
    assert await reset(actions, first.code) == "code_wrong"
    assert await reset(actions, last.code) == ""


async def test_a_code_is_good_for_a_day(actions: Actions, paul: Person, clock: StillClock) -> None:
    code = (await given(actions, paul)).code
    clock.at_s = NOW_S + VALID_S + 1
    assert await reset(actions, code) == "code_wrong"
    clock.at_s = NOW_S + VALID_S
    assert await reset(actions, code) == ""


async def test_five_wrong_tries_void_a_code(actions: Actions, paul: Person) -> None:
    code = (await given(actions, paul)).code
    assert [await reset(actions, WRONG) for _ in range(5)] == ["code_wrong"] * 5
    assert await reset(actions, code) == "code_wrong"


async def test_a_bad_choice_of_a_password_uses_up_no_try(actions: Actions, paul: Person) -> None:
    code = (await given(actions, paul)).code
    for _ in range(8):
        assert await reset(actions, code, "leroy", again="x") == (
            "password_too_short, passwords_differ"
        )
    assert await reset(actions, code) == ""


async def test_a_code_that_another_than_who_gives_a_role_handed_over_ends_with_the_role(
    actions: Actions, paul: Person
) -> None:
    # Paul still knows it: he would choose the password of an administrator.
    role = RoleGrant(0, Role.ADMINISTRATOR, WHOLE, NOW_S)
    code = (await given(actions, paul)).code
    await actions.store.roles.give(MARIE, role, None, "Intérim")
    assert await reset(actions, code) == "code_wrong"


async def test_a_code_of_who_gives_a_role_and_of_the_operator_stays(
    actions: Actions, paul: Person
) -> None:
    auditor = RoleGrant(0, Role.AUDITOR, WHOLE, NOW_S)
    code = (await given(actions, paul)).code
    await actions.store.roles.give(MARIE, auditor, PAUL, "Intérim")
    assert await reset(actions, code) == ""
    code = (await password_codes.give(Operator(), GiveCode(agent_id=MARIE), actions)).code
    manager = RoleGrant(0, Role.MANAGER, WHOLE, NOW_S)
    await actions.store.roles.give(MARIE, manager, PAUL, "Intérim")
    assert await reset(actions, code, "la cantine ferme tôt") == ""


async def test_a_code_ends_with_another_password_and_with_the_account(
    actions: Actions, paul: Person
) -> None:
    one = accounts.OneAccount(login=LOGIN)
    code = (await given(actions, paul)).code
    await accounts.give_password(Operator(), accounts.GivePassword(login=LOGIN, new=NEW), actions)
    assert await reset(actions, code) == "code_wrong"
    code = (await given(actions, paul)).code
    await accounts.close(paul, one, actions)
    assert await reset(actions, code) == "code_wrong"
    await accounts.reopen(paul, one, actions)
    assert await reset(actions, code) == "code_wrong"


async def test_no_agent_gives_codes_and_no_manager_to_another(
    actions: Actions, marie: Person, paul: Person
) -> None:
    for who, whom, reason in (
        (marie, MARIE, "not_allowed"),
        (paul, PAUL, "not_your_peer"),
        (paul, 99, "no_such_account"),
    ):
        with pytest.raises(Refused, match=reason):
            await password_codes.give(who, GiveCode(agent_id=whom), actions)
    assert (await password_codes.give(Operator(), GiveCode(agent_id=PAUL), actions)).code
    await accounts.close(paul, accounts.OneAccount(login=LOGIN), actions)
    with pytest.raises(Refused, match="account_closed"):
        await given(actions, paul)


@pytest.mark.parametrize(
    ("managed", "job", "allowed"),
    [
        (WHOLE, WHOLE, True),
        (WHOLE, Scope(cars=frozenset({CAR})), True),
        (Scope(frozenset({1}), frozenset({1})), Scope(cars=frozenset({CAR})), True),
        (Scope(frozenset({1}), cars=frozenset({CAR})), Scope(cars=frozenset({OTHER_CAR})), False),
        (Scope(frozenset({1})), Scope(cars=frozenset({CAR})), False),
        (Scope(frozenset({1}), frozenset({1})), WHOLE, False),
    ],
)
async def test_a_technician_gets_a_code_of_who_may_fit_the_same_cars_boxes(
    actions: Actions, paul: Person, managed: Scope, job: Scope, allowed: bool
) -> None:
    # Else whoever chose her password would make boxes, and their keys, beyond their own part.
    grant = RoleGrant(0, Role.TECHNICIAN, job, NOW_S + 60, NOW_S + 3600)
    await actions.store.roles.give(MARIE, grant, None, "Pose")
    manager = replace(paul.agent, roles=(RoleGrant(1, Role.MANAGER, managed, 0),))
    if allowed:
        assert (await given(actions, Person(manager))).code
    else:
        with pytest.raises(Refused, match="not_your_peer"):
            await given(actions, Person(manager))
    assert (await password_codes.give(Operator(), GiveCode(agent_id=MARIE), actions)).code
