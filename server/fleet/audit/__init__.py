"""What the audit keeps of each act, and the closed list of acts.

An entry says who, when, what and to which thing, all by number: no name, no place, no free text.
Never here: how entries are chained (chain.py), who may read them (actions/audit), SQL.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Outcome = Literal["done", "refused"]


class Act(StrEnum):
    """All that an entry may say was done; the value stands in the database for ever."""

    # Reading what says where people were, or who did what.
    READ_PLACES = "read_places"
    READ_AUDIT = "read_audit"
    EXPORT_AUDIT = "export_audit"
    EXPORT_TABLE = "export_table"

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    PASS_SECOND_STEP = "pass_second_step"
    CHANGE_PASSWORD = "change_password"
    GIVE_PASSWORD = "give_password"
    GIVE_CODE = "give_code"
    TRY_CODE = "try_code"
    USE_CODE = "use_code"
    INVITE = "invite"
    ASK_RESET = "ask_reset"
    USE_LINK = "use_link"
    END_SESSION = "end_session"
    SET_UP_SECOND_FACTOR = "set_up_second_factor"
    CONFIRM_SECOND_FACTOR = "confirm_second_factor"
    REMOVE_SECOND_FACTOR = "remove_second_factor"
    RETRY_MAIL = "retry_mail"
    DROP_MAIL = "drop_mail"

    ADD_PERSON = "add_person"
    EDIT_PERSON = "edit_person"
    MOVE_PERSON = "move_person"
    SET_EMAIL = "set_email"
    LET_LEAVE = "let_leave"
    CLOSE_ACCOUNT = "close_account"
    REOPEN_ACCOUNT = "reopen_account"
    GIVE_RIGHT = "give_right"
    WITHDRAW_RIGHT = "withdraw_right"
    GIVE_ROLE = "give_role"
    WITHDRAW_ROLE = "withdraw_role"
    ADD_DIRECTORATE = "add_directorate"
    RENAME_DIRECTORATE = "rename_directorate"
    CLOSE_DIRECTORATE = "close_directorate"
    REOPEN_DIRECTORATE = "reopen_directorate"

    ENROL_BADGE = "enrol_badge"
    ASK_FOR_BADGE = "ask_for_badge"
    BLOCK_BADGE = "block_badge"
    WITHDRAW_BADGE = "withdraw_badge"
    FIND_BADGE = "find_badge"
    HAND_OVER_BADGE = "hand_over_badge"

    BOOK = "book"
    CANCEL_BOOKING = "cancel_booking"
    MOVE_BOOKING = "move_booking"
    EXTEND_BOOKING = "extend_booking"
    GIVE_BACK_CAR = "give_back_car"
    MOVE_BOOKING_FOR = "move_booking_for"
    CANCEL_BOOKING_FOR = "cancel_booking_for"
    END_TRIP = "end_trip"
    WITHDRAW_END = "withdraw_end"
    SETTLE_TRIP = "settle_trip"
    ATTRIBUTE_KILOMETRES = "attribute_kilometres"
    SAY_FEEDBACK = "say_feedback"
    ANSWER_FEEDBACK = "answer_feedback"
    READ_ANSWER = "read_answer"

    TAKE_NOTE = "take_note"
    HAND_OVER_NOTICE = "hand_over_notice"
    ASK_CORRECTION = "ask_correction"
    ANSWER_CORRECTION = "answer_correction"
    EXPORT_OWN_DATA = "export_own_data"

    ADD_CAR = "add_car"
    CHANGE_CAR = "change_car"
    RETIRE_CAR = "retire_car"
    REOPEN_CAR = "reopen_car"
    TAKE_OUT_CAR = "take_out_car"
    BRING_BACK_CAR = "bring_back_car"
    ADD_SITE = "add_site"
    CHANGE_SITE = "change_site"
    RETIRE_SITE = "retire_site"
    REOPEN_SITE = "reopen_site"
    ADD_GROUP = "add_group"
    CHANGE_GROUP = "change_group"
    REMOVE_GROUP = "remove_group"
    ADD_EQUIPMENT = "add_equipment"
    CHANGE_EQUIPMENT = "change_equipment"
    RETIRE_EQUIPMENT = "retire_equipment"
    REOPEN_EQUIPMENT = "reopen_equipment"

    ADD_BOX = "add_box"
    FLASH_BOX = "flash_box"
    TEST_BOX = "test_box"
    MOVE_BOX = "move_box"
    ROTATE_KEY = "rotate_key"
    ORDER_BOX = "order_box"
    SEE_CONTRADICTION = "see_contradiction"
    REPORT_THEFT = "report_theft"
    CONFIRM_THEFT = "confirm_theft"
    WITHDRAW_THEFT = "withdraw_theft"

    LOAD_FLEET = "load_fleet"
    IMPORT_TABLE = "import_table"
    UNDO_IMPORT = "undo_import"
    CONFIRM_TIME = "confirm_time"
    RESTORE = "restore"
    ERASE_AUDIT = "erase_audit"
    ERASE_DUE = "erase_due"
    LOAD_COMMUNES = "load_communes"
    OPEN_PAGE = "open_page"  # of a right that somebody has not: always refused
    OTHER = "other"  # what writes without saying what it is; a test keeps it from happening


@dataclass(frozen=True, slots=True)
class Performed:
    """An act that is being done.

    `agent_id` is the person, `operator` the system account at the server's own machine; both, when
    a command acts for a person; neither: the server itself, or somebody not signed in. `kind` is
    the thing's table, `object_id` its number there; None: not known yet, or the act has none.
    """

    act: Act
    at_s: int
    agent_id: int | None = None
    operator: str | None = None
    kind: str | None = None
    object_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in the audit, without its hash; `audit_id` only rises, `at_s` may go back."""

    audit_id: int
    at_s: int
    agent_id: int | None
    operator: str | None
    act: str
    kind: str | None
    object_id: int | None
    outcome: str
