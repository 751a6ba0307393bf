"""The pages "sites": where the car parks are, in which hours they live, how many cars have room.

Never here: what a point or a zone may be (fleet/pool).
"""

from aiohttp import web
from wtforms import SelectField, StringField

from server.actions import Person
from server.actions.pool import sites as acts
from server.app_keys import ACTIONS, STORE
from server.fleet.inputs import judged, one_line
from server.fleet.model.people import Agent
from server.fleet.pool import MOST_LETTERS, ZONES, Place, stamp
from server.fleet.refusals import Kind, Refused
from server.fleet.sites import DEFAULT_RADIUS_M
from server.web.auth import manager_only
from server.web.forms import PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.pages.pool.forms import SeenForm, decimal, show_refused, whole
from server.web.refused import say
from server.web.render import flash, page

LIST = "/sites"
_TEXT = {"maxlength": MOST_LETTERS}
_NUMBER = {"inputmode": "decimal", "maxlength": 20}
_E7 = 10**7


class SiteForm(SeenForm):
    """What a site is."""

    code = StringField(N_("Code"), filters=[one_line], render_kw=_TEXT)
    name = StringField(N_("Name"), filters=[one_line], render_kw=_TEXT)
    lat = StringField(N_("Latitude"), filters=[one_line], render_kw=_NUMBER)
    lon = StringField(N_("Longitude"), filters=[one_line], render_kw=_NUMBER)
    radius_m = StringField(N_("Radius, in metres"), filters=[one_line], render_kw=_NUMBER)
    timezone = SelectField(N_("Time zone"), validate_choice=False)
    bays = StringField(N_("Bays"), filters=[one_line], render_kw=_NUMBER)

    def asked_for(self) -> dict[str, object]:
        """Return what was filled in, in the words of the request."""
        return {
            "name": self.name.data or "",
            "lat": decimal(self.lat.data),
            "lon": decimal(self.lon.data),
            "radius_m": whole(self.radius_m.data),
            "timezone": self.timezone.data or None,
            "bays": whole(self.bays.data),
        }


@manager_only
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the sites by name, those that are closed last."""
    store = request.app[STORE]
    places = sorted(await store.sites.all(), key=lambda place: place.retired_at_s is not None)
    return await page(request, "pool/sites.html", sites=places, cars=await store.sites.cars_of())


@manager_only
async def show_add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form for a new site."""
    return await _form_page(request, await form_of(SiteForm, request), None)


@manager_only
async def add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take a site into the pool, or show the form with what is in the way."""
    form = await sent_form(SiteForm, request)
    try:
        wanted = judged(acts.AddSite, form.asked_for() | {"code": form.code.data or ""})
        place = await acts.add(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        status = await show_refused(request, form, refused, {}, agent.agent_id)
        return await _form_page(request, form, None, status)
    text = N_("The site %(name)s is there. Cars can be put there.")
    await flash(request, "success", words_of(request).say(text, name=place.name))
    raise web.HTTPSeeOther(LIST)


@manager_only
async def show_change(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form filled with what a site is."""
    place = await acts.get(Person(agent), _one(request), request.app[ACTIONS])
    filled = {name: getattr(place, name) for name in ("code", "name", "radius_m", "bays")}
    filled["timezone"] = place.timezone or ""
    for name, value_e7 in (("lat", place.lat_e7), ("lon", place.lon_e7)):
        filled[name] = "" if value_e7 is None else f"{value_e7 / _E7:.7f}".rstrip("0").rstrip(".")
    shown = {name: "" if value is None else str(value) for name, value in filled.items()}
    return await _form_page(request, await form_of(SiteForm, request, **shown), place)


@manager_only
async def change(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Change a site, or show the form with what is in the way."""
    form, person, actions = await sent_form(SiteForm, request), Person(agent), request.app[ACTIONS]
    which = {"site_id": _one(request).site_id, "seen": form.seen.data or None}
    try:
        await acts.change(person, judged(acts.ChangeSite, form.asked_for() | which), actions)
    except Refused as refused:
        status = await show_refused(request, form, refused, {}, agent.agent_id)
        place = await acts.get(person, _one(request), actions)
        return await _form_page(request, form, place, status)
    await flash(request, "success", words_of(request).say(N_("The changes are kept.")))
    raise web.HTTPSeeOther(LIST)


@manager_only
async def close(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Close a site, or say what is still there."""
    await sent_form(PageForm, request)
    words = words_of(request)
    try:
        await acts.retire(Person(agent), _one(request), request.app[ACTIONS])
        await flash(request, "success", words.say(N_("The site is closed.")))
    except Refused as refused:
        if refused.first.reason.kind is not Kind.CONFLICT:
            raise
        await flash(request, "warning", say(refused.first, words))
    raise web.HTTPSeeOther(LIST)


@manager_only
async def reopen(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Open a site again."""
    await sent_form(PageForm, request)
    await acts.reopen(Person(agent), _one(request), request.app[ACTIONS])
    await flash(request, "success", words_of(request).say(N_("The site is open again.")))
    raise web.HTTPSeeOther(LIST)


def _one(request: web.Request) -> acts.OneSite:
    return acts.OneSite(site_id=int(request.match_info["id"]))


async def _form_page(
    request: web.Request, form: SiteForm, place: Place | None, status: int = 200
) -> web.Response:
    words = words_of(request)
    zones = dict.fromkeys(zone for zone in (*ZONES, form.timezone.data) if zone)
    usual = words.say(N_("As here (%(zone)s)"), zone=words.timezone.key)
    form.timezone.choices = [("", usual), *((zone, zone) for zone in zones)]
    return await page(
        request,
        "pool/site_form.html",
        status=status,
        form=form,
        site=place,
        seen=stamp(place),
        radius_m=DEFAULT_RADIUS_M,
    )


ROUTES = (
    web.get(LIST, show_list),
    web.get(f"{LIST}/nouveau", show_add),
    web.post(f"{LIST}/nouveau", add),
    web.get(LIST + "/{id:[0-9]{1,18}}", show_change),
    web.post(LIST + "/{id:[0-9]{1,18}}", change),
    web.post(LIST + "/{id:[0-9]{1,18}}/fermer", close),
    web.post(LIST + "/{id:[0-9]{1,18}}/rouvrir", reopen),
)
