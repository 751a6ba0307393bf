"""Acceptance 4, second half: at 50 km/h nothing whatever makes the relay change."""

from collections.abc import Callable

import pytest

from tests.chain import DRIVER_BADGE, HOUR_S, PLATE, Chain


def the_grant_expires(chain: Chain) -> None:
    chain.world.run_for(HOUR_S + 600)


def the_badge_is_revoked(chain: Chain) -> None:
    chain.voiturier("badge", "lost", "--uid", DRIVER_BADGE.hex())
    chain.world.run_for(600)


def the_firmware_is_killed_and_restarts(chain: Chain) -> None:
    for pause_s in (1, 30, 200):
        chain.car.kill()
        chain.world.run_for(pause_s)
        chain.car.power_on()
        chain.world.run_for(120)


def the_server_commands_an_inhibit(chain: Chain) -> None:
    chain.voiturier("command", "--vehicle", PLATE, "inhibit")
    chain.world.run_for(900)


def the_satellites_are_lost(chain: Chain) -> None:
    chain.car.gnss.off()
    chain.world.run_for(1200)


def the_modem_dies(chain: Chain) -> None:
    chain.car.modem.off()
    chain.world.run_for(1200)


@pytest.mark.parametrize(
    "event",
    [
        the_grant_expires,
        the_badge_is_revoked,
        the_firmware_is_killed_and_restarts,
        the_server_commands_an_inhibit,
        the_satellites_are_lost,
        the_modem_dies,
    ],
    ids=lambda event: event.__name__,
)
def test_at_50_kmh_the_relay_does_not_change_when(
    chain: Chain, event: Callable[[Chain], None]
) -> None:
    chain.start_driving()
    chain.world.run_for(60)
    assert chain.car.relay == "enabled"
    changes = list(chain.car.relay_changes)
    event(chain)
    assert chain.car.relay_changes == changes
    assert chain.car.starter_allowed
    # The trip is still the driver's to end, whatever happened.
    assert chain.car.report()["trip_open"]


def test_a_commanded_inhibit_waits_until_the_car_is_safe_and_is_confirmed(chain: Chain) -> None:
    chain.start_driving()
    chain.world.run_for(60)
    the_server_commands_an_inhibit(chain)
    assert chain.rows("select state from command") == [("pending",)]
    chain.car.drive(speed_kmh=0)
    chain.world.run_for(5)
    chain.car.set_ignition(False)
    chain.world.run_for(300)
    assert chain.car.relay == "enabled", "a trip is open: a stop is not its end"
    chain.car.present_badge(DRIVER_BADGE, hold_s=4)
    chain.world.run_for(200)
    assert chain.car.relay == "inhibited"
    assert chain.rows("select state from command") == [("applied",)]
