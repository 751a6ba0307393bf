"""The demonstration's bookings: the cars that drive are always booked, some days to come too."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.demo import fleet
from server.fleet.model import Agent, Booking, BookingRequest
from server.store import Overlap, Store

PARIS = ZoneInfo("Europe/Paris")
_AT_LEAST_S = 2 * 3600  # what must be left of the booking under which a car drives
_AT_MOST_S = 12 * 3600
_QUARTER_S = 900
# days from now, whose turn it is among the agents, from and to (local hours)
_TO_COME = ((1, 0, 9, 12), (1, 3, 14, 17), (2, 1, 8, 11), (3, 2, 13, 18), (4, 0, 9, 16))


async def freshen(store: Store, now_s: int) -> None:
    """See that each car is booked by its driver now, and for others on the days to come."""
    agents = {agent.login: agent for agent in await store.agents.all()}
    drivers = [agents[login] for login in fleet.BADGES]
    for turn, vehicle in enumerate(await store.vehicles.all()):
        driver = agents[fleet.DRIVEN_BY[vehicle.plate]]
        await _book_now(store, vehicle.vehicle_id, driver, now_s)
        today = datetime.fromtimestamp(now_s, PARIS).date()
        for days, whose, from_hour, to_hour in _TO_COME:
            day = today + timedelta(days=days)
            starts, ends = (
                int(datetime.combine(day, time(hour), PARIS).timestamp())
                for hour in (from_hour, to_hour)
            )
            agent = drivers[(whose + turn) % len(drivers)]
            purpose = fleet.PURPOSES[(whose + turn + days) % len(fleet.PURPOSES)]
            try:
                await store.bookings.create(
                    BookingRequest(vehicle.vehicle_id, agent.agent_id, starts, ends, purpose),
                    now_s,
                )
            except Overlap:
                continue  # made at an earlier start, or a visitor was faster


async def _book_now(store: Store, vehicle_id: int, driver: Agent, now_s: int) -> None:
    starts_at_s = now_s - now_s % _QUARTER_S
    ahead = await store.bookings.of_vehicle(vehicle_id, starts_at_s)
    if any(_serves(booking, driver, now_s) for booking in ahead):
        return
    for booking in ahead:
        if booking.starts_at_s < now_s + _AT_LEAST_S:
            await store.bookings.cancel(booking.booking_id, booking.agent_id)
    later = [b.starts_at_s for b in ahead if b.starts_at_s >= now_s + _AT_LEAST_S]
    ends_at_s = min([now_s + _AT_MOST_S, *later])
    await store.bookings.create(
        BookingRequest(
            vehicle_id,
            driver.agent_id,
            starts_at_s,
            ends_at_s - ends_at_s % _QUARTER_S,
            "Tournée de démonstration",
        ),
        now_s,
    )


def _serves(booking: Booking, driver: Agent, now_s: int) -> bool:
    return (
        booking.agent_id == driver.agent_id
        and booking.starts_at_s <= now_s
        and booking.ends_at_s >= now_s + _AT_LEAST_S
    )
