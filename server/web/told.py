"""Saying of bookings what their cars know. Never here: what counts as known (fleet/told.py)."""

from aiohttp import web

from server.actions.told import of_bookings
from server.app_keys import ACTIONS
from server.fleet.model import Booking
from server.web.i18n import words_of
from server.web.labels import TOLD


async def what_cars_know(request: web.Request, *bookings: Booking) -> str:
    """Return a sentence for the car of each booking, said to this person."""
    words = words_of(request)
    return " ".join(
        words.say(
            TOLD[state],
            car=car.plate,
            since="" if car.last_seen_s is None else words.moment(car.last_seen_s),
        )
        for car, state in await of_bookings(bookings, request.app[ACTIONS])
    )
