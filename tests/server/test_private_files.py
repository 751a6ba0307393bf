"""Files for the server's user alone, whole or not there: also where the power is cut."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server import private_files
from server.store import Store, backup
from tests.fleet import NOW_S, open_small_fleet


def opened_as(descriptor: object) -> str:
    """The path of an open file."""
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


@contextmanager
def written_down() -> Iterator[list[tuple[str, str]]]:
    """Note what is done to names (by the new one), and what is forced to the disk, in order."""
    done: list[tuple[str, str]] = []

    def noting(what: str, call: Callable[..., None], names: Callable[..., str]) -> object:
        def noted(*arguments: object) -> None:
            call(*arguments)
            done.append((what, names(*arguments)))

        return noted

    with pytest.MonkeyPatch.context() as patch:
        for name in ("replace", "link"):
            patch.setattr(os, name, noting("name", getattr(os, name), lambda _, new: str(new)))
        patch.setattr(os, "fsync", noting("disk", os.fsync, opened_as))
        yield done


def is_forced_at_once(done: list[tuple[str, str]]) -> bool:
    """Tell whether each new name, but a draft's, was on the disk before another was given."""
    waits: str | None = None
    for what, path in done:
        if what == "name" and not Path(path).name.startswith("."):
            if waits is not None:
                return False
            waits = str(Path(path).parent)
        elif path == waits:
            waits = None
    return waits is None


def test_a_file_is_on_the_disk_before_its_name_and_its_name_before_anything_else(
    tmp_path: Path,
) -> None:
    with written_down() as done, private_files.drafted(tmp_path / "file") as draft:
        draft.write_text("content")
        private_files.put_in_place(draft, tmp_path / "file")
    assert done == [
        *(("disk", str(draft)), ("name", str(tmp_path / "file")), ("disk", str(tmp_path))),
    ]


async def test_no_name_that_a_fleet_gets_is_lost_with_the_power(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with written_down() as done:
        await Store.open(data).close()
    assert len(done) > 4 and is_forced_at_once(done), done
    acts: list[Callable[[], object]] = [
        lambda: backup.back_up(data, tmp_path / "copy.db", NOW_S),
        lambda: backup.back_up_and_keep(data, tmp_path / "backups", 1, NOW_S),
        lambda: backup.restore(data, tmp_path / "copy.db", NOW_S),
    ]
    for act in acts:
        with written_down() as done:
            act()
        assert any(what == "name" for what, _ in done) and is_forced_at_once(done), done


async def test_the_database_put_back_has_its_name_last(tmp_path: Path) -> None:
    await (await open_small_fleet(tmp_path / "data")).close()
    backup.back_up(tmp_path / "data", tmp_path / "copy.db", NOW_S)
    with written_down() as done:
        backup.restore(tmp_path / "data", tmp_path / "copy.db", NOW_S)
    names = [Path(path).name for what, path in done if what == "name"]
    assert names[-2:] == ["voiturier.db.replaced", "voiturier.db"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_drafts_and_folders_are_closed_to_others_whatever_the_umask(
    tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        private_files.make_folder(tmp_path / "a" / "b")
        with private_files.drafted(tmp_path / "a" / "b" / "file") as draft:
            assert stat.S_IMODE(draft.stat().st_mode) == 0o600
    finally:
        os.umask(before)
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not private_files.drafts_of(tmp_path / "a" / "b" / "file")


def test_of_two_who_make_a_file_once_the_first_wins(tmp_path: Path) -> None:
    for content, is_expected in (("one", True), ("two", False)):
        with private_files.drafted(tmp_path / "key") as draft:
            draft.write_text(content)
            assert private_files.put_once(draft, tmp_path / "key") is is_expected
    assert (tmp_path / "key").read_text() == "one"


def test_a_link_to_elsewhere_is_not_closed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("not ours to close")
    elsewhere.chmod(0o644)
    (tmp_path / "link").symlink_to(elsewhere)
    assert not private_files.close(tmp_path / "link")
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644


def test_what_a_library_makes_meanwhile_is_private_and_nothing_afterwards(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with private_files.made_private():
            (tmp_path / "meanwhile").touch()
        (tmp_path / "afterwards").touch()
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"meanwhile": 0o600, "afterwards": 0o644}
