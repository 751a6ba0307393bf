"""The page "end the trip": its driver, or a manager, asks the box to end it.

The box decides, as it would for a badge that is held; the page of the trip shows what became of
it. Never here: how long a request is worth carrying out (fleet/commands.py).
"""

from aiohttp import web

from server.app_keys import CLOCK, NOTIFY, STORE
from server.fleet.commands import VALID_S
from server.fleet.model import Agent, CommandKind, Trip
from server.web.auth import signed_in
from server.web.forms import PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.pages import flash, page
from server.web.trips import open_trip

_WITHOUT_KEYS = "without_keys"


@signed_in
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to end the trip, and say what it takes."""
    trip = await _under_way(request, agent)
    minutes = VALID_S["end-trip"] // 60
    form = await form_of(PageForm, request)
    return await page(request, "trip_end.html", trip=trip, form=form, minutes=minutes)


@signed_in
async def end(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Queue the request and wake the box; asking twice is asking once."""
    await sent_form(PageForm, request)
    trip = await _under_way(request, agent)
    kind: CommandKind = "end-trip"
    if _WITHOUT_KEYS in await request.post():
        if agent.role != "manager":
            raise web.HTTPForbidden
        kind = "end-trip-without-keys"
    now_s = request.app[CLOCK].now_s()
    store = request.app[STORE]
    order = await store.commands.end_order(trip.trip_id, now_s)
    if order is None or order.kind != kind or order.state not in ("queued", "pending"):
        boxes = {box.vehicle_id: box.box_id for box in await store.boxes.all()}
        box_id = boxes[trip.vehicle_id]  # a box that is replaced has no trip under way
        await store.commands.queue(box_id, kind, now_s, now_s + VALID_S[kind])
        request.app[NOTIFY](box_id)
    text = N_("The car is being asked to end the trip; what becomes of it shows below.")
    await flash(request, "success", words_of(request).say(text))
    raise web.HTTPSeeOther(_address(trip))


async def _under_way(request: web.Request, agent: Agent) -> Trip:
    """Return the trip of this address while it lasts; afterwards its page says how it ended."""
    trip = (await open_trip(request, agent)).trip
    if trip.state == "ended":
        await flash(request, "warning", words_of(request).say(N_("This trip is already over.")))
        raise web.HTTPSeeOther(_address(trip))
    return trip


def _address(trip: Trip) -> str:
    return f"/trajets/{trip.trip_id}"
