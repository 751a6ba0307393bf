"""The page "badges": an agent's badges, and blocking one that was lost.

A badge is shown by the end of its UID alone. The page names the boxes that may still open for a
blocked one. Never here: what a box is told (the gateway), putting a badge back (the command line).
"""

from aiohttp import web
from wtforms import Form

from server.actions import Person
from server.actions import badges as acts
from server.app_keys import ACTIONS, STORE
from server.fleet.grants import VALID_S
from server.fleet.model import Agent, Box, EnrolledBadge
from server.web.auth import manager_only
from server.web.forms import ChoiceField, PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.pages import flash, page


class AgentChoice(Form):
    """Whose badges to show."""

    agent = ChoiceField(N_("Agent"), coerce=int)


@manager_only
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show one agent's badges, or else every blocked badge."""
    store = request.app[STORE]
    agents = await store.agents.all()
    form = AgentChoice(request.query, meta={"words": words_of(request)})
    form.agent.choices = [
        (one.agent_id, f"{one.full_name}, {one.directorate_code}") for one in agents
    ]
    names = {one.agent_id: one.full_name for one in agents}
    status, badges = 200, []
    if "agent" not in request.query:
        badges = await store.badges.revoked()
    elif form.validate():
        badges = await store.badges.of_agent(form.agent.data)
    else:
        status = 422
    waiting = {badge.badge_id: await _boxes_without(request, badge) for badge in badges}
    return await page(
        request,
        "badges.html",
        status=status,
        form=form,
        chosen=names.get(form.agent.data) if "agent" in request.query else None,
        names=names,
        badges=badges,
        waiting=waiting,
        valid_s=VALID_S,
        technicians={one.agent_id for one in agents if one.role == "technician"},
        any_waiting=any(waiting.values()),
    )


@manager_only
async def show_block(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to block the badge."""
    held = await acts.get(Person(agent), _badge(request), request.app[ACTIONS])
    form = await form_of(PageForm, request)
    return await page(request, "badge_block.html", badge=held.badge, holder=held.holder, form=form)


@manager_only
async def block(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Block the badge, however often the button was pressed."""
    await sent_form(PageForm, request)
    held = await acts.block(Person(agent), _badge(request), request.app[ACTIONS])
    text = N_("A badge of %(who)s is blocked. The cars are being told.")
    await flash(request, "success", words_of(request).say(text, who=held.holder.full_name))
    raise web.HTTPSeeOther(f"/badges?agent={held.holder.agent_id}")


def _badge(request: web.Request) -> acts.OneBadge:
    """Return which badge this address is about."""
    return acts.OneBadge(badge_id=int(request.match_info["id"]))


async def _boxes_without(request: web.Request, badge: EnrolledBadge) -> list[Box]:
    if badge.revoked_at_s is None:
        return []
    return await request.app[STORE].boxes.without(badge.badge_id)
