"""`voiturier car`, `site`, `equipment`, `group` as an operator types them."""

import asyncio
from pathlib import Path

import pytest

from server.cli import main
from server.store import Store
from tests.fleet import CAR, FLEET, OTHER_CAR, copied, fit_box, load_small_fleet

PLATE, OTHER = (entry["plate"] for entry in FLEET["vehicles"])


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    asyncio.run(copied(load_small_fleet, tmp_path))
    return tmp_path


def voiturier(data_dir: Path, *words: str) -> None:
    main([*words, "--data", str(data_dir)])


def test_a_car_comes_changes_leaves_and_comes_back(data_dir: Path, capsys) -> None:
    car = ("--vehicle", "ij789kl")
    voiturier(data_dir, "car", "add", *car, "--label", "Zoé", "--site", "PREF", "--walk-up")
    voiturier(data_dir, "car", "change", *car, "--label", "Zoé grise", "--plate", "MN-001-OP")
    new = ("--vehicle", "MN-001-OP")
    voiturier(data_dir, "car", "change", *new, "--no-walk-up")
    voiturier(data_dir, "car", "out", *new, "--from", "2026-12-01T08:00", "--reason", "Pneus")
    voiturier(data_dir, "car", "retire", *new)
    voiturier(data_dir, "car", "reopen", *new)
    said = capsys.readouterr().out
    assert "IJ-789-KL is in the pool" in said and "MN-001-OP: Zoé grise" in said
    assert "MN-001-OP is out of service then" in said and "has left the pool" in said


def test_a_plate_that_is_none_is_told_with_those_there_are(data_dir: Path, capsys) -> None:
    with pytest.raises(SystemExit):
        voiturier(data_dir, "car", "retire", "--vehicle", "XX-000-XX")
    assert f"known: {PLATE}, {OTHER}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--site", "NO", "--label", "Zoé"), "site: There is none of this name. 'NO' is unknown"),
        (("--site", "PREF", "--label", ""), "label: "),
    ],
)
def test_a_word_that_cannot_be_is_named(data_dir: Path, capsys, words, said: str) -> None:
    with pytest.raises(SystemExit):
        voiturier(data_dir, "car", "add", "--vehicle", "IJ-789-KL", *words)
    assert capsys.readouterr().err.startswith(f"voiturier: {said}")


async def fitted(data_dir: Path) -> None:
    store = Store.open(data_dir)
    await fit_box(store, CAR)
    await store.close()


async def boxes_in(data_dir: Path) -> list[int]:
    store = Store.open(data_dir)
    cars = [car.vehicle_id for car in await store.vehicles.all() if car.box_id is not None]
    await store.close()
    return cars


def test_a_box_goes_into_another_car(data_dir: Path, capsys) -> None:
    asyncio.run(fitted(data_dir))
    voiturier(data_dir, "car", "move-box", "--vehicle", PLATE, "--to", OTHER)
    assert f"the box of {PLATE} is in {OTHER} from now on" in capsys.readouterr().out
    assert asyncio.run(boxes_in(data_dir)) == [OTHER_CAR]


def test_a_site_comes_changes_closes_and_opens(data_dir: Path, capsys) -> None:
    site = ("--site", "STD")
    voiturier(
        data_dir, "site", "add", *site, "--name", "Saint-Denis", "--lat=-20.88", "--lon", "55.45"
    )
    voiturier(data_dir, "site", "change", *site, "--timezone", "Indian/Reunion", "--bays", "9")
    voiturier(data_dir, "site", "retire", *site)
    voiturier(data_dir, "site", "reopen", *site)
    with pytest.raises(SystemExit):
        voiturier(data_dir, "site", "retire", "--site", "PREF")
    told = capsys.readouterr()
    assert "the site STD is there: Saint-Denis" in told.out and "STD is open again" in told.out
    assert "Something still belongs to it" in told.err


def test_what_a_change_of_a_site_does_not_say_stays(data_dir: Path) -> None:
    site = ("--site", "STD")
    voiturier(data_dir, "site", "add", *site, "--name", "A", "--lat", "48.1", "--lon", "0.2")
    voiturier(data_dir, "site", "change", *site, "--name", "B")

    async def point() -> tuple[object, ...]:
        store = Store.open(data_dir)
        place = next(each for each in await store.sites.all() if each.code == "STD")
        await store.close()
        return place.name, place.lat_e7, place.lon_e7

    assert asyncio.run(point()) == ("B", 481_000_000, 2_000_000)


def test_a_piece_and_a_group_come_change_and_go(data_dir: Path, capsys) -> None:
    voiturier(data_dir, "equipment", "add", "--code", "S1", "--name", "Siège", "--site", "PREF")
    voiturier(data_dir, "equipment", "change", "--code", "S1", "--name", "Rehausseur")
    voiturier(data_dir, "equipment", "retire", "--code", "S1")
    voiturier(data_dir, "equipment", "reopen", "--code", "S1")
    voiturier(data_dir, "group", "add", "--name", "Tous", "--vehicle", PLATE, "--vehicle", OTHER)
    voiturier(data_dir, "group", "change", "--name", "Tous", "--rename", "Citadines")
    voiturier(data_dir, "group", "retire", "--name", "Citadines")
    said = capsys.readouterr().out
    assert "S1: Rehausseur, at Préfecture" in said and "S1 can be booked again" in said
    assert "Citadines: 2 cars" in said and "Citadines is given up" in said
