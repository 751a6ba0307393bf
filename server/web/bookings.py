"""The pages "my bookings": list, create, cancel. Undoing a cancellation is booking again.

`book` and `cancel_own` serve the JSON API too. Never here: when a booking is allowed
(fleet/bookings.py), the refusal of an overlap (the database).
"""

from aiohttp import web
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, InputRequired

from server.app_keys import CLOCK, NOTIFY, STORE
from server.fleet.bookings import MAX_PURPOSE_LENGTH, problems
from server.fleet.model import Agent, Booking, BookingRequest, TripFilter, Vehicle
from server.store import Overlap
from server.web.auth import signed_in
from server.web.forms import (
    ChoiceField,
    LocalTimeField,
    PageForm,
    StalePage,
    clean,
    form_of,
    posted,
    sent_form,
)
from server.web.i18n import N_, words_of
from server.web.pages import STALE, flash, page
from server.web.words import BOOKING_PROBLEMS, booking_problem

LIST = "/reservations"
_HOUR_S = 3600
# How long a past booking stays on the page.
_PAST_S = 60 * 24 * _HOUR_S
_PAST_TRIPS = 200


class NotBookable(Exception):  # noqa: N818 - it is an answer, not a fault
    """The rules say no: `problems` maps a field of BookingRequest to a code of words.py."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems.values()))
        self.problems = problems


class BookingForm(PageForm):
    """What an agent asks for."""

    vehicle = ChoiceField(N_("Car"), coerce=int)
    start = LocalTimeField(N_("Start"), validators=[InputRequired(N_("When do you leave?"))])
    end = LocalTimeField(N_("End"), validators=[InputRequired(N_("When are you back?"))])
    purpose = StringField(
        N_("Purpose"),
        filters=[clean],
        validators=[DataRequired(BOOKING_PROBLEMS["purpose_missing"])],
        render_kw={"maxlength": MAX_PURPOSE_LENGTH},
    )
    private = BooleanField(N_("Private use"))

    def fill_vehicles(self, vehicles: list[Vehicle]) -> None:
        """Offer these cars."""
        self.vehicle.choices = [(car.vehicle_id, name_of(car)) for car in vehicles]


# Where the message of a rule is shown: field of BookingRequest -> field of the form.
_FIELDS = {
    "vehicle_id": "vehicle",
    "starts_at_s": "start",
    "ends_at_s": "end",
    "purpose": "purpose",
    "private": "private",
}


def name_of(car: Vehicle) -> str:
    """Return how a list names a car: Clio, AB-123-CD (Préfecture)."""
    return f"{car.label}, {car.plate} ({car.site_name})"


async def book(app: web.Application, wanted: BookingRequest) -> Booking:
    """Create the booking and wake the car's box, so that it learns of it at once.

    The same request again (a button pressed twice, a lost answer) is the same booking.

    Raises:
        NotBookable: the rules or the list of cars say no.
        Overlap: the car is taken.
    """
    now_s = app[CLOCK].now_s()
    against = dict(problems(wanted, now_s))
    cars = {car.vehicle_id: car for car in await app[STORE].vehicles()}
    if wanted.vehicle_id not in cars:
        against["vehicle_id"] = "unknown_vehicle"
    elif wanted.private and not cars[wanted.vehicle_id].private_use:
        against["private"] = "no_private_use"
    if against:
        raise NotBookable(against)
    try:
        booking = await app[STORE].create_booking(wanted, now_s)
    except Overlap as overlap:
        for taken in overlap.conflicts:
            if _request_of(taken) == wanted:
                return taken
        raise
    _wake(app, cars[wanted.vehicle_id])
    return booking


async def cancel_own(app: web.Application, agent: Agent, booking_id: int) -> Booking:
    """Cancel a booking of this agent; cancelling twice is cancelling once.

    Raises:
        HTTPNotFound: there is no such booking of this agent.
        NotBookable: it is already over.
    """
    booking = await own_booking(app, agent, booking_id)
    if booking.state == "active":
        if booking.ends_at_s <= app[CLOCK].now_s():
            raise NotBookable({"id": "already_over"})
        booking = await app[STORE].cancel_booking(booking_id, agent.agent_id) or booking
        for car in await app[STORE].vehicles():
            if car.vehicle_id == booking.vehicle_id:
                _wake(app, car)
    return booking


async def own_booking(app: web.Application, agent: Agent, booking_id: int) -> Booking:
    """Return a recent booking of this agent.

    Raises:
        HTTPNotFound: there is none with this id.
    """
    for booking in await recent_bookings(app, agent):
        if booking.booking_id == booking_id:
            return booking
    raise web.HTTPNotFound


async def recent_bookings(app: web.Application, agent: Agent) -> list[Booking]:
    """Return this agent's bookings that are not over, or not for long."""
    return await app[STORE].bookings_of(agent.agent_id, app[CLOCK].now_s() - _PAST_S)


async def free_vehicles(app: web.Application, starts_at_s: int, ends_at_s: int) -> list[Vehicle]:
    """Return the cars nobody has booked in this window."""
    taken = {b.vehicle_id for b in await app[STORE].bookings_between(starts_at_s, ends_at_s)}
    return [car for car in await app[STORE].vehicles() if car.vehicle_id not in taken]


async def free_for(app: web.Application, wanted: BookingRequest) -> list[Vehicle]:
    """Return the free cars that would do instead."""
    free = await free_vehicles(app, wanted.starts_at_s, wanted.ends_at_s)
    return [car for car in free if car.private_use or not wanted.private]


def _request_of(booking: Booking) -> BookingRequest:
    return BookingRequest(
        booking.vehicle_id,
        booking.agent_id,
        booking.starts_at_s,
        booking.ends_at_s,
        booking.purpose,
        booking.private,
    )


def _wake(app: web.Application, car: Vehicle) -> None:
    if car.box_id is not None:
        app[NOTIFY](car.box_id)


@signed_in
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what is booked, then what is over, with the kilometres each one brought."""
    now_s = request.app[CLOCK].now_s()
    bookings = await recent_bookings(request.app, agent)
    upcoming = [b for b in bookings if b.state == "active" and b.ends_at_s > now_s]
    upcoming.sort(key=lambda b: b.starts_at_s)
    past = [b for b in bookings if b not in upcoming]
    past.sort(key=lambda b: b.starts_at_s, reverse=True)
    mine = TripFilter(agent_id=agent.agent_id, from_s=now_s - _PAST_S)
    trips = await request.app[STORE].trips(mine, limit=_PAST_TRIPS)
    return await page(
        request,
        "bookings.html",
        upcoming=upcoming,
        past=past,
        now_s=now_s,
        answers=await request.app[STORE].unread_answers(agent.agent_id),
        trip_of={trip.booking_id: trip for trip in reversed(trips)},
        site_of={car.vehicle_id: car.site_name for car in await request.app[STORE].vehicles()},
    )


@signed_in
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form with the next free car, or filled like an earlier booking (`?like=ID`)."""
    now_s = request.app[CLOCK].now_s()
    start_s = now_s - now_s % _HOUR_S + _HOUR_S
    end_s = start_s + 2 * _HOUR_S
    filled: dict[str, object] = {"start": start_s, "end": end_s}
    for car in (await free_vehicles(request.app, start_s, end_s))[:1]:
        filled["vehicle"] = car.vehicle_id
    like = request.query.get("like", "")
    if like.isdecimal() and len(like) <= 18:
        model = await own_booking(request.app, agent, int(like))
        filled |= {"vehicle": model.vehicle_id, "purpose": model.purpose}
        filled["private"] = model.private
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
    form.fill_vehicles(await request.app[STORE].vehicles())
    if not form.validate():
        return await _form_page(request, form, status=422)
    wanted = BookingRequest(
        vehicle_id=form.vehicle.data,
        agent_id=agent.agent_id,
        starts_at_s=form.start.data or 0,
        ends_at_s=form.end.data or 0,
        purpose=form.purpose.data or "",
        private=form.private.data,
    )
    words = words_of(request)
    try:
        booking = await book(request.app, wanted)
    except NotBookable as no:
        for name, code in no.problems.items():
            form[_FIELDS[name]].errors = [booking_problem(code, words)]
        return await _form_page(request, form, status=422)
    except Overlap as overlap:
        form.vehicle.errors = [
            words.say(
                N_("You have booked it already: %(when)s.")
                if taken.agent_id == agent.agent_id
                else N_("Taken by %(who)s: %(when)s."),
                when=words.window(taken.starts_at_s, taken.ends_at_s),
                who=taken.directorate_code,
            )
            for taken in overlap.conflicts
        ]
        free = await free_for(request.app, wanted)
        return await _form_page(request, form, status=409, free=free)
    await flash(
        request,
        "success",
        words.say(
            N_("Booked: %(car)s, %(when)s. The car is being told."),
            car=f"{booking.vehicle_label} {booking.plate}",
            when=words.window(booking.starts_at_s, booking.ends_at_s),
        ),
    )
    for field in (form.start, form.end):
        if field.ambiguous:
            message = N_("%(time)s exists twice that night; the first one was taken.")
            text = words.say(message, time=words.moment(field.data or 0))
            await flash(request, "warning", text)
    raise web.HTTPSeeOther(LIST)


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
    cars = await request.app[STORE].vehicles()
    form.fill_vehicles(cars)
    return await page(
        request,
        "booking_form.html",
        status=status,
        form=form,
        free=free,
        name_of=name_of,
        for_private_use=[car.plate for car in cars if car.private_use],
    )
