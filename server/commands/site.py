"""The command `voiturier site`: a site comes, changes, closes, opens again.

What an option does not say stays as it is. Never here: what may be done (actions/pool).
"""

import argparse

from server.actions import Actions
from server.actions.pool import sites
from server.commands.tools import OPERATOR, command, data_option, existing_fleet, unknown
from server.commands.words import say
from server.fleet.inputs import judged
from server.fleet.pool import Place, stamp
from server.fleet.refusals import Reason

_E7 = 10**7


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    site = commands.add_parser("site", help="the sites where cars are parked")
    acts, data = site.add_subparsers(required=True, metavar="ACTION"), data_option()
    for name, run, about in (
        ("add", _add, "take a site into the pool"),
        ("change", _change, "let a site be called otherwise, or be elsewhere"),
    ):
        parser = command(acts, name, run, about, [data])
        parser.add_argument("--site", required=True, metavar="CODE")
        parser.add_argument("--name", required=name == "add")
        parser.add_argument("--lat", type=float, help="of its point, in degrees")
        parser.add_argument("--lon", type=float, help="of its point, in degrees, west below zero")
        parser.add_argument("--radius", type=int, metavar="METRES", help="around its point")
        parser.add_argument("--timezone", help="Indian/Reunion, say; default: as the server's")
        parser.add_argument("--bays", type=int, help="how many cars have room")
    for name, run, about in (
        ("retire", _retire, "close a site that has no car and no equipment any more"),
        ("reopen", _reopen, "open a site again"),
    ):
        command(acts, name, run, about, [data]).add_argument(
            "--site", required=True, metavar="CODE"
        )


async def _add(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        words = _said(arguments) | {"code": arguments.site}
        place = await sites.add(OPERATOR, judged(sites.AddSite, words), actions)
    say("the site %(code)s is there: %(name)s", code=place.code, name=place.name)


async def _change(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        place = await _called(arguments.site, actions)
        is_known = place.lat_e7 is not None and place.lon_e7 is not None
        before = {
            "name": place.name,
            "lat": (place.lat_e7 or 0) / _E7 if is_known else None,
            "lon": (place.lon_e7 or 0) / _E7 if is_known else None,
            "radius_m": place.radius_m,
            "timezone": place.timezone,
            "bays": place.bays,
        }
        said = {word: value for word, value in _said(arguments).items() if value is not None}
        words = before | said | {"site_id": place.site_id, "seen": stamp(place)}
        place = await sites.change(OPERATOR, judged(sites.ChangeSite, words), actions)
    print(f"{place.code}: {place.name}")


async def _retire(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        place = await _called(arguments.site, actions)
        await sites.retire(OPERATOR, sites.OneSite(site_id=place.site_id), actions)
    say("%(code)s is closed", code=place.code)


async def _reopen(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        place = await _called(arguments.site, actions)
        await sites.reopen(OPERATOR, sites.OneSite(site_id=place.site_id), actions)
    say("%(code)s is open again", code=place.code)


def _said(arguments: argparse.Namespace) -> dict[str, object]:
    words: dict[str, object] = {
        word: getattr(arguments, word) for word in ("name", "lat", "lon", "timezone", "bays")
    }
    return words | {"radius_m": arguments.radius}


async def _called(code: str, actions: Actions) -> Place:
    places = {place.code: place for place in await actions.store.sites.all()}
    if code not in places:
        raise unknown("site", Reason.UNKNOWN_NAME, code, places)
    return places[code]
