"""`voiturier audit`: whether anybody changed the audit, its head, and all of it as a file.

Never here: how entries are chained (server/fleet/audit/chain.py).
"""

import argparse
import sys
from typing import TYPE_CHECKING

from server.actions import audit
from server.commands.tools import OPERATOR, CommandError, command, day_s, existing_fleet
from server.commands.words import said, say
from server.fleet.audit.chain import Broken, Head, date_of
from server.fleet.audit.lines import COLUMNS, line_of
from server.fleet.tables.writing import write_csv
from server.store.audit import Sought

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the commands."""
    nouns = commands.add_parser("audit", help="who did what, and who read whose places")
    actions = nouns.add_subparsers(required=True, metavar="ACTION")
    verifying = command(
        actions, "verify", _verify, "say whether anybody changed an entry or took one out", [data]
    )
    verifying.add_argument(
        "--head",
        type=_head,
        metavar="NUMBER:HASH",
        help="a head that was noted elsewhere (`voiturier audit head`): it must be in the chain",
    )
    verifying.epilog = (
        "Exit code 2 and the first entry and day that are wrong. Without --head an older state of"
        " the whole file is not told from a newer one: note the head elsewhere, each day."
    )
    command(actions, "head", _show_head, "print the newest number and hash, to be noted", [data])
    exporting = command(actions, "export", _export, "print all entries as CSV", [data])
    for option, name, what in (
        ("--from", "from_s", "the first day (all)"),
        ("--until", "to_s", "the day after the last one (all)"),
    ):
        exporting.add_argument(option, dest=name, type=day_s, metavar="YYYY-MM-DD", help=what)


def _head(text: str) -> Head:
    """Read NUMBER:HASH."""
    number, _, digest = text.strip().partition(":")
    is_hash = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    if not (number.isascii() and number.isdigit() and len(number) <= 18 and is_hash):
        raise argparse.ArgumentTypeError(said("%(text)r is not NUMBER:HASH", text=text))
    return Head(int(number), digest)


async def _verify(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        verdict = await audit.verify(OPERATOR, arguments.head, actions)
    if verdict.broken is not None:
        raise CommandError(_words_of(verdict.broken))
    say(
        "the audit is whole: %(entries)s entries, %(days)s days erased, head %(head)s",
        entries=verdict.entries,
        days=verdict.erased_days,
        head=verdict.head or said("none yet"),
    )
    for number in verdict.set_back:
        say("the clock had been set back before entry %(number)s", number=number)


def _words_of(broken: Broken) -> str:
    day = "" if broken.day is None else date_of(broken.day)
    if broken.audit_id is None:
        return said("audit of %(day)s: %(what)s", day=day, what=said(broken.fault))
    text = (
        "audit entry %(number)s, %(day)s: %(what)s" if day else "audit entry %(number)s: %(what)s"
    )
    return said(text, number=broken.audit_id, day=day, what=said(broken.fault))


async def _show_head(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        head = await audit.head(OPERATOR, actions)
    if head is None:
        raise CommandError(said("the audit has no entry yet"))
    print(head)


async def _export(arguments: argparse.Namespace) -> None:
    sought = Sought(from_s=arguments.from_s, to_s=arguments.to_s)
    async with existing_fleet(arguments.data) as actions:
        parts = await audit.export(OPERATOR, sought, actions)
        write_csv([COLUMNS], sys.stdout)
        async for listed in parts:
            lines = (line_of(each.entry, each.hash, each.agent_name) for each in listed)
            write_csv(lines, sys.stdout)
