"""What a driver may say of a trip: a rating, a message, that the car is damaged.

Damage is reported, never ascribed: what is said at the start of a trip was there before. Never
here: who may answer, and what becomes of a damaged car.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from server.fleet.inputs import Lines, Says
from server.fleet.refusals import Reason, Refusal

RATINGS = (5, 4, 3, 2, 1)  # five is best
MAX_MESSAGE_LENGTH = 2000
_LETTERS = {"letters": MAX_MESSAGE_LENGTH}

Rating = Annotated[
    Annotated[int, Field(ge=min(RATINGS), le=max(RATINGS))] | None, Says(Reason.UNKNOWN_RATING)
]
Message = Annotated[
    Lines,
    Field(max_length=MAX_MESSAGE_LENGTH),
    Says(Reason.NOT_A_TEXT, Reason.MESSAGE_TOO_LONG, values=_LETTERS),
]
AnswerText = Annotated[
    Lines,
    Field(min_length=1, max_length=MAX_MESSAGE_LENGTH),
    Says(Reason.ANSWER_MISSING, Reason.MESSAGE_TOO_LONG, values=_LETTERS),
]


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
    def can_be_answered(self) -> bool:
        """Tell whether there is something to answer: a mere rating asks nothing."""
        return bool(self.message)

    @property
    def waits(self) -> bool:
        """Tell whether somebody waits for an answer."""
        return self.can_be_answered and self.answer is None

    @property
    def is_news(self) -> bool:
        """Tell whether there is an answer that its driver has not seen."""
        return self.answer is not None and self.read_at_s is None


def may_tell(before: Feedback | None) -> bool:
    """Say whether the message may be left or changed: until it is answered."""
    return before is None or before.answer is None


def problems(said: Said, trip_ended: bool) -> list[Refusal]:
    """Return what cannot stand, at most once a field; each value by itself is within bounds."""
    found: list[Refusal] = []
    if said.rating is not None and not trip_ended:
        found.append(Refusal("rating", Reason.RATING_TOO_EARLY))
    if said.damage and not said.message:
        found.append(Refusal("message", Reason.DAMAGE_NOT_DESCRIBED))
    elif said.rating is None and not said.message:
        found.append(Refusal("message", Reason.NOTHING_SAID))
    return found
