"""Pages made from templates: one Jinja environment a language, flash messages, error pages.

A page is `await page(request, "name.html", ...)`. Never here: what a page is about.
"""

import logging
from functools import cache
from pathlib import Path
from typing import Any, Literal

import aiohttp_session
from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.app_keys import AGENT, CONFIG
from server.fleet.commands import ENDS_FROM_AFAR
from server.fleet.model.people import Agent
from server.fleet.refusals import Refused
from server.fleet.roles import RIGHTS
from server.store import StoreError
from server.web import labels
from server.web.forms import PageForm, StalePage, form_of, keep_draft, page_of, posted
from server.web.i18n import LANGUAGES, N_, WORDS, Words, remember_language, words_of
from server.web.refused import STATUS_OF_PAGE, refusal_as_json, say
from server.web.security import local_path

_TEMPLATES = Path(__file__).parent / "templates"
_ENVIRONMENTS = web.AppKey("ENVIRONMENTS", dict[str, Environment])
_FLASH = "flash"
# Said above a form that came with a stale token and is shown again as it was filled in.
STALE = N_("This page was open for too long. Check what it says and send it again.")
_log = logging.getLogger(__name__)

Mood = Literal["success", "warning"]


def setup(app: web.Application) -> None:
    """Build one environment for each language."""
    app[_ENVIRONMENTS] = {
        language: _environment(speaker) for language, speaker in app[WORDS].items()
    }


@cache  # nor does it compile a template again
def _environment(speaker: Words) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    # What the i18n extension adds at run time is unknown to the type checker.
    environment.install_gettext_translations(speaker.catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        km=speaker.km,
        day=speaker.day,
        clock=speaker.clock,
        clock_s=speaker.clock_s,
        moment=speaker.moment,
        duration=speaker.duration,
        machine_time=speaker.machine_time,
        say=speaker.say,
        span=speaker.span,
        volts=speaker.volts,
        record_words=lambda record: labels.of_record(record, speaker),
    )
    environment.globals.update(
        language=speaker.language,
        coordinates=speaker.coordinates,
        trip_states=labels.TRIP_STATES,
        end_reasons=labels.END_REASONS,
        badge_whys=labels.BADGE_WHYS,
        badge_deeds=labels.BADGE_DEEDS,
        learn_stages=labels.LEARN_STAGES,
        learn_advice=labels.LEARN_ADVICE,
        refusal_reasons=labels.REFUSAL_REASONS,
        refusal_advice=labels.REFUSAL_ADVICE,
        relay_states=labels.RELAY_STATES,
        contradictions=labels.CONTRADICTIONS,
        contradiction_advice=labels.CONTRADICTION_ADVICE,
        counters=labels.COUNTERS,
        off_air=labels.OFF_AIR,
        batteries=labels.BATTERIES,
        hindrances=labels.HINDRANCES,
        hindrance_advice=labels.HINDRANCE_ADVICE,
        wishes=labels.WISHES,
        clock_sources=labels.CLOCK_SOURCES,
        assurances=labels.ASSURANCES,
        end_orders=labels.END_ORDERS,
        ends_from_afar=labels.ENDS_FROM_AFAR,
        commands_from_afar=ENDS_FROM_AFAR,
        theft_states=labels.THEFT_STATES,
        ratings=labels.RATING_WORDS,
        role_words=labels.ROLE_WORDS,
        dangers=labels.DANGERS,
        told_in_a_list=labels.TOLD_IN_A_LIST,
        phases=labels.PHASES,
        car_states=labels.CAR_STATES,
        mail_kinds=labels.MAIL_KINDS,
        mail_states=labels.MAIL_STATES,
        accessibility_states=labels.ACCESSIBILITY_STATES,
    )
    return environment


async def page(
    request: web.Request, template: str, *, status: int = 200, **context: Any
) -> web.Response:
    """Render a whole page, with the messages left for this person by the request before."""
    session = await aiohttp_session.get_session(request)
    # A page fetched by htmx to refresh a part of itself must not swallow the messages.
    is_refresh = "HX-Request" in request.headers
    messages = session.pop(_FLASH) if _FLASH in session and not is_refresh else []
    sign_out = await form_of(PageForm, request)
    html = _render(request, template, messages=messages, sign_out=sign_out, **context)
    return web.Response(text=html, content_type="text/html", status=status)


def _render(request: web.Request, template: str, **context: Any) -> str:
    environment = request.app[_ENVIRONMENTS][words_of(request).language]
    agent = request.get(AGENT)
    return environment.get_template(template).render(
        here=request.path_qs,
        path=request.path,
        agent=agent,
        rights=_rights(agent),
        operator=request.app[CONFIG].about,
        **context,
    )


def _rights(agent: Agent | None) -> frozenset[str]:
    """Return the names of the rights that somebody has anywhere: what there is to go to."""
    roles = () if agent is None else agent.roles
    return frozenset(right.name for grant in roles for right in RIGHTS[grant.role])


async def flash(request: web.Request, mood: Mood, text: str) -> None:
    """Leave a message for the next page this person sees; `text` is already translated."""
    session = await aiohttp_session.get_session(request)
    session[_FLASH] = [*session.get(_FLASH, []), [mood, text]]


@web.middleware
async def error_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors in the site's look, or as JSON under /api/."""
    reason = again = None
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400 or error.content_type == "application/json":
            raise
        answer: web.HTTPException | None = error
        status, headers = error.status, {k: v for k, v in error.headers.items() if k == "Allow"}
    except Refused as refused:  # by an action; the pages that can be corrected catch it themselves
        if request.path.startswith("/api/"):
            return refusal_as_json(request, refused)
        answer, status, headers = None, STATUS_OF_PAGE[refused.first.reason.kind], {}
        reason = say(refused.first, words_of(request))
    except (web.RequestPayloadError, ConnectionError):  # what was sent is broken, or ended early
        answer, status, headers = None, 400, {}
    except StoreError as error:  # the disk is full, another program holds the database
        _log.error("%s %s: %s", request.method, request.path, error)
        answer, status, headers = None, 503, {}
    except Exception:
        # The path is ours and harmless; the query and the body may hold what a person typed.
        _log.exception("%s %s failed", request.method, request.path)
        answer, status, headers = None, 500, {}
    if request.path.startswith("/api/"):
        text = words_of(request).say(labels.error_title(status))
        body = {"error": labels.ERROR_CODES.get(status, "bad_request"), "message": text}
        return web.json_response(body | {"field": None}, status=status, headers=headers)
    if isinstance(answer, StalePage):
        title, advice = N_("This page was open for too long"), N_("Go back and reload it.")
        agent, kept_for = request.get(AGENT), await keep_draft(request)
        if agent is not None and agent.agent_id == kept_for:
            again, advice = page_of(request), N_("What you typed is kept: open it again.")
    else:
        title, advice = labels.error_title(status), labels.error_advice(status)
    answer_page = await page(
        request, "error.html", status=status, title=title, reason=reason, advice=advice, again=again
    )
    answer_page.headers.update(headers)
    return answer_page


async def choose_language(request: web.Request) -> web.StreamResponse:
    """Remember the language asked for and go back to the page the person was on."""
    fields = await posted(request)
    language = fields.get("language", "")
    if language not in LANGUAGES:
        raise web.HTTPBadRequest
    response = web.HTTPSeeOther(local_path(fields.get("next"), "/"))
    remember_language(response, language)
    raise response
