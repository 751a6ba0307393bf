"""What may be typed behind ./flash.sh, and that no secret is among it."""

import re

import pytest

from flasher.desk.arguments import read
from tests.flasher.failures_table import PAGE


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("--test --batch b", "--batch does not go with --test"),
        ("--test --replace", "--replace does not go with --test"),
        ("--test --ca a", "--ca goes with --server"),
        ("", "one of --server, --batch, --identity and --test"),
        ("--identity a --batch b", "one of --server, --batch, --identity and --test"),
        ("--server https://v.example --car A --batch b", "one of --server, --batch"),
        ("--batch b --door-only", "--door-only goes with --server"),
        ("--batch b --no-ignition-line", "--no-ignition-line goes with --server"),
        ("--batch b --key-holder", "--key-holder goes with --server"),
        ("--batch b --door-contact", "--door-contact goes with --server"),
        ("--batch b --reader pn532", "--reader goes with --server"),
        ("--batch b --sim-pin-file f", "--sim-pin-file goes with --server"),
        ("--batch b --ca f", "--ca goes with --server"),
        ("--identity a --passphrase-file f", "--passphrase-file goes with --batch"),
        ("--identity a --car AB-123-CD", "--car goes with --server, --batch"),
        ("--server https://v.example", "--server goes with --car"),
        ("--identiy a", "not understood: unrecognized arguments: --identiy a"),
        ("--batch b --passphrase secret", "not understood: unrecognized arguments: --passphrase"),
    ],
)
def test_what_makes_no_sense_together_is_told_in_both_languages(
    typed: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for language in ("en", "fr"):
        monkeypatch.setenv("LANGUAGE", language)
        with pytest.raises(SystemExit) as caught:
            read(typed.split())
        assert caught.value.code == 2
        told.append(capsys.readouterr().err.splitlines()[-1])
    english, french = told
    assert said in english
    assert english != french


def test_the_guide_explains_every_option_in_both_languages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        read(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert len(options) > 15
    french, english = PAGE.read_text("utf-8").split('<a id="english"></a>')
    for half in (french, english.split('<a id="messages"></a>')[0]):
        assert {option for option in options if f"{option}" not in half} == set()


def test_the_help_is_in_the_language_of_the_computer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    with pytest.raises(SystemExit) as caught:
        read(["--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert "Fait un boîtier d'une carte vierge" in shown
    assert "montrer cette aide" in shown
    assert "FILE" not in shown
