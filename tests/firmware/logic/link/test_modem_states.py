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


def go_online(states, now_ms=0):
    while states.state.name != ONLINE:
        states.finished(True, now_ms)


def fail_until_back_off(states, now_ms=0):
    """Fail in the present state; return the rung climbed and the pause in ms."""
    states.finished(False, now_ms)
    rung = states.state.name
    states.finished(True, now_ms)
    assert states.state.name == BACK_OFF
    pause_ms = states.back_off_ms()
    states.finished(True, now_ms)
    assert states.state.name == POWER_UP
    return rung, pause_ms


def test_every_state_names_its_exits_and_its_time():
    for state in STATES.values():
        assert state.after_success in STATES or state.after_success == RECOVER
        assert state.after_failure in STATES or state.after_failure == RECOVER
        assert state.timeout_ms or state.name in (ONLINE, BACK_OFF)


def test_success_leads_online():
    states = ModemStates(0)
    path = [states.state.name]
    while path[-1] != ONLINE:
        states.finished(True, 0)
        path.append(states.state.name)
    assert path == [POWER_UP, AT_READY, SIM, REGISTERED, NETOPEN, CIPOPEN, ONLINE]


def go_to(states, name, now_ms=0):
    while states.state.name != name:
        states.finished(True, now_ms)


def test_each_failure_in_a_row_climbs_the_ladder_and_doubles_the_pause():
    states = ModemStates(0)
    climbed = []
    for _ in range(8):
        go_to(states, CIPOPEN)
        climbed.append(fail_until_back_off(states))
    assert [rung for rung, _ in climbed] == [
        CLOSE_SOCKET, CLOSE_SOCKET, NETCLOSE, RADIO_CYCLE,
        RESET, POWER_CYCLE, POWER_CYCLE, POWER_CYCLE,
    ]  # fmt: skip
    assert [pause for _, pause in climbed] == [
        2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000
    ]  # fmt: skip


def test_rungs_that_cannot_help_the_state_that_failed_are_left_out():
    first = {}
    for name in (POWER_UP, AT_READY, SIM, REGISTERED, NETOPEN, CIPOPEN, ONLINE):
        states = ModemStates(0)
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
    states = ModemStates(0)
    assert [fail_until_back_off(states)[0] for _ in range(3)] == [RESET, POWER_CYCLE, POWER_CYCLE]


def test_a_long_connection_begins_the_ladder_anew():
    states = ModemStates(0)
    for _ in range(6):
        fail_until_back_off(states)
    go_online(states, 0)
    assert fail_until_back_off(states, 60_000) == (CLOSE_SOCKET, 2000)


def test_a_connection_that_dies_young_counts_as_a_failure():
    states = ModemStates(0)
    for _ in range(6):
        fail_until_back_off(states)
    go_online(states, 0)
    assert fail_until_back_off(states, 59_999) == (POWER_CYCLE, 60_000)


def test_the_time_left_runs_from_the_entry():
    states = ModemStates(1000)
    limit_ms = STATES[POWER_UP].timeout_ms
    assert states.time_left_ms(1000) == limit_ms
    assert states.time_left_ms(1000 + limit_ms + 5) == 0
    go_online(states)
    assert states.time_left_ms(0) is None


def test_the_ladder_ends_with_the_power():
    assert RECOVERY[-1] == POWER_CYCLE
