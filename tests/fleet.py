"""Fleets for tests: a builder of fleet files, and the fleet small enough to know by heart.

The small fleet has two cars, two agents with a badge each, and a booking that runs at NOW_S.
`copied` fills a store once a process and copies its files: loading takes longer than most tests.
"""

import json
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.config import About, Retention
from server.fleet import fleet_file
from server.fleet.bookings import Wanted
from server.fleet.model.bookings import Booking
from server.fleet.model.people import Agent
from server.fleet.privacy.notice import version_of
from server.fleet.roles import WHOLE, Role, RoleGrant
from server.store import BoxSecrets, Store

NOW_S = 1_790_000_000  # 2026-09-21 14:13:20 UTC: an ordinary Monday
HOUR_S = 3600
MARIE_UID = bytes.fromhex("04a1b2c3d4e5f6")
PAUL_UID = bytes.fromhex("04112233445566")
SITE = "PREF"
UNINFORMED = "nina.petit"

Entry = dict[str, Any]


def vehicle(plate: str, label: str = "Clio", **more: object) -> Entry:
    return {"plate": plate, "label": label, "site": SITE, **more}


def agent(
    login: str, badge: bytes, directorate: str = "DDT", role: str = "agent", **more: object
) -> Entry:
    """marie.leroy is called Marie Leroy."""
    return {
        "login": login,
        "full_name": login.replace(".", " ").title(),
        "directorate": directorate,
        "role": role,
        "badges": [badge.hex()],
        **more,
    }


def in_role(agent: Agent, role: str) -> Agent:
    """Somebody with this role of the whole fleet, and no other."""
    roles = () if role == Role.AGENT else (RoleGrant(1, Role(role), WHOLE, 0),)
    return replace(agent, roles=roles)


def booking(plate: str, login: str, starts_at: int, ends_at: int, **more: object) -> Entry:
    when = {"starts_at": starts_at, "ends_at": ends_at}
    return {"vehicle": plate, "agent": login, **when, "purpose": "Chantier", **more}


def wanted(
    vehicle_id: int, starts_at_s: int, ends_at_s: int, purpose: str = "Visite", **more: Any
) -> Wanted:
    """What the store is given to book; equipment as a tuple of codes."""
    when = {"starts_at_s": starts_at_s, "ends_at_s": ends_at_s}
    return Wanted(vehicle_id=vehicle_id, purpose=purpose, **when, **more)


async def call_off(store: Store, booking_id: int) -> Booking | None:
    """Cancel a booking, whosever it is."""
    return await store.bookings.change(booking_id, lambda b: replace(b, state="cancelled"))


async def until(store: Store, booking_id: int, ends_at_s: int) -> Booking | None:
    """Let a booking end then."""
    return await store.bookings.change(booking_id, lambda b: replace(b, ends_at_s=ends_at_s))


async def to_car(store: Store, booking_id: int, vehicle_id: int) -> Booking | None:
    """Give a booking another car."""
    return await store.bookings.change(booking_id, lambda b: replace(b, vehicle_id=vehicle_id))


def fleet(
    vehicles: list[Entry], agents: list[Entry], bookings: list[Entry], **more: list[Entry]
) -> dict[str, list[Entry]]:
    """A whole fleet file of one site, with the two directorates of this fleet's people."""
    return {
        "directorates": [
            {"code": "DDT", "name": "Territoires"},
            {"code": "DDPP", "name": "Populations"},
        ],
        "sites": [{"code": SITE, "name": "Préfecture"}],
        "vehicles": vehicles,
        "agents": agents,
        "bookings": bookings,
        **more,
    }


FLEET = fleet(
    [vehicle("AB-123-CD"), vehicle("EF-456-GH", "208")],
    [
        agent("marie.leroy", MARIE_UID),
        agent("paul.morin", PAUL_UID, directorate="DDPP", role="manager"),
    ],
    [booking("AB-123-CD", "marie.leroy", NOW_S - HOUR_S, NOW_S + HOUR_S)],
)
CAR, OTHER_CAR = 1, 2
MARIE, PAUL = 1, 2
BOOKING = 1


_filled = tempfile.TemporaryDirectory(prefix="voiturier-fleets-")


async def copied(fill: Callable[[Store], Awaitable[None]], data_dir: Path) -> None:
    """Make a data directory that holds what `fill` puts into an empty store.

    Everybody there but UNINFORMED was given the notice on personal data, and so may book.
    """
    whole = Path(_filled.name) / f"{fill.__module__}.{fill.__qualname__}"
    if not whole.exists():
        store = Store.open(whole)
        await fill(store)
        await inform(store)
        await store.close()
    shutil.copytree(whole, data_dir, dirs_exist_ok=True)


async def inform(store: Store) -> None:
    """Let everybody on record but UNINFORMED have had the notice that holds by default."""
    await store.notices.announce(version_of(About(), Retention()), NOW_S)
    for person in await store.agents.all():
        if person.login == UNINFORMED:
            continue
        await store.notices.note(person.agent_id, "paper", NOW_S, NOW_S, None)


async def load_small_fleet(store: Store) -> None:
    await store.fleet.load(fleet_file.parse(json.dumps(FLEET)), {}, NOW_S)


async def open_small_fleet(data_dir: Path) -> Store:
    """A store with FLEET in it; the ids are the constants above."""
    await copied(load_small_fleet, data_dir)
    return Store.open(data_dir)


async def fit_box(store: Store, vehicle_id: int = CAR) -> BoxSecrets:
    return await store.boxes.add(vehicle_id, replace=False, now_s=NOW_S)
