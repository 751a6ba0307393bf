"""What may be booked, as codes beside the fields of a BookingRequest.

Whether the car is free is not asked here: the database refuses an overlap by itself.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from server.fleet.inputs import Flag, Input, Line, Says
from server.fleet.model import Booking, BookingRequest, Equipment, Vehicle
from server.fleet.recurrence import MAX_WEEKLY_LENGTH_S, MAX_WEEKS
from server.fleet.refusals import Reason

MAX_LENGTH_S = 31 * 24 * 3600  # a longer need is another car, not a booking of a shared one
MAX_AHEAD_S = 366 * 24 * 3600
MAX_PAST_S = 3600  # a form filled in slowly, a car taken a few minutes ago
MAX_PURPOSE_LENGTH = 200


def problems(request: BookingRequest, now_s: int, weeks: int = 1) -> dict[str, str]:
    """Return field name -> code for each field that cannot stand; empty when all is well.

    Args:
        request: what is asked for, in its first week.
        now_s: the present.
        weeks: how many weeks running it is asked for.
    """
    found: dict[str, str] = {}
    if request.starts_at_s < now_s - MAX_PAST_S:
        found["starts_at_s"] = "in_the_past"
    elif request.starts_at_s > now_s + MAX_AHEAD_S:
        found["starts_at_s"] = "too_far"
    if request.ends_at_s <= request.starts_at_s:
        found["ends_at_s"] = "end_before_start"
    elif request.ends_at_s <= now_s:
        found["ends_at_s"] = "in_the_past"
    elif request.ends_at_s - request.starts_at_s > MAX_LENGTH_S:
        found["ends_at_s"] = "too_long"
    elif weeks > 1 and request.ends_at_s - request.starts_at_s > MAX_WEEKLY_LENGTH_S:
        found["ends_at_s"] = "too_long_weekly"
    if not 1 <= weeks <= MAX_WEEKS:
        found["weeks"] = "too_many_weeks"
    if not request.purpose.strip():
        found["purpose"] = "purpose_missing"
    elif len(request.purpose) > MAX_PURPOSE_LENGTH:
        found["purpose"] = "purpose_too_long"
    return found


def against_car(
    request: BookingRequest, car: Vehicle, pieces: Mapping[str, Equipment]
) -> dict[str, str]:
    """Return field name -> code of what this car cannot be booked for; empty: it can.

    Args:
        request: what is asked for.
        car: the car that is asked for.
        pieces: code -> all equipment that there is.
    """
    found: dict[str, str] = {}
    for code in request.equipment:
        if code not in pieces:
            found.setdefault("equipment", "equipment_unknown")
        elif pieces[code].site_id != car.site_id:
            found.setdefault("equipment", "equipment_elsewhere")
    if request.private and not car.private_use:
        found["private"] = "no_private_use"
    return found


def against_other_car(booking: Booking, car: Vehicle, other: Vehicle) -> str | None:
    """Return the code of what keeps a booking of `car` from changing to `other`; None: it may."""
    if booking.equipment and other.site_id != car.site_id:
        return "equipment_stays"
    return "no_private_use" if booking.private and not other.private_use else None


def against_move(booking: Booking, under_way: bool, now_s: int) -> str | None:
    """Return the code of what keeps a booking from getting another car; None: it may.

    Args:
        booking: as it stands.
        under_way: whether it is being driven.
        now_s: the present.
    """
    if booking.state == "cancelled":
        return "is_cancelled"
    if under_way:
        return "under_way"
    return "already_over" if booking.ends_at_s <= now_s else None


def against_extension(
    booking: Booking, ends_at_s: int, under_way: bool, now_s: int
) -> dict[str, str]:
    """Return field name -> code of what keeps a booking from ending later; empty: it may.

    Whoever still drives may ask for more time also after the end.
    """
    if booking.state == "cancelled":
        return {"id": "is_cancelled"}
    if booking.ends_at_s <= now_s and not under_way:
        return {"id": "already_over"}
    if ends_at_s < booking.ends_at_s:
        return {"ends_at_s": "not_longer"}
    if ends_at_s <= now_s:
        return {"ends_at_s": "in_the_past"}
    if ends_at_s - booking.starts_at_s > MAX_LENGTH_S:
        return {"ends_at_s": "too_long"}
    return {}


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
