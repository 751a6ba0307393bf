"""Which trips, or which one, an address asks for: for the pages and the JSON API alike."""

from aiohttp import web
from wtforms import Form, ValidationError

from server.actions import Person
from server.actions import trips as acts
from server.app_keys import STORE
from server.fleet.model.people import Agent
from server.fleet.model.trips import TripFilter
from server.web.forms import ChoiceField, LocalDateField, number_or_none
from server.web.i18n import N_, words_of
from server.web.localtime import next_day_s


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
