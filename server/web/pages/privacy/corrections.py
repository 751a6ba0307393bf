"""The pages on which a person asks for a correction, and whoever manages the fleet answers.

What waits stands on the page "to do" (to_do.py). Never here: the correction itself.
"""

from aiohttp import web
from wtforms import TextAreaField

from server.actions import Person
from server.actions.privacy import corrections as acts
from server.app_keys import ACTIONS
from server.fleet.inputs import judged
from server.fleet.model.people import Agent
from server.fleet.privacy.corrections import LONGEST, Correction
from server.fleet.refusals import Reason, Refused
from server.web.auth import manager_only, signed_in
from server.web.forms import PageForm, StalePage, form_of, posted, sent_form
from server.web.i18n import N_, words_of
from server.web.refused import say, show_on
from server.web.render import STALE, flash, page

ASK = "/mes-donnees/rectification"
LIST = "/a-traiter"
_TEXT = {"maxlength": LONGEST, "rows": 5}


class AskForm(PageForm):
    """What is wrong, and what is right."""

    message = TextAreaField(N_("What is wrong, and what is right"), default="", render_kw=_TEXT)


class AnswerForm(PageForm):
    """What was done about it."""

    answer = TextAreaField(N_("Your answer"), default="", render_kw=_TEXT)


@signed_in
async def show_ask(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask what is wrong."""
    return await page(request, "privacy/ask.html", form=await form_of(AskForm, request))


@signed_in
async def ask(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Keep the request, or show the form again."""
    words, status = words_of(request), 422
    try:
        form = await sent_form(AskForm, request)
        asked = judged(acts.Ask, {"message": form.message.data})
        await acts.ask(Person(agent), asked, request.app[ACTIONS])
        text = N_("Your request has been sent; the answer will stand on this page.")
        await flash(request, "success", words.say(text))
        raise web.HTTPSeeOther("/mes-donnees#corrections")
    except StalePage:
        form, status = await form_of(AskForm, request, await posted(request)), 403
        await flash(request, "warning", words.say(STALE))
    except Refused as refused:
        status = show_on(form, refused, {}, agent.agent_id)
    return await page(request, "privacy/ask.html", status=status, form=form)


@manager_only
async def show_answer(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show a request, to be answered."""
    found = await acts.get(Person(agent), _this(request), request.app[ACTIONS])
    return await _answer_page(request, await form_of(AnswerForm, request), found)


@manager_only
async def answer(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Answer it and go back to the list, or show the form again."""
    actor, actions, one = Person(agent), request.app[ACTIONS], _this(request)
    found = await acts.get(actor, one, actions)
    words, status = words_of(request), 422
    try:
        form = await sent_form(AnswerForm, request)
        told = {"correction_id": one.correction_id, "answer": form.answer.data}
        await acts.reply(actor, judged(acts.Reply, told), actions)
        text = N_("Answered: %(who)s will see it on the page of their data.")
        await flash(request, "success", words.say(text, who=found.agent_name))
        raise web.HTTPSeeOther(LIST)
    except StalePage:
        form, status = await form_of(AnswerForm, request, await posted(request)), 403
        await flash(request, "warning", words.say(STALE))
    except Refused as refused:
        if refused.first.reason is Reason.REQUEST_ANSWERED:
            await flash(request, "warning", say(refused.first, words))
            raise web.HTTPSeeOther(LIST) from None
        status = show_on(form, refused, {}, agent.agent_id)
    return await _answer_page(request, form, found, status)


async def _answer_page(
    request: web.Request, form: AnswerForm, found: Correction, status: int = 200
) -> web.Response:
    return await page(request, "privacy/answer.html", status=status, form=form, correction=found)


def _this(request: web.Request) -> acts.OneRequest:
    return acts.OneRequest(correction_id=int(request.match_info["id"]))


ROUTES = (
    web.get(ASK, show_ask),
    web.post(ASK, ask),
    web.get("/a-traiter/rectifications/{id:[0-9]{1,18}}", show_answer),
    web.post("/a-traiter/rectifications/{id:[0-9]{1,18}}", answer),
)
