"""`./flash.sh`: makes boxes of blank boards. Here it is put together: what the arguments ask for.

Never shows anything of an identity but the box's number and its car.
"""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from serial.tools import list_ports

from flasher.batch.file import BatchFile
from flasher.batch.ledger import Ledger
from flasher.desk.again import ask_again, telling
from flasher.desk.arguments import BOARD, read
from flasher.desk.following import follow_bench
from flasher.desk.making import Made, Orders, make_box
from flasher.desk.series import series
from flasher.desk.sources import FromBatch, FromServer, IdentityFile, Source
from flasher.desk.terminal import ask, ask_secret, pin_in, say, secret_in
from flasher.errors import FlasherError
from flasher.failures import FlashError
from flasher.failures.batch import BatchFailure
from flasher.failures.files import FileFailure
from flasher.flashing import require_layout
from flasher.micropython_image import MicroPythonImage, check
from flasher.ports import choose
from flasher.server import CodeWantedError, Server
from flasher.words import Words

_FAILED = 1


def main() -> None:
    """Run the command; exits with 0, 1 (a board is no box) or 2 (bad arguments)."""
    for ended in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ended, _end)
    try:
        sys.exit(0 if _run(read(sys.argv[1:])) else _FAILED)
    except FlasherError as error:
        name = f"[{error.failure.name}] " if isinstance(error, FlashError) else ""
        sys.exit(f"flash.sh: {name}{error}")
    except (KeyboardInterrupt, EOFError):
        sys.exit(f"flash.sh: {Words.STOPPED.said()}")


def _end(number: int, frame: object) -> NoReturn:
    """Leave as by an error, so that the server's session ends and files are let go."""
    sys.exit(128 + number)


def _run(arguments: argparse.Namespace) -> bool:
    with contextlib.ExitStack() as open_until_the_end:
        if arguments.test:
            _test_again(arguments, open_until_the_end)
            return True
        if arguments.batch is not None:
            return _from_batch(arguments, open_until_the_end)
        if arguments.server is not None:
            source: Source = _from_server(arguments, open_until_the_end)
        else:
            source = IdentityFile(arguments.identity, arguments.board)
        _make(source, _orders(arguments, source), arguments.port)
        return True


def _from_batch(arguments: argparse.Namespace, open_until_the_end: contextlib.ExitStack) -> bool:
    ledger = Ledger(_settings() / "used_entries.json")
    batch = open_until_the_end.enter_context(BatchFile(arguments.batch, ledger))
    source = FromBatch(batch, arguments.board, arguments.car)
    if not batch.left():
        raise FlashError(BatchFailure.ALL_USED, begun="")
    file = arguments.passphrase_file
    batch.unlock(ask_secret(Words.PASSPHRASE.said()) if file is None else secret_in(file))
    orders = _orders(arguments, source)
    if arguments.car is None and not arguments.dry_run:
        return series(
            batch.left, lambda: _make(source, orders, arguments.port), lambda: source.plate
        )
    _make(source, orders, arguments.port)
    return True


def _from_server(
    arguments: argparse.Namespace, open_until_the_end: contextlib.ExitStack
) -> FromServer:
    wanted: dict[str, Any] = {
        name: value
        for name, value, is_said in (
            ("replace", True, arguments.replace),
            ("start_relay", False, arguments.door_only),
            ("ignition_line", False, arguments.no_ignition_line),
            ("key_holder", True, arguments.key_holder),
            ("door_contact", True, arguments.door_contact),
            ("reader", arguments.reader, arguments.reader),
        )
        if is_said
    }
    if arguments.sim_pin_file is not None:
        wanted["sim_pin"] = pin_in(arguments.sim_pin_file)
    server = _signed_in(arguments, open_until_the_end)
    return FromServer(server, arguments.board or BOARD, arguments.car, wanted)


def _signed_in(arguments: argparse.Namespace, open_until_the_end: contextlib.ExitStack) -> Server:
    server = Server(arguments.server, arguments.ca, time.time)
    open_until_the_end.enter_context(server)
    login = ask(Words.LOGIN.said()) or ""
    password = ask_secret(Words.PASSWORD.said())
    try:
        name = server.sign_in(login, password)
    except CodeWantedError:
        name = server.sign_in(login, password, ask_secret(Words.CODE.said()))
    say(Words.SIGNED_IN.said(name=name))
    return server


def _test_again(arguments: argparse.Namespace, open_until_the_end: contextlib.ExitStack) -> None:
    asks_server = arguments.server is not None
    server = _signed_in(arguments, open_until_the_end) if asks_server else None
    made = ask_again(_port(arguments.port))
    follow_bench(made, telling(server, made.box_id), _ask_which)


def _orders(arguments: argparse.Namespace, source: Source) -> Orders:
    pins = _settings() / "micropython_images.json"
    image = check(arguments.image, source.board, pins, _confirm)
    require_layout(image.name, image.content)
    return Orders(image, arguments.replace, arguments.dry_run, not arguments.no_bench)


def _make(source: Source, orders: Orders, named_port: str | None) -> Made | None:
    made = make_box(_port(named_port), source, orders)
    if made is not None and orders.has_bench:
        follow_bench(made, source.tested, _ask_which)
    return made


def _port(named: str | None) -> str:
    return named or choose(list_ports.comports(), _ask_which)


def _settings() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "voiturier"


def _confirm(image: MicroPythonImage) -> None:
    say(Words.FIRST_USE.said(file=image.name, sha256=image.sha256))
    answer = ask(Words.IS_IT_THE_SAME.said()) or ""
    if answer.lower() not in ("yes", "y", "oui", "o"):
        raise FlashError(FileFailure.IMAGE_NOT_CONFIRMED)


def _ask_which(ports: Sequence[str]) -> int | None:
    for number, line in enumerate(ports, 1):
        say(f"  {number}  {line}")
    answer = ask(Words.WHICH_BOARD.said(numbers=f"1-{len(ports)}")) or ""
    return int(answer) - 1 if answer in map(str, range(1, len(ports) + 1)) else None


if __name__ == "__main__":
    main()
