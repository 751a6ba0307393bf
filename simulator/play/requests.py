"""What people do at the server with their phones: a function for each of the scenario's words.

Never looks at the car; never waits.
"""

import re

from simulator.errors import SimulatorError
from simulator.play.phone import Phone

_MESSAGE, _ANSWER = "The oil lamp lights up.", "Thank you, the garage looks at it tomorrow."


def book(
    phone: Phone, plate: str, begins_s: int, ends_s: int, equipment: tuple[str, ...] = ()
) -> None:
    """Book a car, in Unix seconds, with equipment of these codes.

    Raises:
        Refused: the car or a piece is taken (409), or the rules say no.
    """
    wanted = {"vehicle_id": _cars(phone)[plate], "starts_at_s": begins_s, "ends_at_s": ends_s}
    phone.post("/api/bookings", wanted | {"purpose": "Simulation", "equipment": list(equipment)})


def cancel(phone: Phone) -> None:
    """Cancel one's last booking, cancelled already or not; Refused when it is over."""
    phone.delete(f"/api/bookings/{_last_booked(phone)}")


def move(phone: Phone, plate: str) -> None:
    """Let one's last booking have another car; Refused when that one is taken (409)."""
    vehicle_id = _cars(phone)[plate]
    phone.post(f"/api/bookings/{_last_booked(phone)}/vehicle", {"vehicle_id": vehicle_id})


def extend(phone: Phone, ends_s: int) -> None:
    """Let one's last booking end later, in Unix seconds; Refused when another is next (409)."""
    phone.post(f"/api/bookings/{_last_booked(phone)}/end", {"ends_at_s": ends_s})


def warnings(phone: Phone) -> list[str]:
    """Return what the server warns of around one's bookings, a word each."""
    return [warning["reason"] for warning in phone.get("/api/bookings")["warnings"]]


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


def _cars(phone: Phone) -> dict[str, int]:
    return {car["plate"]: car["vehicle_id"] for car in phone.get("/api/vehicles")["vehicles"]}


def _last_booked(phone: Phone) -> int:
    booked = [booking["booking_id"] for booking in phone.get("/api/bookings")["bookings"]]
    if not booked:
        raise SimulatorError("nothing is booked")
    return int(max(booked))


def _say(phone: Phone, said: dict[str, object]) -> None:
    trips = phone.get("/api/trips")["trips"]
    if not trips:
        raise SimulatorError("the server knows of no trip of this person")
    phone.post(f"/api/trips/{trips[0]['trip_id']}/feedback", said)
