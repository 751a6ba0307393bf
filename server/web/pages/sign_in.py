"""The pages to sign in and out.

Unknown logins cost as much time as wrong passwords, and both read alike. Never here: how a
password is hashed (server/passwords.py), what a signed-in person may open (auth.py).
"""

from aiohttp import web
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from server.app_keys import AGENT, CLOCK, CONFIG
from server.fleet.inputs import one_line
from server.web import sessions
from server.web.auth import SIGN_IN, anybody
from server.web.entry import NO_MATCH, enter, home_of, owner_of
from server.web.forms import PageForm, StalePage, form_of, posted, sent_form
from server.web.guesses import GUESSES, attempt_at, later, tries_left
from server.web.i18n import N_, words_of
from server.web.render import STALE, flash, page


class SignInForm(PageForm):
    """Login and password; `next` is the page the person wanted."""

    login = StringField(
        N_("Login"),
        filters=[one_line],
        validators=[InputRequired(N_("Type your login.")), Length(max=100, message=NO_MATCH)],
    )
    # A longer one would only make the hash slow.
    password = PasswordField(
        N_("Password"),
        validators=[InputRequired(N_("Type your password.")), Length(max=200, message=NO_MATCH)],
    )
    next = HiddenField()


@anybody
async def home(request: web.Request) -> web.StreamResponse:
    """Send the person to the page they need first."""
    agent = request.get(AGENT)
    raise web.HTTPSeeOther(SIGN_IN if agent is None else home_of(agent))


@anybody
async def show_sign_in(request: web.Request) -> web.StreamResponse:
    """Show the sign-in form."""
    if AGENT in request:
        raise web.HTTPSeeOther(home_of(request[AGENT]))
    form = await form_of(SignInForm, request, next=request.query.get("next", ""))
    return await _sign_in_page(request, form, status=200)


@anybody
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Check login and password; start a fresh session when they are right."""
    try:
        form = await sent_form(SignInForm, request)
    except StalePage:
        form = await form_of(SignInForm, request, await posted(request))
        await flash(request, "warning", words_of(request).say(STALE))
        return await _sign_in_page(request, form, status=403)
    if not form.validate():
        return await _sign_in_page(request, form, status=422)
    guesses, now_s, words = request.app[GUESSES], request.app[CLOCK].now_s(), words_of(request)
    login, password = form.login.data or "", form.password.data or ""
    attempt = attempt_at(request, login)
    wait_s = guesses.wait_s(attempt, now_s)
    if wait_s:
        form.password.errors = [later(wait_s, words)]
        return await _sign_in_page(request, form, status=429)
    # It counts before its outcome is known, so many attempts at once gain nothing.
    guesses.failed(attempt, now_s)
    agent = await owner_of(request, login, password)
    answer = None if agent is None else await enter(request, agent, form.next.data)
    if answer is None:
        form.password.errors = [NO_MATCH, tries_left(guesses.left(attempt, now_s), words)]
        return await _sign_in_page(request, form, status=422)
    guesses.succeeded(attempt, now_s)
    raise answer


@anybody
async def sign_out(request: web.Request) -> web.StreamResponse:
    """Forget the session; who has none is signed out already."""
    if AGENT in request:
        await sent_form(PageForm, request)
    await sessions.end(request, request.get(AGENT))
    raise web.HTTPSeeOther(SIGN_IN)


async def _sign_in_page(request: web.Request, form: SignInForm, status: int) -> web.Response:
    accounts = request.app[CONFIG].demo_accounts
    has_mail = request.app[CONFIG].mail is not None
    return await page(
        request, "sign_in.html", status=status, form=form, accounts=accounts, has_mail=has_mail
    )


ROUTES = (
    web.get("/", home),
    web.get("/connexion", show_sign_in),
    web.post("/connexion", sign_in),
    web.post("/deconnexion", sign_out),
)
