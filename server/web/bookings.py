"""The pages "my bookings": list, create, cancel. Undoing a cancellation is booking again.

Never here: what becomes of a request (booking_acts.py), another car or a later end (rebooking.py).
"""

from aiohttp import web
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, InputRequired

from server.app_keys import CLOCK, STORE
from server.fleet.bookings import MAX_PURPOSE_LENGTH
from server.fleet.model import Agent, Booking, BookingRequest, Vehicle, Window
from server.fleet.recurrence import MAX_WEEKS
from server.store import EquipmentTaken, Overlap
from server.web.auth import signed_in
from server.web.booking_acts import (
    NotBookable,
    book,
    cancel_own,
    free_for,
    own_booking,
    windows_of,
)
from server.web.forms import (
    ChoiceField,
    LocalTimeField,
    PageForm,
    StalePage,
    TicksField,
    clean,
    form_of,
    posted,
    sent_form,
)
from server.web.i18n import N_, Words, words_of
from server.web.labels import BOOKING_PROBLEMS, booking_problem
from server.web.offers import free_equipment, free_vehicles, offers_for
from server.web.pages import STALE, flash, page
from server.web.trips import PAGE_SIZE, before_of

LIST = "/reservations"
_HOUR_S = 3600


class BookingForm(PageForm):
    """What an agent asks for."""

    vehicle = ChoiceField(N_("Car"), coerce=int)
    start = LocalTimeField(N_("Start"), validators=[InputRequired(N_("When do you leave?"))])
    end = LocalTimeField(N_("End"), validators=[InputRequired(N_("When are you back?"))])
    weeks = ChoiceField(N_("Repeat"), coerce=int, default=1)
    equipment = TicksField(N_("Equipment"), default=())
    purpose = StringField(
        N_("Purpose"),
        filters=[clean],
        validators=[DataRequired(BOOKING_PROBLEMS["purpose_missing"])],
        render_kw={"maxlength": MAX_PURPOSE_LENGTH},
    )
    private = BooleanField(N_("Private use"))

    def fill_lists(self, vehicles: list[Vehicle]) -> None:
        """Offer these cars, and how often the booking is repeated."""
        say = self.meta.words.say
        self.weeks.choices = [(1, say(N_("Only once")))] + [
            (weeks, say(N_("%(weeks)s weeks running, at the same hours"), weeks=weeks))
            for weeks in range(2, MAX_WEEKS + 1)
        ]
        self.vehicle.choices = [(car.vehicle_id, name_of(car)) for car in vehicles]


# Where the message of a rule is shown: field of BookingRequest -> field of the form.
_FIELDS = {
    "vehicle_id": "vehicle",
    "starts_at_s": "start",
    "ends_at_s": "end",
    "weeks": "weeks",
    "equipment": "equipment",
    "purpose": "purpose",
    "private": "private",
}


def name_of(car: Vehicle) -> str:
    """Return how a list names a car: Clio, AB-123-CD (Préfecture)."""
    return f"{car.label}, {car.plate} ({car.site_name})"


def taken_words(overlap: Overlap | EquipmentTaken, agent: Agent, words: Words) -> list[str]:
    """Say for each booking in the way whose it is and when."""
    return [
        words.say(
            N_("You have booked it already: %(when)s.")
            if taken.agent_id == agent.agent_id
            else N_("Taken by %(who)s: %(when)s."),
            when=words.window(taken.starts_at_s, taken.ends_at_s),
            who=taken.directorate_code,
        )
        for taken in overlap.conflicts
    ]


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
    return await page(
        request,
        "bookings.html",
        upcoming=upcoming,
        past=past,
        later=later,
        older=older,
        offers=await offers_for(request.app, agent, upcoming),
        form=await form_of(PageForm, request),
        name_of=name_of,
        equipment_names={e.code: e.name for e in await store.equipment.all()},
        now_s=now_s,
        answers=await store.feedback.unread_answers(agent.agent_id),
        trip_of={trip.booking_id: trip for trip in trips if trip.agent_id == agent.agent_id},
        site_of={car.vehicle_id: car.site_name for car in await store.vehicles.all()},
    )


@signed_in
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form with the next free car, or filled like an earlier booking (`?like=ID`)."""
    now_s = request.app[CLOCK].now_s()
    start_s = now_s - now_s % _HOUR_S + _HOUR_S
    end_s = start_s + 2 * _HOUR_S
    filled: dict[str, object] = {"start": start_s, "end": end_s}
    window = Window(start_s, end_s)
    for car in (await free_vehicles(request.app, [window], agent.agent_id))[:1]:
        filled["vehicle"] = car.vehicle_id
    like = request.query.get("like", "")
    if like.isdecimal() and len(like) <= 18:
        model = await own_booking(request.app, agent, int(like))
        filled |= {"vehicle": model.vehicle_id, "purpose": model.purpose}
        filled |= {"equipment": model.equipment, "private": model.private}
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
    form.fill_lists(await request.app[STORE].vehicles.all())
    if not form.validate():
        return await _form_page(request, form, status=422)
    wanted = BookingRequest(
        vehicle_id=form.vehicle.data,
        agent_id=agent.agent_id,
        starts_at_s=form.start.data or 0,
        ends_at_s=form.end.data or 0,
        purpose=form.purpose.data or "",
        equipment=form.equipment.data,
        private=form.private.data,
    )
    words = words_of(request)
    try:
        bookings = await book(request.app, wanted, form.weeks.data)
    except NotBookable as no:
        for name, code in no.problems.items():
            form[_FIELDS[name]].errors = [booking_problem(code, words)]
        if no.problems.keys() != {"vehicle_id"}:
            return await _form_page(request, form, status=422)
    except Overlap as overlap:
        form.vehicle.errors = taken_words(overlap, agent, words)
    except EquipmentTaken as taken:
        form.equipment.errors = [
            *taken_words(taken, agent, words),
            await _free_instead(request, wanted, form.weeks.data),
        ]
        return await _form_page(request, form, status=409)
    else:
        await _say_booked(request, form, bookings)
        raise web.HTTPSeeOther(LIST)
    free = await free_for(request.app, wanted, form.weeks.data)
    return await _form_page(request, form, status=409, free=free)


async def _free_instead(request: web.Request, wanted: BookingRequest, weeks: int) -> str:
    """Say which equipment of the car's site is free, and that the car can be had without."""
    app, words = request.app, words_of(request)
    site_id = next(
        car.site_id
        for car in await app[STORE].vehicles.all()
        if car.vehicle_id == wanted.vehicle_id
    )
    free = await free_equipment(app, windows_of(app, wanted, weeks), site_id)
    names = ", ".join(f"{piece.name} ({piece.code})" for piece in free)
    if names:
        return words.say(N_("Free at these times: %(equipment)s."), equipment=names)
    return words.say(N_("The car itself is free: untick the box to book it alone."))


async def _say_booked(request: web.Request, form: BookingForm, bookings: list[Booking]) -> None:
    words = words_of(request)
    first, *following = bookings
    text = N_("Booked: %(car)s, %(when)s. The car is being told.")
    if following:
        text = N_("Booked: %(car)s, %(when)s, and at the same hours each week until %(last)s.")
    said = words.say(
        text,
        car=f"{first.vehicle_label} {first.plate}",
        when=words.window(first.starts_at_s, first.ends_at_s),
        last=words.day(bookings[-1].starts_at_s),
    )
    await flash(request, "success", said)
    for field in (form.start, form.end):
        if field.ambiguous:
            message = N_("%(time)s exists twice that night; the first one was taken.")
            text = words.say(message, time=words.moment(field.data or 0))
            await flash(request, "warning", text)


@signed_in
async def show_cancel(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to cancel."""
    booking = await own_booking(request.app, agent, int(request.match_info["id"]))
    form = await form_of(PageForm, request)
    return await page(request, "booking_cancel.html", booking=booking, form=form)


@signed_in
async def cancel(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Cancel and go back to the list, however often the button was pressed."""
    await sent_form(PageForm, request)
    words = words_of(request)
    try:
        booking = await cancel_own(request.app, agent, int(request.match_info["id"]))
    except NotBookable as no:
        await flash(request, "warning", booking_problem(no.problems["id"], words))
        raise web.HTTPSeeOther(LIST) from no
    message = N_("Booking cancelled: %(car)s, %(when)s.")
    car = f"{booking.vehicle_label} {booking.plate}"
    text = words.say(message, car=car, when=words.window(booking.starts_at_s, booking.ends_at_s))
    await flash(request, "success", text)
    raise web.HTTPSeeOther(LIST)


async def _form_page(
    request: web.Request, form: BookingForm, status: int = 200, free: list[Vehicle] | None = None
) -> web.Response:
    cars = await request.app[STORE].vehicles.all()
    form.fill_lists(cars)
    return await page(
        request,
        "booking_form.html",
        status=status,
        form=form,
        free=free,
        name_of=name_of,
        equipment=await request.app[STORE].equipment.all(),
        for_private_use=[car.plate for car in cars if car.private_use],
    )
