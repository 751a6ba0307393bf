"""What protects every page: headers, cookie, CSRF, the session's key."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import ServeError
from server.web.security import local_path, session_key
from tests.server.web.sample import KARIM, NOW_S


async def test_every_answer_carries_the_headers(visitor):
    for path in ("/connexion", "/static/style.css", "/nowhere", "/api/trips"):
        headers = (await visitor.client.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
    assert (await visitor.client.get("/connexion")).headers["Cache-Control"] == "no-store"


async def test_the_session_cookie_is_for_this_site_and_no_script(visitor):
    answer = await visitor.client.get("/connexion")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie


async def test_behind_https_the_cookie_is_secure(visitor):
    answer = await visitor.client.get("/connexion", headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("token", [None, "", "x", "##", "20990101000000##deadbeef"])
@pytest.mark.parametrize(
    "path",
    [
        "/deconnexion",
        "/reservations/nouvelle",
        "/reservations/1/annuler",
        "/trajets/1/terminer",
    ],
)
async def test_a_form_without_its_token_is_refused(arrive, path, token):
    person = await arrive(KARIM)
    data = {} if token is None else {"csrf_token": token}
    answer = await person.client.post(path, data=data, allow_redirects=False)
    assert answer.status == 403
    assert "restée ouverte trop longtemps" in await answer.text()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_what_another_site_sends_is_refused(arrive, headers):
    person = await arrive(KARIM)
    booking = {"vehicle_id": 1, "starts_at_s": NOW_S, "ends_at_s": NOW_S + 60, "purpose": "x"}
    for send in (
        person.client.post("/langue", data={"language": "en"}, headers=headers),
        person.client.post("/api/bookings", json=booking, headers=headers),
        person.client.delete("/api/bookings/1", headers=headers),
    ):
        assert (await send).status == 403


@pytest.mark.parametrize("cookie", ["x", "\udcff", "a" * 5000, "gAAAAA=="])
async def test_a_cookie_that_is_not_ours_is_nobody_s(visitor, cookie):
    answer = await visitor.client.get(
        "/reservations", headers={"Cookie": f"voiturier={cookie}"}, allow_redirects=False
    )
    assert answer.status == 303


def test_the_session_key_is_made_once_and_is_private(tmp_path):
    path = tmp_path / "secrets" / "session.key"
    key = session_key(path)
    assert session_key(path) == key and len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_session_key_stops_the_server_with_a_word(tmp_path):
    path = tmp_path / "session.key"
    path.write_bytes(b"short")
    with pytest.raises(ServeError, match="not a session key"):
        session_key(path)


@given(st.text() | st.from_regex(r"[/\\.:a-z?=&%\r\n]{1,12}", fullmatch=True))
def test_a_redirect_stays_on_this_site(text):
    path = local_path(text, "/home")
    assert path.startswith("/") and not path.startswith("//")
    assert not set(path) & set("\\\r\n")
