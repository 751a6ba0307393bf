"""Invitations, a forgotten password, and the page to which a mailed link leads.

The token stands behind the `?` of the address, which no log of ours shows, and following the link
uses nothing up: mail programs do it too. Never here: what is mailed to whom
(actions/signing_in/links.py).
"""

import asyncio
import logging

from aiohttp import web
from wtforms import HiddenField, PasswordField, StringField

from server.actions import Actions, Person
from server.actions.password_codes import OneAgent, may_give
from server.actions.signing_in import links as acts
from server.app_keys import ACTIONS, CLOCK, CONFIG
from server.fleet.accounts.passwords import LEAST, LEAST_DIGITS, LONGEST
from server.fleet.inputs import judged, one_line
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import Right
from server.store import StoreError
from server.web.auth import allowed, anybody
from server.web.entry import enter_changed
from server.web.forms import PageForm, StalePage, form_of, posted, sent_form
from server.web.guesses import GUESSES, attempt_at, later
from server.web.i18n import N_, words_of
from server.web.letters import LINK
from server.web.proxies import client_address
from server.web.refused import show_on
from server.web.render import STALE, flash, page

_TYPED = {"maxlength": LONGEST}
# What is done after the answer has left, so that its time tells nobody which logins there are.
AFTERWARDS = web.AppKey("AFTERWARDS", set[asyncio.Task[None]])
_log = logging.getLogger(__name__)


def setup(app: web.Application) -> None:
    """Wait at the end for what is under way."""
    app[AFTERWARDS] = set()
    app.on_shutdown.append(_finish)


async def _finish(app: web.Application) -> None:
    await asyncio.gather(*app[AFTERWARDS], return_exceptions=True)


class ForgottenForm(PageForm):
    """Whose password is forgotten."""

    login = StringField(N_("Login"), filters=[one_line], render_kw=_TYPED)


class ChooseForm(PageForm):
    """The new password twice; `key` is the link's."""

    key = HiddenField()
    new = PasswordField(N_("New password"), render_kw=_TYPED)
    again = PasswordField(N_("New password, once more"), render_kw=_TYPED)


@allowed(Right.GIVE_CODES)
async def show_invite(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to mail an invitation, or say why none can be."""
    owner = await may_give(Person(agent), _one(request), request.app[ACTIONS])
    form = await form_of(PageForm, request)
    has_mail = request.app[CONFIG].mail is not None
    return await page(request, "signing_in/invite.html", owner=owner, form=form, has_mail=has_mail)


@allowed(Right.GIVE_CODES)
async def invite(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Mail it."""
    await sent_form(PageForm, request)
    owner = await acts.invite(Person(agent), _one(request), request.app[ACTIONS])
    text = N_("An invitation for %(who)s waits to be sent: the list says what became of it.")
    await flash(request, "success", words_of(request).say(text, who=owner.full_name))
    raise web.HTTPSeeOther("/courriels")


@anybody
async def show_forgotten(request: web.Request) -> web.StreamResponse:
    """Ask for the login; where mail is not set up, say who helps."""
    return await _forgotten_page(request, await form_of(ForgottenForm, request), 200)


@anybody
async def forgotten(request: web.Request) -> web.StreamResponse:
    """Answer all alike; whoever has this login and an address gets a link."""
    words, guesses, now_s = words_of(request), request.app[GUESSES], request.app[CLOCK].now_s()
    try:
        form = await sent_form(ForgottenForm, request)
    except StalePage:
        form = await form_of(ForgottenForm, request, await posted(request))
        await flash(request, "warning", words.say(STALE))
        return await _forgotten_page(request, form, 403)
    if not form.login.data:
        form.login.errors = [N_("Type your login.")]
        return await _forgotten_page(request, form, 422)
    attempt = attempt_at(request, form.login.data, "link")
    wait_s = guesses.wait_s(attempt, now_s)
    if wait_s:
        form.login.errors = [later(wait_s, words)]
        return await _forgotten_page(request, form, 429)
    try:
        asked = judged(acts.AskReset, {"login": form.login.data})
    except Refused as refused:
        return await _forgotten_page(request, form, show_on(form, refused, {}, 0))
    guesses.failed(attempt, now_s)
    tasks = request.app[AFTERWARDS]
    task = asyncio.create_task(_ask(asked, client_address(request), request.app[ACTIONS]))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return await page(request, "signing_in/forgotten_sent.html")


async def _ask(asked: acts.AskReset, address: str, actions: Actions) -> None:
    """Have the link mailed; the log says for whom, but for a login that may be a password."""
    try:
        sent = await acts.ask_reset(asked, actions)
    except StoreError as error:
        _log.error("no link could be made: %s", error)
        return
    who = asked.login if sent else "nobody who may have one"
    _log.info("a link for another password was asked for: %s, from %s", who, address)


@anybody
async def show_choose(request: web.Request) -> web.StreamResponse:
    """Show the form to whoever followed a link."""
    key = str(one_line(request.query.get("key", "")))
    return await _choose_page(request, await form_of(ChooseForm, request, key=key), 200)


@anybody
async def choose(request: web.Request) -> web.StreamResponse:
    """Take the password that was chosen, and go on as after signing in."""
    try:
        form = await sent_form(ChooseForm, request)
    except StalePage:
        form = await form_of(ChooseForm, request, await posted(request))
        await flash(request, "warning", words_of(request).say(STALE))
        return await _choose_page(request, form, 403)
    try:
        fields = ("key", "new", "again")
        asked = judged(acts.ChoosePassword, {word: form[word].data for word in fields})
        agent = await acts.choose(asked, request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason is Reason.LINK_OVER:
            return await _choose_page(request, form, 409)
        return await _choose_page(request, form, show_on(form, refused, {}, 0))
    raise await enter_changed(request, agent)


async def _forgotten_page(request: web.Request, form: ForgottenForm, status: int) -> web.Response:
    has_mail = request.app[CONFIG].mail is not None
    return await page(
        request, "signing_in/forgotten.html", status=status, form=form, has_mail=has_mail
    )


async def _choose_page(request: web.Request, form: ChooseForm, status: int) -> web.Response:
    """Show whose password is chosen, or that the link is over."""
    try:
        link = judged(acts.OneLink, {"key": form.key.data or ""})
        owner = await acts.owner(link, request.app[ACTIONS])
    except Refused:
        return await page(request, "signing_in/link_over.html", status=409)
    bounds = {"letters": LEAST, "digits": LEAST_DIGITS}
    return await page(
        request, "signing_in/choose.html", status=status, form=form, owner=owner, **bounds
    )


def _one(request: web.Request) -> OneAgent:
    """Return whom this address is about."""
    return OneAgent(agent_id=int(request.match_info["id"]))


ROUTES = (
    web.get("/comptes/{id:[0-9]{1,18}}/inviter", show_invite),
    web.post("/comptes/{id:[0-9]{1,18}}/inviter", invite),
    web.get("/connexion/oubli", show_forgotten),
    web.post("/connexion/oubli", forgotten),
    web.get(LINK, show_choose),
    web.post(LINK, choose),
)
