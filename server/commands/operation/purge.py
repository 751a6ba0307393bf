"""`voiturier purge`: erase what is past its date now, or say what would be.

Never here: what is due (server/store/purge), what a purge goes by (server/actions/privacy).
"""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from server.actions.privacy import purge
from server.commands.tools import OPERATOR, CommandError, command, existing_fleet, utc
from server.commands.words import said, say
from server.config import Config
from server.fleet.privacy.registry import KINDS
from server.store.purge import Receipt, folders_of_copies

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

_SHOWN = 10  # receipts
_TITLES = {kind.name: kind.title for kind in KINDS}  # as the pages name them


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the command."""
    purging = command(
        commands,
        "purge",
        _purge,
        "erase what is past its date, also from the copies; the server does so each night",
        [data],
    )
    what = purging.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="say what is due; erase nothing")
    what.add_argument("--receipts", action="store_true", help="show what the last purges erased")


async def _purge(arguments: argparse.Namespace) -> None:
    config: Config = arguments.config
    folders = folders_of_copies(arguments.data, config.backups.folder)
    asked = purge.Asked(asdict(config.retention), folders)
    async with existing_fleet(arguments.data) as actions:
        if arguments.receipts:
            receipts = await purge.receipts(OPERATOR, actions, _SHOWN)
            for receipt in receipts:
                _show(receipt)
            if not receipts:
                say("Nothing was erased yet.")
            return
        foreseen = await purge.foresee(OPERATOR, asked, actions)
        if foreseen.is_late:
            say(
                "Nobody vouches for the clock, which shows %(now)s: what is due by %(sure)s is"
                " erased. `voiturier confirm-time` vouches for it.",
                now=utc(foreseen.now_s),
                sure=utc(foreseen.sure_s),
            )
        if arguments.dry_run:
            if not foreseen.due:
                say("Nothing is due in the database.")
            for what, count in foreseen.due.items():
                say("%(what)s: %(count)s", what=said(_TITLES[what]), count=count)
            return
        done = await purge.purge(OPERATOR, asked, actions)
    if done is None:
        say("Nothing is due.")
        return
    _show(done)
    if not done.is_whole:
        raise CommandError(said("Not everything could be erased."))


def _show(receipt: Receipt) -> None:
    say("Purge %(number)s, %(at)s:", number=receipt.purge_id, at=utc(receipt.at_s))
    settings = {kind.name: kind.until[0].setting for kind in KINDS}
    for what, count in receipt.erased.items():
        before_s = receipt.before_s.get(settings[what] or "")
        if before_s is None:
            say("%(what)s: %(count)s", what=said(_TITLES[what]), count=count)
        else:
            say(
                "%(what)s: %(count)s, of before %(before)s",
                what=said(_TITLES[what]),
                count=count,
                before=utc(before_s),
            )
    for file in receipt.files:
        if file.failure is None:
            say("%(file)s: %(count)s erased", file=file.name, count=file.erased)
        else:
            say("%(file)s: NOT erased, %(why)s", file=file.name, why=file.failure)
