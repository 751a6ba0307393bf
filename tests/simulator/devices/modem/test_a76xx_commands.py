"""What the modem answers, group by group, as the A76XX Series AT Command Manual has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.devices.modem.modem_bench import BOARD, ModemBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ModemBench]:
    with ModemBench(tmp_path) as made:
        made.start()
        yield made


# Lines and result codes


def test_several_commands_in_one_line_have_one_result(bench):
    assert bench.lines("AT+CREG=0;+CREG?;+CGMM") == ["+CREG: 0,1", "A7670E-FASE", "OK"]


def test_the_first_command_that_fails_ends_its_line(bench):
    assert bench.lines("AT+CGMM;+NONSENSE;+CGSN") == ["A7670E-FASE", "ERROR"]


def test_commands_of_letters_and_others_share_a_line(bench):
    assert bench.lines("ATE0V1S3?+CGMM") == ["013", "A7670E-FASE", "OK"]


def test_small_letters_are_as_good_as_capitals(bench):
    assert bench.lines("at+cgmm") == ["A7670E-FASE", "OK"]


def test_a_slash_repeats_the_line_before(bench):
    bench.lines("AT+CGMM")
    bench.line.write(b"A/")
    assert bench.listen(1) == ["A7670E-FASE", "OK"]


def test_noise_without_at_is_not_answered(bench):
    assert bench.lines("nothing of interest") == []


def test_a_line_that_is_too_long_is_an_error(bench):
    assert bench.lines("AT+CGDCONT=1," + "x" * 600) == ["ERROR"]


def test_errors_are_told_as_cmee_has_it(bench):
    bench.modem.set_sim("absent")
    bench.listen(1)
    assert bench.lines("AT+CMEE=0;+CIMI") == ["ERROR"]
    assert bench.lines("AT+CMEE=1;+CIMI") == ["+CME ERROR: 10"]
    assert bench.lines("AT+CMEE=2;+CIMI") == ["+CME ERROR: SIM not inserted"]
    assert bench.lines("AT+CMEE?") == ["+CMEE: 2", "OK"]


def test_result_codes_may_be_numbers_or_none(bench):
    bench.line.write(b"ATV0\r")
    assert bench.listen(1) == ["0"]
    bench.line.write(b"AT+NONSENSE\r")
    assert bench.listen(1) == ["4"]
    assert bench.lines("ATV1") == ["OK"]
    assert bench.lines("ATQ1") == []
    assert bench.lines("AT+CGMM") == ["A7670E-FASE"]


def test_registers_keep_what_they_are_told(bench):
    assert bench.lines("ATS0=2") == ["OK"]
    assert bench.lines("ATS0?") == ["002", "OK"]
    assert bench.lines("ATS0=256") == ["ERROR"]
    assert bench.lines("ATS99?") == ["ERROR"]


@pytest.mark.parametrize(
    "command",
    ["AT+CREG=9", "AT+CREG=x", "AT+CREG=", "AT+CREG=1,2", "AT+CREG?1", "AT+CGMM=1", "AT+", "ATD1"],
)
def test_a_command_with_wrong_arguments_is_an_error(bench, command):
    assert bench.lines(command)[-1] in ("ERROR", "+CME ERROR: Incorrect parameters")


TESTABLE = """CREG CGREG CEREG COPS CSQ CFUN CGDCONT CGATT CGACT CMGF CNMI CPMS CMEE CIPOPEN CIPSEND
    CIPCLOSE CIPRXGET CSCLK CTZU CGMM"""


@pytest.mark.parametrize("name", TESTABLE.split())
def test_a_command_says_whether_it_is_there(bench, name):
    assert bench.lines(f"AT+{name}=?", 25)[-1] == "OK"


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_can_break_the_interpreter(tmp_path_factory, chunks):
    with ModemBench(tmp_path_factory.mktemp("modem")) as bench:
        bench.start()
        for chunk in chunks:
            bench.line.write(chunk)
            bench.listen_raw(0.1)
        bench.line.write(b"\x1b\r")  # out of a prompt, if it asked for data
        bench.listen_raw(40)
        bench.line.write(b"ATQ0V1E0\r")
        bench.listen_raw(1)
        if bench.modem.state.is_on:  # it may have been told to switch itself off
            assert bench.lines("AT")[-1] == "OK"


# Who it is, and its card


def test_it_says_who_it_is(bench):
    assert bench.lines("ATI")[0] == "Manufacturer: SIMCOM INCORPORATED"
    assert bench.lines("AT+CGMI") == ["SIMCOM INCORPORATED", "OK"]
    assert bench.lines("AT+CGSN") == ["860000000000017", "OK"]
    assert bench.lines("AT+CIMI") == ["001010123456789", "OK"]
    assert bench.lines("AT+CICCID") == ["+ICCID: 8988211000000000017", "OK"]


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("ready", "OK"),
        ("absent", "+CME ERROR: SIM not inserted"),
        ("failure", "+CME ERROR: SIM failure"),
        ("busy", "+CME ERROR: SIM busy"),
        ("pin", "OK"),
        ("puk", "OK"),
    ],
)
def test_every_state_of_the_card_has_its_answer(bench, state, answer):
    bench.modem.set_sim(state)
    bench.listen(1)
    assert bench.lines("AT+CPIN?")[-1] == answer
    assert bench.lines("AT+CREG?")[0] == ("+CREG: 0,1" if state == "ready" else "+CREG: 0,2")


def test_the_right_code_opens_the_card_and_three_wrong_ones_lock_it(bench):
    bench.modem.set_sim("pin")
    assert bench.listen(1) == ["+CPIN:", "SIM", "PIN"]
    assert bench.lines("AT+CPIN=0000") == ["+CME ERROR: incorrect password"]
    assert bench.lines("AT+CPIN=1234") == ["OK", "+CPIN: READY"]
    bench.run_for(5)
    assert bench.lines("AT+CREG?") == ["+CREG: 0,1", "OK"]
    bench.modem.set_sim("pin")
    bench.listen(1)
    for _ in range(2):
        bench.lines("AT+CPIN=0000")
    assert bench.lines("AT+CPIN=0000")[-1] == "+CME ERROR: SIM PUK required"
    assert bench.lines("AT+CPIN?") == ["+CPIN: SIM PUK", "OK"]


# The network


@pytest.mark.parametrize("domain", ["C", "CG", "CE"])
def test_changes_of_the_registration_are_told_where_asked_for(bench, domain):
    assert bench.lines(f"AT+{domain}REG=1") == ["OK"]
    bench.modem.coverage(False)
    assert bench.listen(1) == [f"+{domain}REG:", "2"]
    assert bench.lines(f"AT+{domain}REG=2") == ["OK"]
    bench.modem.coverage(True)
    assert bench.listen(5) == [f"+{domain}REG:", '1,"1A2B","01C3F20D",7']
    assert bench.lines(f"AT+{domain}REG?") == [f'+{domain}REG: 2,1,"1A2B","01C3F20D",7', "OK"]


def test_the_operator_is_told_in_each_format(bench):
    assert bench.lines("AT+COPS?") == ['+COPS: 0,0,"Voiturier",7', "OK"]
    assert bench.lines("AT+COPS=3,2;+COPS?") == ['+COPS: 0,2,"00101",7', "OK"]
    assert bench.lines("AT+COPS=?", 25)[0].startswith('+COPS: (2,"Voiturier","VTR","00101",7)')
    assert bench.lines('AT+COPS=1,2,"20801"') == ["+CME ERROR: no network service"]


def test_a_search_takes_its_time_and_keeps_the_next_command_waiting(bench):
    assert bench.lines("AT+COPS=?", 5) == []
    assert bench.lines("AT+CGMM", 5) == []
    assert bench.listen(20)[-2:] == ["A7670E-FASE", "OK"]


def test_without_a_cell_there_is_no_signal_and_no_operator(bench):
    bench.modem.coverage(False)
    assert bench.lines("AT+CSQ;+COPS?;+CGATT?") == ["+CSQ: 99,99", "+COPS: 0", "+CGATT: 0", "OK"]


def test_flight_mode_leaves_the_network_and_full_function_finds_it_again(bench):
    assert bench.lines("AT+CFUN=4", 2) == ["OK"]
    assert bench.lines("AT+CFUN?;+CREG?") == ["+CFUN: 4", "+CREG: 0,0", "OK"]
    assert bench.lines("AT+CFUN=1", 6)[0] == "OK"
    assert bench.lines("AT+CREG?") == ["+CREG: 0,1", "OK"]


def test_contexts_are_defined_and_activated(bench):
    assert bench.lines('AT+CGDCONT=2,"IP","example"') == ["OK"]
    assert '+CGDCONT: 2,"IP","example","0.0.0.0",0,0,,,,' in bench.lines("AT+CGDCONT?")
    assert bench.lines("AT+CGACT?") == ["+CGACT: 1,1", "+CGACT: 2,0", "OK"]
    assert bench.lines("AT+CGACT=1,2;+CGPADDR=2") == ["+CGPADDR: 2,10.64.12.7", "OK"]
    bench.modem.coverage(False)
    assert bench.lines("AT+CGACT=1,2") == ["+CME ERROR: no network service"]


# Its clock, its sleep and its ends


def test_the_network_sets_the_clock_in_local_time(bench):
    # The bench begins at 2023-11-14 22:13:20 UTC.
    assert bench.lines("AT+CCLK?")[0].startswith('+CCLK: "23/11/14,23:13:')
    assert bench.lines("AT+CCLK?")[0].endswith('+04"')
    assert bench.lines('AT+CCLK="30/01/02,03:04:05+00"') == ["OK"]
    assert bench.lines("AT+CCLK?")[0].startswith('+CCLK: "30/01/02,03:04:0')
    assert bench.lines('AT+CCLK="rubbish"') == ["ERROR"]


def test_before_the_network_told_it_the_time_is_that_of_1980(tmp_path):
    with ModemBench(tmp_path) as bench:
        bench.modem.coverage(False)
        bench.start()
        assert bench.lines("AT+CCLK?")[0].startswith('+CCLK: "80/01/06,00:00:')


def test_asleep_it_hears_nothing_until_dtr_is_low(bench):
    assert bench.lines("AT+CSCLK=1") == ["OK"]
    bench.pins.box_drives(BOARD.modem_dtr, 1)
    assert bench.lines("AT") == []
    bench.pins.box_drives(BOARD.modem_dtr, 0)
    assert bench.lines("AT") == [], "it takes its time to wake"
    assert bench.lines("AT") == ["OK"]


def test_ri_is_low_for_a_moment_when_it_says_something_unasked(bench):
    levels: list[int] = []
    bench.connect()
    bench.pins.on_outside = lambda number: levels.append(bench.pins.outside[number])
    bench.lines("AT+CSQ")
    assert levels == []
    bench.modem.lose_link()
    bench.run_for(1)
    assert levels == [0, 1]


def test_dtr_means_nothing_unless_sleep_was_allowed(bench):
    bench.pins.box_drives(BOARD.modem_dtr, 1)
    assert bench.lines("AT") == ["OK"]


@pytest.mark.parametrize("command", ["AT+CRESET", "AT+CFUN=1,1"])
def test_a_restart_by_command_comes_with_its_banners_and_the_echo_back(bench, command):
    assert bench.lines(command, 15)[:2] == ["OK", "*ATREADY: 1"]
    assert bench.lines("AT") == ["AT\r", "OK"]


def test_switched_off_by_command_it_waits_for_its_key(bench):
    assert bench.lines("AT+CPOF", 15) == ["OK"]
    assert bench.lines("AT") == []
    bench.start()


# TCP


def test_a_prompt_without_a_length_ends_with_ctrl_z_and_is_given_up_with_esc(bench):
    bench.connect()
    assert bench.lines("AT+CIPSEND=0,") == ["> "]
    bench.line.write(b"never\x1b")
    assert bench.listen(1) == ["OK"]
    assert bench.lines("AT+CIPSEND=0,") == ["> "]
    bench.line.write(b"hello\x1a")
    assert bench.listen(0.05) == ["OK", "+CIPSEND:", "0,5,5"]
    bench.run_for(1)
    assert bench.wire[0] == ("up", b"hello")


def test_a_message_may_come_between_a_command_and_its_answer(bench):
    bench.connect()
    bench.send(b"hello")
    bench.run_for(0.05)
    while not bench.modem.state.received:
        bench.run_for(0.001)
        last = bench.line.take()
    bench.line.write(b"AT+CGMM\r")
    assert last == b""
    assert bench.listen(1) == ["+CIPRXGET:", "1,0", "A7670E-FASE", "OK"]


def test_bytes_may_be_fetched_in_hexadecimal_or_be_pushed(bench):
    bench.connect()
    bench.send(b"hello")
    bench.run_for(1)
    bench.line.take()
    assert bench.lines("AT+CIPRXGET=3,0,3") == ["+CIPRXGET: 3,0,3,2", "48454C", "OK"]
    assert bench.lines("AT+CIPRXGET=0") == ["OK"]
    bench.send(b"again")
    told = f"RECV FROM:127.0.0.1:{bench.port} +IPD5 AGAIN"
    assert " ".join(bench.listen(1)) == told


def test_what_is_open_is_listed(bench):
    bench.connect()
    assert bench.lines("AT+CIPOPEN?")[0] == f'+CIPOPEN: 0,"TCP","127.0.0.1",{bench.port},-1'
    assert bench.lines("AT+CIPCLOSE?") == ["+CIPCLOSE: 1,0,0,0,0,0,0,0,0,0", "OK"]
    assert bench.lines("AT+CIPACK=0") == ["+CIPACK: 0,0,0", "OK"]
    assert bench.lines("AT+NETOPEN?;+IPADDR;+CIPRXGET?")[:3] == [
        "+NETOPEN: 1",
        "+IPADDR: 10.64.12.7",
        "+CIPRXGET: 1",
    ]
    assert bench.lines("AT+CIPCLOSE=0") == ["+CIPCLOSE: 0,0", "OK"]
    assert bench.lines("AT+NETCLOSE") == ["OK", "+NETCLOSE: 0"]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ('AT+CIPOPEN=0,"TCP","127.0.0.1",1', ["+CIPOPEN: 0,2", "ERROR"]),
        ('AT+CIPOPEN=1,"TCP","127.0.0.1",1', ["+CIPOPEN: 1,4", "ERROR"]),
        ('AT+CIPOPEN=0,"TCP","127.0.0.1",99999', ["+CIPOPEN: 0,3", "ERROR"]),
        ("AT+CIPSEND=0,5", ["+CIPERROR: 2", "ERROR"]),
        ("AT+CIPCLOSE=0", ["+CIPCLOSE: 0,4", "ERROR"]),
        ("AT+NETCLOSE", ["+NETCLOSE: 2", "ERROR"]),
        ("AT+IPADDR", ["+IP ERROR: Network not opened", "ERROR"]),
        ("AT+CIPRXGET=2,0", ["+IP ERROR: No data", "ERROR"]),
    ],
)
def test_what_cannot_be_done_has_its_error(bench, command, answer):
    assert bench.lines(command) == answer


def test_more_than_one_send_takes_is_an_error(bench):
    bench.connect()
    assert bench.lines("AT+CIPSEND=0,1501") == ["ERROR"]
    assert bench.lines("AT+CIPSEND=0,0") == ["ERROR"]


def test_a_context_that_the_network_takes_away_is_told_at_once(bench):
    bench.connect()
    bench.modem.lose_bearer()
    assert " ".join(bench.listen(1)) == "+CIPEVENT: NETWORK CLOSED UNEXPECTEDLY"
    assert bench.lines("AT+NETOPEN?") == ["+NETOPEN: 0", "OK"]


def test_a_socket_that_the_operator_drops_is_told_with_its_reason(bench):
    bench.connect()
    bench.modem.lose_link(2)
    assert bench.listen(1) == ["+IPCLOSE:", "0,2"]
