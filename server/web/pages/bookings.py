"""The pages "my bookings": list, create, cancel. Undoing a cancellation is booking again.

Never here: what becomes of a request (actions/bookings.py), its change (rebooking.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired

from server.actions import Actions, Person
from server.actions import bookings as acts
from server.actions.offers import free_equipment, free_vehicles, offers_for
from server.actions.told import of_bookings
from server.app_keys import ACTIONS, AGENT, CLOCK, STORE
from server.fleet.bookings import MAX_PURPOSE_LENGTH, Journey, phase
from server.fleet.inputs import judged, one_line
from server.fleet.model.bookings import Booking, Vehicle, Window
from server.fleet.model.people import Agent
from server.fleet.model.trips import PendingWish, Trip
from server.fleet.recurrence import MAX_WEEKS
from server.fleet.refusals import Kind, Reason, Refusal, Refused
from server.store import Store
from server.web.auth import signed_in
from server.web.entry import notice_before
from server.web.forms import (
    ChoiceField,
    LocalTimeField,
    PageForm,
    StalePage,
    TicksField,
    form_of,
    keep_draft,
    posted,
    sent_form,
)
from server.web.i18n import N_, Words, words_of
from server.web.paging import PAGE_SIZE, before_of
from server.web.refused import say, show_on
from server.web.render import STALE, flash, page
from server.web.told import name_of, names_before, what_cars_know, zones_elsewhere

LIST = "/reservations"
_HOUR_S = 3600
_TOLD_AFTER_S = 120
_LATELY_S = 24 * 3600


def _number(text: str | int | None) -> str | int | None:
    """Read a whole number; None for nothing. What is none stays, to be judged."""
    digits = "".join(str(text or "").split())
    return int(digits) if digits.isdecimal() and len(digits) <= 18 else digits or None


class BookingForm(PageForm):
    """What an agent asks for; whether that can be is for the request to say."""

    vehicle = ChoiceField(N_("Car"), coerce=int, validate_choice=False)
    start = LocalTimeField(N_("Start"), validators=[InputRequired(N_("When do you leave?"))])
    end = LocalTimeField(N_("End"), validators=[InputRequired(N_("When are you back?"))])
    weeks = ChoiceField(N_("Repeat"), coerce=int, default=1, validate_choice=False)
    equipment = TicksField(N_("Equipment"), default=())
    purpose = StringField(
        N_("Purpose"),
        filters=[one_line],
        render_kw={"maxlength": MAX_PURPOSE_LENGTH},
    )
    planned_km = StringField(
        N_("Planned kilometres"), filters=[_number], render_kw={"inputmode": "numeric"}
    )
    private = BooleanField(N_("Private use"))

    def fill_lists(self, vehicles: list[Vehicle], name: Callable[[Vehicle], str] = name_of) -> None:
        """Offer these cars by their names, and how often the booking is repeated."""
        say = self.meta.words.say
        self.weeks.choices = [(1, say(N_("Only once")))] + [
            (weeks, say(N_("%(weeks)s weeks running, at the same hours"), weeks=weeks))
            for weeks in range(2, MAX_WEEKS + 1)
        ]
        self.vehicle.choices = [(car.vehicle_id, name(car)) for car in vehicles]

    def asked_for(self) -> dict[str, Any]:
        """Return what was filled in, in the words of the request."""
        word_of = {field: word for word, field in _FIELDS.items()}
        given = {name: value for name, value in self.data.items() if name != "csrf_token"}
        return {word_of.get(name, name): value for name, value in given.items()}


# Word of the request -> field of the form, where these differ.
_FIELDS = {"vehicle_id": "vehicle", "starts_at_s": "start", "ends_at_s": "end"}


@signed_in
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what is booked, then what is over, each page by page, with the kilometres of each."""
    store, now_s = request.app[STORE], request.app[CLOCK].now_s()
    after, before = before_of(request, "after"), before_of(request)
    coming = await store.bookings.coming(agent.agent_id, now_s, PAGE_SIZE + 1, after)
    over = await store.bookings.over(agent.agent_id, now_s, PAGE_SIZE + 1, before)
    upcoming, past = coming[:PAGE_SIZE], over[:PAGE_SIZE]
    later = f"{LIST}?after={upcoming[-1].booking_id}" if len(coming) > PAGE_SIZE else None
    older = f"{LIST}?before={past[-1].booking_id}#past" if len(over) > PAGE_SIZE else None
    trips = await store.trips.of_bookings(booking.booking_id for booking in upcoming + past)
    own = [trip for trip in trips if trip.agent_id == agent.agent_id]
    trips_of: dict[int | None, list[Trip]] = {}
    for trip in own:
        trips_of.setdefault(trip.booking_id, []).append(trip)
    offers = await offers_for(Person(agent), upcoming, request.app[ACTIONS])
    cars = {car.vehicle_id: car for car in await store.vehicles.all()}
    words, elsewhere = words_of(request), await zones_elsewhere(request)
    phase_of = {booking.booking_id: phase(booking, False, now_s) for booking in past}
    phase_of |= {booking_id: offer.phase for booking_id, offer in offers.items()}
    return await page(
        request,
        "bookings/list.html",
        upcoming=upcoming,
        past=past,
        later=later,
        older=older,
        offers=offers,
        phase_of=phase_of,
        form=await form_of(PageForm, request),
        name_of=name_of,
        equipment_names={e.code: e.name for e in await store.equipment.all()},
        decisions=await store.bookings.decisions(b.booking_id for b in upcoming + past),
        now_s=now_s,
        answers=await store.feedback.unread_answers(agent.agent_id),
        trips_of=trips_of,
        waiting=await _waiting(store, own, now_s),
        left_on=[trip for trip in own[-1:] if _was_left_on(trip, now_s)],
        known_of={
            booking.booking_id: state
            for booking, (_, state) in zip(
                upcoming, await of_bookings(upcoming, request.app[ACTIONS]), strict=True
            )
        },
        site_of={vehicle_id: car.site_name for vehicle_id, car in cars.items()},
        there_of={
            booking.booking_id: replace(words, timezone=elsewhere[site_id]).window(
                booking.starts_at_s, booking.ends_at_s
            )
            for booking in upcoming
            if (site_id := cars[booking.vehicle_id].site_id) in elsewhere
        },
    )


async def _waiting(store: Store, trips: list[Trip], now_s: int) -> list[PendingWish]:
    """Return what has waited in the car for so long that whoever asked should hear of it."""
    found = [await store.trips.pending_of(each.trip_id) for each in trips if each.state != "ended"]
    return [each for each in found if each and now_s - each.asked_at_s >= _TOLD_AFTER_S]


def _was_left_on(trip: Trip, now_s: int) -> bool:
    """Whether it ended by its ignition, so lately that its driver may still see to that."""
    ended_s = trip.ended_at_s or 0
    return trip.end_reason == "ignition_left_on" and now_s - ended_s < _LATELY_S


@signed_in
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form with the next free car, or filled like an earlier booking (`?like=ID`)."""
    if not await request.app[STORE].notices.has_any(agent.agent_id):
        raise web.HTTPSeeOther(notice_before(request.path_qs))
    now_s = request.app[CLOCK].now_s()
    start_s = now_s - now_s % _HOUR_S + _HOUR_S
    end_s = start_s + 2 * _HOUR_S
    filled: dict[str, object] = {"start": start_s, "end": end_s}
    window = Window(start_s, end_s)
    for car in (await free_vehicles(request.app[ACTIONS], [window], agent.agent_id))[:1]:
        filled["vehicle"] = car.vehicle_id
    like = request.query.get("like", "")
    if like.isdecimal() and len(like) <= 18:
        model = await acts.own(Person(agent), int(like), request.app[ACTIONS])
        filled |= {"vehicle": model.vehicle_id, "equipment": model.equipment}
        filled |= {word: getattr(model, word) for word in Journey.model_fields}
        if model.starts_at_s > now_s:
            filled |= {"start": model.starts_at_s, "end": model.ends_at_s}
    form = await form_of(BookingForm, request, **filled)
    return await _form_page(request, form)


@signed_in
async def create(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Book, or show the same form with each message beside its field."""
    try:
        form = await sent_form(BookingForm, request)
    except StalePage:
        form = await form_of(BookingForm, request, await posted(request))
        await flash(request, "warning", words_of(request).say(STALE))
        return await _form_page(request, form, status=403)
    form.fill_lists(await request.app[STORE].vehicles.in_pool())
    actions, person = request.app[ACTIONS], Person(agent)
    form.start.after(actions.clock.now_s())
    form.end.after(form.start.data or actions.clock.now_s())
    given, readable = form.asked_for(), form.validate()
    against: Sequence[Refusal] = ()
    try:
        if readable:
            booked = await acts.book(person, judged(acts.Book, given), actions)
            await _say_booked(request, form, booked)
            raise web.HTTPSeeOther(LIST)
    except Refused as refused:
        if refused.first.reason is Reason.NOTICE_FIRST:
            await keep_draft(request)
            await flash(request, "warning", say(refused.first, words_of(request)))
            raise web.HTTPSeeOther(notice_before(request.path_qs)) from None
        against = refused.refusals  # the first of them; what speaks against it at once is said
    against = await acts.objections(person, given, actions) or against
    if against:
        show_on(form, Refused(*against), _FIELDS, agent.agent_id)
    if not readable or any(each.reason.kind is not Kind.CONFLICT for each in against):
        return await _form_page(request, form, 422)
    wanted = judged(acts.Book, given)
    if {refusal.field for refusal in against} == {"equipment"}:
        instead = await _free_instead(actions, wanted, words_of(request))
        form.equipment.errors = [*form.equipment.errors, instead]
        return await _form_page(request, form, 409)
    return await _form_page(request, form, 409, await acts.free_instead(person, wanted, actions))


async def _free_instead(actions: Actions, wanted: acts.Book, words: Words) -> str:
    """Say which equipment of the car's site is free, and that the car can be had without."""
    cars = await actions.store.vehicles.all()
    site_id = next(car.site_id for car in cars if car.vehicle_id == wanted.vehicle_id)
    free = await free_equipment(actions, acts.windows_of(wanted, actions), site_id)
    names = ", ".join(f"{piece.name} ({piece.code})" for piece in free)
    if names:
        return words.say(N_("Free at these times: %(equipment)s."), equipment=names)
    return words.say(N_("The car itself is free: untick the box to book it alone."))


async def _say_booked(request: web.Request, form: BookingForm, bookings: list[Booking]) -> None:
    words = words_of(request)
    first, *following = bookings
    text = N_("Booked: %(car)s, %(when)s.")
    if following:
        text = N_("Booked: %(car)s, %(when)s, and at the same hours each week until %(last)s.")
    said = words.say(
        text,
        car=f"{first.vehicle_label} {first.plate}",
        when=words.window(first.starts_at_s, first.ends_at_s),
        last=words.day(bookings[-1].starts_at_s),
    )
    await flash(request, "success", f"{said} {await what_cars_know(request, first)}")
    await say_also_booked(request, bookings)
    for field in (form.start, form.end):
        if field.which_of_two:
            await flash(request, "warning", field.which_of_two)


async def say_also_booked(request: web.Request, bookings: list[Booking]) -> None:
    """Tell the person on the next page which other car they have in the hours of these."""
    words, person = words_of(request), Person(request[AGENT])
    for other in await acts.also_booked(person, bookings, request.app[ACTIONS]):
        text = N_("You have also booked, at the same time: %(car)s, %(when)s.")
        car = f"{other.vehicle_label} {other.plate}"
        when = words.window(other.starts_at_s, other.ends_at_s)
        await flash(request, "warning", words.say(text, car=car, when=when))


@signed_in
async def show_cancel(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to cancel."""
    booking = await acts.own(Person(agent), int(request.match_info["id"]), request.app[ACTIONS])
    form = await form_of(PageForm, request)
    return await page(request, "bookings/cancel.html", booking=booking, form=form)


@signed_in
async def cancel(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Cancel and go back to the list, however often the button was pressed."""
    await sent_form(PageForm, request)
    words = words_of(request)
    wanted = acts.Cancel(booking_id=int(request.match_info["id"]))
    try:
        booking = await acts.cancel(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason.kind is not Kind.CONFLICT:
            raise
        await flash(request, "warning", say(refused.first, words))
        raise web.HTTPSeeOther(LIST) from refused
    message = N_("Booking cancelled: %(car)s, %(when)s.")
    car = f"{booking.vehicle_label} {booking.plate}"
    text = words.say(message, car=car, when=words.window(booking.starts_at_s, booking.ends_at_s))
    await flash(request, "success", text)
    raise web.HTTPSeeOther(LIST)


async def _form_page(
    request: web.Request, form: BookingForm, status: int = 200, free: list[Vehicle] | None = None
) -> web.Response:
    store, now_s = request.app[STORE], request.app[CLOCK].now_s()
    may = await store.rights.of_agent(request[AGENT].agent_id)
    cars = [
        car
        for car in await store.vehicles.in_pool()
        if may.might_book(car, now_s) or str(car.vehicle_id) == str(form.vehicle.data)
    ]
    name = await names_before(request, cars, form.start.data or now_s)
    form.fill_lists(cars, name)
    pieces = await store.equipment.all()
    return await page(
        request,
        "bookings/form.html",
        status=status,
        form=form,
        free=free,
        name_of=name,
        has_licence=await store.agents.has_licence(request[AGENT].agent_id),
        equipment=[piece for piece in pieces if piece.retired_at_s is None],
        for_private_use=[car.plate for car in cars if car.private_use],
    )


ROUTES = (
    web.get("/reservations", show_list),
    web.get("/reservations/nouvelle", show_form),
    web.post("/reservations/nouvelle", create),
    web.get("/reservations/{id:[0-9]{1,18}}/annuler", show_cancel),
    web.post("/reservations/{id:[0-9]{1,18}}/annuler", cancel),
)
