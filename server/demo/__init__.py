"""The demonstration: a small fleet that lives, for someone who sees Voiturier for the first time.

`fleet.py` is who and what, `history.py` the past two weeks, `feedback.py` what was said of them,
`bookings.py` the days to come, `cars.py` the simulated cars. Known passwords exist here and nowhere
else.
"""

import sys
from functools import partial
from pathlib import Path

from server.actions import Actions, Operator, boxes, roles
from server.actions.boxes.identity import fitting_of, identity_of
from server.actions.fleet import load
from server.actions.privacy import notices
from server.actions.tools import wakes_nobody
from server.clock import SystemClock
from server.config import About, Address, Config, Retention, ServeError
from server.demo import bookings, cars, feedback, fleet, history
from server.fleet import fleet_file
from server.fleet.model.bookings import Vehicle
from server.fleet.model.fitting import SIMULATED, SimCard, Wiring
from server.fleet.privacy.notice import version_of
from server.fleet.recurrence import PARIS
from server.fleet.roles import Role
from server.identity_file import identity_file
from server.passwords import hash_password
from server.serving import serve
from server.store import Store


async def run(data_dir: Path, http: Address, boxes: Address) -> None:
    """Prepare the data directory (the second time, only what time has worn off), then run."""
    print("preparing the demonstration ...", file=sys.stderr)
    identities = await prepare(data_dir)
    drivers = [(identities[plate], uid) for plate, uid in fleet.DRIVERS.items()]
    config = Config(data_dir, http, boxes, demo_accounts=fleet.ACCOUNTS)
    await serve(config, alongside=partial(cars.drive, drivers))


async def prepare(data_dir: Path) -> dict[str, Path]:
    """Fill the data directory, or freshen what is there.

    Returns:
        plate -> identity file of each car.

    Raises:
        ServeError: the directory holds another fleet, which must not get known passwords.
    """
    store = Store.open(data_dir)
    try:
        actions = Actions(store, SystemClock(), wakes_nobody, PARIS)
        now_s = actions.clock.now_s()
        if {vehicle.plate for vehicle in await store.vehicles.all()} - fleet.DRIVERS.keys():
            raise ServeError(
                "%(data)s holds another fleet: the demonstration needs its own", data=data_dir
            )
        if len(await store.agents.all()) < len(fleet.ACCOUNTS):
            await load(Operator(), fleet_file.parse(fleet.as_json()), actions)
            wanted_role = roles.GiveRole(
                login=fleet.ADMINISTRATOR, role=Role.ADMINISTRATOR, reason="Démonstration"
            )
            await roles.give(Operator(), wanted_role, actions)
        await _give_passwords(store)
        await _inform(actions)
        identities = {plate: data_dir / "boxes" / f"{plate}.json" for plate in fleet.DRIVERS}
        for vehicle in await store.vehicles.all():
            await _fit_box(actions, vehicle, identities[vehicle.plate], now_s)
        await bookings.freshen(actions)
        return identities
    finally:
        await store.close()


async def _give_passwords(store: Store) -> None:
    """Let everybody sign in with the known password; past the rules, which refuse it."""
    known = hash_password(fleet.PASSWORD)
    for agent in await store.agents.all():
        if agent.password_hash is None:
            await store.accounts.set_password(agent.agent_id, known, None)


async def _inform(actions: Actions) -> None:
    """Let everybody have been given the notice that holds, so that they may book."""
    store, now_s = actions.store, actions.clock.now_s()
    await store.notices.announce(version_of(About(), Retention()), now_s)
    for agent in await store.agents.all():
        given = notices.HandOver(agent_id=agent.agent_id, at_s=now_s)
        await notices.hand_over(Operator(), given, actions)


async def _fit_box(actions: Actions, vehicle: Vehicle, path: Path, now_s: int) -> None:
    """Make a car's box, with two weeks behind it, unless it has one.

    The identity file is written last, as the sign that the box has its past.
    """
    store = actions.store
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with identity_file(path) as draft:
        if vehicle.box_id is None or not path.exists():
            wanted = boxes.AddBox(vehicle_id=vehicle.vehicle_id, replace=True)
            made = await boxes.add(Operator(), wanted, actions)
            await history.write(store, made.wire_id, vehicle.plate, now_s)
            await feedback.write(actions, vehicle.vehicle_id, vehicle.plate)
            box_id = made.box_id
        else:
            box_id = vehicle.box_id
        box = await store.boxes.secrets(box_id)
        server = Address("127.0.0.1", 7400)
        fitting = await fitting_of(store, vehicle, server, SimCard("demo"), SIMULATED, Wiring())
        draft.write(identity_of(box, fitting))
