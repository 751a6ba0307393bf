"""The page "to do": what only a person can settle, one section for each kind, and what was settled.

A section is a line of SECTIONS and a template of its name in to_do/. Kilometres without a trip are
given to a named person on a page of their own. Never here: which these are, and who may say whose.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from wtforms import HiddenField, StringField

from server.actions import Person, contradictions
from server.actions import unassigned as acts
from server.actions.actor import reach_of
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet.inputs import judged, one_line
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import Right, Scope
from server.fleet.told import SILENT_AFTER_S
from server.fleet.unassigned import Unassigned
from server.store import Store
from server.web.auth import allowed
from server.web.forms import PageForm, form_of, number_or_none, sent_form
from server.web.i18n import N_, words_of
from server.web.pages.operation.alerts import standing
from server.web.paging import PAGE_SIZE, before_of
from server.web.refused import say, show_on
from server.web.render import flash, page

LIST = "/a-traiter"
SETTLED = 3  # of each kind: the rest is a page of its own


class SeenForm(PageForm):
    """How often the contradiction that was seen had been told."""

    times = HiddenField()


class AttributeForm(PageForm):
    """Whose kilometres these are, and how many were shown."""

    agent_id = StringField(N_("Agent"), default="", filters=[one_line])
    distance_m = HiddenField()


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing that waits: its template is to_do/NAME.html, `find` what stands there.

    `right` is what it takes to see it. `title`, `word` (on its counter), `meaning` and `all_name`
    are message ids; `all_at` is where those stand that do not fit. `found` is what `find` gave: one
    more than is shown, if need be.
    """

    name: str
    title: str
    word: str
    meaning: str
    right: Right
    find: Callable[[Store, int, int, Scope], Awaitable[Sequence[object]]]
    all_at: str
    all_name: str
    tone: str = "calm"
    found: Sequence[object] = ()

    @property
    def entries(self) -> Sequence[object]:
        """What is shown."""
        return self.found[:PAGE_SIZE]

    @property
    def is_cut(self) -> bool:
        """Whether there are more."""
        return len(self.found) > PAGE_SIZE

    @property
    def count(self) -> str:
        """How many wait, as far as that was looked up."""
        return f"{len(self.entries)}{'+' if self.is_cut else ''}"


# What could let somebody drive off comes first, what can wait until the month's end last.
SECTIONS = (
    Section(
        "thefts",
        N_("Theft orders"),
        N_("Thefts"),
        N_("A car that is reported stolen lets nobody in but technicians."),
        Right.SEE_THEFTS,
        lambda store, limit, _, scope: store.theft_orders.standing(limit, scope),
        "/vols",
        N_("All theft orders"),
        "urgent",
    ),
    Section(
        "startable",
        N_("Startable by anybody"),
        N_("Startable"),
        N_("Nobody has the car, and yet its engine can be started without a badge."),
        Right.SEE_CARS,
        lambda store, limit, _, scope: store.boxes.startable(limit, scope),
        "/boitiers",
        N_("All boxes"),
        "urgent",
    ),
    Section(
        "contradictions",
        N_("Cars that contradict themselves"),
        N_("Contradictions"),
        N_("What a car tells cannot all be true. Mark it once you have looked into it."),
        Right.SEE_CARS,
        lambda store, limit, _, scope: store.contradictions.unseen(limit, scope),
        "/boitiers",
        N_("All boxes"),
        "urgent",
    ),
    Section(
        "pending",
        N_("Waiting in the car"),
        N_("Pending"),
        N_(
            "The car does it as soon as it stands with the ignition off. If that does not come:"
            " have its driver switch it off."
        ),
        Right.SEE_TRIPS,
        lambda store, limit, _, scope: store.trips.pending(limit, scope),
        "/trajets",
        N_("Trip log"),
    ),
    Section(
        "left_running",
        N_("Left with the ignition on"),
        N_("Left on"),
        N_(
            "The trip ended because the ignition stayed on. Have somebody switch it off; who drives"
            " on is not known before a badge."
        ),
        Right.SEE_TRIPS,
        lambda store, limit, _, scope: store.trips.left_running(limit, scope),
        "/trajets",
        N_("Trip log"),
    ),
    Section(
        "ends_from_afar",
        N_("Ends from afar"),
        N_("From afar"),
        N_(
            "The car ends the trip once its ignition has been off for an hour; after a day it no"
            " longer does."
        ),
        Right.SEE_TRIPS,
        lambda store, limit, now_s, scope: store.commands.ends_from_afar(now_s, limit, None, scope),
        "/trajets",
        N_("Trip log"),
    ),
    Section(
        "clocks",
        N_("Doubtful clocks"),
        N_("Clocks"),
        N_(
            "One source alone vouches for the time. Who may drive does not change; times may be"
            " wrong. It settles within a day under the open sky, in coverage; if not, have the box"
            " looked at."
        ),
        Right.SEE_CARS,
        lambda store, limit, _, scope: store.boxes.doubtful(limit, scope),
        "/boitiers",
        N_("All boxes"),
    ),
    Section(
        "jumps",
        N_("Numbers refused"),
        N_("Numbers"),
        N_(
            "A server sent a box a number beyond reason: it may be broken, or not yours. The box"
            " goes on."
        ),
        Right.SEE_CARS,
        lambda store, limit, _, scope: store.boxes.sent_a_jump(limit, scope),
        "/boitiers",
        N_("All boxes"),
    ),
    Section(
        "doubtful_trips",
        N_("Doubtful trips"),
        N_("Doubtful"),
        N_("Their time or distance cannot be. They are in no total until you say so."),
        Right.SEE_TRIPS,
        lambda store, limit, _, scope: store.doubtful_trips.unsettled(limit, scope),
        "/trajets",
        N_("Trip log"),
    ),
    Section(
        "corrections",
        N_("Requests for a correction"),
        N_("Corrections"),
        N_("Somebody says that what is known of them is wrong. An answer is due within one month."),
        Right.MANAGE,
        lambda store, limit, _, scope: store.corrections.waiting(limit, scope),
        LIST,
        N_("To do"),
    ),
    Section(
        "kilometres",
        N_("Kilometres without a trip"),
        N_("Without a trip"),
        N_("They are nobody’s, and in nobody’s costs, until you say whose."),
        Right.SEE_KILOMETRES,
        lambda store, limit, _, scope: store.unassigned.nobodys(limit, scope),
        f"{LIST}/kilometres",
        N_("All kilometres without a trip"),
    ),
)


@allowed(Right.SEE_TO_DO)
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what waits, by kind, the oldest first; then what was settled last."""
    store, now_s = request.app[STORE], request.app[CLOCK].now_s()
    filled = [await _filled(one, store, now_s, Person(agent)) for one in SECTIONS]
    cars, trips, kilometres = (
        reach_of(Person(agent), right)
        for right in (Right.SEE_CARS, Right.SEE_TRIPS, Right.SEE_KILOMETRES)
    )
    sees_cars = reach_of(Person(agent), Right.SEE_CARS) is not None
    return await page(
        request,
        "to_do/list.html",
        wrong=(await standing(request, agent))[0] if sees_cars else [],
        sections=[each for each in filled if each.found],
        settled={
            "contradictions": await store.contradictions.seen(SETTLED, None, cars) if cars else [],
            "doubtful_trips": await store.doubtful_trips.settled(SETTLED, trips) if trips else [],
            "kilometres": await store.unassigned.given(SETTLED, kilometres) if kilometres else [],
        },
        form=await form_of(PageForm, request),
        is_all=trips is not None and trips.is_whole,
        now_s=now_s,
        silent_before_s=now_s - SILENT_AFTER_S,
    )


async def _filled(section: Section, store: Store, now_s: int, person: Person) -> Section:
    scope = reach_of(person, section.right)
    if scope is None:
        return section
    return replace(section, found=await section.find(store, PAGE_SIZE + 1, now_s, scope))


@allowed(Right.SETTLE_CARS)
async def note_seen(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take a contradiction from the list, under this person's name."""
    form = await sent_form(SeenForm, request)
    told = {
        "contradiction_id": int(request.match_info["id"]),
        "times": number_or_none(form.times.data or "") or 0,
    }
    words = words_of(request)
    try:
        seen = await contradictions.note_seen(
            Person(agent), judged(contradictions.NoteSeen, told), request.app[ACTIONS]
        )
    except Refused as refused:
        if refused.first.reason is not Reason.CONTRADICTION_CHANGED:
            raise
        await flash(request, "warning", say(refused.first, words))
    else:
        text = N_("%(plate)s: you have seen it. It comes back if the car tells it anew.")
        await flash(request, "success", words.say(text, plate=seen.plate))
    raise web.HTTPSeeOther(LIST)


@allowed(Right.SEE_CARS)
async def show_seen(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the contradictions that somebody has seen, the last one first."""
    rows = await contradictions.seen(
        Person(agent), request.app[ACTIONS], PAGE_SIZE + 1, before_of(request)
    )
    shown = rows[:PAGE_SIZE]
    older = f"{request.path}?before={shown[-1].contradiction_id}" if len(rows) > PAGE_SIZE else None
    return await page(request, "to_do/all_seen.html", seen=shown, older=older)


@allowed(Right.SEE_KILOMETRES)
async def show_kilometres(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show all kilometres without a trip, and whose they became, newest first."""
    rows = await acts.log(Person(agent), request.app[ACTIONS], PAGE_SIZE + 1, before_of(request))
    shown = rows[:PAGE_SIZE]
    older = f"{request.path}?before={shown[-1].unassigned_id}" if len(rows) > PAGE_SIZE else None
    return await page(request, "to_do/all_kilometres.html", unassigned=shown, older=older)


@allowed(Right.ATTRIBUTE_KILOMETRES)
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whose the kilometres are."""
    try:
        found = await acts.to_attribute(Person(agent), _this(request), request.app[ACTIONS])
    except Refused as refused:
        raise await _not_now(request, refused) from None
    form = await form_of(AttributeForm, request)
    return await _form_page(request, form, found)


@allowed(Right.ATTRIBUTE_KILOMETRES)
async def attribute(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Give them to whoever was named, or ask again."""
    actor, actions, one = Person(agent), request.app[ACTIONS], _this(request)
    form = await sent_form(AttributeForm, request)
    try:
        await acts.to_attribute(actor, one, actions)
        named = await request.app[STORE].agents.called(form.agent_id.data or "", 2)
        told = {
            "unassigned_id": one.unassigned_id,
            "distance_m": number_or_none(form.distance_m.data or "") or 0,
            "agent_id": named[0].agent_id if len(named) == 1 else 0,
        }
        await acts.attribute(actor, judged(acts.Attribute, told), actions)
    except Refused as refused:
        if refused.first.reason is Reason.ALREADY_ATTRIBUTED:
            raise await _not_now(request, refused) from None
        if refused.first.field != "agent_id":
            raise
        show_on(form, refused, {}, agent.agent_id)
        found = await acts.to_attribute(actor, one, actions)
        return await _form_page(request, form, found, 422)
    text = N_("These kilometres are now those of %(who)s.")
    await flash(request, "success", words_of(request).say(text, who=named[0].full_name))
    raise web.HTTPSeeOther(LIST)


async def _form_page(
    request: web.Request, form: AttributeForm, found: Unassigned, status: int = 200
) -> web.Response:
    form.distance_m.data = str(found.distance_m)
    return await page(request, "to_do/attribute.html", status=status, form=form, unassigned=found)


def _this(request: web.Request) -> acts.OneUnassigned:
    return acts.OneUnassigned(unassigned_id=int(request.match_info["id"]))


async def _not_now(request: web.Request, refused: Refused) -> Exception:
    """Return where kilometres lead that are somebody's: to the list, which says whose."""
    if refused.first.reason is not Reason.ALREADY_ATTRIBUTED:
        return refused
    await flash(request, "warning", say(refused.first, words_of(request)))
    return web.HTTPSeeOther(LIST)


ROUTES = (
    web.get(LIST, show_list),
    web.get(f"{LIST}/contradictions", show_seen),
    web.post(f"{LIST}/contradictions/{{id:[0-9]{{1,18}}}}/vue", note_seen),
    web.get(f"{LIST}/kilometres", show_kilometres),
    web.get("/a-traiter/kilometres/{id:[0-9]{1,18}}", show_form),
    web.post("/a-traiter/kilometres/{id:[0-9]{1,18}}", attribute),
)
