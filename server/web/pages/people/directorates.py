"""The pages of directorates: the list, and the forms that add, rename and end one.

Never here: a single person's move (persons.py).
"""

from typing import NoReturn

from aiohttp import web
from wtforms import StringField

from server.actions import Person
from server.actions.people import directorates as acts
from server.app_keys import ACTIONS, CLOCK
from server.fleet.inputs import judged, one_line
from server.fleet.model.people import Agent, Directorate
from server.fleet.refusals import Reason, Refused
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
from server.web.pages.people.persons import offer_directorates
from server.web.pages.people.plain_form import Plain, plain_page
from server.web.render import flash, page

LIST = "/directions"


class AddForm(PageForm):
    """A new directorate."""

    code = StringField(N_("Short name"), filters=[one_line])
    name = StringField(N_("Name"), filters=[one_line])


class RenameForm(PageForm):
    """What it is called; hidden, what it was called when the page was shown."""

    name = StringField(N_("Name"), filters=[one_line])
    seen = StringField("")


class CloseForm(PageForm):
    """From which day on, and where its people go."""

    from_s = LocalDateField(N_("From this day on"))
    into_id = ChoiceField(N_("Merged into"), coerce=number_or_none)


@manager_only
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show every directorate."""
    found = await acts.page(Person(agent), request.app[ACTIONS])
    by_id = {each.directorate_id: each for each, _ in found}
    form = await form_of(PageForm, request)
    return await page(
        request, "people/directorates.html", directorates=found, by_id=by_id, form=form
    )


def _plain(request: web.Request, title: str, button: str, note: str | None, *names: str) -> Plain:
    fields = tuple((name, "date" if name == "from_s" else "text", None) for name in names)
    return Plain(title, LIST, words_of(request).say(N_("Directorates")), button, fields, note)


def _add(request: web.Request) -> Plain:
    return _plain(request, N_("New directorate"), N_("Add it"), None, "code", "name")


@manager_only
async def show_add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask what it is called."""
    return await plain_page(request, _add(request), await form_of(AddForm, request))


@manager_only
async def add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Add it, or show the form again."""
    form = await sent_form(AddForm, request)
    told = {"code": form.code.data, "name": form.name.data}
    try:
        made = await acts.add(
            Person(agent), judged(acts.AddDirectorate, told), request.app[ACTIONS]
        )
    except Refused as refused:
        return await plain_page(request, _add(request), form, refused)
    await _done(request, N_("Added: %(what)s."), made)


def _rename(request: web.Request) -> Plain:
    note = N_(
        "It stays the same cost centre: its trips of before show the new name too. A reform that"
        " ends it is said by “End it”."
    )
    return _plain(request, N_("Rename a directorate"), N_("Save"), note, "name")


@manager_only
async def show_rename(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what it is called."""
    found = await _found(request, agent)
    form = await form_of(RenameForm, request, name=found.name, seen=found.name)
    return await plain_page(request, _rename(request), form)


@manager_only
async def rename(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Save it; who was overtaken by somebody else reads what it is now."""
    form = await sent_form(RenameForm, request)
    number = (await _found(request, agent)).directorate_id
    told = {"directorate_id": number, "name": form.name.data, "seen": form.seen.data or ""}
    try:
        after = await acts.rename(
            Person(agent), judged(acts.RenameDirectorate, told), request.app[ACTIONS]
        )
    except Refused as refused:
        form.seen.data = (await _found(request, agent)).name
        return await plain_page(request, _rename(request), form, refused)
    await _done(request, N_("Saved: %(what)s."), after)


def _close(request: web.Request) -> Plain:
    note = N_(
        "From that day on its people are of the other, bookings to come and trips since included."
        " Trips of before stay with it."
    )
    return _plain(request, N_("End a directorate"), N_("End it"), note, "from_s", "into_id")


@manager_only
async def show_close(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask from which day on, and where its people go."""
    await _found(request, agent)
    tomorrow_s = next_day_s(request.app[CLOCK].now_s(), words_of(request).timezone)
    form = await form_of(CloseForm, request, from_s=tomorrow_s)
    await offer_directorates(form.into_id, request)
    return await plain_page(request, _close(request), form)


@manager_only
async def close(request: web.Request, agent: Agent) -> web.StreamResponse:
    """End it, or say what is in the way."""
    found = await _found(request, agent)
    form = await sent_form(CloseForm, request)
    await offer_directorates(form.into_id, request)
    form.validate()
    told = {
        "directorate_id": found.directorate_id,
        "from_s": form.from_s.data,
        "into_id": form.into_id.data,
    }
    try:
        await acts.close(Person(agent), judged(acts.CloseDirectorate, told), request.app[ACTIONS])
    except Refused as refused:
        return await plain_page(request, _close(request), form, refused)
    await _done(request, N_("Ended: %(what)s."), found)


@manager_only
async def reopen(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Open it again."""
    await sent_form(PageForm, request)
    await _found(request, agent)
    found = await acts.reopen(Person(agent), _one(request), request.app[ACTIONS])
    await _done(
        request, N_("Open again: %(what)s. Its people of before stay where they are."), found
    )


async def _done(request: web.Request, text: str, what: Directorate) -> NoReturn:
    said = words_of(request).say(text, what=f"{what.code}, {what.name}")
    await flash(request, "success", said)
    raise web.HTTPSeeOther(LIST)


async def _found(request: web.Request, agent: Agent) -> Directorate:
    """Return the directorate that this address is about; raises HTTPNotFound."""
    try:
        return await acts.get(Person(agent), _one(request), request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason is not Reason.UNKNOWN_NAME:
            raise
        raise web.HTTPNotFound from None


def _one(request: web.Request) -> acts.OneDirectorate:
    """Return which one this address is about."""
    return acts.OneDirectorate(directorate_id=int(request.match_info["id"]))


_ONE = f"{LIST}/{{id:[0-9]{{1,18}}}}"

ROUTES = (
    web.get(LIST, show_list),
    web.get(f"{LIST}/nouvelle", show_add),
    web.post(f"{LIST}/nouvelle", add),
    web.get(f"{_ONE}/modifier", show_rename),
    web.post(f"{_ONE}/modifier", rename),
    web.get(f"{_ONE}/fermer", show_close),
    web.post(f"{_ONE}/fermer", close),
    web.post(f"{_ONE}/rouvrir", reopen),
)
