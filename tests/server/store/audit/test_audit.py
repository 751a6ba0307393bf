"""The audit in the database: what a thief of the file, or a slip, changes is found, and named.

The thief has the sqlite3 tool and the file, which includes its triggers: they drop these first.
"""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from server.fleet.audit import Act, Performed
from server.fleet.audit.chain import DAY_S, FIRST, Fault, Head, hash_of
from server.store import Store, backup
from server.store.audit import MAX_REFUSED, SAME_VIEW_S, Sought
from server.store.current_act import performing
from tests.fleet import MARIE, NOW_S, PAUL, open_small_fleet

TODAY_S = NOW_S // DAY_S * DAY_S


def at(day: int, second: int = 0) -> int:
    """A second of a day, counted from today."""
    return TODAY_S + day * DAY_S + second


async def note(store: Store, at_s: int, agent_id: int | None = PAUL) -> None:
    await store.audit.note(Performed(Act.BLOCK_BADGE, at_s, agent_id, None, "badge", 7))


@pytest.fixture
async def full(store: Store) -> Store:
    """Twelve entries: four on each of three days."""
    for day in range(3):
        for second in range(4):
            await note(store, at(day, second))
    return store


def steal(store: Store, *statements: str) -> None:
    """Let a thief change the file."""
    with sqlite3.connect(Path(store.data_dir) / backup.DATABASE) as thief:
        names = thief.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'"
        ).fetchall()
        for (name,) in names:
            thief.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            thief.execute(statement)


async def test_what_nobody_touched_is_whole(full: Store) -> None:
    verdict = await full.audit.verify()
    assert (verdict.entries, verdict.erased_days, verdict.broken) == (12, 0, None)
    assert verdict.head == await full.audit.head()


async def test_an_empty_audit_is_whole_and_has_no_head(store: Store) -> None:
    verdict = await store.audit.verify()
    assert (verdict.entries, verdict.head, verdict.broken) == (0, None, None)


@pytest.mark.parametrize(
    ("statement", "number", "fault"),
    [
        ("DELETE FROM audit WHERE audit_id = 12", 12, Fault.ENTRIES_MISSING),
        ("DELETE FROM audit WHERE audit_id > 10", 12, Fault.ENTRIES_MISSING),
        ("DELETE FROM audit WHERE audit_id = 4", 4, Fault.ENTRIES_MISSING),
        ("DELETE FROM audit WHERE audit_id = 6", 7, Fault.CHANGED),
        ("DELETE FROM audit WHERE audit_id = 1", 2, Fault.CHANGED),
        ("DELETE FROM audit WHERE audit_id BETWEEN 5 AND 8", 5, Fault.ENTRIES_MISSING),
        ("DELETE FROM audit", 1, Fault.ENTRIES_MISSING),
        ("UPDATE audit SET agent_id = 1 WHERE audit_id = 6", 6, Fault.CHANGED),
        ("UPDATE audit SET at_s = at_s + 1 WHERE audit_id = 6", 6, Fault.CHANGED),
        ("UPDATE audit SET act = 'book' WHERE audit_id = 6", 6, Fault.CHANGED),
        ("UPDATE audit SET kind = 'trip' WHERE audit_id = 6", 6, Fault.CHANGED),
        ("UPDATE audit SET object_id = NULL WHERE audit_id = 6", 6, Fault.CHANGED),
        ("UPDATE audit SET operator = 'root' WHERE audit_id = 6", 6, Fault.CHANGED),
        ("UPDATE audit SET outcome = 'refused' WHERE audit_id = 6", 6, Fault.CHANGED),
        ("UPDATE audit SET hash = 'ab' WHERE audit_id = 6", 6, Fault.CHANGED),
        ("UPDATE audit SET seal = 'ab' WHERE audit_id = 6", 6, Fault.FORGED),
        (
            "INSERT INTO audit SELECT 13, at_s, agent_id, operator, act, kind, object_id, outcome,"
            " hash, seal FROM audit WHERE audit_id = 12",
            13,
            Fault.TOO_MANY,
        ),
    ],
)
async def test_an_entry_taken_out_changed_or_put_in_is_found_and_named(
    full: Store, statement: str, number: int, fault: Fault
) -> None:
    steal(full, statement)
    broken = (await full.audit.verify()).broken
    assert broken is not None and broken.fault is fault
    assert broken.audit_id == number


async def test_two_entries_that_changed_places_are_found(full: Store) -> None:
    moves = (("6", "99"), ("7", "6"), ("99", "7"))
    steal(
        full, *(f"UPDATE audit SET audit_id = {new} WHERE audit_id = {old}" for old, new in moves)
    )
    broken = (await full.audit.verify()).broken
    assert broken is not None and (broken.audit_id, broken.fault) == (6, Fault.CHANGED)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (("DELETE FROM audit_day WHERE audit_day_id = 1",), Fault.DAY_MISSING),
        (("DELETE FROM audit_day WHERE audit_day_id = 2",), Fault.DAY_MISSING),
        (
            (
                "DELETE FROM audit WHERE audit_id <= 4",
                "UPDATE audit_day SET erased_at_s = 1 WHERE audit_day_id = 1",
            ),
            Fault.DAY_FORGED,
        ),
        (
            (
                "DELETE FROM audit WHERE audit_id = 12",
                "UPDATE audit_day SET last_id = 11, head = (SELECT hash FROM audit WHERE"
                " audit_id = 11) WHERE audit_day_id = 3",
            ),
            Fault.DAY_FORGED,
        ),
    ],
)
async def test_a_day_taken_out_or_called_erased_is_found(
    full: Store, statements: tuple[str, ...], fault: Fault
) -> None:
    steal(full, *statements)
    broken = (await full.audit.verify()).broken
    assert broken is not None and broken.fault is fault


@pytest.mark.parametrize("last_id", [4, 8])
async def test_whole_days_cut_off_at_the_end_are_found(full: Store, last_id: int) -> None:
    steal(
        full,
        f"DELETE FROM audit WHERE audit_id > {last_id}",
        f"DELETE FROM audit_day WHERE first_id > {last_id}",
    )
    broken = (await full.audit.verify()).broken
    assert broken is not None and broken.fault is Fault.DAYS_MISSING
    assert broken.day == at(last_id // 4 - 1) // DAY_S


async def test_an_older_state_put_back_is_found_by_a_head_that_was_noted(store: Store) -> None:
    for second in range(4):
        await note(store, at(0, second))
    steal(store, "CREATE TABLE older AS SELECT * FROM audit_day")
    await note(store, at(0, 5))
    await note(store, at(1))
    noted = await store.audit.head()
    await note(store, at(2))
    assert (await store.audit.verify(noted)).broken is None
    steal(
        store,
        "DELETE FROM audit WHERE audit_id > 4",
        "DELETE FROM audit_day",
        "INSERT INTO audit_day SELECT * FROM older",
    )
    assert (await store.audit.verify()).broken is None
    broken = (await store.audit.verify(noted)).broken
    assert broken is not None and broken.fault is Fault.NOT_THERE


async def test_a_chain_of_another_server_is_found(full: Store, tmp_path: Path) -> None:
    other = Store.open(tmp_path / "other")
    for second in range(12):
        await note(other, at(0, second))
    assert (await other.audit.verify()).broken is None
    await other.close()
    steal(full)
    with sqlite3.connect(Path(full.data_dir) / backup.DATABASE) as thief:
        thief.execute("ATTACH ? AS other", (str(tmp_path / "other" / backup.DATABASE),))
        for table in ("audit", "audit_day"):
            thief.execute(f"DELETE FROM main.{table}")
            thief.execute(f"INSERT INTO main.{table} SELECT * FROM other.{table}")
    broken = (await full.audit.verify()).broken
    assert broken is not None and broken.fault is Fault.DAY_FORGED


async def test_entries_of_another_server_under_the_right_days_are_found(
    full: Store, tmp_path: Path
) -> None:
    """The thief has recomputed every hash, which needs no key; seals do."""
    days, before = (await full.audit.page(Sought(), 100))[::-1], FIRST
    with sqlite3.connect(Path(full.data_dir) / backup.DATABASE) as thief:
        thief.execute("DROP TRIGGER audit_no_update")
        for listed in days:
            entry = replace(listed.entry, agent_id=MARIE)
            before = hash_of(before, entry)
            values = (entry.agent_id, before, entry.audit_id)
            thief.execute("UPDATE audit SET agent_id = ?, hash = ? WHERE audit_id = ?", values)
    broken = (await full.audit.verify()).broken
    assert broken is not None and (broken.audit_id, broken.fault) == (1, Fault.FORGED)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit",
        "DELETE FROM audit WHERE audit_id = 12",
        "UPDATE audit SET agent_id = 1 WHERE audit_id = 3",
        "INSERT OR REPLACE INTO audit SELECT 3, at_s, agent_id, operator, act, kind, object_id,"
        " outcome, hash, seal FROM audit WHERE audit_id = 4",
        "DELETE FROM audit_day",
        "UPDATE audit_day SET last_id = 2 WHERE audit_day_id = 1",
        "UPDATE audit_day SET last_id = 9 WHERE audit_day_id = 1",
        "UPDATE audit_day SET day = 1 WHERE audit_day_id = 1",
    ],
)
async def test_a_program_that_slips_cannot_change_it(full: Store, statement: str) -> None:
    program = sqlite3.connect(Path(full.data_dir) / backup.DATABASE)
    with program, pytest.raises(sqlite3.IntegrityError):
        program.execute(statement)
    program.close()
    assert (await full.audit.verify()).broken is None


async def test_a_day_past_its_date_goes_and_leaves_its_head(full: Store) -> None:
    noted = await full.audit.head()
    assert await full.audit.forget_before(at(2), at(3)) == 2
    verdict = await full.audit.verify(noted)
    assert (verdict.entries, verdict.erased_days, verdict.broken) == (4 + 2, 2, None)
    left = await full.audit.page(Sought(), 100)
    assert [each.entry.act for each in left[:2]] == [Act.ERASE_AUDIT] * 2
    assert min(each.entry.at_s for each in left) == at(2)
    assert await full.audit.forget_before(at(2), at(3)) == 0
    assert (await full.audit.verify()).entries == 6


async def test_a_day_that_is_not_wholly_past_its_date_stays(full: Store) -> None:
    assert await full.audit.forget_before(at(1, 2), at(3)) == 1
    assert await full.audit.forget_before(at(2) - 1, at(3)) == 0


async def test_what_is_erased_cannot_be_filled_again(full: Store) -> None:
    await full.audit.forget_before(at(1), at(3))
    steal(full, "UPDATE audit_day SET erased_at_s = NULL WHERE audit_day_id = 1")
    broken = (await full.audit.verify()).broken
    assert broken is not None and broken.fault is Fault.DAY_FORGED


async def test_a_clock_set_back_is_named_and_breaks_nothing(store: Store) -> None:
    await note(store, at(10))
    await note(store, at(0))
    await note(store, at(0, 5))
    await note(store, at(10))
    verdict = await store.audit.verify()
    assert (verdict.entries, verdict.set_back, verdict.broken) == (4, (2,), None)


async def test_a_clock_ten_years_ahead_for_an_hour_keeps_nothing_for_ten_years(
    store: Store,
) -> None:
    await note(store, at(0))
    await note(store, at(3650))
    await note(store, at(1))
    assert await store.audit.forget_before(at(2), at(400)) == 3
    assert (await store.audit.verify()).broken is None


async def test_a_clock_set_back_years_erases_nothing_of_today(store: Store) -> None:
    await note(store, at(0))
    await note(store, at(-4000))
    assert await store.audit.forget_before(at(-365), at(0)) == 0


async def test_an_act_and_its_entry_are_there_together_or_not_at_all(store: Store) -> None:
    (badge,) = await store.badges.of_agent(MARIE)

    def fail(db: sqlite3.Connection) -> None:
        db.execute("UPDATE badge SET issuer = 'x'")
        raise ValueError("slip")

    act = Performed(Act.BLOCK_BADGE, NOW_S, PAUL, kind="badge", object_id=badge.badge_id)
    with performing(act), pytest.raises(ValueError, match="slip"):
        await store._engine.write(fail)
    assert await store.audit.page(Sought(), 10) == []
    with performing(act):
        await store._engine.write(lambda db: db.execute("SELECT 1").fetchone())
    assert await store.audit.page(Sought(), 10) == []
    with performing(act):
        await store.badges.revoke(badge.badge_id, NOW_S)
    assert [each.entry.object_id for each in await store.audit.page(Sought(), 10)] == [
        badge.badge_id
    ]


async def test_an_act_whose_entry_cannot_be_written_is_not_done(store: Store) -> None:
    (badge,) = await store.badges.of_agent(MARIE)
    with sqlite3.connect(Path(store.data_dir) / backup.DATABASE) as database:
        database.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON audit"
            " BEGIN SELECT RAISE(ABORT, 'no entry'); END"
        )
    act = Performed(Act.BLOCK_BADGE, NOW_S, PAUL)
    with performing(act), pytest.raises(sqlite3.IntegrityError):
        await store.badges.revoke(badge.badge_id, NOW_S)
    (badge,) = await store.badges.of_agent(MARIE)
    assert badge.revoked_at_s is None


async def test_what_the_boxes_report_leaves_no_entry(store: Store) -> None:
    await store.boxes.add(2, replace=False, now_s=NOW_S)
    assert await store.audit.page(Sought(), 10) == []


async def test_refusals_are_kept_a_bounded_number_of_times_a_day(store: Store) -> None:
    for _ in range(MAX_REFUSED + 5):
        await store.audit.note_refused(Performed(Act.OPEN_PAGE, at(0, 9), PAUL))
    await store.audit.note_refused(Performed(Act.OPEN_PAGE, at(0, 9), MARIE))
    await store.audit.note_refused(Performed(Act.OPEN_PAGE, at(1, 9), PAUL))
    assert len(await store.audit.page(Sought(), 1000)) == MAX_REFUSED + 2


async def test_a_trip_under_way_is_read_once_while_its_page_refreshes(store: Store) -> None:
    reads = [Performed(Act.READ_PLACES, at(0, s), PAUL) for s in (0, 5, SAME_VIEW_S - 1)]
    for read in reads:
        await store.audit.note_readings(read, [(1, True)])
    assert len(await store.audit.page(Sought(), 10)) == 1
    later = Performed(Act.READ_PLACES, at(0, SAME_VIEW_S), PAUL)
    another = Performed(Act.READ_PLACES, at(0, SAME_VIEW_S), MARIE)
    await store.audit.note_readings(later, [(1, True)])
    await store.audit.note_readings(another, [(1, True)])
    await store.audit.note_readings(later, [(1, False)])  # it has ended: each view is one
    assert len(await store.audit.page(Sought(), 10)) == 4


async def test_a_restored_copy_says_so_and_goes_on_from_its_head(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    store = await open_small_fleet(data)
    await note(store, at(0))
    backup.back_up(data, tmp_path / "copy.db", NOW_S)
    await note(store, at(0, 1))
    noted = await store.audit.head()
    await store.close()
    backup.restore(data, tmp_path / "copy.db", at(0, 2))
    store = Store.open(data)
    newest, *_ = await store.audit.page(Sought(), 10)
    assert (newest.entry.act, newest.entry.kind, newest.entry.object_id) == ("restore", "audit", 2)
    assert newest.entry.audit_id > 2
    assert (await store.audit.verify()).broken is None
    broken = (await store.audit.verify(noted)).broken
    assert broken == type(broken)(Fault.NOT_THERE, 2, None)
    await note(store, at(0, 3))
    assert (await store.audit.verify()).entries == 3
    await store.close()


async def test_the_head_of_a_day_that_is_over_goes_to_the_log(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await note(store, at(0))
    await note(store, at(0, 5))
    head = await store.audit.head()
    assert "audit" not in caplog.text
    await note(store, at(1))
    assert f"audit: the head of 2026-09-21 is {head}" in caplog.text


async def test_who_takes_the_last_number_away_stops_no_act(full: Store) -> None:
    steal(full, "DELETE FROM sqlite_sequence WHERE name LIKE 'audit%'")
    await note(full, at(2, 9))
    await note(full, at(3))
    assert (await full.audit.verify()).entries == 14


async def test_a_head_with_a_wrong_hash_is_in_no_chain(full: Store) -> None:
    head = await full.audit.head()
    broken = (await full.audit.verify(Head(head.audit_id, "0" * 64))).broken
    assert broken is not None and broken.fault is Fault.NOT_THERE
