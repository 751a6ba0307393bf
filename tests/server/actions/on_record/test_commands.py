"""`voiturier person`, `right`, `directorate`, and an account that closes with what is booked."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from server.cli import main
from server.clock import SystemClock
from server.store import Store
from tests.fleet import BOOKING, MARIE, NOW_S, PAUL, copied, load_small_fleet

Type = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(SystemClock, "now_s", lambda self: NOW_S)
    asyncio.run(copied(load_small_fleet, tmp_path))
    return tmp_path


@pytest.fixture
def voiturier(folder: Path, capsys: pytest.CaptureFixture[str]) -> Type:
    def type_(*words: str, fails: bool = False) -> str:
        if fails:
            with pytest.raises(SystemExit) as end:
                main([*words, "--data", str(folder)])
            assert end.value.code == 2
        else:
            main([*words, "--data", str(folder)])
        said = capsys.readouterr()
        return said.err if fails else said.out

    return type_


def seen(folder: Path, look: Callable[[Store], object]):
    async def read() -> object:
        store = Store.open(folder)
        try:
            return await look(store)  # type: ignore[misc]
        finally:
            await store.close()

    return asyncio.run(read())


def test_somebody_new_is_put_on_record_let_book_and_moved(voiturier: Type, folder: Path) -> None:
    who = ("--login", "eva.roux")
    assert "Eva Roux is on record" in voiturier(
        "person", "add", *who, "--name", "Eva Roux", "--directorate", "DDT"
    )
    assert "known: DDPP, DDT" in voiturier(
        "person", "move", *who, "--directorate", "X", "--from", "2026-10-01", fails=True
    )
    said = voiturier("person", "edit", *who, "--licence", "yes", "--name", "Éva Roux")
    assert said == "Éva Roux, a licence on record\n"
    assert "may book" in voiturier(
        "right", "give", *who, "--to", "2026-12-01", "--site", "Préfecture"
    )
    assert "There is none" in voiturier("right", "give", *who, "--group", "Bacs", fails=True)
    assert "no right of the number 99" in voiturier(
        "right", "withdraw", *who, "--number", "99", fails=True
    )
    assert "withdrawn" in voiturier("right", "withdraw", *who)
    assert "of DDPP" in voiturier(
        "person", "move", *who, "--directorate", "DDPP", "--from", "2026-10-01"
    )
    eva = seen(folder, lambda store: store.agents.by_login("eva.roux", NOW_S))
    assert eva.directorate_code == "DDT", "the day has not come"


def test_a_directorate_is_added_renamed_merged_and_opened_again(voiturier: Type) -> None:
    assert "DDETS is added" in voiturier(
        "directorate", "add", "--code", "DDETS", "--name", "Emploi"
    )
    assert "is called Travail" in voiturier(
        "directorate", "rename", "--code", "DDETS", "--name", "Travail"
    )
    end = ("directorate", "close", "--code", "DDT", "--from", "2026-10-15")
    assert "say which directorate" in voiturier(*end, fails=True)
    assert "1 people are of DDETS" in voiturier(*end, "--into", "DDETS")
    assert "open again" in voiturier("directorate", "reopen", "--code", "DDT")


def test_an_account_closes_with_all_that_is_booked(voiturier: Type, folder: Path) -> None:
    end = ("account", "close", "--login", "marie.leroy")
    assert "Nobody has this login" in voiturier(*end, "--hand-to", "nobody", fails=True)
    assert "bookings handed to paul.morin: 1" in voiturier(*end, "--hand-to", "paul.morin")
    taken = seen(folder, lambda store: store.bookings.by_id([BOOKING]))
    assert taken[BOOKING].agent_id == PAUL
    marie = seen(folder, lambda store: store.agents.get(MARIE))
    assert marie.closed_at_s == NOW_S


def test_an_account_closes_and_what_is_booked_is_cancelled(voiturier: Type, folder: Path) -> None:
    said = voiturier("account", "close", "--login", "marie.leroy", "--cancel")
    assert "bookings cancelled: 1" in said
    gone = seen(folder, lambda store: store.bookings.by_id([BOOKING]))
    assert gone[BOOKING].state == "cancelled"
