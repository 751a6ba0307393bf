"""A command as a person types it, and its one line where it cannot be done. No test is here."""

import pytest

from server.cli import main

PLATE = "AB-123-CD"
ADD_BOX = ("box", "add", "--vehicle", PLATE, "--board", "host")


def voiturier(*arguments: object) -> None:
    main([str(argument) for argument in arguments])


def mistake(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command that cannot be done; return its one line."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        voiturier(*arguments)
    assert end.value.code == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line and line.startswith("voiturier: ")
    return line
