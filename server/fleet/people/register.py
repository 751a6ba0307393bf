"""The people as they are put on record, and the bookings of whom leaves as others take them over.

Pure. Never here: rights to book (rights.py), passwords (fleet/accounts), SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.fleet.model.bookings import Booking
from server.fleet.model.people import Agent, Directorate
from server.fleet.people.rights import MayBook, Membership
from server.fleet.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list of people: who, with a licence on record or not, how many good badges."""

    agent: Agent
    has_licence: bool
    badges: int
    may_book: bool


@dataclass(frozen=True, slots=True)
class OnRecord:
    """All that is on record of a person beside their badges and journeys.

    `memberships` stand in the order of their starts.
    """

    agent: Agent
    has_licence: bool
    memberships: tuple[Membership, ...]
    may: MayBook


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who may take a booking over; `bookings` are those of theirs that meet its hours."""

    agent: Agent
    has_licence: bool
    bookings: tuple[Booking, ...]


def against_directorate(directorate: Directorate | None, field: str) -> list[Refusal]:
    """Return what keeps somebody from being of a directorate from some day on, for good."""
    if directorate is None:
        return [Refusal(field, Reason.UNKNOWN_NAME)]
    if directorate.closed_from_s is not None:
        return [Refusal(field, Reason.DIRECTORATE_CLOSED)]
    return []


def changed_meanwhile(
    seen: Mapping[str, str], now: Mapping[str, str], new: Mapping[str, str]
) -> list[Refusal]:
    """Return each word that its editor wants otherwise and somebody else has changed since.

    Args:
        seen: the words as the editor was shown them.
        now: the words as they are.
        new: the words as the editor wants them.
    """
    return [
        Refusal(word, Reason.CHANGED_MEANWHILE, {"now": now[word]})
        for word in new
        if new[word] != seen[word] and now[word] not in (seen[word], new[word])
    ]


def against_taking_over(candidate: Candidate, field: str) -> list[Refusal]:
    """Return what keeps somebody from taking a booking over, their right to book apart."""
    name = {"name": candidate.agent.full_name}
    if candidate.agent.closed_at_s is not None:
        return [Refusal(field, Reason.ACCOUNT_CLOSED, name)]
    found: list[Reason] = []
    if not candidate.has_licence:
        found.append(Reason.NO_LICENCE_ON_RECORD)
    if candidate.bookings:
        found.append(Reason.BUSY_THEN)
    return [Refusal(field, reason, name) for reason in found]
