"""The pages on which a car goes out of service, and what is booked meanwhile is settled.

Hours are those of the car's site. Never here: who may (actions/pool/service.py).
"""

from aiohttp import web
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from server.actions import Person
from server.actions.pool import cars as car_acts
from server.actions.pool import service as acts
from server.app_keys import ACTIONS, CLOCK
from server.fleet.inputs import judged, one_line
from server.fleet.model.bookings import Vehicle
from server.fleet.model.people import Agent
from server.fleet.pool import MOST_LETTERS
from server.fleet.refusals import Reason, Refusal, Refused
from server.web.auth import manager_only
from server.web.forms import LocalTimeField, PageForm, form_in, form_of, sent_form
from server.web.i18n import N_, Words, words_of
from server.web.pages.pool.cars import LIST, one, words_at
from server.web.pages.pool.forms import chosen_id, show_refused
from server.web.render import flash, page
from server.web.told import names_before

_TEXT = {"maxlength": MOST_LETTERS}


class OutForm(PageForm):
    """From when until when, and why."""

    start = LocalTimeField(N_("From"), validators=[InputRequired(N_("From when on?"))])
    end = LocalTimeField(N_("Until"))
    reason = StringField(N_("Reason"), filters=[one_line], render_kw=_TEXT)


class ForForm(PageForm):
    """What becomes of somebody's booking."""

    vehicle = SelectField(N_("Other car"), coerce=chosen_id, validate_choice=False)
    reason = StringField(N_("Reason"), filters=[one_line], render_kw=_TEXT)


@manager_only
async def show_out(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form, from now on."""
    car = await car_acts.get(Person(agent), one(request), request.app[ACTIONS])
    words = await words_at(request, agent, car)
    now_s = request.app[CLOCK].now_s()
    form = await form_in(words, OutForm, request, None, start=now_s - now_s % 60)
    return await _out_page(request, form, car, words)


@manager_only
async def take_out(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take the car out of service, then show what is booked meanwhile."""
    person, actions = Person(agent), request.app[ACTIONS]
    car = await car_acts.get(person, one(request), actions)
    words = await words_at(request, agent, car)
    form = await sent_form(OutForm, request, words)
    is_readable = form.validate()
    given = {"from_s": form.start.data, "to_s": form.end.data, "reason": form.reason.data or ""}
    fields = {"from_s": "start", "to_s": "end"}
    try:
        wanted = judged(acts.TakeOut, {"vehicle_id": car.vehicle_id, **given})
        if not is_readable:
            return await _out_page(request, form, car, words, 422)
        await acts.take_out(person, wanted, actions)
    except Refused as refused:
        status = await show_refused(request, form, refused, fields, agent.agent_id)
        return await _out_page(request, form, car, words, status)
    for field in (form.start, form.end):
        if field.which_of_two:
            await flash(request, "warning", field.which_of_two)
    text = N_("%(car)s is out of service then, and offered to nobody.")
    hindered = await acts.in_the_way(person, car.vehicle_id, actions)
    await flash(request, "success", words.say(text, car=car.plate))
    if hindered:
        more = N_("Bookings in the way: %(count)s. Give each another car, or call it off.")
        await flash(request, "warning", words.say(more, count=len(hindered)))
    raise web.HTTPSeeOther(f"{LIST}/{car.vehicle_id}")


@manager_only
async def bring_back(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let a time out of service end now, however often the button was pressed."""
    await sent_form(PageForm, request)
    vehicle_id, from_s = one(request).vehicle_id, int(request.match_info["from"])
    wanted = judged(acts.BringBack, {"vehicle_id": vehicle_id, "from_s": from_s})
    await acts.bring_back(Person(agent), wanted, request.app[ACTIONS])
    await flash(request, "success", words_of(request).say(N_("The car can be had again.")))
    raise web.HTTPSeeOther(f"{LIST}/{vehicle_id}")


@manager_only
async def show_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask what becomes of a booking that is in the way."""
    return await _booking_page(request, agent, await form_of(ForForm, request))


@manager_only
async def settle(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Give the booking another car, or call it off: by the end of the address."""
    form, person, actions = await sent_form(ForForm, request), Person(agent), request.app[ACTIONS]
    words = words_of(request)
    moves = request.match_info["what"] == "deplacer"
    given: dict[str, object] = {"booking_id": int(request.match_info["booking"])}
    given["reason"] = form.reason.data or ""
    try:
        if moves:
            given["vehicle_id"] = form.vehicle.data or 0
            booking = await acts.move_for(person, judged(acts.MoveFor, given), actions)
            text = N_("%(who)s has %(car)s now, and reads it on the page of their bookings.")
        else:
            booking = await acts.cancel_for(person, judged(acts.CancelFor, given), actions)
            text = N_("The booking of %(who)s is called off; they read it on their page.")
    except Refused as refused:
        fields = {"vehicle_id": "vehicle"}
        against = _about_whole(refused)
        status = await show_refused(request, form, against, fields, agent.agent_id)
        return await _booking_page(request, agent, form, status)
    car = f"{booking.vehicle_label} {booking.plate}"
    await flash(request, "success", words.say(text, who=booking.agent_name, car=car))
    raise web.HTTPSeeOther(f"{LIST}/{one(request).vehicle_id}")


def _about_whole(refused: Refused) -> Refused:
    """Let what is said of the booking stand above the form, which has no field for it."""
    if any(each.reason is Reason.NO_SUCH_BOOKING for each in refused.refusals):
        return refused
    return Refused(
        *(
            Refusal("", each.reason, each.values) if each.field == "id" else each
            for each in refused.refusals
        )
    )


async def _out_page(
    request: web.Request, form: OutForm, car: Vehicle, words: Words, status: int = 200
) -> web.Response:
    zone = words.timezone.key if words.timezone != words_of(request).timezone else None
    return await page(request, "pool/out.html", status=status, form=form, car=car, zone=zone)


async def _booking_page(
    request: web.Request, agent: Agent, form: ForForm, status: int = 200
) -> web.Response:
    person, actions = Person(agent), request.app[ACTIONS]
    car = await car_acts.get(person, one(request), actions)
    booking_id = int(request.match_info["booking"])
    hindered = await acts.booking_of(person, booking_id, actions)
    name = await names_before(request, hindered.instead, hindered.booking.starts_at_s)
    form.vehicle.choices = [(each.vehicle_id, name(each)) for each in hindered.instead]
    if status == 200 and request.method == "GET" and not form.reason.data:
        form.reason.data = await acts.reason_for(person, hindered.booking, actions)
    return await page(
        request,
        "pool/booking.html",
        status=status,
        form=form,
        car=car,
        booking=hindered.booking,
        local=await words_at(request, agent, car),
    )


ROUTES = (
    web.get(LIST + "/{id:[0-9]{1,18}}/arret", show_out),
    web.post(LIST + "/{id:[0-9]{1,18}}/arret", take_out),
    web.post(LIST + "/{id:[0-9]{1,18}}/arret/{from:[0-9]{1,10}}/fin", bring_back),
    web.get(LIST + "/{id:[0-9]{1,18}}/reservations/{booking:[0-9]{1,18}}", show_booking),
    web.post(
        LIST + "/{id:[0-9]{1,18}}/reservations/{booking:[0-9]{1,18}}/{what:deplacer|annuler}",
        settle,
    ),
)
