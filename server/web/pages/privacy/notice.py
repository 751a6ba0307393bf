"""The notice on personal data: anybody reads it; whoever signs in for the first time takes note.

A manager writes down who was given it on paper. Never here: which version holds
(fleet/privacy/notice.py), what a car does without it.
"""

from aiohttp import web

from server.actions import Person
from server.actions.people.register import OnePerson
from server.actions.people.register import get as get_person
from server.actions.privacy import notices as acts
from server.app_keys import ACTIONS, AGENT, CLOCK, CONFIG, STORE
from server.fleet.inputs import judged
from server.fleet.model.people import Agent
from server.fleet.refusals import Refused
from server.web.auth import anybody, manager_only, signed_in
from server.web.entry import NOTICE, home_of
from server.web.forms import LocalDateField, PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.pages.people.persons import LIST, one_of
from server.web.pages.people.plain_form import Plain, plain_page
from server.web.pages.privacy.known import days_in_words
from server.web.render import flash, page
from server.web.security import local_path


class PaperForm(PageForm):
    """On which day somebody was given the notice."""

    at_s = LocalDateField(N_("Given on this day"))


@anybody
async def show(request: web.Request) -> web.StreamResponse:
    """Show the notice; to who has not taken note of it, with the button to do so."""
    agent, config = request.get(AGENT), request.app[CONFIG]
    informed = agent and await request.app[STORE].notices.is_informed(agent.agent_id)
    return await page(
        request,
        "privacy/notice.html",
        about=config.about,
        kept_for=lambda days: days_in_words(days, words_of(request)),
        retention=config.retention,
        asked=agent is not None and not informed,
        noted=await request.app[STORE].notices.of(agent.agent_id) if agent else [],
        form=await form_of(PageForm, request),
        next=request.query.get("next", ""),
    )


@signed_in
async def take_note(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Write down that this person has read it, and lead on to the page they wanted."""
    await sent_form(PageForm, request)
    await acts.take_note(Person(agent), request.app[ACTIONS])
    raise web.HTTPSeeOther(local_path(request.query.get("next"), home_of(agent)))


@manager_only
async def show_paper(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask on which day somebody was given it on paper."""
    form = await form_of(PaperForm, request, at_s=request.app[CLOCK].now_s())
    return await _paper_page(request, agent, form)


@manager_only
async def note_paper(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Write it down, or show the form again."""
    form = await sent_form(PaperForm, request)
    form.validate()
    number = one_of(request).agent_id
    try:
        asked = judged(acts.HandOver, {"agent_id": number, "at_s": form.at_s.data})
        await acts.hand_over(Person(agent), asked, request.app[ACTIONS])
    except Refused as refused:
        return await _paper_page(request, agent, form, refused)
    text = N_("Recorded: the notice was given on paper. In coverage the cars know within seconds.")
    await flash(request, "success", words_of(request).say(text))
    raise web.HTTPSeeOther(f"{LIST}/{number}")


async def _paper_page(
    request: web.Request, agent: Agent, form: PaperForm, refused: Refused | None = None
) -> web.Response:
    number = one_of(request).agent_id
    person = await get_person(Person(agent), OnePerson(agent_id=number), request.app[ACTIONS])
    plain = Plain(
        N_("The notice was given on paper"),
        f"{LIST}/{number}",
        person.agent.full_name,
        N_("Record it"),
        (("at_s", "date", None),),
        N_("Give a copy of the notice page, and let the person keep it: nothing is to be signed."),
    )
    return await plain_page(request, plain, form, refused)


ROUTES = (
    web.get(NOTICE, show),
    web.post(NOTICE, take_note),
    web.get(f"{LIST}/{{id:[0-9]{{1,18}}}}/note-d-information", show_paper),
    web.post(f"{LIST}/{{id:[0-9]{{1,18}}}}/note-d-information", note_paper),
)
