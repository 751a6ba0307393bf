"""Every column that speaks of a person: what for, on which ground, who reads it, until when.

And why each other column speaks of nobody.

A test holds it against the tables as they are, so that a column nobody has declared is found. The
purposes are those for which the CNIL lets an employer locate vehicles (its guidance on *la
géolocalisation des véhicules des salariés*), and those of any account. It is
shown as docs/personal-data.md. Never here: erasing (store/purge/), pages, other languages (the
words are message ids).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.fleet.refusals import N_
from server.fleet.roles import RIGHTS, Right, Role


class Purpose(StrEnum):
    """For what something is kept."""

    ALLOCATION = N_("allocating cars to those who need them")
    SECURITY = N_("security of people, of the cars and of what is in them")
    RULES = N_("respect of the rules for using the cars")
    COSTS = N_("sharing the costs between services")
    ACCESS = N_("letting each person do what they may, and nobody else")
    ACCOUNTABILITY = N_("being able to say who decided what")
    IMPROVEMENT = N_("answering drivers and improving the pool")


class Basis(StrEnum):
    """What allows it: an article of the GDPR."""

    PUBLIC_TASK = N_("task of public interest (GDPR, article 6(1)(e))")


@dataclass(frozen=True, slots=True)
class Until:
    """Its date: so many days `since` something.

    `setting` names the field of config.Retention that says how many; None: `since` says it all.
    """

    setting: str | None
    since: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that is known of a person.

    `columns` are those of each table. The person always reads it, where `is_shown_to_them`; others
    by one of `rights`, within the part of the fleet for which they have it.
    """

    name: str
    title: str
    says: str
    purposes: tuple[Purpose, ...]
    rights: tuple[Right, ...]
    until: tuple[Until, ...]
    columns: Mapping[str, tuple[str, ...]]
    is_shown_to_them: bool = True
    basis: Basis = Basis.PUBLIC_TASK

    def readers(self) -> tuple[Role, ...]:
        """Return the roles that read it."""
        return tuple(role for role in Role if RIGHTS[role] & set(self.rights))


def _columns(**tables: str) -> Mapping[str, tuple[str, ...]]:
    return {table: tuple(names.split()) for table, names in tables.items()}


_ACCOUNT = Until("accounts_d", N_("after the account was closed"))
_JOURNEY = Until("journeys_d", N_("after the trip or the booking was over"))

KINDS = (
    Kind(
        "account",
        N_("Account"),
        N_("Name, login, e-mail address, directorates, whether a licence is on record"),
        (Purpose.ALLOCATION, Purpose.COSTS, Purpose.ACCESS),
        (Right.SEE_ACCOUNTS, Right.MANAGE),
        (_ACCOUNT,),
        _columns(
            agent="agent_id login full_name directorate_id licence_recorded closed_at_s email"
            " issuer sub",
            membership="agent_id directorate_id from_s to_s",
            file_word="kind entry word said",
        ),
    ),
    Kind(
        "sign_in",
        N_("Means of signing in"),
        N_("Password and second factor, none of them readable"),
        (Purpose.ACCESS,),
        (),
        (Until("sessions_d", _ACCOUNT.since),),
        _columns(
            agent="password_hash password_by_file",
            second_factor="agent_id secret_sealed made_at_s confirmed_at_s last_step",
            recovery_code="agent_id code_hash",
        ),
        is_shown_to_them=False,
    ),
    Kind(
        "sessions",
        N_("Sessions and codes"),
        N_(
            "When and with which browser the person signed in; codes and links to choose a password"
        ),
        (Purpose.ACCESS,),
        (),
        (Until("sessions_d", N_("after they are over")),),
        _columns(
            session="session_id agent_id started_at_s browser",
            reset_code="agent_id code_hash given_by_id given_at_s tries_left used_at_s"
            " removes_factor",
            link="token_hash agent_id kind made_at_s until_s",
        ),
    ),
    Kind(
        "roles",
        N_("Roles and rights to book"),
        N_("What the person may do in the pool, given by whom, from when to when"),
        (Purpose.ACCESS, Purpose.ACCOUNTABILITY),
        (Right.SEE_ROLES, Right.MANAGE),
        (_ACCOUNT,),
        _columns(
            role_grant="role_grant_id agent_id role given_by_id from_s to_s reason by_file"
            " withdrawn_by_id withdrawn_at_s",
            role_scope="role_grant_id kind of_id",
            booking_right="right_id agent_id given_by_id from_s to_s withdrawn_by_id",
            booking_right_scope="right_id kind of_id",
        ),
    ),
    Kind(
        "badges",
        N_("Badges"),
        N_("Which badges the person has or had, their numbers sealed, and what was done with them"),
        (Purpose.ALLOCATION, Purpose.SECURITY),
        (Right.SEE_BADGES,),
        (_ACCOUNT,),
        _columns(
            badge="badge_id agent_id uid_index uid_sealed key_sealed revocation_id issuer",
            badge_holding="badge_id agent_id from_s to_s",
            badge_act="badge_act_id badge_id at_s what agent_id by_id",
            revocation="revocation_id revoked_at_s by_file why",
        ),
    ),
    Kind(
        "read_cards",
        N_("Cards that a car has read"),
        N_("A card held to a car to be given to somebody; its number sealed, for a day"),
        (Purpose.ACCESS,),
        (Right.BLOCK_BADGES,),
        (Until("refusals_d", N_("after it was read")),),
        _columns(
            learn_order="command_id vehicle_id learned_at_s uid_index uid_sealed badge_id"
            " given_at_s"
        ),
    ),
    Kind(
        "bookings",
        N_("Bookings"),
        N_("Which car from when to when, what for, with whom and with which equipment"),
        (Purpose.ALLOCATION, Purpose.COSTS),
        (Right.SEE_TRIPS,),
        (_JOURNEY,),
        _columns(
            booking="booking_id vehicle_id agent_id directorate_id starts_at_s ends_at_s purpose"
            " state created_at_s private planned_km",
            companion="booking_id agent_id drives",
            booking_equipment="booking_id equipment_id",
            booking_decision="booking_id from_vehicle_id reason decided_by_id decided_at_s",
        ),
    ),
    Kind(
        "trips",
        N_("Trips"),
        N_("Who drove which car from when to when, how far, and who rode along; no speed"),
        (Purpose.COSTS, Purpose.ALLOCATION, Purpose.RULES),
        (Right.SEE_TRIPS, Right.SEE_KILOMETRES),
        (_JOURNEY,),
        _columns(
            trip="trip_id box_id vehicle_id agent_id directorate_id booking_id started_at_s"
            " ended_at_s start_odometer_m last_odometer_m distance_m state end_reason assurance"
            " wrong_site private hands_over taking_agent_id start_doubtful end_doubtful"
            " went_on_at_s received_at_s listed_at_s time_doubtful distance_doubtful is_counted"
            " settled_by_id settled_at_s",
            leg="leg_id trip_id started_at_s ended_at_s start_odometer_m last_odometer_m",
            occupant="trip_id agent_id",
            unassigned="unassigned_id box_id vehicle_id from_s to_s distance_m is_gap"
            " after_trip_id before_trip_id agent_id directorate_id attributed_by_id"
            " attributed_at_s is_handover taking_agent_id",
            record="box_id epoch seq kind kind_name at_s received_at_s trip_id chain badge_id",
        ),
    ),
    Kind(
        "places",
        N_("Parking places"),
        N_("Where the car stood at the start and at the end of a trip, not of a private one"),
        (Purpose.ALLOCATION, Purpose.SECURITY),
        (Right.SEE_PLACES,),
        (
            Until("positions_d", N_("after the car stood there")),
            Until("positions_as_proof_d", N_("where a confirmed theft or a contested trip asks")),
        ),
        _columns(trip="start_lat_e7 start_lon_e7 end_lat_e7 end_lon_e7", record="fields body"),
    ),
    Kind(
        "records",
        N_("What the boxes told"),
        N_("The words of each record: odometer, badge accepted, ignition on and off"),
        (Purpose.COSTS, Purpose.RULES),
        (Right.SEE_TRIPS,),
        (Until("records_d", N_("after they were received")),),
        _columns(record="fields body"),
    ),
    Kind(
        "grants",
        N_("What a car’s box may open to"),
        N_("The set of bookings and badges that the box holds now, badges as marks of that box"),
        (Purpose.ALLOCATION,),
        (),
        (Until(None, N_("until the next set, a few days ahead at most")),),
        _columns(box="grants_hash grants_set"),
        is_shown_to_them=False,
    ),
    Kind(
        "refusals",
        N_("Refused badges"),
        N_("When which car said no to the person’s badge, and why"),
        (Purpose.ALLOCATION, Purpose.SECURITY),
        (Right.SEE_REFUSALS,),
        (Until("refusals_d", N_("after they were received")),),
        _columns(
            refusal="refusal_id vehicle_id at_s received_at_s reason agent_id directorate_id"
            " booking_id badge_id badge_tag"
        ),
    ),
    Kind(
        "feedback",
        N_("Feedback"),
        N_("What the person said of a trip or a damage, and the answer"),
        (Purpose.IMPROVEMENT, Purpose.SECURITY),
        (Right.SEE_FEEDBACK,),
        (Until("feedback_d", N_("after it was said or answered")),),
        _columns(
            feedback="trip_id rating message damage said_at_s answer answered_at_s answered_by_id"
            " read_at_s"
        ),
    ),
    Kind(
        "letters",
        N_("Letters"),
        N_("That a letter was sent to the person’s address; its words only until it has left"),
        (Purpose.ACCESS,),
        (Right.SEE_ACCOUNTS,),
        (Until("mail_d", N_("after it was sent or given up")),),
        _columns(
            mail="mail_id agent_id kind recipient letter_sealed made_at_s good_until_s state"
            " tries next_try_at_s ended_at_s said"
        ),
    ),
    Kind(
        "notices",
        N_("The notice on personal data"),
        N_("By which version of it the person was informed, when, and who says so"),
        (Purpose.ACCOUNTABILITY,),
        (Right.MANAGE,),
        (_ACCOUNT,),
        _columns(
            notice="notice_id agent_id version how at_s noted_at_s noted_by_id",
            agent="has_notice",
        ),
    ),
    Kind(
        "corrections",
        N_("Requests for a correction"),
        N_("What the person asked to have corrected, and the answer"),
        (Purpose.ACCOUNTABILITY,),
        (Right.MANAGE,),
        (_ACCOUNT,),
        _columns(
            correction="correction_id agent_id message asked_at_s answer answered_at_s"
            " answered_by_id"
        ),
    ),
    Kind(
        "thefts",
        N_("Theft orders"),
        N_("Who reported a car stolen, who confirmed it, under which complaint"),
        (Purpose.SECURITY, Purpose.ACCOUNTABILITY),
        (Right.SEE_THEFTS,),
        (Until("positions_as_proof_d", N_("after the order was taken back")),),
        _columns(
            theft_order="theft_order_id vehicle_id reference asked_by_id asked_at_s"
            " confirmed_by_id confirmed_at_s command_id withdrawn_by_id withdrawn_at_s"
            " withdrawal_id"
        ),
    ),
    Kind(
        "audit",
        N_("Audit"),
        N_(
            "What the person did in the pool and whose places they read, by number, without a place"
        ),
        (Purpose.ACCOUNTABILITY, Purpose.SECURITY),
        (Right.SEE_AUDIT,),
        (Until("audit_d", N_("after the day of the act; the day leaves a hash")),),
        _columns(
            audit="audit_id at_s agent_id operator act kind object_id outcome hash seal",
        ),
    ),
    Kind(
        "imports",
        N_("Tables taken in"),
        N_("What a table of people changed, as long as it can be taken back"),
        (Purpose.ACCOUNTABILITY,),
        (Right.MANAGE,),
        (Until(None, N_("30 days after it was taken in")),),
        _columns(table_import="changes"),
        is_shown_to_them=False,
    ),
    Kind(
        "decisions",
        N_("What the person decided for the pool"),
        N_(
            "Who asked a car for something, wrote its box, took it out of service, vouched for the"
            " time"
        ),
        (Purpose.ACCOUNTABILITY,),
        (Right.SEE_CARS, Right.MANAGE),
        (_ACCOUNT,),
        _columns(
            command="agent_id",
            board="flashed_by_id",
            contradiction="seen_by_id seen_at_s",
            out_of_service="reason said_by_id",
            time_word="time_word_id said_by said_at_s",
            table_import="by_id undone_by_id file_name",
            purge="by_id",
        ),
    ),
)

OF_NOBODY: Mapping[str, tuple[str, tuple[str, ...]]] = {
    table: (why, tuple(names.split()))
    for table, why, names in (
        ("directorate", "a service", "directorate_id code name closed_from_s merged_into_id"),
        (
            "site",
            "a car park of the service",
            "site_id code name lat_e7 lon_e7 radius_m retired_at_s timezone bays",
        ),
        (
            "vehicle",
            "a car of the service",
            "vehicle_id plate label site_id walk_up private_use retired_at_s",
        ),
        ("former_plate", "a car of the service", "plate vehicle_id until_s"),
        ("parking", "which car park a car belongs to", "vehicle_id site_id from_s to_s"),
        ("car_group", "cars", "group_id name restricted"),
        ("vehicle_group", "cars", "vehicle_id group_id"),
        ("equipment", "a thing of the service", "equipment_id code name site_id retired_at_s"),
        (
            "box",
            "a device and how it is",
            "box_id wire_id vehicle_id generation badge_key_sealed epoch retired_at_s"
            " firmware_version last_seen_s relay clock_source grants_generation grants_sent_at_s"
            " grants_confirmed revocation_confirmed startable_since_s hindrance clock_doubtful"
            " clock_off_s odometer_m odometer_at_s clock_doubtful_since_s jump jump_at_s"
            " fitted_at_s battery battery_mv battery_at_s battery_low_since_s",
        ),
        (
            "commune",
            "where a commune is",
            "commune_id code name west_e7 south_e7 east_e7 north_e7 rings",
        ),
        (
            "board",
            "a device: its board, modem and SIM card",
            "box_id mac flashed_at_s micropython iccid imei",
        ),
        ("bench_test", "a device’s test", "box_id at_s noted_at_s is_done"),
        (
            "bench_line",
            "a device’s test",
            "box_id line_no check_name outcome failure value",
        ),
        ("box_key", "a device’s key", "box_id generation key_sealed created_at_s retired_at_s"),
        ("box_fitting", "which car a device is in", "box_id vehicle_id from_s to_s"),
        ("box_knows", "how far a device is up to date", "box_id news_id as_of_s"),
        (
            "command",
            "what a device is asked",
            "command_id box_id kind created_at_s expires_at_s state",
        ),
        (
            "contradiction",
            "what a car’s signs said",
            "contradiction_id box_id kind times first_at_s last_at_s",
        ),
        ("gap", "numbers that a device lost", "box_id epoch first_seq last_seq noted_at_s"),
        ("repeat", "numbers that a device told twice", "box_id epoch first_seq last_seq chain"),
        ("news", "that something about a car changed", "news_id vehicle_id"),
        (
            "revocation_heard",
            "how far a device is up to date",
            "box_id revocation_id heard_at_s",
        ),
        ("out_of_service", "a car’s absence", "vehicle_id from_s to_s"),
        (
            "audit_day",
            "hashes of days",
            "audit_day_id after_id day first_id last_id head seal erased_at_s",
        ),
        ("copy_made", "which copy of the database this is", "copy_number made_at_s"),
        ("notice_version", "a version of the notice", "notice_version_id version from_s"),
        ("booking_limits", "a setting", "only_row shortest_s coming coming_of_car"),
        (
            "purge",
            "what was erased: counts and dates",
            "purge_id at_s ended_at_s sure_s erased before files",
        ),
        (
            "table_import",
            "a table",
            "import_id kind new_count changed_count at_s undone_at_s",
        ),
        ("probe", "whether a row can be written", "holds"),
        (
            "alert",
            "what is wrong with the server, or that a car is not heard",
            "alert_id kind vehicle_id since_s raised_at_s ended_at_s told_at_s end_told_at_s",
        ),
    )
}
"""By table: why these columns of it speak of nobody, and which they are."""


def declared() -> dict[str, set[str]]:
    """Return the declared columns of each table, whether they speak of a person or of nobody."""
    found: dict[str, set[str]] = {}
    for kind in KINDS:
        for table, names in kind.columns.items():
            found.setdefault(table, set()).update(names)
    for table, (_, names) in OF_NOBODY.items():
        found.setdefault(table, set()).update(names)
    return found
