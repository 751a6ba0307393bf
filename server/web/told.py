"""Saying of bookings what their cars know, and of cars what they would not know of a booking.

Never here: what counts as known (fleet/told.py).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from aiohttp import web

from server.actions.told import of_bookings
from server.app_keys import ACTIONS
from server.fleet.model.bookings import Booking, Vehicle
from server.fleet.told import told
from server.web.i18n import N_, words_of
from server.web.labels import TOLD, TOLD_IN_A_LIST


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


def name_of(car: Vehicle) -> str:
    """Return how a list names a car: Clio, AB-123-CD (Préfecture)."""
    return f"{car.label}, {car.plate} ({car.site_name})"


async def zones_elsewhere(request: web.Request) -> dict[int, ZoneInfo]:
    """Return site id -> its time zone, of the sites that have another than the operator's."""
    here = words_of(request).timezone
    zones = {
        place.site_id: ZoneInfo(place.timezone)
        for place in await request.app[ACTIONS].store.sites.all()
        if place.timezone is not None
    }
    return {site_id: zone for site_id, zone in zones.items() if zone.key != here.key}


async def names_before(
    request: web.Request, cars: Iterable[Vehicle], starts_at_s: int
) -> Callable[[Vehicle], str]:
    """Return how a list names each of these cars to who is about to book one from then.

    With what may keep its driver waiting (no box, or one that is not heard), and its site's hours.
    """
    words, actions, offered = words_of(request), request.app[ACTIONS], list(cars)
    contacts = await actions.store.knowledge.of_cars(car.vehicle_id for car in offered)
    now_s = actions.clock.now_s()
    names: dict[int, str] = {}
    elsewhere = await zones_elsewhere(request)
    for car in offered:
        contact = contacts[car.vehicle_id]
        # What it knows already says nothing of a booking that is not made yet.
        state = told(replace(contact, as_of_s=None), starts_at_s, now_s)
        said = [name_of(car)]
        if state == "silent" and contact.last_seen_s is not None:
            since = words.moment(contact.last_seen_s)
            said.append(words.say(N_("silent since %(since)s"), since=since))
        elif state in ("no_box", "never_heard"):
            said.append(words.say(TOLD_IN_A_LIST[state]))
        if car.site_id in elsewhere:
            there = replace(words, timezone=elsewhere[car.site_id])
            text = N_("your start is %(time)s there")
            said.append(words.say(text, time=there.clock(starts_at_s)))
        names[car.vehicle_id] = " – ".join(said)

    return lambda car: names[car.vehicle_id]
