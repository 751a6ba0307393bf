"""What holds from when to when: one thing at every instant, and what was said last counts."""

import itertools
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from server.fleet.own_time import When
from server.store import dated
from server.store.schema import migrate

LAST_S = 12
SAID = st.lists(st.tuples(st.integers(0, LAST_S), st.integers(1, 3)), max_size=8)


def a_database() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.row_factory = sqlite3.Row
    migrate(db)
    Database(db)["agent"].insert_all(
        {"agent_id": i, "login": str(i), "full_name": "", "directorate_id": 1} for i in (1, 2, 3)
    )
    badge = {"badge_id": 1, "agent_id": 1, "uid_index": b"", "uid_sealed": b""}
    Database(db)["badge"].insert(badge)
    return db


@given(SAID)
def test_each_instant_is_theirs_of_whom_it_was_said_last(said: list[tuple[int, int]]) -> None:
    """Also when the server's clock steps back between two hand-overs."""
    db = a_database()
    holder: list[int | None] = [None] * (LAST_S + 1)
    for at_s, agent_id in said:
        dated.hold(db, dated.BADGE, 1, agent_id, at_s)
        if holder[-1] != agent_id:  # else it is theirs already: nothing is said
            holder[at_s:] = [agent_id] * (LAST_S + 1 - at_s)
    for at_s, agent_id in enumerate(holder):
        assert dated.held(db, dated.BADGE, 1, When(at_s, at_s)) == {agent_id} - {None}
    whoever = {agent_id for agent_id in holder[3:8] if agent_id}
    assert dated.held(db, dated.BADGE, 1, When(3, 7)) == whoever
    (now,) = db.execute("SELECT agent_id FROM badge").fetchone()
    assert now == (holder[-1] or 1)
    spans = [tuple(row) for row in db.execute("SELECT from_s, to_s FROM badge_holding ORDER BY 1")]
    assert all(to_s is None or from_s < to_s for from_s, to_s in spans)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))


@given(SAID)
def test_of_a_date_that_a_person_names_holds_what_was_said_last_of_it(
    said: list[tuple[int, int]],
) -> None:
    db = a_database()
    holder: list[int | None] = [None] * (LAST_S + 1)
    for at_s, agent_id in said:
        dated.hold(db, dated.BADGE, 1, agent_id, at_s, by_date=True)
        holder[at_s:] = [agent_id] * (LAST_S + 1 - at_s)
    for at_s, agent_id in enumerate(holder):
        assert dated.held(db, dated.BADGE, 1, When(at_s, at_s)) == {agent_id} - {None}


@pytest.mark.parametrize("change", ["badge SET agent_id = 2", "agent SET directorate_id = 2"])
def test_nobody_says_who_has_it_now_without_saying_since_when(change: str) -> None:
    db = a_database()
    with pytest.raises(sqlite3.IntegrityError, match="is not told"):
        db.execute(f"UPDATE {change}")
