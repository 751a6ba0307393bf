"""`voiturier purge`: what is due is said, erased, and shown on its receipt."""

import asyncio
from pathlib import Path

import pytest

from server.cli import main
from tests.fleet import NOW_S, open_small_fleet
from tests.server.actions.privacy.driving import Driver, found_in


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fleet with a trip of 2026-09-21, when its server was heard last; nobody tells the time."""

    async def fill() -> None:
        store = await open_small_fleet(tmp_path)
        await Driver(store).drive(NOW_S)
        await store.close()

    asyncio.run(fill())
    monkeypatch.setattr("server.clock.SystemClock.is_synchronised", lambda _: False)
    monkeypatch.setattr("server.clock.SystemClock.now_ms", lambda _: (NOW_S + 61 * 86_400) * 1000)
    monkeypatch.setenv("LANGUAGE", "C")
    return tmp_path


def test_it_erases_what_is_due_once_somebody_vouches_for_the_clock(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> str:
        main([*words, "--data", str(data_dir)])
        return capsys.readouterr().out

    assert said("purge", "--receipts") == "Nothing was erased yet.\n"
    unsure = said("purge")
    assert "Nobody vouches for the clock" in unsure and "Nothing is due." in unsure
    said("confirm-time", "--by", "Claire Martin")
    assert "places: 4" in said("purge", "--dry-run")
    assert found_in(data_dir)
    assert "places: 4" in said("purge")
    assert not found_in(data_dir)
    assert "places: 4" in said("purge", "--receipts")
    assert "Nothing is due." in said("purge")


def test_what_is_due_is_named_in_the_language_of_who_asks(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["confirm-time", "--by", "Claire Martin", "--data", str(data_dir)])
    monkeypatch.setenv("LANGUAGE", "fr")
    for words in (["purge", "--dry-run"], ["purge"], ["purge", "--receipts"]):
        capsys.readouterr()
        main([*words, "--data", str(data_dir)])
        told = capsys.readouterr().out
        assert "Lieux de stationnement" in told and ": 4" in told and "places" not in told


def test_a_copy_that_cannot_be_purged_is_named_and_the_command_fails(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = data_dir / "backups" / "voiturier-20260921-141320.db"
    torn.parent.mkdir()
    torn.write_bytes((data_dir / "voiturier.db").read_bytes()[:5000])
    main(["confirm-time", "--by", "Claire Martin", "--data", str(data_dir)])
    with pytest.raises(SystemExit) as left:
        main(["purge", "--data", str(data_dir)])
    assert left.value.code == 2
    told = capsys.readouterr()
    assert f"{torn.name}: NOT erased" in told.out
    assert "Not everything could be erased" in told.err
