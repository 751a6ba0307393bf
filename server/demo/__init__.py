"""The demonstration: a small fleet that lives, for someone who sees Voiturier for the first time.

`fleet.py` is who and what, `history.py` the past two weeks, `bookings.py` the days to come,
`cars.py` the simulated cars. Known passwords exist here and nowhere else.
"""

import sys
from functools import partial
from pathlib import Path

from server.clock import SystemClock
from server.config import Address, Config
from server.demo import bookings, cars, fleet, history
from server.fleet import fleet_file
from server.identity_file import Fitting, identity_file, identity_of
from server.passwords import hash_password
from server.serving import serve
from server.store import Store


async def run(data_dir: Path, http: Address, boxes: Address) -> None:
    """Prepare the data directory (the second time, only what time has worn off), then run."""
    print("preparing the demonstration ...", file=sys.stderr)
    identities = await _prepare(data_dir)
    drivers = [(identities[plate], uid) for plate, uid in fleet.DRIVERS.items()]
    config = Config(data_dir, http, boxes, demo_accounts=fleet.ACCOUNTS)
    await serve(config, alongside=partial(cars.drive, drivers, data_dir / "flash"))


async def _prepare(data_dir: Path) -> dict[str, Path]:
    """Return plate -> identity file of each car."""
    store = Store.open(data_dir)
    try:
        now_s = SystemClock().now_s()
        if len(await store.agents()) < len(fleet.ACCOUNTS):
            password_hash = hash_password(fleet.PASSWORD)
            hashes = {login: password_hash for login, _, _ in fleet.ACCOUNTS}
            await store.load(fleet_file.parse(fleet.as_json()), hashes, now_s)
        identities = {plate: data_dir / "boxes" / f"{plate}.json" for plate in fleet.DRIVERS}
        for vehicle in await store.vehicles():
            path = identities[vehicle.plate]
            if not path.exists():
                await _fit_box(store, vehicle.vehicle_id, vehicle.plate, path, now_s)
        await bookings.freshen(store, now_s)
        return identities
    finally:
        await store.close()


async def _fit_box(store: Store, vehicle_id: int, plate: str, path: Path, now_s: int) -> None:
    """Make a car's box with two weeks behind it; the identity file comes last, as the sign."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with identity_file(path) as draft:
        box = await store.add_box(vehicle_id, replace=True, now_s=now_s)
        await history.write(store, box.wire_id, plate, now_s)
        # The history was told in epoch 1; the simulated box counts from 1 again, so in the next.
        box = await store.begin_epoch(box.box_id)
        draft.write(identity_of(box, Fitting(Address("127.0.0.1", 7400), "demo", "host", plate)))
