"""The way online: a timeout and two exits for every state, and a ladder of recovery."""

from firmware.logic.link.modem_states import (
    AT_READY,
    BACK_OFF,
    CIPOPEN,
    CLOSE_SOCKET,
    NETCLOSE,
    NETOPEN,
    ONLINE,
    POWER_CYCLE,
    POWER_UP,
    RADIO_CYCLE,
    RECOVER,
    RECOVERY,
    REGISTERED,
    RESET,
    SIM,
    STATES,
    ModemStates,
)
from shared_protocol.records import (
    OFF_AIR_BATTERY_LOW,
    OFF_AIR_NETWORK_REFUSED,
    OFF_AIR_NO_CONTEXT,
    OFF_AIR_NO_COVERAGE,
    OFF_AIR_NO_SIM,
    OFF_AIR_PIN_WANTED,
    OFF_AIR_PIN_WRONG,
    OFF_AIR_SIM_FAILED,
)


def go_online(states, now_ms=0):
    while states.state.name != ONLINE:
        states.finished(True, now_ms)


def fail_until_back_off(states, now_ms=0, cause=0):
    """Fail in the present state; return the rung climbed and the pause in ms."""
    states.finished(False, now_ms, cause)
    rung = states.state.name
    states.finished(True, now_ms)
    assert states.state.name == BACK_OFF
    pause_ms = states.back_off_ms(now_ms, quiet=False)
    states.finished(True, now_ms)
    assert states.state.name == POWER_UP
    return rung, pause_ms


def test_every_state_names_its_exits_and_its_time():
    for state in STATES.values():
        assert state.after_success in STATES or state.after_success == RECOVER
        assert state.after_failure in STATES or state.after_failure == RECOVER
        assert state.timeout_ms or state.name in (ONLINE, BACK_OFF)


def test_success_leads_online():
    states = ModemStates(0, bytes)
    path = [states.state.name]
    while path[-1] != ONLINE:
        states.finished(True, 0)
        path.append(states.state.name)
    assert path == [POWER_UP, AT_READY, SIM, REGISTERED, NETOPEN, CIPOPEN, ONLINE]


def go_to(states, name, now_ms=0):
    while states.state.name != name:
        states.finished(True, now_ms)


def test_each_failure_in_a_row_climbs_the_ladder_and_doubles_the_pause():
    states = ModemStates(0, bytes)
    climbed = []
    for _ in range(8):
        go_to(states, NETOPEN)
        climbed.append(fail_until_back_off(states))
    assert [rung for rung, _ in climbed] == [
        NETCLOSE, RADIO_CYCLE, RESET,
        POWER_CYCLE, POWER_CYCLE, POWER_CYCLE, POWER_CYCLE, POWER_CYCLE,
    ]  # fmt: skip
    assert [pause for _, pause in climbed] == [
        2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000
    ]  # fmt: skip


def rungs_of(name, hours, cause=0):
    """The rungs climbed when a state fails once a minute for so many hours."""
    states = ModemStates(0, bytes)
    climbed = {}
    for minute in range(60 * hours):
        go_to(states, name, minute * 60_000)
        rung = fail_until_back_off(states, minute * 60_000, cause)[0]
        climbed[rung] = climbed.get(rung, 0) + 1
    return climbed


def test_a_server_that_is_away_costs_the_socket_alone_and_one_restart_a_day():
    assert rungs_of(CIPOPEN, 24) == {CLOSE_SOCKET: 24 * 60}
    assert rungs_of(CIPOPEN, 49)[POWER_CYCLE] == 2


def test_a_socket_that_does_not_open_where_no_name_server_answers_climbs_the_ladder():
    states, climbed = ModemStates(0, bytes), []
    for _ in range(5):
        go_to(states, CIPOPEN)
        climbed.append(fail_until_back_off(states, cause=OFF_AIR_NO_CONTEXT)[0])
    assert climbed == [CLOSE_SOCKET, NETCLOSE, RADIO_CYCLE, RESET, POWER_CYCLE]


def test_a_place_without_coverage_costs_one_restart_an_hour():
    climbed = rungs_of(REGISTERED, 24)
    assert climbed[RESET] + climbed[POWER_CYCLE] == 24
    assert set(climbed) <= {RADIO_CYCLE, RESET, POWER_CYCLE}


def test_a_missing_card_or_one_that_is_denied_costs_one_restart_an_hour():
    for name, cause in (
        (SIM, OFF_AIR_NO_SIM), (SIM, OFF_AIR_SIM_FAILED), (REGISTERED, OFF_AIR_NETWORK_REFUSED),
    ):  # fmt: skip
        climbed = rungs_of(name, 24, cause)
        assert climbed[RESET] + climbed[POWER_CYCLE] == 24


def test_a_pin_that_is_missing_or_wrong_costs_no_rung_at_all_and_the_pauses_grow():
    for cause in (OFF_AIR_PIN_WANTED, OFF_AIR_PIN_WRONG):
        states, pauses = ModemStates(0, bytes), []
        for _ in range(15):
            go_to(states, SIM)
            states.finished(False, 0, cause)
            assert states.state.name == BACK_OFF
            pauses.append(states.back_off_ms(0, quiet=True))
            states.finished(True, 0)
        assert pauses == [min(2000 << number, 7_200_000) for number in range(15)]
        assert states.cause == cause


def test_the_ladder_begins_below_once_the_pin_is_right():
    states = ModemStates(0, bytes)
    for _ in range(5):
        go_to(states, SIM)
        states.finished(False, 0, OFF_AIR_PIN_WRONG)
        states.finished(True, 0)
    go_to(states, NETOPEN)
    assert fail_until_back_off(states)[0] == NETCLOSE


def test_a_parked_car_pauses_for_hours_without_coverage_and_for_minutes_without_a_server():
    for name, longest_ms in ((REGISTERED, 7_200_000), (CIPOPEN, 600_000)):
        states = ModemStates(0, bytes)
        for _ in range(20):
            go_to(states, name)
            states.finished(False, 0)
            states.finished(True, 0)
            longest = states.back_off_ms(0, quiet=True)
            assert states.back_off_ms(0, quiet=False) <= 60_000
            states.finished(True, 0)
        assert longest == longest_ms


def test_up_to_half_of_a_pause_is_left_to_chance():
    pauses = set()
    for chance in range(256):
        states = ModemStates(0, lambda count, chance=chance: bytes([chance] * count))
        go_to(states, CIPOPEN)
        states.finished(False, 0)
        states.finished(True, 0)
        pauses.add(states.back_off_ms(0, quiet=False))
    assert (len(pauses), min(pauses) > 1000, max(pauses)) == (256, True, 2000)


def test_a_failure_has_a_cause_of_its_state_or_of_its_driver():
    states = ModemStates(0, bytes)
    go_to(states, REGISTERED)
    states.finished(False, 0)
    assert states.cause == OFF_AIR_NO_COVERAGE
    states = ModemStates(0, bytes)
    go_to(states, SIM)
    states.finished(False, 0, OFF_AIR_NO_SIM)
    assert states.cause == OFF_AIR_NO_SIM


def test_rungs_that_cannot_help_the_state_that_failed_are_left_out():
    first = {}
    for name in (POWER_UP, AT_READY, SIM, REGISTERED, NETOPEN, CIPOPEN, ONLINE):
        states = ModemStates(0, bytes)
        go_to(states, name)
        first[name], _ = fail_until_back_off(states)
    assert first == {
        POWER_UP: RESET,
        AT_READY: RESET,
        SIM: RESET,
        REGISTERED: RADIO_CYCLE,
        NETOPEN: NETCLOSE,
        CIPOPEN: CLOSE_SOCKET,
        ONLINE: CLOSE_SOCKET,
    }


def test_a_mute_modem_loses_its_supply_at_the_second_failure():
    states = ModemStates(0, bytes)
    assert [fail_until_back_off(states)[0] for _ in range(3)] == [RESET, POWER_CYCLE, POWER_CYCLE]


def test_a_long_connection_begins_the_ladder_anew():
    states = ModemStates(0, bytes)
    for _ in range(6):
        fail_until_back_off(states)
    go_online(states, 0)
    assert fail_until_back_off(states, 60_000) == (CLOSE_SOCKET, 2000)


def test_a_connection_that_dies_young_counts_as_a_failure():
    states = ModemStates(0, bytes)
    for _ in range(6):
        fail_until_back_off(states)
    go_online(states, 0)
    assert fail_until_back_off(states, 59_999) == (CLOSE_SOCKET, 60_000)


def test_the_time_left_runs_from_the_entry():
    states = ModemStates(1000, bytes)
    limit_ms = STATES[POWER_UP].timeout_ms
    assert states.time_left_ms(1000) == limit_ms
    assert states.time_left_ms(1000 + limit_ms + 5) == 0
    go_online(states)
    assert states.time_left_ms(0) is None


def test_the_ladder_ends_with_the_power():
    assert RECOVERY[-1] == POWER_CYCLE


def test_for_the_batterys_sake_the_modem_is_off_in_every_pause():
    for name in (POWER_UP, REGISTERED, CIPOPEN, ONLINE):
        states = ModemStates(0, bytes)
        go_to(states, name)
        states.finished(False, 0, off=True)
        assert (states.state.name, states.off) == (POWER_CYCLE, True)


def test_connections_ended_for_the_battery_are_no_failures_and_make_no_pause_longer():
    states = ModemStates(0, bytes)
    for hour in range(5):
        go_online(states, hour * 3_600_000)
        states.finished(False, hour * 3_600_000 + 20_000, OFF_AIR_BATTERY_LOW, off=True)
        assert (states.failures, states.cause) == (1, OFF_AIR_BATTERY_LOW)
        states.finished(True, hour * 3_600_000 + 30_000)
        states.finished(True, hour * 3_600_000 + 40_000)


def test_a_modem_is_on_again_in_the_pauses_of_a_battery_that_was_charged():
    states = ModemStates(0, bytes)
    states.finished(False, 0, off=True)
    states.finished(True, 0)
    states.finished(True, 0)
    states.finished(False, 0)
    assert not states.off
