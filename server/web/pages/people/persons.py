"""The pages of people: the list, a person, and the forms that put on record, change and move.

Never here: rights (rights.py), leaving (leaving.py), what one does with badges.
"""

import re

from aiohttp import web
from wtforms import Form, StringField

from server.actions import Person
from server.actions import accounts as account_acts
from server.actions.people import register as acts
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet.inputs import judged, one_line
from server.fleet.model.people import Agent
from server.fleet.names import folded
from server.fleet.people.register import OnRecord
from server.fleet.refusals import Reason, Refusal, Refused
from server.web.auth import manager_only
from server.web.forms import (
    ChoiceField,
    LocalDateField,
    PageForm,
    form_of,
    number_or_none,
    sent_form,
)
from server.web.i18n import N_, words_of
from server.web.localtime import next_day_s
from server.web.pages.people.plain_form import Plain, plain_page
from server.web.paging import PAGE_SIZE, before_of
from server.web.render import flash, page

LIST = "/agents"
_BOOKINGS = 10
_NAMESAKES = 25
_LICENCES = [("yes", N_("Seen, on record")), ("no", N_("Not on record"))]


class Search(Form):
    """Who is called so."""

    nom = StringField(N_("Name"), default="", filters=[one_line])


class NewForm(PageForm):
    """Somebody new."""

    full_name = StringField(N_("Name"), filters=[one_line])
    login = StringField(N_("Login"), filters=[one_line])
    directorate_id = ChoiceField(N_("Directorate"), coerce=number_or_none)
    licence = ChoiceField(N_("Driving licence"), default="no")

    async def fill_lists(self, request: web.Request) -> "NewForm":
        """Offer the directorates that are open."""
        await offer_directorates(self.directorate_id, request)
        _offer_licences(self.licence)
        return self


class EditForm(PageForm):
    """What is on record of a person; hidden, what it was when the page was shown."""

    full_name = StringField(N_("Name"), filters=[one_line])
    licence = ChoiceField(N_("Driving licence"))
    seen_name = StringField("")
    seen_licence = StringField("")


class MoveForm(PageForm):
    """Which directorate, from which day; hidden, since when each was when the page was shown."""

    directorate_id = ChoiceField(N_("Directorate"), coerce=number_or_none)
    from_s = LocalDateField(N_("From this day on"))
    seen = StringField("")


async def offer_directorates(field: ChoiceField, request: web.Request) -> None:
    """Let a list offer the directorates that are open, none chosen."""
    words = words_of(request)
    open_ones = [
        (str(each.directorate_id), f"{each.code}, {each.name}")
        for each in await request.app[STORE].directorates.all()
        if each.closed_from_s is None
    ]
    field.choices = [("", words.say(N_("Choose"))), *open_ones]


def _offer_licences(field: ChoiceField) -> None:
    field.choices = [(value, field.meta.words.say(text)) for value, text in _LICENCES]


@manager_only
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show people by name, open accounts first."""
    form = Search(request.query, meta={"words": words_of(request)})
    sought = form.nom.data or ""
    asked = {"name": sought, "limit": PAGE_SIZE + 1, "after_id": before_of(request, "after")}
    try:
        found = await acts.page(Person(agent), judged(acts.Sought, asked), request.app[ACTIONS])
    except Refused:
        found = []  # nobody is called by a sign that cannot be printed
    shown = found[:PAGE_SIZE]
    older = None
    if len(found) > PAGE_SIZE:
        following = request.rel_url.with_path(LIST).update_query(after=shown[-1].agent.agent_id)
        older = following.human_repr()
    return await page(
        request, "people/list.html", form=form, sought=sought, people=shown, older=older
    )


@manager_only
async def show(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what is on record of a person."""
    found = await acts.get(Person(agent), one_of(request), request.app[ACTIONS])
    store, now_s = request.app[STORE], request.app[CLOCK].now_s()
    number = found.agent.agent_id
    scopes = {
        "directorates": {d.directorate_id: d for d in await store.directorates.all()},
        "sites": await store.rights.sites(),
        "groups": await store.rights.groups(),
    }
    return await page(
        request,
        "people/person.html",
        person=found.agent,
        found=found,
        now_s=now_s,
        scopes=scopes,
        badges=await store.badges.of_agent(number),
        noted=await store.notices.of(number),
        bookings=await store.bookings.coming(number, now_s, _BOOKINGS),
        form=await form_of(PageForm, request),
    )


def _new(request: web.Request) -> Plain:
    return Plain(
        N_("New agent"),
        LIST,
        words_of(request).say(N_("Agents")),
        N_("Put on record"),
        (
            ("full_name", "text", None),
            ("login", "text", None),
            ("directorate_id", "text", None),
            ("licence", "text", None),
        ),
        N_(
            "Nobody new may book or sign in yet: the next page gives the right to book, and a code"
            " for the password."
        ),
    )


@manager_only
async def show_new(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask who is new."""
    form = await (await form_of(NewForm, request)).fill_lists(request)
    return await plain_page(request, _new(request), form)


@manager_only
async def add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Put somebody on record, or show the form again."""
    form = await (await sent_form(NewForm, request)).fill_lists(request)
    form.validate()
    told = {word: form[word].data for word in ("full_name", "login", "directorate_id")}
    told |= {"licence_recorded": form.licence.data == "yes"}
    try:
        found = await acts.add(Person(agent), judged(acts.AddPerson, told), request.app[ACTIONS])
    except Refused as refused:
        return await plain_page(request, _new(request), form, refused)
    text = N_("%(who)s is on record.")
    await flash(request, "success", words_of(request).say(text, who=found.agent.full_name))
    await _say_namesakes(request, found.agent)
    raise web.HTTPSeeOther(f"{LIST}/{found.agent.agent_id}")


async def _say_namesakes(request: web.Request, new: Agent) -> None:
    """Warn where somebody of the same name, however written, was on record already."""
    others = await request.app[STORE].agents.called(new.full_name, _NAMESAKES)
    for other in others:
        if other.login != new.login and folded(other.full_name) == folded(new.full_name):
            text = N_("%(who)s (%(login)s) was on record already: is it the same person?")
            said = words_of(request).say(text, who=other.full_name, login=other.login)
            await flash(request, "warning", said)


def _edit(person: Agent) -> Plain:
    return Plain(
        N_("Change what is on record"),
        f"{LIST}/{person.agent_id}",
        person.full_name,
        N_("Save"),
        (("full_name", "text", None), ("licence", "text", None)),
    )


@manager_only
async def show_edit(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what is on record, to be changed."""
    found = await acts.get(Person(agent), one_of(request), request.app[ACTIONS])
    licence = "yes" if found.has_licence else "no"
    name = found.agent.full_name
    form = await form_of(
        EditForm, request, full_name=name, seen_name=name, licence=licence, seen_licence=licence
    )
    _offer_licences(form.licence)
    return await plain_page(request, _edit(found.agent), form)


@manager_only
async def edit(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Save it; who was overtaken by somebody else reads what it is now."""
    found = await acts.get(Person(agent), one_of(request), request.app[ACTIONS])
    form = await sent_form(EditForm, request)
    _offer_licences(form.licence)
    form.validate()
    told = {word: form[word].data for word in ("full_name", "licence", "seen_name", "seen_licence")}
    try:
        if told["seen_licence"] not in dict(_LICENCES):
            raise web.HTTPBadRequest
        asked = judged(acts.EditPerson, told | {"agent_id": found.agent.agent_id})
        after = await acts.edit(Person(agent), asked, request.app[ACTIONS])
    except Refused as refused:
        now = await acts.get(Person(agent), one_of(request), request.app[ACTIONS])
        # Sent again, it is meant against what is there now.
        form.seen_name.data = now.agent.full_name
        form.seen_licence.data = "yes" if now.has_licence else "no"
        said = [_in_words(each, request) for each in refused.refusals]
        return await plain_page(request, _edit(now.agent), form, Refused(*said))
    text = N_("Saved: %(who)s.")
    await flash(request, "success", words_of(request).say(text, who=after.agent.full_name))
    raise web.HTTPSeeOther(f"{LIST}/{after.agent.agent_id}")


def _in_words(refusal: Refusal, request: web.Request) -> Refusal:
    """Let a licence that changed meanwhile be told in words."""
    if refusal.reason is not Reason.CHANGED_MEANWHILE or refusal.field != "licence":
        return refusal
    now = words_of(request).say(dict(_LICENCES)[str(refusal.values["now"])])
    return Refusal(refusal.field, refusal.reason, {"now": now})


def _starts(found: OnRecord) -> str:
    return " ".join(str(stay.from_s) for stay in found.memberships)


def _move(person: Agent) -> Plain:
    return Plain(
        N_("Change directorate, at a date"),
        f"{LIST}/{person.agent_id}",
        person.full_name,
        N_("Change directorate"),
        (("directorate_id", "text", None), ("from_s", "date", None)),
        N_(
            "Kilometres follow the directorate of the day of the trip. A day that is past changes"
            " what the trips since count for; one to come holds by itself. What was planned for"
            " later is replaced."
        ),
    )


@manager_only
async def show_move(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask which directorate, from which day."""
    found = await acts.get(Person(agent), one_of(request), request.app[ACTIONS])
    tomorrow_s = next_day_s(request.app[CLOCK].now_s(), words_of(request).timezone)
    form = await form_of(MoveForm, request, from_s=tomorrow_s, seen=_starts(found))
    await offer_directorates(form.directorate_id, request)
    return await plain_page(request, _move(found.agent), form)


@manager_only
async def move(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let somebody be of another directorate from that day on."""
    found = await acts.get(Person(agent), one_of(request), request.app[ACTIONS])
    form = await sent_form(MoveForm, request)
    await offer_directorates(form.directorate_id, request)
    form.validate()
    told = {"directorate_id": form.directorate_id.data, "from_s": form.from_s.data}
    told |= {"seen": [int(start) for start in re.findall(r"[0-9]{1,18}", form.seen.data or "")]}
    try:
        asked = judged(acts.MovePerson, told | {"agent_id": found.agent.agent_id})
        after = await acts.move(Person(agent), asked, request.app[ACTIONS])
    except Refused as refused:
        now = await acts.get(Person(agent), one_of(request), request.app[ACTIONS])
        form.seen.data = _starts(now)
        return await plain_page(request, _move(found.agent), form, refused)
    words = words_of(request)
    text = N_("%(who)s changes directorate: %(when)s.")
    said = words.say(text, who=after.agent.full_name, when=words.day(asked.from_s))
    await flash(request, "success", said)
    raise web.HTTPSeeOther(f"{LIST}/{after.agent.agent_id}")


@manager_only
async def reopen(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Open a closed account again."""
    await sent_form(PageForm, request)
    found = await acts.get(Person(agent), one_of(request), request.app[ACTIONS])
    one = account_acts.OneAccount(login=found.agent.login)
    await account_acts.reopen(Person(agent), one, request.app[ACTIONS])
    text = N_("The account of %(who)s is open again; badges stay blocked.")
    await flash(request, "success", words_of(request).say(text, who=found.agent.full_name))
    raise web.HTTPSeeOther(f"{LIST}/{found.agent.agent_id}")


def one_of(request: web.Request) -> acts.OnePerson:
    """Return whom this address is about."""
    return acts.OnePerson(agent_id=int(request.match_info["id"]))


_ONE = f"{LIST}/{{id:[0-9]{{1,18}}}}"

ROUTES = (
    web.get(LIST, show_list),
    web.get(f"{LIST}/nouveau", show_new),
    web.post(f"{LIST}/nouveau", add),
    web.get(_ONE, show),
    web.get(f"{_ONE}/modifier", show_edit),
    web.post(f"{_ONE}/modifier", edit),
    web.get(f"{_ONE}/direction", show_move),
    web.post(f"{_ONE}/direction", move),
    web.post(f"{_ONE}/rouvrir", reopen),
)
