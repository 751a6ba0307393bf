"""Files and the seed, on a real folder; LittleFS itself is under every simulated box."""

from pathlib import Path

import pytest

from firmware.drivers.entropy import Entropy
from firmware.drivers.flash_store import FlashStore
from firmware.logic.link.journal import Journal
from shared_protocol.records import Record


@pytest.fixture
def store(tmp_path: Path) -> FlashStore:
    return FlashStore(str(tmp_path / "state"))


def test_a_file_is_replaced_whole_and_read_in_parts(store: FlashStore) -> None:
    store.write("grants", b"old and long")
    store.write("grants", b"new")
    assert store.read("grants") == b"new"
    assert store.read("grants", 1, 1) == b"e"
    assert store.names() == ["grants"]


def test_a_file_grows_and_goes(store: FlashStore) -> None:
    store.append("a", b"12")
    store.append("a", b"34")
    assert store.read_or_empty("a") == b"1234"
    store.delete("a")
    assert (store.names(), store.read_or_empty("a")) == ([], b"")


def test_a_half_written_replacement_is_never_seen(store: FlashStore, tmp_path: Path) -> None:
    store.write("grants", b"whole")
    (tmp_path / "state" / "new~").write_bytes(b"hal")
    assert FlashStore(str(tmp_path / "state")).read("grants") == b"whole"


def test_the_journal_works_on_it(store: FlashStore) -> None:
    journal = Journal(store)
    for number in range(100):
        journal.append(Record(6, number, bytes(4)), b"state")
    assert Journal(store).next_seq == 101


def test_no_two_draws_and_no_two_boots_are_alike(store: FlashStore) -> None:
    drawn = set()
    for _ in range(5):
        entropy = Entropy(store)
        drawn |= {entropy(32) for _ in range(5)}
    assert len(drawn) == 25
    assert [len(entropy(size)) for size in (0, 1, 31, 33, 100)] == [0, 1, 31, 33, 100]


def test_even_a_generator_that_repeats_gives_other_bytes_after_a_restart(
    store: FlashStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.urandom", bytes)
    drawn = {Entropy(store)(32) for _ in range(5)}
    assert len(drawn) == 5


def test_a_box_whose_flash_takes_nothing_any_more_still_starts(
    store: FlashStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str, data: bytes) -> None:
        raise OSError(28)

    monkeypatch.setattr(store, "write", full)
    assert Entropy(store)(32) != Entropy(store)(32)


def test_a_folder_that_cannot_be_read_has_no_files(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"a file where a folder should be")
    assert FlashStore(str(tmp_path / "state")).names() == []
