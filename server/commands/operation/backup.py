"""`voiturier backup` and `restore`: a copy of the database, and its return.

Never here: how a copy is made (server/store/backup.py).
"""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from server.clock import SystemClock
from server.commands.tools import command, require_fleet
from server.commands.words import say
from server.config import Config
from server.store import backup

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the commands."""
    saving = command(
        commands, "backup", _back_up, "copy the database, also while the server runs", [data]
    )
    saving.add_argument("copy", type=Path, metavar="COPY.db", help="a file that is made")
    saving.epilog = "DIR/secrets is not in it: keep a copy of that elsewhere, once."

    returning = command(
        commands, "restore", _restore, "put a copy in the database's place; stop the server", [data]
    )
    returning.add_argument("copy", type=Path, metavar="COPY.db")
    returning.epilog = (
        "Boxes send again what they still hold; what they no longer hold is noted as lost. The"
        " database that was there is kept, and can be restored the same way. Everybody signs in"
        " again; a password changed, or an account closed, since the copy is as it was then. Codes"
        " and links that were handed over or mailed are void."
    )


async def _back_up(arguments: argparse.Namespace) -> None:
    require_fleet(arguments.data)
    await asyncio.to_thread(backup.back_up, arguments.data, arguments.copy, SystemClock().now_s())
    size_mb = f"{arguments.copy.stat().st_size / 1e6:.1f}"
    say("%(copy)s: %(size_mb)s MB", copy=arguments.copy, size_mb=size_mb)


async def _restore(arguments: argparse.Namespace) -> None:
    require_fleet(arguments.data)
    replaced = await asyncio.to_thread(
        backup.restore, arguments.data, arguments.copy, SystemClock().now_s()
    )
    # Sessions that have ended since the copy do not come back with it.
    Config(arguments.data).session_key_path.unlink(missing_ok=True)
    say("restored; what was there before is %(replaced)s", replaced=replaced)
