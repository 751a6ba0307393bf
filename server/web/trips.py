"""The pages "trip log" and one trip. A manager sees every trip, an agent their own.

Newest trips and a trip under way refresh themselves: htmx fetches the page again and swaps the part
that moves; the page of one trip stops asking once it has ended. Never here: how kilometres are
counted.
"""

import re
from dataclasses import replace

from aiohttp import web
from wtforms import Form, ValidationError

from server.actions import Person, feedback
from server.actions import trips as acts
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet.lateness import late_s
from server.fleet.model import Agent, Trip, TripFilter
from server.web.auth import signed_in
from server.web.forms import ChoiceField, LocalDateField
from server.web.i18n import N_, words_of
from server.web.localtime import next_day_s
from server.web.pages import page

PAGE_SIZE = 25
# A long trip has thousands of records: the page shows the newest, or all by pages.
RECORDS_SHOWN = 20
RECORDS_PAGE_SIZE = 200
# Without a first day the total of the log is that of a year: it must not grow with the years.
TOTALS_S = 366 * 24 * 3600
_ID = re.compile(r"[0-9]{1,18}")
_RECORD = re.compile(r"([0-9]{1,5})\.([0-9]{1,10})")


def _refresh_s(trips: list[Trip]) -> int:
    """Return how often the newest trips look for news: a trip may also begin at any time."""
    return 5 if any(trip.state != "ended" for trip in trips) else 15


def number_or_none(text: str | None) -> int | None:
    """Read what a list offers; its first choice stands for nothing chosen."""
    return int(text) if text else None


class LogFilter(Form):
    """Which trips to show; every field may be empty."""

    vehicle = ChoiceField(N_("Car"), coerce=number_or_none, default=None)
    directorate = ChoiceField(N_("Directorate"), coerce=number_or_none, default=None)
    since = LocalDateField(N_("From"))
    until = LocalDateField(N_("Until"))

    def validate_until(self, field: LocalDateField) -> None:
        """Refuse an end before the beginning."""
        if field.data is not None and self.since.data is not None and field.data < self.since.data:
            raise ValidationError(self.meta.words.say(N_("This day comes before the first one.")))


def before_of(request: web.Request, name: str = "before") -> int | None:
    """Return the id the page of a long list begins after: `before`, where the newest comes first.

    Raises:
        HTTPBadRequest: it is no id.
    """
    text = request.query.get(name)
    if text is None:
        return None
    if _ID.fullmatch(text) is None:
        raise web.HTTPBadRequest
    return int(text)


def _record_before(request: web.Request) -> tuple[int, int] | None:
    """Return (epoch, seq) of the record the page begins after; raises HTTPBadRequest."""
    text = request.query.get("before")
    if text is None:
        return None
    found = _RECORD.fullmatch(text)
    if found is None:
        raise web.HTTPBadRequest
    return int(found[1]), int(found[2])


async def filter_form(request: web.Request) -> LogFilter:
    """Read the filter from the address."""
    words = words_of(request)
    form = LogFilter(request.query, meta={"words": words})
    store = request.app[STORE]
    everyone = ("", words.say(N_("All")))
    form.vehicle.choices = [everyone] + [
        (str(car.vehicle_id), f"{car.label}, {car.plate}") for car in await store.vehicles.all()
    ]
    form.directorate.choices = [everyone] + [
        (str(unit.directorate_id), f"{unit.code}, {unit.name}")
        for unit in await store.directorates.all()
    ]
    return form


def filter_for(agent: Agent, form: LogFilter) -> TripFilter:
    """Return the store's filter for a valid form, narrowed to what this person may see."""
    until_s, timezone = form.until.data, form.meta.words.timezone
    wanted = TripFilter(
        vehicle_id=form.vehicle.data,
        directorate_id=form.directorate.data,
        from_s=form.since.data,
        to_s=None if until_s is None else next_day_s(until_s, timezone),
    )
    return acts.narrowed(Person(agent), wanted)


def this_trip(request: web.Request) -> acts.OneTrip:
    """Return which trip this address is about."""
    return acts.OneTrip(trip_id=int(request.match_info["id"]))


@signed_in
async def show_log(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the newest trips that match, with the total of all that match."""
    form = await filter_form(request)
    before = before_of(request)
    if not form.validate():
        return await page(request, "trips.html", status=422, form=form, trips=None, waiting=0)
    wanted = filter_for(agent, form)
    store = request.app[STORE]
    waiting, damaged = await store.feedback.waiting() if agent.role == "manager" else (0, 0)
    trips = await store.trips.log(wanted, limit=PAGE_SIZE, before_id=before)
    older = request.rel_url.update_query(before=str(trips[-1].trip_id)) if trips else None
    now_s = request.app[CLOCK].now_s()
    counted = wanted
    if wanted.from_s is None:
        counted = replace(wanted, from_s=(wanted.to_s or now_s) - TOTALS_S)
    return await page(
        request,
        "trips.html",
        form=form,
        filtered=any(request.query.values()),
        trips=trips,
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
    view = await acts.view(actor, asked, actions, size, _record_before(request))
    if view.feedback is not None:
        await feedback.note_read(actor, asked, actions)
    records = view.detail.records[::-1]
    older = None
    if "all" in request.query and len(records) == RECORDS_PAGE_SIZE:
        older = f"{request.path}?all&before={records[-1].epoch}.{records[-1].seq}#records"
    return await page(
        request,
        "trip.html",
        view=view,
        trip=view.detail.trip,
        equipment_names={e.code: e.name for e in await request.app[STORE].equipment.all()},
        records=records,
        older=older,
    )
