"""What drivers said of their trips, and the answers. Never here: what may be said."""

import sqlite3

from server.fleet.feedback import Feedback, Said
from server.fleet.roles import WHOLE, Scope
from server.store.noun import Noun, within

_FEEDBACK = """
SELECT f.trip_id, t.started_at_s AS trip_started_at_s, v.plate, v.label AS vehicle_label,
  t.agent_id, a.full_name AS agent_name, f.rating, f.message, f.damage, f.said_at_s,
  f.answer, f.answered_at_s, m.full_name AS answered_by, f.read_at_s
FROM feedback f JOIN trip t USING (trip_id) JOIN vehicle v USING (vehicle_id)
  JOIN agent a ON a.agent_id = t.agent_id LEFT JOIN agent m ON m.agent_id = f.answered_by_id
"""
_WAITS = "f.message <> '' AND f.answer IS NULL"


class AlreadyAnswered(Exception):  # noqa: N818 - it is an answer, not a fault
    """The message has its answer: another message would make nonsense of it."""


class FeedbackOfTrips(Noun):
    """At most one feedback for each trip."""

    async def say(self, trip_id: int, said: Said, now_s: int) -> Feedback:
        """Store or change what the driver of a trip says; the rating may change at any time.

        Raises:
            AlreadyAnswered: the message was answered, and this is another one.
        """
        return await self._engine.write(_say, trip_id, said, now_s)

    async def answer(
        self, trip_id: int, said_at_s: int, answer: str, agent_id: int, now_s: int
    ) -> Feedback | None:
        """Answer the message of that instant, or correct its answer: its driver is told again.

        The same answer again changes nothing. None: there is no such message, or no longer.
        """
        return await self._engine.write(_answer, trip_id, said_at_s, answer, agent_id, now_s)

    async def note_read(self, trip_id: int, now_s: int) -> None:
        """Take note that the driver has seen the answer."""
        await self._engine.write(_note_read, trip_id, now_s)

    async def of_trip(self, trip_id: int) -> Feedback | None:
        """Return what was said of a trip."""
        rows = await self._rows(f"{_FEEDBACK} WHERE f.trip_id = :trip_id", trip_id=trip_id)
        return _feedback(rows[0]) if rows else None

    async def log(self, limit: int, scope: Scope = WHOLE) -> list[Feedback]:
        """Return what waits for an answer, damage first, then who waits longest; then the rest."""
        return await self._engine.read(_log, limit, scope)

    async def waiting(self, scope: Scope = WHOLE) -> tuple[int, int]:
        """Return how many messages wait for an answer, and how many of them report damage."""
        in_scope, values = within(scope, "t.vehicle_id", "t.directorate_id")
        (row,) = await self._rows(
            "SELECT count(*), coalesce(sum(f.damage), 0) FROM feedback f"
            f" JOIN trip t USING (trip_id) WHERE {_WAITS} AND {in_scope}",
            **values,
        )
        return row[0], row[1]

    async def unread_answers(self, agent_id: int) -> list[Feedback]:
        """Return this driver's feedback whose answer they have not seen, the oldest first."""
        rows = await self._rows(
            f"{_FEEDBACK} WHERE t.agent_id = :agent_id AND f.answer IS NOT NULL"
            " AND f.read_at_s IS NULL ORDER BY f.answered_at_s",
            agent_id=agent_id,
        )
        return [_feedback(row) for row in rows]


def _log(db: sqlite3.Connection, limit: int, scope: Scope) -> list[Feedback]:
    in_scope, values = within(scope, "t.vehicle_id", "t.directorate_id")
    db.execute("BEGIN")  # one moment's view: nothing is answered between the two
    try:
        waiting = db.execute(
            f"{_FEEDBACK} WHERE {_WAITS} AND {in_scope}"
            " ORDER BY f.damage DESC, f.said_at_s, f.trip_id LIMIT :limit",
            {"limit": limit, **values},
        ).fetchall()
        rest = db.execute(
            f"{_FEEDBACK} WHERE NOT ({_WAITS}) AND {in_scope}"
            " ORDER BY f.said_at_s DESC, f.trip_id LIMIT :limit",
            {"limit": limit - len(waiting), **values},
        ).fetchall()
        return [_feedback(row) for row in waiting + rest]
    finally:
        db.execute("COMMIT")


def _say(db: sqlite3.Connection, trip_id: int, said: Said, now_s: int) -> Feedback:
    held = _read(db, trip_id)
    same = held is not None and (held.message, held.damage) == (said.message, said.damage)
    if held is not None and held.answer is not None and not same:
        raise AlreadyAnswered
    if held is None:
        said_at_s = now_s
    else:  # an answer names its message by this instant: no two of a trip share one
        said_at_s = held.said_at_s if same else max(now_s, held.said_at_s + 1)
    db.execute(
        "INSERT INTO feedback (trip_id, rating, message, damage, said_at_s)"
        " VALUES (:trip_id, :rating, :message, :damage, :said_at_s)"
        " ON CONFLICT (trip_id) DO UPDATE SET rating = excluded.rating,"
        " message = excluded.message, damage = excluded.damage, said_at_s = excluded.said_at_s",
        {
            "trip_id": trip_id,
            "rating": said.rating,
            "message": said.message,
            "damage": int(said.damage),
            "said_at_s": said_at_s,
        },
    )
    feedback = _read(db, trip_id)
    assert feedback is not None, "it has just been stored"
    return feedback


def _answer(
    db: sqlite3.Connection, trip_id: int, said_at_s: int, answer: str, agent_id: int, now_s: int
) -> Feedback | None:
    db.execute(
        "UPDATE feedback SET answer = :answer, answered_at_s = :now_s, answered_by_id = :agent_id,"
        " read_at_s = NULL WHERE trip_id = :trip_id AND said_at_s = :said_at_s AND message <> ''"
        " AND (answer IS NULL OR answer <> :answer)",
        {
            "answer": answer,
            "now_s": now_s,
            "agent_id": agent_id,
            "trip_id": trip_id,
            "said_at_s": said_at_s,
        },
    )
    feedback = _read(db, trip_id)
    if feedback is None or feedback.said_at_s != said_at_s or feedback.answer is None:
        return None
    return feedback


def _note_read(db: sqlite3.Connection, trip_id: int, now_s: int) -> None:
    db.execute(
        "UPDATE feedback SET read_at_s = :now_s WHERE trip_id = :trip_id AND answer IS NOT NULL"
        " AND read_at_s IS NULL",
        {"now_s": now_s, "trip_id": trip_id},
    )


def _read(db: sqlite3.Connection, trip_id: int) -> Feedback | None:
    row = db.execute(f"{_FEEDBACK} WHERE f.trip_id = :trip_id", {"trip_id": trip_id}).fetchone()
    return _feedback(row) if row else None


def _feedback(row: sqlite3.Row) -> Feedback:
    return Feedback(**{**row, "damage": bool(row["damage"])})
