"""What is sent from "to do" about trips whose time or distance cannot be: whether they count."""

from aiohttp import web
from wtforms import HiddenField

from server.actions import Person
from server.actions import doubtful_trips as acts
from server.app_keys import ACTIONS
from server.fleet.inputs import judged
from server.fleet.model.people import Agent
from server.fleet.refusals import Kind, Refused
from server.fleet.roles import Right
from server.web.auth import allowed
from server.web.forms import PageForm, number_or_none, sent_form
from server.web.i18n import N_, words_of
from server.web.refused import say
from server.web.render import flash

_LIST = "/a-traiter"


class SettleForm(PageForm):
    """How long the trip was that was seen, and which of the two buttons was pressed."""

    distance_m = HiddenField()
    is_counted = HiddenField()


@allowed(Right.SETTLE_TRIPS)
async def settle(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let a trip count or not, under this person's name."""
    form = await sent_form(SettleForm, request)
    counts = form.is_counted.data == "1"
    told = {
        "trip_id": int(request.match_info["id"]),
        "distance_m": number_or_none(form.distance_m.data or "") or 0,
        "is_counted": counts,
    }
    words = words_of(request)
    try:
        trip = await acts.settle(Person(agent), judged(acts.Settle, told), request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason.kind not in (Kind.CONFLICT, Kind.NOT_FOUND):
            raise
        await flash(request, "warning", say(refused.first, words))
    else:
        text = (
            N_("%(plate)s: this trip counts.")
            if counts
            else N_("%(plate)s: this trip is in no total.")
        )
        await flash(request, "success", words.say(text, plate=trip.plate))
    raise web.HTTPSeeOther(_LIST)


ROUTES = (web.post(f"{_LIST}/trajets/{{id:[0-9]{{1,18}}}}", settle),)
