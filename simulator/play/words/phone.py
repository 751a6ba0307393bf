"""Words for what people do at the server with their phones. Never looks at the car; never waits."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from simulator.errors import SimulatorError
from simulator.play.phone import Phone, Refused
from simulator.play.stage import Stage
from simulator.play.words.registry import Finding, word

_MESSAGE, _ANSWER = "The oil lamp lights up.", "Thank you, the garage looks at it tomorrow."
_WINDOW = ("DRIVER", "TIME", "TIME")


@word("book equipped", *_WINDOW, "EQUIPMENT", on_phone=True)
@word("book", *_WINDOW, on_phone=True)
def book(stage: Stage, who: str, begins_s: int, ends_s: int, *equipment: str) -> None:
    """Book the scenario's car for that time."""
    phone = stage.phone(who)
    vehicle_id = _cars(phone)[stage.scenario.plate]
    wanted = {"vehicle_id": vehicle_id, "starts_at_s": begins_s, "ends_at_s": ends_s}
    phone.post("/api/bookings", wanted | {"purpose": "Simulation", "equipment": list(equipment)})


@word("cannot book equipped", *_WINDOW, "EQUIPMENT", on_phone=True)
@word("cannot book", *_WINDOW, on_phone=True)
def cannot_book(stage: Stage, who: str, begins_s: int, ends_s: int, *equipment: str) -> None:
    """Try to book it, and be told that another has it then."""
    _refused(stage, who, lambda: book(stage, who, begins_s, ends_s, *equipment))


@word("cancel", "DRIVER", on_phone=True)
def cancel(stage: Stage, who: str) -> None:
    """Cancel one's last booking, cancelled already or not."""
    phone = stage.phone(who)
    phone.delete(f"/api/bookings/{_last_booked(phone)}")


@word("move", "DRIVER", "to", "PLATE", on_phone=True)
def move(stage: Stage, who: str, plate: str) -> None:
    """Let one's last booking have another car."""
    phone = stage.phone(who)
    vehicle_id = _cars(phone)[plate]
    phone.post(f"/api/bookings/{_last_booked(phone)}/vehicle", {"vehicle_id": vehicle_id})


@word("extend", "DRIVER", "to", "TIME", on_phone=True)
def extend(stage: Stage, who: str, ends_s: int) -> None:
    """Let one's last booking end later."""
    phone = stage.phone(who)
    phone.post(f"/api/bookings/{_last_booked(phone)}/end", {"ends_at_s": ends_s})


@word("cannot extend", "DRIVER", "to", "TIME", on_phone=True)
def cannot_extend(stage: Stage, who: str, ends_s: int) -> None:
    """Try to, and be told that another has the car then."""
    _refused(stage, who, lambda: extend(stage, who, ends_s))


@word("expect warned", "DRIVER", "still_out|out_of_service|wrong_car", on_phone=True)
def expect_warned(stage: Stage, who: str, reason: str) -> Finding:
    """The server warns this person of something around a booking."""
    warnings = stage.phone(who).get("/api/bookings")["warnings"]
    found = [warning["reason"] for warning in warnings]
    return found or "of nothing", reason in found


@word("rate", "DRIVER", "1|2|3|4|5", on_phone=True)
def rate(stage: Stage, who: str, rating: str) -> None:
    """Rate one's newest trip, and leave a message."""
    said = {"rating": int(rating), "message": _MESSAGE, "damage": False}
    _give_feedback(stage.phone(who), said)


@word("report", "DRIVER", "damage", on_phone=True)
def report(stage: Stage, who: str) -> None:
    """Report a damaged car, on one's newest trip."""
    said = {"rating": None, "message": "The windscreen is broken.", "damage": True}
    _give_feedback(stage.phone(who), said)


@word("answer", "DRIVER", on_phone=True)
def answer(stage: Stage, who: str) -> None:
    """Answer the first message that waits, as a manager."""
    phone = stage.phone(who)
    for said in phone.get("/api/feedback")["feedback"]:
        if said["message"] and said["answer"] is None:
            content = {"said_at_s": said["said_at_s"], "answer": _ANSWER}
            phone.post(f"/api/feedback/{said['trip_id']}/answer", content)
            return
    raise SimulatorError("no message waits for an answer")


@word("read", "DRIVER", on_phone=True)
def read(stage: Stage, who: str) -> None:
    """Follow the notes on "my bookings" to the answers that this person has not seen."""
    phone = stage.phone(who)
    trips = re.findall(r'href="(/trajets/\d+)#feedback"', phone.open("/reservations"))
    if not trips or not all(_ANSWER in phone.open(trip) for trip in trips):
        raise SimulatorError("there is no answer to read")


def _refused(stage: Stage, who: str, ask: Callable[[], None]) -> None:
    """See that the server refuses because another has it then, and what it offers instead."""
    try:
        ask()
    except Refused as no:
        if no.status != 409:
            raise
        free = ", ".join(each.get("plate") or each["code"] for each in no.answer["alternatives"])
        stage.say(f"  {who} reads: {no.words} Free at that time: {free or 'nothing else'}.")
        return
    raise SimulatorError(f"{who} could have what another had booked")


def _cars(phone: Phone) -> dict[str, int]:
    return {car["plate"]: car["vehicle_id"] for car in _each(phone, "vehicles")}


def _each(phone: Phone, name: str) -> Iterator[dict[str, Any]]:
    """Read a long list, answer by answer."""
    after = "?"
    while after:
        answer = phone.get(f"/api/{name}{after}")
        yield from answer[name]
        following = answer["next_after"]
        after = "" if following is None else f"?after={following}"


def _last_booked(phone: Phone) -> int:
    booked = [booking["booking_id"] for booking in _each(phone, "bookings")]
    if not booked:
        raise SimulatorError("nothing is booked")
    return int(max(booked))


def _give_feedback(phone: Phone, said: dict[str, Any]) -> None:
    trips = phone.get("/api/trips")["trips"]
    if not trips:
        raise SimulatorError("the server knows of no trip of this person")
    phone.post(f"/api/trips/{trips[0]['trip_id']}/feedback", said)


@word("learn card", "DRIVER", on_phone=True)
def learn_card(stage: Stage, who: str) -> None:
    """Ask the car, as a manager, for the number of the next unknown card."""
    phone = stage.phone(who)
    vehicle_id = str(_cars(phone)[stage.scenario.plate])
    phone.fill_in("/badges/lire", vehicle_id=vehicle_id, agent="", replaces="")


@word("give card", "DRIVER", "to", "DRIVER", on_phone=True)
def give_card(stage: Stage, who: str, whose: str) -> None:
    """Say, as a manager, whose the card is that the car was asked for last."""
    phone = stage.phone(who)
    found = re.search(r'href="(/badges/lire/\d+)"', phone.open("/badges/lire"))
    if found is None:
        raise SimulatorError("no car was asked for a card")
    phone.fill_in(found[1], agent=whose, issuer="", replaces="")
