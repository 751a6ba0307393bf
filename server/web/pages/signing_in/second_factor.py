"""The page of one's own second factor: set up an app, see the codes to recover by once, remove it.

Never here: asking for a code at sign-in (second_step.py).
"""

from collections.abc import Awaitable, Callable

from aiohttp import web
from wtforms import PasswordField

from server.actions import Actions, Person
from server.actions.signing_in import second_factor as acts
from server.app_keys import ACTIONS, CLOCK
from server.fleet.accounts.passwords import LONGEST
from server.fleet.inputs import judged
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refused
from server.web import sessions
from server.web.auth import SIGN_IN, signed_in
from server.web.entry import must_have_factor
from server.web.forms import PageForm, StalePage, form_of, sent_form
from server.web.guesses import GUESSES, attempt_at, later
from server.web.i18n import N_, words_of
from server.web.pages.profile import PROFILE
from server.web.pages.signing_in.picture import picture_of
from server.web.pages.signing_in.second_step import CodeForm
from server.web.refused import show_on
from server.web.render import STALE, flash, page

PAGE = f"{PROFILE}/second-facteur"


class WithPasswordForm(PageForm):
    """The present password."""

    password = PasswordField(N_("Present password"), render_kw={"maxlength": LONGEST})

    def asked(self) -> acts.WithPassword:
        """Return it; raises Refused."""
        return judged(acts.WithPassword, {"password": self.password.data or ""})


@signed_in
async def show(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show whether there is one, or the picture for the app where one is being set up."""
    return await _factor_page(request, agent, await form_of(WithPasswordForm, request), 200)


@signed_in
async def set_up(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Offer a secret to whoever typed the password."""
    asked_again = await _with_password(request, agent, acts.set_up)
    if asked_again is not None:
        return asked_again
    raise web.HTTPSeeOther(PAGE)


@signed_in
async def remove(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Remove it; where the role asks for one, another is set up at the next sign-in."""
    asked_again = await _with_password(request, agent, acts.remove)
    if asked_again is not None:
        return asked_again
    must = must_have_factor(request, agent)
    if must or not await sessions.begin(request, agent):
        raise web.HTTPSeeOther(SIGN_IN)
    text = N_("The second step is removed. You are signed out everywhere else.")
    await flash(request, "success", words_of(request).say(text))
    raise web.HTTPSeeOther(PROFILE)


@signed_in
async def confirm(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take the first code of the app, and show the codes to recover by."""
    try:
        form = await sent_form(CodeForm, request)
    except StalePage:
        await flash(request, "warning", words_of(request).say(STALE))
        raise web.HTTPSeeOther(PAGE) from None
    try:
        codes = await acts.confirm(agent, form.asked(), request.app[ACTIONS])
    except Refused as refused:
        if not refused.first.field:
            await flash(request, "warning", words_of(request).say(refused.first.reason.sentence))
            raise web.HTTPSeeOther(PAGE) from None
        return await _factor_page(request, agent, form, show_on(form, refused, {}, 0))
    if not await sessions.begin(request, agent):  # all that began without a code have ended
        raise web.HTTPSeeOther(SIGN_IN)
    return await page(request, "signing_in/recovery_codes.html", codes=codes, onward=PROFILE)


async def _with_password(
    request: web.Request,
    agent: Agent,
    act: Callable[[Person, acts.WithPassword, Actions], Awaitable[object]],
) -> web.StreamResponse | None:
    """Do it when the password is right; return the page that asks again, None: it is done."""
    words, guesses, now_s = words_of(request), request.app[GUESSES], request.app[CLOCK].now_s()
    try:
        form = await sent_form(WithPasswordForm, request)
    except StalePage:
        await flash(request, "warning", words.say(STALE))
        return await _factor_page(request, agent, await form_of(WithPasswordForm, request), 403)
    attempt = attempt_at(request, agent.login)
    wait_s = guesses.wait_s(attempt, now_s)
    if wait_s:
        form.password.errors = [later(wait_s, words)]
        return await _factor_page(request, agent, form, 429)
    guesses.failed(attempt, now_s)
    try:
        await act(Person(agent), form.asked(), request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason is not Reason.PASSWORD_WRONG:
            guesses.succeeded(attempt, now_s)
        return await _factor_page(request, agent, form, show_on(form, refused, {}, 0))
    guesses.succeeded(attempt, now_s)
    return None


async def _factor_page(
    request: web.Request, agent: Agent, form: PageForm, status: int
) -> web.Response:
    actions = request.app[ACTIONS]
    factor = await acts.get(agent, actions)
    secret = None if factor is not None else await acts.offered(agent, actions)
    if secret is not None and not isinstance(form, CodeForm):
        form = await form_of(CodeForm, request)
    elif secret is None and isinstance(form, CodeForm):
        raise web.HTTPSeeOther(PAGE)
    return await page(
        request,
        "signing_in/second_factor.html",
        status=status,
        form=form,
        factor=factor,
        secret=secret,
        picture=None if secret is None else picture_of(secret, agent.login),
        must=must_have_factor(request, agent),
    )


ROUTES = (
    web.get(PAGE, show),
    web.post(PAGE, set_up),
    web.post(f"{PAGE}/confirmer", confirm),
    web.post(f"{PAGE}/retirer", remove),
)
