"""Who may do what with whom and with which cars: roles, their rights, and how far these reach.

A role is given for a time and for a part of the fleet. What is one's own (bookings, trips, profile)
needs no right. Never here: who may give a role (accounts/giving_roles.py), what each page asks for.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """One thing that a role may allow; its value says it, for the table in docs/roles.md."""

    SEE_TRIPS = "see other people's trips and bookings, and their kilometres"
    SEE_PLACES = "see where these trips began and ended"
    END_TRIPS = "end other people's trips from afar"
    SETTLE_TRIPS = "say whether a doubtful trip counts"
    SEE_KILOMETRES = "see kilometres without a trip"
    ATTRIBUTE_KILOMETRES = "say whose kilometres without a trip are"
    SEE_REFUSALS = "see which badges cars refused"
    SEE_FEEDBACK = "see what drivers said of their trips"
    ANSWER_FEEDBACK = "answer it"
    SEE_CARS = "see how cars and their boxes are"
    SETTLE_CARS = "say that a contradiction of a car was seen"
    FIT_BOXES = "make boxes and their keys, and say how they were fitted and tested"
    ORDER_BOXES = "ask boxes for something"
    SEE_TO_DO = "see what waits for somebody, each as far as they see it"
    SEE_THEFTS = "see theft orders"
    ORDER_THEFTS = "report a car stolen, confirm it, take it back"
    SEE_BADGES = "see badges, and which cars know of a blocked one"
    BLOCK_BADGES = "block a badge, and put it back"
    SEE_ACCOUNTS = "see whose account is open"
    CLOSE_ACCOUNTS = "close and reopen accounts"
    GIVE_CODES = "give somebody a code to choose a password by"
    SEE_ROLES = "see who has which role"
    GIVE_ROLES = "give and withdraw roles"
    SEE_PURGES = "see what was erased at its date"
    SEE_AUDIT = "see who did what, and who read whose places"
    MANAGE = "all else that a manager of the whole fleet does"


class Role(StrEnum):
    """What somebody is to the fleet; everybody with an account is an agent, and may be more."""

    AGENT = "agent"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    ACCOUNTANT = "accountant"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    DATA_PROTECTION_OFFICER = "data_protection_officer"


OF_ONES_OWN = frozenset({Role.AGENT, Role.TECHNICIAN})
"""Roles that show nothing of other people.

Who gives the password of such a person gains nothing by it where they fit the same cars' boxes
themselves (actions/password_codes.py).
"""

GIVEN = tuple(role for role in Role if role is not Role.AGENT)

_MANAGERS_SEE = frozenset(
    {
        Right.SEE_TRIPS,
        Right.SEE_PLACES,
        Right.SEE_KILOMETRES,
        Right.SEE_REFUSALS,
        Right.SEE_FEEDBACK,
        Right.SEE_CARS,
        Right.SEE_TO_DO,
        Right.SEE_THEFTS,
        Right.SEE_BADGES,
        Right.SEE_ACCOUNTS,
    }
)
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.AGENT: frozenset(),
    Role.MANAGER: _MANAGERS_SEE
    | {
        Right.END_TRIPS,
        Right.SETTLE_TRIPS,
        Right.ATTRIBUTE_KILOMETRES,
        Right.ANSWER_FEEDBACK,
        Right.SETTLE_CARS,
        Right.FIT_BOXES,
        Right.ORDER_BOXES,
        Right.ORDER_THEFTS,
        Right.BLOCK_BADGES,
        Right.CLOSE_ACCOUNTS,
        Right.GIVE_CODES,
        Right.MANAGE,
    },
    Role.TECHNICIAN: frozenset({Right.SEE_CARS, Right.FIT_BOXES}),
    Role.ACCOUNTANT: frozenset({Right.SEE_TRIPS}),
    Role.AUDITOR: _MANAGERS_SEE | {Right.SEE_ROLES, Right.SEE_PURGES},
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SEE_CARS,
            Right.FIT_BOXES,
            Right.ORDER_BOXES,
            Right.SEE_BADGES,
            Right.BLOCK_BADGES,
            Right.SEE_ACCOUNTS,
            Right.CLOSE_ACCOUNTS,
            Right.GIVE_CODES,
            Right.SEE_ROLES,
            Right.GIVE_ROLES,
            Right.SEE_PURGES,
            Right.SEE_AUDIT,
            Right.MANAGE,
        }
    ),
    Role.DATA_PROTECTION_OFFICER: frozenset(
        {Right.SEE_ACCOUNTS, Right.SEE_ROLES, Right.SEE_PURGES, Right.SEE_AUDIT}
    ),
}


@dataclass(frozen=True, slots=True)
class About:
    """What something is about, by ids: a person's directorate, or else a car and its site.

    What somebody did with a car is about that person's directorate; what nobody is known to have
    done is about the car. Nothing at all: the fleet as a whole.
    """

    directorate_id: int | None = None
    site_id: int | None = None
    vehicle_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the fleet, by ids: the people of directorates, the cars of sites, single cars.

    All three empty: the whole fleet.
    """

    directorates: frozenset[int] = frozenset()
    sites: frozenset[int] = frozenset()
    cars: frozenset[int] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether it leaves nothing out."""
        return not (self.directorates or self.sites or self.cars)

    def covers(self, about: About) -> bool:
        """Say whether it takes this in."""
        if self.is_whole:
            return True
        if about.directorate_id is not None:
            return about.directorate_id in self.directorates
        return about.site_id in self.sites or about.vehicle_id in self.cars

    def takes_in(self, other: "Scope", cars_of_site: Mapping[int, Collection[int]]) -> bool:
        """Say whether the other one is a part of this one; `cars_of_site`: which belong where."""
        if self.is_whole or other.is_whole:
            return self.is_whole
        cars = self.cars.union(*(cars_of_site.get(site, ()) for site in self.sites))
        return (
            other.directorates <= self.directorates
            and other.sites <= self.sites
            and other.cars <= cars
        )


WHOLE = Scope()


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """That somebody has a role there, from `from_s` until just before `to_s` (None: still)."""

    role_grant_id: int
    role: Role
    scope: Scope
    from_s: int
    to_s: int | None = None

    def holds(self, now_s: int) -> bool:
        """Say whether it holds now."""
        return self.from_s <= now_s and not self.is_over(now_s)

    def is_over(self, now_s: int) -> bool:
        """Say whether it has ended; one that is to come has not."""
        return self.to_s is not None and self.to_s <= now_s

    def outlasts(self, from_s: int, to_s: int | None) -> bool:
        """Say whether it holds throughout (`to_s` None: for good)."""
        ends_later = self.to_s is None or (to_s is not None and to_s <= self.to_s)
        return self.from_s <= from_s and ends_later


def in_force(grants: Iterable[RoleGrant], now_s: int) -> tuple[RoleGrant, ...]:
    """Return those that hold now."""
    return tuple(grant for grant in grants if grant.holds(now_s))


def reach(grants: Iterable[RoleGrant], right: Right) -> Scope | None:
    """Return how far a right reaches by these roles, taken together; None: not at all."""
    scopes = [grant.scope for grant in grants if right in RIGHTS[grant.role]]
    if not scopes:
        return None
    if any(scope.is_whole for scope in scopes):
        return WHOLE
    return Scope(
        frozenset[int]().union(*(scope.directorates for scope in scopes)),
        frozenset[int]().union(*(scope.sites for scope in scopes)),
        frozenset[int]().union(*(scope.cars for scope in scopes)),
    )


def is_lasting_administrator(grant: RoleGrant, now_s: int) -> bool:
    """Say whether somebody can always name others by this: one such person must be left."""
    is_lasting = grant.to_s is None and grant.holds(now_s)
    return grant.role is Role.ADMINISTRATOR and grant.scope.is_whole and is_lasting
