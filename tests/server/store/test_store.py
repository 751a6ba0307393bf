"""Opening a data directory, and what of it is secret."""

import contextlib
import copy
import json
import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from server.fleet import fleet_file
from server.fleet.counters import (
    MAX_COMMAND_STEP,
    MAX_EPOCH,
    MAX_KEY_GENERATION,
    MAX_STEP,
    may_be,
)
from server.fleet.records import ReadRecord
from server.fleet.trips import follow
from server.store import Batch, BoxExistsError, BoxStatus, SentGrants, Store, StoreError, schema
from shared_protocol import limits
from tests.fleet import (
    CAR,
    FLEET,
    MARIE_UID,
    NOW_S,
    OTHER_CAR,
    PAUL_UID,
    fit_box,
    open_small_fleet,
)


async def test_no_key_and_no_badge_stands_in_the_database_in_clear(tmp_path: Path) -> None:
    store = await open_small_fleet(tmp_path)
    box = await fit_box(store)
    card_key = bytes(range(0x60, 0x70))
    data = copy.deepcopy(FLEET)
    data["agents"][0]["badges"] = [{"uid": MARIE_UID.hex(), "key": card_key.hex()}]
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    assert card_key in {badge.key for badge in await store.badges.all()}
    await store.close()
    files = b"".join(path.read_bytes() for path in tmp_path.glob("voiturier.db*"))
    assert b"marie.leroy" in files
    for secret in (box.key, box.badge_key, card_key, MARIE_UID, PAUL_UID):
        assert secret not in files
        assert secret.hex().encode() not in files


async def test_secrets_open_again_after_a_restart(tmp_path: Path) -> None:
    store = await open_small_fleet(tmp_path)
    box = await fit_box(store)
    await store.close()
    again = Store.open(tmp_path)
    key = await again.in_reader(lambda: again.boxes.key(box.wire_id, box.generation))
    assert key == box.key
    assert {badge.uid for badge in await again.badges.all()} == {MARIE_UID, PAUL_UID}
    await again.close()


async def test_the_master_key_is_for_its_owner_only(store: Store) -> None:
    secrets = store.data_dir / "secrets"
    assert stat.S_IMODE((secrets / "master.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert [path.name for path in secrets.iterdir()] == ["master.key"]


async def test_a_database_without_its_key_is_not_opened(tmp_path: Path) -> None:
    await (await open_small_fleet(tmp_path)).close()
    (tmp_path / "secrets" / "master.key").unlink()
    with pytest.raises(StoreError, match=r"master\.key is missing"):
        Store.open(tmp_path)
    assert not (tmp_path / "secrets" / "master.key").exists()


async def test_a_key_of_another_database_is_said_to_be(tmp_path: Path) -> None:
    await (await open_small_fleet(tmp_path)).close()
    (tmp_path / "secrets" / "master.key").write_bytes(os.urandom(32))
    with pytest.raises(StoreError, match="not the key"):
        Store.open(tmp_path)


async def test_a_truncated_master_key_is_refused(tmp_path: Path) -> None:
    await (await open_small_fleet(tmp_path)).close()
    (tmp_path / "secrets" / "master.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="not a master key"):
        Store.open(tmp_path)


async def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    await (await open_small_fleet(tmp_path)).close()
    db = sqlite3.connect(tmp_path / "voiturier.db")
    db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer program"):
        Store.open(tmp_path)
    assert db.execute("PRAGMA user_version").fetchone() == (99,)
    db.close()


def test_a_disk_that_is_full_at_the_start_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(db: Database) -> None:
        db.execute("ROLLBACK")  # as SQLite does by itself then
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(schema, "MIGRATIONS", (fill,))
    with pytest.raises(StoreError, match="disk is full"):
        Store.open(tmp_path)


def test_a_file_in_the_place_of_the_data_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match="cannot use the data directory"):
        Store.open(tmp_path / "data")


async def test_a_car_has_one_box_unless_it_is_replaced(store: Store) -> None:
    old = await fit_box(store)
    with pytest.raises(BoxExistsError):
        await fit_box(store)
    await fit_box(store, OTHER_CAR)
    new = await store.boxes.add(CAR, replace=True, now_s=NOW_S)
    assert await store.in_reader(lambda: store.boxes.key(old.wire_id, 1)) is None
    assert await store.in_reader(lambda: store.boxes.key(new.wire_id, 1)) == new.key
    assert await store.in_reader(lambda: store.boxes.key(old.wire_id, 2)) is None
    assert await store.boxes.by_wire_id(old.wire_id) is None
    assert [vehicle.box_id for vehicle in await store.vehicles.all()] == [new.box_id, 2]
    assert [box.plate for box in await store.boxes.all()] == ["AB-123-CD", "EF-456-GH"]


async def test_a_login_is_found_whatever_its_capitals(store: Store) -> None:
    agent = await store.agents.by_login(" Marie.Leroy ")
    assert agent is not None and agent.full_name == "Marie Leroy"
    assert await store.agents.get(agent.agent_id) == agent
    assert await store.agents.by_login("nobody") is None


async def test_grants_keep_their_generation_until_the_set_changes(store: Store) -> None:
    box = await fit_box(store)
    assert await store.boxes.sent_grants(box.box_id) is None
    assert await store.boxes.name_grants(box.box_id, b"a", b"set a", NOW_S) == 1
    assert await store.boxes.name_grants(box.box_id, b"a", b"set a", NOW_S + 5) == 1
    assert await store.boxes.name_grants(box.box_id, b"b", b"set b", NOW_S + 6) == 2
    sent = await store.boxes.sent_grants(box.box_id)
    assert sent is not None and sent == SentGrants(b"b", b"set b", NOW_S + 6)


async def test_commands_are_offered_in_order_until_they_expire(store: Store) -> None:
    box = await fit_box(store)
    first = await store.commands.queue(box.box_id, "inhibit", NOW_S, NOW_S + 10)
    second = await store.commands.queue(box.box_id, "cancel", NOW_S, NOW_S + 20)
    assert await store.commands.unanswered(box.box_id, 0, NOW_S) == [first, second]
    assert await store.commands.unanswered(box.box_id, 0, NOW_S + 10) == [second]
    assert await store.commands.unanswered(box.box_id, first.command_id, NOW_S + 10) == [
        first,
        second,
    ]


async def test_command_numbers_are_above_all_before_and_not_below_the_time(store: Store) -> None:
    box = await fit_box(store)
    numbers = [
        (await store.commands.queue(box.box_id, "inhibit", now_s, now_s + 10)).command_id
        for now_s in (NOW_S, NOW_S, NOW_S - 50, NOW_S + 100)
    ]
    assert numbers == [NOW_S, NOW_S + 1, NOW_S + 2, NOW_S + 100]


async def test_an_epoch_is_above_every_one_that_is_known_of_the_box(store: Store) -> None:
    box = await fit_box(store)
    assert [await store.boxes.allot_epoch(box.box_id) for _ in range(2)] == [1, 2]
    await store.boxes.note_status(box.box_id, BoxStatus("1", "unknown", "none", 0, 9, 0), NOW_S)
    assert await store.boxes.allot_epoch(box.box_id) == 10, "a restored server believes the box"


async def test_two_keys_are_in_force_until_the_newer_is_proved(store: Store) -> None:
    box = await fit_box(store)
    assert await store.boxes.rotate_key(box.box_id, NOW_S) == 2
    assert await store.boxes.rotate_key(box.box_id, NOW_S + 1) == 2, "it is still under way"
    account = await store.boxes.by_wire_id(box.wire_id)
    assert account is not None
    facts = await store.in_reader(lambda: store.access.of_box(account, NOW_S))
    next_key = facts.next_key if facts else None
    assert next_key is not None and next_key.generation == 2 and len(next_key.key) == 32

    async def keys() -> list[bytes | None]:
        def read() -> list[bytes | None]:
            return [store.boxes.key(box.wire_id, generation) for generation in (0, 1, 2)]

        return await store.in_reader(read)

    assert await keys() == [None, box.key, next_key.key]
    await store.boxes.key_proved(box.box_id, 2, NOW_S + 2)
    assert await keys() == [None, None, next_key.key]
    account = await store.boxes.by_wire_id(box.wire_id)
    assert account is not None and account.generation == 2
    facts = await store.in_reader(lambda: store.access.of_box(account, NOW_S))
    assert facts is not None and facts.next_key is None
    assert (await store.boxes.secrets(box.box_id)).key == next_key.key
    assert await store.boxes.rotate_key(box.box_id, NOW_S + 3) == 3


async def test_a_restored_database_works_out_the_keys_that_it_forgot(tmp_path: Path) -> None:
    store = await open_small_fleet(tmp_path / "data")
    box = await fit_box(store)
    await store.close()
    shutil.copytree(tmp_path / "data", tmp_path / "older")
    store = Store.open(tmp_path / "data")
    keys = {}
    for generation in range(2, 6):
        assert await store.boxes.rotate_key(box.box_id, NOW_S) == generation
        await store.boxes.key_proved(box.box_id, generation, NOW_S)
        keys[generation] = (await store.boxes.secrets(box.box_id)).key
    assert len({box.key, *keys.values()}) == 5
    await store.close()
    older = Store.open(tmp_path / "older")

    def known(generation: int) -> bytes | None:
        return older.boxes.key(box.wire_id, generation)

    for generation, key in keys.items():
        assert await older.in_reader(lambda number=generation: known(number)) == key
    await older.boxes.key_proved(box.box_id, 4, NOW_S)
    assert (await older.boxes.secrets(box.box_id)).key == keys[4]
    for generation in (1, 2, 3):
        refused = await older.in_reader(lambda number=generation: known(number))
        assert refused is None, "what the box has left behind speaks for it no more"
    assert await older.boxes.rotate_key(box.box_id, NOW_S) == 5
    await older.close()


@pytest.mark.parametrize("said", [2 + MAX_STEP, 30_000, MAX_EPOCH])
async def test_an_epoch_beyond_reason_is_said_and_uses_nothing_up(
    store: Store, caplog: pytest.LogCaptureFixture, said: int
) -> None:
    box = await fit_box(store)
    assert await store.boxes.allot_epoch(box.box_id) == 1
    status = BoxStatus("1.0", "enabled", "gnss", 0, said, 0)
    assert await store.boxes.note_status(box.box_id, status, NOW_S) == (0, 0)
    assert f"epoch {said} is beyond reason" in caplog.text
    assert await store.boxes.allot_epoch(box.box_id) == 2


async def test_at_their_end_epochs_go_round_past_those_that_name_records(store: Store) -> None:
    box = await fit_box(store)
    for epoch in range(MAX_STEP, MAX_EPOCH + MAX_STEP, MAX_STEP):
        status = BoxStatus("1.0", "enabled", "gnss", 0, min(epoch, MAX_EPOCH), 0)
        await store.boxes.note_status(box.box_id, status, NOW_S)
    record = ReadRecord(0, "", NOW_S, b"", {}, None)
    await store.records.append(Batch(box.box_id, 1, 1, 1, (record,), NOW_S), follow)
    assert [await store.boxes.allot_epoch(box.box_id) for _ in range(2)] == [2, 3]


async def test_a_command_number_of_the_far_future_counts_for_no_later_one(store: Store) -> None:
    box, far_s = await fit_box(store), NOW_S + 2_000_000_000
    await store.commands.queue(box.box_id, "inhibit", far_s, far_s + 10)
    order = await store.commands.queue(box.box_id, "inhibit", NOW_S, NOW_S + 10)
    assert order.command_id == NOW_S


async def test_a_generation_of_grants_at_its_end_begins_anew(store: Store) -> None:
    box = await fit_box(store)
    status = BoxStatus("1.0", "enabled", "gnss", 0xFFFFFFFF, 1, 0)
    await store.boxes.note_status(box.box_id, status, NOW_S)
    assert await store.boxes.name_grants(box.box_id, b"a", b"set a", NOW_S) == 1


def test_server_and_wire_have_the_same_idea_of_a_jump() -> None:
    assert MAX_STEP == limits.MAX_COUNTER_STEP
    assert MAX_COMMAND_STEP == limits.MAX_COMMAND_STEP


@given(st.integers(0, 0xFFFF))
def test_a_key_generation_far_ahead_is_refused_and_said(generation: int) -> None:
    assert may_be(generation, 1) == (generation <= 1 + MAX_STEP)


async def test_a_box_far_ahead_in_its_keys_is_refused_and_said(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    box = await fit_box(store)
    for generation in (1 + MAX_STEP + 1, MAX_KEY_GENERATION):
        assert (
            await store.in_reader(lambda number=generation: store.boxes.key(box.wire_id, number))
            is None
        )
        assert f"box {box.wire_id.hex()}: key generation {generation} is refused" in caplog.text


async def test_before_a_database_is_brought_up_to_date_it_is_kept_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await (await open_small_fleet(tmp_path)).close()
    before = len(schema.MIGRATIONS)
    with contextlib.closing(sqlite3.connect(tmp_path / "voiturier.db")) as db:
        db.execute(f"PRAGMA user_version = {before - 1}")  # the last step is still to come
    steps: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        last = (*schema.MIGRATIONS[:-1], lambda db: steps.append("done"))
        patch.setattr(schema, "MIGRATIONS", last)
        await Store.open(tmp_path).close()
        await Store.open(tmp_path).close()
    assert steps == ["done"], "once"
    kept = tmp_path / f"voiturier.db.version-{before - 1}"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [r.getMessage() for r in caplog.records if str(kept) in r.getMessage()]
    with contextlib.closing(sqlite3.connect(kept)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (before - 1,)
        assert db.execute("SELECT count(*) FROM vehicle").fetchone() == (2,)


async def test_a_new_database_leaves_no_copy_of_nothing(tmp_path: Path) -> None:
    await Store.open(tmp_path).close()
    assert [path.name for path in tmp_path.glob("*version*")] == []
