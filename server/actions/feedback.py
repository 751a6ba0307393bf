"""What a driver says of a trip, and what a manager answers: the driver is told again.

Both are persons: an answer carries a name. Never here: what may be said (fleet/feedback.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.actions import trips
from server.actions.actor import Actor, Person, is_self, may, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.actions.trips import OneTrip
from server.fleet.audit import Act
from server.fleet.feedback import AnswerText, Feedback, Message, Rating, Said, may_tell, problems
from server.fleet.inputs import Flag, Id, Input, Instant, judged_in_part
from server.fleet.model.trips import Trip
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import Right
from server.store import AlreadyAnswered

SHOWN = 100  # of what drivers said: what waits for an answer comes first


class Say(Input):
    """What the driver of a trip says of it; a `rating` of None: none given."""

    trip_id: Id
    rating: Rating = None
    message: Message
    damage: Flag


class Answer(Input):
    """The answer to the message of that instant."""

    trip_id: Id
    said_at_s: Instant
    answer: AnswerText


@dataclass(frozen=True, slots=True)
class SayOffer:
    """A trip to its driver: what they said of it before, and what may be said or changed now."""

    trip: Trip
    before: Feedback | None
    may_rate: bool
    may_tell: bool  # a message, and whether the car is damaged


async def to_say(actor: Actor, request: OneTrip, actions: Actions) -> SayOffer:
    """Return a trip of which the actor may say something.

    Raises:
        Refused: NO_SUCH_TRIP; NOT_THE_DRIVER, for one that is only theirs to see.
    """
    trip = await trips.get(actor, request, actions)
    if not is_self(actor, trip.agent_id):
        raise Refused(Refusal("", Reason.NOT_THE_DRIVER))
    before = await actions.store.feedback.of_trip(trip.trip_id)
    return SayOffer(trip, before, may_rate=trip.state == "ended", may_tell=may_tell(before))


@audited(Act.SAY_FEEDBACK, "trip")
async def say(actor: Person, request: Say, actions: Actions) -> Feedback:
    """Keep or change what a driver says; the rating may change at any time.

    Raises:
        Refused: NO_SUCH_TRIP, NOT_THE_DRIVER; what fleet/feedback.py finds; ALREADY_ANSWERED.
    """
    offer = await to_say(actor, OneTrip(trip_id=request.trip_id), actions)
    said = Said(request.rating, request.message, request.damage)
    if refusals := problems(said, offer.may_rate):
        raise Refused(*refusals)
    try:
        return await actions.store.feedback.say(request.trip_id, said, actions.clock.now_s())
    except AlreadyAnswered:
        raise Refused(Refusal("message", Reason.ALREADY_ANSWERED)) from None


async def objections(actor: Person, given: Mapping[str, Any], actions: Actions) -> list[Refusal]:
    """Return all that speaks against what a driver filled in, at once; nothing is kept."""
    offer = await to_say(actor, OneTrip(trip_id=given["trip_id"]), actions)
    stand_ins = {"rating": 1, "message": "-", "damage": False}
    request, against = judged_in_part(Say, given, stand_ins)
    at_fault = {refusal.field for refusal in against}
    more = problems(Said(request.rating, request.message, request.damage), offer.may_rate)
    return against + [refusal for refusal in more if refusal.field not in at_fault]


async def waiting_first(actor: Actor, actions: Actions) -> list[Feedback]:
    """Return what drivers said, what waits for an answer first.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.SEE_FEEDBACK)
    return await actions.store.feedback.log(SHOWN, scope)


async def to_answer(actor: Actor, request: OneTrip, actions: Actions) -> Feedback:
    """Return a message that may be answered, or whose answer may be corrected.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_MESSAGE, also for one beyond what they manage.
    """
    require(actor, Right.ANSWER_FEEDBACK)
    feedback = await actions.store.feedback.of_trip(request.trip_id)
    trip = await actions.store.trips.one(request.trip_id)
    if (
        feedback is None
        or trip is None
        or not feedback.can_be_answered
        or not may(actor, Right.ANSWER_FEEDBACK, await actions.about_trip(trip))
    ):
        raise Refused(Refusal("", Reason.NO_SUCH_MESSAGE))
    return feedback


@audited(Act.ANSWER_FEEDBACK, "trip")
async def answer(actor: Person, request: Answer, actions: Actions) -> Feedback:
    """Answer a message, or correct the answer; the same again changes nothing.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_MESSAGE; MESSAGE_CHANGED since it was read.
    """
    require(actor, Right.ANSWER_FEEDBACK)
    await to_answer(actor, OneTrip(trip_id=request.trip_id), actions)
    feedback = await actions.store.feedback.answer(
        request.trip_id,
        request.said_at_s,
        request.answer,
        actor.agent.agent_id,
        actions.clock.now_s(),
    )
    if feedback is None:
        raise Refused(Refusal("answer", Reason.MESSAGE_CHANGED))
    return feedback


@audited(Act.READ_ANSWER, "trip")
async def note_read(actor: Actor, request: OneTrip, actions: Actions) -> None:
    """Take note that the driver has seen the answer; nobody else's look counts."""
    feedback = await actions.store.feedback.of_trip(request.trip_id)
    if feedback is not None and feedback.is_news and is_self(actor, feedback.agent_id):
        await actions.store.feedback.note_read(request.trip_id, actions.clock.now_s())
