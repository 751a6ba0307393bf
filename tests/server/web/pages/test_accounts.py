"""Accounts: who may sign in, with which password, for how long, and who is slowed down."""

import json
from ipaddress import ip_network

import pytest
from aiohttp.test_utils import TestClient

from server.actions import Actions, Operator
from server.actions.fleet import load
from server.actions.tools import wakes_nobody
from server.app import init_app
from server.app_keys import CLOCK, STORE
from server.config import Address, Config
from server.fleet import fleet_file
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Refused
from server.web.security import SESSION_COOKIE
from tests.fleet import copied
from tests.server.browser import Browser
from tests.server.web.sample import KARIM, LUCIE, MANAGER, fill

NEW_PASSWORD = "trois chevaux bruns"


async def load_agent(client: TestClient, **entry: object) -> None:
    """Load a fleet file that names Karim, with these words."""
    karim = {"login": KARIM, "full_name": "Karim Benali", "directorate": "DDT"}
    actions = Actions(client.app[STORE], client.app[CLOCK], wakes_nobody, PARIS)
    await load(Operator(), fleet_file.parse(json.dumps({"agents": [karim | entry]})), actions)


def cookie_of(person: Browser) -> dict[str, str]:
    """What somebody who copied this person's cookies would send."""
    jar = person.client.session.cookie_jar.filter_cookies(person.client.make_url("/"))
    return {"Cookie": f"{SESSION_COOKIE}={jar[SESSION_COOKIE].value}"}


async def opens(visitor: Browser, headers: dict[str, str]) -> bool:
    answer = await visitor.client.get("/reservations", headers=headers, allow_redirects=False)
    return answer.status == 200


@pytest.mark.parametrize("password", ["a", "Password2026!", "azertyuiop12", KARIM, "0" * 40])
async def test_a_fleet_file_gives_nobody_a_password_that_can_be_guessed(client, password):
    with pytest.raises(Refused, match="password"):
        await load_agent(client, password=password)


async def test_people_change_their_own_password(arrive, visitor):
    karim = await arrive(KARIM)
    answer = await karim.send(
        "/profil/mot-de-passe", old="correct horse", new=NEW_PASSWORD, again=NEW_PASSWORD
    )
    assert answer.status == 303
    assert (await visitor.sign_in(KARIM, "correct horse")).status == 422
    assert (await visitor.sign_in(KARIM, NEW_PASSWORD)).status == 303


async def test_a_closed_account_signs_in_no_more_and_is_signed_out_at_once(client, arrive, visitor):
    karim = await arrive(KARIM)
    await load_agent(client, active=False)
    assert not await opens(karim, {})
    assert (await visitor.sign_in(KARIM)).status == 422


async def test_a_copied_cookie_opens_nothing_after_sign_out(arrive, visitor):
    karim = await arrive(KARIM)
    copied_cookie = cookie_of(karim)
    assert await opens(visitor, copied_cookie)
    await karim.send("/reservations", "/deconnexion")
    assert not await opens(visitor, copied_cookie)


async def test_a_new_password_ends_every_session(client, arrive):
    karim = await arrive(KARIM)
    await load_agent(client, password=NEW_PASSWORD)
    assert not await opens(karim, {})


@pytest.fixture
async def proxied(aiohttp_client, clock, tmp_path) -> Browser:
    """A visitor of a server behind a proxy that it trusts, which runs on the same machine."""
    await copied(fill, tmp_path)
    proxies = (ip_network("127.0.0.0/8"),)
    config = Config(tmp_path, boxes=Address("127.0.0.1", 0), trusted_proxies=proxies)
    return Browser(await aiohttp_client(init_app(config, clock)))


async def sign_in_from(visitor: Browser, address: str, login: str, password: str) -> int:
    """Sign in as the proxy passes it on, and tell the status."""
    headers = {"X-Forwarded-For": address}
    visitor.client.session.headers.update(headers)
    return (await visitor.sign_in(login, password)).status


async def test_who_guesses_behind_a_proxy_locks_nobody_else_out(proxied):
    for _ in range(6):
        await sign_in_from(proxied, "192.0.2.66", KARIM, "wrong")
    assert await sign_in_from(proxied, "192.0.2.66", KARIM, "correct horse") == 429
    assert await sign_in_from(proxied, "192.0.2.7", KARIM, "correct horse") == 303


async def test_one_guess_at_each_of_many_logins_is_slowed_down(visitor):
    answers = [(await visitor.sign_in(f"agent.{n}", "wrong")).status for n in range(60)]
    assert answers[:5] == [422] * 5 and answers[-1] == 429


async def test_the_log_says_whose_password_was_wrong_and_never_what_was_typed(visitor, caplog):
    await visitor.sign_in(LUCIE, "a secret")
    await visitor.sign_in("my password in the wrong field", "a secret")
    assert LUCIE in caplog.text and MANAGER not in caplog.text
    assert "secret" not in caplog.text and "wrong field" not in caplog.text
