"""The pages "trip log" and one trip. An agent sees their own trips, others as far as they manage.

Newest trips and a trip under way refresh themselves: htmx fetches the page again and swaps the part
that moves; the page of one trip stops asking once it has ended. Never here: how kilometres are
counted.
"""

from dataclasses import replace

from aiohttp import web

from server.actions import Person, feedback
from server.actions import trips as acts
from server.actions.actor import reach_of
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet.lateness import late_s
from server.fleet.model.people import Agent
from server.fleet.model.trips import Trip
from server.fleet.roles import Right
from server.web.auth import signed_in
from server.web.paging import PAGE_SIZE, RECORDS_PAGE_SIZE, before_of, record_before_of
from server.web.render import page
from server.web.trip_log import filter_for, filter_form, this_trip

# The page shows so many records, the newest, unless asked for all, page by page.
RECORDS_SHOWN = 20
# Without a first day the total of the log is that of a year: it must not grow with the years.
TOTALS_S = 366 * 24 * 3600


def _refresh_s(trips: list[Trip]) -> int:
    """Return how often the newest trips look for news: a trip may also begin at any time."""
    return 5 if any(trip.state != "ended" for trip in trips) else 15


@signed_in
async def show_log(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the newest trips that match, with the total of all that match."""
    form = await filter_form(request)
    before = before_of(request)
    if not form.validate():
        return await page(
            request,
            "trips/log.html",
            status=422,
            form=form,
            trips=None,
            waiting=0,
            scope=reach_of(Person(agent), Right.SEE_TRIPS),
        )
    wanted = filter_for(agent, form)
    store = request.app[STORE]
    seen = reach_of(Person(agent), Right.SEE_FEEDBACK)
    waiting, damaged = (0, 0) if seen is None else await store.feedback.waiting(seen)
    trips = await store.trips.log(wanted, limit=PAGE_SIZE, before_id=before)
    older = request.rel_url.update_query(before=str(trips[-1].trip_id)) if trips else None
    now_s = request.app[CLOCK].now_s()
    counted = wanted
    if wanted.from_s is None:
        counted = replace(wanted, from_s=(wanted.to_s or now_s) - TOTALS_S)
    return await page(
        request,
        "trips/log.html",
        form=form,
        filtered=any(request.query.values()),
        trips=trips,
        scope=reach_of(Person(agent), Right.SEE_TRIPS),
        waiting=waiting,
        damaged=damaged,
        late_of={trip.trip_id: late_s(trip, now_s) for trip in trips},
        totals=await store.trips.totals(counted),
        of_a_year=counted is not wanted,
        refresh_s=_refresh_s(trips) if before is None else None,
        older=older if len(trips) == PAGE_SIZE else None,
    )


@signed_in
async def show_trip(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show one trip with its legs and records, the newest record first."""
    actor, actions, asked = Person(agent), request.app[ACTIONS], this_trip(request)
    size = RECORDS_PAGE_SIZE if "all" in request.query else RECORDS_SHOWN
    view = await acts.view(actor, asked, actions, size, record_before_of(request))
    if view.feedback is not None:
        await feedback.note_read(actor, asked, actions)
    records = view.detail.records[::-1]
    older = None
    if "all" in request.query and len(records) == RECORDS_PAGE_SIZE:
        older = f"{request.path}?all&before={records[-1].epoch}.{records[-1].seq}#records"
    store, trip = request.app[STORE], view.detail.trip
    at_s = trip.started_at_s if trip.ended_at_s is None else trip.ended_at_s
    return await page(
        request,
        "trips/trip.html",
        view=view,
        trip=trip,
        site_name=await store.vehicles.site_at(trip.vehicle_id, at_s),
        equipment_names={e.code: e.name for e in await store.equipment.all()},
        records=records,
        older=older,
    )


ROUTES = (
    web.get("/trajets", show_log),
    web.get("/trajets/{id:[0-9]{1,18}}", show_trip),
)
