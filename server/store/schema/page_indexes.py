"""The migration that gives each question of a page its index; never edited, as no migration is.

Without them a page reads whole tables, which grow with the years.
"""

from sqlite_utils import Database

_INDEXES = (
    # What is booked in some hours; of what is over nothing is read.
    "booking_active_until ON booking (ends_at_s, starts_at_s, vehicle_id) WHERE state = 'active'",
    # An agent's own bookings, by start.
    "booking_of_agent ON booking (agent_id, starts_at_s)",
    "out_of_service_until ON out_of_service (to_s, from_s)",
    # The trip log, newest first; its totals are read here without the trips.
    "trip_by_start ON trip (started_at_s, trip_id, distance_m, private)",
    "trip_of_booking ON trip (booking_id)",
    # The newest records of a trip.
    "record_of_trip ON record (trip_id, epoch, seq)",
    "record_wear ON record (box_id, epoch, seq) WHERE kind_name = 'wear'",
    "refusal_of_agent ON refusal (agent_id, received_at_s)",
    # What waits for an answer, in the order in which it should get one; answers not yet read.
    "feedback_waiting ON feedback (damage DESC, said_at_s, trip_id)"
    " WHERE message <> '' AND answer IS NULL",
    "feedback_unread ON feedback (trip_id) WHERE answer IS NOT NULL AND read_at_s IS NULL",
    "feedback_by_time ON feedback (said_at_s)",
    # People and blocked badges, as the pages list them.
    "agent_by_name ON agent (full_name, agent_id)",
    "badge_revoked ON badge (revocation_id) WHERE revocation_id IS NOT NULL",
)


def add(db: Database) -> None:
    """Add the indexes."""
    for index in _INDEXES:
        db.execute(f"CREATE INDEX {index}")
    db.execute("DROP INDEX idx_record_trip_id")  # record_of_trip begins with it
