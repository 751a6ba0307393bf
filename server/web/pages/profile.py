"""The page "profil": what the account is, where its owner is signed in, and another password.

Never here: which password is good enough (fleet/accounts/passwords.py), signing in (sign_in.py).
"""

from aiohttp import web
from wtforms import PasswordField

from server.actions import Person
from server.actions import accounts as acts
from server.actions.signing_in import second_factor
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet.accounts.passwords import LEAST, LEAST_DIGITS, LONGEST
from server.fleet.inputs import judged
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refused
from server.web import sessions
from server.web.auth import signed_in
from server.web.entry import must_have_factor
from server.web.forms import PageForm, StalePage, form_of, sent_form
from server.web.guesses import GUESSES, attempt_at, later
from server.web.i18n import N_, words_of
from server.web.refused import show_on
from server.web.render import STALE, flash, page

PROFILE = "/profil"
PASSWORD = f"{PROFILE}/mot-de-passe"
_TYPED = {"maxlength": LONGEST}


class PasswordForm(PageForm):
    """The present password, and the new one twice."""

    old = PasswordField(N_("Present password"), render_kw=_TYPED)
    new = PasswordField(N_("New password"), render_kw=_TYPED)
    again = PasswordField(N_("New password, once more"), render_kw=_TYPED)

    def asked(self) -> acts.ChangePassword:
        """Return it; raises Refused."""
        fields = ("old", "new", "again")
        return judged(acts.ChangePassword, {word: self[word].data for word in fields})


@signed_in
async def show(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the account and its sessions."""
    listed = await acts.sessions(Person(agent), request.app[ACTIONS])
    used_code = await request.app[STORE].accounts.used_code(agent.agent_id)
    current = await sessions.current_id(request)
    factor = await second_factor.get(agent, request.app[ACTIONS])
    form = await form_of(PageForm, request)
    return await page(
        request,
        "accounts/profile.html",
        sessions=listed,
        current=current,
        used_code=used_code,
        factor=factor,
        must=must_have_factor(request, agent),
        form=form,
    )


@signed_in
async def end_session(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Sign out in another browser."""
    await sent_form(PageForm, request)
    ended = acts.OneSession(session_id=request.match_info["id"])
    await acts.end_session(Person(agent), ended, request.app[ACTIONS])
    await flash(request, "success", words_of(request).say(N_("This session has ended.")))
    raise web.HTTPSeeOther(PROFILE)


@signed_in
async def show_password(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form."""
    return await _password_page(request, await form_of(PasswordForm, request), 200)


@signed_in
async def change_password(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take the new password; the other sessions end, this one goes on under a new secret."""
    words, guesses, now_s = words_of(request), request.app[GUESSES], request.app[CLOCK].now_s()
    try:
        form = await sent_form(PasswordForm, request)
    except StalePage:
        await flash(request, "warning", words.say(STALE))
        return await _password_page(request, await form_of(PasswordForm, request), 403)
    attempt = attempt_at(request, agent.login)
    wait_s = guesses.wait_s(attempt, now_s)
    if wait_s:
        form.old.errors = [later(wait_s, words)]
        return await _password_page(request, form, 429)
    guesses.failed(attempt, now_s)
    try:
        changed = await acts.change_password(Person(agent), form.asked(), request.app[ACTIONS])
    except Refused as refused:
        if Reason.PASSWORD_WRONG not in [each.reason for each in refused.refusals]:
            guesses.succeeded(attempt, now_s)
        return await _password_page(request, form, show_on(form, refused, {}, agent.agent_id))
    guesses.succeeded(attempt, now_s)
    await sessions.begin(request, changed)
    text = N_("Your password is changed. You are signed out everywhere else.")
    await flash(request, "success", words.say(text))
    raise web.HTTPSeeOther(PROFILE)


async def _password_page(request: web.Request, form: PasswordForm, status: int) -> web.Response:
    bounds = {"letters": LEAST, "digits": LEAST_DIGITS}
    return await page(request, "accounts/password.html", status=status, form=form, **bounds)


ROUTES = (
    web.get(PROFILE, show),
    web.post(f"{PROFILE}/sessions/{{id:[0-9a-f]{{64}}}}/terminer", end_session),
    web.get(PASSWORD, show_password),
    web.post(PASSWORD, change_password),
)
