"""What was typed when a session had ended: whose it is, and what is kept of it (finding S20)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict, MultiDictProxy
from wtforms import PasswordField

from server.web.drafts import Drafts
from server.web.forms import PageForm, whose
from server.web.pages.bookings import BookingForm
from server.web.pages.password_codes import ResetForm
from server.web.pages.profile import PasswordForm
from server.web.pages.sign_in import SignInForm
from server.web.pages.signing_in.links import ChooseForm
from server.web.pages.signing_in.second_factor import WithPasswordForm
from tests.server.web.sample import FORM, KARIM, MANAGER, fields

SECRET, NOW_S = b"k" * 32, 1_790_000_000


def typed(**values: str) -> MultiDictProxy[str]:
    return MultiDictProxy(MultiDict(values))


def field_is_secret(field: object) -> bool:
    return getattr(field, "field_class", None) is PasswordField


def token(agent_id: int | None) -> str:
    meta = {"csrf_context": {}, "csrf_secret": SECRET, "agent_id": agent_id, "words": None}
    return BookingForm(meta=meta)["csrf_token"].current_token


def test_a_token_names_whom_its_form_was_shown_and_no_token_that_we_did_not_make_names_anybody():
    shown = token(7)
    assert whose(shown, SECRET) == 7
    assert whose(shown, b"another key") is None
    assert whose(shown.replace("##7##", "##8##"), SECRET) is None
    assert whose(f"9{shown}", SECRET) is None
    assert whose(token(None), SECRET) is None


@given(st.text())
def test_any_text_is_nobody_s_token(text: str) -> None:
    assert whose(text, SECRET) is None


def test_what_was_typed_is_given_back_once_to_its_person_on_its_page_within_the_hour():
    drafts = Drafts()
    assert drafts.keep(1, "/a", typed(text="x"), NOW_S)
    assert drafts.take(2, "/a", NOW_S) is None
    assert drafts.take(1, "/b", NOW_S) is None
    assert drafts.take(1, "/a", NOW_S + 3599) == typed(text="x")
    assert drafts.take(1, "/a", NOW_S) is None
    drafts.keep(1, "/a", typed(text="x"), NOW_S)
    assert drafts.take(1, "/a", NOW_S + 3600) is None


@pytest.mark.parametrize(
    "name", ["password", "new_password", "code", "totp_code", "pin", "card_key"]
)
def test_a_form_with_a_secret_is_not_kept(name: str) -> None:
    assert not Drafts().keep(1, "/a", typed(**{name: "x", "text": "y"}), NOW_S)


@pytest.mark.parametrize(
    "form", [PasswordForm, ResetForm, SignInForm, ChooseForm, WithPasswordForm]
)
def test_no_password_that_a_form_of_ours_asks_for_is_kept(form: type[PageForm]) -> None:
    asked = [name for name, field in vars(form).items() if field_is_secret(field)]
    assert asked
    for name in asked:
        assert not Drafts().keep(1, "/a", typed(**{name: "x"}), NOW_S)


def test_what_is_kept_is_bounded() -> None:
    drafts = Drafts()
    assert not drafts.keep(1, "/a", typed(text="x" * 20_000), NOW_S)
    for agent_id in range(600):
        drafts.keep(agent_id, "/a", typed(text="x"), NOW_S)
    kept = [agent_id for agent_id in range(600) if drafts.take(agent_id, "/a", NOW_S)]
    assert kept == list(range(100, 600)), "the newest"


async def test_a_form_sent_in_a_newer_session_of_the_same_person_can_be_opened_as_it_was(
    arrive, store
):
    manager = await arrive(MANAGER)
    before = await manager.read("/vols/signaler")
    stale = before[before.index('name="csrf_token"', before.index("<main")) :]
    sent = {"csrf_token": stale.split('value="')[1].split('"')[0], "vehicle_id": "FX 482 LM"}
    assert (await manager.send("/vols", "/deconnexion")).status == 303
    assert (await manager.sign_in(MANAGER)).status == 303
    answer = await manager.client.post("/vols/signaler", data=sent, allow_redirects=False)
    page = await answer.text()
    assert answer.status == 403 and 'href="/vols/signaler"' in page and "gardé" in page
    assert 'value="FX 482 LM"' in await manager.read("/vols/signaler")


async def test_what_has_no_page_of_its_own_comes_back_to_the_page_it_was_sent_from(visitor):
    path = "/a-traiter/contradictions/1/vue"
    ours = str(visitor.client.make_url("/a-traiter"))
    for sender, wanted in ((ours, "/a-traiter"), ("https://example.org/x", "/"), ("", "/")):
        headers = {"Referer": sender} if sender else {}
        answer = await visitor.client.post(path, data={}, headers=headers, allow_redirects=False)
        assert answer.headers["Location"] == f"/connexion?next={wanted}"


async def test_a_body_that_is_no_form_is_no_draft(visitor):
    answer = await visitor.client.post(FORM, json={"purpose": "x"}, allow_redirects=False)
    assert answer.status == 303
    assert "Votre session a pris fin" in await visitor.read(answer.headers["Location"])


async def test_the_form_of_somebody_else_is_not_offered_to_who_signs_in_here(arrive, store):
    karim = await arrive(KARIM)
    page = await karim.read(FORM)
    stale = page[page.index("<main") :].split('name="csrf_token"')[1]
    sent = await fields(store) | {"csrf_token": stale.split('value="')[1].split('"')[0]}
    assert (await karim.send(FORM, "/deconnexion")).status == 303
    assert (await karim.sign_in(MANAGER)).status == 303
    answer = await karim.client.post("/vols/signaler", data=sent, allow_redirects=False)
    assert answer.status == 403 and "gardé" not in await answer.text()
