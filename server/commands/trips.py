"""`voiturier trips`: trips and refused badges, for a person or a program.

Never here: a place (the pages show it to whoever may see it).
"""

import argparse
import json
from typing import TYPE_CHECKING

from server.clock import SystemClock
from server.commands.tools import command, existing_fleet
from server.commands.words import said, say
from server.fleet.lateness import late_s
from server.fleet.model.trips import Trip, TripFilter

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

_EVERYTHING = 1 << 62


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the command."""
    listing = command(commands, "trips", _trips, "list trips and refused badges", [data])
    listing.add_argument("--json", action="store_true", help="for programs")


async def _trips(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        store = actions.store
        trips = await store.trips.log(TripFilter(), limit=_EVERYTHING)
        refusals = await store.refusals.log(limit=_EVERYTHING)
        stored = await store.records.stored()
        lost = await store.records.lost()
        feedback = await store.feedback.log(limit=_EVERYTHING)
        unassigned = await store.unassigned.log(limit=_EVERYTHING)
        contradictions = await store.contradictions.unseen(limit=_EVERYTHING)
        startable = await store.boxes.startable(limit=_EVERYTHING)
        boxes = await store.boxes.all()
    if arguments.json:
        listed = {
            "trips": [_trip_json(trip) for trip in reversed(trips)],
            "records_stored": stored,
            "records_lost": lost,
            "feedback": [
                {"trip_id": f.trip_id, "rating": f.rating, "damage": f.damage}
                | {"unanswered": f.waits, "unread": f.is_news}
                for f in feedback
            ],
            "refusals": [
                {"at": r.at_s, "vehicle": r.plate, "reason": r.reason, "agent": r.agent_name}
                for r in reversed(refusals)
            ],
            "unassigned": [
                {"vehicle": u.plate, "distance_m": u.distance_m, "agent": u.agent_name}
                | {"is_handover": u.is_handover}
                | {"after": u.after_agent_name, "taking": u.taking_name}
                for u in reversed(unassigned)
            ],
            "contradictions": [
                {"vehicle": c.plate, "kind": c.kind, "times": c.times} for c in contradictions
            ],
            "startable": [{"vehicle": b.plate, "hindrance": b.hindrance} for b in startable],
            "batteries": [
                {"vehicle": b.plate, "state": b.battery, "millivolts": b.battery_mv}
                for b in boxes
                if b.battery is not None
            ],
        }
        print(json.dumps(listed, ensure_ascii=False))
        return
    for trip in reversed(trips):
        who = f"{trip.agent_name or said('unknown')} ({trip.directorate_code or '?'})"
        km = f"{trip.distance_m / 1000:.1f}"
        print(f"{trip.trip_id}  {trip.plate}  {who}  {km} km  {trip.state}")
    counts = {"trips": len(trips), "refusals": len(refusals), "stored": stored}
    if lost:
        text = "%(trips)s trips, %(refusals)s refused badges, %(stored)s records, %(lost)s lost"
        say(text, **counts, lost=lost)
    else:
        say("%(trips)s trips, %(refusals)s refused badges, %(stored)s records", **counts)


def _trip_json(trip: Trip) -> dict[str, object]:
    return {
        "trip_id": trip.trip_id,
        "vehicle": trip.plate,
        "agent": trip.agent_name,
        "directorate": trip.directorate_code,
        "started_at": trip.started_at_s,
        "ended_at": trip.ended_at_s,
        "distance_m": trip.distance_m,
        "late_s": late_s(trip, SystemClock().now_s()),
        "state": trip.state,
        "end_reason": trip.end_reason,
        "assurance": trip.assurance,
        "wrong_site": trip.wrong_site,
        "start_doubtful": trip.start_doubtful,
        "end_doubtful": trip.end_doubtful,
        "counts": trip.counts,
        "occupants": list(trip.occupants),
        "private": trip.private,
        "places_known": sum(lat is not None for lat in (trip.start_lat_e7, trip.end_lat_e7)),
        "start_odometer_m": trip.start_odometer_m,
        "end_odometer_m": trip.last_odometer_m,
    }
