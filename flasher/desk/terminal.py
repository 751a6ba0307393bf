"""Speaks with the technician on the terminal. Never shows a secret, not while it is typed."""

import getpass
import os
import sys
from pathlib import Path

from flasher.failures import FlashError
from flasher.failures.files import FileFailure
from flasher.words import Words, why

_COLOURS = {"ok": 32, "failed": 31, "waiting": 33}  # green, red, yellow


def say(text: str) -> None:
    """Show a line, at once."""
    print(text, flush=True)


def painted(text: str, outcome: str) -> str:
    """Return a text in the colour of an outcome of a check, where there is a terminal for it."""
    colour = _COLOURS.get(outcome)
    if colour is None or not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"


def ask(question: str) -> str | None:
    """Return what is answered; None: there is nobody to ask."""
    say(question)
    line = sys.stdin.readline()
    return line.strip() if line else None


def ask_secret(question: str) -> str:
    """Return what is typed without showing it; from a pipe a line of it."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{question} ")
    say(question)
    return sys.stdin.readline().rstrip("\n")


def secret_in(file: Path) -> str:
    """Return the one line of a file that holds a secret.

    Raises:
        FlashError: it cannot be read, or holds none.
    """
    try:
        secret = file.read_text("utf-8").strip()
    except OSError as error:
        raise _no_secret(file, why(error)) from None
    except UnicodeDecodeError:
        raise _no_secret(file, Words.NO_TEXT.said()) from None
    if not secret:
        raise _no_secret(file, Words.EMPTY.said())
    return secret


def pin_in(file: Path) -> str:
    """Return the PIN of a SIM card from a file; FlashError where there is none."""
    pin = secret_in(file)
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise _no_secret(file, Words.A_PIN.said())
    return pin


def _no_secret(file: Path, why: str) -> FlashError:
    return FlashError(FileFailure.NO_SECRET_FILE, file=str(file), why=why)
