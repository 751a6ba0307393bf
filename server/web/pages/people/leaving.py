"""The page on which somebody leaves: what they booked is given to others or cancelled, at once.

Never here: what keeps somebody from taking a booking over.
"""

from typing import Any

from aiohttp import web
from wtforms import BooleanField, StringField

from server.actions import Person
from server.actions.people import leaving as acts
from server.app_keys import ACTIONS, STORE
from server.fleet.inputs import one_line
from server.fleet.model.bookings import Booking
from server.fleet.model.people import Agent
from server.fleet.refusals import Refused
from server.web.auth import manager_only
from server.web.forms import PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.pages.people.persons import LIST, one_of
from server.web.refused import STATUS_OF_PAGE, say
from server.web.render import flash, page

_OFFERED = {"list": "people"}  # of the page's datalist


def _form_for(bookings: tuple[Booking, ...]) -> type[PageForm]:
    """Return a form that asks of each of these bookings who takes it, or whether it is cancelled.

    `everything` stands for those of which nothing is said.
    """
    fields: dict[str, Any] = {
        "everything": StringField(
            N_("Who takes over all the others"), filters=[one_line], render_kw=_OFFERED
        ),
    }
    for booking in bookings:
        number = booking.booking_id
        fields[f"taker_{number}"] = StringField(
            N_("Who takes it over"), filters=[one_line], render_kw=_OFFERED
        )
        fields[f"cancel_{number}"] = BooleanField(N_("Cancel it"))
    return type("LeaveForm", (PageForm,), fields)


@manager_only
async def show(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Say what they have booked, and ask who takes it over."""
    about = await acts.about(Person(agent), one_of(request), request.app[ACTIONS])
    form = await form_of(_form_for(about.bookings), request)
    return await _leave_page(request, about, form, 200)


@manager_only
async def leave(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Close the account and hand all of it over, or show what is in the way."""
    about = await acts.about(Person(agent), one_of(request), request.app[ACTIONS])
    form = await sent_form(_form_for(about.bookings), request)
    takers: dict[int, str] = {}
    for booking in about.bookings:
        number = booking.booking_id
        taker = form[f"taker_{number}"].data or form["everything"].data
        if form[f"cancel_{number}"].data:
            takers[number] = ""
        elif taker:
            takers[number] = taker
    try:
        asked = acts.Leave(agent_id=about.agent.agent_id, takers=takers)
        gone = await acts.leave(Person(agent), asked, request.app[ACTIONS])
    except Refused as refused:
        for each in refused.refusals:
            name = f"taker_{each.field}"
            if name not in form:
                raise  # made since this page was shown
            form[name].errors = [*form[name].errors, say(each, words_of(request))]
        return await _leave_page(request, about, form, STATUS_OF_PAGE[refused.first.reason.kind])
    text = N_("The account of %(who)s is closed: no sign-in, no booking, no badge.")
    await flash(request, "success", words_of(request).say(text, who=gone.full_name))
    raise web.HTTPSeeOther(f"{LIST}/{gone.agent_id}")


async def _leave_page(
    request: web.Request, about: acts.Leaving, form: PageForm, status: int
) -> web.Response:
    everybody = await request.app[STORE].agents.all() if about.bookings else []
    logins = [
        each
        for each in everybody
        if each.closed_at_s is None and each.agent_id != about.agent.agent_id
    ]
    return await page(
        request, "people/leave.html", status=status, form=form, about=about, people=logins
    )


ROUTES = (
    web.get(f"{LIST}/{{id:[0-9]{{1,18}}}}/depart", show),
    web.post(f"{LIST}/{{id:[0-9]{{1,18}}}}/depart", leave),
)
