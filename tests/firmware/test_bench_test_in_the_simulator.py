"""The bench test as a box makes it: the real firmware, the car's wires, somebody who fits it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware.logic.link.journal import Journal
from firmware.selftest.outcomes import CHECKS, from_bytes
from flasher.image import files_of, read_file, remove_file, write_file
from shared_protocol.records import ASKED_THEFT, NO_POSITION, Ordered, TripStart, to_record
from simulator.devices.car import Car
from simulator.engine.world import World
from simulator.play.fitter import Fitter
from simulator.play.law import Watch
from tests.firmware.identity import IDENTITY
from tests.firmware.logic.storage import MemoryStorage

BADGE = bytes.fromhex("04a1b2c3")
WATCHDOG_RESET = 3
HARD_RESET = 2
ASKED = "/state/bench"
EVERYTHING = IDENTITY | {"door_contact": True}
NOTHING = {"start_relay": False, "ignition_line": False}
PERSON = {"ignition", "crank", "relay", "door", "badge"}  # the checks that ask for a hand


class Idle:
    """Hands that do nothing."""

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *arguments: object) -> None:
        pass


class Site:
    """A car whose box was asked for its bench test, and somebody who sees to it.

    `watch` holds law 1. Nobody does anything where `helped` is false.
    """

    def __init__(
        self,
        world: World,
        image: Path,
        identity: dict[str, object] = EVERYTHING,
        badge: bytes | None = BADGE,
        helped: bool = True,
    ) -> None:
        self.world = world
        self.image = image
        self.car = Car(world, identity, image)
        self.watch = Watch(self.car)
        hands: Any = self.car if helped else Idle()
        self.fitter = Fitter(world.timeline, hands, badge)
        self.said = ""
        write_file(image, ASKED, b"1\n")

    def hear(self) -> None:
        printed = self.car.box.printed()
        self.said += printed.decode()
        self.fitter.hear(printed)

    def test(self, until: Callable[[], bool] | None = None) -> None:
        """Switch the box on, and go on until it starts anew, or that holds."""
        self.car.power_on()
        self.go_on(until)

    def go_on(self, until: Callable[[], bool] | None = None) -> None:
        until = until or (lambda: bool(self.car.box.resets))
        for _ in range(15_000):
            self.hear()
            if until():
                return
            self.world.run_for(0.1)
        raise AssertionError(self.said)

    def cut_power(self) -> None:
        """Cut it, switch off what is on, and give it back."""
        self.car.kill()
        self.world.run_for(3)  # whoever was about to turn the key has done so
        self.car.set_ignition(False)
        self.car.power_on()

    @property
    def told(self) -> dict[str, str]:
        """Of each check that has ended: the failure that it names, or its outcome."""
        results = self.fitter.results
        return {check: said.get("failure", said["outcome"]) for check, said in results.items()}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return tmp_path / "flash.img"


def test_a_fitted_box_makes_every_check_in_order_keeps_the_results_and_starts(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image)
        site.test()
        assert site.told == dict.fromkeys(CHECKS, "ok") | {"server": "SERVER_UNREACHABLE"}
        said = [line for line in site.fitter.lines if line.get("outcome") != "waiting"]
        at = CHECKS.index("sim") + 1
        assert [line.get("check") for line in said] == [*CHECKS[:at], None, *CHECKS[at:], None]
        assert said[at] == {"iccid": "8988211000000000017", "imei": "860000000000017"}
        assert said[-1] == {"done": True}
        waited = {line["check"] for line in site.fitter.lines if line.get("outcome") == "waiting"}
        assert waited == PERSON
        assert site.car.relay == "inhibited"
        assert [state for _, state in site.car.relay_changes] == ["enabled", "inhibited"]
        assert site.watch.broken == []
        assert ASKED not in files_of(image)
        time_s, kept = from_bytes(read_file(image, "/state/bench_result"))
        assert time_s == pytest.approx(world.now_s, abs=300)
        assert [(check, failure or outcome) for check, outcome, failure in kept] == list(
            site.told.items()
        )
        world.run_for(70)
        assert site.car.box.resets == [HARD_RESET], "the application stands"
        assert site.car.report()["failed_starts"] == 0
        assert site.car.report()["crashes"] == 0


def test_nothing_that_is_said_is_a_secret_a_badge_or_a_place(image: Path) -> None:
    secrets = {"sim_pin": "4711", "apn_user": "fleet", "apn_password": "s3cret"}
    with World(seed=3) as world:
        site = Site(world, image, EVERYTHING | secrets)
        site.test()
        lines = [line for line in site.said.splitlines() if line]
        assert all(line.startswith("bench: ") and json.loads(line[7:]) for line in lines)
        hidden = [*secrets.values(), BADGE.hex(), *(IDENTITY[key] for key in ("key", "badge_key"))]
        hidden += [f"{angle:.1f}" for angle in site.car.position]
        assert [text for text in hidden if str(text) in site.said] == []


def test_what_is_not_wired_is_not_asked_for(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image, IDENTITY | NOTHING | {"reader": "wiegand"}, helped=False)
        site.test()
        absent = {"ignition", "crank", "relay", "relay_contact", "door", "reader"}
        assert {check for check, told in site.told.items() if told == "not_fitted"} == absent
        assert site.told["badge"] == "BADGE_NOT_SEEN"
        assert site.car.relay_changes == []


def test_where_nobody_does_anything_each_wait_ends_and_has_its_name(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image, helped=False)
        site.test()
        assert {check: site.told[check] for check in PERSON} == {
            "ignition": "IGNITION_NOT_SEEN",
            "crank": "CRANK_NOT_SEEN",
            "relay": "ok",
            "door": "DOOR_NOT_SEEN",
            "badge": "BADGE_NOT_SEEN",
        }
        assert site.watch.broken == []


def test_a_console_that_is_read_is_never_silent_for_a_minute(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image, badge=None)
        site.car.gnss.sky(False)
        site.car.modem.coverage(False)
        silent_s = longest_s = 0.0
        site.car.power_on()
        while not site.car.box.resets:
            world.run_for(1)
            before = len(site.said)
            site.hear()
            silent_s = silent_s + 1 if len(site.said) == before else 0
            longest_s = max(longest_s, silent_s)
        assert longest_s <= 60
        assert site.fitter.end == {"done": True}


# What speaks against it


def test_an_ignition_that_is_on_for_ever_moves_no_relay(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image, helped=False)
        site.car.set_ignition(True)
        site.test()
        for check in ("ignition", "relay", "relay_contact"):
            assert site.told[check] == "IGNITION_STUCK"
        assert site.car.relay_changes == []


def test_without_sky_the_start_is_released_and_never_inhibited(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image)
        site.car.gnss.sky(False)
        site.test()
        for check in ("clock", "relay", "satellites"):
            assert site.told[check] == {"clock": "CLOCK_UNSET"}.get(check, "NO_SATELLITES")
        assert site.told["relay_contact"] == "ok"
        assert [state for _, state in site.car.relay_changes] == ["enabled"]


def test_a_relay_without_an_ignition_line_is_released_and_never_inhibited(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image, IDENTITY | {"ignition_line": False})
        site.test()
        assert (site.told["ignition"], site.told["relay"]) == ("not_fitted", "IGNITION_NOT_SEEN")
        assert site.told["relay_contact"] == "ok"
        assert [state for _, state in site.car.relay_changes] == ["enabled"]


def test_a_car_that_moves_ends_the_test_at_once_and_its_box_starts(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image)
        site.test(until=lambda: "crank" in site.told)
        site.car.drive(speed_kmh=20)
        began_s = world.now_s
        site.go_on()
        assert world.now_s - began_s < 10
        assert site.fitter.end == {"done": False, "failure": "MOVES"}
        assert site.car.relay == "enabled", "as it was"
        world.run_for(20)
        assert site.car.report()["odometer_m"] > 0


@pytest.mark.parametrize(
    ("record", "trip_open"),
    [
        (TripStart(b"marie---", 1, 0, NO_POSITION, NO_POSITION, 0, 0), True),
        (Ordered(ASKED_THEFT, 0), False),
    ],
    ids=["a trip", "a theft order"],
)
def test_what_is_open_is_left_alone_and_the_box_starts_at_once(
    image: Path, record: tuple[object, ...], trip_open: bool
) -> None:
    with World(seed=3) as world:
        site = Site(world, image)
        put_into_journal(image, record)
        site.test()
        assert site.said == 'bench: {"done": false, "failure": "TRIP_OPEN"}\n'
        assert ASKED not in files_of(image)
        world.run_for(1)
        assert site.car.report()["trip_open"] == trip_open
        assert site.car.relay_changes == []


def put_into_journal(image: Path, record: tuple[object, ...]) -> None:
    """Have a box that is off hold that record and no other."""
    storage = MemoryStorage()
    Journal(storage).append_batch((to_record(0, record),), b"")
    for name, content in storage.files.items():
        write_file(image, f"/journal/{name}", content)


# What may happen in the middle


def test_the_test_that_hangs_is_the_watchdogs_and_is_not_made_again(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image)
        write_file(image, "/a/firmware/selftest/sky.mpy", b"")
        write_file(image, "/a/firmware/selftest/sky.py", b"while True:\n    pass\n")
        site.car.box.hang_s = 1
        site.test()
        assert site.car.box.resets == [WATCHDOG_RESET]
        world.run_for(100)
        assert site.car.box.resets == [WATCHDOG_RESET]
        assert site.car.report()["failed_starts"] == 1


@pytest.mark.parametrize("check", ["clock", "ignition", "crank", "relay", "badge", "modem", "sim"])
def test_power_lost_after_a_check_leaves_what_the_law_wants_and_the_application_starts(
    image: Path, check: str
) -> None:
    with World(seed=3) as world:
        site = Site(world, image)
        site.test(until=lambda: check in site.told)
        relay = site.car.relay
        site.cut_power()
        assert site.car.relay == relay, "nothing is pulsed at boot"
        world.run_for(200)
        assert site.car.box.resets == []
        assert site.car.report()["crashes"] == 0
        assert site.car.relay == "inhibited"
        assert site.watch.broken == []


def test_a_release_is_owed_its_inhibiting_pulse_though_the_contact_denies_it(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image)
        site.car.wires.fault("no_feedback")
        site.test(until=lambda: "ignition" in site.told)
        assert site.car.relay == "enabled"
        site.cut_power()
        world.run_for(200)
        assert site.car.relay == "inhibited"


def test_a_request_that_the_flash_does_not_forget_starts_the_application(image: Path) -> None:
    with World(seed=3) as world:
        site = Site(world, image)
        remove_file(image, ASKED)
        write_file(image, f"{ASKED}/in_it", b"")  # a folder in its place: removing it fails
        site.car.power_on()
        world.run_for(70)
        assert (site.car.box.resets, site.car.box.console()) == ([], "")
        assert site.car.report()["crashes"] == 0
