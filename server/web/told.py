"""Saying of bookings what their cars know, and of cars what they would not know of a booking.

Never here: what counts as known (fleet/told.py).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from aiohttp import web

from server.actions.told import of_bookings
from server.app_keys import ACTIONS
from server.fleet.model import Booking, Vehicle
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


async def names_before(
    request: web.Request, cars: Iterable[Vehicle], starts_at_s: int
) -> Callable[[Vehicle], str]:
    """Return how a list names each of these cars to who is about to book one from then.

    With what may keep its driver waiting: it has no box, or one that is not heard.
    """
    words, actions = words_of(request), request.app[ACTIONS]
    contacts = await actions.store.knowledge.of_cars(car.vehicle_id for car in cars)
    now_s = actions.clock.now_s()
    notes: dict[int, str] = {}
    for vehicle_id, contact in contacts.items():
        # What it knows already says nothing of a booking that is not made yet.
        state = told(replace(contact, as_of_s=None), starts_at_s, now_s)
        if state == "silent" and contact.last_seen_s is not None:
            since = words.moment(contact.last_seen_s)
            notes[vehicle_id] = words.say(N_("silent since %(since)s"), since=since)
        elif state in ("no_box", "never_heard"):
            notes[vehicle_id] = words.say(TOLD_IN_A_LIST[state])

    def name(car: Vehicle) -> str:
        note = notes.get(car.vehicle_id)
        return name_of(car) if note is None else f"{name_of(car)} – {note}"

    return name
