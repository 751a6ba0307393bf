"""The second step of signing in: a code of the app, or setting one up where the role asks for it.

Never here: the first step (pages/sign_in.py), what a code is (actions/signing_in/second_factor.py).
"""

from aiohttp import web
from wtforms import StringField

from server.actions.signing_in import second_factor as acts
from server.app_keys import ACTIONS, CLOCK
from server.fleet.accounts.passwords import LONGEST
from server.fleet.inputs import judged, one_line
from server.fleet.refusals import Refused
from server.web.auth import SIGN_IN, anybody
from server.web.entry import (
    SECOND_STEP,
    HalfIn,
    half_in,
    home_of,
    let_in,
    must_have_factor,
    note_refused,
)
from server.web.forms import PageForm, StalePage, form_of, sent_form
from server.web.guesses import GUESSES, attempt_at, know_browser, later
from server.web.i18n import N_, words_of
from server.web.pages.signing_in.picture import picture_of
from server.web.refused import show_on
from server.web.render import STALE, flash, page
from server.web.security import local_path


class CodeForm(PageForm):
    """Six digits of the app, or a code to recover by."""

    code = StringField(N_("Code"), filters=[one_line], render_kw={"maxlength": LONGEST})

    def asked(self) -> acts.TypedCode:
        """Return it; raises Refused."""
        return judged(acts.TypedCode, {"code": self.code.data or ""})


@anybody
async def show(request: web.Request) -> web.StreamResponse:
    """Ask for a code; who has no app yet sets one up."""
    who = await _half_in(request)
    actions = request.app[ACTIONS]
    is_new = await acts.get(who.agent, actions) is None
    if is_new and await acts.offered(who.agent, actions) is None:
        await acts.offer(who.agent, actions)
    return await _step_page(request, who, await form_of(CodeForm, request), 200)


@anybody
async def check(request: web.Request) -> web.StreamResponse:
    """Take the code and let its owner in."""
    who = await _half_in(request)
    words, guesses, now_s = words_of(request), request.app[GUESSES], request.app[CLOCK].now_s()
    try:
        form = await sent_form(CodeForm, request)
    except StalePage:
        await flash(request, "warning", words.say(STALE))
        return await _step_page(request, who, await form_of(CodeForm, request), 403)
    attempt = attempt_at(request, who.agent.login, "second step")
    wait_s = guesses.wait_s(attempt, now_s)
    if wait_s:
        form.code.errors = [later(wait_s, words)]
        return await _step_page(request, who, form, 429)
    guesses.failed(attempt, now_s)
    actions = request.app[ACTIONS]
    is_new = await acts.get(who.agent, actions) is None
    codes: list[str] = []
    try:
        if is_new:
            codes = await acts.confirm(who.agent, form.asked(), actions)
        else:
            await acts.check(who.agent, form.asked(), actions)
    except Refused as refused:
        if not refused.first.field:  # it took too long, or another browser was faster
            raise web.HTTPSeeOther(SECOND_STEP) from None
        note_refused(request, who.agent)
        return await _step_page(request, who, form, show_on(form, refused, {}, 0))
    guesses.succeeded(attempt, now_s)
    answer = await let_in(request, who)
    if answer is None:
        raise web.HTTPSeeOther(SIGN_IN)
    if not is_new:
        raise answer
    onward = local_path(who.wanted, home_of(who.agent))
    shown = await page(request, "signing_in/recovery_codes.html", codes=codes, onward=onward)
    know_browser(request, shown, who.agent.login)
    return shown


async def _half_in(request: web.Request) -> HalfIn:
    who = await half_in(request)
    if who is None:
        raise web.HTTPSeeOther(SIGN_IN)
    is_asked = must_have_factor(request, who.agent)
    if not is_asked and await acts.get(who.agent, request.app[ACTIONS]) is None:
        raise web.HTTPSeeOther(SIGN_IN)  # removed meanwhile: the password is enough
    return who


async def _step_page(
    request: web.Request, who: HalfIn, form: CodeForm, status: int
) -> web.Response:
    secret = None
    if await acts.get(who.agent, request.app[ACTIONS]) is None:
        secret = await acts.offered(who.agent, request.app[ACTIONS])
        if secret is None:
            raise web.HTTPSeeOther(SECOND_STEP)
    return await page(
        request,
        "signing_in/second_step.html",
        status=status,
        form=form,
        secret=secret,
        picture=None if secret is None else picture_of(secret, who.agent.login),
    )


ROUTES = (web.get(SECOND_STEP, show), web.post(SECOND_STEP, check))
