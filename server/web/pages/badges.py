"""The pages of badges: an agent's, one and what became of it; lost, given back, found, given on.

A badge is shown by the end of its UID alone. The page names the boxes that may still open for a
blocked one. Never here: what a box is told (the gateway), cards that become one (enrolment.py).
"""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from wtforms import Form, StringField

from server.actions import Actions, Person, acting, password_codes
from server.actions import badges as acts
from server.actions.actor import require
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet.grants import VALID_S
from server.fleet.inputs import one_line
from server.fleet.model.people import Agent, EnrolledBadge
from server.fleet.refusals import Kind, Refused
from server.fleet.roles import About, Right, Role, Scope
from server.web.auth import allowed
from server.web.forms import PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.pages.enrolment import find_agent
from server.web.paging import PAGE_SIZE, before_of
from server.web.refused import say, show_on
from server.web.render import flash, page

_MAX_DIGITS = 18  # of an id


_NAMESAKES = 25


class AgentSearch(Form):
    """Whose badges to show: a name or a part of it; in the address of a page also the number."""

    agent = StringField(N_("Agent"), filters=[one_line])

    def refuse(self, text: str) -> None:
        """Say beside the field what is wrong with it."""
        self.agent.errors = [text]


@allowed(Right.SEE_BADGES)
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show one agent's badges, or those who are called so, or else the blocked badges."""
    store = request.app[STORE]
    scope = require(Person(agent), Right.SEE_BADGES)
    form = AgentSearch(request.query, meta={"words": words_of(request)})
    if "agent" not in request.query:
        blocked = await store.badges.revoked(PAGE_SIZE + 1, before_of(request), scope)
        badges = blocked[:PAGE_SIZE]
        older = f"/badges?before={badges[-1].badge_id}" if len(blocked) > PAGE_SIZE else None
        holders = await store.agents.by_id({badge.agent_id for badge in badges})
        return await _badges_page(request, agent, form, badges, holders, None, older)
    found = await _called(request, form.agent.data or "", scope)
    if not found:
        form.refuse(N_("No agent is called so."))
        return await page(request, "badges/list.html", status=422, form=form, namesakes=[])
    if len(found) > 1:
        return await page(request, "badges/list.html", form=form, namesakes=found)
    form.agent.data = found[0].full_name
    badges = await store.badges.of_agent(found[0].agent_id)
    return await _badges_page(request, agent, form, badges, {found[0].agent_id: found[0]}, found[0])


async def _called(request: web.Request, sought: str, scope: Scope) -> list[Agent]:
    agents, now_s = request.app[STORE].agents, request.app[CLOCK].now_s()
    if sought.isdecimal() and len(sought) <= _MAX_DIGITS:
        one = await agents.get(int(sought), now_s)
        is_there = one is not None and scope.covers(About(one.directorate_id))
        return [one] if one is not None and is_there else []
    return await agents.called(sought, _NAMESAKES, scope, now_s) if sought else []


async def _badges_page(
    request: web.Request,
    agent: Agent,
    form: AgentSearch,
    badges: list[EnrolledBadge],
    holders: Mapping[int, Agent],
    chosen: Agent | None,
    older: str | None = None,
) -> web.Response:
    cars = await request.app[STORE].knowledge.of_revocations(
        badge.badge_id for badge in badges if badge.revoked_at_s is not None
    )
    return await page(
        request,
        "badges/list.html",
        form=form,
        namesakes=[],
        chosen=chosen,
        holders=holders,
        technicians={a.agent_id for a in holders.values() if _is_technician(a, request)},
        may_have_code=chosen is not None and await _may_have_code(request, agent, chosen),
        badges=badges,
        cars=cars,
        valid_s=VALID_S,
        any_waiting=any(each.waiting for each in cars.values()),
        older=older,
    )


async def _may_have_code(request: web.Request, agent: Agent, chosen: Agent) -> bool:
    one = password_codes.OneAgent(agent_id=chosen.agent_id)
    try:
        await password_codes.may_give(Person(agent), one, request.app[ACTIONS])
    except Refused:
        return False
    return True


class HandOverForm(PageForm):
    """Who has it from now on."""

    agent = StringField(N_("Agent"), default="", filters=[one_line])


@allowed(Right.BLOCK_BADGES)
async def show_one(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show a badge: whose it is and was, and what can be done with it."""
    return await _one_page(request, agent, await form_of(HandOverForm, request))


async def _one_page(
    request: web.Request, agent: Agent, form: HandOverForm, status: int = 200
) -> web.Response:
    actor, one, actions = Person(agent), _badge(request), request.app[ACTIONS]
    held = await acts.get(actor, one, actions)
    return await page(
        request,
        "badges/one.html",
        status=status,
        form=form,
        badge=held.badge,
        holder=held.holder,
        is_technicians=_is_technician(held.holder, request),
        cars=await acts.who_knows(actor, one, actions),
        history=await acts.history(actor, one, actions),
        valid_s=VALID_S,
    )


@allowed(Right.BLOCK_BADGES)
async def withdraw(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let a badge that was given back open nothing any more."""
    return await _done(request, agent, acts.withdraw, N_("Given back: it opens no car any more."))


@allowed(Right.BLOCK_BADGES)
async def find(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let a badge that was found open again."""
    text = N_("It is back in service: cars in coverage know within seconds.")
    return await _done(request, agent, acts.found, text)


async def _done(
    request: web.Request,
    agent: Agent,
    act: Callable[[Person, acts.OneBadge, Actions], Awaitable[acts.HeldBadge]],
    done: str,
) -> web.StreamResponse:
    await sent_form(PageForm, request)
    words = words_of(request)
    try:
        await act(Person(agent), _badge(request), request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason.kind is Kind.NOT_FOUND:
            raise
        await flash(request, "warning", say(refused.first, words))
    else:
        await flash(request, "success", words.say(done))
    raise web.HTTPSeeOther(f"/badges/{request.match_info['id']}")


@allowed(Right.BLOCK_BADGES)
async def hand_over(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let somebody else hold it from now on."""
    form = await sent_form(HandOverForm, request)
    holder, fault = await find_agent(request, form.agent.data or "")
    if holder is None:
        form.agent.errors = [fault]
        return await _one_page(request, agent, form, 422)
    wanted = acts.HandOver(badge_id=_badge(request).badge_id, agent_id=holder.agent_id)
    try:
        await acts.hand_over(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason.kind is Kind.NOT_FOUND:
            raise
        status = show_on(form, refused, {"agent_id": "agent"}, agent.agent_id)
        return await _one_page(request, agent, form, status)
    text = N_("%(who)s has this badge from now on.")
    await flash(request, "success", words_of(request).say(text, who=holder.full_name))
    raise web.HTTPSeeOther(f"/badges/{wanted.badge_id}")


@allowed(Right.BLOCK_BADGES)
async def show_block(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to block the badge."""
    held = await acts.get(Person(agent), _badge(request), request.app[ACTIONS])
    form = await form_of(PageForm, request)
    return await page(
        request,
        "badges/block.html",
        badge=held.badge,
        holder=held.holder,
        is_technicians=_is_technician(held.holder, request),
        form=form,
    )


@allowed(Right.BLOCK_BADGES)
async def block(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Block the badge, however often the button was pressed."""
    await sent_form(PageForm, request)
    held = await acts.block(Person(agent), _badge(request), request.app[ACTIONS])
    text = N_("A badge of %(who)s is blocked. The list says which cars know.")
    await flash(request, "success", words_of(request).say(text, who=held.holder.full_name))
    raise web.HTTPSeeOther(f"/badges?agent={held.holder.agent_id}")


def _is_technician(agent: Agent, request: web.Request) -> bool:
    now_s = request.app[CLOCK].now_s()
    return any(grant.role is Role.TECHNICIAN for grant in acting(agent, now_s).roles)


def _badge(request: web.Request) -> acts.OneBadge:
    """Return which badge this address is about."""
    return acts.OneBadge(badge_id=int(request.match_info["id"]))


ROUTES = (
    web.get("/badges", show_list),
    web.get("/badges/{id:[0-9]{1,18}}", show_one),
    web.post("/badges/{id:[0-9]{1,18}}/rendre", withdraw),
    web.post("/badges/{id:[0-9]{1,18}}/retrouver", find),
    web.post("/badges/{id:[0-9]{1,18}}/donner", hand_over),
    web.get("/badges/{id:[0-9]{1,18}}/bloquer", show_block),
    web.post("/badges/{id:[0-9]{1,18}}/bloquer", block),
)
