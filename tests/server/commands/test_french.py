"""The command line speaks French too: all of it, and to programs in every language alike."""

import argparse
import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from server.cli import main, parser_of_all
from server.commands import words
from tests.fleet import FLEET, agent
from tests.server.commands import french
from tests.support import ROOT

FRENCH = french.french()


@pytest.fixture
def in_french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak French by the catalogue as it stands, compiled or not."""
    folder = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = words.LOCALE_DIR / "fr" / "LC_MESSAGES" / "commands.po"
    with source.open("rb") as po, (folder / "commands.mo").open("wb") as mo:
        write_mo(mo, read_po(po))
    monkeypatch.setattr(words, "LOCALE_DIR", tmp_path / "locale")
    monkeypatch.setenv("LANGUAGE", "fr")
    words.catalogue.cache_clear()
    yield
    words.catalogue.cache_clear()


def test_every_text_of_the_command_line_has_french() -> None:
    missing = sorted(french.everything() - FRENCH.keys())
    assert missing == [], "python -m tests.server.commands.french writes them as entries"


def test_no_french_stands_for_a_text_that_nobody_says_any_more() -> None:
    assert sorted(FRENCH.keys() - french.everything() - french.OF_NEWER_PYTHONS) == []


def test_french_is_filled_in_with_all_that_english_is() -> None:
    for text, translated in FRENCH.items():
        assert translated, text
        filled = [sorted(french.PLACEHOLDER.findall(each)) for each in (text, translated)]
        assert filled[0] == filled[1], text


def test_a_command_prints_words_only_by_what_translates_them() -> None:
    """A table of data is printed; a sentence is said."""
    found = []
    for path in (ROOT / "server" / "commands").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_told = isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "print", "CommandError",
            )  # fmt: skip
            if is_told and node.args and _has_words(node.args[0]):
                found.append(f"{path.name}:{node.lineno}")
    assert found == []


def _has_words(node: ast.AST) -> bool:
    """Say whether an expression is a text with a word of two letters and more in it."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    said = " ".join(text for text in texts if isinstance(text, str))
    return bool(re.search(r"[A-Za-z]{2}", re.sub(r"\b(km|voiturier)\b", "", said)))


@pytest.mark.usefixtures("in_french")
def test_the_help_of_every_command_is_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    english = set(FRENCH) - set(FRENCH.values())
    parser = parser_of_all()
    words.translate(parser)
    seen = 0
    for each in _all(parser):
        shown = [each.description, *(action.help for action in each._actions)]
        assert not english & {text for text in shown if text}, each.prog
        assert each.format_help().startswith("usage : voiturier")
        seen += 1
    assert seen > 60
    with pytest.raises(SystemExit) as end:
        main(["box", "add", "--vehicle"])
    assert end.value.code == 2
    assert "erreur : argument --vehicle : un argument attendu" in capsys.readouterr().err


def _all(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    return [parser, *(inner for _, inner in words._choices(parser))]


@pytest.mark.usefixtures("in_french")
def test_a_refusal_is_told_in_french(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET))
    main(["load", str(file), "--data", str(tmp_path / "data")])
    assert "chargé : 2 voitures" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(
            [
                "car",
                "change",
                "--vehicle",
                "ZZ-999-ZZ",
                "--label",
                "x",
                "--data",
                str(tmp_path / "data"),
            ]
        )
    told = capsys.readouterr().err
    assert "est inconnu ; connus : AB-123-CD" in told and "unknown" not in told


@pytest.mark.usefixtures("in_french")
def test_what_the_system_says_is_told_in_french(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = tmp_path / "fleet.json"
    strange.write_text(json.dumps(FLEET))
    data = ["--data", str(tmp_path / "data")]
    main(["load", str(strange), *data])
    for typed, says in (
        (["restore", "--rehearse", str(strange), *data], "ce n’est pas une base de données"),
        (["check", "--data", str(tmp_path / "mistyped")], "ce fichier ou dossier n’existe pas"),
        (["check", "--settings", str(tmp_path / "none.toml")], "ce fichier ou dossier n’existe"),
    ):
        capsys.readouterr()
        with pytest.raises(SystemExit):
            main(typed)
        told = capsys.readouterr()
        assert says in told.out + told.err


@pytest.mark.usefixtures("in_french")
def test_a_theft_is_told_in_french(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    managers = [
        agent(login, b"", role="manager", badges=[]) for login in ("claire.martin", "paul.morin")
    ]
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET | {"agents": managers, "bookings": []}))
    data = ["--data", str(tmp_path / "data")]
    main(["load", str(file), *data])
    box = ["--server", "boxes.example:7400", "--apn", "internet", "--out", str(tmp_path / "box")]
    main(["box", "add", "--vehicle", "AB-123-CD", *box, *data])
    told = []
    for step, by in (("report", 0), ("confirm", 1), ("withdraw", 0)):
        capsys.readouterr()
        who = ["--by", str(managers[by]["login"])]
        main(["theft", step, "--vehicle", "AB-123-CD", *who, "--reference", "2026-0042", *data])
        told.append(capsys.readouterr().out)
    assert [line.partition(" par ")[0] for line in told] == [
        "vol de AB-123-CD signalé",
        "vol de AB-123-CD confirmé",
        "vol de AB-123-CD : signalement retiré",
    ]


@pytest.mark.usefixtures("in_french")
def test_what_programs_read_is_the_same_in_every_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET))
    main(["load", str(file), "--data", str(tmp_path / "data")])
    bad = tmp_path / "bad.toml"
    bad.write_text("[server]\nhttp = 1\n")
    for asked in (["trips", "--data", str(tmp_path / "data")], ["check", "--settings", str(bad)]):
        read = set()
        for language in ("fr", "en"):
            monkeypatch.setenv("LANGUAGE", language)
            capsys.readouterr()
            try:
                main([*asked, "--json"])
            except SystemExit as end:
                assert end.code == 2
            read.add(capsys.readouterr().out)
        assert len(read) == 1 and json.loads(read.pop())


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_without_our_letters_is_answered_all_the_same(
    tmp_path: Path, encoding: str
) -> None:
    """The catalogue of the set-up is used, or without one English."""
    environment = os.environ | {"LANGUAGE": "fr", "PYTHONIOENCODING": encoding}
    for asked, code in ((["--help"], 0), (["trips", "--data", str(tmp_path / "n’existe pas")], 2)):
        command = [sys.executable, "-m", "server", *asked]
        told = subprocess.run(command, capture_output=True, env=environment)
        assert told.returncode == code
        assert b"Traceback" not in told.stderr
    said = told.stderr.decode(encoding)
    assert ("n’existe pas" if encoding == "utf-8" else "n'existe pas") in said


def test_a_command_waits_for_nothing_of_the_web() -> None:
    code = "import sys, server.cli; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"aiohttp", "aiosmtplib", "babel", "jinja2", "openpyxl", "server.web", "wtforms"}
    assert heavy.isdisjoint(loaded.stdout.split())


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr"}, "fr"),
        ({"LANG": "FR_CA@euro"}, "fr"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "frr_DE"}, "en"),
        ({"LANG": "de_DE"}, "en"),
        ({"LC_ALL": "en_GB", "LANG": "fr_FR"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "fr_FR", "LANG": "en_GB"}, "fr"),
        ({"LANGUAGE": "de:fr:en", "LANG": "en_GB"}, "fr"),
        ({"LANGUAGE": "en:fr", "LANG": "fr_FR"}, "en"),
        ({"LANGUAGE": ":"}, "en"),
    ],
)
def test_the_language_is_the_one_that_the_environment_asks_for(
    environment: dict[str, str], language: str
) -> None:
    assert words.language(environment) == language
