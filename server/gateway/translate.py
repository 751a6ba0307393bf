"""From records on the wire to the words of the fleet, and the few codes the other way.

Pure: who holds a badge or a booking is an argument. Never here: storing, or what follows from it.
"""

from collections.abc import Mapping
from typing import TypeVar

from server.fleet import records as fleet
from server.fleet.badges.numbers import UID_BYTES, is_of_a_card
from server.fleet.counters import MAX_COMMAND_STEP
from server.fleet.model.bookings import Grant, GrantKind
from server.fleet.model.boxes import (
    BatteryState,
    ClockSource,
    CommandKind,
    CommandState,
    Contradiction,
    Counter,
    Hindrance,
    OffAirCause,
    RelayState,
)
from server.fleet.model.trips import Assurance, EndReason, RefusalReason
from server.fleet.records import FleetRecord, Holder, Position, ReadRecord
from server.fleet.sites import CarPark
from server.store import BoxStatus
from shared_protocol import messages, records
from shared_protocol.errors import RemoteProtocolError

Fields = dict[str, int | str]
T = TypeVar("T")

_END_REASONS: Mapping[int, EndReason] = {
    records.END_BADGE_HELD: "badge_held",
    records.END_OTHER_DRIVER: "other_driver",
    records.END_INFERRED: "inferred",
    records.END_COMMAND: "command",
    records.END_TECHNICIAN: "technician",
    records.END_IGNITION_LEFT_ON: "ignition_left_on",
    records.END_FROM_AFAR: "from_afar",
}
_REFUSAL_REASONS: Mapping[int, RefusalReason] = {
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
    records.REFUSED_MOVING: "moving",
    records.REFUSED_IGNITION_ON: "ignition_on",
    records.REFUSED_THEFT_ORDER: "theft_order",
    records.REFUSED_NO_NOTICE: "no_notice",
}
_WISHES: Mapping[int, str] = {
    records.ASKED_NOTHING: "nothing_any_more",
    records.ASKED_PAUSE: "pause",
    records.ASKED_END: "end_by_badge",
    records.ASKED_END_COMMAND: "end_from_afar",
    records.ASKED_END_COMMAND_WITHOUT_KEYS: "end_from_afar",
    records.ASKED_END_TECHNICIAN: "end_by_technician",
    records.ASKED_END_FROM_AFAR: "others_end",
    records.ASKED_END_FROM_AFAR_WITHOUT_KEYS: "others_end",
    records.ASKED_THEFT: "theft",
}
_HANDOVERS: Mapping[int, str] = {
    records.HANDOVER_DROPPED: "dropped",
    records.HANDOVER_ASKED: "asked",
    records.HANDOVER_SEEN_OFF: "seen_off",
}
_RELAY_STATES: Mapping[int, RelayState] = {
    records.RELAY_ENABLED: "enabled",
    records.RELAY_INHIBITED: "inhibited",
}
_COMMAND_STATES: Mapping[int, CommandState] = {
    records.COMMAND_PENDING: "pending",
    records.COMMAND_APPLIED: "applied",
    records.COMMAND_CANCELLED: "cancelled",
    records.COMMAND_EXPIRED: "expired",
    records.COMMAND_REFUSED: "refused",
    records.COMMAND_UNKNOWN: "unknown",
}
_GAP_REASONS: Mapping[int, str] = {
    records.GAP_UNREADABLE: "unreadable",
}
_CONTRADICTIONS: Mapping[int, Contradiction] = {
    records.CONTRADICTION_CRANKED: "cranked",
    records.CONTRADICTION_DRIVEN: "driven",
    records.CONTRADICTION_NEVER_OPENS: "never_opens",
    records.CONTRADICTION_IGNITION_OFF: "ignition_off",
}
_COUNTERS: Mapping[int, Counter] = {
    records.JUMP_EPOCH: "epoch",
    records.JUMP_KEY_GENERATION: "key_generation",
}
_OFF_AIR: Mapping[int, OffAirCause] = {
    records.OFF_AIR_MODEM_SILENT: "modem_silent",
    records.OFF_AIR_NO_SIM: "no_sim",
    records.OFF_AIR_PIN_WANTED: "pin_wanted",
    records.OFF_AIR_PIN_WRONG: "pin_wrong",
    records.OFF_AIR_SIM_FAILED: "sim_failed",
    records.OFF_AIR_NO_COVERAGE: "no_coverage",
    records.OFF_AIR_NETWORK_REFUSED: "network_refused",
    records.OFF_AIR_NO_CONTEXT: "no_context",
    records.OFF_AIR_NO_SERVER: "no_server",
    records.OFF_AIR_SERVER_SILENT: "server_silent",
    records.OFF_AIR_PATH_FORGOTTEN: "path_forgotten",
    records.OFF_AIR_MODEM_RESTARTED: "modem_restarted",
    records.OFF_AIR_BATTERY_LOW: "battery_low",
    records.OFF_AIR_LIMPING: "limping",
}
_BATTERY: tuple[BatteryState, ...] = ("well", "low", "saving", "modem_off")
_HINDRANCES: Mapping[int, Hindrance] = {
    records.STARTABLE_IGNITION_ON: "ignition_on",
    records.STARTABLE_MOVES: "moves",
    records.STARTABLE_NO_SIGN: "no_sign",
    records.STARTABLE_NO_LINE: "no_line",
    records.STARTABLE_RELAY: "relay",
}
_CLOCK_SOURCES: Mapping[int, ClockSource] = {
    messages.CLOCK_GNSS: "gnss",
    messages.CLOCK_SERVER: "server",
}
COMMAND_KINDS: Mapping[CommandKind, int] = {
    "inhibit": messages.COMMAND_INHIBIT,
    "cancel": messages.COMMAND_CANCEL_INHIBIT,
    "end-trip": messages.COMMAND_END_TRIP,
    "end-trip-without-keys": messages.COMMAND_END_TRIP_WITHOUT_KEYS,
    "end-from-afar": messages.COMMAND_END_FROM_AFAR,
    "end-from-afar-without-keys": messages.COMMAND_END_FROM_AFAR_WITHOUT_KEYS,
    "withdraw-end": messages.COMMAND_WITHDRAW_END,
    "theft": messages.COMMAND_THEFT,
    "withdraw-theft": messages.COMMAND_WITHDRAW_THEFT,
    "learn": messages.COMMAND_LEARN_BADGE,
}
_GRANT_KINDS: Mapping[GrantKind, int] = {
    "booking": messages.GRANT_BOOKING,
    "passenger": messages.GRANT_PASSENGER,
    "technician": messages.GRANT_TECHNICIAN,
    "maintenance": messages.GRANT_MAINTENANCE,
    "revoked": messages.GRANT_REVOKED,
    "no_licence": messages.GRANT_NO_LICENCE,
    "walk_up": messages.GRANT_WALK_UP,
    "walk_up_no_licence": messages.GRANT_WALK_UP_NO_LICENCE,
    "other_car": messages.GRANT_OTHER_CAR,
    "no_notice": messages.GRANT_NO_NOTICE,
    "other_no_notice": messages.GRANT_OTHER_NO_NOTICE,
}
_UNKNOWN = "unknown"
_LEARNED = records.kind_of(records.BadgeLearned(0, b""))
_ANY_TRIP_START = records.TripStart(bytes(8), 0, 0, 0, 0, 0, 0)


def grant_of(grant: Grant, tag: bytes) -> messages.Grant:
    """Write a grant for a box; `tag` is what it calls the badge."""
    window = (grant.not_before_s, grant.not_after_s)
    kind, private = _GRANT_KINDS[grant.kind], int(grant.private)
    return messages.Grant(tag, grant.grant_id, *window, kind, private)


def site_grant(site: CarPark) -> messages.Grant:
    """Write where a car's site is, for its box."""
    lat_e7, lon_e7 = (value % (1 << 32) for value in (site.centre.lat_e7, site.centre.lon_e7))
    tag, kind = messages.EVERY_BADGE, messages.GRANT_SITE
    return messages.Grant(tag, site.radius_m, lat_e7, lon_e7, kind, 0)


def body_of(record: records.Record) -> tuple[object, ...] | None:
    """Decode a record's body; None for a kind we do not know or a body we cannot read.

    Either is stored as it came: the box has nothing better to send again.
    """
    try:
        return records.decode_body(record.kind, record.body)
    except RemoteProtocolError:
        return None


def read_record(record: records.Record, holder: Holder, received_at_s: int) -> ReadRecord:
    """Translate one record; `holder` is who its badge or grant belongs to, if it names any."""
    at_s, body = record.time_s or None, body_of(record)
    name, fields, means = _read(body, holder, at_s, at_s or received_at_s)
    without_place = None
    if isinstance(body, records.TripStart | records.TripEnd) and _may_be_private(means):
        nowhere = body._replace(lat_e7=records.NO_POSITION, lon_e7=records.NO_POSITION)
        without_place = read_record(
            records.to_record(record.time_s, nowhere), holder, received_at_s
        )
    kept = record.body
    if record.kind == _LEARNED:  # its UID is kept under seal, where it waits to be somebody's
        kept = b""
        if isinstance(body, records.BadgeLearned):
            kept = records.encode_body(body._replace(uid=b""))
    return ReadRecord(record.kind, name, at_s, kept, fields, means, without_place)


def _may_be_private(means: FleetRecord | None) -> bool:
    """Say so of a place that a private trip may not keep; an end does not know its trip."""
    if isinstance(means, fleet.TripStarted):
        return means.private and means.position is not None
    return isinstance(means, fleet.TripEnded) and means.position is not None


def driver_tag(trip_start: bytes) -> bytes:
    """Return how a box names the badge in the body of the record that began a trip."""
    body = records.decode_body(records.kind_of(_ANY_TRIP_START), trip_start)
    assert isinstance(body, records.TripStart)
    tag: bytes = body.badge_tag
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
    body: tuple[object, ...] | None, holder: Holder, at_s: int | None, about_s: int
) -> tuple[str, Fields, FleetRecord | None]:
    """Return a record's name, its fields for reading, and what it means to the fleet."""
    match body:
        case records.Boot():
            return "boot", _fields(cause=body.cause, firmware_version=body.firmware_version), None
        case records.TripStart():
            place = _position(body)
            proved = body.assurance == records.ASSURANCE_HIGH
            assurance: Assurance = "high" if proved else "low"
            fields = _fields(
                place, odometer_m=body.odometer_m, grant_id=body.grant_id, assurance=assurance
            )
            private = holder.private or bool(body.private)
            started = fleet.TripStarted(about_s, body.odometer_m, holder, place, assurance, private)
            return "trip_start", fields, started
        case records.TripEnd():
            place = _position(body)
            reason = _END_REASONS.get(body.reason, "inferred")
            fields = _fields(odometer_m=body.odometer_m, reason=reason, place=place)
            ended = fleet.TripEnded(about_s, body.odometer_m, reason, place)
            return "trip_end", fields, ended
        case records.LegStart():
            leg_started = fleet.LegStarted(about_s, body.odometer_m)
            return "leg_start", _fields(odometer_m=body.odometer_m), leg_started
        case records.LegEnd():
            leg_ended = fleet.LegEnded(about_s, body.odometer_m)
            return "leg_end", _fields(odometer_m=body.odometer_m), leg_ended
        case records.Odometer():
            read = fleet.OdometerRead(body.odometer_m)
            return "odometer", _fields(odometer_m=body.odometer_m), read
        case records.TripPause():
            paused = fleet.TripPaused(body.odometer_m)
            return "trip_pause", _fields(odometer_m=body.odometer_m), paused
        case records.TripResume():
            resumed = fleet.TripResumed(body.odometer_m)
            return "trip_resume", _fields(odometer_m=body.odometer_m), resumed
        case records.TripTakenUp():
            taken_up = fleet.TripTakenUp(about_s, body.odometer_m)
            return "trip_taken_up", _fields(odometer_m=body.odometer_m), taken_up
        case records.TripAsked():
            wish = _WISHES.get(body.what, _UNKNOWN)
            return "trip_asked", _fields(odometer_m=body.odometer_m, wish=wish), None
        case records.Ordered():
            wish = _WISHES.get(body.what, _UNKNOWN)
            return "ordered", _fields(wish=wish), None
        case records.TripHandover():
            return _handover(body, holder)
        case records.Occupant():
            return "occupant", {}, fleet.OccupantJoined(holder)
        case records.Refusal():
            why = _REFUSAL_REASONS.get(body.reason, "other")
            refused = fleet.BadgeRefused(at_s, why, holder, body.badge_tag)
            return "refusal", _fields(reason=why), refused
        case records.BadgeLearned():
            of_a_card = len(body.uid) in UID_BYTES and is_of_a_card(body.uid)
            learned = fleet.CardLearned(body.command_id, body.uid) if of_a_card else None
            return "badge_learned", _fields(command_id=body.command_id), learned
        case records.Relay():
            state = _RELAY_STATES.get(body.state, "unknown")
            return "relay", _fields(state=state, cause=body.cause), fleet.RelaySeen(state)
        case records.Contradiction():
            signs = _CONTRADICTIONS.get(body.signs, "other")
            contradicts = fleet.SignsContradict(about_s, signs)
            return "contradiction", _fields(reason=signs), contradicts
        case records.Startable():
            hindrance = _HINDRANCES.get(body.hindrance, "other")
            startable = fleet.CarStartable(about_s, hindrance)
            return "startable", _fields(reason=hindrance), startable
        case records.CommandResult():
            return _command_result(body, about_s)
        case records.Gap():
            cause = _GAP_REASONS.get(body.reason, _UNKNOWN)
            fields = _fields(first_seq=body.first_seq, last_seq=body.last_seq, reason=cause)
            return "gap", fields, None
        case records.ClockState():
            source = _CLOCK_SOURCES.get(body.source, "none")
            fields = _fields(
                number=body.number, source=source, doubtful=body.doubtful, off_s=body.uncertainty_s
            )
            stated = fleet.ClockStated(body.number, bool(body.doubtful), body.uncertainty_s)
            return "clock_state", fields, stated
        case records.ClockMended():
            fields = _fields(number=body.number, shift_s=body.shift_s)
            return "clock_mended", fields, fleet.TimesMended(body.number, body.shift_s)
        case records.ClockRefused():
            source = _CLOCK_SOURCES.get(body.source, "none")
            return "clock_refused", _fields(source=source, ahead_s=body.ahead_s), None
        case records.JumpRefused():
            counter = _COUNTERS.get(body.counter, "other")
            fields = _fields(counter=counter, number=body.number)
            return "jump_refused", fields, fleet.JumpRefused(about_s, counter)
        case records.OffAir():
            cause = _OFF_AIR.get(body.cause, "unnamed")
            return "off_air", _fields(off_air=cause, duration_s=body.duration_s), None
        case records.Battery():
            fields = _fields(stage=body.stage, steady_mv=body.steady_mv, lowest_mv=body.lowest_mv)
            battery = _BATTERY[min(body.stage, len(_BATTERY) - 1)]
            return "battery", fields, fleet.BatteryRead(about_s, battery, body.steady_mv)
        case records.HeartbeatLearned():
            fields = _fields(interval_s=body.interval_s, failed_s=body.failed_s)
            return "heartbeat_learned", fields, None
        case records.StartsFailed():
            return "starts_failed", _fields(count=body.count, slot=body.slot), None
        case records.Wear():
            return "wear", _fields(erases=body.erases), None
        case _:
            return _UNKNOWN, {}, None


def _command_result(
    body: records.CommandResult, about_s: int
) -> tuple[str, Fields, FleetRecord | None]:
    """A result of a later version is kept as a record and changes nothing here.

    An id beyond reason is no order of this server's: the box tells that it refused a jump.
    """
    state = _COMMAND_STATES.get(body.result)
    relay = _RELAY_STATES.get(body.relay, "unknown")
    fields = _fields(command_id=body.command_id, result=state or _UNKNOWN, relay=relay)
    answered: FleetRecord | None = None
    if state == "refused" and body.command_id > about_s + MAX_COMMAND_STEP:
        answered = fleet.JumpRefused(about_s, "command")
    elif state:
        answered = fleet.CommandAnswered(body.command_id, state)
    return "command_result", fields, answered


def _handover(body: records.TripHandover, holder: Holder) -> tuple[str, Fields, FleetRecord | None]:
    stage = _HANDOVERS.get(body.stage, _UNKNOWN)
    fields = _fields(odometer_m=body.odometer_m, stage=stage)
    if body.stage == records.HANDOVER_DROPPED:
        return "trip_handover", fields, fleet.HandoverDropped(body.odometer_m)
    return "trip_handover", fields, fleet.HandoverWaits(body.odometer_m, holder)


def _position(body: records.TripStart | records.TripEnd) -> Position | None:
    place = (body.lat_e7, body.lon_e7)
    # An older firmware believes a receiver that says 0, 0 until it has found something.
    return None if records.NO_POSITION in place or place == (0, 0) else Position(*place)


def _fields(place: Position | None = None, **values: int | str) -> Fields:
    return values if place is None else values | {"lat_e7": place.lat_e7, "lon_e7": place.lon_e7}
