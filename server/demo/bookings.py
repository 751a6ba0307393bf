"""The demonstration's bookings: the cars that drive are always booked, some days to come too."""

from datetime import datetime, time, timedelta

from server.actions import Actions, Person
from server.actions.bookings import Book, Cancel, book, cancel
from server.demo import fleet
from server.fleet.model.bookings import Booking
from server.fleet.model.people import Agent
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Refused

_AT_LEAST_S = 2 * 3600  # what must be left of the booking under which a car drives
_AT_MOST_S = 12 * 3600
_QUARTER_S = 900
# days from now, whose turn it is among the agents, from and to (local hours)
_TO_COME = ((1, 0, 9, 12), (1, 3, 14, 17), (2, 1, 8, 11), (3, 2, 13, 18), (4, 0, 9, 16))


async def freshen(actions: Actions) -> None:
    """See that each car is booked by its driver now, and for others on the days to come."""
    store, now_s = actions.store, actions.clock.now_s()
    agents = {agent.login: agent for agent in await store.agents.all()}
    drivers = [agents[login] for login in fleet.BADGES]
    for turn, vehicle in enumerate(await store.vehicles.all()):
        driver = agents[fleet.DRIVEN_BY[vehicle.plate]]
        await _book_now(vehicle.vehicle_id, driver, agents, actions)
        today = datetime.fromtimestamp(now_s, PARIS).date()
        for days, whose, from_hour, to_hour in _TO_COME:
            day = today + timedelta(days=days)
            starts, ends = (
                int(datetime.combine(day, time(hour), PARIS).timestamp())
                for hour in (from_hour, to_hour)
            )
            agent = drivers[(whose + turn) % len(drivers)]
            wanted = Book(
                vehicle_id=vehicle.vehicle_id,
                starts_at_s=starts,
                ends_at_s=ends,
                purpose=fleet.PURPOSES[(whose + turn + days) % len(fleet.PURPOSES)],
            )
            try:
                await book(Person(agent), wanted, actions)
            except Refused:
                continue  # made at an earlier start, or a visitor was faster


async def _book_now(
    vehicle_id: int, driver: Agent, agents: dict[str, Agent], actions: Actions
) -> None:
    now_s = actions.clock.now_s()
    starts_at_s = now_s - now_s % _QUARTER_S
    ahead = await actions.store.bookings.of_vehicle(vehicle_id, starts_at_s)
    if any(_serves(booking, driver, now_s) for booking in ahead):
        return
    people = {agent.agent_id: Person(agent) for agent in agents.values()}
    for booking in ahead:
        if booking.starts_at_s < now_s + _AT_LEAST_S:
            called_off = Cancel(booking_id=booking.booking_id)
            await cancel(people[booking.agent_id], called_off, actions)
    later = [b.starts_at_s for b in ahead if b.starts_at_s >= now_s + _AT_LEAST_S]
    ends_at_s = min([now_s + _AT_MOST_S, *later])
    wanted = Book(
        vehicle_id=vehicle_id,
        starts_at_s=starts_at_s,
        ends_at_s=ends_at_s - ends_at_s % _QUARTER_S,
        purpose="Tournée de démonstration",
    )
    await book(Person(driver), wanted, actions)


def _serves(booking: Booking, driver: Agent, now_s: int) -> bool:
    return (
        booking.agent_id == driver.agent_id
        and booking.starts_at_s <= now_s
        and booking.ends_at_s >= now_s + _AT_LEAST_S
    )
