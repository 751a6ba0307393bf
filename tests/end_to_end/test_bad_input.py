"""Bad input at the car's end: a modem that misbehaves and a receiver that babbles lose nothing."""

from pathlib import Path

import pytest

from tests.chain import DRIVER_BADGE, Chain


def everything_arrived(chain: Chain) -> bool:
    report = chain.car.report()
    return bool(report["lowest_seq"] == report["next_seq"])


@pytest.mark.parametrize("fault", ["silent", "error"])
def test_a_modem_that_misbehaves_for_five_minutes_loses_nothing(chain: Chain, fault: str) -> None:
    chain.start_driving()
    chain.world.run_for(60)
    chain.car.modem.fault(fault)
    chain.world.run_for(300)
    before = chain.car.report()
    assert before["lowest_seq"] < before["next_seq"], "nothing was waiting: the fault had no effect"
    chain.car.modem.fault(None)
    recovery_s = chain.world.run_until(lambda: everything_arrived(chain), 300)

    print(f"{fault}: all records stored {recovery_s:.0f} s of world time after the fault ended")
    report = chain.car.report()
    assert report["records_lost"] == 0
    assert chain.trips()["records_stored"] == report["records_made"]


def test_a_lost_link_loses_nothing(chain: Chain) -> None:
    chain.start_driving()
    chain.world.run_for(60)
    chain.car.modem.coverage(False)
    chain.world.run_for(300)
    chain.car.modem.coverage(True)
    recovery_s = chain.world.run_until(lambda: everything_arrived(chain), 300)

    print(f"no coverage: all records stored {recovery_s:.0f} s of world time after it came back")
    assert chain.trips()["records_stored"] == chain.car.report()["records_made"]


def test_a_babbling_receiver_is_counted_and_invents_no_metre(chain: Chain, tmp_path: Path) -> None:
    log = tmp_path / "babble.nmea"
    log.write_bytes(
        b"$GPRMC,101500.00,A,4800.36600,N,00011.97600,E,30.0,90.0,210926,,,A*00\r\n"  # bad checksum
        b"$GPRMC,,V,,,,,,,,,,N*53\r\n"  # a cold receiver
        b"$GPRMC,101501.00,A,4800.36\r\n"  # half a sentence
        + bytes(range(256)) * 4
        + b"$" * 500
        + b"\r\n"
    )
    chain.get_ready()
    chain.car.present_badge(DRIVER_BADGE)
    chain.world.run_for(5)
    chain.car.set_ignition(True)
    before = chain.car.report()
    chain.car.gnss.play(log)
    chain.world.run_for(60)

    report = chain.car.report()
    assert report["sentences_void"] == before["sentences_void"] + 1
    assert report["sentences_bad"] >= before["sentences_bad"] + 2
    assert report["odometer_m"] == before["odometer_m"]
    assert report["crashes"] == 0
