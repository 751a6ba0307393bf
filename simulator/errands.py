"""What people do at the server with their phones: a function for each of the scenario's words.

Never looks at the car; never waits.
"""

import re

from simulator.errors import SimulatorError
from simulator.phone import Phone

_MESSAGE, _ANSWER = "The oil lamp lights up.", "Thank you, the garage looks at it tomorrow."


def book(phone: Phone, plate: str, begins_s: int, ends_s: int) -> None:
    """Book a car, in Unix seconds; Refused when it is taken (409) or the rules say no."""
    cars = {car["plate"]: car["vehicle_id"] for car in phone.get("/api/vehicles")["vehicles"]}
    wanted = {"vehicle_id": cars[plate], "starts_at_s": begins_s, "ends_at_s": ends_s}
    phone.post("/api/bookings", wanted | {"purpose": "Simulation"})


def cancel(phone: Phone) -> None:
    """Cancel the booking this person made last, cancelled already or not; Refused when it is over.

    Raises:
        SimulatorError: there is none.
    """
    booked = [booking["booking_id"] for booking in phone.get("/api/bookings")["bookings"]]
    if not booked:
        raise SimulatorError("nothing is booked that could be cancelled")
    phone.delete(f"/api/bookings/{max(booked)}")


def rate(phone: Phone, rating: int) -> None:
    """Rate this person's newest trip, 1 to 5, and leave a message; Refused."""
    _say(phone, {"rating": rating, "message": _MESSAGE, "damage": False})


def report_damage(phone: Phone) -> None:
    """Report a damaged car, on this person's newest trip; Refused."""
    _say(phone, {"rating": None, "message": "The windscreen is broken.", "damage": True})


def answer(phone: Phone) -> None:
    """Answer the first message that waits, as a manager; Refused.

    Raises:
        SimulatorError: none waits.
    """
    for said in phone.get("/api/feedback")["feedback"]:
        if said["message"] and said["answer"] is None:
            content = {"said_at_s": said["said_at_s"], "answer": _ANSWER}
            phone.post(f"/api/feedback/{said['trip_id']}/answer", content)
            return
    raise SimulatorError("no message waits for an answer")


def read(phone: Phone) -> None:
    """Follow the notes on "my bookings" to the answers that this person has not seen.

    Raises:
        SimulatorError: there is no such note, or it leads to no answer.
    """
    trips = re.findall(r'href="(/trajets/\d+)#feedback"', phone.open("/reservations"))
    if not trips or not all(_ANSWER in phone.open(trip) for trip in trips):
        raise SimulatorError("there is no answer to read")


def _say(phone: Phone, said: dict[str, object]) -> None:
    trips = phone.get("/api/trips")["trips"]
    if not trips:
        raise SimulatorError("the server knows of no trip of this person")
    phone.post(f"/api/trips/{trips[0]['trip_id']}/feedback", said)
