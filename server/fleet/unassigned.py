"""Kilometres without a trip: metres that a car's odometer shows and no trip has.

A car is towed, driven on the sealed override, its box lost the records of who drove, or one of two
drivers did while the car changed hands. Such metres are a row of their own with the trips beside
it, attributed by a named person or by nobody. Never here: which record belongs to which trip
(trips.py), SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.fleet.records import FleetRecord, HandoverDropped, TripEnded, TripStarted
from server.fleet.trips import Taking


@dataclass(frozen=True, slots=True)
class Reading:
    """The last that is known of a box's odometer; `at_s` is when, at the earliest."""

    odometer_m: int
    at_s: int


@dataclass(frozen=True, slots=True)
class UnassignedDraft:
    """Metres between two trips; `row_id` is None until they are stored.

    `after` and `before` are the trips beside them, as places in what `follow` gave; None where
    there is none, or where it is stored already. `is_gap`: records are lost among them.
    `is_handover`: they are those of the driver of `after` or of `taking_agent_id` (None: not known
    whose badge that was); `before` is that trip, too, once this is over.
    """

    row_id: int | None
    from_s: int
    to_s: int
    distance_m: int
    is_gap: bool
    after: int | None = None
    before: int | None = None
    is_handover: bool = False
    taking_agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Kilometres without a trip as they are listed.

    `after_trip_id` and `before_trip_id` are the trips beside them; of a handover `taking_name` is
    who may have driven instead of the driver before them. `agent_name` is whom
    `attributed_by` named, at `attributed_at_s`; all None until somebody has. `went_on`: the car
    drove on after the trip before them, before its ignition was seen off: nobody knows who drove.
    """

    unassigned_id: int
    vehicle_id: int
    plate: str
    vehicle_label: str
    from_s: int
    to_s: int
    distance_m: int
    is_gap: bool
    went_on: bool
    after_trip_id: int | None
    after_agent_name: str | None
    before_trip_id: int | None
    before_agent_name: str | None
    agent_id: int | None
    agent_name: str | None
    directorate_code: str | None
    attributed_by: str | None
    attributed_at_s: int | None
    is_handover: bool
    taking_name: str | None


def outside_trips(
    known: Reading | None,
    open_row: UnassignedDraft | None,
    records: Sequence[tuple[FleetRecord | None, int]],
    trip_of: Sequence[int | None],
    after_gap: bool,
    taking_of: Sequence[Taking | None] = (),
) -> tuple[tuple[UnassignedDraft, ...], Reading | None]:
    """Return the metres that no trip of a batch has, and what is then known of the odometer.

    Args:
        known: what was known of the odometer before; None: nothing, so its first word is no metre.
        open_row: metres that no trip has followed yet: what comes is added to them.
        records: of one box in its order, each with its time.
        trip_of: the trip that each belongs to, as `follow` says.
        after_gap: records before the first are lost.
        taking_of: who else may have driven up to each, as `follow` says.
    """
    rows: list[UnassignedDraft] = [] if open_row is None else [open_row]
    is_open = open_row is not None
    last_trip: int | None = None
    gap = after_gap
    if open_row is not None and open_row.is_handover and gap:
        rows[0], is_open = replace(open_row, before=0), False  # the gap ended the trip under way
    taking_all = taking_of or (None,) * len(records)
    for (record, at_s), trip, taking in zip(records, trip_of, taking_all, strict=True):
        odometer_m: int | None = getattr(record, "odometer_m", None)
        begins = isinstance(record, TripStarted)
        if odometer_m is not None:
            metres = max(0, odometer_m - known.odometer_m) if known is not None else 0
            if metres and known is not None and (begins or trip is None or taking):
                if not is_open:
                    after = last_trip if begins or not taking else trip
                    row = UnassignedDraft(None, known.at_s, at_s, 0, False, after)
                    if taking:
                        row = replace(row, is_handover=True, taking_agent_id=taking.agent_id)
                    rows.append(row)
                row = rows[-1]
                rows[-1] = replace(
                    row,
                    to_s=max(row.to_s, at_s),
                    distance_m=row.distance_m + metres,
                    is_gap=row.is_gap or gap,
                )
                is_open = True
            known = Reading(odometer_m, at_s)
            gap = False
        settles = isinstance(record, (TripEnded, HandoverDropped)) and taking is not None
        if (begins or settles) and is_open:
            rows[-1] = replace(rows[-1], before=trip)
            is_open = False
        if trip is not None:
            last_trip = trip
    return tuple(rows), known
