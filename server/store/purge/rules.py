"""What is past its date, and how it is erased: one rule for each thing that has a date of its own.

`due` finds the rows, by numbers that `erase` then names; a value `:positions_d` is the instant
before which what that setting is about is due (config.Retention); `:nothing` are no bytes, and
`:without_place` the fields of a record without its place. Kilometres, trips and shares are in no
rule: they stay. Never here: the settings, when a purge runs, copies (files.py).
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.store import sqlite

BEFORE_THEFT_S = 7 * 24 * 3600
"""Where a stolen car stood in the week before it was reported is of use to who looks for it."""

_PLACE = ("lat_e7", "lon_e7")  # the words of a record
_LATE_S = 366 * 24 * 3600  # as server/fleet/own_time: what is told to be of before cannot be

# A time that cannot be, or of a clock that was doubtful, counts from its arrival.
_TOLD_S = f"""CASE WHEN r.at_s BETWEEN r.received_at_s - {_LATE_S} AND r.received_at_s
  THEN r.at_s ELSE r.received_at_s END"""
_IS_DOUBTFUL = "t.start_doubtful = 1 OR t.end_doubtful = 1 OR t.time_doubtful = 1"
_ARRIVED_S = """coalesce((SELECT max(e.received_at_s) FROM record e
  WHERE e.trip_id = t.trip_id AND e.kind_name = 'trip_{which}'), t.received_at_s, t.listed_at_s)"""
# The declared purposes for which places are kept longer: a trip that nobody has ended yet, one
# whose time or distance nobody has settled, a car whose theft two people have reported.
_IS_PROOF = f"""(t.state <> 'ended'
  OR (t.time_doubtful = 1 OR t.distance_doubtful = 1) AND t.is_counted IS NULL
  OR EXISTS (SELECT 1 FROM theft_order o WHERE o.vehicle_id = t.vehicle_id
    AND o.confirmed_at_s IS NOT NULL AND t.ended_at_s >= o.asked_at_s - {BEFORE_THEFT_S}
    AND t.started_at_s <= coalesce(o.withdrawn_at_s, t.started_at_s)))"""
_LIMIT_S = f"CASE WHEN {_IS_PROOF} THEN :positions_as_proof_d ELSE :positions_d END"


def _place(which: str, time: str) -> "Rule":
    arrived_s = _ARRIVED_S.format(which=which)
    return Rule(
        "places",
        f"SELECT t.trip_id FROM trip t WHERE (t.start_lat_e7 IS NOT NULL"
        f" OR t.end_lat_e7 IS NOT NULL) AND t.{which}_lat_e7 IS NOT NULL"
        f" AND CASE WHEN t.{which}_doubtful = 1 OR t.time_doubtful = 1 THEN {arrived_s}"
        f" ELSE {time} END < {_LIMIT_S}",
        (f"UPDATE trip SET {which}_lat_e7 = NULL, {which}_lon_e7 = NULL WHERE trip_id = :trip_id",),
        f"SELECT t.trip_id FROM trip t WHERE t.{which}_lat_e7 IS NOT NULL"
        f" AND {time} < :positions_d",
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """What is erased under one word of the receipt, which may be that of several rules.

    Args:
        what: the word.
        due: reads the rows, by columns that `erase` names.
        erase: what is done for each.
        due_before: reads them in a database of an older version, in which `due` names what is not
            there yet; None: as `due`, or nothing where that cannot be read.
    """

    what: str
    due: str
    erase: tuple[str, ...]
    due_before: str | None = None


_RECORD = "WHERE box_id = :box_id AND epoch = :epoch AND seq = :seq"
_CARDS = "IN (SELECT badge_id FROM badge WHERE agent_id = :agent_id)"
_ABSENCE = "WHERE vehicle_id = :vehicle_id AND from_s = :from_s AND to_s = :to_s"
# ">= 1", as the small indexes of these records say it: "> 0" would be read in that of all records.
_WITH_PLACE = (
    "(r.kind_name IN ('trip_start', 'trip_end', 'unknown') AND length(r.body) >= 1"
    " OR r.fields LIKE '%lat_e7%')"
)

RULES = (
    _place("start", "t.started_at_s"),
    _place("end", "coalesce(t.ended_at_s, t.started_at_s)"),
    # What a later box tells may be a place: a record that nobody can read is not kept longer.
    Rule(
        "places",
        "SELECT r.box_id, r.epoch, r.seq, r.fields FROM record r LEFT JOIN trip t USING (trip_id)"
        f" WHERE {_WITH_PLACE} AND CASE WHEN {_IS_DOUBTFUL} THEN r.received_at_s ELSE {_TOLD_S} END"
        f" < CASE WHEN t.trip_id IS NULL THEN :positions_d ELSE {_LIMIT_S} END",
        (f"UPDATE record SET body = :nothing, fields = :without_place {_RECORD}",),
        f"SELECT r.box_id, r.epoch, r.seq, r.fields FROM record r WHERE {_WITH_PLACE}"
        f" AND {_TOLD_S} < :positions_d",
    ),
    # Of clocks and of a flash's wear nothing speaks of a person, and both are read again.
    Rule(
        "records",
        "SELECT r.box_id, r.epoch, r.seq FROM record r LEFT JOIN trip t USING (trip_id)"
        " WHERE r.received_at_s < :records_d AND (length(r.body) > 0 OR r.fields <> '{}')"
        " AND r.kind_name NOT IN ('clock_state', 'clock_mended', 'wear')"
        " AND coalesce(t.state, 'ended') = 'ended'",
        (f"UPDATE record SET body = :nothing, fields = '{{}}' {_RECORD}",),
    ),
    Rule(
        "refusals",
        "SELECT refusal_id FROM refusal WHERE received_at_s < :refusals_d",
        ("DELETE FROM refusal WHERE refusal_id = :refusal_id",),
    ),
    Rule(
        "refusals",
        "SELECT r.box_id, r.epoch, r.seq FROM record r WHERE r.kind_name = 'refusal'"
        " AND length(r.body) >= 1 AND r.received_at_s < :refusals_d",
        (
            f"UPDATE record SET body = :nothing, fields = '{{}}' {_RECORD}",
            f"UPDATE record SET badge_id = NULL {_RECORD}",
        ),
    ),
    Rule(
        "read_cards",
        "SELECT command_id FROM learn_order JOIN command USING (command_id)"
        " WHERE created_at_s < :refusals_d",
        ("DELETE FROM learn_order WHERE command_id = :command_id",),
    ),
    Rule(
        "feedback",
        "SELECT trip_id FROM feedback WHERE said_at_s < :feedback_d"
        " AND coalesce(answered_at_s, 0) < :feedback_d",
        ("DELETE FROM feedback WHERE trip_id = :trip_id",),
        "SELECT trip_id FROM feedback WHERE said_at_s < :feedback_d",
    ),
    # An import that comes later erases it too; none may come.
    Rule(
        "imports",
        "SELECT import_id FROM table_import WHERE at_s < :imports_d AND changes IS NOT NULL",
        ("UPDATE table_import SET changes = NULL WHERE import_id = :import_id",),
    ),
    # A session is over after half a day (actions/accounts.py), a code after a day.
    Rule(
        "sessions",
        "SELECT session_id FROM session WHERE started_at_s + 43200 < :sessions_d",
        ("DELETE FROM session WHERE session_id = :session_id",),
    ),
    Rule(
        "sessions",
        "SELECT agent_id FROM reset_code"
        " WHERE given_at_s + 86400 < :sessions_d AND coalesce(used_at_s, 0) < :sessions_d",
        ("DELETE FROM reset_code WHERE agent_id = :agent_id",),
        "SELECT agent_id FROM reset_code WHERE given_at_s < :sessions_d",
    ),
    Rule(
        "sessions",
        "SELECT token_hash FROM link WHERE until_s < :sessions_d",
        ("DELETE FROM link WHERE token_hash = :token_hash",),
    ),
    Rule(
        "letters",
        "SELECT mail_id FROM mail WHERE coalesce(ended_at_s, good_until_s) < :mail_d",
        ("DELETE FROM mail WHERE mail_id = :mail_id",),
    ),
    Rule(
        "thefts",
        "SELECT theft_order_id FROM theft_order WHERE withdrawn_at_s < :positions_as_proof_d",
        ("DELETE FROM theft_order WHERE theft_order_id = :theft_order_id",),
    ),
    Rule(
        "bookings",
        "SELECT booking_id FROM booking WHERE ends_at_s < :journeys_d",
        (
            "UPDATE trip SET booking_id = NULL WHERE booking_id = :booking_id",
            "UPDATE refusal SET booking_id = NULL WHERE booking_id = :booking_id",
            "DELETE FROM companion WHERE booking_id = :booking_id",
            "DELETE FROM booking_equipment WHERE booking_id = :booking_id",
            "DELETE FROM booking_decision WHERE booking_id = :booking_id",
            "DELETE FROM booking WHERE booking_id = :booking_id",
        ),
    ),
    # The kilometres stay where they are: with the car, the day and the directorate.
    Rule(
        "trips",
        "SELECT trip_id FROM trip WHERE listed_at_s < :journeys_d AND state = 'ended'"
        " AND coalesce(ended_at_s, 0) < :journeys_d"
        " AND (agent_id IS NOT NULL OR taking_agent_id IS NOT NULL)"
        " AND (is_counted IS NOT NULL OR time_doubtful + distance_doubtful = 0)",
        (
            "UPDATE trip SET agent_id = NULL WHERE trip_id = :trip_id",
            "UPDATE trip SET taking_agent_id = NULL WHERE trip_id = :trip_id",
            "UPDATE record SET badge_id = NULL WHERE trip_id = :trip_id",
            "DELETE FROM occupant WHERE trip_id = :trip_id",
        ),
        "SELECT trip_id FROM trip WHERE ended_at_s < :journeys_d AND agent_id IS NOT NULL",
    ),
    Rule(
        "trips",
        "SELECT unassigned_id FROM unassigned WHERE to_s < :journeys_d"
        " AND directorate_id IS NOT NULL AND agent_id IS NOT NULL",
        (
            "UPDATE unassigned SET agent_id = NULL, taking_agent_id = NULL"
            " WHERE unassigned_id = :unassigned_id",
        ),
    ),
    # Until then who closed the wrong account opens it again.
    Rule(
        "sign_in",
        "SELECT agent_id FROM agent a WHERE closed_at_s < :sessions_d"
        " AND (password_hash IS NOT NULL"
        " OR EXISTS (SELECT 1 FROM second_factor f WHERE f.agent_id = a.agent_id)"
        " OR EXISTS (SELECT 1 FROM recovery_code c WHERE c.agent_id = a.agent_id))",
        (
            "UPDATE agent SET password_hash = NULL WHERE agent_id = :agent_id",
            "DELETE FROM second_factor WHERE agent_id = :agent_id",
            "DELETE FROM recovery_code WHERE agent_id = :agent_id",
        ),
        "SELECT agent_id FROM agent WHERE closed_at_s < :sessions_d AND password_hash IS NOT NULL",
    ),
    # The number of a card says whose it is, to whoever else knows that card.
    Rule(
        "badges",
        "SELECT agent_id FROM agent WHERE closed_at_s < :accounts_d"
        " AND EXISTS (SELECT 1 FROM badge WHERE badge.agent_id = agent.agent_id)",
        (
            f"UPDATE record SET badge_id = NULL WHERE badge_id {_CARDS}",
            f"UPDATE refusal SET badge_id = NULL WHERE badge_id {_CARDS}",
            f"DELETE FROM learn_order WHERE badge_id {_CARDS}",
            f"DELETE FROM badge_act WHERE badge_id {_CARDS}",
            f"DELETE FROM badge_holding WHERE badge_id {_CARDS}",
            "DELETE FROM badge WHERE agent_id = :agent_id",
        ),
    ),
    # Whoever it was did what they did; who it was is not known any more.
    Rule(
        "account",
        "SELECT agent_id, login FROM agent WHERE closed_at_s < :accounts_d AND full_name <> '–'",
        (
            "DELETE FROM file_word WHERE entry = :login OR said = '\"' || :login || '\"'",
            "DELETE FROM mail WHERE agent_id = :agent_id",
            "DELETE FROM notice WHERE agent_id = :agent_id",
            "DELETE FROM correction WHERE agent_id = :agent_id",
            "UPDATE role_grant SET reason = '' WHERE agent_id = :agent_id",
            "UPDATE agent SET email = NULL WHERE agent_id = :agent_id",
            "UPDATE agent SET sub = NULL WHERE agent_id = :agent_id",
            "UPDATE agent SET full_name = '–', login = '–' || agent_id WHERE agent_id = :agent_id",
        ),
    ),
    Rule(
        "decisions",
        "SELECT time_word_id FROM time_word WHERE said_at_s < :accounts_d AND said_by <> ''",
        ("UPDATE time_word SET said_by = '' WHERE time_word_id = :time_word_id",),
    ),
    Rule(
        "decisions",
        "SELECT import_id FROM table_import WHERE at_s < :accounts_d AND file_name <> ''",
        ("UPDATE table_import SET file_name = '' WHERE import_id = :import_id",),
    ),
    Rule(
        "decisions",
        "SELECT vehicle_id, from_s, to_s FROM out_of_service WHERE to_s < :accounts_d"
        " AND (reason <> '' OR said_by_id IS NOT NULL)",
        (
            f"UPDATE out_of_service SET reason = '' {_ABSENCE}",
            f"UPDATE out_of_service SET said_by_id = NULL {_ABSENCE}",
        ),
    ),
)


def found(
    db: sqlite3.Connection, rule: Rule, before_s: Mapping[str, int], most: int | None
) -> list[dict[str, Any]]:
    """Read what is past its date by one rule, at most so many (None: all)."""
    limit = "" if most is None else " LIMIT :most"
    values = {**before_s, "most": most}
    return [_values(row) for row in db.execute(f"{rule.due}{limit}", values)]


def found_in_copy(
    db: sqlite3.Connection, rule: Rule, before_s: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Read the same in a copy, which may be of an older version."""
    for sql in (rule.due, rule.due_before):
        if sql is not None and sqlite.fits(db, sql, before_s):
            return [_values(row) for row in db.execute(sql, before_s)]
    return []


def erase(db: sqlite3.Connection, rule: Rule, rows: Sequence[Mapping[str, Any]]) -> None:
    """Erase rows that `found` returned; call it in a transaction."""
    for sql in rule.erase:
        db.executemany(sql, rows)


def erase_in_copy(db: sqlite3.Connection, rule: Rule, rows: Sequence[Mapping[str, Any]]) -> None:
    """Erase rows of a copy; what an older version does not have holds nothing."""
    for sql in rule.erase:
        if rows and sqlite.fits(db, sql, rows[0]):
            db.executemany(sql, rows)


def _values(row: sqlite3.Row) -> dict[str, Any]:
    values = {**row, "nothing": b""}
    if "fields" in values:
        told = json.loads(values.pop("fields"))
        kept = {name: value for name, value in told.items() if name not in _PLACE}
        values["without_place"] = json.dumps(kept)
    return values
