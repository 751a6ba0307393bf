"""From records on the wire to the words of the fleet, and the few codes the other way.

Pure: who holds a badge or a booking is an argument. Never here: storing, or what follows from it.
"""

from collections.abc import Mapping
from typing import TypeVar

from server.fleet import events, model
from server.fleet.events import Event, Holder, Position, Reported
from server.store import BoxStatus
from shared_protocol import messages, records
from shared_protocol.errors import RemoteProtocolError

Fields = dict[str, int | str]
T = TypeVar("T")

_END_REASONS: Mapping[int, model.EndReason] = {
    records.END_BADGE_HELD: "badge_held",
    records.END_OTHER_DRIVER: "other_driver",
    records.END_INFERRED: "inferred",
    records.END_COMMAND: "command",
    records.END_TECHNICIAN: "technician",
}
_REFUSAL_REASONS: Mapping[int, model.RefusalReason] = {
    records.REFUSED_UNKNOWN_BADGE: "unknown_badge",
    records.REFUSED_TOO_EARLY: "too_early",
    records.REFUSED_TOO_LATE: "too_late",
    records.REFUSED_CLOCK_UNKNOWN: "clock_unknown",
    records.REFUSED_CAR_IN_USE: "car_in_use",
    records.REFUSED_GRANTS_EXPIRED: "grants_expired",
    records.REFUSED_REVOKED: "revoked",
    records.REFUSED_WRONG_CAR: "wrong_car",
    records.REFUSED_MAINTENANCE: "maintenance",
    records.REFUSED_KEYS_MISSING: "keys_missing",
    records.REFUSED_DRIVER_FIRST: "driver_first",
    records.REFUSED_NOT_GENUINE: "not_genuine",
    records.REFUSED_NO_LICENCE: "no_licence",
}
_RELAY_STATES: Mapping[int, model.RelayState] = {
    records.RELAY_ENABLED: "enabled",
    records.RELAY_INHIBITED: "inhibited",
}
_COMMAND_STATES: Mapping[int, model.CommandState] = {
    records.COMMAND_PENDING: "pending",
    records.COMMAND_APPLIED: "applied",
    records.COMMAND_CANCELLED: "cancelled",
    records.COMMAND_EXPIRED: "expired",
    records.COMMAND_REFUSED: "refused",
    records.COMMAND_UNKNOWN: "unknown",
}
_GAP_REASONS: Mapping[int, str] = {
    records.GAP_UNREADABLE: "unreadable",
    records.GAP_DROPPED: "dropped",
}
_CLOCK_SOURCES: Mapping[int, model.ClockSource] = {
    messages.CLOCK_GNSS: "gnss",
    messages.CLOCK_SERVER: "server",
}
COMMAND_KINDS: Mapping[model.CommandKind, int] = {
    "inhibit": messages.COMMAND_INHIBIT,
    "cancel": messages.COMMAND_CANCEL_INHIBIT,
    "end-trip": messages.COMMAND_END_TRIP,
    "end-trip-without-keys": messages.COMMAND_END_TRIP_WITHOUT_KEYS,
}
_GRANT_KINDS: Mapping[model.GrantKind, int] = {
    "booking": messages.GRANT_BOOKING,
    "passenger": messages.GRANT_PASSENGER,
    "technician": messages.GRANT_TECHNICIAN,
    "maintenance": messages.GRANT_MAINTENANCE,
    "revoked": messages.GRANT_REVOKED,
    "no_licence": messages.GRANT_NO_LICENCE,
    "walk_up": messages.GRANT_WALK_UP,
    "walk_up_no_licence": messages.GRANT_WALK_UP_NO_LICENCE,
    "other_car": messages.GRANT_OTHER_CAR,
}
_UNKNOWN = "unknown"
_ANY_TRIP_START = records.TripStart(bytes(8), 0, 0, 0, 0, 0, 0)


def grant_of(grant: model.Grant, tag: bytes) -> messages.Grant:
    """Write a grant for a box; `tag` is what it calls the badge."""
    window = (grant.not_before_s, grant.not_after_s)
    kind, private = _GRANT_KINDS[grant.kind], int(grant.private)
    return messages.Grant(tag, grant.grant_id, *window, kind, private)


def fact_of(record: records.Record) -> tuple[object, ...] | None:
    """Decode a record's body; None for a kind we do not know or a body we cannot read.

    Either is stored as it came: the box has nothing better to send again.
    """
    try:
        return records.decode_body(record.kind, record.body)
    except RemoteProtocolError:
        return None


def reported(record: records.Record, holder: Holder, received_at_s: int) -> Reported:
    """Translate one record; `holder` is who its badge or grant belongs to, if it names any."""
    at_s, fact = record.time_s or None, fact_of(record)
    name, fields, event = _read(fact, holder, at_s, at_s or received_at_s)
    return Reported(record.kind, name, at_s, record.body, fields, event)


def driver_tag(trip_start: bytes) -> bytes:
    """Return how a box names the badge in the body of the record that began a trip."""
    fact = records.decode_body(records.kind_of(_ANY_TRIP_START), trip_start)
    assert isinstance(fact, records.TripStart)
    tag: bytes = fact.badge_tag
    return tag


def status_of(status: messages.Status) -> BoxStatus:
    """Translate what a box says of itself."""
    return BoxStatus(
        status.firmware_version,
        _RELAY_STATES.get(status.relay, "unknown"),
        _CLOCK_SOURCES.get(status.clock_source, "none"),
        status.grants_generation,
        status.epoch,
        status.command_id,
    )


def _read(
    fact: tuple[object, ...] | None, holder: Holder, at_s: int | None, about_s: int
) -> tuple[str, Fields, Event | None]:
    """Return a fact's name, its fields for reading, and what it means to the fleet."""
    match fact:
        case records.Boot():
            return "boot", _fields(cause=fact.cause, firmware_version=fact.firmware_version), None
        case records.TripStart():
            place = _position(fact)
            proved = fact.assurance == records.ASSURANCE_HIGH
            assurance: model.Assurance = "high" if proved else "low"
            fields = _fields(
                place, odometer_m=fact.odometer_m, grant_id=fact.grant_id, assurance=assurance
            )
            started = events.TripStarted(
                about_s, fact.odometer_m, holder, place, assurance, bool(fact.private)
            )
            return "trip_start", fields, started
        case records.TripEnd():
            place = _position(fact)
            reason = _END_REASONS.get(fact.reason, "inferred")
            fields = _fields(odometer_m=fact.odometer_m, reason=reason, place=place)
            ended = events.TripEnded(about_s, fact.odometer_m, reason, place)
            return "trip_end", fields, ended
        case records.LegStart():
            leg_started = events.LegStarted(about_s, fact.odometer_m)
            return "leg_start", _fields(odometer_m=fact.odometer_m), leg_started
        case records.LegEnd():
            leg_ended = events.LegEnded(about_s, fact.odometer_m)
            return "leg_end", _fields(odometer_m=fact.odometer_m), leg_ended
        case records.Odometer():
            read = events.OdometerRead(fact.odometer_m)
            return "odometer", _fields(odometer_m=fact.odometer_m), read
        case records.TripPause():
            paused = events.TripPaused(fact.odometer_m)
            return "trip_pause", _fields(odometer_m=fact.odometer_m), paused
        case records.TripResume():
            resumed = events.TripResumed(fact.odometer_m)
            return "trip_resume", _fields(odometer_m=fact.odometer_m), resumed
        case records.Occupant():
            return "occupant", {}, events.OccupantJoined(holder)
        case records.Refusal():
            why = _REFUSAL_REASONS.get(fact.reason, "other")
            return "refusal", _fields(reason=why), events.BadgeRefused(at_s, why, holder)
        case records.Relay():
            state = _RELAY_STATES.get(fact.state, "unknown")
            return "relay", _fields(state=state, cause=fact.cause), events.RelaySeen(state)
        case records.CommandResult():
            return _command_result(fact)
        case records.Gap():
            cause = _GAP_REASONS.get(fact.reason, _UNKNOWN)
            fields = _fields(first_seq=fact.first_seq, last_seq=fact.last_seq, reason=cause)
            return "gap", fields, None
        case _:
            return _UNKNOWN, {}, None


def _command_result(fact: records.CommandResult) -> tuple[str, Fields, Event | None]:
    """A result of a later version is kept as a record and changes nothing here."""
    state = _COMMAND_STATES.get(fact.result)
    relay = _RELAY_STATES.get(fact.relay, "unknown")
    fields = _fields(command_id=fact.command_id, result=state or _UNKNOWN, relay=relay)
    answered = events.CommandAnswered(fact.command_id, state) if state else None
    return "command_result", fields, answered


def _position(fact: records.TripStart | records.TripEnd) -> Position | None:
    if records.NO_POSITION in (fact.lat_e7, fact.lon_e7):
        return None
    return Position(fact.lat_e7, fact.lon_e7)


def _fields(place: Position | None = None, **values: int | str) -> Fields:
    return values if place is None else values | {"lat_e7": place.lat_e7, "lon_e7": place.lon_e7}
