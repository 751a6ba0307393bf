"""After a trip's end the car is inhibited in the end, and somebody is told where it cannot be."""

import pytest

from firmware.logic.road.nmea import Fix
from shared_protocol.records import (
    CONTRADICTION_CRANKED,
    CONTRADICTION_IGNITION_OFF,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    STARTABLE_IGNITION_ON,
    STARTABLE_MOVES,
    STARTABLE_NO_SIGN,
    Contradiction,
    Relay,
    Startable,
)
from tests.firmware.tasks.vehicle_bench import MARIE, NOW_S, Box, Flash, Wiring

pytestmark = pytest.mark.asyncio
_LONGEST_S = 12 * 60


class Car:
    """A car whose seconds a test can write: the receiver's speed and the ignition line."""

    def __init__(self) -> None:
        self.wires, self.flash, self.state = Wiring(), Flash(), Flash()
        self.second = 0
        self.lat_e7 = 480_000_000
        self.boot()

    def boot(self) -> None:
        self.box = Box(self.wires, self.flash, self.state)

    async def live(self, seconds: int, speed_mm_s: int | None = None) -> None:
        """So many seconds with that speed; None: no fix."""
        for _ in range(seconds):
            self.second += 1
            self.wires.ms += 1000
            if speed_mm_s is not None:
                self.lat_e7 += speed_mm_s * 90 // 1000
                fix = Fix(NOW_S + self.second, 0, self.lat_e7, 20_000_000, speed_mm_s)
                self.box.vehicle.fix(fix, self.wires.ms)
            await self.box.vehicle._look()

    async def drive(self) -> None:
        """Stand, take the car, drive it for a minute and stop it, the engine running."""
        await self.live(90, 0)
        await self.box.badge(MARIE)
        self.wires.on = True
        await self.live(60, 14_000)
        await self.live(10, 0)

    async def end(self) -> None:
        """Switch it off and end the trip."""
        self.wires.on = False
        await self.live(6)
        await self.box.badge(MARIE)
        await self.box.vehicle.badge_held(MARIE)
        await self.box.vehicle.badge_left(MARIE, True)
        assert not self.box.trip.open

    async def parked(self, minute: tuple[int | None, ...]) -> bool:
        """Whether it is inhibited in time, when its speed goes through `minute` over and over."""
        for second in range(_LONGEST_S):
            await self.live(1, minute[second % len(minute)])
            if self.wires.state == RELAY_INHIBITED:
                return True
        return False


async def test_a_car_that_is_parked_underground_is_inhibited_without_a_fix() -> None:
    car = Car()
    await car.drive()
    await car.end()
    assert await car.parked((None,))


@pytest.mark.parametrize("noise_mm_s", [600, 700])
async def test_a_second_of_a_standing_receivers_noise_is_no_motion(noise_mm_s: int) -> None:
    car = Car()
    await car.drive()
    await car.end()
    assert await car.parked((noise_mm_s, *[0] * 58))


async def test_a_fix_that_is_lost_for_a_second_and_found_again_is_no_motion() -> None:
    car = Car()
    await car.drive()
    await car.end()
    assert await car.parked((*[None] * 4, *[0] * 55)), "one second, and a hot start's"


async def test_the_inhibit_pulse_is_given_though_the_contact_shows_it_already() -> None:
    car = Car()
    await car.drive()
    await car.end()
    assert car.wires.state == RELAY_ENABLED
    shown = car.wires.contact
    car.wires.contact = lambda: RELAY_INHIBITED  # type: ignore[method-assign]
    try:
        assert await car.parked((0,))
    finally:
        car.wires.contact = shown  # type: ignore[method-assign]
    assert car.wires.log.count("inhibit") == 1


async def test_the_pulse_is_owed_also_after_a_reset_and_given_once() -> None:
    car = Car()
    await car.drive()
    car.wires.contact = lambda: RELAY_INHIBITED  # type: ignore[method-assign]
    await car.end()
    assert car.box.trip.owes_inhibit
    car.boot()
    assert await car.parked((0,))
    await car.live(300, 0)
    car.boot()
    await car.live(300, 0)
    assert car.wires.log.count("inhibit") == 1
    assert car.box.facts(Relay).count(Relay(RELAY_INHIBITED, 3)) == 1


async def test_a_proof_survives_a_reset_and_ends_when_the_car_moves_with_the_line_off() -> None:
    car = Car()
    await car.drive()
    await car.end()
    car.boot()
    assert await car.parked((None,))
    await car.drive()
    car.wires.on = False  # the wire breaks
    await car.live(60, 14_000)
    assert Contradiction(CONTRADICTION_IGNITION_OFF) in car.box.facts(Contradiction)
    await car.end()
    assert not await car.parked((None,))
    assert car.box.facts(Startable) == []
    await car.live(3600 - _LONGEST_S)
    assert car.box.facts(Startable) == [Startable(STARTABLE_NO_SIGN)]


async def test_a_frozen_receiver_keeps_no_car_from_being_inhibited() -> None:
    car = Car()
    await car.drive()
    await car.end()
    stuck = Fix(NOW_S + car.second, 0, car.lat_e7, 20_000_000, 14_000)
    for _ in range(_LONGEST_S):
        car.second += 1
        car.wires.ms += 1000
        car.box.vehicle.fix(stuck, car.wires.ms)
        await car.box.vehicle._look()
    assert car.wires.state == RELAY_INHIBITED


@pytest.mark.parametrize(
    ("on", "speed_mm_s", "why"),
    [
        (True, 0, STARTABLE_IGNITION_ON),
        (True, None, STARTABLE_IGNITION_ON),
        (False, 2_000, STARTABLE_MOVES),
    ],
)
async def test_a_car_that_may_not_be_inhibited_is_told_of_within_the_hour(
    on: bool, speed_mm_s: int | None, why: int
) -> None:
    car = Car()
    await car.drive()
    await car.end()
    car.wires.on = on
    car.box.vehicle._ignition.on = on
    await car.live(3600, speed_mm_s)
    assert car.wires.state == RELAY_ENABLED
    assert car.box.facts(Startable) == [Startable(why)]


async def test_a_contact_that_shows_inhibited_while_the_car_drives_is_told_once_a_trip() -> None:
    car = Car()
    car.wires.contact = lambda: RELAY_INHIBITED  # type: ignore[method-assign]
    car.wires.cranks = True
    await car.drive()
    await car.live(600, 14_000)
    assert car.box.facts(Contradiction) == [Contradiction(CONTRADICTION_CRANKED)]
