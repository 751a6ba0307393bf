"""What the command line says, all of it: `python -m tests.server.commands.french` lists what has no
French yet, as entries for server/commands/locale/fr/LC_MESSAGES/commands.po.

Never here: what must have French (test_french.py).
"""

import argparse
import ast
import inspect
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.pofile import read_po

from server.cli import parser_of_all
from server.commands import load, orders, tables, words
from server.commands.operation import check
from server.fleet import fleet_file
from server.fleet.audit.chain import Fault
from server.settings.model import Whole
from tests.support import ROOT

# Which argument of what is called is a text that is said.
SAID = {"said": 0, "say": 0, "Expected": 0, "Mistake": 0, "_Refused": 0, "_mistake": 2}
SAID |= {"ok": 1, "warning": 1, "fails": 1, "StoreError": 0, "ServeError": 0}
TABLES = (orders._THEFT, tables._WORDS, check._THINGS, check._SIGNS)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|%%")
# What argparse tells whoever writes a parser, never whoever types.
_OF_AUTHORS = re.compile(
    "positionals|callable|__call__|subparser|merge|dest=|conflict|mutually|parser_name|prefix_chars"
    "|with mode|option string"
)

# What argparse of Python 3.13 says beyond 3.11.
OF_NEWER_PYTHONS = {
    " (default: %(default)s)",
    "%(prog)s: warning: %(message)s\n",
    "argument '%(argument_name)s' is deprecated",
    "option '%(option)s' is deprecated",
    "show program's version number and exit",
    "subcommands",
}


def is_said_alike(text: str) -> bool:
    """Say whether nothing in a text is in a language: a name, a form like HOST:PORT, values."""
    bare = PLACEHOLDER.sub("", text)
    return not re.search(r"[A-Za-z]{2}", bare)


def of_parsers() -> set[str]:
    """Return the texts of every parser: help, descriptions, epilogs, headings, metavars."""
    return {getattr(each, word) for each, word in words.texts(parser_of_all())}


def of_argparse() -> set[str]:
    """Return what argparse itself says, in this version of Python."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(argparse))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
            found |= set(_texts(node.args[0]))
    return {text for text in found if not _OF_AUTHORS.search(text)}


def of_code() -> set[str]:
    """Return what stands in the code of commands, checks and settings."""
    found = {text for table in TABLES for text in table.values()}
    found |= set(Fault) | words.OF_THE_SYSTEM
    found |= {Whole(0, 1).expected.text, fleet_file.FORMAT, load.ABOUT, tables.ABOUT}
    for folder in ("commands", "checks", "settings", "store", "demo"):
        for path in (ROOT / "server" / folder).rglob("*.py"):
            found |= set(_in_file(path))
    for name in ("cli.py", "fleet/refusals.py", "serving.py"):
        found |= set(_in_file(ROOT / "server" / name))
    return found


def everything() -> set[str]:
    """Return all that must have French."""
    return {t for t in of_parsers() | of_argparse() | of_code() if not is_said_alike(t)}


def french() -> dict[str, str]:
    """Return the French of each text, as the catalogue has it; of several forms the first."""
    path: Path = words.LOCALE_DIR / "fr" / "LC_MESSAGES" / f"{words.DOMAIN}.po"
    catalogue = read_po(BytesIO(path.read_bytes()), abort_invalid=True)
    return {
        (each.id if isinstance(each.id, str) else each.id[0]): (
            each.string if isinstance(each.string, str) else each.string[0]
        )
        for each in catalogue
        if each.id
    }


def _in_file(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = SAID.get(name)
            if at is not None and len(node.args) > at:
                yield from _texts(node.args[at])
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "text":
            yield from _texts(node.value)


def _texts(node: ast.AST) -> Iterator[str]:
    """Return the texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


if __name__ == "__main__":
    for text in sorted(everything() - french().keys()):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        print(f'msgid "{escaped}"\nmsgstr ""\n')
