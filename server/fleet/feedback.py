"""What a driver may say of a trip: a rating, a message, that the car is damaged.

Damage is reported, never ascribed: what is said at the start of a trip was there before. Problems
are codes beside the fields. Never here: who may answer, and what becomes of a damaged car.
"""

from dataclasses import dataclass

RATINGS = (5, 4, 3, 2, 1)  # five is best
MAX_MESSAGE_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Said:
    """What a driver says; a `rating` of None: none given, an empty message: none left."""

    rating: int | None
    message: str
    damage: bool


@dataclass(frozen=True, slots=True)
class Feedback:
    """What stands about a trip, and the answer.

    `said_at_s` is when the message became what it is; `read_at_s` when the driver first saw the
    answer as it is. `answer`, who gave it and when are None until there is one.
    """

    trip_id: int
    trip_started_at_s: int
    plate: str
    vehicle_label: str
    agent_id: int
    agent_name: str
    rating: int | None
    message: str
    damage: bool
    said_at_s: int
    answer: str | None
    answered_at_s: int | None
    answered_by: str | None
    read_at_s: int | None

    @property
    def waits(self) -> bool:
        """Tell whether somebody waits for an answer: a mere rating asks nothing."""
        return bool(self.message) and self.answer is None

    @property
    def is_news(self) -> bool:
        """Tell whether there is an answer that its driver has not seen."""
        return self.answer is not None and self.read_at_s is None


def problems(said: Said, trip_ended: bool) -> dict[str, str]:
    """Return field name -> code for each field that cannot stand; empty when all is well."""
    found: dict[str, str] = {}
    if said.rating is not None:
        if not trip_ended:
            found["rating"] = "rating_too_early"
        elif said.rating not in RATINGS:
            found["rating"] = "unknown_rating"
    if len(said.message) > MAX_MESSAGE_LENGTH:
        found["message"] = "message_too_long"
    elif said.damage and not said.message:
        found["message"] = "damage_not_described"
    elif said.rating is None and not said.message:
        found["message"] = "nothing_said"
    return found


def answer_problem(answer: str) -> str | None:
    """Return the code of what is wrong with an answer."""
    if not answer:
        return "answer_missing"
    return "message_too_long" if len(answer) > MAX_MESSAGE_LENGTH else None
