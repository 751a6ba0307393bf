"""A batch file in use: one program at a time, no entry for two boards, whatever is cut short."""

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flasher.batch.choice import Use
from flasher.batch.file import BatchFile
from flasher.batch.ledger import Ledger
from flasher.batch.locked import LockedFile
from flasher.failures import FlashError
from flasher.failures.batch import BatchFailure
from tests.flasher.batch.maker import PASSPHRASE, as_file, batch_of, identity
from tests.support import ROOT, examples

PLATES = ("AB-123-CD", "EF-456-GH", "IJ-789-KL")
ONE, TWO = "7c:df:a1:00:00:01", "7c:df:a1:00:00:02"
AT_S = 1_795_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "batch.json").write_bytes(as_file(batch_of(PLATES)))
    return tmp_path / "batch.json"


def opened(path: Path) -> BatchFile:
    batch = BatchFile(path, Ledger(path.parent / "config" / "used.json"))
    batch.unlock(PASSPHRASE)
    return batch


def refused(call: Callable[[], object]) -> BatchFailure:
    with pytest.raises(FlashError) as caught:
        call()
    assert isinstance(caught.value.failure, BatchFailure)
    return caught.value.failure


def test_an_entry_is_bound_before_its_board_is_written_and_erased_after_that(path: Path) -> None:
    with opened(path) as batch:
        entry = batch.choose(ONE, None)
        assert batch.identity(entry) == identity(1, "AB-123-CD")
        bound = batch.bind(entry, ONE)
        first = json.loads(path.read_text())["entries"][0]
        assert (first["mac"], bool(first["sealed"])) == (ONE, True)
        batch.use(bound, AT_S)
        assert batch.left() == 2
    first, second, _ = json.loads(path.read_text())["entries"]
    assert (first["mac"], first["sealed"], first["flashed_at_s"]) == (ONE, "", AT_S)
    assert "mac" not in second
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {each.name for each in path.parent.iterdir()} == {"batch.json", "config"}


def test_a_run_that_was_cut_short_goes_on_with_the_same_entry_on_the_same_board(
    path: Path,
) -> None:
    with opened(path) as batch:
        batch.bind(batch.choose(ONE, None), ONE)
    with opened(path) as batch:
        assert batch.choose(TWO, None).plate == "EF-456-GH"
        entry = batch.choose(ONE, None)
        assert entry.plate == "AB-123-CD"
        batch.use(batch.bind(entry, ONE), AT_S)
        assert batch.left() == 2


def test_a_copy_of_the_file_gives_no_entry_a_second_time_on_this_computer(path: Path) -> None:
    copy = path.with_name("copy.json")
    shutil.copy(path, copy)
    with opened(path) as batch:
        batch.use(batch.bind(batch.choose(ONE, None), ONE), AT_S)
    with opened(copy) as batch:
        assert batch.left() == 2
        assert batch.choose(TWO, None).plate == "EF-456-GH"
        assert refused(lambda: batch.choose(TWO, "AB-123-CD")) is BatchFailure.ENTRY_USED


def test_two_copies_in_use_at_once_give_no_entry_to_two_boards(path: Path) -> None:
    copy = path.with_name("copy.json")
    shutil.copy(path, copy)
    with opened(path) as batch, opened(copy) as other:
        theirs, ours = other.choose(TWO, None), batch.choose(ONE, None)
        assert theirs == ours
        batch.bind(ours, ONE)
        assert refused(lambda: other.bind(theirs, TWO)) is BatchFailure.ENTRY_TAKEN
    assert "mac" not in json.loads(copy.read_text())["entries"][0]


def test_a_second_program_is_told_that_the_file_is_in_use_also_after_it_was_changed(
    path: Path,
) -> None:
    with opened(path) as batch:
        assert refused(lambda: opened(path)) is BatchFailure.BATCH_IN_USE
        batch.bind(batch.choose(ONE, None), ONE)
        assert refused(lambda: opened(path)) is BatchFailure.BATCH_IN_USE
    with opened(path):
        pass


def test_a_program_that_is_killed_lets_the_file_go_and_leaves_a_whole_one(path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path;"
        "from flasher.batch.file import BatchFile; from flasher.batch.ledger import Ledger;"
        "path = Path(sys.argv[1]); batch = BatchFile(path, Ledger(path.with_name('used.json')));"
        "batch.bind(batch.choose(sys.argv[2], None), sys.argv[2]); os.kill(os.getpid(), 9)"
    )
    ran = subprocess.run([sys.executable, "-c", program, path, ONE], cwd=ROOT, check=False)
    assert ran.returncode == -9
    with opened(path) as batch:
        assert batch.choose(ONE, None).mac == ONE


def test_a_file_that_cannot_be_changed_is_refused_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_as_asked = os.open

    def read_only(name: Path, flags: int, *others: int) -> int:
        if flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return open_as_asked(name, flags, *others)

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(FlashError, match="Permission denied") as caught:
        opened(path)
    assert caught.value.failure is BatchFailure.NO_BATCH


def test_a_disk_that_is_full_stops_before_the_board_is_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with opened(path) as batch:
        entry = batch.choose(ONE, None)
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", full)
            with pytest.raises(FlashError, match="No space left"):
                batch.bind(entry, ONE)
        assert path.read_bytes() == before
        assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []
        assert refused(lambda: opened(path)) is BatchFailure.BATCH_IN_USE
        assert batch.bind(entry, ONE).mac == ONE


@pytest.mark.parametrize("content", [b"[", b"[1]", b'{"00": 7}', b'{"00": {"mac": "7c"}}'])
def test_a_ledger_that_is_damaged_is_named_and_no_entry_is_given(
    path: Path, content: bytes
) -> None:
    (path.parent / "config").mkdir()
    (path.parent / "config" / "used.json").write_bytes(content)
    with opened(path) as batch:
        assert refused(lambda: batch.choose(ONE, None)) is BatchFailure.LEDGER_DAMAGED


def test_the_ledger_holds_no_secret(path: Path) -> None:
    with opened(path) as batch:
        entry = batch.choose(ONE, None)
        batch.bind(entry, ONE)
    written = (path.parent / "config" / "used.json").read_text()
    assert [each["mac"] for each in json.loads(written).values()] == [ONE]
    for secret in (entry.sealed, entry.sealed[24:], identity(1, "AB-123-CD")["key"]):
        assert secret not in written


def test_an_identity_that_is_not_its_entrys_is_refused(path: Path) -> None:
    batch = batch_of(PLATES)
    batch["entries"][0]["board"] = "another_board"
    path.write_bytes(as_file(batch))
    with opened(path) as other:
        entry = other.choose(ONE, None)
        assert refused(lambda: other.identity(entry)) is BatchFailure.DAMAGED_ENTRY


def test_who_waits_for_the_lock_gets_what_was_written_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "counted"

    def count() -> None:
        for _ in range(20):
            with LockedFile(path, is_made=True, waits=True) as file:
                file.write(str(int(file.read(100) or b"0") + 1).encode())

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() == "80"
    assert [each.name for each in tmp_path.iterdir()] == ["counted"]


# A step of a morning: which copy of the file, which board, how far the run comes, for which car.
STEPS = st.lists(
    st.tuples(
        st.sampled_from((0, 1)),
        st.sampled_from((ONE, TWO, "7c:df:a1:00:00:03", "7c:df:a1:00:00:04")),
        st.sampled_from(("chosen", "bound", "used")),
        st.sampled_from((None, None, *PLATES)),
    ),
    max_size=10,
)


@settings(max_examples=examples(25))
@given(STEPS)
def test_whatever_is_plugged_in_and_cut_short_no_identity_is_on_two_boards(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, str, str | None]]
) -> None:
    folder = tmp_path_factory.mktemp("batch")
    copies = [folder / "batch.json", folder / "copy.json"]
    for copy in copies:
        copy.write_bytes(as_file(batch_of(PLATES)))
    on_board: dict[str, str] = {}
    for which, mac, how_far, plate in steps:
        with BatchFile(copies[which], Ledger(folder / "used.json")) as batch:
            try:
                entry = batch.choose(mac, plate)
            except FlashError:
                continue
            if how_far == "chosen":
                continue
            bound = batch.bind(entry, mac)
            assert on_board.setdefault(entry.box_id, mac) == mac
            if how_far == "used":
                batch.use(bound, AT_S)
    uses = Ledger(folder / "used.json").uses()
    assert {use.mac for use in uses.values()} == set(on_board.values())
    assert all(isinstance(use, Use) for use in uses.values())
