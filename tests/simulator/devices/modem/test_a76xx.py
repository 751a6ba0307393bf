"""The modem's life and its socket, over its line as the firmware uses it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.engine.timeline import US
from tests.simulator.devices.modem.modem_bench import BOARD, ModemBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ModemBench]:
    with ModemBench(tmp_path) as made:
        yield made


def test_it_says_nothing_before_its_power_key_was_pressed(bench):
    assert bench.ask("AT") == []


def test_a_press_of_the_power_key_starts_it_with_its_banners(bench):
    bench.pins.box_drives(BOARD.modem_pwrkey, 1)
    bench.run_for(0.1)
    bench.pins.box_drives(BOARD.modem_pwrkey, 0)
    said = bench.listen(15)
    assert said == ["*ATREADY:", "1", "+CPIN:", "READY", "SMS", "DONE", "PB", "DONE"]


def test_too_short_a_press_starts_nothing(bench):
    bench.pins.box_drives(BOARD.modem_pwrkey, 1)
    bench.run_for(0.04)
    bench.pins.box_drives(BOARD.modem_pwrkey, 0)
    assert bench.listen(15) == []


def test_a_long_press_switches_it_off(bench):
    bench.start()
    bench.pins.box_drives(BOARD.modem_pwrkey, 1)
    bench.run_for(3)
    bench.pins.box_drives(BOARD.modem_pwrkey, 0)
    assert bench.ask("AT") == []


def test_the_reset_pin_starts_it_anew(bench):
    bench.start()
    bench.press(BOARD.modem_reset, 0, 2.5)
    assert bench.listen(15)[:2] == ["*ATREADY:", "1"]


def test_a_reset_shorter_than_the_manuals_two_seconds_is_none(bench):
    bench.start()
    bench.press(BOARD.modem_reset, 0, 1.9)
    assert bench.listen(15) == []
    assert bench.ask("AT") == ["OK"]


def test_it_echoes_until_told_not_to(bench):
    bench.start()
    assert bench.ask("AT") == ["OK"]
    assert bench.ask("ATE1") == ["OK"]
    assert bench.ask("AT") == ["AT", "OK"]


def test_it_registers_some_seconds_after_its_start(bench):
    bench.start()
    assert bench.ask("AT+CREG?") == ["+CREG:", "0,1", "OK"]
    assert bench.ask("AT+CEREG?") == ["+CEREG:", "0,1", "OK"]
    assert bench.ask("AT+CSQ") == ["+CSQ:", "22,99", "OK"]


def test_what_it_does_not_know_is_an_error(bench):
    bench.start()
    assert bench.ask("AT+NONSENSE") == ["ERROR"]


def test_a_second_netopen_is_refused(bench):
    bench.connect()
    assert " ".join(bench.ask("AT+NETOPEN")) == "+IP ERROR: Network is already opened ERROR"


def test_bytes_go_to_the_server_and_its_answer_is_fetched(bench):
    bench.connect()
    assert bench.send(b"hello") == ["OK", "+CIPSEND:", "0,5,5"]
    assert bench.listen(0.3) == ["+CIPRXGET:", "1,0"]
    assert bench.ask("AT+CIPRXGET=4,0") == ["+CIPRXGET:", "4,0,5", "OK"]
    assert bench.ask("AT+CIPRXGET=2,0,3") == ["+CIPRXGET:", "2,0,3,2", "HEL", "OK"]
    assert bench.ask("AT+CIPRXGET=2,0,9") == ["+CIPRXGET:", "2,0,2,0", "LO", "OK"]
    assert bench.ask("AT+CIPRXGET=2,0,9")[-1] == "ERROR"
    assert bench.wire == [("up", b"hello"), ("down", b"HELLO")]


def test_any_byte_may_be_sent_also_a_line_end(bench):
    bench.connect()
    bench.send(b"\r\n\x1a>\x00\r")
    assert bench.wire[0] == ("up", b"\r\n\x1a>\x00\r")


def test_an_answer_takes_the_radios_time_both_ways(bench):
    bench.connect()
    bench.send(b"hello")
    begun_us = bench.timeline.now_us
    while not bench.modem.state.received:
        bench.run_for(0.001)
    assert 0.05 <= (bench.timeline.now_us - begun_us) / US <= 0.12


def test_the_server_is_woken_when_its_own_deadline_comes(bench):
    bench.connect()
    bench.send(b"later")
    assert bench.listen(9.5) == []
    assert bench.listen(1) == ["+CIPRXGET:", "1,0"]


def test_a_connection_that_the_server_closes_is_told(bench):
    bench.connect()
    bench.send(b"close")
    assert bench.listen(1) == ["+IPCLOSE:", "0,1"]
    assert bench.ask("AT+CIPSEND=0,1")[-1] == "ERROR"


def test_bytes_sent_just_before_an_orderly_close_still_arrive(bench):
    bench.connect()
    bench.modem.state.link.send(b"bye")
    bench.modem.close_link()
    bench.run_for(1)
    assert ("up", b"bye") in bench.wire
    assert ("down", b"BYE") in bench.wire, "the server had it, and answered before it saw the end"


def test_a_refused_connection_is_told(bench):
    bench.start()
    bench.ask("AT+NETOPEN")
    assert bench.ask('AT+CIPOPEN=0,"TCP","127.0.0.1",1') == ["OK", "+CIPOPEN:", "0,1"]


def test_a_server_that_dies_closes_the_connection_and_time_goes_on(bench):
    bench.connect()
    bench.server.kill()
    bench.server.wait()
    bench.send(b"hello")
    assert bench.listen(1) == ["+IPCLOSE:", "0,1"]


def test_without_coverage_bytes_vanish_and_the_modem_notices_late(bench):
    bench.connect()
    bench.ask("AT+CIPSEND=0,5", 0.05)
    bench.line.write(b"hello")
    bench.run_for(0.02)
    bench.modem.coverage(False)
    assert "+CIPEVENT:" not in bench.listen(15)
    assert bench.wire == []
    assert bench.listen(10) == ["+CIPEVENT:", "NETWORK", "CLOSED", "UNEXPECTEDLY"]
    assert bench.ask("AT+CREG?") == ["+CREG:", "0,2", "OK"]
    assert bench.ask("AT+NETOPEN") == ["OK", "+NETOPEN:", "1"]
    bench.modem.coverage(True)
    bench.run_for(5)
    assert bench.ask("AT+NETOPEN") == ["OK", "+NETOPEN:", "0"]


def test_a_silent_modem_answers_nothing_and_an_erring_one_only_error(bench):
    bench.start()
    bench.modem.fault("silent")
    assert bench.ask("AT") == []
    bench.modem.fault("error")
    assert bench.ask("AT") == ["ERROR"]
    bench.modem.fault(None)
    assert bench.ask("AT") == ["OK"]


def test_a_modem_without_supply_cannot_be_started_until_it_has_it_again(bench):
    bench.start()
    bench.modem.off()
    with pytest.raises(AssertionError):
        bench.start()
    bench.modem.on()
    bench.pins.box_drives(BOARD.modem_pwrkey, 0)
    bench.start()
