"""What somebody asks to be corrected of what is known of them, and the answer.

Never here: keeping it (store/corrections), who may answer.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from server.fleet.inputs import Lines, Says
from server.fleet.refusals import Reason

LONGEST = 2000
_LETTERS = {"letters": LONGEST}

Request = Annotated[
    Lines,
    Field(min_length=1, max_length=LONGEST),
    Says(Reason.REQUEST_MISSING, Reason.MESSAGE_TOO_LONG, values=_LETTERS),
]
Answer = Annotated[
    Lines,
    Field(min_length=1, max_length=LONGEST),
    Says(Reason.ANSWER_MISSING, Reason.MESSAGE_TOO_LONG, values=_LETTERS),
]


@dataclass(frozen=True, slots=True)
class Correction:
    """A request; `answer`, when and who gave it are None as long as it waits."""

    correction_id: int
    agent_id: int
    agent_name: str
    message: str
    asked_at_s: int
    answer: str | None
    answered_at_s: int | None
    answered_by: str | None
