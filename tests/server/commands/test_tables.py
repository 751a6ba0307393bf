"""`voiturier import` and `voiturier export`, as who types them meets them."""

import json
import re
from pathlib import Path

import pytest

from server.cli import main
from server.fleet.tables.columns import KINDS
from tests.fleet import FLEET

PEOPLE = "identifiant;nom complet;direction\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET))
    main(["load", str(file), "--data", str(tmp_path / "data")])
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()

    def typed(*words: object) -> str:
        main([str(word) for word in (*words, "--data", data)])
        return capsys.readouterr().out

    return typed


def table(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="cp1252")
    return path


def test_a_dry_run_shows_each_line_that_changes_something(run, tmp_path: Path) -> None:
    file = table(
        tmp_path, PEOPLE + "marie.leroy;Marie Leroy;DDPP\nzoé;Zoé;DDT\npaul.morin;Paul Morin;DDPP"
    )
    said = run("import", "people", file, "--dry-run")
    *lines, last = said.splitlines()
    assert lines == [
        "line 2: marie.leroy: changed  direction: DDT -> DDPP",
        "line 3: zoé: new  nom complet: Zoé; direction: DDT;"
        " permis vu: oui; habilité à réserver: oui; actif: oui",
    ]
    told = "1 new, 1 changed, 1 as before; nothing is taken in yet; to take in just this: --seen "
    assert last.startswith(told)
    assert "1 new, 1 changed, 1 as before; to take it back: `voiturier import undo 1`" in run(
        "import", "people", file, "--seen", last.split()[-1]
    )
    assert "zoé" in run("export", "people")
    assert run("import", "undo", 1) == "import 1 is taken back\n"
    assert "zoé" not in run("export", "people")


def test_every_fault_is_told_with_its_line_and_nothing_is_taken_in(
    run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(tmp_path, PEOPLE + "eva;Eva;DDT\nida;Ida;NULLE\n;Uma;DDT\n")
    with pytest.raises(SystemExit) as end:
        run("import", "people", file)
    assert end.value.code == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.partition("people.csv: ")[2] for line in told] == [
        "line 3, directorate: There is none of this name. 'NULLE' is unknown; known: DDPP, DDT.",
        "line 4, login: Nothing stands here.",
    ]
    assert "eva" not in run("export", "people")


def test_what_goes_out_comes_in_again_as_it_was(
    data: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    capsysbinary.readouterr()
    for kind, many in (("people", 2), ("cars", 2), ("badges", 2), ("sites", 1)):
        for made in ("csv", "xlsx"):
            main(["export", kind, "--format", made, "--data", str(data)])
            file = tmp_path / f"{kind}.{made}"
            file.write_bytes(capsysbinary.readouterr().out)
            main(["import", kind, str(file), "--data", str(data)])
            assert capsysbinary.readouterr().out.startswith(f"{many} as before;".encode())


def test_a_template_has_the_columns_alone(run) -> None:
    head = run("export", "cars", "--template").removeprefix("\ufeff")
    assert head == "immatriculation;modèle;site;sans réservation;usage privé\r\n"


@pytest.mark.parametrize("kind", KINDS)
def test_the_help_names_each_way_to_write_a_column_once(
    capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    with pytest.raises(SystemExit):
        main(["import", kind, "--help"])
    named = re.findall(r"^  [^-].* \((.*)\)$", capsys.readouterr().out, re.MULTILINE)
    assert named
    for names in (each.split(", ") for each in named):
        assert len(names) == len(set(names))


def test_the_help_names_every_table(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    assert "people, cars, badges, sites or directorates" in capsys.readouterr().out
