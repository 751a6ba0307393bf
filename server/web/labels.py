"""What the fleet's states, reasons and records say in words, as message ids.

One table each, complete by test. Never here: translations (locale/), HTML.
"""

from collections.abc import Mapping

from server.actions.pool.overview import CarState
from server.config import AccessibilityState
from server.fleet.accounts.mail import MailKind, MailState
from server.fleet.availability import Danger
from server.fleet.badges.learning import Stage
from server.fleet.bookings import Phase
from server.fleet.model.boxes import (
    BatteryState,
    ClockSource,
    CommandState,
    Contradiction,
    Counter,
    Hindrance,
    OffAirCause,
    RelayState,
)
from server.fleet.model.people import BadgeDeed, BlockedWhy
from server.fleet.model.trips import Assurance, EndReason, RefusalReason, StoredRecord, TripState
from server.fleet.roles import Role
from server.fleet.told import Told
from server.web.i18n import N_, Words

TRIP_STATES: Mapping[TripState, str] = {
    "open": N_("Under way"),
    "paused": N_("Paused"),
    "ended": N_("Ended"),
}

CAR_STATES: Mapping[CarState, str] = {
    "free": N_("Available"),
    "trip": N_("On a trip"),
    "late": N_("Late"),
    "out": N_("Out of service"),
    "silent": N_("Silent"),
    "no_box": N_("Without box"),
}

MAIL_KINDS: Mapping[MailKind, str] = {
    "invitation": N_("Invitation"),
    "reset": N_("Another password"),
    "alert": N_("Alert"),
}

MAIL_STATES: Mapping[MailState, str] = {
    "waiting": N_("waits"),
    "sent": N_("sent"),
    "failed": N_("not sent"),
    "dropped": N_("dropped"),
}

ACCESSIBILITY_STATES: Mapping[AccessibilityState, str] = {
    "none": N_("Accessibility: not compliant"),
    "partial": N_("Accessibility: partly compliant"),
    "full": N_("Accessibility: fully compliant"),
}

PHASES: Mapping[Phase, str] = {
    "to_come": N_("To come"),
    "now": N_("Now"),
    "late": N_("Late"),
    "over": N_("Over"),
    "cancelled": N_("Cancelled"),
}

END_REASONS: Mapping[EndReason, str] = {
    "badge_held": N_("the driver held the badge"),
    "other_driver": N_("another driver started"),
    "inferred": N_("closed by itself, deduced by the box"),
    "command": N_("ended from afar, on request"),
    "technician": N_("a technician ended it"),
    "ignition_left_on": N_("the driver asked to end it and left the ignition on"),
    "from_afar": N_("ended from afar, by somebody else than its driver"),
}

ASSURANCES: Mapping[Assurance, str] = {
    "low": N_("low assurance"),
    "high": N_("high assurance"),
}

# What became of a request to end the trip.
END_ORDERS: Mapping[CommandState, str] = {
    "queued": N_("An end was asked for: the car has not heard of it yet. It must be in coverage."),
    "pending": N_("An end was asked for and waits for the ignition to be switched off."),
    "applied": N_("An end was asked for, and the car ended the trip."),
    "cancelled": N_(
        "An end was asked for; then the driver drove on or badged, and it was dropped."
    ),
    "expired": N_("An end was asked for, but it did not reach the car in time. Ask again."),
    "refused": N_(
        "An end was asked for: the car refused. Does it stand? Are keys and fuel card back in their"
        " holder?"
    ),
    "unknown": N_("An end was asked for: power failed, and nobody can know what the car did."),
}

# The same, of a trip that is another's.
ENDS_FROM_AFAR: Mapping[CommandState, str] = {
    "queued": N_("A manager asked for the end: the car has not heard of it yet."),
    "pending": N_(
        "A manager asked for the end: it comes once the ignition has been off for an hour without"
        " a break. Driving on and badging go on as usual and withdraw nothing."
    ),
    "applied": N_("A manager asked for the end, and the trip is over."),
    "cancelled": N_("A manager asked for the end; it was withdrawn, or asked for anew."),
    "expired": N_("A manager asked for the end; its day is over, and the trip went on."),
    "refused": N_(
        "A manager asked for the end: the car refused. It is reported stolen, or does not know the"
        " time."
    ),
    "unknown": N_(
        "A manager asked for the end: power failed, and nobody can know what the car did."
    ),
}

# What became of a theft order that was confirmed.
THEFT_STATES: Mapping[CommandState, str] = {
    "queued": N_("The car has not heard of it yet."),
    "pending": N_(
        "The car knows: it lets nobody take it over, and shuts once the engine has been off for a"
        " minute."
    ),
    "applied": N_("The car is shut: only a technician’s badge opens it."),
    "cancelled": N_("It was taken back before the car was shut."),
    "expired": N_("The car was not heard of for a year."),
    "refused": N_("The car refused: it does not know the time."),
    "unknown": N_("Power failed in the car, and nobody can know whether it knows. Report it anew."),
}

BADGE_WHYS: Mapping[BlockedWhy, str] = {
    "lost": N_("lost"),
    "withdrawn": N_("given back"),
    "replaced": N_("replaced"),
}

BADGE_DEEDS: Mapping[BadgeDeed, str] = {
    "given": N_("given"),
    "lost": N_("lost"),
    "found": N_("found"),
    "withdrawn": N_("given back"),
    "replaced": N_("replaced"),
}

LEARN_STAGES: Mapping[Stage, str] = {
    "sent": N_("The car is being asked"),
    "waits": N_("The car waits for the card"),
    "read": N_("A card was read"),
    "known": N_("A known badge was read"),
    "given": N_("Read, and given"),
    "forgotten": N_("Read, and forgotten"),
    "over": N_("No card was read"),
    "refused": N_("The car refused"),
}

LEARN_ADVICE: Mapping[Stage, str] = {
    "sent": N_("Wait: in coverage the car knows within seconds. Else park under open sky."),
    "waits": N_(
        "Hold the card alone to the windscreen, with nobody driving. Four short greens say that it"
        " was read."
    ),
    "read": N_("Say whose it is. Until then it opens nothing, and after a day it is forgotten."),
    "known": N_("Nothing was added. Its page says what can be done with it."),
    "given": N_("Nothing: cars in coverage know it within seconds."),
    "forgotten": N_("Nobody said within a day whose it is. Have it read again."),
    "over": N_("Ask again: five minutes had passed, the box started anew, or somebody else asked."),
    "refused": N_("Wait until the box knows the time, then ask again."),
}

REFUSAL_REASONS: Mapping[RefusalReason, str] = {
    "unknown_badge": N_("Badge without a booking for this car"),
    "too_early": N_("Before the booking begins"),
    "too_late": N_("After the booking has ended"),
    "clock_unknown": N_("The box does not know the time yet"),
    "car_in_use": N_("The car is in use by another badge"),
    "grants_expired": N_("The box has had no news for too long"),
    "revoked": N_("The badge is blocked"),
    "wrong_car": N_("Another car is booked"),
    "maintenance": N_("The car is out of service"),
    "keys_missing": N_("The keys or the fuel card are not back in their holder"),
    "driver_first": N_("A passenger's badge before the driver's"),
    "not_genuine": N_("The card did not prove that it is genuine"),
    "no_licence": N_("The driving licence is not recorded"),
    "moving": N_("The car was moving"),
    "ignition_on": N_("The ignition was on in another driver's trip"),
    "theft_order": N_("The car is reported stolen"),
    "no_notice": N_("The notice on personal data is not recorded"),
    "other": N_("Other reason"),
}

REFUSAL_ADVICE: Mapping[RefusalReason, str] = {
    "unknown_badge": N_("Book this car, or check that the badge is registered to the agent."),
    "too_early": N_("Wait until the booking begins, or book from now."),
    "too_late": N_("Make a new booking: in coverage the car knows within seconds."),
    "clock_unknown": N_("Wait a minute for satellites or network; indoors, call the technician."),
    "car_in_use": N_("Ask the driver to end the trip by holding the badge for three seconds."),
    "grants_expired": N_("Wait a minute for the network and try again; else call the technician."),
    "revoked": N_(
        "Take the badge from whoever holds it, or put it back in service if it was found."
    ),
    "wrong_car": N_("Go to the car that is booked, or book this one."),
    "maintenance": N_("Book another car until this one is back in service."),
    "keys_missing": N_(
        "Put keys and fuel card back; a manager can end the trip without them on its page."
    ),
    "driver_first": N_("The driver's badge comes first, then the passengers'."),
    "not_genuine": N_(
        "Hold the card longer. If it happens again, block the badge: it may be a copy."
    ),
    "no_licence": N_(
        "Look at the licence, then have it recorded in the fleet file: in coverage the car knows"
        " within seconds."
    ),
    "moving": N_("Stop, then ask again."),
    "ignition_on": N_("Switch the ignition off, then badge: the car changes hands then."),
    "theft_order": N_("If the car is found, or was never stolen, withdraw the theft order."),
    "no_notice": N_(
        "Have the notice read on the site, or hand it over on paper and record that on the agent’s"
        " page: in coverage the car knows within seconds."
    ),
    "other": N_("Call the technician."),
}

RELAY_STATES: Mapping[RelayState, str] = {
    "unknown": N_("unknown"),
    "enabled": N_("start enabled"),
    "inhibited": N_("start inhibited"),
}

CONTRADICTIONS: Mapping[Contradiction, str] = {
    "cranked": N_("the car was started while its relay's contact said that it cannot be"),
    "driven": N_("the car drives while its relay's contact said that it cannot be started"),
    "never_opens": N_("the relay's contact stays closed after three pulses"),
    "ignition_off": N_("the car moves with the ignition off: towed, or a broken wire"),
    "other": N_("its signs contradict each other"),
}

COUNTERS: Mapping[Counter, str] = {
    "epoch": N_("the epoch of its records"),
    "key_generation": N_("the generation of its key"),
    "command": N_("the number of an order"),
    "other": N_("another number"),
}

OFF_AIR: Mapping[OffAirCause, str] = {
    "modem_silent": N_("its modem does not answer"),
    "no_sim": N_("there is no SIM card"),
    "pin_wanted": N_("the SIM card wants a PIN that the box was not given"),
    "pin_wrong": N_("the SIM card refused the box's PIN; it is not tried again"),
    "sim_failed": N_("the SIM card is locked or broken"),
    "no_coverage": N_("no mobile network"),
    "network_refused": N_(
        "the operator refuses the SIM card: check access point, login and contract"
    ),
    "no_context": N_("the operator gives no data: check the access point"),
    "no_server": N_("the server could not be reached"),
    "server_silent": N_("the server did not answer"),
    "path_forgotten": N_("the operator had forgotten the connection"),
    "modem_restarted": N_("its modem restarted by itself"),
    "battery_low": N_("the car's battery was low"),
    "limping": N_("its program did not start"),
    "unnamed": N_("a cause that this server does not know"),
}

BATTERIES: Mapping[BatteryState, str] = {
    "well": N_("good"),
    "low": N_("low"),
    "saving": N_("very low: heard once an hour"),
    "modem_off": N_("flat: not heard until it is charged"),
}

HINDRANCES: Mapping[Hindrance, str] = {
    "ignition_on": N_("the ignition is on"),
    "moves": N_("it moves, or does not stand still for long enough"),
    "no_line": N_("no ignition wire is fitted, so the start is never inhibited"),
    "no_sign": N_("nothing shows that it stands: no satellites, ignition wire not proven"),
    "relay": N_("the relay does not obey"),
    "other": N_("another reason"),
}

CONTRADICTION_ADVICE: Mapping[Contradiction, str] = {
    "cranked": N_(
        "Relay or contact is broken: anybody may be able to start it. Call a technician."
    ),
    "driven": N_("Relay or contact is broken: anybody may be able to start it. Call a technician."),
    "never_opens": N_(
        "Relay or contact is broken: anybody may be able to start it. Call a technician."
    ),
    "ignition_off": N_("Find out whether it was towed or carried; if not, have its wires checked."),
    "other": N_("Have its wires checked."),
}

HINDRANCE_ADVICE: Mapping[Hindrance, str] = {
    "ignition_on": N_("Go and switch it off, or find out who sits in it."),
    "moves": N_("Find out whether it is being towed or carried. If it stands: have it checked."),
    "no_sign": N_(
        "Check that its doors are locked. Driven once under the open sky, the box proves its wire."
    ),
    "no_line": N_("Check that its doors are locked: its start stays enabled, as it is fitted."),
    "relay": N_("Check that its doors are locked, and call a technician."),
    "other": N_("Check that its doors are locked, and call a technician."),
}

CLOCK_SOURCES: Mapping[ClockSource, str] = {
    "none": N_("not set"),
    "gnss": N_("from the satellites"),
    "server": N_("from the server"),
}

# How each kind of record reads; `%(...)s` are its fields, kilometres where a field is an odometer.
RECORDS: Mapping[str, str] = {
    "boot": N_("The box started (firmware %(firmware_version)s)"),
    "starts_failed": N_("Starts of the box that failed before this one: %(count)s"),
    "trip_start": N_("Badge accepted, trip begins at odometer %(odometer_m)s km"),
    "trip_end": N_("Trip ends at odometer %(odometer_m)s km: %(reason)s"),
    "leg_start": N_("Ignition on at odometer %(odometer_m)s km"),
    "leg_end": N_("Ignition off at odometer %(odometer_m)s km"),
    "odometer": N_("Odometer %(odometer_m)s km"),
    "refusal": N_("Badge refused: %(reason)s"),
    "relay": N_("Relay: %(state)s"),
    "command_result": N_("Order %(command_id)s: %(result)s"),
    "trip_pause": N_("Trip paused, doors locked, at odometer %(odometer_m)s km"),
    "occupant": N_("A passenger's badge was read"),
    "badge_learned": N_("A card was read, as order %(command_id)s asked"),
    "trip_taken_up": N_("The car drove on, its ignition never seen off, at %(odometer_m)s km"),
    "trip_asked": N_("Asked for at odometer %(odometer_m)s km, with the ignition on: %(wish)s"),
    "ordered": N_("Ordered from afar: %(wish)s"),
    "trip_handover": N_("Two drivers at odometer %(odometer_m)s km: %(stage)s"),
    "trip_resume": N_("Trip resumed, doors unlocked, at odometer %(odometer_m)s km"),
    "clock_state": N_("The box's clock rests on another ground, ± %(off_s)s s (no. %(number)s)"),
    "clock_mended": N_(
        "The box's clock no. %(number)s was wrong: its times are shifted by %(shift_s)s s"
    ),
    "clock_refused": N_(
        "A source that contradicts the box's clock by %(ahead_s)s s is not believed"
    ),
    "jump_refused": N_("The server said %(number)s for %(counter)s: beyond reason, refused"),
    "off_air": N_("Off the air for %(duration_s)s s: %(off_air)s"),
    "battery": N_("Battery: %(steady_mv)s mV, the lowest was %(lowest_mv)s mV"),
    "heartbeat_learned": N_("The box shows itself every %(interval_s)s s from now on"),
    "wear": N_("The box's memory has been erased %(erases)s times"),
    "contradiction": N_("Contradiction: %(reason)s"),
    "startable": N_("Nobody has the car, and anybody could start it: %(reason)s"),
    "gap": N_("Records %(first_seq)s to %(last_seq)s are lost: %(reason)s"),
}
UNKNOWN_RECORD = N_("Record of a kind this server does not know")

COMMAND_RESULTS: Mapping[str, str] = {
    "pending": N_("accepted, applied when safe"),
    "applied": N_("applied"),
    "cancelled": N_("cancelled"),
    "expired": N_("expired"),
    "refused": N_("refused"),
}

WISHES: Mapping[str, str] = {
    "nothing_any_more": N_("nothing any more"),
    "pause": N_("a pause"),
    "end_by_badge": N_("the end, by badge"),
    "end_from_afar": N_("the end, from afar"),
    "end_by_technician": N_("the end, by a technician"),
    "others_end": N_("somebody else’s end of the trip, once it has been off for an hour"),
    "theft": N_("the car is reported stolen"),
    "handover": N_("the next driver’s badge, with the ignition on"),
}

# What becomes of a next driver's badge with the ignition on; until it is settled nobody can know
# who drives.
HANDOVERS: Mapping[str, str] = {
    "asked": N_("the next driver badged with the ignition on; who drives is not known"),
    "seen_off": N_("the ignition was off; who badges next is the driver"),
    "dropped": N_("the driver badged first and goes on"),
}

GAP_REASONS: Mapping[str, str] = {
    "unreadable": N_("the box's memory no longer gives them"),
}

# Why a booking may not be driven as it stands.
DANGERS: Mapping[Danger, str] = {
    "still_out": N_("%(car)s is not back yet: the trip before yours still goes on."),
    "out_of_service": N_("%(car)s is out of service during your booking."),
}

# What the car of a booking knows of it, once something was decided.
TOLD: Mapping[Told, str] = {
    "no_box": N_("%(car)s has no box: nothing tells it, and no badge opens it."),
    "never_heard": N_("The box of %(car)s was never heard: the car cannot know of it yet."),
    "later": N_("%(car)s is told a week before the start."),
    "silent": N_("%(car)s has been silent since %(since)s: it knows once it has coverage again."),
    "waiting": N_("%(car)s has not confirmed yet; it was last heard %(since)s."),
    "confirmed": N_("%(car)s knows."),
}

# The same in a list.
TOLD_IN_A_LIST: Mapping[Told, str] = {
    "no_box": N_("the car has no box"),
    "never_heard": N_("the car’s box was never heard"),
    "later": N_("told a week before"),
    "silent": N_("the car is silent and does not know yet"),
    "waiting": N_("the car has not confirmed yet"),
    "confirmed": N_("the car knows"),
}

ROLE_WORDS: Mapping[Role, str] = {
    Role.AGENT: N_("agent"),
    Role.MANAGER: N_("fleet manager"),
    Role.TECHNICIAN: N_("technician"),
    Role.ACCOUNTANT: N_("accountant"),
    Role.AUDITOR: N_("auditor"),
    Role.ADMINISTRATOR: N_("administrator"),
    Role.DATA_PROTECTION_OFFICER: N_("data protection officer"),
}

RATING_WORDS: Mapping[int, str] = {
    5: N_("5, very good"),
    4: N_("4, good"),
    3: N_("3, fair"),
    2: N_("2, poor"),
    1: N_("1, very poor"),
}

ERROR_CODES: Mapping[int, str] = {
    401: "sign_in_needed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    500: "server_error",
    503: "unavailable",
}
_ERROR_TITLES: Mapping[int, str] = {
    401: N_("Please sign in"),
    403: N_("This is not open to you"),
    404: N_("This page does not exist"),
    413: N_("Too much was sent"),
    500: N_("Something broke on our side"),
    503: N_("The site is resting for a moment"),
}
_ERROR_ADVICE: Mapping[int, str] = {
    403: N_("Your account does not open this page. Ask the fleet manager if you need it."),
    404: N_("The address may be mistyped, or what it showed is not yours to see."),
    500: N_("Nothing you did; nothing recorded is lost. Try again in a moment."),
    503: N_("It cannot reach its records. Nothing is lost; try again in a minute."),
}


def error_title(status: int) -> str:
    """Return the message id that names an HTTP error."""
    return _ERROR_TITLES.get(status, N_("This request could not be understood"))


def error_advice(status: int) -> str:
    """Return the message id that says what to do about an HTTP error."""
    return _ERROR_ADVICE.get(status, N_("Go back and try again."))


def of_record(record: StoredRecord, speaker: Words) -> str:
    """Say one record in words."""
    if record.kind_name not in RECORDS:
        return speaker.say(UNKNOWN_RECORD)
    return speaker.say(
        RECORDS[record.kind_name],
        **{name: _of_field(name, value, speaker) for name, value in record.fields.items()},
    )


def _of_field(name: str, value: int | str, speaker: Words) -> str:
    if name == "odometer_m" and isinstance(value, int):
        return speaker.km(value)
    for table in (
        END_REASONS,
        REFUSAL_REASONS,
        RELAY_STATES,
        COMMAND_RESULTS,
        WISHES,
        HANDOVERS,
        GAP_REASONS,
        CONTRADICTIONS,
        COUNTERS,
        OFF_AIR,
        HINDRANCES,
    ):
        if value in table:
            return speaker.say(table[value])  # type: ignore[index]
    return str(value)
