"""The page on which the right to book is given, and the button that withdraws it.

Never here: what it covers (fleet/people/rights.py).
"""

from aiohttp import web

from server.actions import Person
from server.actions.people import register
from server.actions.people import rights as acts
from server.app_keys import ACTIONS, AGENT, CLOCK
from server.fleet.inputs import judged
from server.fleet.model.people import Agent
from server.fleet.refusals import Refused
from server.web.auth import manager_only
from server.web.forms import LocalDateField, PageForm, TicksField, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.localtime import next_day_s
from server.web.pages.people.persons import LIST, one_of
from server.web.refused import show_on
from server.web.render import flash, page

_KINDS = ("directorates", "sites", "groups")


class RightForm(PageForm):
    """From which day to which, and what for."""

    from_s = LocalDateField(N_("From this day on"))
    to_s = LocalDateField(N_("Until this day, included"))
    directorates = TicksField(N_("While of these directorates"), default=())
    sites = TicksField(N_("Cars of these sites"), default=())
    groups = TicksField(N_("Cars of these groups"), default=())


@manager_only
async def show_give(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask what for, and from when."""
    form = await form_of(RightForm, request, from_s=request.app[CLOCK].now_s())
    return await _give_page(request, form, 200)


@manager_only
async def give(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Give the right, or show the form again."""
    form, words = await sent_form(RightForm, request), words_of(request)
    form.validate()
    number = one_of(request).agent_id
    until_s = form.to_s.data
    told = {
        "agent_id": number,
        "from_s": form.from_s.data,
        "to_s": None if until_s is None else next_day_s(until_s, words.timezone),
        **{kind: _numbers(form[kind].data) for kind in _KINDS},
    }
    # A day that cannot be read is refused beside its field, and never taken for none.
    unread = any(form[word].errors for word in ("from_s", "to_s"))
    try:
        asked = judged(acts.GiveRight, told)
        if unread:
            return await _give_page(request, form, 422)
        await acts.give(Person(agent), asked, request.app[ACTIONS])
    except Refused as refused:
        if any(each.field not in form for each in refused.refusals):
            raise
        return await _give_page(request, form, show_on(form, refused, {}, agent.agent_id))
    await flash(request, "success", words.say(N_("The right to book is given.")))
    raise web.HTTPSeeOther(f"{LIST}/{number}#rights")


@manager_only
async def withdraw(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Withdraw a right; bookings that stand stay."""
    await sent_form(PageForm, request)
    number = one_of(request).agent_id
    one = acts.OneRight(agent_id=number, right_id=int(request.match_info["right"]))
    await acts.withdraw(Person(agent), one, request.app[ACTIONS])
    text = N_("The right to book is withdrawn. What is booked already stays booked.")
    await flash(request, "success", words_of(request).say(text))
    raise web.HTTPSeeOther(f"{LIST}/{number}#rights")


async def _give_page(request: web.Request, form: RightForm, status: int) -> web.Response:
    actor, actions = Person(request[AGENT]), request.app[ACTIONS]
    found = await register.get(actor, one_of(request), actions)
    scopes = await acts.scopes(actions)
    return await page(
        request, "people/right.html", status=status, form=form, person=found.agent, scopes=scopes
    )


def _numbers(ticked: tuple[str, ...]) -> tuple[int, ...]:
    """Read which boxes were ticked; what we did not offer is no number of ours."""
    return tuple(int(t) if t.isdecimal() and t.isascii() and len(t) <= 18 else -1 for t in ticked)


ROUTES = (
    web.get(f"{LIST}/{{id:[0-9]{{1,18}}}}/droit", show_give),
    web.post(f"{LIST}/{{id:[0-9]{{1,18}}}}/droit", give),
    web.post(f"{LIST}/{{id:[0-9]{{1,18}}}}/droits/{{right:[0-9]{{1,18}}}}/retirer", withdraw),
)
