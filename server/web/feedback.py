"""Feedback: a driver says how a trip was, a manager answers on the page "Avis".

A driver may change the message until it is answered, a manager correct the answer: the driver is
told again. `say` and `answer` serve the JSON API too. Never here: what may be said
(fleet/feedback.py).
"""

from aiohttp import web
from wtforms import BooleanField, HiddenField, TextAreaField

from server.app_keys import CLOCK, STORE
from server.fleet.feedback import (
    MAX_MESSAGE_LENGTH,
    RATINGS,
    Feedback,
    Said,
    answer_problem,
    problems,
)
from server.fleet.model import Agent, Trip
from server.store import AlreadyAnswered
from server.web.auth import manager_only, signed_in
from server.web.forms import (
    ChoiceField,
    PageForm,
    StalePage,
    clean_lines,
    form_of,
    posted,
    sent_form,
)
from server.web.i18n import N_, words_of
from server.web.labels import RATING_WORDS, feedback_problem
from server.web.pages import STALE, flash, page
from server.web.trips import number_or_none, open_trip

LIST = "/avis"
SHOWN = 100
_TEXT = {"maxlength": MAX_MESSAGE_LENGTH, "rows": 5}


class NotSaid(Exception):  # noqa: N818 - it is an answer, not a fault
    """The rules say no: `problems` maps a field to a code of labels.py."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems.values()))
        self.problems = problems


class FeedbackForm(PageForm):
    """What a driver says."""

    rating = ChoiceField(N_("How was it?"), coerce=number_or_none, default=None)
    message = TextAreaField(N_("Message"), filters=[clean_lines], render_kw=_TEXT)
    damage = BooleanField(N_("The car is damaged"))

    def offer(self, trip: Trip, before: Feedback | None) -> None:
        """Leave what may be said now: a rating after the end, a message until it is answered."""
        say = self.meta.words.say
        self.rating.choices = [("", say(N_("No rating")))]
        self.rating.choices += [(str(n), say(RATING_WORDS[n])) for n in RATINGS]
        if trip.state != "ended":
            del self.rating
        if before is not None and before.answer is not None:
            del self.message, self.damage

    def said(self, before: Feedback | None) -> Said:
        """Return it, with what was said before where the form does not ask."""
        rating = self.rating.data if "rating" in self else None
        if before is not None and "message" not in self:
            return Said(rating, before.message, before.damage)
        return Said(rating, self.message.data or "", self.damage.data)


class AnswerForm(PageForm):
    """What a manager answers, and to which message: `said_at_s` is its instant."""

    answer = TextAreaField(N_("Your answer"), filters=[clean_lines], render_kw=_TEXT)
    said_at_s = HiddenField()


async def say(app: web.Application, trip: Trip, said: Said) -> Feedback:
    """Store what the driver says; raises NotSaid."""
    against = problems(said, trip.state == "ended")
    if against:
        raise NotSaid(against)
    try:
        return await app[STORE].feedback.say(trip.trip_id, said, app[CLOCK].now_s())
    except AlreadyAnswered:
        raise NotSaid({"message": "already_answered"}) from None


async def answer(
    app: web.Application, agent: Agent, trip_id: int, said_at_s: int, text: str
) -> Feedback:
    """Answer a message; raises NotSaid, also when it has changed since it was read."""
    if code := answer_problem(text):
        raise NotSaid({"answer": code})
    now_s = app[CLOCK].now_s()
    feedback = await app[STORE].feedback.answer(trip_id, said_at_s, text, agent.agent_id, now_s)
    if feedback is None:
        raise NotSaid({"answer": "message_changed"})
    return feedback


async def own_trip(request: web.Request, agent: Agent) -> Trip:
    """Return the trip of this address, which this person drove.

    Raises:
        HTTPNotFound, HTTPForbidden: it is not theirs to see, or only to see.
    """
    trip = (await open_trip(request, agent)).trip
    if trip.agent_id != agent.agent_id:
        raise web.HTTPForbidden
    return trip


@signed_in
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what was said already, to be changed."""
    trip = await own_trip(request, agent)
    before = await request.app[STORE].feedback.of_trip(trip.trip_id)
    filled: dict[str, object] = {}
    if before is not None:
        filled = {"rating": before.rating, "message": before.message, "damage": before.damage}
    form = await form_of(FeedbackForm, request, **filled)
    form.offer(trip, before)
    return await _form_page(request, form, trip, before)


@signed_in
async def send(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Keep what the driver says, or show the form again with each message beside its field."""
    trip = await own_trip(request, agent)
    before = await request.app[STORE].feedback.of_trip(trip.trip_id)
    words, status = words_of(request), 422
    try:
        form = await sent_form(FeedbackForm, request)
        form.offer(trip, before)
        if form.validate():
            await say(request.app, trip, form.said(before))
            text = N_("Thank you. The fleet manager sees it; an answer will stand on this page.")
            await flash(request, "success", words.say(text))
            raise web.HTTPSeeOther(f"/trajets/{trip.trip_id}")
    except StalePage:
        form, status = await form_of(FeedbackForm, request, await posted(request)), 403
        form.offer(trip, before)
        await flash(request, "warning", words.say(STALE))
    except NotSaid as no:
        for name, code in no.problems.items():
            if name in form:
                form[name].errors = [feedback_problem(code, words)]
            else:
                await flash(request, "warning", feedback_problem(code, words))
    return await _form_page(request, form, trip, before, status)


async def _form_page(
    request: web.Request, form: FeedbackForm, trip: Trip, before: Feedback | None, status: int = 200
) -> web.Response:
    return await page(
        request, "feedback_form.html", status=status, form=form, trip=trip, feedback=before
    )


@manager_only
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what drivers said, what waits for an answer first."""
    feedback = await request.app[STORE].feedback.log(SHOWN)
    now_s = request.app[CLOCK].now_s()
    return await page(request, "feedback.html", feedback=feedback, now_s=now_s)


@manager_only
async def show_answer(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show a message and its answer, to be given or corrected."""
    feedback = await _message(request)
    form = await form_of(
        AnswerForm, request, answer=feedback.answer or "", said_at_s=feedback.said_at_s
    )
    return await page(request, "feedback_answer.html", form=form, feedback=feedback)


@manager_only
async def send_answer(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Answer and go back to the list, however often the button was pressed."""
    feedback = await _message(request)
    words, status = words_of(request), 422
    try:
        form = await sent_form(AnswerForm, request)
        said_at_s = form.said_at_s.data or ""
        if not said_at_s.isdecimal() or len(said_at_s) > 18:
            raise web.HTTPBadRequest
        text = form.answer.data or ""
        await answer(request.app, agent, feedback.trip_id, int(said_at_s), text)
        message = N_("Answered: %(who)s will see it on the page of the trip.")
        await flash(request, "success", words.say(message, who=feedback.agent_name))
        raise web.HTTPSeeOther(LIST)
    except StalePage:
        form, status = await form_of(AnswerForm, request, await posted(request)), 403
        await flash(request, "warning", words.say(STALE))
    except NotSaid as no:
        form.answer.errors = [feedback_problem(no.problems["answer"], words)]
    form.said_at_s.data = str(feedback.said_at_s)  # what is shown now can be answered
    return await page(request, "feedback_answer.html", status=status, form=form, feedback=feedback)


async def _message(request: web.Request) -> Feedback:
    """Return the feedback of this address; HTTPNotFound when it holds no message."""
    feedback = await request.app[STORE].feedback.of_trip(int(request.match_info["id"]))
    if feedback is None or not feedback.message:
        raise web.HTTPNotFound
    return feedback
