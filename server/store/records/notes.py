"""What a record changes of its car, its box or a command, written in its transaction.

Never here: trips and legs (trip_rows.py), times that were told wrong (clocks.py).
"""

import sqlite3
from dataclasses import asdict

from server.fleet.model.boxes import CHARGING_MV
from server.fleet.records import (
    BadgeRefused,
    BatteryRead,
    CardLearned,
    CarStartable,
    ClockStated,
    CommandAnswered,
    FleetRecord,
    JumpRefused,
    RelaySeen,
    SignsContradict,
    TimesMended,
    TripStarted,
    TripTakenUp,
)
from server.store import contradictions, learning
from server.store.records.batch import Batch
from server.store.records.clocks import mend_times, note_clock
from server.store.vault import Vault


def note(
    db: sqlite3.Connection,
    batch: Batch,
    vehicle_id: int,
    record: FleetRecord | None,
    vault: Vault,
) -> None:
    """Keep what is about the car, its box or a command rather than about a trip."""
    match record:
        case BadgeRefused():
            db.execute(
                "INSERT INTO refusal (vehicle_id, at_s, received_at_s, reason, agent_id,"
                " directorate_id, booking_id, badge_id, badge_tag) VALUES (:vehicle_id, :at_s,"
                " :received_at_s, :reason, :agent_id, :directorate_id, :booking_id, :badge_id,"
                " :badge_tag)",
                {
                    "vehicle_id": vehicle_id,
                    "at_s": record.at_s,
                    "received_at_s": batch.received_at_s,
                    "reason": record.reason,
                    "agent_id": record.holder.agent_id,
                    "directorate_id": record.holder.directorate_id,
                    "booking_id": record.holder.booking_id,
                    "badge_id": record.holder.badge_id,
                    "badge_tag": None if record.holder.badge_id else record.badge_tag or None,
                },
            )
        case ClockStated():
            note_clock(db, batch.box_id, record, batch.received_at_s)
        case TimesMended():
            mend_times(db, batch, record)
        case RelaySeen():
            db.execute(
                "UPDATE box SET relay = :relay, startable_since_s ="
                " CASE WHEN :relay = 'inhibited' THEN NULL ELSE startable_since_s END"
                " WHERE box_id = :box_id",
                {"relay": record.relay, "box_id": batch.box_id},
            )
        case TripStarted():
            db.execute(
                "UPDATE box SET startable_since_s = NULL"
                " WHERE box_id = :box_id AND startable_since_s IS NOT NULL",
                {"box_id": batch.box_id},
            )
        case TripTakenUp():
            db.execute(
                "UPDATE trip SET went_on_at_s = :at_s WHERE state = 'ended' AND trip_id ="
                " (SELECT trip_id FROM trip WHERE box_id = :box_id"
                " ORDER BY listed_at_s DESC, trip_id DESC LIMIT 1)",
                {"at_s": record.at_s, "box_id": batch.box_id},
            )
        case CarStartable():
            db.execute(
                "UPDATE box SET startable_since_s = coalesce(startable_since_s, :at_s),"
                " hindrance = :hindrance WHERE box_id = :box_id",
                {
                    "at_s": record.at_s,
                    "hindrance": record.hindrance,
                    "box_id": batch.box_id,
                },
            )
        case SignsContradict():
            contradictions.note(db, batch.box_id, record.contradiction, record.at_s)
        case JumpRefused():
            db.execute(
                "UPDATE box SET jump = :counter, jump_at_s = :at_s WHERE box_id = :box_id",
                {"counter": record.counter, "at_s": record.at_s, "box_id": batch.box_id},
            )
        case BatteryRead():
            db.execute(
                "UPDATE box SET battery = :state, battery_mv = :steady_mv, battery_at_s = :at_s,"
                " battery_low_since_s = CASE WHEN :state <> 'well'"
                " THEN coalesce(battery_low_since_s, :at_s)"
                # What is being charged says nothing of what it has at rest.
                " WHEN :steady_mv >= :charging_mv THEN battery_low_since_s END"
                " WHERE box_id = :box_id",
                asdict(record) | {"box_id": batch.box_id, "charging_mv": CHARGING_MV},
            )
        case CardLearned():
            at_s = batch.received_at_s
            learning.note(db, vault, batch.box_id, record.command_id, record.uid, at_s)
        case CommandAnswered():
            db.execute(
                # "Nobody can know" is news only where nothing is known.
                "UPDATE command SET state = :state WHERE command_id = :id AND box_id = :box"
                " AND (:state <> 'unknown' OR state = 'queued')",
                {"state": record.state, "id": record.command_id, "box": batch.box_id},
            )
