"""The second step before the pages: set up, asked for, demanded by a role, and no way around it."""

import re

import pyotp
import pytest
from aiohttp.test_utils import TestClient

from server.app_keys import STORE
from server.fleet.roles import WHOLE, Role, RoleGrant, Scope
from server.web.throttle import MAX_FAILURES
from tests.server.browser import Browser
from tests.server.web.pages.signing_in.letterbox import (
    NEW,
    ask,
    choose,
    give_address,
    mailed_link,
)
from tests.server.web.pages.signing_in.second_factor import FACTOR, codes_on, secret_on, set_up
from tests.server.web.sample import DAY_S, KARIM, MANAGER, NOW_S, PASSWORD

STEP = "/connexion/second-facteur"


async def is_in(person):
    answer = await person.client.get("/reservations", allow_redirects=False)
    return answer.status == 200


async def test_a_code_is_asked_for_after_the_password_and_leads_where_one_wanted(
    arrive, visitor, clock
):
    secret, _ = await set_up(await arrive(KARIM), clock)
    answer = await visitor.send(
        "/connexion", login=KARIM, password=PASSWORD, next="/trajets?since=2026-11-01"
    )
    assert answer.headers["Location"] == STEP and not await is_in(visitor)
    answer = await visitor.send(STEP, code="000000")
    assert answer.status == 422 and 'id="code-error"' in await answer.text()
    assert not await is_in(visitor)
    code = pyotp.TOTP(secret).at(clock.at_s)
    answer = await visitor.send(STEP, code=f"{code[:3]} {code[3:]}")
    assert (answer.status, answer.headers["Location"]) == (303, "/trajets?since=2026-11-01")
    assert await is_in(visitor)


async def test_a_code_that_somebody_saw_opens_nothing_more(arrive, visitor, clock, aiohttp_client):
    secret, codes = await set_up(await arrive(KARIM), clock)
    thief = Browser(await aiohttp_client(visitor.client.server))
    for code in (pyotp.TOTP(secret).at(clock.at_s), codes[0]):
        for who, status in ((visitor, 303), (thief, 422)):
            await who.sign_in(KARIM)
            assert (await who.send(STEP, code=code)).status == status
    assert not await is_in(thief)


async def test_whoever_knows_the_password_may_guess_a_few_codes_and_no_more(arrive, visitor, clock):
    secret, _ = await set_up(await arrive(KARIM), clock)
    for _ in range(MAX_FAILURES):
        assert (await visitor.sign_in(KARIM)).status == 303, "which forgets no wrong code"
        assert (await visitor.send(STEP, code="000000")).status == 422
    answer = await visitor.send(STEP, code=pyotp.TOTP(secret).at(clock.at_s))
    assert answer.status == 429 and not await is_in(visitor)


async def test_the_second_step_waits_ten_minutes_and_for_that_password_only(
    client, arrive, visitor, clock
):
    secret, _ = await set_up(await arrive(KARIM), clock)
    await visitor.sign_in(KARIM)
    clock.at_s += 601
    answer = await visitor.client.get(STEP, allow_redirects=False)
    assert answer.headers["Location"] == "/connexion"
    await visitor.sign_in(KARIM)
    karim = await arrive_with_code(client, visitor, secret, clock)
    await visitor.sign_in(KARIM)
    await karim.send("/profil/mot-de-passe", old=PASSWORD, new=NEW, again=NEW)
    answer = await visitor.client.get(STEP, allow_redirects=False)
    assert answer.headers["Location"] == "/connexion"


async def arrive_with_code(client, visitor, secret, clock):
    person = Browser(TestClient(client.server))
    await person.sign_in(KARIM)
    assert (await person.send(STEP, code=pyotp.TOTP(secret).at(clock.at_s))).status == 303
    return person


async def test_nobody_comes_to_the_second_step_without_the_first(visitor):
    answer = await visitor.client.get(STEP, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/connexion")
    answer = await visitor.client.post(STEP, data={"code": "1"}, allow_redirects=False)
    assert answer.headers["Location"] == "/connexion"


async def test_another_password_by_mail_or_code_does_not_lead_around_it(
    client, mail_server, arrive, visitor, clock
):
    await set_up(await arrive(KARIM), clock)
    agent_id = await give_address(client, KARIM)
    await ask(visitor)
    answer = await choose(visitor, await mailed_link(mail_server))
    assert answer.headers["Location"] == STEP and not await is_in(visitor)
    manager = await arrive(MANAGER)
    for lost, onward in ((False, STEP), (True, "/reservations")):
        fields = {"without_second_factor": "y"} if lost else {}
        given = await (await manager.send(f"/comptes/{agent_id}/code", **fields)).text()
        code = re.search(r'role="status">([A-Z0-9-]+)<', given)[1]
        new = f"{NEW} {lost}"
        answer = await visitor.send("/connexion/code", login=KARIM, code=code, new=new, again=new)
        assert (answer.status, answer.headers["Location"]) == (303, onward)


async def test_a_role_may_require_it_and_it_is_set_up_at_the_next_sign_in(start, clock):
    client = await start(second_factor_for=(Role.MANAGER,))
    person = Browser(client)
    answer = await person.sign_in(MANAGER)
    assert answer.headers["Location"] == STEP and not await is_in(person)
    page = await person.read(STEP)
    secret = secret_on(page)
    assert "Votre rôle demande" in page and secret_on(await person.read(STEP)) == secret
    answer = await person.send(STEP, code=pyotp.TOTP(secret).at(clock.at_s))
    page = await answer.text()
    assert answer.status == 200 and len(codes_on(page)) == 10 and 'href="/trajets"' in page
    assert await is_in(person)
    clock.at_s += 30
    answer = await person.send(FACTOR, f"{FACTOR}/retirer", password=PASSWORD)
    assert answer.headers["Location"] == "/connexion" and not await is_in(person)
    assert (await person.sign_in(MANAGER)).headers["Location"] == STEP
    assert secret_on(await person.read(STEP)) != secret


async def test_where_it_was_removed_between_the_steps_the_password_is_enough(
    client, arrive, visitor, clock
):
    await set_up(await arrive(KARIM), clock)
    await visitor.sign_in(KARIM)
    store = client.app[STORE]
    await store.second_factors.remove((await store.agents.by_login(KARIM)).agent_id)
    answer = await visitor.client.get(STEP, allow_redirects=False)
    assert answer.headers["Location"] == "/connexion"
    assert (await visitor.sign_in(KARIM)).headers["Location"] == "/reservations"


async def test_others_are_not_asked(start):
    person = Browser(await start(second_factor_for=(Role.MANAGER,)))
    assert (await person.sign_in(KARIM)).headers["Location"] == "/reservations"


@pytest.mark.parametrize(
    ("role", "scope", "from_s", "to_s", "onward"),
    [
        (Role.AUDITOR, WHOLE, NOW_S - DAY_S, None, STEP),
        (Role.AUDITOR, Scope(sites=frozenset({1})), NOW_S - DAY_S, NOW_S + DAY_S, STEP),
        (Role.AUDITOR, WHOLE, NOW_S - DAY_S, NOW_S, "/reservations"),
        (Role.AUDITOR, WHOLE, NOW_S + DAY_S, None, "/reservations"),
        (Role.TECHNICIAN, WHOLE, NOW_S - DAY_S, None, "/interventions"),
    ],
)
async def test_it_is_asked_of_whoever_has_the_role_now_wherever_it_reaches(
    start, role, scope, from_s, to_s, onward
):
    client = await start(second_factor_for=(Role.AUDITOR,))
    store = client.app[STORE]
    karim = await store.agents.by_login(KARIM)
    await store.roles.give(karim.agent_id, RoleGrant(0, role, scope, from_s, to_s), None, "Essai")
    assert (await Browser(client).sign_in(KARIM)).headers["Location"] == onward


async def test_everybody_is_an_agent(start):
    client = await start(second_factor_for=(Role.AGENT,))
    for login in (KARIM, MANAGER):
        assert (await Browser(client).sign_in(login)).headers["Location"] == STEP


async def test_a_wrong_password_sets_up_and_removes_nothing(arrive, clock):
    karim = await arrive(KARIM)
    answer = await karim.send(FACTOR, password="wrong")
    assert answer.status == 422 and 'class="qr"' not in await answer.text()
    assert (await karim.send(FACTOR, password="x" * 300)).status == 422
    await set_up(karim, clock)
    assert (await karim.send(FACTOR, f"{FACTOR}/retirer", password="wrong")).status == 422
    answer = await karim.send(FACTOR, f"{FACTOR}/retirer", password=PASSWORD)
    assert answer.headers["Location"] == "/profil" and "retirée" in await karim.read("/profil")


@pytest.mark.parametrize("is_on", [False, True])
async def test_the_profile_says_whether_it_is_on(arrive, clock, is_on):
    karim = await arrive(KARIM)
    if is_on:
        await set_up(karim, clock)
    page = await karim.read("/profil")
    assert ("inactive" in page) is not is_on and "Deuxième étape" in page


async def test_whoever_signed_in_without_a_code_is_out_once_there_is_one(arrive, clock):
    karim, thief = await arrive(KARIM), await arrive(KARIM)
    await set_up(karim, clock)
    assert await is_in(karim)
    assert not await is_in(thief)
