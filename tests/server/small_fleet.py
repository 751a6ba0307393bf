"""A fleet small enough to know by heart: two cars, two agents, one badge each."""

import json
from pathlib import Path

from server.fleet import fleet_file
from server.store import BoxSecrets, Store

NOW_S = 1_790_000_000
HOUR_S = 3600
MARIE_UID = bytes.fromhex("04a1b2c3d4e5f6")
PAUL_UID = bytes.fromhex("04112233445566")

FLEET = {
    "directorates": [
        {"code": "DDT", "name": "Territoires"},
        {"code": "DDPP", "name": "Populations"},
    ],
    "sites": [{"code": "PREF", "name": "Préfecture"}],
    "vehicles": [
        {"plate": "AB-123-CD", "label": "Clio", "site": "PREF"},
        {"plate": "EF-456-GH", "label": "208", "site": "PREF"},
    ],
    "agents": [
        {
            "login": "marie.leroy",
            "full_name": "Marie Leroy",
            "directorate": "DDT",
            "role": "agent",
            "badges": [MARIE_UID.hex()],
        },
        {
            "login": "paul.morin",
            "full_name": "Paul Morin",
            "directorate": "DDPP",
            "role": "manager",
            "badges": [PAUL_UID.hex()],
        },
    ],
    "bookings": [
        {
            "vehicle": "AB-123-CD",
            "agent": "marie.leroy",
            "starts_at": NOW_S - HOUR_S,
            "ends_at": NOW_S + HOUR_S,
            "purpose": "Chantier",
        }
    ],
}
CAR, OTHER_CAR = 1, 2
MARIE, PAUL = 1, 2
BOOKING = 1


async def open_small_fleet(data_dir: Path) -> Store:
    """A store with FLEET in it; the ids are the constants above."""
    store = Store.open(data_dir)
    await store.load(fleet_file.parse(json.dumps(FLEET)), {}, NOW_S)
    return store


async def fit_box(store: Store, vehicle_id: int = CAR) -> BoxSecrets:
    return await store.add_box(vehicle_id, replace=False, now_s=NOW_S)
