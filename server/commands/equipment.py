"""The command `voiturier equipment`: a piece comes, changes, leaves, comes back.

What an option does not say stays as it is. Never here: what may be done (actions/pool).
"""

import argparse

from server.actions import Actions
from server.actions.pool import equipment
from server.commands.tools import (
    OPERATOR,
    command,
    data_option,
    existing_fleet,
    site_id_of,
    unknown,
)
from server.commands.words import say
from server.fleet.inputs import judged
from server.fleet.model.bookings import Equipment
from server.fleet.pool import stamp
from server.fleet.refusals import Reason


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    piece = commands.add_parser("equipment", help="what is booked together with a car")
    acts, data = piece.add_subparsers(required=True, metavar="ACTION"), data_option()
    for name, run, about in (
        ("add", _add, "take a piece into the pool"),
        ("change", _change, "let a piece be called otherwise, or be at another site"),
    ):
        parser = command(acts, name, run, about, [data])
        parser.add_argument("--code", required=True, help="as it is written on the piece")
        parser.add_argument("--name", required=name == "add")
        parser.add_argument("--site", required=name == "add", metavar="CODE")
    for name, run, about in (
        ("retire", _retire, "let a piece be booked no more"),
        ("reopen", _reopen, "let a piece be booked again"),
    ):
        command(acts, name, run, about, [data]).add_argument("--code", required=True)


async def _add(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        site_id = await site_id_of(actions.store, arguments.site)
        words = {"code": arguments.code, "name": arguments.name, "site_id": site_id}
        piece = await equipment.add(OPERATOR, judged(equipment.AddPiece, words), actions)
    say(
        "%(code)s can be booked at %(site)s: %(name)s",
        code=piece.code,
        site=piece.site_name,
        name=piece.name,
    )


async def _change(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        piece = await _called(arguments.code, actions)
        words = {
            "equipment_id": piece.equipment_id,
            "name": piece.name if arguments.name is None else arguments.name,
            "site_id": piece.site_id
            if arguments.site is None
            else await site_id_of(actions.store, arguments.site),
            "seen": stamp(piece),
        }
        piece = await equipment.change(OPERATOR, judged(equipment.ChangePiece, words), actions)
    say(
        "%(code)s: %(name)s, at %(site)s",
        code=piece.code,
        name=piece.name,
        site=piece.site_name,
    )


async def _retire(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        piece = await _called(arguments.code, actions)
        one = equipment.OnePiece(equipment_id=piece.equipment_id)
        await equipment.retire(OPERATOR, one, actions)
    say("%(code)s can be booked no more", code=piece.code)


async def _reopen(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        piece = await _called(arguments.code, actions)
        one = equipment.OnePiece(equipment_id=piece.equipment_id)
        await equipment.reopen(OPERATOR, one, actions)
    say("%(code)s can be booked again", code=piece.code)


async def _called(code: str, actions: Actions) -> Equipment:
    pieces = {piece.code: piece for piece in await actions.store.equipment.all()}
    if code not in pieces:
        raise unknown("code", Reason.UNKNOWN_NAME, code, pieces)
    return pieces[code]
