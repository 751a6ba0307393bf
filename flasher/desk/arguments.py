"""What a technician may type behind ./flash.sh, and what goes with what. No secret is among it."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from flasher.words import Words

BOARD = "lilygo_t_sim7670g_s3"
_BAD_ARGUMENTS = 2
# The option, its word, and the source that it goes with.
_GOES_WITH = (
    ("--passphrase-file", "passphrase_file", "batch"),
    ("--ca", "ca", "server"),
    ("--sim-pin-file", "sim_pin_file", "server"),
    ("--door-only", "door_only", "server"),
    ("--no-ignition-line", "no_ignition_line", "server"),
    ("--key-holder", "key_holder", "server"),
    ("--door-contact", "door_contact", "server"),
    ("--reader", "reader", "server"),
)


def read(typed: Sequence[str]) -> argparse.Namespace:
    """Return what was typed; exits with 2 where it makes no sense."""
    parser = _Parser(
        prog="flash.sh", description=Words.ABOUT.said(), add_help=False, allow_abbrev=False
    )
    file, plate = Words.FILE.said(), Words.PLATE.said()
    add = parser.add_argument
    add("-h", "--help", action="help", help=Words.HELP.said())
    add("--server", metavar=Words.URL.said(), help=Words.HELP_SERVER.said())
    add("--batch", type=Path, metavar=file, help=Words.HELP_BATCH.said())
    add("--identity", type=Path, metavar=file, help=Words.HELP_IDENTITY.said())
    add("--car", metavar=plate, help=Words.HELP_CAR.said())
    add("--image", type=Path, metavar=file, help=Words.HELP_IMAGE.said())
    add("--port", metavar=Words.PORT.said(), help=Words.HELP_PORT.said())
    add("--board", metavar=Words.BOARD.said(), help=Words.HELP_BOARD.said(default=BOARD))
    add("--replace", action="store_true", help=Words.HELP_REPLACE.said())
    add("--test", action="store_true", help=Words.HELP_TEST.said())
    add("--no-bench", action="store_true", help=Words.HELP_NO_BENCH.said())
    add("--dry-run", action="store_true", help=Words.HELP_DRY_RUN.said())
    add("--passphrase-file", type=Path, metavar=file, help=Words.HELP_PASSPHRASE.said())
    add("--ca", type=Path, metavar=file, help=Words.HELP_CA.said())
    add("--sim-pin-file", type=Path, metavar=file, help=Words.HELP_SIM_PIN.said())
    add("--door-only", action="store_true", help=Words.HELP_DOOR_ONLY.said())
    add("--no-ignition-line", action="store_true", help=Words.HELP_NO_IGNITION_LINE.said())
    add("--key-holder", action="store_true", help=Words.HELP_KEY_HOLDER.said())
    add("--door-contact", action="store_true", help=Words.HELP_DOOR_CONTACT.said())
    add("--reader", choices=("pn532", "wiegand"), help=Words.HELP_READER.said())
    arguments = parser.parse_args(typed)
    _require_sense(arguments, parser)
    return arguments


def _require_sense(arguments: argparse.Namespace, parser: "_Parser") -> None:
    if arguments.test:
        _require_test_alone(arguments, parser)
        return
    sources = ("server", "batch", "identity")
    given = [name for name in sources if getattr(arguments, name) is not None]
    if len(given) != 1:
        parser.refuse(Words.ONE_SOURCE.said())
    for option, name, source in _GOES_WITH:
        if getattr(arguments, name) and given != [source]:
            parser.refuse(Words.NEEDS.said(option=option, other=f"--{source}"))
    if arguments.server is not None and not arguments.car:
        parser.refuse(Words.NEEDS.said(option="--server", other="--car"))
    if arguments.identity is not None and arguments.car is not None:
        parser.refuse(Words.NEEDS.said(option="--car", other="--server, --batch"))


def _require_test_alone(arguments: argparse.Namespace, parser: "_Parser") -> None:
    goes = {"test", "port", "server", "ca"}
    for name, value in vars(arguments).items():
        if value and name not in goes:
            option = f"--{name.replace('_', '-')}"
            parser.refuse(Words.NOT_WITH.said(option=option, other="--test"))
    if arguments.ca is not None and arguments.server is None:
        parser.refuse(Words.NEEDS.said(option="--ca", other="--server"))


class _Parser(argparse.ArgumentParser):
    """Refuses in the technician's language."""

    def error(self, message: str) -> NoReturn:
        self.refuse(Words.NOT_UNDERSTOOD.said(what=message))

    def refuse(self, why: str) -> NoReturn:
        """Say why, and how it is used; exit."""
        self.exit(_BAD_ARGUMENTS, f"{self.format_usage()}flash.sh: {why}\n")
