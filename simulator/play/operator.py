"""What an operator does at the server's command line, for a world that is made and thrown away.

Speaks to the server by its own command only, never by importing it.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.errors import SimulatorError
from simulator.play.phone import PASSWORD
from simulator.play.scenario import Booking, Driver, Scenario
from simulator.road.roads import PLACES

_CODE, _WORD = "SIM", "Simulation"
_BOX_OPTIONS = {
    "key_holder": ("--key-holder",),
    "door_contact": ("--door-contact",),
    "no_ignition_line": ("--no-ignition-line",),
    "door_only": ("--door-only",),
    "wiegand": ("--reader", "wiegand"),
}


def voiturier(*arguments: str) -> str:
    """Run a command of the server and return what it prints; SimulatorError when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "server", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SimulatorError(f"voiturier {arguments[0]} failed:\n{done.stderr}")
    return done.stdout


def stored(data_dir: Path) -> dict[str, Any]:
    """Return what the server holds: trips, refusals, and how many records, lost ones apart."""
    held: dict[str, Any] = json.loads(voiturier("trips", "--json", "--data", str(data_dir)))
    return held


def prepare(data_dir: Path, scenario: Scenario) -> dict[str, Any]:
    """Make a data directory with a scenario's fleet; return the identity of its car's box.

    Args:
        data_dir: made here; the files for the server's command go beside it.
        scenario: whose cars, people and bookings.
    """
    the_day_before = datetime.fromtimestamp(scenario.start_s - 86_400, UTC).date()
    load(data_dir, _fleet(scenario), "--since", str(the_day_before))
    if scenario.maintenance:  # after the bookings, which are refused for a time out of service
        load(data_dir, {"vehicles": [car_entry(scenario)]})
    out = data_dir.parent / "box.json"
    where = ("--data", str(data_dir), "--vehicle", scenario.plate)
    fitted = [option for name in scenario.fitted for option in _BOX_OPTIONS[name]]
    card = _card_options(data_dir.parent, scenario.box_knows)
    voiturier("box", "add", *where, "--board", "host", "--out", str(out), *fitted, *card)
    identity: dict[str, Any] = json.loads(out.read_text())
    return identity


def _card_options(folder: Path, known: Mapping[str, str]) -> list[str]:
    """Return what `voiturier box add` is told of a SIM card, its secrets in files."""
    user, _, password = known.get("login", "").partition(":")
    said = [("--apn", known.get("apn")), ("--apn-user", user)]
    for option, secret in (("--apn-password-file", password), ("--sim-pin-file", known.get("pin"))):
        if secret:
            path = folder / option.strip("-")
            path.write_text(secret)
            said.append((option, str(path)))
    return [word for option, value in said if value for word in (option, value)]


def load(data_dir: Path, fleet: Mapping[str, Any], *options: str) -> None:
    """Load a fleet file, also while the server runs."""
    path = data_dir.parent / "fleet.json"
    path.write_text(json.dumps(fleet))
    voiturier("load", str(path), "--data", str(data_dir), *options)


def booking_entry(booking: Booking) -> dict[str, Any]:
    """Return a booking as a fleet file has it."""
    entry: dict[str, Any] = {
        "vehicle": booking.plate,
        "agent": booking.driver,
        "starts_at": booking.begins_s,
        "ends_at": booking.ends_s,
        "purpose": _WORD,
    }
    if booking.private:
        entry["private"] = True
    if booking.weeks > 1:
        entry["weeks"] = booking.weeks
    if booking.equipment:
        entry["equipment"] = list(booking.equipment)
    people = {"drivers": list(booking.drivers), "passengers": list(booking.passengers)}
    return entry | {name: logins for name, logins in people.items() if logins}


def car_entry(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario's car as a fleet file has it, with its times out of service."""
    car: dict[str, Any] = {"plate": scenario.plate, "label": _WORD, "site": _CODE}
    if scenario.walk_up:
        car["walk_up"] = True
    if scenario.private_use:
        car["private_use"] = True
    if scenario.maintenance:
        windows = [{"from": begins, "to": ends} for begins, ends in scenario.maintenance]
        car["out_of_service"] = windows
    return car


def _fleet(scenario: Scenario) -> dict[str, Any]:
    site: dict[str, Any] = {"code": _CODE, "name": _WORD}
    if scenario.place:  # the car's own car park
        site["lat"], site["lon"] = PLACES[scenario.place].position
    cars = [{**car_entry(scenario), "out_of_service": []}]
    if scenario.other_plate:
        cars.append({"plate": scenario.other_plate, "label": _WORD, "site": _CODE})
    return {
        "directorates": [{"code": _CODE, "name": _WORD}],
        "sites": [site],
        "vehicles": cars,
        "equipment": [{"code": c, "name": _WORD, "site": _CODE} for c in scenario.equipment],
        "agents": [agent_entry(scenario, login) for login in scenario.drivers],
        "bookings": [booking_entry(booking) for booking in scenario.bookings],
    }


def agent_entry(scenario: Scenario, login: str) -> dict[str, Any]:
    """Return a person as a fleet file has it."""
    driver = scenario.drivers[login]
    entry = {
        "login": login,
        "full_name": login,
        "directorate": _CODE,
        "role": driver.role,
        "licence_recorded": driver.licensed,
        "badges": [_badge(driver)],
    }
    # A password takes long to hash: only who needs one gets one.
    return entry | ({"password": PASSWORD} if login in scenario.phones else {})


def _badge(driver: Driver) -> str | dict[str, str]:
    uid = driver.badge.hex()
    return {"uid": uid, "key": driver.key.hex()} if driver.key else uid
