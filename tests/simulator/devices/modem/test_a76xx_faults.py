"""Every fault of the modem by its name: what it spoils, and what ends it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.devices.modem.faults import FAULTS
from tests.simulator.devices.modem.modem_bench import BOARD, ModemBench

KEY, RESET, SUPPLY = "power key", "reset pin", "supply"
RESTARTS = (KEY, RESET, SUPPLY)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ModemBench]:
    with ModemBench(tmp_path) as made:
        yield made


def restart(bench: ModemBench, how: str) -> None:
    """Try to have the modem start anew, as a box would."""
    if how == KEY:
        bench.press(BOARD.modem_pwrkey, 1, 3.0)
        bench.run_for(1)
    elif how == RESET:
        bench.press(BOARD.modem_reset, 0, 2.5)
        bench.run_for(1)
    else:
        bench.press(BOARD.modem_power, 1, 1.0)
    if how != RESET:
        bench.press(BOARD.modem_pwrkey, 1, 0.2)
    bench.run_for(20)
    bench.line.take()


def works(bench: ModemBench) -> bool:
    """Whether a box gets from the echo to bytes that the server answers."""
    bench.lines("ATE0")
    bench.lines("AT+CIPCLOSE=0")
    bench.lines("AT+CMEE=2;+CIPRXGET=1")
    bench.run_for(5)
    if bench.lines("AT+CPIN?") != ["+CPIN: READY", "OK"]:
        return False
    if bench.lines("AT+CREG?") != ["+CREG: 0,1", "OK"]:
        return False
    if bench.lines("AT+NETOPEN")[-1] not in ("+NETOPEN: 0", "ERROR"):
        return False
    if bench.lines(f'AT+CIPOPEN=0,"TCP","127.0.0.1",{bench.port}', 3) != ["OK", "+CIPOPEN: 0,0"]:
        return False
    if bench.lines("AT+CIPSEND=0,5", 0.05) != [">"]:
        return False
    bench.line.write(b"hello")
    return bench.listen(1)[-2:] == ["+CIPRXGET:", "1,0"]


def test_every_fault_has_a_name_and_a_line_for_people():
    assert len(FAULTS) == 15
    for name, fault in FAULTS.items():
        assert name.isidentifier()
        assert fault.meaning and "\n" not in fault.meaning


def test_an_unknown_fault_is_refused(bench):
    with pytest.raises(ValueError, match="no fault"):
        bench.modem.fault("bad mood")


@pytest.mark.parametrize("name", FAULTS)
def test_a_modem_that_is_healed_works_after_a_restart(bench, name):
    bench.connect()
    bench.modem.fault(name)
    bench.lines("AT+CSQ")
    bench.modem.fault(None)
    restart(bench, SUPPLY)
    assert works(bench)


@pytest.mark.parametrize(
    ("name", "cures"),
    [
        ("silent", ()),
        ("error", ()),
        ("urc_in_reply", RESTARTS),
        ("freeze_after_urc", RESTARTS),
        ("endless_search", RESTARTS),
        ("reconnect_loop", (KEY, SUPPLY)),
        ("mute_until_power_cut", (SUPPLY,)),
        ("hung_until_reset", (RESET, SUPPLY)),
        ("cpin_without_ok", ()),
        ("stray_banners", ()),
    ],
)
def test_a_fault_ends_with_its_cures_only(tmp_path_factory, name, cures):
    for how in RESTARTS:
        with ModemBench(tmp_path_factory.mktemp("modem")) as bench:
            bench.connect()
            bench.modem.fault(name)
            bench.lines("AT+CSQ")
            bench.lines("AT+CSQ")
            assert not works(bench) or name == "urc_in_reply", f"{name} spoils nothing"
            bench.modem.fault(name)
            bench.lines("AT+CSQ")
            restart(bench, how)
            assert works(bench) == (how in cures), f"{name}, {how}"


def test_silent_and_error(bench):
    bench.start()
    bench.modem.fault("silent")
    assert bench.lines("AT") == []
    bench.modem.fault("error")
    assert bench.lines("AT+CGMM") == ["ERROR"]


def test_a_urc_swallows_a_reply_and_the_socket_ends_the_errors(bench):
    bench.connect()
    bench.modem.fault("urc_in_reply")
    assert bench.lines("AT+CSQ") == ["+CIPRXGET: 1,0"]
    assert bench.lines("AT+CSQ") == ["ERROR"]
    assert bench.lines("AT+CIPSEND=0,5") == ["ERROR"]
    assert bench.lines("AT+CIPCLOSE=0") == ["+CIPCLOSE: 0,0", "OK"]
    assert works(bench)


def test_a_urc_freezes_it(bench):
    bench.connect()
    bench.modem.fault("freeze_after_urc")
    assert bench.lines("AT+CSQ") == ["+CIPRXGET: 1,0"]
    assert bench.lines("AT") == []
    assert bench.lines("AT+CRESET", 20) == []


def test_a_close_that_is_not_told_leaves_a_socket_that_swallows_everything(bench):
    bench.connect()
    bench.modem.fault("close_unreported")
    bench.send(b"close")
    assert bench.listen(5) == []
    assert bench.send(b"hello") == ["OK", "+CIPSEND:", "0,5,5"]
    assert bench.wire[-1] == ("up", b"close")
    assert bench.lines("AT+CIPCLOSE=0") == ["+CIPCLOSE: 0,0", "OK"]
    assert works(bench)


def test_a_lost_bearer_is_not_told_either(bench):
    bench.connect()
    bench.modem.fault("close_unreported")
    bench.modem.coverage(False)
    assert bench.listen(60) == []
    assert bench.lines("AT+NETOPEN?") == ["+NETOPEN: 1", "OK"]


def test_data_are_taken_and_not_sent_until_the_socket_is_closed(bench):
    bench.connect()
    bench.modem.fault("send_fail")
    assert bench.send(b"hello") == ["+CIPSEND:", "0,5,-1", "ERROR"]
    assert bench.wire == []
    bench.lines("AT+CIPCLOSE=0")
    assert works(bench)


def test_it_searches_for_ever_though_there_is_a_cell(bench):
    bench.connect()
    bench.modem.fault("endless_search")
    assert bench.listen(30)[0] == "+CIPEVENT:"
    for _ in range(3):
        bench.run_for(600)
        assert bench.lines("AT+CREG?") == ["+CREG: 0,2", "OK"]
    bench.lines("AT+CFUN=0", 2)
    bench.lines("AT+CFUN=1", 10)
    assert bench.lines("AT+CREG?") == ["+CREG: 0,2", "OK"]


def test_every_socket_fails_until_a_power_cycle(bench):
    bench.connect()
    bench.modem.fault("reconnect_loop")
    assert bench.listen(1) == ["+IPCLOSE:", "0,1"]
    for _ in range(3):
        answer = bench.lines(f'AT+CIPOPEN=0,"TCP","127.0.0.1",{bench.port}', 3)
        assert answer == ["OK", "+CIPOPEN: 0,1"]


def test_a_reset_line_held_at_boot_spoils_one_start(bench):
    bench.modem.fault("reset_held_at_boot")
    bench.start()
    assert bench.lines("AT+CFUN?") == ["+CFUN: 0", "OK"]
    assert bench.lines("AT+CPIN?") == ["+CME ERROR: SIM failure"]
    bench.lines("AT+CFUN=1", 10)
    assert bench.lines("AT+CPIN?") == ["+CME ERROR: SIM failure"]
    restart(bench, RESET)
    assert works(bench)


def test_the_card_is_busy_for_ten_seconds_after_a_start(bench):
    bench.modem.fault("sim_busy")
    bench.press(BOARD.modem_pwrkey, 1, 0.1)
    bench.run_for(9)
    bench.line.take()
    assert bench.lines("ATE0+CPIN?")[-1] == "+CME ERROR: SIM busy"
    bench.run_for(8)
    assert bench.lines("AT+CPIN?")[-2:] == ["+CPIN: READY", "OK"]
    assert works(bench)


def test_half_an_answer(bench):
    bench.start()
    bench.modem.fault("cpin_without_ok")
    assert bench.lines("AT+CPIN?") == ["+CPIN: READY"]
    assert bench.lines("AT+CREG?") == ["+CREG: 0,1", "OK"]


def test_banners_come_in_the_middle_of_replies(bench):
    bench.start()
    bench.modem.fault("stray_banners")
    assert bench.lines("AT+CSQ") == ["RDY", "+CSQ: 22,99", "SMS DONE", "OK"]
    assert bench.lines("AT+CSQ") == ["PB DONE", "+CSQ: 22,99", "*ATREADY: 1", "OK"]


def test_three_long_replies_lose_bytes_and_short_ones_none(bench):
    bench.connect()
    bench.modem.fault("uart_overflow")
    for _ in range(4):
        bench.send(b"x" * 250)
    bench.run_for(5)
    bench.line.take()
    lengths = []
    for _ in range(4):
        bench.line.write(b"AT+CIPRXGET=2,0,200\r")
        bench.run_for(1)
        lengths.append(len(bench.line.take()))
    bench.line.write(b"AT+CIPRXGET=2,0,50\r")
    bench.run_for(1)
    assert lengths[0] == lengths[1] == lengths[2] == lengths[3] - 16
    assert b"X" * 50 in bench.line.take()
