"""The page "roles": who may do what, giving somebody a role, taking one back.

Never here: what a role allows (fleet/roles), who may give it (actions/roles.py).
"""

from typing import Any

from aiohttp import web
from wtforms import StringField

from server.actions import Person
from server.actions import roles as acts
from server.app_keys import ACTIONS, CLOCK
from server.fleet.accounts.giving_roles import MAX_REASON_LENGTH
from server.fleet.inputs import judged, one_line
from server.fleet.model.people import Agent
from server.fleet.refusals import Kind, Refused
from server.fleet.roles import GIVEN, Right
from server.web.auth import allowed
from server.web.forms import (
    ChoiceField,
    LocalDateField,
    PageForm,
    TicksField,
    form_of,
    sent_form,
)
from server.web.i18n import N_, words_of
from server.web.labels import ROLE_WORDS
from server.web.localtime import next_day_s
from server.web.refused import say, show_on
from server.web.render import flash, page

LIST = "/roles"
_PARTS = ("directorates", "sites", "cars")


class RoleForm(PageForm):
    """Which role somebody is given, where, for how long and why."""

    login = StringField(N_("Login"), default="", filters=[one_line])
    role = ChoiceField(N_("Role"), validate_choice=False)
    directorates = TicksField(N_("People of"), default=())
    sites = TicksField(N_("Cars of"), default=())
    cars = TicksField(N_("Single cars"), default=())
    from_s = LocalDateField(N_("From"))
    to_s = LocalDateField(N_("Until, that day too"))
    reason = StringField(
        N_("Why, or for which job"),
        default="",
        filters=[one_line],
        render_kw={"maxlength": MAX_REASON_LENGTH},
    )

    def offer(self) -> None:
        """Name the roles there are."""
        say_word = self.meta.words.say
        self.role.choices = [(role.value, say_word(ROLE_WORDS[role])) for role in GIVEN]

    def asked(self) -> acts.GiveRole:
        """Return it; raises Refused."""
        told: dict[str, Any] = {name: frozenset(map(_id, self[name].data)) for name in _PARTS}
        last_s = self.to_s.data
        told |= {word: self[word].data for word in ("login", "role", "from_s", "reason")}
        told["to_s"] = None if last_s is None else next_day_s(last_s, self.meta.words.timezone)
        return judged(acts.GiveRole, told)


@allowed(Right.SEE_ROLES)
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show who has which role."""
    form = await form_of(RoleForm, request)
    return await _list_page(request, agent, form, 200)


@allowed(Right.GIVE_ROLES)
async def give(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Give a role, or show the form again with each message beside its field."""
    form = await sent_form(RoleForm, request)
    form.offer()
    if not form.validate():
        return await _list_page(request, agent, form, 422)
    try:
        await acts.give(Person(agent), form.asked(), request.app[ACTIONS])
    except Refused as refused:
        status = show_on(form, refused, {}, agent.agent_id)
        # The page is there, also where the login is nobody's.
        return await _list_page(request, agent, form, 422 if status == 404 else status)
    await flash(request, "success", words_of(request).say(N_("The role is given.")))
    raise web.HTTPSeeOther(LIST)


@allowed(Right.GIVE_ROLES)
async def show_withdraw(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to take a role back."""
    held = await acts.get(Person(agent), _this(request), request.app[ACTIONS])
    form = await form_of(PageForm, request)
    return await page(request, "roles/withdraw.html", held=held, form=form)


@allowed(Right.GIVE_ROLES)
async def withdraw(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take it back."""
    await sent_form(PageForm, request)
    words = words_of(request)
    try:
        held = await acts.withdraw(Person(agent), _this(request), request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason.kind is not Kind.CONFLICT:
            raise
        await flash(request, "warning", say(refused.first, words))
    else:
        text = N_("%(who)s has this role no more.")
        await flash(request, "success", words.say(text, who=held.agent_name))
    raise web.HTTPSeeOther(LIST)


async def _list_page(
    request: web.Request, agent: Agent, form: RoleForm, status: int
) -> web.Response:
    actor, actions = Person(agent), request.app[ACTIONS]
    form.offer()
    parts = await acts.parts(actor, actions)
    held = await acts.log(actor, actions)
    now_s = request.app[CLOCK].now_s()
    return await page(
        request,
        "roles/list.html",
        status=status,
        form=form,
        roles=held,
        parts=parts,
        units={unit.directorate_id: unit.code for unit in parts.directorates},
        sites={site.site_id: site.name for site in parts.sites},
        plates={car.vehicle_id: car.plate for car in parts.cars},
        now_s=now_s,
    )


def _id(text: str) -> int:
    """Read a number of the page; what is none is that of nothing."""
    return int(text) if text.isdecimal() and len(text) <= 18 else 0


def _this(request: web.Request) -> acts.OneRole:
    return acts.OneRole(role_grant_id=int(request.match_info["id"]))


ROUTES = (
    web.get(LIST, show_list),
    web.post(LIST, give),
    web.get("/roles/{id:[0-9]{1,18}}/retirer", show_withdraw),
    web.post("/roles/{id:[0-9]{1,18}}/retirer", withdraw),
)
