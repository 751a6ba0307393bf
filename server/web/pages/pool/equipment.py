"""The pages "equipment": what can be taken along, at which site. Never here: who has booked it."""

from aiohttp import web
from wtforms import SelectField, StringField

from server.actions import Person
from server.actions.pool import equipment as acts
from server.app_keys import ACTIONS, STORE
from server.fleet.inputs import judged, one_line
from server.fleet.model.bookings import Equipment
from server.fleet.model.people import Agent
from server.fleet.pool import MOST_LETTERS, stamp
from server.fleet.refusals import Kind, Refused
from server.web.auth import manager_only
from server.web.forms import PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.pages.pool.forms import SeenForm, chosen_id, show_refused
from server.web.refused import say
from server.web.render import flash, page

LIST = "/equipements"
_TEXT = {"maxlength": MOST_LETTERS}
_FIELDS = {"site_id": "site"}


class PieceForm(SeenForm):
    """What a piece is."""

    code = StringField(N_("Code"), filters=[one_line], render_kw=_TEXT)
    name = StringField(N_("Name"), filters=[one_line], render_kw=_TEXT)
    site = SelectField(N_("Site"), coerce=chosen_id, validate_choice=False)


@manager_only
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the pieces by site and name, those that are retired last."""
    pieces = await request.app[STORE].equipment.all()
    pieces.sort(key=lambda piece: piece.retired_at_s is not None)
    return await page(request, "pool/equipment.html", pieces=pieces)


@manager_only
async def show_add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form for a new piece."""
    return await _form_page(request, await form_of(PieceForm, request), None)


@manager_only
async def add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take a piece into the pool, or show the form with what is in the way."""
    form = await sent_form(PieceForm, request)
    try:
        wanted = judged(acts.AddPiece, _words(form) | {"code": form.code.data or ""})
        piece = await acts.add(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        status = await show_refused(request, form, refused, _FIELDS, agent.agent_id)
        return await _form_page(request, form, None, status)
    text = N_("%(name)s can be booked with a car of its site.")
    await flash(request, "success", words_of(request).say(text, name=piece.name))
    raise web.HTTPSeeOther(LIST)


@manager_only
async def show_change(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form filled with what a piece is."""
    piece = await acts.get(Person(agent), _one(request), request.app[ACTIONS])
    filled = {"code": piece.code, "name": piece.name, "site": piece.site_id}
    return await _form_page(request, await form_of(PieceForm, request, **filled), piece)


@manager_only
async def change(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Change a piece, or show the form with what is in the way."""
    form, person, actions = await sent_form(PieceForm, request), Person(agent), request.app[ACTIONS]
    which = {"equipment_id": _one(request).equipment_id, "seen": form.seen.data or None}
    try:
        await acts.change(person, judged(acts.ChangePiece, _words(form) | which), actions)
    except Refused as refused:
        status = await show_refused(request, form, refused, _FIELDS, agent.agent_id)
        piece = await acts.get(person, _one(request), actions)
        return await _form_page(request, form, piece, status)
    await flash(request, "success", words_of(request).say(N_("The changes are kept.")))
    raise web.HTTPSeeOther(LIST)


@manager_only
async def retire(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let a piece be had no more, or say that it is booked."""
    await sent_form(PageForm, request)
    words = words_of(request)
    try:
        await acts.retire(Person(agent), _one(request), request.app[ACTIONS])
        await flash(request, "success", words.say(N_("It can be booked no more.")))
    except Refused as refused:
        if refused.first.reason.kind is not Kind.CONFLICT:
            raise
        await flash(request, "warning", say(refused.first, words))
    raise web.HTTPSeeOther(LIST)


@manager_only
async def reopen(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let a piece be had again."""
    await sent_form(PageForm, request)
    await acts.reopen(Person(agent), _one(request), request.app[ACTIONS])
    await flash(request, "success", words_of(request).say(N_("It can be booked again.")))
    raise web.HTTPSeeOther(LIST)


def _words(form: PieceForm) -> dict[str, object]:
    return {"name": form.name.data or "", "site_id": form.site.data}


def _one(request: web.Request) -> acts.OnePiece:
    return acts.OnePiece(equipment_id=int(request.match_info["id"]))


async def _form_page(
    request: web.Request, form: PieceForm, piece: Equipment | None, status: int = 200
) -> web.Response:
    places = await request.app[STORE].sites.all()
    form.site.choices = [(each.site_id, each.name) for each in places if each.retired_at_s is None]
    return await page(
        request, "pool/piece_form.html", status=status, form=form, piece=piece, seen=stamp(piece)
    )


ROUTES = (
    web.get(LIST, show_list),
    web.get(f"{LIST}/nouveau", show_add),
    web.post(f"{LIST}/nouveau", add),
    web.get(LIST + "/{id:[0-9]{1,18}}", show_change),
    web.post(LIST + "/{id:[0-9]{1,18}}", change),
    web.post(LIST + "/{id:[0-9]{1,18}}/retirer", retire),
    web.post(LIST + "/{id:[0-9]{1,18}}/reprendre", reopen),
)
