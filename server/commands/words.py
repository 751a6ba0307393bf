"""What the commands say, in the language of who typed them (LANGUAGE, LC_ALL, LC_MESSAGES, LANG).

Words in the code are English; the French stands in locale/, that of a refusal in the pages'
catalogue. Loads nothing of the web. Never here: what a page says (server/web/i18n.py), what
programs read (`--json`), which is the same in every language.
"""

import argparse
import codecs
import errno
import gettext
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LOCALE_DIR = Path(__file__).parent / "locale"
DOMAIN = "commands"
PLAINLY = "voiturier-plainly"  # for `errors` of a stream
_OF_PAGES = Path(__file__).parents[1] / "web" / "locale", "messages"
OF_THE_SYSTEM = frozenset(
    os.strerror(number)
    for number in (
        errno.EACCES,
        errno.EADDRNOTAVAIL,
        errno.ECONNREFUSED,
        errno.EIO,
        errno.EISDIR,
        errno.ENOENT,
        errno.ENOSPC,
        errno.ENOTDIR,
        errno.EPERM,
        errno.EROFS,
    )
) | {
    "attempt to write a readonly database",
    "database disk image is malformed",
    "database is locked",
    "database or disk is full",
    "disk I/O error",
    "file is not a database",
    "unable to open database file",
}
"""What the system (glibc) and SQLite say of a file or an address; they say it in English."""
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that says something holds


def language(environment: Mapping[str, str] = os.environ) -> str:
    """Return the first of the wanted languages that is spoken here; without one, English."""
    wanted = next(filter(None, map(environment.get, _VARIABLES)), "")
    spoken = (each[:2].lower() for each in wanted.split(":") if each[2:3] in ("", "_", ".", "@"))
    return next((each for each in spoken if each in ("fr", "en")), "en")


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the texts of a language; of English there are none but those in the code."""
    found = gettext.NullTranslations()
    if language != "en":
        for folder, domain in ((LOCALE_DIR, DOMAIN), _OF_PAGES):
            found.add_fallback(gettext.translation(domain, folder, [language], fallback=True))
    return found


def said(text: str, /, **values: object) -> str:
    """Return a text with its values `%(name)s` filled in; what the system said, in its words."""
    translated = catalogue(language()).gettext
    told = {
        name: translated(str(value)) if str(value) in OF_THE_SYSTEM else value
        for name, value in values.items()
    }
    return translated(text) % told if told else translated(text)


def say(text: str, /, **values: object) -> None:
    """Print it as one line."""
    print(said(text, **values))


class Said(str):
    """A text that is in somebody's language already, put together of several."""

    __slots__ = ()


def sentence(about: str) -> str:
    """Return what a command does, as it is listed, as a sentence."""
    return about[0].upper() + about[1:] + "."


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Write what a terminal has no letter for: an apostrophe plainly, others by their number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join("'" if letter == "’" else ascii(letter)[1:-1] for letter in letters), error.end


codecs.register_error(PLAINLY, _plainly)


def translate(parser: argparse.ArgumentParser) -> None:
    """Let a parser and all below it speak the language, and argparse with them."""
    if language() == "en":
        return
    gettext.bindtextdomain(DOMAIN, LOCALE_DIR)  # where argparse asks for its own words
    gettext.textdomain(DOMAIN)
    described = [
        (inner, choice)
        for choice, inner in _choices(parser)
        if inner.description == sentence(choice.help or " ")
    ]
    for each, word in texts(parser):
        setattr(each, word, said(getattr(each, word)))
    for inner, choice in described:
        inner.description = sentence(choice.help or " ")


def texts(parser: argparse.ArgumentParser) -> list[tuple[object, str]]:
    """Return where a parser and all below it have texts to be said: (what has it, the attribute).

    A description that is the help of its command as a sentence follows from that.
    """
    found: list[tuple[object, str]] = [(parser, "description"), *_own(parser)]
    for choice, inner in _choices(parser):
        found += [(choice, "help"), *_own(inner)]
        if inner.description != sentence(choice.help or " "):
            found.append((inner, "description"))
    return [
        (each, word)
        for each, word in found
        if isinstance(text := getattr(each, word), str) and not isinstance(text, Said)
    ]


def _own(parser: argparse.ArgumentParser) -> list[tuple[object, str]]:
    found: list[tuple[object, str]] = [(parser, "epilog")]
    found += [(group, "title") for group in parser._action_groups]
    return found + [(action, word) for action in parser._actions for word in ("help", "metavar")]


def _choices(
    parser: argparse.ArgumentParser,
) -> list[tuple[argparse.Action, argparse.ArgumentParser]]:
    """Return each command below a parser: as it is listed, and what reads it."""
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                inner = action.choices[choice.dest]
                found += [(choice, inner), *_choices(inner)]
    return found
