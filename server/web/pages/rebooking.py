"""The pages "another car", "later", "give back": a booking changes its car or end, and stays.

Never here: what becomes of a request (actions/bookings.py).
"""

from aiohttp import web
from wtforms.validators import InputRequired

from server.actions import Person
from server.actions import bookings as acts
from server.actions.offers import offers_for
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet.model.bookings import Booking
from server.fleet.model.people import Agent
from server.fleet.refusals import Kind, Refused
from server.web.auth import signed_in
from server.web.forms import LocalTimeField, PageForm, form_of, posted, sent_form
from server.web.i18n import N_, words_of
from server.web.pages.bookings import LIST, say_also_booked
from server.web.refused import say, say_each, show_on
from server.web.render import flash, page
from server.web.told import names_before, what_cars_know

_MORE_S = (30 * 60, 60 * 60)  # one press each
_QUARTER_S = 15 * 60


class EndForm(PageForm):
    """Until when an agent needs the car."""

    end = LocalTimeField(N_("New end"), validators=[InputRequired(N_("When are you back?"))])


@signed_in
async def show_cars(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the cars that are free in a booking's hours, one press each."""
    return await _cars_page(request, agent)


@signed_in
async def move(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Move the booking and go back to the list, or say what is in the way."""
    await sent_form(PageForm, request)
    words = words_of(request)
    vehicle = (await posted(request)).get("vehicle", "")
    vehicle_id = int(vehicle) if vehicle.isdecimal() and len(vehicle) <= 18 else 0
    wanted = acts.Move(booking_id=int(request.match_info["id"]), vehicle_id=vehicle_id)
    before = await acts.own(Person(agent), wanted.booking_id, request.app[ACTIONS])
    try:
        booking = await acts.move(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason.kind is Kind.NOT_FOUND:
            raise
        errors = [line for r in refused.refusals for line in say_each(r, agent.agent_id, words)]
        return await _cars_page(request, agent, errors)
    text = N_("Your booking now has another car: %(car)s, %(when)s.")
    when = words.window(booking.starts_at_s, booking.ends_at_s)
    car = f"{booking.vehicle_label} {booking.plate}"
    known = await what_cars_know(request, booking, before)
    await flash(request, "success", f"{words.say(text, car=car, when=when)} {known}")
    raise web.HTTPSeeOther(LIST)


@signed_in
async def show_extend(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask until when the car is needed."""
    booking = await acts.own(Person(agent), int(request.match_info["id"]), request.app[ACTIONS])
    form = await form_of(EndForm, request, end=_later_ends(request, booking)[-1])
    return await _extend_page(request, booking, form)


@signed_in
async def extend(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let the booking end later, or say beside the field what is in the way."""
    form = await sent_form(EndForm, request)
    booking = await acts.own(Person(agent), int(request.match_info["id"]), request.app[ACTIONS])
    words = words_of(request)
    # A button names the instant, so that pressing it twice adds nothing; the field a local time.
    button = (await posted(request)).get("ends_at_s", "")
    if button.isdecimal() and len(button) <= 11:
        form.end.data = ends_at_s = int(button)
        form.end.raw_data = form.end.again_s = None
    elif not form.validate():
        return await _extend_page(request, booking, form, status=422)
    else:
        form.end.after(booking.ends_at_s)
        ends_at_s = form.end.data or 0
    wanted = acts.Extend(booking_id=booking.booking_id, ends_at_s=ends_at_s)
    before = booking
    try:
        booking = await acts.extend(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        fields = {"id": "end", "ends_at_s": "end"}
        status = show_on(form, refused, fields, agent.agent_id)
        return await _extend_page(request, booking, form, status)
    if form.end.which_of_two:
        await flash(request, "warning", form.end.which_of_two)
    await say_also_booked(request, [booking])
    text = N_("Your booking now ends later: %(car)s, %(when)s.")
    if booking == before and not button:  # a button that was pressed twice has said its word
        text = N_("Your booking lasts until then already: %(car)s, %(when)s.")
    when = words.window(booking.starts_at_s, booking.ends_at_s)
    car = f"{booking.vehicle_label} {booking.plate}"
    known = await what_cars_know(request, booking)
    await flash(request, "success", f"{words.say(text, car=car, when=when)} {known}")
    raise web.HTTPSeeOther(LIST)


@signed_in
async def show_give_back(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to end the booking now, or say that a trip has to end first."""
    booking = await acts.own(Person(agent), int(request.match_info["id"]), request.app[ACTIONS])
    trips = await request.app[STORE].trips.of_bookings([booking.booking_id])
    return await page(
        request,
        "bookings/give_back.html",
        booking=booking,
        under_way=next((trip for trip in trips if trip.state != "ended"), None),
        form=await form_of(PageForm, request),
    )


@signed_in
async def give_back(request: web.Request, agent: Agent) -> web.StreamResponse:
    """End the booking and go back to the list, however often the button was pressed."""
    await sent_form(PageForm, request)
    words = words_of(request)
    wanted = acts.GiveBack(booking_id=int(request.match_info["id"]))
    try:
        booking = await acts.give_back(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason.kind is not Kind.CONFLICT:
            raise
        await flash(request, "warning", say(refused.first, words))
        raise web.HTTPSeeOther(LIST) from refused
    text = N_("The car is given back: %(car)s, %(when)s.")
    when = words.window(booking.starts_at_s, booking.ends_at_s)
    car = f"{booking.vehicle_label} {booking.plate}"
    await flash(request, "success", words.say(text, car=car, when=when))
    raise web.HTTPSeeOther(LIST)


async def _cars_page(
    request: web.Request, agent: Agent, errors: list[str] | None = None
) -> web.Response:
    booking = await acts.own(Person(agent), int(request.match_info["id"]), request.app[ACTIONS])
    offer = (await offers_for(Person(agent), [booking], request.app[ACTIONS])).get(
        booking.booking_id
    )
    cars = offer.cars if offer else ()
    return await page(
        request,
        "bookings/car.html",
        status=409 if errors else 200,
        booking=booking,
        cars=cars,
        errors=errors or [],
        form=await form_of(PageForm, request),
        name_of=await names_before(request, cars, booking.starts_at_s),
    )


async def _extend_page(
    request: web.Request, booking: Booking, form: EndForm, status: int = 200
) -> web.Response:
    return await page(
        request,
        "bookings/extend.html",
        status=status,
        booking=booking,
        form=form,
        ends=_later_ends(request, booking),
    )


def _later_ends(request: web.Request, booking: Booking) -> list[int]:
    """Return the ends to offer: so much behind the present one, or behind now for who is late."""
    now_s = request.app[CLOCK].now_s()
    from_s = max(booking.ends_at_s, now_s - now_s % _QUARTER_S)
    return [from_s + more_s for more_s in _MORE_S]


ROUTES = (
    web.get("/reservations/{id:[0-9]{1,18}}/voiture", show_cars),
    web.post("/reservations/{id:[0-9]{1,18}}/voiture", move),
    web.get("/reservations/{id:[0-9]{1,18}}/prolonger", show_extend),
    web.post("/reservations/{id:[0-9]{1,18}}/prolonger", extend),
    web.get("/reservations/{id:[0-9]{1,18}}/rendre", show_give_back),
    web.post("/reservations/{id:[0-9]{1,18}}/rendre", give_back),
)
