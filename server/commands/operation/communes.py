"""`voiturier communes load`: the names by which places outside the sites are shown.

Never here: the file's format (server/fleet/privacy/communes.py).
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from server.actions.privacy import places
from server.commands.tools import OPERATOR, CommandError, command, existing_fleet
from server.commands.words import said, say
from server.fleet.privacy import communes

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the command."""
    about = "the communes, by whose names places outside the sites are shown"
    acts = commands.add_parser("communes", help=about).add_subparsers(
        required=True, metavar="ACTION"
    )
    loading = command(acts, "load", _load, "take in the contours of communes", [data])
    loading.add_argument(
        "file",
        type=Path,
        metavar="FILE.geojson",
        help="their contours, in place of those there: the file of a département, or of several,"
        " from data.gouv.fr (contours administratifs) or IGN (ADMIN EXPRESS, as GeoJSON in WGS 84)",
    )


async def _load(arguments: argparse.Namespace) -> None:
    try:
        found = communes.parse(arguments.file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(
            said("%(file)s cannot be read: %(why)s", file=arguments.file, why=error)
        ) from None
    except communes.NoContoursError as error:
        raise CommandError(
            said("%(file)s holds no contours: %(why)s", file=arguments.file, why=error)
        ) from None
    async with existing_fleet(arguments.data) as actions:
        await places.load(OPERATOR, found, actions)
    say("Communes known: %(count)s.", count=len(found))
