"""Whether a car knows what was decided about it: only what its box confirmed counts.

Never here: how that is said (web/labels.py), who sends it (the gateway).
"""

from dataclasses import dataclass
from typing import Literal

from server.fleet.grants import AHEAD_S, BEFORE_S

SILENT_AFTER_S = 15 * 60
"""A box speaks at least every five minutes: after three silences it is called silent."""

Told = Literal["no_box", "never_heard", "later", "silent", "waiting", "confirmed"]
"""What is known: `later` is told only when it is near enough, `waiting` is not confirmed yet."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What a car's box has confirmed; all None where no box is fitted.

    `as_of_s`: when it confirmed that it holds all that was due then, None: that was never so, or
    something has changed since.
    """

    plate: str
    box_id: int | None = None
    last_seen_s: int | None = None
    grants_sent_at_s: int | None = None
    as_of_s: int | None = None


@dataclass(frozen=True, slots=True)
class WhoKnows:
    """Which cars know of a blocked badge, as plates; a box that was never heard holds nothing."""

    knows: tuple[str, ...] = ()
    waiting: tuple[Contact, ...] = ()
    never_heard: tuple[str, ...] = ()
    no_box: tuple[str, ...] = ()


def told(car: Contact, starts_at_s: int, now_s: int) -> Told:
    """Say what a car knows of something that is to begin then."""
    begins_s = starts_at_s - BEFORE_S
    if car.box_id is None:
        return "no_box"
    if car.last_seen_s is None:
        return "never_heard"
    if car.as_of_s is not None and begins_s < car.as_of_s + AHEAD_S:
        return "confirmed"
    if begins_s >= now_s + AHEAD_S:
        return "later"
    return "silent" if car.last_seen_s < now_s - SILENT_AFTER_S else "waiting"
