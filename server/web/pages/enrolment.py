"""The pages that make a card somebody's badge: its number, or a car that reads it.

A number is first read out, and becomes a badge on the page that asks which reading is meant: so a
desk reader, which types fast and ends with Enter, sends no half-filled form. Never here: how a
number is read (fleet/badges/numbers.py), what a car reads.
"""

from aiohttp import web
from multidict import MultiDict
from wtforms import HiddenField, StringField
from yarl import URL

from server.actions import Person
from server.actions import badges as acts
from server.actions.enrolment import learned, typed
from server.app_keys import ACTIONS, STORE
from server.fleet.badges.numbers import Reading, is_of_a_card, readings
from server.fleet.inputs import judged, one_line
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refused
from server.web.auth import manager_only
from server.web.forms import ChoiceField, PageForm, form_of, posted, sent_form
from server.web.i18n import N_, Words, words_of
from server.web.refused import say, show_on
from server.web.render import flash, page

NEW, LEARN = "/badges/nouveau", "/badges/lire"
_MAX_DIGITS = 18  # of an id
_NAMESAKES = 2
_ORDERS = 10  # on the page


class NumberForm(PageForm):
    """Whose badge, its number as it is printed or read, and which service issued it."""

    agent = StringField(N_("Agent"), default="", filters=[one_line])
    number = StringField(N_("Number of the badge"), default="", filters=[one_line])
    issuer = StringField(N_("Issued by"), default="", filters=[one_line])
    replaces = HiddenField(default="")


class ReadingForm(NumberForm):
    """The same, and which of its readings is meant."""

    agent = HiddenField(default="")
    number = HiddenField(default="")
    uid = ChoiceField(N_("Which reading is meant?"), validate_choice=False)


class CarForm(PageForm):
    """At which car somebody stands with the card."""

    vehicle_id = ChoiceField(N_("Car"))
    agent = HiddenField(default="")
    replaces = HiddenField(default="")


class GiveForm(PageForm):
    """Whose the card is that a car has read."""

    agent = StringField(N_("Agent"), default="", filters=[one_line])
    issuer = StringField(N_("Issued by"), default="", filters=[one_line])
    replaces = HiddenField(default="")


async def find_agent(request: web.Request, sought: str) -> tuple[Agent | None, str]:
    """Return who is meant by a name or a number, and else what is wrong with it."""
    agents = request.app[STORE].agents
    if sought.isdecimal() and sought.isascii() and len(sought) <= _MAX_DIGITS:
        one = await agents.get(int(sought))
        return one, "" if one else N_("No agent is called so.")
    found = await agents.called(sought, _NAMESAKES) if sought else []
    if len(found) > 1:
        return None, N_("Several agents are called so: choose one on the page of badges.")
    return (found[0], "") if found else (None, N_("No agent is called so."))


def _number(text: str | None) -> int | None:
    """Read a number of an address or a hidden field; None when there is none."""
    if not text or len(text) > _MAX_DIGITS or not (text.isdecimal() and text.isascii()):
        return None
    return int(text)


async def _named(request: web.Request, form: NumberForm | GiveForm) -> None:
    """Write the name of whom an address means."""
    number = _number(form.agent.data)
    agent = None if number is None else await request.app[STORE].agents.get(number)
    form.agent.data = agent.full_name if agent else form.agent.data


@manager_only
async def show_number(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask for a number, of an agent whom the address may name."""
    query = request.query
    prefilled = {"agent": query.get("agent", ""), "replaces": query.get("remplace", "")}
    form = await form_of(NumberForm, request, **prefilled)
    await _named(request, form)
    return await page(request, "badges/number.html", form=form, learn=_learn_address(form))


@manager_only
async def enrol(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Read the number out, or make the card a badge once it is said which reading is meant."""
    if "uid" in await posted(request):
        return await _enrol(request, agent)
    form = await sent_form(NumberForm, request)
    found = readings(form.number.data or "")
    possible = [reading for reading in found if is_of_a_card(reading.uid)]
    holder, fault = await find_agent(request, form.agent.data or "")
    if fault:
        form.agent.errors = [fault]
    if not possible:
        wrong = Reason.PASSING_UID if found else Reason.NOT_A_BADGE_NUMBER
        form.number.errors = [wrong.sentence]
    if holder is None or not possible:
        learn = _learn_address(form)
        return await page(request, "badges/number.html", status=422, form=form, learn=learn)
    data = MultiDict(
        agent=str(holder.agent_id),
        number=form.number.data or "",
        issuer=form.issuer.data or "",
        replaces=form.replaces.data or "",
    )
    if len(possible) == 1:
        data["uid"] = possible[0].uid.hex()
    return await _ask_reading(request, await form_of(ReadingForm, request, data), possible, holder)


async def _enrol(request: web.Request, agent: Agent) -> web.StreamResponse:
    form = await sent_form(ReadingForm, request)
    possible = [one for one in readings(form.number.data or "") if is_of_a_card(one.uid)]
    holder, _ = await find_agent(request, form.agent.data or "")
    given = {
        "agent_id": holder.agent_id if holder else None,
        "uid": form.uid.data,
        "issuer": form.issuer.data,
        "replaces": _number(form.replaces.data),
    }
    words = words_of(request)
    if not form.uid.data:
        form.uid.errors = [Reason.WHICH_READING.sentence]
        return await _ask_reading(request, form, possible, holder, 422)
    try:
        wanted = judged(typed.Enrol, given)
        held = await typed.enrol(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        fields = {"agent_id": "uid", "replaces": "uid", "": "uid"}
        status = show_on(form, refused, fields, agent.agent_id)
        known = None
        if refused.first.reason in (Reason.BADGE_OF_ANOTHER, Reason.BADGE_BLOCKED):
            known = await request.app[STORE].badges.by_uid(bytes.fromhex(form.uid.data))
        known_id = known.badge_id if known else None
        return await _ask_reading(request, form, possible, holder, status, known_id)
    text = N_("%(who)s has a new badge: cars in coverage know within seconds.")
    await flash(request, "success", words.say(text, who=held.holder.full_name))
    raise web.HTTPSeeOther(f"/badges/{held.badge.badge_id}")


async def _ask_reading(
    request: web.Request,
    form: ReadingForm,
    possible: list[Reading],
    holder: Agent | None,
    status: int = 200,
    known_id: int | None = None,
) -> web.Response:
    words = words_of(request)
    choices = [(one.uid.hex(), _said(one, words)) for one in possible]
    if len(choices) > 1:
        choices.insert(0, ("", words.say(N_("Choose"))))
    form.uid.choices = choices
    return await page(
        request,
        "badges/reading.html",
        status=status,
        form=form,
        holder=holder,
        known_id=known_id,
        learn=_learn_address(form),
    )


def _said(reading: Reading, words: Words) -> str:
    """Say a reading: the number in hexadecimal, and how it was come by."""
    text = {
        (False, False): N_("%(uid)s, as it is written"),
        (False, True): N_("%(uid)s, written backwards"),
        (True, False): N_("%(uid)s, from a decimal number"),
        (True, True): N_("%(uid)s, from a decimal number, backwards"),
    }[reading.is_decimal, reading.is_reversed]
    return words.say(text, uid=reading.uid.hex(" ").upper())


def _learn_address(form: NumberForm) -> str:
    query = {"agent": form.agent.data or "", "remplace": form.replaces.data or ""}
    return str(URL(LEARN).with_query({name: text for name, text in query.items() if text}))


@manager_only
async def show_learn(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask at which car the card is to be read."""
    query = request.query
    form = await form_of(
        CarForm,
        request,
        vehicle_id=query.get("voiture", ""),
        agent=query.get("agent", ""),
        replaces=query.get("remplace", ""),
    )
    return await _ask_car(request, form)


@manager_only
async def learn(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask the car for the next unknown card."""
    form = await sent_form(CarForm, request)
    try:
        wanted = judged(learned.LearnAt, {"vehicle_id": _number(form.vehicle_id.data)})
        order = await learned.learn(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        return await _ask_car(request, form, show_on(form, refused, {}, agent.agent_id))
    query = {"agent": form.agent.data or "", "remplace": form.replaces.data or ""}
    there = URL(f"{LEARN}/{order.command_id}")
    raise web.HTTPSeeOther(there.with_query({name: text for name, text in query.items() if text}))


async def _ask_car(request: web.Request, form: CarForm, status: int = 200) -> web.Response:
    store, now_s = request.app[STORE], request.app[ACTIONS].clock.now_s()
    cars = [car for car in await store.vehicles.all() if car.box_id is not None]
    form.vehicle_id.choices = [
        ("", words_of(request).say(N_("Choose a car"))),
        *((str(car.vehicle_id), f"{car.plate}, {car.label}") for car in cars),
    ]
    orders = await store.learn_orders.latest(_ORDERS, now_s)
    stages = {order.command_id: order.stage(now_s) for order in orders}
    return await page(
        request, "badges/learn.html", status=status, form=form, orders=orders, stages=stages
    )


@manager_only
async def show_order(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show how far it is, and once a card was read ask whose it is."""
    query = request.query
    prefilled = {"agent": query.get("agent", ""), "replaces": query.get("remplace", "")}
    form = await form_of(GiveForm, request, **prefilled)
    await _named(request, form)
    return await _order_page(request, agent, form)


@manager_only
async def give(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Make the card somebody's badge."""
    form = await sent_form(GiveForm, request)
    holder, fault = await find_agent(request, form.agent.data or "")
    if holder is None:
        form.agent.errors = [fault]
        return await _order_page(request, agent, form, 422)
    given = {
        "command_id": _command_id(request),
        "agent_id": holder.agent_id,
        "issuer": form.issuer.data,
        "replaces": _number(form.replaces.data),
    }
    try:
        wanted = judged(learned.GiveLearned, given)
        held = await learned.give(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason is Reason.NO_SUCH_LEARN_ORDER:
            raise
        words = words_of(request)
        if not refused.first.field:  # no card waits any more: the page says why, and has no form
            await flash(request, "warning", say(refused.first, words))
            raise web.HTTPSeeOther(f"{LEARN}/{_command_id(request)}") from None
        fields = {"agent_id": "agent", "replaces": "agent"}
        status = show_on(form, refused, fields, agent.agent_id)
        return await _order_page(request, agent, form, status)
    text = N_("%(who)s has a new badge: cars in coverage know within seconds.")
    await flash(request, "success", words_of(request).say(text, who=held.holder.full_name))
    raise web.HTTPSeeOther(f"/badges/{held.badge.badge_id}")


async def _order_page(
    request: web.Request, agent: Agent, form: GiveForm, status: int = 200
) -> web.Response:
    actor, actions = Person(agent), request.app[ACTIONS]
    order = await learned.get(
        actor, learned.OneLearnOrder(command_id=_command_id(request)), actions
    )
    held = None
    if order.badge_id is not None:
        held = await acts.get(actor, acts.OneBadge(badge_id=order.badge_id), actions)
    return await page(
        request,
        "badges/learning.html",
        status=status,
        form=form,
        order=order,
        held=held,
        stage=order.stage(actions.clock.now_s()),
    )


def _command_id(request: web.Request) -> int:
    return int(request.match_info["id"])


ROUTES = (
    web.get(NEW, show_number),
    web.post(NEW, enrol),
    web.get(LEARN, show_learn),
    web.post(LEARN, learn),
    web.get(LEARN + "/{id:[0-9]{1,18}}", show_order),
    web.post(LEARN + "/{id:[0-9]{1,18}}", give),
)
