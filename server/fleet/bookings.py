"""What may be booked: pure rules, each with the reason it tells (refusals.py).

They are asked on every way in alike: page, API, fleet file. That no two bookings overlap is held by
the database as well, the last line of defence. Never here: which cars are free (availability.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from server.fleet.availability import Danger, Standing, meets_any
from server.fleet.inputs import Flag, Id, Input, Instant, Line, Says
from server.fleet.model.bookings import Booking, Equipment, Vehicle, Window
from server.fleet.recurrence import MAX_WEEKLY_LENGTH_S, MAX_WEEKS
from server.fleet.refusals import Reason, Refusal

MAX_LENGTH_S = 31 * 24 * 3600  # a longer need is another car, not a booking of a shared one
MAX_AHEAD_S = 366 * 24 * 3600
MAX_PAST_S = 3600  # a form filled in slowly, a car taken a few minutes ago
MAX_PURPOSE_LENGTH = 200
MAX_PLANNED_KM = 9_999  # across Europe and back


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator may set: the shortest booking, and how many of one agent's may be to come.

    By default twice a day for a season, and half of these with one car: so nobody takes a car from
    all others, or the room in its box. `BOUNDS` are the least and the most of each.
    """

    shortest_s: int = 15 * 60
    coming: int = 200
    coming_of_car: int = 100


BOUNDS = Limits(15 * 60, 1, 1), Limits(24 * 3600, 1000, 400)
"""A car's box has room for a week of the shortest; a booking of a day is one."""

_REASONS: Mapping[Danger, Reason] = {
    "still_out": Reason.STILL_OUT,
    "out_of_service": Reason.OUT_OF_SERVICE,
}

Phase = Literal["to_come", "now", "late", "over", "cancelled"]

Weeks = Annotated[
    int,
    Field(ge=1, le=MAX_WEEKS),
    Says(Reason.TOO_MANY_WEEKS, values={"weeks": MAX_WEEKS}),
]
Codes = Annotated[
    tuple[
        Annotated[Line, Field(max_length=100), Says(Reason.NOT_A_TEXT, Reason.EQUIPMENT_UNKNOWN)],
        ...,
    ],
    Field(max_length=100, strict=False),
    AfterValidator(lambda codes: tuple(sorted(set(codes)))),
    Says(Reason.NOT_A_LIST, Reason.EQUIPMENT_UNKNOWN),
]


class Journey(Input):
    """What a booking says of itself beside its car, its hours and its people."""

    purpose: Annotated[
        Line,
        Field(min_length=1, max_length=MAX_PURPOSE_LENGTH),
        Says(
            Reason.PURPOSE_MISSING, Reason.PURPOSE_TOO_LONG, values={"letters": MAX_PURPOSE_LENGTH}
        ),
    ]
    private: Flag = False
    planned_km: Annotated[
        int | None,
        Field(ge=1, le=MAX_PLANNED_KM),
        Says(Reason.OUT_OF_RANGE, values={"least": 1, "most": MAX_PLANNED_KM}),
    ] = None


class Wanted(Journey):
    """A car from `starts_at_s` until just before `ends_at_s`. `equipment` are codes."""

    vehicle_id: Annotated[Id, Says(Reason.UNKNOWN_VEHICLE)]
    starts_at_s: Instant
    ends_at_s: Instant
    equipment: Codes = ()

    @property
    def window(self) -> Window:
        """Return its hours."""
        return Window(self.starts_at_s, self.ends_at_s)

    @property
    def journey(self) -> dict[str, object]:
        """Return the values of Journey, whatever else it will say one day."""
        return self.model_dump(include=set(Journey.model_fields))


def against_hours(window: Window, now_s: int, limits: Limits, weeks: int = 1) -> list[Refusal]:
    """Return what is wrong with the hours of a booking, in the first of so many weeks."""
    found = []
    if window.from_s > now_s + MAX_AHEAD_S:
        found.append(Refusal("starts_at_s", Reason.TOO_FAR))
    if window.to_s <= window.from_s:
        found.append(Refusal("ends_at_s", Reason.END_BEFORE_START))
    elif window.to_s - window.from_s < limits.shortest_s:
        minutes = {"minutes": limits.shortest_s // 60}
        found.append(Refusal("ends_at_s", Reason.TOO_SHORT, minutes))
    else:
        found += _against_length(window)
    if weeks > 1 and MAX_WEEKLY_LENGTH_S < window.to_s - window.from_s <= MAX_LENGTH_S:
        found.append(Refusal("ends_at_s", Reason.TOO_LONG_WEEKLY))
    return found


def against_past(window: Window, now_s: int) -> list[Refusal]:
    """Return what is wrong with a booking that somebody makes for themselves, as time goes.

    Whoever brings over what was, in a file, is not asked.
    """
    found = []
    if window.from_s < now_s - MAX_PAST_S:
        found.append(Refusal("starts_at_s", Reason.IN_THE_PAST))
    if window.from_s < window.to_s <= now_s:
        found.append(Refusal("ends_at_s", Reason.IN_THE_PAST))
    return found


def against_car(
    wanted: Wanted, car: Vehicle | None, pieces: Mapping[str, Equipment]
) -> list[Refusal]:
    """Return what this car cannot be booked for.

    Args:
        wanted: what is asked for.
        car: the car that is asked for; None when there is no such car.
        pieces: code -> all equipment that there is.
    """
    found = [] if car else [Refusal("vehicle_id", Reason.UNKNOWN_VEHICLE)]
    if car and car.retired_at_s is not None:
        found.append(Refusal("vehicle_id", Reason.CAR_RETIRED))
    known = {code for code, piece in pieces.items() if piece.retired_at_s is None}
    if not known.issuperset(wanted.equipment):
        found.append(Refusal("equipment", Reason.EQUIPMENT_UNKNOWN))
    elif car and any(pieces[code].site_id != car.site_id for code in wanted.equipment):
        found.append(Refusal("equipment", Reason.EQUIPMENT_ELSEWHERE))
    if car and wanted.private and not car.private_use:
        found.append(Refusal("private", Reason.NO_PRIVATE_USE))
    return found


def against_service(window: Window, out_of_service: tuple[Window, ...]) -> list[Refusal]:
    """Return what keeps anybody from a car in this window, given when it is out of service."""
    if meets_any(window, out_of_service):
        return [Refusal("vehicle_id", Reason.OUT_OF_SERVICE)]
    return []


def against_standing(
    fleet: Standing, vehicle_id: int, window: Window, agent_id: int
) -> list[Refusal]:
    """Return what keeps an agent from this car in this window as things stand."""
    obstacle = fleet.obstacle(vehicle_id, window, agent_id)
    if obstacle == "still_out" and fleet.is_booked(vehicle_id, window):
        return []  # the database refuses it, and names who has it until when
    return [] if obstacle is None else [Refusal("vehicle_id", _REASONS[obstacle])]


def in_week(window: Window, weeks: int, against: list[Refusal]) -> list[Refusal]:
    """Return what is said against one of so many weeks, with which one that is."""
    return [replace(each, week=window) for each in against] if weeks > 1 else against


def against_other_car(
    booking: Booking, other: Vehicle, pieces: Mapping[str, Equipment]
) -> list[Refusal]:
    """Return what keeps a booking from changing to another car.

    Args:
        booking: as it stands; its own car may have changed its site since.
        other: the car.
        pieces: code -> all equipment that there is.
    """
    if other.retired_at_s is not None:
        return [Refusal("vehicle_id", Reason.CAR_RETIRED)]
    if any(pieces[code].site_id != other.site_id for code in booking.equipment):
        return [Refusal("vehicle_id", Reason.EQUIPMENT_STAYS)]
    if booking.private and not other.private_use:
        return [Refusal("vehicle_id", Reason.NO_PRIVATE_USE)]
    return []


def against_move(booking: Booking, under_way: bool, now_s: int) -> list[Refusal]:
    """Return what keeps a booking from getting another car.

    Args:
        booking: as it stands.
        under_way: whether it is being driven.
        now_s: the present.
    """
    if booking.state == "cancelled":
        return [Refusal("id", Reason.IS_CANCELLED)]
    if under_way:
        return [Refusal("id", Reason.UNDER_WAY)]
    return [Refusal("id", Reason.ALREADY_OVER)] if booking.ends_at_s <= now_s else []


def against_extension(
    booking: Booking, ends_at_s: int, under_way: bool, now_s: int
) -> list[Refusal]:
    """Return what keeps a booking from ending later.

    Whoever still drives may ask for more time also after the end.
    """
    if booking.state == "cancelled":
        return [Refusal("id", Reason.IS_CANCELLED)]
    if booking.ends_at_s <= now_s and not under_way:
        return [Refusal("id", Reason.ALREADY_OVER)]
    if ends_at_s < booking.ends_at_s:
        return [Refusal("ends_at_s", Reason.NOT_LONGER)]
    if ends_at_s <= now_s:
        return [Refusal("ends_at_s", Reason.IN_THE_PAST)]
    return _against_length(Window(booking.starts_at_s, ends_at_s))


def phase(booking: Booking, under_way: bool, now_s: int) -> Phase:
    """Say where a booking stands in its life; one that is over is late as long as it is driven."""
    if booking.state == "cancelled":
        return "cancelled"
    if booking.ends_at_s <= now_s:
        return "late" if under_way else "over"
    return "now" if booking.starts_at_s <= now_s else "to_come"


def against_cancelling(booking: Booking, is_driven: bool, now_s: int) -> list[Refusal]:
    """Return what keeps a booking that stands from being called off.

    `is_driven`: somebody drives on it, or has; it ends by giving the car back.
    """
    if is_driven and booking.ends_at_s > now_s:
        return [Refusal("id", Reason.IS_DRIVEN)]
    return [Refusal("id", Reason.ALREADY_OVER)] if booking.ends_at_s <= now_s else []


def against_giving_back(
    booking: Booking, is_driven: bool, under_way: bool, now_s: int
) -> list[Refusal]:
    """Return what keeps a booking from ending now; `is_driven` as for `against_cancelling`."""
    if booking.state == "cancelled":
        return [Refusal("id", Reason.IS_CANCELLED)]
    if under_way:
        return [Refusal("id", Reason.UNDER_WAY)]
    if booking.starts_at_s >= now_s and not is_driven:
        return [Refusal("id", Reason.NOT_BEGUN)]
    return []


def against_number(in_all: int, of_car: int, limits: Limits) -> list[Refusal]:
    """Return what is wrong with so many bookings to come of one agent, so many with one car."""
    if of_car > limits.coming_of_car:
        said = {"bookings": limits.coming_of_car}
        return [Refusal("vehicle_id", Reason.TOO_MANY_OF_CAR, said)]
    if in_all > limits.coming:
        return [Refusal("starts_at_s", Reason.TOO_MANY_BOOKINGS, {"bookings": limits.coming})]
    return []


def _against_length(window: Window) -> list[Refusal]:
    if window.to_s - window.from_s <= MAX_LENGTH_S:
        return []
    return [Refusal("ends_at_s", Reason.TOO_LONG, {"days": MAX_LENGTH_S // (24 * 3600)})]
