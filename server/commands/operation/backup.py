"""`voiturier backup` and `restore`: a copy of the database, and its return.

Never here: how a copy is made (server/store/backup).
"""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from server.clock import SystemClock
from server.commands.tools import OPERATOR, CommandError, command, utc
from server.commands.words import said, say
from server.config import Config
from server.fleet.audit import Act, Performed
from server.store import backup
from server.store.current_act import performing

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

_MOST_KEPT = 10_000


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the commands."""
    saving = command(
        commands, "backup", _back_up, "copy the database, also while the server runs", [data]
    )
    saving.add_argument("copy", type=Path, nargs="?", metavar="COPY.db", help="a file that is made")
    saving.add_argument(
        "--keep",
        type=_count,
        metavar="COUNT",
        help="name the copy by its time, in UTC, and keep so many of the newest; the oldest goes"
        " only once the new one is proven",
    )
    saving.add_argument(
        "--folder",
        type=Path,
        metavar="FOLDER",
        help="where --keep puts the copies (default: as the settings say, else DIR/backups)",
    )
    saving.epilog = (
        "Each copy is proven before it has its name: whole, with the rows that the database had,"
        " sealed under DIR/secrets/master.key. DIR/secrets is not in it: keep a copy of that"
        " elsewhere, once. A backup that fails ends with 2 and changes no copy of before."
    )

    returning = command(
        commands, "restore", _restore, "put a copy in the database's place; stop the server", [data]
    )
    returning.add_argument("copy", type=Path, metavar="COPY.db")
    returning.add_argument(
        "--rehearse",
        action="store_true",
        help="change nothing, also while the server runs: do it all in a folder beside, and say"
        " what would come back",
    )
    returning.epilog = (
        "Boxes send again what they still hold; what they no longer hold is noted as lost. The"
        " database that was there is kept, and can be restored the same way. Everybody signs in"
        " again; a password changed, or an account closed, since the copy is as it was then. Codes"
        " and links that were handed over or mailed are void. When it is cut off, the database is"
        " the one of before or the one put back, whole."
    )


async def _back_up(arguments: argparse.Namespace) -> None:
    now_s = SystemClock().now_s()
    data_dir, copy = arguments.data, arguments.copy
    if (copy is None) == (arguments.keep is None) or (arguments.folder and copy):
        raise CommandError(said("either COPY.db is needed, or --keep COUNT (and --folder)"))
    if copy is None:
        of_settings = arguments.config.backups.folder
        folder = arguments.folder or of_settings or data_dir / backup.BACKUPS
        copy = await asyncio.to_thread(
            backup.back_up_and_keep, data_dir, folder, arguments.keep, now_s
        )
    else:
        await asyncio.to_thread(backup.back_up, data_dir, copy, now_s)
    say("%(copy)s: %(size)s MB", copy=copy, size=f"{copy.stat().st_size / 1e6:.1f}")


async def _restore(arguments: argparse.Namespace) -> None:
    now_s = SystemClock().now_s()
    if arguments.rehearse:
        await _rehearse(arguments, now_s)
        return
    with performing(Performed(Act.RESTORE, now_s, operator=OPERATOR.account)):
        replaced = await asyncio.to_thread(backup.restore, arguments.data, arguments.copy, now_s)
    # Sessions that have ended since the copy do not come back with it.
    Config(arguments.data).session_key_path.unlink(missing_ok=True)
    if replaced is None:
        say("restored; no database was there before")
    else:
        say("restored; what was there before is %(replaced)s", replaced=replaced)


async def _rehearse(arguments: argparse.Namespace, now_s: int) -> None:
    back = await asyncio.to_thread(backup.rehearse, arguments.data, arguments.copy, now_s)
    say("%(copy)s can be restored. It would bring back:", copy=arguments.copy)
    say("  people: %(count)s", count=back.people)
    say("  cars: %(count)s", count=back.cars)
    say("  bookings: %(count)s", count=back.bookings)
    say("  trips: %(count)s", count=back.trips)
    say("  records: %(count)s", count=back.records)
    say("  the newest record: %(at)s", at=utc(back.newest_record_at_s))
    say("It took %(seconds)s s. Nothing was changed.", seconds=f"{back.took_s:.1f}")


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= _MOST_KEPT:
        text = "%(n)s is not from %(least)s to %(most)s"
        raise argparse.ArgumentTypeError(said(text, n=number, least=1, most=_MOST_KEPT))
    return number
