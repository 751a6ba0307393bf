"""`python -m flasher`, which ./flash.sh starts, as a technician types it into a folder of files."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.flasher.micropython import invented
from tests.support import ROOT

CONTENT = invented()
_TIMEOUT_S = 240


class Ran(NamedTuple):
    """How the command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


class Typed:
    """A technician at the keyboard: a line for each that is asked, after what is done for it."""

    def __init__(self, answers: Sequence[str | Callable[[], str]]) -> None:
        self._answers = list(answers)

    def readline(self) -> str:
        if not self._answers:
            return ""
        answer = self._answers.pop(0)
        return (answer if isinstance(answer, str) else answer()) + "\n"

    def isatty(self) -> bool:
        return False


Command = Callable[..., Ran]


def environment(folder: Path, language: str = "en", **others: str) -> dict[str, str]:
    """Its own settings and temporary files, in the folder; no proxy of this machine."""
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    own = {
        "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "TMPDIR": str(folder / "tmp"),
        "LANGUAGE": language,
    }
    return kept | own | others


def flash(
    folder: Path, *arguments: str, typed: str = "", language: str = "en", **others: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in the folder; what is typed comes from a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "flasher", *arguments],
        cwd=folder,
        env=environment(folder, language, **others),
        input=typed,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


def leftovers(folder: Path, *secrets: str) -> list[str]:
    """The files of a folder that hold a secret, as it is or as the bytes that it stands for."""
    found = []
    for path in filter(Path.is_file, folder.rglob("*")):
        content = path.read_bytes()
        for secret in secrets:
            wanted = [secret.encode()]
            if set(secret) <= set("0123456789abcdef") and len(secret) % 2 == 0:
                wanted.append(bytes.fromhex(secret))
            found += [path.name for each in wanted if each in content]
    return found
