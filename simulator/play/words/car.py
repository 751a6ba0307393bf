"""Words for what happens to the car: its driver's hands, its parts, what is around it."""

from collections.abc import Iterable

from simulator.devices import battery as batteries
from simulator.devices import gnss, pn532, wires
from simulator.devices.car import HOLD_S, TOUCH_S
from simulator.devices.modem import faults as modem_faults
from simulator.errors import SimulatorError
from simulator.play.scenario import Driver
from simulator.play.stage import Stage
from simulator.play.words.registry import word
from simulator.road.roads import PLACES

_STRANGER = Driver(bytes.fromhex("0badc0de"))


def _fault(names: Iterable[str]) -> str:
    return "|".join((*names, "well"))


def _named(fault: str) -> str | None:
    return None if fault == "well" else fault


@word("badge", "DRIVER|stranger")
def badge(stage: Stage, who: str) -> None:
    """Touch the windscreen with a badge."""
    _present(stage, who, TOUCH_S)


@word("hold", "DRIVER|stranger")
def hold(stage: Stage, who: str) -> None:
    """Hold a badge to the windscreen until the box ends the trip."""
    _present(stage, who, HOLD_S)


def _present(stage: Stage, who: str, hold_s: float) -> None:
    driver = stage.scenario.drivers.get(who, _STRANGER)
    stage.car.present_badge(driver.badge, hold_s, driver.key or None)


@word("clone", "DRIVER")
def clone(stage: Stage, who: str) -> None:
    """Touch the windscreen with a copy of the badge's UID, without its key."""
    stage.car.present_badge(stage.scenario.drivers[who].badge)


@word("ignition", "on|off")
def ignition(stage: Stage, state: str) -> None:
    """Turn the key; off stops the engine."""
    stage.car.set_ignition(state == "on")


@word("crank")
def crank(stage: Stage) -> None:
    """Turn the key to start."""
    stage.car.crank()


@word("stall")
def stall(stage: Stage) -> None:
    """The engine dies; the ignition stays on."""
    stage.car.wires.stall()


@word("door", "open|shut")
def door(stage: Stage, state: str) -> None:
    """Open or shut a door."""
    stage.car.wires.set_door(state == "open")


@word("keys", "taken|back")
def keys(stage: Stage, state: str) -> None:
    """Take the keys out of their holder, or put them back."""
    stage.car.wires.set_keys(state == "back")


@word("fuel card", "taken|back")
def fuel_card(stage: Stage, state: str) -> None:
    """Take the fuel card out of its holder, or put it back."""
    stage.car.wires.set_fuel_card(state == "back")


@word("battery", "NUMBER", "V")
def battery(stage: Stage, volts: float) -> None:
    """Give the car's battery this voltage at rest."""
    stage.car.wires.set_battery(volts)


@word("battery is", _fault(batteries.FAULTS))
def battery_is(stage: Stage, fault: str) -> None:
    """Let the battery be old, or leave the lights on; well: neither."""
    stage.car.wires.break_battery(_named(fault))


@word("relay", _fault(wires.FAULTS))
def relay(stage: Stage, fault: str) -> None:
    """Break the start relay, or mend it."""
    stage.car.wires.fault(_named(fault))


@word("drive", "|".join(PLACES))
def drive(stage: Stage, place: str) -> None:
    """Start the engine and drive there by road; `...` before the next step waits for the end."""
    stage.car.crank()
    stage.world.run_for(2 * wires.CRANK_S)
    if not stage.car.wires.engine_running:
        raise SimulatorError(f"cannot drive to {place}: the engine does not start")
    stage.drive_ends_s = stage.world.now_s + stage.car.drive_to(place, stage.seed) + 1


@word("tow", "|".join(PLACES))
def tow(stage: Stage, place: str) -> None:
    """Let a truck carry it there by road, its wheels still; `...` waits for the end."""
    stage.drive_ends_s = stage.world.now_s + stage.car.tow_to(place, stage.seed) + 1


@word("ferry", "|".join(PLACES))
def ferry(stage: Stage, place: str) -> None:
    """Let a ferry carry it straight there on its open deck; `...` waits for the end."""
    stage.drive_ends_s = stage.world.now_s + stage.car.ferry_to(place, stage.seed) + 1


@word("coverage", "on|off")
def coverage(stage: Stage, state: str) -> None:
    """Take the mobile network away, or give it back."""
    stage.car.modem.coverage(state == "on")


@word("path forgets", "NUMBER")
def path_forgets(stage: Stage, idle_s: float) -> None:
    """Have the network forget a connection silently after so many seconds without a word; 0: no."""
    stage.world.network.path_forgets_after_s = idle_s or None


@word("sky", "on|off")
def sky(stage: Stage, state: str) -> None:
    """Take the satellites away, or give them back."""
    stage.car.gnss.sky(state == "on")


@word("modem", _fault(modem_faults.FAULTS))
def modem(stage: Stage, fault: str) -> None:
    """Break the modem, or heal it."""
    stage.car.modem.fault(_named(fault))


@word("sim", "unlocked")
def sim(stage: Stage) -> None:
    """Switch the SIM card's PIN off in a telephone, and put it back."""
    stage.car.modem.unlock_sim()


@word("gnss", _fault(gnss.FAULTS))
def receiver(stage: Stage, fault: str) -> None:
    """Break the GNSS receiver, or heal it."""
    stage.car.gnss.fault(_named(fault))


@word("reader", _fault(pn532.FAULTS))
def reader(stage: Stage, fault: str) -> None:
    """Break the badge reader, or heal it."""
    stage.car.reader.fault(_named(fault))


@word("power", "cut", "NUMBER")
def power(stage: Stage, duration_s: float) -> None:
    """Take the power from the box and its parts for so many seconds."""
    stage.car.kill()
    stage.world.run_for(duration_s)
    stage.car.power_on()


@word("brown-out")
def brown_out(stage: Stage) -> None:
    """Let the supply sag so far that the box resets."""
    stage.car.brown_out()


@word("override", "on|off")
def override(stage: Stage, state: str) -> None:
    """Turn the sealed local override."""
    stage.car.wires.set_override(state == "on")


@word("wait")
def wait(stage: Stage) -> None:
    """Let only time pass."""
