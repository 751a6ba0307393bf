"""What a box does where card or network want something of it: time, restarts, bytes, records lost.

    .venv/bin/python -m tests.benchmarks.attach_recovery

The box's identity says what it has; the modem holds what somebody left in it. Where the box cannot
come online, an hour passes before somebody puts card or network right; then nothing may be missing.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from simulator.devices.car import Car
from simulator.devices.modem.access import ANYBODY, IPV6_ONLY, Access, Context
from simulator.devices.modem.state import ABSENT, PIN_WANTED, State
from simulator.engine.world import World
from tests.chain import START_S, Chain, new_fleet

HOUR_S = 3600
APN = "fleet.example"
LOGIN = {"apn_user": "box", "apn_password": "s3cret-login"}
_LOOK_S = 5


@dataclass(frozen=True)
class Scenario:
    """What differs from a card and a network that want nothing.

    Attributes:
        identity: fields of the box's identity file.
        around: puts card, network and modem into their state.
        reaches: whether the box comes online by itself.
        by_name: whether the server is reached by its name.
    """

    around: Callable[[State], None]
    identity: dict[str, str] = field(default_factory=dict)
    reaches: bool = True
    by_name: bool = False


class Figures(NamedTuple):
    """What was measured.

    Attributes:
        online_s: from power-on to the first session; after an hour, from when the card was right.
        restarts: of the modem in the first hour, without its first start.
        wire_bytes: both ways, until all records were stored.
        lost: records.
        tries_left: of the card's PIN, at the end of the first hour.
        cause: what the box told once it was back; "" when it was not away for long.
    """

    online_s: float
    restarts: int
    wire_bytes: int
    lost: int
    tries_left: int
    cause: str


def _network(access: Access, held: Context) -> Callable[[State], None]:
    def put_round(state: State) -> None:
        state.access = access
        state.contexts[1] = held

    return put_round


def _card(pin: str) -> Callable[[State], None]:
    def put_round(state: State) -> None:
        state.sim, state.pin, state.pin_locked = PIN_WANTED, pin, True

    return put_round


def _no_card(state: State) -> None:
    state.sim = ABSENT


def _no_context(state: State) -> None:
    state.access = Access(APN)
    state.contexts.clear()


def _all_at_once(state: State) -> None:
    _network(Access(APN, ("box", "s3cret-login"), refusal=2), Context("IP", "stale.example"))(state)
    _card("4321")(state)


def _reported(mode: int, registration: int) -> Callable[[State], None]:
    def put_round(state: State) -> None:
        state.access = Access(registration=registration)
        state.reg_modes.update(dict.fromkeys(state.reg_modes, mode))

    return put_round


_LOGIN_WANTED = Access(APN, ("box", "s3cret-login"))
SCENARIOS = {
    "apn_stale": Scenario(_network(Access(APN), Context("IP", "stale.example")), {"apn": APN}),
    "apn_blank": Scenario(_network(Access(APN), Context()), {"apn": APN}),
    "apn_refused_as_searching": Scenario(
        _network(Access(APN, refusal=2), Context("IP", "stale.example")), {"apn": APN}
    ),
    "apn_login": Scenario(_network(_LOGIN_WANTED, Context("IP", APN)), {"apn": APN, **LOGIN}),
    "apn_undefined": Scenario(_no_context, {"apn": APN}),
    "login_stale": Scenario(
        _network(_LOGIN_WANTED, Context("IP", APN, ("box", "former"))), {"apn": APN, **LOGIN}
    ),
    "ipv6_only": Scenario(_network(IPV6_ONLY, Context()), {"pdp_type": "IPV6"}, by_name=True),
    "registered_in_mode_2": Scenario(_reported(2, 1)),
    "roaming_in_mode_4": Scenario(_reported(4, 5)),
    "pin_right": Scenario(_card("4321"), {"sim_pin": "4321"}),
    "pin_and_apn": Scenario(_all_at_once, {"apn": APN, "sim_pin": "4321", **LOGIN}),
    "pin_wrong": Scenario(_card("4321"), {"sim_pin": "1111"}, reaches=False),
    "pin_none": Scenario(_card("4321"), reaches=False),
    "no_card": Scenario(_no_card, reaches=False),
    "denied": Scenario(_network(Access("another.example"), Context()), {"apn": APN}, reaches=False),
}


def measure(name: str, folder: Path) -> Figures:
    """Play one scenario from power-on to the end of the first hour, and until all is stored."""
    scenario = SCENARIOS[name]
    data_dir, identity = new_fleet(folder)
    with World(start_unix_s=START_S, seed=7) as world:
        server = world.start_server(data_dir)
        where = ("localhost", server.boxes_port) if scenario.by_name else None
        # A PN532 looks for a badge 5,000 times an hour, which would be most of what this costs.
        fitted = {**identity, "reader": "wiegand", **scenario.identity}
        car = Car(world, fitted, folder / "flash.img", server=where)
        chain = Chain(world, server, car, data_dir, identity)
        state = car.modem.state
        scenario.around(state)
        car.power_on()
        online_s = 0.0
        while world.now_s - START_S < HOUR_S:
            world.run_for(_LOOK_S)
            if not online_s and car.report()["connections"]:
                online_s = world.now_s - START_S
        starts, tries_left = car.modem.starts, state.pin_tries
        assert bool(online_s) == scenario.reaches, f"online after {online_s:.0f} s"
        if not scenario.reaches:
            state.access = ANYBODY
            car.modem.unlock_sim()
            mended_s = world.now_s
            while not car.report()["connections"]:
                world.run_for(_LOOK_S)
                # The longest pause of a parked car, which nobody shortens here.
                assert world.now_s - mended_s < 2.1 * HOUR_S, "never online"
            online_s = world.now_s - mended_s
        world.run_until(lambda: _all_stored(car), 600)
        lost = car.report()["records_made"] - int(str(chain.trips()["records_stored"]))
        told = chain.rows("select fields ->> 'off_air' from record where kind_name = 'off_air'")
        wire_bytes = car.wire_bytes_up + car.wire_bytes_down
    return Figures(
        online_s, starts - 1, wire_bytes, lost, tries_left, " ".join(cause for (cause,) in told)
    )


def _all_stored(car: Car) -> bool:
    report = car.report()
    return bool(report["lowest_seq"] == report["next_seq"])


def main() -> None:
    """Print a row for each scenario."""
    for name in SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                told = measure(name, Path(folder))
            except AssertionError as error:
                print(f"{name:26} never online in an hour ({error})")
                continue
        print(
            f"{name:26} {told.online_s:6.0f} s, {told.restarts:3} restarts an hour,"
            f" {told.wire_bytes:6} bytes, {told.lost} records lost, {told.tries_left} tries left"
            f" {told.cause}"
        )


if __name__ == "__main__":
    main()
