"""The page "end the trip": its driver, or a manager, asks the box to end it; or takes that back.

The box decides: of its driver's wish as of a badge that is held, of anybody else's when nobody is
locked out by it. The page of the trip shows what became of it. Never here: who may ask
(actions/trips.py), how long that is worth carrying out (fleet/commands.py).
"""

from aiohttp import web

from server.actions import Person
from server.actions import trips as acts
from server.app_keys import ACTIONS
from server.fleet.commands import VALID_S
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import Right
from server.web.auth import allowed, signed_in
from server.web.forms import PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.refused import say
from server.web.render import flash, page
from server.web.trip_log import this_trip

_WITHOUT_KEYS = "without_keys"


@signed_in
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to end the trip, and say what it takes."""
    try:
        offer = await acts.to_end(Person(agent), this_trip(request), request.app[ACTIONS])
    except Refused as refused:
        raise await _not_now(request, refused) from None
    minutes = VALID_S["end-trip"] // 60
    form = await form_of(PageForm, request)
    return await page(request, "trips/end.html", offer=offer, form=form, minutes=minutes)


@signed_in
async def end(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask the box, once however often the button was pressed."""
    await sent_form(PageForm, request)
    trip_id, without_keys = this_trip(request).trip_id, _WITHOUT_KEYS in await request.post()
    asked = acts.EndTrip(trip_id=trip_id, without_keys=without_keys)
    try:
        await acts.end(Person(agent), asked, request.app[ACTIONS])
    except Refused as refused:
        raise await _not_now(request, refused) from None
    text = N_("The car is being asked to end the trip; what becomes of it shows below.")
    await flash(request, "success", words_of(request).say(text))
    raise web.HTTPSeeOther(f"/trajets/{trip_id}")


async def _not_now(request: web.Request, refused: Refused) -> Exception:
    """Return where a trip leads whose end cannot be asked for, or withdrawn: to its page."""
    if refused.first.reason not in (Reason.TRIP_OVER, Reason.NOTHING_TO_WITHDRAW):
        return refused
    await flash(request, "warning", say(refused.first, words_of(request)))
    return web.HTTPSeeOther(f"/trajets/{this_trip(request).trip_id}")


@allowed(Right.END_TRIPS)
async def show_withdrawal(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether somebody else's end is not wanted any more."""
    try:
        end = await acts.to_withdraw(Person(agent), this_trip(request), request.app[ACTIONS])
    except Refused as refused:
        raise await _not_now(request, refused) from None
    form = await form_of(PageForm, request)
    return await page(request, "trips/withdraw_end.html", end=end, form=form)


@allowed(Right.END_TRIPS)
async def withdraw(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Tell the car that it is not."""
    await sent_form(PageForm, request)
    try:
        await acts.withdraw_end(Person(agent), this_trip(request), request.app[ACTIONS])
    except Refused as refused:
        raise await _not_now(request, refused) from None
    text = N_("The end is withdrawn; the car is told as soon as it is in coverage.")
    await flash(request, "success", words_of(request).say(text))
    raise web.HTTPSeeOther(f"/trajets/{this_trip(request).trip_id}")


ROUTES = (
    web.get("/trajets/{id:[0-9]{1,18}}/terminer", show_form),
    web.post("/trajets/{id:[0-9]{1,18}}/terminer", end),
    web.get("/trajets/{id:[0-9]{1,18}}/retirer", show_withdrawal),
    web.post("/trajets/{id:[0-9]{1,18}}/retirer", withdraw),
)
