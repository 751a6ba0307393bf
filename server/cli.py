"""The command `voiturier`: what a person types, and what they are told when it cannot be done.

A mistake costs one clear line on stderr and exit code 2. Never here: how the work is done.
"""

import argparse
import asyncio
import getpass
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from pathlib import Path
from typing import get_args

from server.actions import Actions, Person, accounts, acting, boxes, password_codes, theft
from server.actions.boxes import OrderKind
from server.actions.fleet import load
from server.clock import SystemClock
from server.commands import badge, car, email, equipment, group, mail, role, site, tables
from server.commands import people as people_commands
from server.commands.tools import (
    OPERATOR,
    CommandError,
    actions_on,
    command,
    data_option,
    day_s,
    existing_fleet,
    opened,
    require_fleet,
    utc,
    vehicle_called,
)
from server.config import Address, Config, Network, ServeError
from server.fleet import fleet_file
from server.fleet.bookings import BOUNDS, Limits
from server.fleet.fleet_file import FleetFile
from server.fleet.inputs import judged, one_line
from server.fleet.json_sent import text as json_text
from server.fleet.lateness import late_s
from server.fleet.model import Trip, TripFilter
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import Role
from server.identity_file import Wiring, fitting_of, identity_file, identity_of
from server.store import StoreError, backup

_EVERYTHING = 1 << 62
_SIMULATED = "host"  # the board that the simulator plays
_ABOUT_ANY_WORD = frozenset(
    {
        Reason.NOT_EXPECTED,
        Reason.NOT_A_TEXT,
        Reason.TEXT_TOO_LONG,
        Reason.OUT_OF_RANGE,
        Reason.NOT_ONE_OF,
        Reason.NOT_A_NUMBER,
        Reason.NOTHING_GIVEN,
        Reason.NAME_TAKEN,
        Reason.UNKNOWN_NAME,
    }
)
_ABOUT_LOADING = """\
All of it is taken in, or nothing. What it does not name stays as it is. It may be loaded again,
also while the server runs, which then tells the cars within two seconds: entries are brought up
to date, a list of badges (or of times out of service, drivers, passengers) replaces the one before,
a booking cancelled since stays cancelled, a password that somebody chose stays theirs, a revoked
badge stays revoked until `voiturier badge found`. A badge that a list leaves out opens nothing
until a file names it again. To call off a booking, cancel it on the pages.
"""


def main(arguments: list[str] | None = None) -> None:
    """Run one command; exits with 2 on a mistake of whoever typed it."""
    parsed = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    run: Callable[[argparse.Namespace], Awaitable[None]] = parsed.run
    try:
        asyncio.run(_awaited(run(parsed)))
        sys.stdout.flush()  # here, where what it may raise is caught
    except Refused as refused:
        print(f"voiturier: {_in_words(refused.first)}", file=sys.stderr)
        sys.exit(2)
    except (CommandError, ServeError, StoreError) as error:
        print(f"voiturier: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # `voiturier trips | head`: whoever reads has enough
        _say_no_more()
        sys.exit(0)
    except OSError as error:  # the disk that takes the answer is full
        _say_no_more()
        print(f"voiturier: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:  # before a server listens, or in a short command
        sys.exit(130)


def _in_words(refusal: Refusal) -> str:
    """Say a refusal; one whose sentence fits every word says first which one it is about."""
    if refusal.field and refusal.reason in _ABOUT_ANY_WORD:
        return fleet_file.in_words(refusal)
    return refusal.in_english()


def _say_no_more() -> None:
    """Let the flush at exit succeed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _awaited(result: Awaitable[None]) -> None:
    await result


def _from_to(least: int, most: int, per: int) -> Callable[[str], int]:
    """Read a whole number within bounds, and return it times `per`."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{number} is not from {least} to {most}")
        return number * per

    read.__name__ = "number"
    return read


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voiturier", description="One pool of cars shared by several services."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    data = data_option()
    listening = argparse.ArgumentParser(add_help=False)
    for name, default, who in (("http", 8080, "browsers"), ("boxes", 7400, "the cars' boxes")):
        listening.add_argument(
            f"--{name}",
            type=address,
            default=Address("127.0.0.1", default),
            metavar="HOST:PORT",
            help=f"where {who} connect (default %(default)s; port 0: any free one)",
        )

    serving = command(commands, "serve", _serve, "run the server", [data, listening])
    serving.add_argument(
        "--simple-walk-up",
        action="store_true",
        help="let a card that has a key take a car for all without booking by its number alone,"
        " which can be copied; the trip then shows it as low assurance",
    )

    serving.add_argument(
        "--trusted-proxy",
        dest="trusted_proxies",
        type=network,
        action="append",
        default=[],
        metavar="ADDRESS[/BITS]",
        help="a proxy before the server whose X-Forwarded-For says who connects; may be repeated."
        " Without it, all who come through a proxy share what one address may mistype",
    )

    for option, name, unit, per, what in (
        ("--shortest-booking", "shortest_s", "MINUTES", 60, "the shortest booking"),
        ("--most-bookings", "coming", "NUMBER", 1, "of one agent's, so many may be to come"),
        ("--most-of-one-car", "coming_of_car", "NUMBER", 1, "and so many of them with one car"),
    ):
        least, most = (getattr(bound, name) // per for bound in BOUNDS)
        serving.add_argument(
            option,
            dest=name,
            type=_from_to(least, most, per),
            default=getattr(Limits(), name),
            metavar=unit,
            help=f"{what}: {least} to {most} (default {getattr(Limits(), name) // per}); it holds"
            " on every way in, also for `load`, until the server is started otherwise",
        )

    mail.add_settings(serving, address)
    mail.add_to(commands, data)

    loading = command(commands, "load", _load, "bring in a fleet from a JSON file", [data])
    loading.add_argument("file", type=Path, metavar="FLEET.json")
    loading.formatter_class = argparse.RawDescriptionHelpFormatter
    loading.epilog = f"the file:\n{fleet_file.FORMAT}\n{_ABOUT_LOADING}"

    loading.add_argument(
        "--since",
        type=day_s,
        metavar="YYYY-MM-DD",
        help="the day from which the badges, directorates and roles hold that the file gives: what"
        " a car tells later of that time is judged by them (now, and never later than now)",
    )
    loading.add_argument(
        "--close-others",
        action="store_true",
        help="close the account of everybody whom the file's agents do not name: it lists all who"
        " are still there",
    )

    tables.add_to(commands)

    account = commands.add_parser("account", help="somebody left, or forgot their password")
    of_accounts = account.add_subparsers(required=True, metavar="ACTION")
    for name, run, about in (
        ("close", _close_account, "let somebody who left sign in, book and open no car any more"),
        ("reopen", _reopen_account, "let somebody who came back sign in again"),
        ("code", _give_code, "make a code by which somebody chooses a password, also the first"),
        ("password", _give_password, "give somebody another password, read from the terminal"),
    ):
        of_account = command(of_accounts, name, run, about, [data])
        of_account.add_argument("--login", required=True)
        if name == "close":
            rest = of_account.add_mutually_exclusive_group()
            rest.add_argument(
                "--hand-to", metavar="LOGIN", help="who takes over all that they have booked"
            )
            rest.add_argument(
                "--cancel", action="store_true", help="cancel all that they have booked"
            )
        if name == "code":
            of_account.add_argument(
                "--without-second-factor",
                action="store_true",
                help="using it also removes their second factor: the phone is lost",
            )

    email.add_to(of_accounts, data)

    people_commands.add_to(commands, data)

    role.add_to(commands, data)

    box = commands.add_parser("box", help="the boxes in the cars")
    boxes = box.add_subparsers(required=True, metavar="ACTION")
    adding = command(boxes, "add", _add_box, "make the identity and key of a new box", [data])
    adding.add_argument("--vehicle", required=True, metavar="PLATE")
    adding.add_argument("--out", type=Path, required=True, help="the identity file to write")
    adding.add_argument(
        "--server",
        type=address,
        metavar="HOST:PORT",
        help="where the box will find the server; needed but for the simulator",
    )
    adding.add_argument("--apn", default="internet", help="of the SIM card (default %(default)s)")
    adding.add_argument(
        "--board",
        choices=("lilygo_t_sim7670g_s3", _SIMULATED),
        default="lilygo_t_sim7670g_s3",
        help="host: the simulator (default %(default)s)",
    )
    adding.add_argument(
        "--door-only", action="store_true", help="no start relay is fitted: badges open doors only"
    )
    adding.add_argument(
        "--no-ignition-line",
        action="store_true",
        help="the ignition line is not wired: a minute of standing still is off for trips and"
        " doors, and the start is never inhibited, so add --door-only",
    )
    adding.add_argument(
        "--key-holder",
        action="store_true",
        help="keys (and fuel card) have a holder that tells whether they are in it",
    )
    adding.add_argument(
        "--door-contact", action="store_true", help="a contact tells whether a door or boot is open"
    )
    adding.add_argument(
        "--reader",
        choices=("pn532", "wiegand"),
        default="pn532",
        help="the badge reader (default %(default)s); wiegand knows a card by its UID only",
    )
    adding.add_argument(
        "--replace", action="store_true", help="retire the box the car has; its key is refused"
    )

    rotating = command(
        boxes,
        "rotate",
        _rotate_key,
        "give a box a new key at its next connection; the old one holds until the new one is used",
        [data],
    )
    which = rotating.add_mutually_exclusive_group(required=True)
    which.add_argument("--vehicle", metavar="PLATE")
    which.add_argument("--all", action="store_true", help="every box in service")

    badge.add_to(commands, data)

    vouching = command(
        commands,
        "confirm-time",
        _confirm_time,
        "vouch for the server's clock when the server doubts it and tells no box the time",
        [data],
    )
    vouching.add_argument("--by", required=True, metavar="NAME", help="who looked at a right clock")

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

    listing = command(commands, "trips", _trips, "list trips and refused badges", [data])
    listing.add_argument("--json", action="store_true", help="for programs")

    ordering = command(
        commands,
        "command",
        _order,
        "ask a box to inhibit the start when that is safe, or to end the trip",
        [data],
    )
    ordering.add_argument("--vehicle", required=True, metavar="PLATE")
    ordering.add_argument(
        "kind",
        choices=get_args(OrderKind),
        help="inhibit: the box does it when no trip is open and the car stands; cancel: not any"
        " more. end-from-afar: end the trip once the ignition has been off for an hour;"
        " end-from-afar-without-keys: also when the keys are not back in their holder;"
        " withdraw-end: not any more (each is forgotten after 24 hours)",
    )

    stealing = command(
        commands,
        "theft",
        _theft,
        "say that a car is stolen; another manager confirms it, any takes it back",
        [data],
    )
    stealing.add_argument("step", choices=("report", "confirm", "withdraw"))
    stealing.add_argument("--vehicle", required=True, metavar="PLATE")
    stealing.add_argument("--by", required=True, metavar="LOGIN", help="the manager who says so")
    stealing.add_argument("--reference", default="", help="of the complaint, to report")

    for noun in (car, site, equipment, group):
        noun.add_to(commands)

    showing = command(
        commands, "demo", _demo, "a small fleet with simulated cars that drive", [listening]
    )
    showing.add_argument(
        "--data", type=Path, default=Path("var/demo"), help="kept for the next time (%(default)s)"
    )
    return parser


def address(text: str) -> Address:
    """Read HOST:PORT, an IPv6 host in brackets."""
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 0xFFFF):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def network(text: str) -> Network:
    """Read an address, or a network: 10.1.0.0/16."""
    try:
        return ip_network(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


async def _serve(arguments: argparse.Namespace) -> None:
    from server.serving import serve  # the web, which no other command waits for

    config = Config(
        arguments.data,
        arguments.http,
        arguments.boxes,
        simple_walk_up=arguments.simple_walk_up,
        booking_limits=Limits(arguments.shortest_s, arguments.coming, arguments.coming_of_car),
        trusted_proxies=tuple(arguments.trusted_proxies),
        mail=mail.settings_of(arguments),
        second_factor_for=tuple(map(Role, arguments.second_factor_for)),
    )
    await serve(config)


async def _demo(arguments: argparse.Namespace) -> None:
    from server import demo  # as above

    await demo.run(arguments.data, arguments.http, arguments.boxes)


async def _load(arguments: argparse.Namespace) -> None:
    try:
        file = fleet_file.parse(json_text.text_of(arguments.file.read_bytes()))
        async with opened(arguments.data) as store:
            revoked = await load(OPERATOR, file, actions_on(store), arguments.since)
            await _say_who_is_left_out(file, arguments.close_others, actions_on(store))
    except OSError as error:
        raise CommandError(f"cannot read {arguments.file}: {error.strerror}") from None
    except Refused as refused:
        lines = [f"{arguments.file}: {fleet_file.in_words(each)}" for each in refused.refusals]
        raise CommandError("\nvoiturier: ".join(lines)) from None
    if revoked:
        print(f"revoked badges in the file, which stay so: {revoked} (`voiturier badge found`)")
    bookings = sum(booking.weeks for booking in file.bookings)
    print(f"loaded: {len(file.vehicles)} vehicles, {len(file.agents)} agents, {bookings} bookings")


async def _say_who_is_left_out(file: FleetFile, is_closed: bool, actions: Actions) -> None:
    """Close the accounts of whom the file leaves out, or say that there are such."""
    logins = {entry.login for entry in file.agents}
    if not logins:
        return  # it does not speak of people
    others = await accounts.unnamed(OPERATOR, logins, actions)
    if is_closed:
        for agent in others:
            await _close(agent.login, actions)
    elif others:
        print(f"not in the file, and still with an account: {len(others)} (--close-others)")


async def _close_account(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        if arguments.hand_to is None and not arguments.cancel:
            await _close(arguments.login, actions)
        else:
            taker = arguments.hand_to or ""
            await people_commands.leave(arguments.login, taker, actions)


async def _close(login: str, actions: Actions) -> None:
    closed = await accounts.close(OPERATOR, accounts.OneAccount(login=login), actions)
    print(f"the account of {closed.agent.full_name} is closed, and opens no car")
    for booking in closed.bookings:
        hours = f"from {utc(booking.starts_at_s)} to {utc(booking.ends_at_s)}"
        print(f"  still booked: {booking.plate} {hours}")


async def _reopen_account(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        agent = await accounts.reopen(OPERATOR, accounts.OneAccount(login=arguments.login), actions)
    print(f"{agent.full_name} may sign in again; badges: `voiturier badge found`")


async def _give_code(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        agent = await accounts.agent_called(arguments.login, actions)
        one = password_codes.GiveCode(
            agent_id=agent.agent_id, removes_factor=arguments.without_second_factor
        )
        given = await password_codes.give(OPERATOR, one, actions)
    print(f"{agent.full_name} chooses a password at /connexion/code until {utc(given.until_s)}:")
    print(given.code)


async def _give_password(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        given = {"login": arguments.login, "new": _typed_password()}
        agent = await accounts.give_password(
            OPERATOR, judged(accounts.GivePassword, given), actions
        )
    print(f"{agent.full_name} has another password, and is signed out everywhere")


def _typed_password() -> str:
    """Read a password that is neither shown nor kept by the shell; from a program a line."""
    if sys.stdin.isatty():
        return getpass.getpass("password: ")
    return sys.stdin.readline().rstrip("\n")


async def _confirm_time(arguments: argparse.Namespace) -> None:
    said_by = str(one_line(arguments.by))
    if not (said_by and said_by.isprintable()):
        raise CommandError("--by NAME is needed: who vouches for the time?")
    async with existing_fleet(arguments.data) as actions:
        now_s = actions.clock.now_s()
        await actions.store.boxes.vouch_for_time(said_by, now_s)
    print(f"it is {utc(now_s)}, says {said_by}: a running server believes it")


async def _add_box(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        store = actions.store
        vehicle = await vehicle_called(store, arguments.vehicle)
        if arguments.server is None and arguments.board != _SIMULATED:
            raise CommandError("--server HOST:PORT is needed: where will the box find the server?")
        server = arguments.server or Address("127.0.0.1", 7400)
        wiring = Wiring(
            start_relay=not arguments.door_only,
            ignition_line=not arguments.no_ignition_line,
            door_contact=arguments.door_contact,
            key_holder=arguments.key_holder,
            reader=arguments.reader,
        )
        fitting = await fitting_of(store, vehicle, server, arguments.apn, arguments.board, wiring)
        wanted = boxes.AddBox(vehicle_id=vehicle.vehicle_id, replace=arguments.replace)
        try:
            with identity_file(arguments.out) as draft:
                box = await boxes.add(OPERATOR, wanted, actions)
                draft.write(identity_of(box, fitting))
        except Refused as refused:
            if refused.first.reason is not Reason.BOX_EXISTS:
                raise
            raise CommandError(
                f"{refused.first.in_english()} --replace retires it and makes a new one."
            ) from None
        except OSError as error:
            raise CommandError(f"cannot write {arguments.out}: {error.strerror}") from None
    print(f"box {box.wire_id.hex()} for {vehicle.plate}: identity in {arguments.out}")
    print("It holds the box's keys: put it on the box as /identity.json, then delete the file.")


async def _rotate_key(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        if arguments.all:
            vehicles = [car for car in await actions.store.vehicles.all() if car.box_id is not None]
        else:
            vehicles = [await vehicle_called(actions.store, arguments.vehicle)]
        if not vehicles:
            raise CommandError("no car has a box")
        for vehicle in vehicles:
            wanted = boxes.RotateKey(vehicle_id=vehicle.vehicle_id)
            generation = await boxes.rotate_key(OPERATOR, wanted, actions)
            print(f"{vehicle.plate}: key {generation} goes to the box at its next connection")


async def _order(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        vehicle = await vehicle_called(actions.store, arguments.vehicle)
        wanted = boxes.Order(vehicle_id=vehicle.vehicle_id, kind=arguments.kind)
        order = await boxes.order(OPERATOR, wanted, actions)
    print(f"command {order.command_id}: {order.kind} queued for {vehicle.plate}")


async def _theft(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        vehicle = await vehicle_called(actions.store, arguments.vehicle)
        manager = await actions.store.agents.by_login(str(one_line(arguments.by)))
        if manager is None or manager.closed_at_s is not None:
            raise CommandError(f"nobody has the login {arguments.by}, or the account is closed")
        person = Person(acting(manager, actions.clock.now_s()))
        car = vehicle.vehicle_id
        if arguments.step == "report":
            told = {"vehicle_id": car, "reference": arguments.reference}
            await theft.report(person, judged(theft.Report, told), actions)
        else:
            standing = await actions.store.theft_orders.of_car(car)
            one = theft.OneTheftOrder(theft_order_id=standing.theft_order_id if standing else 0)
            act = theft.confirm if arguments.step == "confirm" else theft.withdraw
            await act(person, one, actions)
    print(f"theft order, {arguments.step}: {vehicle.plate}, by {manager.full_name}")


async def _back_up(arguments: argparse.Namespace) -> None:
    require_fleet(arguments.data)
    await asyncio.to_thread(backup.back_up, arguments.data, arguments.copy, SystemClock().now_s())
    print(f"{arguments.copy}: {arguments.copy.stat().st_size / 1e6:.1f} MB")


async def _restore(arguments: argparse.Namespace) -> None:
    require_fleet(arguments.data)
    replaced = await asyncio.to_thread(
        backup.restore, arguments.data, arguments.copy, SystemClock().now_s()
    )
    # Sessions that have ended since the copy do not come back with it.
    Config(arguments.data).session_key_path.unlink(missing_ok=True)
    print(f"restored; what was there before is {replaced}")


async def _trips(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        store = actions.store
        trips = await store.trips.log(TripFilter(), limit=_EVERYTHING)
        refusals = await store.refusals.log(limit=_EVERYTHING)
        stored = await store.records.stored()
        lost = await store.records.lost()
        feedback = await store.feedback.log(limit=_EVERYTHING)
        unassigned = await store.unassigned.log(limit=_EVERYTHING)
        contradictions = await store.contradictions.unseen(limit=_EVERYTHING)
        startable = await store.boxes.startable(limit=_EVERYTHING)
    if arguments.json:
        listed = {
            "trips": [_trip_json(trip) for trip in reversed(trips)],
            "records_stored": stored,
            "records_lost": lost,
            "feedback": [
                {"trip_id": f.trip_id, "rating": f.rating, "damage": f.damage}
                | {"unanswered": f.waits, "unread": f.is_news}
                for f in feedback
            ],
            "refusals": [
                {"at": r.at_s, "vehicle": r.plate, "reason": r.reason, "agent": r.agent_name}
                for r in reversed(refusals)
            ],
            "unassigned": [
                {"vehicle": u.plate, "distance_m": u.distance_m, "agent": u.agent_name}
                | {"is_handover": u.is_handover}
                | {"after": u.after_agent_name, "taking": u.taking_name}
                for u in reversed(unassigned)
            ],
            "contradictions": [
                {"vehicle": c.plate, "kind": c.kind, "times": c.times} for c in contradictions
            ],
            "startable": [{"vehicle": b.plate, "hindrance": b.hindrance} for b in startable],
        }
        print(json.dumps(listed, ensure_ascii=False))
        return
    for trip in reversed(trips):
        who = f"{trip.agent_name or 'unknown'} ({trip.directorate_code or '?'})"
        print(f"{trip.trip_id}  {trip.plate}  {who}  {trip.distance_m / 1000:.1f} km  {trip.state}")
    missing = f", {lost} lost" if lost else ""
    print(f"{len(trips)} trips, {len(refusals)} refused badges, {stored} records{missing}")


def _trip_json(trip: Trip) -> dict[str, object]:
    return {
        "trip_id": trip.trip_id,
        "vehicle": trip.plate,
        "agent": trip.agent_name,
        "directorate": trip.directorate_code,
        "started_at": trip.started_at_s,
        "ended_at": trip.ended_at_s,
        "distance_m": trip.distance_m,
        "late_s": late_s(trip, SystemClock().now_s()),
        "state": trip.state,
        "end_reason": trip.end_reason,
        "assurance": trip.assurance,
        "wrong_site": trip.wrong_site,
        "start_doubtful": trip.start_doubtful,
        "end_doubtful": trip.end_doubtful,
        "counts": trip.counts,
        "occupants": list(trip.occupants),
        "private": trip.private,
        "places_known": sum(lat is not None for lat in (trip.start_lat_e7, trip.end_lat_e7)),
        "start_odometer_m": trip.start_odometer_m,
        "end_odometer_m": trip.last_odometer_m,
    }
