"""How the simulated modem attaches: what it holds, where the network lets it in, and its card."""

import pytest

from simulator.devices.modem.access import IPV6_ONLY, Access, Context
from tests.simulator.devices.modem.modem_bench import ModemBench

RIGHT = Access("right.example", ("user", "secret"))


@pytest.fixture
def bench(tmp_path):
    with ModemBench(tmp_path) as bench:
        yield bench


def test_only_the_right_access_point_of_context_1_attaches(bench):
    bench.modem.state.access = Access("right.example")
    bench.modem.state.contexts[1] = Context("IP", "stale.example")
    bench.start()
    assert bench.lines("AT+CEREG?;+CGATT?") == ["+CEREG: 0,3", "+CGATT: 0", "OK"]
    assert bench.lines('AT+CGDCONT=1,"IP","right.example"') == ["OK"]
    bench.run_for(600)
    assert bench.lines("AT+CEREG?")[0] == "+CEREG: 0,3", "it counts at the next attach only"
    bench.lines("AT+CFUN=4", 2)
    bench.lines("AT+CFUN=1", 6)
    assert bench.lines("AT+CEREG?;+CGATT?") == ["+CEREG: 0,1", "+CGATT: 1", "OK"]


def test_a_blank_access_point_is_none_that_was_wanted(bench):
    bench.modem.state.access = Access("right.example", refusal=2)
    bench.start()
    assert bench.lines("AT+CEREG?")[0] == "+CEREG: 0,2"


def test_a_context_is_kept_without_power(bench):
    bench.start()
    bench.lines('AT+CGDCONT=1,"IPV4V6","kept.example";+CGAUTH=1,1,"secret","user"')
    bench.modem.power_cut()
    bench.start()
    assert bench.lines("AT+CGDCONT?")[0].startswith('+CGDCONT: 1,"IPV4V6","kept.example"')
    assert bench.lines("AT+CGAUTH?")[0] == '+CGAUTH: 1,3,"user","secret"'


def test_a_login_is_the_password_and_then_the_user(bench):
    bench.modem.state.access = RIGHT
    bench.modem.state.contexts[1] = Context("IP", "right.example")
    bench.start()
    for login, state in (('"user","secret"', 3), ('"secret","user"', 1)):
        bench.lines("AT+CFUN=4", 2)
        assert bench.lines(f"AT+CGAUTH=1,2,{login}") == ["OK"]
        bench.lines("AT+CFUN=1", 6)
        assert bench.lines("AT+CEREG?")[0] == f"+CEREG: 0,{state}"


def test_packet_data_are_left_and_attached_to_again(bench):
    bench.start()
    assert bench.lines("AT+CGATT=0;+CGATT?") == ["+CGATT: 0", "OK"]
    assert bench.lines("AT+CGATT=1", 5) == ["OK"]
    assert bench.lines("AT+CGATT?") == ["+CGATT: 1", "OK"]


def test_a_network_of_the_new_kind_gives_its_addresses_only(bench):
    bench.modem.state.access = IPV6_ONLY
    bench.start()
    assert bench.lines("AT+CEREG?")[0] == "+CEREG: 0,3"
    bench.lines("AT+CFUN=4", 2)
    bench.lines('AT+CGDCONT=1,"IPV6","any"')
    bench.lines("AT+CFUN=1", 6)
    assert "2001:DB8" in bench.lines("AT+CGPADDR=1")[0]
    bench.lines("AT+NETOPEN")
    address = f'"127.0.0.1",{bench.port}'
    assert bench.lines(f'AT+CIPOPEN=0,"TCP",{address}', 3)[-1] == "+CIPOPEN: 0,1"
    name = f'"localhost",{bench.port}'
    assert bench.lines(f'AT+CIPOPEN=0,"TCP",{name}', 3)[-1] == "+CIPOPEN: 0,0"


CELL = ',"1A2B","01C3F20D",7'
SLEEPS = ',"00100100","00100010"'


@pytest.mark.parametrize(
    ("mode", "there", "denied"),
    [
        (0, "", ""),
        (1, "", ""),
        (2, CELL, CELL),
        (3, CELL, CELL + ",0,19"),
        (4, CELL + ",," + SLEEPS, CELL + ",0,19" + SLEEPS),
    ],
)
def test_registration_is_told_in_each_mode_with_its_trailing_fields(bench, mode, there, denied):
    bench.start()
    bench.lines(f"AT+CEREG={mode}")
    assert bench.lines("AT+CEREG?")[0] == f"+CEREG: {mode},1{there}"
    bench.modem.power_cut()
    bench.modem.state.access = Access("another.example")
    bench.start()
    assert bench.lines("AT+CEREG?")[0] == f"+CEREG: {mode},3{denied}", "the mode was kept"


def test_a_change_is_told_unasked_without_the_mode(bench):
    bench.start()
    bench.lines("AT+CEREG=3")
    bench.modem.state.access = Access(refusal=3, apn="another.example")
    bench.lines("AT+CFUN=4", 2)
    assert f"+CEREG: 3{CELL},0,19" in bench.lines("AT+CFUN=1", 6)


def test_a_locked_card_wants_its_code_at_each_start_and_after_minimum_function(bench):
    bench.modem.set_sim("pin")
    bench.start()
    assert bench.lines("AT+CPIN?")[0] == "+CPIN: SIM PIN"
    assert bench.lines("AT+CPIN=1234")[0] == "OK"
    bench.lines("AT+CFUN=4", 2)
    bench.lines("AT+CFUN=1", 3)
    assert bench.lines("AT+CPIN?")[0] == "+CPIN: READY", "flight mode leaves the card on"
    bench.lines("AT+CFUN=0", 2)
    bench.lines("AT+CFUN=1", 3)
    assert bench.lines("AT+CPIN?")[0] == "+CPIN: SIM PIN"


def test_the_tries_that_are_left_can_be_read_and_outlive_the_power(bench):
    bench.modem.set_sim("pin")
    bench.start()
    assert bench.lines("AT+SPIC")[0] == "+SPIC: 3,10,3,10"
    bench.lines("AT+CPIN=0000")
    bench.modem.power_cut()
    bench.start()
    assert bench.lines("AT+SPIC")[0] == "+SPIC: 2,10,3,10"
