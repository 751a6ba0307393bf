"""Somebody leaves: account, sessions, badges and bookings in one act.

Reopening the account is the way back (accounts.py); what others took over stays theirs. Never
here: what keeps somebody from taking a booking over (fleet/people/register.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.actions.accounts import agent_called
from server.actions.actor import Actor, manager_only
from server.actions.audit.acts import audited
from server.actions.people.register import OnePerson, get
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id
from server.fleet.model.bookings import Booking
from server.fleet.model.people import Agent
from server.fleet.refusals import Refusal, Refused


class Leave(OnePerson):
    """Who leaves, and booking id -> login of who takes it over; an empty one: it is cancelled."""

    takers: Mapping[Id, str]


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who leaves, and what they have booked that is not over.

    `driven` are those of them whose trip is under way: they end when the car is given back.
    `begun` have been driven, and end now.
    """

    agent: Agent
    bookings: tuple[Booking, ...]
    driven: tuple[Booking, ...]
    begun: tuple[Booking, ...]


async def about(actor: Actor, request: OnePerson, actions: Actions) -> Leaving:
    """Return what is to be said of somebody's bookings before they leave.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT.
    """
    manager_only(actor)
    agent = (await get(actor, request, actions)).agent
    now_s = actions.clock.now_s()
    found = await actions.store.bookings.of_agent(agent.agent_id, now_s)
    active = [booking for booking in found if booking.state == "active"]
    trips = await actions.store.trips.of_bookings(booking.booking_id for booking in active)
    under_way = {trip.booking_id for trip in trips if trip.state != "ended"}
    begun = {trip.booking_id for trip in trips} - under_way
    return Leaving(
        agent,
        tuple(b for b in active if b.booking_id not in under_way | begun),
        tuple(b for b in active if b.booking_id in under_way),
        tuple(b for b in active if b.booking_id in begun),
    )


@audited(Act.LET_LEAVE, "agent")
async def leave(actor: Actor, request: Leave, actions: Actions) -> Agent:
    """Close an account, and let each booking to come be another's or be cancelled: all or nothing.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT, LAST_ADMINISTRATOR; each other's field is the
            booking's number: NOT_HANDED_OVER, NO_SUCH_ACCOUNT, ACCOUNT_CLOSED, BUSY_THEN,
            NO_LICENCE_ON_RECORD, NO_RIGHT, RIGHT_ELSEWHERE, TOO_MANY_BOOKINGS, TOO_MANY_OF_CAR.
    """
    manager_only(actor)
    agent = (await get(actor, OnePerson(agent_id=request.agent_id), actions)).agent
    takers: dict[int, int | None] = {}
    against: list[Refusal] = []
    for booking_id, login in request.takers.items():
        try:
            takers[booking_id] = (login and (await agent_called(login, actions)).agent_id) or None
        except Refused as refused:
            against += [Refusal(str(booking_id), each.reason) for each in refused.refusals]
    if against:
        raise Refused(*against)
    await actions.store.register.leave(agent.agent_id, takers, actions.clock.now_s())
    actions.notify(None)
    return (await get(actor, OnePerson(agent_id=agent.agent_id), actions)).agent
