"""A code that a manager hands over, and the page on which its owner chooses a password by it.

The code is shown once, to whoever made it. Never here: what it is good for
(actions/password_codes.py).
"""

from aiohttp import web
from wtforms import BooleanField, PasswordField, StringField

from server.actions import Person
from server.actions import password_codes as acts
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet.accounts.passwords import LEAST, LEAST_DIGITS, LONGEST
from server.fleet.inputs import judged, one_line
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import Right
from server.web.auth import allowed, anybody
from server.web.entry import enter_changed, note_refused
from server.web.forms import PageForm, StalePage, form_of, posted, sent_form
from server.web.guesses import GUESSES, attempt_at, later
from server.web.i18n import N_, words_of
from server.web.refused import show_on
from server.web.render import STALE, flash, page

_TYPED = {"maxlength": LONGEST}


class ResetForm(PageForm):
    """Login and code, and the new password twice."""

    login = StringField(N_("Login"), filters=[one_line], render_kw=_TYPED)
    code = StringField(N_("Code"), filters=[one_line], render_kw=_TYPED)
    new = PasswordField(N_("New password"), render_kw=_TYPED)
    again = PasswordField(N_("New password, once more"), render_kw=_TYPED)

    def asked(self) -> acts.ResetPassword:
        """Return it; raises Refused."""
        fields = ("login", "code", "new", "again")
        return judged(acts.ResetPassword, {word: self[word].data for word in fields})


class GiveForm(PageForm):
    """Whether the phone is lost too."""

    without_second_factor = BooleanField(N_("The phone with the second step is lost"))


@allowed(Right.GIVE_CODES)
async def show_give(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to make a code."""
    owner = await acts.may_give(Person(agent), _one(request), request.app[ACTIONS])
    form = await form_of(GiveForm, request)
    return await page(request, "accounts/code.html", owner=owner, given=None, form=form)


@allowed(Right.GIVE_CODES)
async def give(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Make a code and show it, once."""
    form = await sent_form(GiveForm, request)
    agent_id, removes = _one(request).agent_id, form.without_second_factor.data
    asked = acts.GiveCode(agent_id=agent_id, removes_factor=removes)
    given = await acts.give(Person(agent), asked, request.app[ACTIONS])
    return await page(request, "accounts/code.html", owner=given.agent, given=given, form=form)


@anybody
async def show_reset(request: web.Request) -> web.StreamResponse:
    """Show the form."""
    return await _reset_page(request, await form_of(ResetForm, request), 200)


@anybody
async def reset(request: web.Request) -> web.StreamResponse:
    """Take the password that was chosen, and sign its owner in."""
    words, guesses, now_s = words_of(request), request.app[GUESSES], request.app[CLOCK].now_s()
    try:
        form = await sent_form(ResetForm, request)
    except StalePage:
        form = await form_of(ResetForm, request, await posted(request))
        await flash(request, "warning", words.say(STALE))
        return await _reset_page(request, form, 403)
    attempt = attempt_at(request, form.login.data or "")
    wait_s = guesses.wait_s(attempt, now_s)
    if wait_s:
        form.code.errors = [later(wait_s, words)]
        return await _reset_page(request, form, 429)
    guesses.failed(attempt, now_s)
    try:
        agent = await acts.reset(form.asked(), request.app[ACTIONS])
    except Refused as refused:
        if Reason.CODE_WRONG in [each.reason for each in refused.refusals]:
            note_refused(request, await request.app[STORE].agents.by_login(attempt.login))
        else:
            guesses.succeeded(attempt, now_s)
        return await _reset_page(request, form, show_on(form, refused, {}, 0))
    guesses.succeeded(attempt, now_s)
    raise await enter_changed(request, agent)


async def _reset_page(request: web.Request, form: ResetForm, status: int) -> web.Response:
    bounds = {"letters": LEAST, "digits": LEAST_DIGITS}
    return await page(request, "accounts/reset.html", status=status, form=form, **bounds)


def _one(request: web.Request) -> acts.OneAgent:
    """Return whom this address is about."""
    return acts.OneAgent(agent_id=int(request.match_info["id"]))


ROUTES = (
    web.get("/comptes/{id:[0-9]{1,18}}/code", show_give),
    web.post("/comptes/{id:[0-9]{1,18}}/code", give),
    web.get("/connexion/code", show_reset),
    web.post("/connexion/code", reset),
)
