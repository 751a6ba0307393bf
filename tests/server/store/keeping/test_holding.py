"""Who is in a data directory: many who use it, or one who makes, judges or replaces it."""

import threading
from pathlib import Path

import pytest

from server.store import Store, StoreError
from server.store.directory.holding import Hold, alone, held, serving


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.store.directory.holding._PATIENCE_S", 0.1)


def test_the_first_is_alone_until_it_shares(tmp_path: Path) -> None:
    first = Hold(tmp_path)
    assert first.is_alone
    with pytest.raises(StoreError, match="another program uses"):
        Hold(tmp_path)
    first.share()
    second = Hold(tmp_path)
    assert not (first.is_alone or second.is_alone)
    for hold in (first, second, second):
        hold.release()
    assert Hold(tmp_path).is_alone


def test_who_replaces_a_database_waits_for_all_who_use_it(tmp_path: Path) -> None:
    with held(tmp_path), pytest.raises(StoreError, match="another program uses"), alone(tmp_path):
        pass
    with alone(tmp_path), pytest.raises(StoreError, match="another program uses"), held(tmp_path):
        pass
    with alone(tmp_path):
        pass


def test_a_server_is_the_only_one_of_its_directory(tmp_path: Path) -> None:
    refused = pytest.raises(StoreError, match="a server runs")
    with serving(tmp_path), held(tmp_path), refused, serving(tmp_path):
        pass
    with serving(tmp_path):
        pass


def test_many_who_make_the_same_new_fleet_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.store.directory.holding._PATIENCE_S", 60)
    opened: list[Store] = []
    threads = [
        threading.Thread(target=lambda: opened.append(Store.open(tmp_path / "data")))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 5
    seal = opened[0].badges._vault.seal(b"uid", "badge")
    assert {store.badges._vault.open_sealed(seal, "badge") for store in opened} == {b"uid"}
    for store in opened:
        store._hold.release()
    assert sorted(path.name for path in (tmp_path / "data" / "secrets").iterdir()) == ["master.key"]
