"""More for the small fleet, as an operator loads it: people, their cards, cars. No test is here."""

import copy
import json
from typing import Any

from server.fleet import fleet_file
from server.store import Store
from tests.fleet import FLEET, NOW_S

TOOL_UID, GUEST_UID = bytes.fromhex("04aa0001"), bytes.fromhex("04aa0002")


async def load(store: Store, **lists: list[dict[str, Any]]) -> None:
    """Add to the small fleet; an agent of a known login is brought up to date."""
    data = copy.deepcopy(FLEET) | {"bookings": []}
    data |= {name: entries for name, entries in lists.items() if name != "vehicles"}
    data["vehicles"] = lists.get("vehicles", data["vehicles"])
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)


def agent(login: str, *badges: object, role: str = "agent", unit: str = "DDPP") -> dict[str, Any]:
    person = {"login": login, "full_name": login.title(), "directorate": unit, "role": role}
    return person | {"badges": list(badges)}


def car(**more: object) -> dict[str, Any]:
    return FLEET["vehicles"][0] | more
