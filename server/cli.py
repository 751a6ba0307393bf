"""The command `voiturier`: what a person types, and what they are told when it cannot be done.

A mistake costs one clear line on stderr and exit code 2. Never here: how the work is done, what a
command is told (server/commands/, by noun).
"""

import argparse
import asyncio
import importlib.metadata
import io
import logging
import os
import platform
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from server.commands import (
    account,
    badge,
    box,
    car,
    equipment,
    group,
    load,
    mail,
    orders,
    people,
    role,
    serve,
    site,
    tables,
    trips,
)
from server.commands.operation import audit, backup, check, communes, purge, time
from server.commands.privacy import notice
from server.commands.tools import (
    CommandError,
    command,
    data_option,
    mistakes_in_words,
    settle,
)
from server.commands.words import PLAINLY, said, translate
from server.config import Config
from server.fleet import fleet_file
from server.fleet.refusals import Reason, Refusal, Refused, ToldError
from server.log_limit import LimitedHandler
from server.settings import SettingsError
from server.store import ENGINE_VERSION, SCHEMA_VERSION

_ABOUT_ANY_WORD = frozenset(
    {
        Reason.NOT_EXPECTED,
        Reason.NOT_A_TEXT,
        Reason.TEXT_TOO_LONG,
        Reason.OUT_OF_RANGE,
        Reason.NOT_ONE_OF,
        Reason.NOT_A_NUMBER,
        Reason.NOTHING_GIVEN,
        Reason.NAME_TAKEN,
        Reason.UNKNOWN_NAME,
    }
)


def main(arguments: list[str] | None = None) -> None:
    """Run one command; exits with 2 on a mistake of whoever typed it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=PLAINLY)
    parser = parser_of_all()
    translate(parser)
    parsed = parser.parse_args(arguments)
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s",
        level=logging.INFO,
        handlers=[LimitedHandler(logging.StreamHandler())],
    )
    run: Callable[[argparse.Namespace], Awaitable[None]] = parsed.run
    try:
        if "settings" in parsed and run is not check.run:  # which tells what is wrong with them
            settle(parsed)
        asyncio.run(_awaited(run(parsed)))
        sys.stdout.flush()  # here, where what it may raise is caught
    except Refused as refused:
        print(f"voiturier: {_in_words(refused.first)}", file=sys.stderr)
        sys.exit(2)
    except SettingsError as error:
        for line in mistakes_in_words(error):
            print(f"voiturier: {line}", file=sys.stderr)
        sys.exit(2)
    except ToldError as error:
        print(f"voiturier: {error.in_words(said)}", file=sys.stderr)
        sys.exit(2)
    except CommandError as error:
        print(f"voiturier: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # `voiturier trips | head`: whoever reads has enough
        _say_no_more()
        sys.exit(0)
    except OSError as error:  # the disk that takes the answer is full
        _say_no_more()
        print(f"voiturier: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:  # before a server listens, or in a short command
        sys.exit(130)


def _in_words(refusal: Refusal) -> str:
    """Say a refusal; one whose sentence fits every word says first which one it is about."""
    if refusal.field and refusal.reason in _ABOUT_ANY_WORD:
        return fleet_file.in_words(refusal, said)
    return refusal.in_words(said)


def _say_no_more() -> None:
    """Let the flush at exit succeed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _awaited(result: Awaitable[None]) -> None:
    await result


def parser_of_all() -> argparse.ArgumentParser:
    """Return what reads a command line, in English."""
    parser = argparse.ArgumentParser(
        prog="voiturier", description="One pool of cars shared by several services."
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show what this is, and what it stands on"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    data = data_option()
    listening = serve.listening_options()
    serve.add_to(commands, data, listening)
    mail.add_to(commands, data)
    load.add_to(commands, data)
    tables.add_to(commands)
    account.add_to(commands, data)
    people.add_to(commands, data)
    role.add_to(commands, data)
    notice.add_to(commands, data)
    box.add_to(commands, data)
    badge.add_to(commands, data)
    time.add_to(commands, data)
    backup.add_to(commands, data)
    purge.add_to(commands, data)
    communes.add_to(commands, data)
    audit.add_to(commands, data)
    check.add_to(commands, data)
    trips.add_to(commands, data)
    orders.add_to(commands, data)
    for noun in (car, site, equipment, group):
        noun.add_to(commands)
    showing = command(
        commands, "demo", _demo, "a small fleet with simulated cars that drive", [listening]
    )
    showing.add_argument(
        "--data", type=Path, default=Path("var/demo"), help="kept for the next time (%(default)s)"
    )
    return parser


class _Version(argparse.Action):
    """Says the versions that a question to the maintainers needs."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(
            f"voiturier {importlib.metadata.version('voiturier')}"
            f" (Python {platform.python_version()}, SQLite {ENGINE_VERSION},"
            f" schema {SCHEMA_VERSION})"
        )
        parser.exit()


async def _demo(arguments: argparse.Namespace) -> None:
    from server import demo  # as above

    config = serve.listening(arguments, Config(arguments.data))
    await demo.run(config.data_dir, config.http, config.boxes)
