"""A program signs in and out as a person does: the same session, guesses and second step."""

import logging

import pyotp
import pytest
from aiohttp.test_utils import TestClient

from server.app import init_app
from server.app_keys import STORE
from server.config import Address, Config
from server.fleet.audit import Act
from server.fleet.roles import WHOLE, Role, RoleGrant
from server.store.audit import Sought
from server.web.security import SESSION_COOKIE
from server.web.throttle import MAX_FAILURES, WINDOW_S
from tests.fleet import copied
from tests.server.web.pages.signing_in.second_factor import set_up
from tests.server.web.sample import KARIM, LUCIE, MANAGER, NOW_S, PASSWORD, fill

SESSION = "/api/session"
PAIR = {"login": KARIM, "password": PASSWORD}


async def told(answer):
    body = await answer.json()
    assert body["message"] and body["field"] is None
    return answer.status, body["error"]


async def ask(client, **asked):
    return await client.post(SESSION, json=PAIR | asked)


async def test_a_session_opens_what_its_person_may_see_and_ends_when_it_is_told_to(client, store):
    answer = await ask(client, login=f" {KARIM.upper()}")
    assert answer.status == 200
    assert await answer.json() == {"name": "Karim <b>Benali", "login": KARIM}
    cookie = answer.cookies[SESSION_COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["secure"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await client.get("/api/bookings")).status == 200
    assert (await client.get("/reservations", allow_redirects=False)).status == 200
    for _ in range(2):  # again is the same
        answer = await client.delete(SESSION)
        assert (answer.status, await answer.read()) == (204, b"")
    assert (await client.get("/api/bookings")).status == 401
    karim = await store.agents.by_login(KARIM)
    acts = [each.entry for each in await store.audit.page(Sought(), 2)]
    assert [(e.act, e.agent_id) for e in acts] == [
        (Act.SIGN_OUT, karim.agent_id),
        (Act.SIGN_IN, karim.agent_id),
    ]


async def test_the_cookie_is_never_sent_in_clear_where_it_came_by_https(client):
    answer = await client.post(SESSION, json=PAIR, headers={"X-Forwarded-Proto": "https"})
    assert answer.cookies[SESSION_COOKIE]["secure"]


@pytest.mark.parametrize("login", [KARIM, "nobody"])
async def test_a_wrong_password_and_an_unknown_login_read_alike(client, login, caplog):
    with caplog.at_level(logging.WARNING):
        answer = await ask(client, login=login, password="s3cret that is wrong")
    assert await told(answer) == (401, "no_match")
    assert SESSION_COOKIE not in answer.cookies
    assert "s3cret" not in caplog.text and "nobody" not in caplog.text


async def test_a_closed_account_is_let_in_no_more(client, store):
    await store.accounts.close((await store.agents.by_login(KARIM)).agent_id, NOW_S)
    assert await told(await ask(client)) == (401, "no_match")


async def test_guesses_here_and_on_the_pages_are_counted_together(client, visitor, clock):
    for _ in range(MAX_FAILURES - 1):
        assert (await visitor.sign_in(KARIM, "wrong")).status == 422
    assert await told(await ask(client, password="wrong")) == (401, "no_match")
    clock.at_s += 60
    answer = await ask(client)
    assert await told(answer) == (429, "too_many_tries")
    assert (await answer.json())["wait_s"] == WINDOW_S - 60
    assert (await visitor.sign_in(KARIM)).status == 429
    clock.at_s = NOW_S + WINDOW_S
    assert (await ask(client)).status == 200


async def test_a_code_is_asked_for_and_each_works_once(client, arrive, clock):
    secret, recovery = await set_up(await arrive(KARIM), clock)
    code = pyotp.TOTP(secret).at(clock.at_s)
    for empty in (None, ""):
        assert await told(await ask(client, code=empty)) == (401, "code_wanted")
    assert await told(await ask(client, code="000000")) == (401, "wrong_code")
    assert (await client.get("/api/bookings")).status == 401, "half in is not in"
    assert (await ask(client, code=f"{code[:3]} {code[3:]}")).status == 200
    assert (await client.get("/api/bookings")).status == 200
    for used in (code, recovery[0]):
        assert (await ask(client, code=recovery[0])).status in (200, 401)
        assert await told(await ask(client, code=used)) == (401, "wrong_code")


async def test_whoever_knows_the_password_may_guess_a_few_codes_here_and_there(
    client, arrive, visitor, clock, caplog
):
    secret, _ = await set_up(await arrive(KARIM), clock)
    assert (await visitor.sign_in(KARIM)).status == 303
    assert (await visitor.send("/connexion/second-facteur", code="000000")).status == 422
    for _ in range(MAX_FAILURES - 1):
        assert await told(await ask(client, code="000000")) == (401, "wrong_code")
    right = pyotp.TOTP(secret).at(clock.at_s)
    answer = await ask(client, code=right)
    assert await told(answer) == (429, "too_many_tries")
    assert (await answer.json())["wait_s"] == WINDOW_S
    assert right not in caplog.text and "sign-in refused: karim.benali" in caplog.text


async def test_who_needs_no_code_is_let_in_whatever_they_send(client):
    assert (await ask(client, code="123456")).status == 200


@pytest.mark.parametrize(("login", "status"), [(MANAGER, 403), (LUCIE, 403), (KARIM, 200)])
async def test_a_role_that_demands_a_second_step_lets_nobody_in_without_one(
    aiohttp_client, tmp_path, clock, login, status
):
    """Lucie's role holds from the day before, in one car park; Karim's is over."""
    await copied(fill, tmp_path)
    roles = (Role.MANAGER, Role.TECHNICIAN)
    config = Config(tmp_path, boxes=Address("127.0.0.1", 0), second_factor_for=roles)
    client: TestClient = await aiohttp_client(init_app(config, clock))
    store = client.app[STORE]
    for who, until_s in ((LUCIE, NOW_S + 60), (KARIM, NOW_S)):
        agent = await store.agents.by_login(who)
        grant = RoleGrant(0, Role.TECHNICIAN, WHOLE, NOW_S - 60, until_s)
        await store.roles.give(agent.agent_id, grant, None, "Pose")
    answer = await ask(client, login=login)
    assert answer.status == status
    if status == 403:
        assert await told(answer) == (403, "second_factor_missing")
        assert (await client.get("/api/bookings")).status == 401


async def test_who_has_not_read_the_notice_is_let_in_as_on_the_pages(client, store, visitor):
    await store.notices.announce("another one, which nobody has read", NOW_S)
    assert (await visitor.sign_in(KARIM)).headers["Location"].startswith("/note-d-information")
    assert (await ask(client)).status == 200
    assert (await client.get("/api/bookings")).status == 200


async def test_a_page_of_another_site_signs_nobody_in(client):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = await client.post(SESSION, json=PAIR, headers=headers)
        assert answer.status == 403 and SESSION_COOKIE not in answer.cookies
    form = await client.post(SESSION, data=PAIR)
    assert form.status == 415
