"""A folder with an image of MicroPython, a board at its port, and the command in this process."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from flasher import __main__ as command
from simulator.devices.rom_loader import RomLoader
from tests.flasher.command.running import CONTENT, Command, Ran, Typed, environment
from tests.flasher.micropython import NAME as IMAGE

_ENDED = (signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / IMAGE).write_bytes(CONTENT)
    (tmp_path / "tmp").mkdir()
    return tmp_path


@pytest.fixture
def board() -> Iterator[RomLoader]:
    with RomLoader() as board:
        yield board


@pytest.fixture
def here(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """Run the command in this process, in the folder: quicker than a process of its own."""
    handlers = {each: signal.getsignal(each) for each in _ENDED}
    for name in os.environ:
        if "proxy" in name.lower():
            monkeypatch.delenv(name)

    def run(*arguments: str, typed: Sequence[str | Callable[[], str]] = ()) -> Ran:
        for name, value in environment(folder).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["flash.sh", *arguments])
        monkeypatch.setattr(sys, "stdin", Typed(typed))
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            command.main()
        said = capfd.readouterr()
        code = caught.value.code
        if isinstance(code, str):
            return Ran(1, said.out, said.err + code)
        return Ran(int(code or 0), said.out, said.err)

    yield run
    for each, handler in handlers.items():
        signal.signal(each, handler)
