"""Signing in and out."""

import pytest

from server.app_keys import CLOCK
from server.web.security import SESSION_COOKIE
from server.web.throttle import MAX_FAILURES, WINDOW_S
from tests.server.web.sample import KARIM, MANAGER, NOW_S


async def test_login_and_password_open_the_page_that_was_wanted(visitor):
    answer = await visitor.client.get("/trajets?since=2026-11-01", allow_redirects=False)
    assert answer.status == 303
    wanted = answer.headers["Location"]
    page = await visitor.read(wanted)
    assert 'value="/trajets?since=2026-11-01"' in page
    answer = await visitor.send(
        "/connexion", login=KARIM, password="correct horse", next="/trajets?since=2026-11-01"
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/trajets?since=2026-11-01")


async def test_capitals_and_spaces_around_a_login_do_not_matter(visitor):
    assert (await visitor.sign_in(f"  {KARIM.upper()} ")).status == 303


@pytest.mark.parametrize("login", [KARIM, "nobody"])
async def test_a_wrong_password_and_an_unknown_login_read_alike(visitor, login):
    answer = await visitor.sign_in(login, "wrong")
    assert answer.status == 422
    assert "L’identifiant et le mot de passe ne correspondent pas." in await answer.text()


async def test_after_five_failures_even_the_right_password_waits(visitor, clock):
    for _ in range(MAX_FAILURES):
        assert (await visitor.sign_in(KARIM, "wrong")).status == 422
    answer = await visitor.sign_in(KARIM)
    assert answer.status == 429
    assert "15\u00a0min" in await answer.text()
    clock.at_s = NOW_S + WINDOW_S
    assert visitor.client.app[CLOCK].now_s() == NOW_S + WINDOW_S
    assert (await visitor.sign_in(KARIM)).status == 303


async def test_signing_in_makes_a_fresh_session(visitor):
    await visitor.read("/connexion")
    before = visitor.client.session.cookie_jar.filter_cookies(visitor.client.make_url("/"))
    planted = before[SESSION_COOKIE].value
    answer = await visitor.sign_in(KARIM)
    assert answer.cookies[SESSION_COOKIE].value != planted


async def test_signing_out_closes_every_page(arrive):
    person = await arrive(KARIM)
    answer = await person.send("/reservations", "/deconnexion")
    assert (answer.status, answer.headers["Location"]) == (303, "/connexion")
    answer = await person.client.get("/reservations", allow_redirects=False)
    assert answer.headers["Location"].startswith("/connexion")


async def test_who_is_signed_in_is_not_asked_again(arrive):
    person = await arrive(MANAGER)
    answer = await person.client.get("/connexion", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/trajets")


@pytest.mark.parametrize(("login", "first"), [(KARIM, "/reservations"), (MANAGER, "/trajets")])
async def test_each_person_begins_with_the_page_they_need(visitor, login, first):
    assert (await visitor.sign_in(login)).headers["Location"] == first
    answer = await visitor.client.get("/", allow_redirects=False)
    assert answer.headers["Location"] == first


async def test_a_sign_in_page_left_open_for_days_is_shown_again_with_a_word(visitor):
    answer = await visitor.client.post(
        "/connexion", data={"login": KARIM, "password": "x", "next": "/trajets"}
    )
    page = await answer.text()
    assert answer.status == 403 and "restée ouverte trop longtemps" in page
    assert f'value="{KARIM}"' in page and 'value="/trajets"' in page


async def test_signing_out_twice_is_signing_out(visitor):
    answer = await visitor.client.post("/deconnexion", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/connexion")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\r\nSet-Cookie: a"])
async def test_signing_in_leads_nowhere_else(visitor, target):
    answer = await visitor.send("/connexion", login=KARIM, password="correct horse", next=target)
    assert (answer.status, answer.headers["Location"]) == (303, "/reservations")


async def test_a_refreshing_page_of_someone_signed_out_goes_to_sign_in(visitor):
    answer = await visitor.client.get("/trajets", headers={"HX-Request": "true"})
    assert (answer.status, answer.headers["HX-Redirect"]) == (401, "/connexion?next=/trajets")
