"""Feedback: a driver says how a trip was, a manager answers on the page "Avis".

A driver may change the message until it is answered, a manager correct the answer: the driver is
told again. Never here: what may be said (fleet/feedback.py), and by whom (actions/feedback.py).
"""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from wtforms import BooleanField, HiddenField, TextAreaField

from server.actions import Person
from server.actions import feedback as acts
from server.app_keys import ACTIONS, CLOCK
from server.fleet.feedback import MAX_MESSAGE_LENGTH, RATINGS, Feedback
from server.fleet.inputs import judged
from server.fleet.model.people import Agent
from server.fleet.refusals import Refusal, Refused
from server.fleet.roles import Right
from server.web.auth import allowed, signed_in
from server.web.forms import (
    ChoiceField,
    PageForm,
    StalePage,
    form_of,
    number_or_none,
    posted,
    sent_form,
)
from server.web.i18n import N_, words_of
from server.web.labels import RATING_WORDS
from server.web.refused import show_on
from server.web.render import STALE, flash, page
from server.web.trip_log import this_trip

LIST = "/avis"
_TEXT = {"maxlength": MAX_MESSAGE_LENGTH, "rows": 5}


class FeedbackForm(PageForm):
    """What a driver says."""

    rating = ChoiceField(
        N_("How was it?"), coerce=number_or_none, default=None, validate_choice=False
    )
    message = TextAreaField(N_("Message"), default="", render_kw=_TEXT)
    damage = BooleanField(N_("The car is damaged"))

    def offer(self, offer: acts.SayOffer) -> None:
        """Leave what may be said now."""
        say = self.meta.words.say
        self.rating.choices = [("", say(N_("No rating")))]
        self.rating.choices += [(str(n), say(RATING_WORDS[n])) for n in RATINGS]
        if not offer.may_rate:
            del self.rating
        if not offer.may_tell:
            del self.message, self.damage

    def asked(self, offer: acts.SayOffer) -> dict[str, Any]:
        """Return it, with what was said before where the form does not ask."""
        told = {name: value for name, value in self.data.items() if name != "csrf_token"}
        if "message" not in self and offer.before is not None:
            told |= {"message": offer.before.message, "damage": offer.before.damage}
        return told | {"trip_id": offer.trip.trip_id}


class AnswerForm(PageForm):
    """What a manager answers, and to which message: `said_at_s` is its instant."""

    answer = TextAreaField(N_("Your answer"), default="", render_kw=_TEXT)
    said_at_s = HiddenField()

    def asked(self, trip_id: int) -> acts.Answer:
        """Return it; raises Refused."""
        text = self.said_at_s.data or ""
        at_s = int(text) if text.isdecimal() and len(text) <= 18 else None
        told = {"trip_id": trip_id, "said_at_s": at_s, "answer": self.answer.data}
        return judged(acts.Answer, told)


@signed_in
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what was said already, to be changed."""
    offer = await acts.to_say(Person(agent), this_trip(request), request.app[ACTIONS])
    before, filled = offer.before, dict[str, object]()
    if before is not None:
        filled = {"rating": before.rating, "message": before.message, "damage": before.damage}
    form = await form_of(FeedbackForm, request, **filled)
    form.offer(offer)
    return await page(request, "feedback/form.html", form=form, offer=offer)


@signed_in
async def send(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Keep what the driver says, or show the form again with each message beside its field."""
    actor, actions = Person(agent), request.app[ACTIONS]
    offer = await acts.to_say(actor, this_trip(request), actions)
    words, status = words_of(request), 422
    against: Sequence[Refusal] = ()
    try:
        form = await sent_form(FeedbackForm, request)
        form.offer(offer)
        if form.validate():
            await acts.say(actor, judged(acts.Say, form.asked(offer)), actions)
            text = N_("Thank you. The fleet manager sees it; an answer will stand on this page.")
            await flash(request, "success", words.say(text))
            raise web.HTTPSeeOther(f"/trajets/{offer.trip.trip_id}")
    except StalePage:
        form, status = await form_of(FeedbackForm, request, await posted(request)), 403
        form.offer(offer)
        await flash(request, "warning", words.say(STALE))
    except Refused as refused:
        against = refused.refusals  # the first of them; what speaks against it at once is said
    if status != 403:
        against = await acts.objections(actor, form.asked(offer), actions) or against
    if against:
        show_on(form, Refused(*against), {}, agent.agent_id)
    return await page(request, "feedback/form.html", status=status, form=form, offer=offer)


@allowed(Right.SEE_FEEDBACK)
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what drivers said, what waits for an answer first."""
    listed = await acts.waiting_first(Person(agent), request.app[ACTIONS])
    now_s = request.app[CLOCK].now_s()
    return await page(request, "feedback/list.html", feedback=listed, now_s=now_s)


@allowed(Right.ANSWER_FEEDBACK)
async def show_answer(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show a message and its answer, to be given or corrected."""
    said = await acts.to_answer(Person(agent), this_trip(request), request.app[ACTIONS])
    form = await form_of(AnswerForm, request, answer=said.answer or "", said_at_s=said.said_at_s)
    return await _answer_page(request, form, said)


@allowed(Right.ANSWER_FEEDBACK)
async def send_answer(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Answer and go back to the list, however often the button was pressed."""
    actor, actions = Person(agent), request.app[ACTIONS]
    said = await acts.to_answer(actor, this_trip(request), actions)
    words, status = words_of(request), 422
    try:
        form = await sent_form(AnswerForm, request)
        await acts.answer(actor, form.asked(said.trip_id), actions)
        message = N_("Answered: %(who)s will see it on the page of the trip.")
        await flash(request, "success", words.say(message, who=said.agent_name))
        raise web.HTTPSeeOther(LIST)
    except StalePage:
        form, status = await form_of(AnswerForm, request, await posted(request)), 403
        await flash(request, "warning", words.say(STALE))
    except Refused as refused:
        if any(refusal.field == form.said_at_s.name for refusal in refused.refusals):
            raise web.HTTPBadRequest from None  # nobody typed that
        show_on(form, refused, {}, agent.agent_id)
    form.said_at_s.data = str(said.said_at_s)  # what is shown now can be answered
    return await _answer_page(request, form, said, status)


async def _answer_page(
    request: web.Request, form: AnswerForm, said: Feedback, status: int = 200
) -> web.Response:
    return await page(request, "feedback/answer.html", status=status, form=form, feedback=said)


ROUTES = (
    web.get("/trajets/{id:[0-9]{1,18}}/avis", show_form),
    web.post("/trajets/{id:[0-9]{1,18}}/avis", send),
    web.get("/avis", show_list),
    web.get("/avis/{id:[0-9]{1,18}}", show_answer),
    web.post("/avis/{id:[0-9]{1,18}}", send_answer),
)
