"""The pages "cars": the list by how each stands, one car with all that is known, adding, changing.

Never here: its leaving and its box (leaving.py), out of service (service.py).
"""

from dataclasses import replace
from zoneinfo import ZoneInfo

from aiohttp import web
from wtforms import BooleanField, SelectField, StringField

from server.actions import Person
from server.actions.pool import cars as acts
from server.actions.pool import overview, service
from server.actions.pool import sites as site_acts
from server.actions.told import of_bookings
from server.app_keys import ACTIONS, STORE
from server.fleet.inputs import judged, one_line
from server.fleet.model.bookings import Vehicle
from server.fleet.model.people import Agent
from server.fleet.model.trips import TripFilter
from server.fleet.pool import MOST_LETTERS, Place, stamp
from server.fleet.refusals import Refused
from server.web.auth import manager_only
from server.web.forms import form_of, sent_form
from server.web.i18n import N_, Words, words_of
from server.web.labels import CAR_STATES
from server.web.pages.pool.forms import SeenForm, chosen_id, show_refused
from server.web.paging import before_of
from server.web.render import flash, page

LIST = "/voitures"
_PAGE_SIZE = 50
_TRIPS, _BOOKINGS = 5, 25
_RETIRED = "retirees"
# In the address of the list: which cars.
_STATES: dict[str, overview.CarState] = {
    "disponibles": "free",
    "en-trajet": "trip",
    "en-retard": "late",
    "immobilisees": "out",
    "muettes": "silent",
    "sans-boitier": "no_box",
}
_FIELDS = {"site_id": "site"}


class CarForm(SeenForm):
    """What a car is."""

    plate = StringField(N_("Plate"), filters=[one_line], render_kw={"maxlength": MOST_LETTERS})
    label = StringField(N_("Model"), filters=[one_line], render_kw={"maxlength": MOST_LETTERS})
    site = SelectField(N_("Site"), coerce=chosen_id, validate_choice=False)
    walk_up = BooleanField(N_("Without booking"))
    private_use = BooleanField(N_("Private use"))


@manager_only
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the cars, all or those that stand alike, page by page."""
    wanted = request.query.get("etat", "")
    actions, after = request.app[ACTIONS], before_of(request, "after")
    known = await overview.cars_now(Person(agent), actions)
    counts = {state: sum(each.state == state for each in known) for state in _STATES.values()}
    chosen = wanted if wanted in (*_STATES, _RETIRED) else ""
    if chosen == _RETIRED:
        listed = await actions.store.vehicles.page(_PAGE_SIZE + 1, after, "retired")
        shown = [await overview.car_now(Person(agent), car, actions) for car in listed]
    else:
        state = _STATES.get(chosen)
        ids = [each.car.vehicle_id for each in known]
        begin = ids.index(after) + 1 if after in ids else 0
        shown = [each for each in known[begin:] if state in (None, each.state)]
    following = None
    if len(shown) > _PAGE_SIZE:
        last = shown[_PAGE_SIZE - 1].car.vehicle_id
        following = f"{LIST}?etat={chosen}&after={last}"
    return await page(
        request,
        "pool/cars.html",
        cars=shown[:_PAGE_SIZE],
        count=len(known),
        chosen=chosen,
        retired=_RETIRED,
        filters=[(name, CAR_STATES[state], counts[state]) for name, state in _STATES.items()],
        following=following,
    )


@manager_only
async def show(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show one car: what it is, what is known of it, what is booked, what was."""
    actions, person = request.app[ACTIONS], Person(agent)
    store = actions.store
    car = await acts.get(person, one(request), actions)
    place = await store.sites.get(car.site_id)
    to_come = await acts.bookings_to_come(person, one(request), actions)
    known = await of_bookings(to_come[:_BOOKINGS], actions)
    return await page(
        request,
        "pool/car.html",
        car=car,
        now=await overview.car_now(person, car, actions),
        place=place,
        local=local_words(request, place),
        is_elsewhere=_zone_of(place) not in (None, words_of(request).timezone.key),
        boxes=await store.boxes.of_cars([car.vehicle_id]),
        groups=[g for g in await store.groups.all() if car.vehicle_id in g.vehicle_ids],
        former_plates=await store.vehicles.former_plates(car.vehicle_id),
        former_sites=(await store.vehicles.sites_of(car.vehicle_id))[1:],
        bookings=list(zip(to_come, (state for _, state in known), strict=False)),
        more_bookings=len(to_come) > _BOOKINGS,
        in_the_way=await service.in_the_way(person, car.vehicle_id, actions),
        times=await service.times(person, car.vehicle_id, actions),
        trips=await store.trips.log(TripFilter(vehicle_id=car.vehicle_id), limit=_TRIPS),
        form=await form_of(SeenForm, request),
    )


@manager_only
async def show_add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form for a new car."""
    return await _form_page(request, await form_of(CarForm, request), None)


@manager_only
async def add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take a car into the pool, or show the form with what is in the way."""
    form = await sent_form(CarForm, request)
    try:
        wanted = judged(acts.AddCar, _words(form))
        car = await acts.add(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        status = await show_refused(request, form, refused, _FIELDS, agent.agent_id)
        return await _form_page(request, form, None, status)
    text = N_("%(car)s is in the pool. A box is made for it with: voiturier box add.")
    await flash(request, "success", words_of(request).say(text, car=car.plate))
    raise web.HTTPSeeOther(f"{LIST}/{car.vehicle_id}")


@manager_only
async def show_change(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form filled with what a car is."""
    car = await acts.get(Person(agent), one(request), request.app[ACTIONS])
    filled = {"plate": car.plate, "label": car.label, "site": car.site_id}
    flags = {"walk_up": car.walk_up, "private_use": car.private_use}
    form = await form_of(CarForm, request, **filled, **flags)
    return await _form_page(request, form, car)


@manager_only
async def change(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Change a car, or show the form with what is in the way."""
    form, person, actions = await sent_form(CarForm, request), Person(agent), request.app[ACTIONS]
    vehicle_id = one(request).vehicle_id
    try:
        words = _words(form) | {"vehicle_id": vehicle_id, "seen": form.seen.data or None}
        await acts.change(person, judged(acts.ChangeCar, words), actions)
    except Refused as refused:
        status = await show_refused(request, form, refused, _FIELDS, agent.agent_id)
        return await _form_page(
            request, form, await acts.get(person, one(request), actions), status
        )
    await flash(request, "success", words_of(request).say(N_("The changes are kept.")))
    raise web.HTTPSeeOther(f"{LIST}/{vehicle_id}")


def one(request: web.Request) -> acts.OneCar:
    """Return which car this address is about."""
    return acts.OneCar(vehicle_id=int(request.match_info["id"]))


def local_words(request: web.Request, place: Place | None) -> Words:
    """Return the person's words in the hours of a site."""
    zone = _zone_of(place)
    words = words_of(request)
    return words if zone is None else replace(words, timezone=ZoneInfo(zone))


async def words_at(request: web.Request, agent: Agent, car: Vehicle) -> Words:
    """Return the person's words in the hours of a car's site."""
    wanted = site_acts.OneSite(site_id=car.site_id)
    return local_words(request, await site_acts.get(Person(agent), wanted, request.app[ACTIONS]))


def _zone_of(place: Place | None) -> str | None:
    return None if place is None else place.timezone


def _words(form: CarForm) -> dict[str, object]:
    texts = {"plate": form.plate.data or "", "label": form.label.data or ""}
    flags = {"walk_up": form.walk_up.data, "private_use": form.private_use.data}
    return {**texts, **flags, "site_id": form.site.data}


async def _form_page(
    request: web.Request, form: CarForm, car: Vehicle | None, status: int = 200
) -> web.Response:
    places = await request.app[STORE].sites.all()
    form.site.choices = [
        (place.site_id, place.name)
        for place in places
        if place.retired_at_s is None or (car and place.site_id == car.site_id)
    ]
    return await page(
        request, "pool/car_form.html", status=status, form=form, car=car, seen=stamp(car)
    )


ROUTES = (
    web.get(LIST, show_list),
    web.get(f"{LIST}/nouvelle", show_add),
    web.post(f"{LIST}/nouvelle", add),
    web.get(LIST + "/{id:[0-9]{1,18}}", show),
    web.get(LIST + "/{id:[0-9]{1,18}}/modifier", show_change),
    web.post(LIST + "/{id:[0-9]{1,18}}/modifier", change),
)
