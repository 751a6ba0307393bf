"""Learn at this car: how far an order is. Never here: which card is learned (the box)."""

from dataclasses import dataclass
from typing import Literal

from server.fleet.model.boxes import CommandState

# So long the number of a card that was read is kept for somebody to say whose it is.
UNGIVEN_S = 24 * 3600

Stage = Literal["sent", "waits", "read", "known", "given", "forgotten", "over", "refused"]
"""`sent`: the car has not answered; `waits`: for a card; `read`: one, which is nobody's yet;
`known`: one that is on record; `given`; `forgotten`: read, and nobody said whose it is in time."""


@dataclass(frozen=True, slots=True)
class LearnOrder:
    """That a car was asked for the next unknown card, by whom (None: the operator), and since when.

    `ending`: of the number of a card that was read and waits to be given, else empty; `badge_id`:
    the badge that it was before, or became (then `given_at_s` says when).
    """

    command_id: int
    vehicle_id: int
    plate: str
    state: CommandState
    asked_at_s: int
    expires_at_s: int
    asked_by: str | None
    learned_at_s: int | None
    badge_id: int | None
    given_at_s: int | None
    ending: str

    def stage(self, now_s: int) -> Stage:
        """Say how far it is."""
        if self.given_at_s is not None:
            return "given"
        if self.badge_id is not None:
            return "known"
        if self.learned_at_s is not None:
            return "read" if self.ending else "forgotten"
        if self.state == "refused":
            return "refused"
        if self.state in ("queued", "pending") and now_s < self.expires_at_s:
            return "waits" if self.state == "pending" else "sent"
        return "over"
