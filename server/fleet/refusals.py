"""Why a thing that was asked for is not done: one enum for every way in.

A reason knows its kind, and its sentence in English (a message id of the pages' catalogues). Never
here: when a reason applies (the rules beside this file), HTTP, translations.
"""

import dataclasses
from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Protocol

from server.fleet.model.bookings import Booking, Window


def N_(message_id: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a message id for extraction; it is translated where it is shown."""
    return message_id


class Kind(Enum):
    """What a refusal asks of the person: another wish, another moment, or another person."""

    WRONG = "wrong"  # what is asked for cannot be, whatever else there is
    CONFLICT = "conflict"  # it could be, but not as things stand
    NOT_FOUND = "not_found"  # it is not there, or not theirs to know of
    FORBIDDEN = "forbidden"  # it is there, and not theirs to change


class Reason(StrEnum):
    """Every reason; its value is the code that programs are told."""

    kind: Kind
    sentence: str

    def __new__(cls, code: str, sentence: str, kind: Kind = Kind.WRONG) -> "Reason":
        """Make a member out of its code, sentence and kind."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence, member.kind = sentence, kind
        return member

    @classmethod
    def of(cls, code: str) -> "Reason":
        """Return the reason with this code."""
        return next(reason for reason in cls if reason.value == code)

    # What is asked for, in itself
    UNKNOWN_WORD = "unknown_word", N_("This word is not known here. Is it misspelt?")
    NOT_EXPECTED = "not_expected", N_("Something else was expected here.")
    NOT_A_TEXT = "not_a_text", N_("A text was expected.")
    TEXT_TOO_LONG = "text_too_long", N_("Say it in fewer words: %(letters)s letters at most.")
    NOT_TRUE_OR_FALSE = "not_true_or_false", N_("Say true or false.")
    NOT_AN_INSTANT = (
        "not_an_instant",
        N_("Give the instant in whole seconds since 1970 (UTC)."),
    )

    # Bookings
    END_BEFORE_START = "end_before_start", N_("The end must come after the start.")
    IN_THE_PAST = "in_the_past", N_("This is already over; choose a later time.")
    TOO_FAR = "too_far", N_("This is too far in the future.")
    TOO_SHORT = "too_short", N_("This is too short for a booking: %(minutes)s minutes at least.")
    TOO_LONG = "too_long", N_("This is too long for one booking: %(days)s days at most.")
    TOO_LONG_WEEKLY = (
        "too_long_weekly",
        N_("This is too long to be repeated each week: six days at most."),
    )
    TOO_MANY_WEEKS = "too_many_weeks", N_("Repeat it for %(weeks)s weeks at most.")
    TOO_MANY_BOOKINGS = (
        "too_many_bookings",
        N_("You would have more than %(bookings)s bookings to come: call some off."),
    )
    TOO_MANY_OF_CAR = (
        "too_many_of_car",
        N_("You would have more than %(bookings)s bookings of this car to come. Choose another."),
    )
    PURPOSE_MISSING = "purpose_missing", N_("Say in a few words what the journey is for.")
    PURPOSE_TOO_LONG = "purpose_too_long", N_("Say it in fewer words: %(letters)s letters at most.")
    UNKNOWN_VEHICLE = "unknown_vehicle", N_("Choose one of the cars.")
    NO_PRIVATE_USE = "no_private_use", N_("This car is not for private use: choose another.")
    EQUIPMENT_UNKNOWN = "equipment_unknown", N_("Choose from the equipment that there is.")
    EQUIPMENT_ELSEWHERE = (
        "equipment_elsewhere",
        N_("This equipment is at another site than the car."),
    )
    EQUIPMENT_STAYS = (
        "equipment_stays",
        N_("The equipment of this booking stays at its site: book it anew there."),
    )
    NOT_LONGER = "not_longer", N_("Choose a later end than the present one.")
    OVERLAP = "overlap", N_("This car is taken at that time."), Kind.CONFLICT
    EQUIPMENT_TAKEN = (
        "equipment_taken",
        N_("This equipment is taken at that time."),
        Kind.CONFLICT,
    )
    STILL_OUT = "still_out", N_("This car is not back yet."), Kind.CONFLICT
    OUT_OF_SERVICE = (
        "out_of_service",
        N_("This car is out of service at that time."),
        Kind.CONFLICT,
    )
    NO_RIGHT = (
        "no_right",
        N_("There is no right to book for the whole of that time: the fleet manager gives it."),
        Kind.CONFLICT,
    )
    RIGHT_ELSEWHERE = (
        "right_elsewhere",
        N_("The right to book is for other cars than this one."),
        Kind.CONFLICT,
    )
    ALREADY_OVER = "already_over", N_("This booking is already over."), Kind.CONFLICT
    IS_CANCELLED = "is_cancelled", N_("This booking was cancelled."), Kind.CONFLICT
    UNDER_WAY = (
        "under_way",
        N_("Its trip is under way: end it first, with the badge or on the page of the trip."),
        Kind.CONFLICT,
    )
    IS_DRIVEN = (
        "is_driven",
        N_("Somebody has driven on this booking: give the car back, that ends it."),
        Kind.CONFLICT,
    )
    NOT_BEGUN = "not_begun", N_("This booking has not begun: cancel it instead."), Kind.CONFLICT
    NO_SUCH_BOOKING = "no_such_booking", N_("There is no such booking."), Kind.NOT_FOUND

    # Feedback
    UNKNOWN_RATING = "unknown_rating", N_("Give a rating from 1 to 5, or none.")
    RATING_TOO_EARLY = "rating_too_early", N_("The rating comes after the trip.")
    NOTHING_SAID = "nothing_said", N_("Give a rating or leave a message.")
    DAMAGE_NOT_DESCRIBED = "damage_not_described", N_("Say what is damaged, and where.")
    MESSAGE_TOO_LONG = "message_too_long", N_("Say it in fewer words: %(letters)s letters at most.")
    ANSWER_MISSING = "answer_missing", N_("Write an answer.")
    ALREADY_ANSWERED = (
        "already_answered",
        N_("This message has been answered, it can no longer be changed."),
        Kind.CONFLICT,
    )
    MESSAGE_CHANGED = (
        "message_changed",
        N_("The message has changed meanwhile: read it again."),
        Kind.CONFLICT,
    )
    NO_SUCH_MESSAGE = "no_such_message", N_("There is no such message."), Kind.NOT_FOUND
    NO_SUCH_TRIP = "no_such_trip", N_("There is no such trip."), Kind.NOT_FOUND
    NOT_THE_DRIVER = "not_the_driver", N_("Only the driver may do this."), Kind.FORBIDDEN
    TRIP_OVER = "trip_over", N_("This trip is already over."), Kind.CONFLICT
    NOTHING_TO_WITHDRAW = (
        "nothing_to_withdraw",
        N_("Nobody asked for its end, or it is withdrawn already."),
        Kind.CONFLICT,
    )
    NO_SUCH_THEFT_ORDER = (
        "no_such_theft_order",
        N_("There is no such theft order."),
        Kind.NOT_FOUND,
    )
    REFERENCE_MISSING = (
        "reference_missing",
        N_("Give the reference of the complaint, in %(letters)s letters at most."),
    )
    THEFT_ORDER_STANDS = (
        "theft_order_stands",
        N_("Somebody has reported this car stolen already."),
        Kind.CONFLICT,
    )
    SAME_PERSON = (
        "same_person",
        N_("You reported it: somebody else has to confirm it."),
        Kind.FORBIDDEN,
    )
    NOT_INDEPENDENT = (
        "not_independent",
        N_("Whoever reported it gave you your account or role: somebody else has to confirm it."),
        Kind.FORBIDDEN,
    )
    IS_CONFIRMED = "is_confirmed", N_("This theft order is confirmed already."), Kind.CONFLICT
    IS_WITHDRAWN = "is_withdrawn", N_("This theft order is withdrawn."), Kind.CONFLICT
    NO_SUCH_METRES = "no_such_metres", N_("There are no such kilometres."), Kind.NOT_FOUND
    ALREADY_ATTRIBUTED = (
        "already_attributed",
        N_("Somebody has said already whose kilometres these are."),
        Kind.CONFLICT,
    )
    METRES_CHANGED = (
        "metres_changed",
        N_("They have become more meanwhile: look again."),
        Kind.CONFLICT,
    )

    CONTRADICTION_CHANGED = (
        "contradiction_changed",
        N_("Somebody has seen it already, or the car told it once more: look again."),
        Kind.CONFLICT,
    )

    # Accounts
    NO_SUCH_ACCOUNT = "no_such_account", N_("Nobody has this login."), Kind.NOT_FOUND
    ACCOUNT_CLOSED = "account_closed", N_("The account of %(name)s is closed."), Kind.CONFLICT
    PASSWORD_TOO_SHORT = (
        "password_too_short",
        N_("Take %(letters)s characters at least, or %(digits)s digits."),
    )
    PASSWORD_GUESSABLE = (
        "password_guessable",
        N_("This is easily guessed. Take several words that have nothing to do with you or work."),
    )
    PASSWORD_WRONG = "password_wrong", N_("This is not your present password.")
    CODE_WRONG = (
        "code_wrong",
        N_("This code is not that of this login, or it is too old. Ask for another."),
    )
    NOT_YOUR_PEER = (
        "not_your_peer",
        N_("Whoever has a role gets their code from the operator."),
        Kind.FORBIDDEN,
    )
    PASSWORDS_DIFFER = "passwords_differ", N_("This is not the same as the new password above.")

    # Roles
    GIVES_TOO_MUCH = (
        "gives_too_much",
        N_("Nobody gives what they do not have themselves, there and for as long."),
        Kind.FORBIDDEN,
    )
    LAST_ADMINISTRATOR = (
        "last_administrator",
        N_("%(name)s is the last administrator: name another one first."),
        Kind.CONFLICT,
    )
    ROLE_NEEDS_END = "role_needs_end", N_("This role ends with the job: say when.")
    REASON_MISSING = "reason_missing", N_("Say why, in %(letters)s letters at most.")
    NO_SUCH_ROLE = "no_such_role", N_("There is no such role, or it is withdrawn."), Kind.NOT_FOUND
    NOT_A_ROLE = "not_a_role", N_("Choose one of the roles.")
    UNKNOWN_PART = "unknown_part", N_("Choose from the directorates, sites and cars there are.")
    # People
    ALREADY_THERE = "already_there", N_("This is taken already: choose another.")
    CHANGED_MEANWHILE = (
        "changed_meanwhile",
        N_("Somebody has changed it meanwhile; it now reads: %(now)s. Send again what is to hold."),
        Kind.CONFLICT,
    )
    DIRECTORATE_CLOSED = (
        "directorate_closed",
        N_("This directorate is no more by then: choose another."),
    )
    HAS_MEMBERS = (
        "has_members",
        N_("%(people)s people are of it then: say which directorate they go to."),
    )
    NOT_HANDED_OVER = (
        "not_handed_over",
        N_("Say who takes this booking over, or that it is cancelled."),
    )
    NO_LICENCE_ON_RECORD = (
        "no_licence_on_record",
        N_("%(name)s has no driving licence on record."),
        Kind.CONFLICT,
    )
    BUSY_THEN = "busy_then", N_("%(name)s has another car at that time."), Kind.CONFLICT
    # Cars, sites, equipment, groups
    NOTHING_GIVEN = (
        "nothing_given",
        N_("Fill this in, with %(letters)s letters at most."),
    )
    NOT_A_ZONE = "not_a_zone", N_("This time zone is not known. Choose one of the list.")
    NAME_TAKEN = "name_taken", N_("Another one is called so already."), Kind.CONFLICT
    CHANGED_SINCE = (
        "changed_since",
        N_("Somebody has changed this meanwhile: look at it again, then change it."),
        Kind.CONFLICT,
    )
    NOT_THERE = "not_there", N_("There is no such car, site, piece or group."), Kind.NOT_FOUND
    CAR_RETIRED = "car_retired", N_("This car has left the pool."), Kind.CONFLICT
    STILL_BOOKED = (
        "still_booked",
        N_("It is still booked: give these bookings another car or call them off first."),
        Kind.CONFLICT,
    )
    STILL_USED = (
        "still_used",
        N_("Something still belongs to it: give that another place first."),
        Kind.CONFLICT,
    )
    ORDERS_WAIT = (
        "orders_wait",
        N_("Its box has not answered all that was asked of it: wait, or take that back first."),
        Kind.CONFLICT,
    )
    # Signing in
    NO_MAIL_TO = (
        "no_mail_to",
        N_("%(name)s cannot be mailed: hand over a code instead."),
        Kind.CONFLICT,
    )
    OUTBOX_FULL = (
        "outbox_full",
        N_("More than %(mails)s mails wait to be sent: the mail server has to be mended first."),
        Kind.CONFLICT,
    )
    LINK_OVER = (
        "link_over",
        N_("This link was used or is too old. Ask for another."),
        Kind.CONFLICT,
    )
    NO_SUCH_MAIL = "no_such_mail", N_("There is no such mail."), Kind.NOT_FOUND
    MAIL_OVER = (
        "mail_over",
        N_("This mail is sent, dropped or too old: there is nothing to do about it."),
        Kind.CONFLICT,
    )
    SECOND_CODE_WRONG = (
        "second_code_wrong",
        N_(
            "This code does not match. Each works once and for a minute: is the phone's time right?"
        ),
    )
    NO_SECOND_FACTOR = (
        "no_second_factor",
        N_("The second step is not set up, or it took too long: begin again."),
        Kind.CONFLICT,
    )
    NOT_AN_EMAIL = (
        "not_an_email",
        N_("A mail address like name@service.gouv.fr was expected."),
    )

    # The fleet
    NOT_ALLOWED = "not_allowed", N_("Your role does not allow this."), Kind.FORBIDDEN
    NO_SUCH_BADGE = "no_such_badge", N_("No agent has a badge with this UID."), Kind.NOT_FOUND
    NOT_A_UID = "not_a_uid", N_("4, 7 or 10 bytes in hexadecimal were expected.")
    PASSING_UID = (
        "passing_uid",
        N_("Phones and bank cards make up such a UID: it is no badge. Give the person a card."),
    )
    NO_SUCH_PERSON = "no_such_person", N_("Choose one of the people."), Kind.WRONG
    NOT_A_BADGE_NUMBER = (
        "not_a_badge_number",
        N_(
            "This is no badge's number: 8, 14 or 20 hexadecimal digits, or 8 to 10 or 15 to 17"
            " decimal ones."
        ),
    )
    WHICH_READING = (
        "which_reading",
        N_("This number can be read in several ways: say which one is meant."),
    )
    BADGE_BLOCKED = (
        "badge_blocked",
        N_("%(name)s had this badge, and it is blocked: put it back in service, or give it on."),
        Kind.CONFLICT,
    )
    NO_CARD_READ = (
        "no_card_read",
        N_("No card waits here: none was read, or somebody said already whose it is."),
        Kind.CONFLICT,
    )
    NO_SUCH_LEARN_ORDER = (
        "no_such_learn_order",
        N_("No car was asked that."),
        Kind.NOT_FOUND,
    )
    NOT_REVOKED = "not_revoked", N_("This badge is not blocked."), Kind.CONFLICT
    NO_BOX = "no_box", N_("This car has no box."), Kind.CONFLICT
    BOX_EXISTS = "box_exists", N_("This car has a box already."), Kind.CONFLICT
    NO_SUCH_BOX = "no_such_box", N_("There is no such box."), Kind.NOT_FOUND
    OTHER_BOARD = "other_board", N_("This box is on another board."), Kind.CONFLICT
    NO_BOX_ADDRESS = (
        "no_box_address",
        N_(
            "The address at which cars reach this server is not set: its operator sets it in the"
            " settings, [new_boxes] server."
        ),
        Kind.CONFLICT,
    )
    NOT_A_MAC = "not_a_mac", N_("A MAC like a0:b7:65:4c:11:2e was expected.")
    NOT_A_PIN = "not_a_pin", N_("A PIN has 4 to 8 digits.")
    NOT_JSON = "not_json", N_("This is not JSON: %(why)s.")
    WORD_TWICE = "word_twice", N_("This word stands here twice.")
    NOT_A_LIST = "not_a_list", N_("A list [...] was expected.")
    NOT_AN_OBJECT = "not_an_object", N_("An object {...} was expected.")
    OUT_OF_RANGE = "out_of_range", N_("%(least)s to %(most)s was expected.")
    NOT_ONE_OF = "not_one_of", N_("%(choice)s was expected.")
    NOT_A_CARD_KEY = "not_a_card_key", N_("32 hexadecimal digits were expected.")
    UNKNOWN_NAME = "unknown_name", N_("There is none of this name.")
    SAME_AS = "same_as", N_("%(name)s is %(first)s already.")
    BADGE_OF_ANOTHER = "badge_of_another", N_("%(name)s has this badge.")
    SAME_START = "same_start", N_("Another one begins then.")
    NAMED_TWICE = "named_twice", N_("Each person and each piece is named once.")

    # Tables: the file, a line, what was taken in
    TABLE_EMPTY = "table_empty", N_("There is nothing in this file.")
    HEADER_ONLY = "header_only", N_("This file has a header and no line below it.")
    TABLE_TOO_LARGE = (
        "table_too_large",
        N_("This file is too large: %(megabytes)s MB and %(lines)s lines at most."),
    )
    OLD_EXCEL = "old_excel", N_("This is an old Excel file (.xls): save it as .xlsx or as CSV.")
    OPEN_DOCUMENT = (
        "open_document",
        N_("This is an OpenDocument file (.ods): save it as .xlsx or as CSV."),
    )
    FILE_WITH_PASSWORD = (
        "file_with_password",
        N_("This file has a password: save it without one."),
    )
    NOT_A_TABLE = "not_a_table", N_("No table can be read here: save it as .xlsx or as CSV.")
    BAD_QUOTES = (
        "bad_quotes",
        N_("A quotation mark that begins here has no end, or something stands behind it."),
    )
    COLUMN_MISSING = (
        "column_missing",
        N_(
            "The column %(column)s is missing: the first line names the columns, between"
            " semicolons, commas or tabs."
        ),
    )
    COLUMN_TWICE = "column_twice", N_("The column %(column)s is there twice.")
    TOO_MANY_CELLS = (
        "too_many_cells",
        N_(
            "This line has %(found)s cells, the header %(expected)s: a text that has a separator"
            " in it stands between quotation marks."
        ),
    )
    CELL_EMPTY = "cell_empty", N_("Nothing stands here.")
    SPOILT_CELL = (
        "spoilt_cell",
        N_("The table program has spoilt this: give the column the format Text, type it again."),
    )
    NOT_YES_OR_NO = "not_yes_or_no", N_("Say yes or no.")
    NOT_A_NUMBER = "not_a_number", N_("A number was expected.")
    NOT_A_DAY = "not_a_day", N_("Write a day that has come, like 2026-09-01 or 01/09/2026.")
    DAY_OR_MONTH = (
        "day_or_month",
        N_("Does the month stand before the day? Write it like 2026-09-01."),
    )
    LOOKS_SWAPPED = "looks_swapped", N_("Two columns look swapped.")
    IMPORT_CHANGED = (
        "import_changed",
        N_("The fleet has changed since this was shown: read it again."),
        Kind.CONFLICT,
    )
    NO_SUCH_IMPORT = (
        "no_such_import",
        N_("There is no such import of the last %(days)s days."),
        Kind.NOT_FOUND,
    )
    IMPORT_UNDONE = "import_undone", N_("This import has been taken back."), Kind.CONFLICT
    IMPORT_USED = (
        "import_used",
        N_("What it brought was changed or used since: %(name)s. It is not taken back."),
        Kind.CONFLICT,
    )
    # What is known of a person
    NOTICE_FIRST = (
        "notice_first",
        N_("Read the notice on your personal data first: sign in to the site, it is shown there."),
        Kind.CONFLICT,
    )
    NOT_YET = "not_yet", N_("This day has not come yet.")
    REQUEST_MISSING = "request_missing", N_("Say what is wrong, and what is right.")
    NO_SUCH_REQUEST = "no_such_request", N_("There is no such request."), Kind.NOT_FOUND
    REQUEST_ANSWERED = (
        "request_answered",
        N_("This request has been answered meanwhile."),
        Kind.CONFLICT,
    )


class Say(Protocol):
    """Says a text of the code in somebody's language, its values `%(name)s` filled in."""

    def __call__(self, text: str, /, **values: object) -> str:
        """Return what they read."""


def in_english(text: str, /, **values: object) -> str:
    """Say it as it stands in the code."""
    return text % values if values else text


class ToldError(Exception):
    """What no wish could change: a disk, a port, a damaged file. Kinds of it are raised, never it.

    Args:
        text: English, one line, filled in with `values`; `str` of it is that.
        values: what `text` names.
    """

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(in_english(text, **values))
        self.text, self.values = text, values

    def in_words(self, say: Say) -> str:
        """Say it in somebody's language, and what it names of another in the same."""
        values = {
            name: value.in_words(say) if isinstance(value, ToldError) else value
            for name, value in self.values.items()
        }
        return say(self.text, **values)


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """A reason and what it stands against.

    `field` is the word of the request that is at fault (empty: the request as a whole), `values`
    what the reason's sentence names, `conflicts` the bookings in the way, `week` the one of several
    that it is about.
    """

    field: str
    reason: Reason
    values: Mapping[str, int | str] = dataclasses.field(default_factory=dict)
    conflicts: tuple[Booking, ...] = ()
    week: Window | None = None

    def in_words(self, say: "Say") -> str:
        """Say it, for the command line: with what is known instead, and what is in the way."""
        said = [say(self.reason.sentence, **self.values)]
        if "name" in self.values and "known" in self.values:
            said.append(say("%(name)r is unknown; known: %(known)s.", **self.values))
        elif "known" in self.values:
            said.append(say("Known: %(known)s.", known=self.values["known"]))
        if self.week is not None:
            hours = {"start": self.week.from_s, "end": self.week.to_s}
            said.append(say("That is from %(start)s to %(end)s.", **hours))
        for other in self.conflicts:
            hours = {"start": other.starts_at_s, "end": other.ends_at_s}
            whose = {"name": other.agent_name, "plate": other.plate}
            said.append(say("%(name)s has %(plate)s from %(start)s to %(end)s.", **whose, **hours))
        return " ".join(said)

    def in_english(self) -> str:
        """Say it as it stands in the code."""
        return self.in_words(in_english)


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """What was asked for is not done; `refusals` say why: one at least, the weightiest first."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(", ".join(refusal.reason for refusal in refusals))
        self.refusals = refusals

    @property
    def first(self) -> Refusal:
        """Return what a program is told, that takes one reason only."""
        return self.refusals[0]
