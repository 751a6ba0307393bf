"""Accounts: who may sign in, with which password, for how long, and who is slowed down."""

import json
import re
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
from tests.server.web.sample import KARIM, LUCIE, MANAGER, PASSWORD, fill

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
        "/profil/mot-de-passe", old=PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD
    )
    assert answer.status == 303
    assert (await visitor.sign_in(KARIM, PASSWORD)).status == 422
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
    assert await sign_in_from(proxied, "192.0.2.66", KARIM, PASSWORD) == 429
    assert await sign_in_from(proxied, "192.0.2.7", KARIM, PASSWORD) == 303


async def test_one_guess_at_each_of_many_logins_is_slowed_down(visitor):
    answers = [(await visitor.sign_in(f"agent.{n}", "wrong")).status for n in range(60)]
    assert answers[:5] == [422] * 5 and answers[-1] == 429


async def test_the_log_says_whose_password_was_wrong_and_never_what_was_typed(visitor, caplog):
    await visitor.sign_in(LUCIE, "a secret")
    await visitor.sign_in("my password in the wrong field", "a secret")
    assert LUCIE in caplog.text and MANAGER not in caplog.text
    assert "secret" not in caplog.text and "wrong field" not in caplog.text


PASSWORD_PAGE = "/profil/mot-de-passe"


async def change(person: Browser, old: str = PASSWORD, new: str = NEW_PASSWORD, again: str = ""):
    return await person.send(PASSWORD_PAGE, old=old, new=new, again=again or new)


async def test_a_new_password_leaves_this_browser_signed_in_and_no_copy_of_its_cookie(
    arrive, visitor
):
    karim, elsewhere = await arrive(KARIM), await arrive(KARIM)
    copied_cookie = cookie_of(karim)
    assert (await change(karim)).status == 303
    assert "Votre mot de passe est changé." in await karim.read("/profil")
    assert not await opens(elsewhere, {}) and not await opens(visitor, copied_cookie)


async def test_every_fault_of_a_new_password_stands_beside_its_field(arrive):
    karim = await arrive(KARIM)
    answer = await change(karim, "wrong", "Benali2026!!!", "another")
    page = await answer.text()
    assert answer.status == 422
    for field in ("old", "new", "again"):
        assert f'id="{field}-error"' in page
    assert "wrong" not in page and "Benali2026" not in page


@pytest.mark.parametrize("fields", [{}, {"old": PASSWORD}, {"new": "x" * 201}])
async def test_a_form_of_a_password_that_lacks_a_word_is_shown_again(arrive, fields):
    answer = await (await arrive(KARIM)).send(PASSWORD_PAGE, **fields)
    assert answer.status == 422


async def test_a_stolen_session_guesses_the_password_no_faster(arrive):
    karim = await arrive(KARIM)
    for _ in range(5):
        assert (await change(karim, "wrong")).status == 422
    assert (await change(karim)).status == 429


async def test_a_bad_choice_of_a_new_password_is_no_guess(arrive):
    karim = await arrive(KARIM)
    for _ in range(8):
        assert (await change(karim, new="Voiturier2026!")).status == 422
    assert (await change(karim)).status == 303


async def test_people_see_where_they_are_signed_in_and_end_it_there(arrive):
    karim, lost = await arrive(KARIM), await arrive(KARIM)
    page = await karim.read("/profil")
    assert page.count("ce navigateur") == 1
    (ending,) = re.findall(r'action="(/profil/sessions/\w+/terminer)"', page)
    for _ in range(2):
        assert (await karim.send("/profil", ending)).status == 303
    assert await opens(karim, {}) and not await opens(lost, {})
    assert (await lost.client.get("/api/bookings")).status == 401


async def test_nobody_ends_the_session_of_another(arrive):
    karim, lucie, mallory = await arrive(KARIM), await arrive(LUCIE), await arrive(LUCIE)
    page = await lucie.read("/profil")
    (ending,) = re.findall(r'action="(/profil/sessions/\w+/terminer)"', page)
    assert (await karim.send("/profil", ending)).status == 303
    assert await opens(mallory, {})


async def test_whatever_others_guess_the_owner_signs_in_where_they_did_before(arrive, visitor):
    karim = await arrive(KARIM)
    await karim.send("/reservations", "/deconnexion")
    for _ in range(12):
        await visitor.sign_in(KARIM, "wrong")
    assert (await visitor.sign_in(KARIM)).status == 429
    assert (await karim.sign_in(KARIM)).status == 303


async def test_a_browser_that_knows_one_login_knows_no_other(arrive):
    lucie = await arrive(LUCIE)
    await lucie.send("/reservations", "/deconnexion")
    for _ in range(6):
        await lucie.sign_in(KARIM, "wrong")
    assert (await lucie.sign_in(KARIM)).status == 429


@pytest.mark.parametrize("cookie", ["", ".", "a.b", "a." + "0" * 64, "é.é"])
async def test_a_made_up_mark_of_a_browser_is_none(visitor, cookie):
    for _ in range(5):
        await visitor.sign_in(KARIM, "wrong")
    visitor.client.session.cookie_jar.update_cookies({"voiturier-browser": cookie})
    assert (await visitor.sign_in(KARIM)).status == 429


async def test_a_header_that_anybody_can_write_is_no_way_around(visitor):
    for number in range(5):
        await sign_in_from(visitor, f"192.0.2.{number}", KARIM, "wrong")
    assert await sign_in_from(visitor, "192.0.2.9", KARIM, PASSWORD) == 429


async def test_a_manager_hands_over_a_code_and_its_owner_signs_in_by_it(arrive, visitor):
    manager, karim = await arrive(MANAGER), await arrive(KARIM)
    where = re.search(r'href="(/comptes/\d+/code)"', await manager.read("/badges?agent=karim"))
    answer = await manager.send(where[1])
    page = await answer.text()
    code = re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b", page)[0]
    assert answer.headers["Cache-Control"] == "no-store"
    chosen = {"login": KARIM, "code": code, "new": NEW_PASSWORD, "again": NEW_PASSWORD}
    answer = await visitor.send("/connexion/code", **chosen)
    assert (answer.status, answer.headers["Location"]) == (303, "/reservations")
    assert await opens(visitor, {}) and not await opens(karim, {})
    assert "choisi avec un code de Claire Martin" in await visitor.read("/profil")
    again = await karim.send("/connexion/code", **chosen)
    assert again.status == 422 and "n’est plus valable" in await again.text()


async def test_codes_are_guessed_no_faster_than_passwords(visitor, caplog):
    wrong = {"login": KARIM, "code": "AAAA-AAAA", "new": NEW_PASSWORD, "again": NEW_PASSWORD}
    for _ in range(5):
        assert (await visitor.send("/connexion/code", **wrong)).status == 422
    assert (await visitor.send("/connexion/code", **wrong)).status == 429
    assert (await visitor.sign_in(KARIM)).status == 429
    assert KARIM in caplog.text and "AAAA" not in caplog.text


async def test_no_agent_makes_a_code(arrive):
    karim = await arrive(KARIM)
    assert (await karim.send("/reservations", "/comptes/3/code")).status == 403


async def test_addresses_of_one_customer_are_one_place(proxied):
    answers = [
        await sign_in_from(proxied, f"2001:db8::{number:x}", KARIM, "wrong") for number in range(6)
    ]
    assert answers == [422] * 5 + [429]
    assert await sign_in_from(proxied, "2001:db8:0:1::1", KARIM, PASSWORD) == 303


async def test_the_mark_of_a_known_browser_is_kept_from_scripts_and_other_sites(visitor):
    answer = await visitor.sign_in(KARIM)
    mark = answer.cookies["voiturier-browser"]
    assert mark["httponly"] and mark["samesite"] == "Lax" and KARIM not in mark.value
