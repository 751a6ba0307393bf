"""Commands: once each, in rising order, none too late."""

from firmware.logic.commands import Commands
from shared_protocol.messages import COMMAND_CANCEL_INHIBIT, COMMAND_INHIBIT, Command
from shared_protocol.records import (
    COMMAND_APPLIED,
    COMMAND_CANCELLED,
    COMMAND_EXPIRED,
    COMMAND_PENDING,
    COMMAND_REFUSED,
    COMMAND_UNKNOWN,
    RELAY_ENABLED,
    RELAY_INHIBITED,
)

NOW_S = 1_700_000_000


def inhibit(number, expires_s=NOW_S + 100):
    return Command(number, expires_s, COMMAND_INHIBIT, bytes(8))


def cancel(number):
    return Command(number, NOW_S + 100, COMMAND_CANCEL_INHIBIT, bytes(8))


def take(commands, command, time_s, relay):
    """Begin and act, as the car does when flash takes every step."""
    assert commands.begin(command.command_id)
    results = commands.act(command, time_s, relay, True)
    commands.recorded()
    return results


def said(results):
    return [(result.command_id, result.result) for result in results]


def test_an_inhibit_is_pending_until_the_relay_is_inhibited():
    commands = Commands()
    assert said(take(commands, inhibit(1), NOW_S, RELAY_ENABLED)) == [(1, COMMAND_PENDING)]
    assert said(commands.relay_inhibited()) == [(1, COMMAND_APPLIED)]
    assert commands.relay_inhibited() == []


def test_an_inhibit_of_an_inhibited_car_is_applied_at_once():
    assert said(take(Commands(), inhibit(1), NOW_S, RELAY_INHIBITED)) == [(1, COMMAND_APPLIED)]


def test_a_pending_inhibit_can_be_cancelled():
    commands = Commands()
    take(commands, inhibit(1), NOW_S, RELAY_ENABLED)
    results = take(commands, cancel(2), NOW_S, RELAY_ENABLED)
    assert said(results) == [(1, COMMAND_CANCELLED), (2, COMMAND_APPLIED)]
    assert commands.relay_inhibited() == []


def test_what_is_applied_cannot_be_cancelled():
    commands = Commands()
    take(commands, inhibit(1), NOW_S, RELAY_INHIBITED)
    assert said(take(commands, cancel(2), NOW_S, RELAY_INHIBITED)) == [(2, COMMAND_REFUSED)]


def test_a_repeated_command_is_not_acted_upon_and_gets_the_answer_it_had():
    commands = Commands()
    take(commands, inhibit(5), NOW_S, RELAY_ENABLED)
    assert not commands.begin(5)
    assert said([commands.again(5, RELAY_ENABLED)]) == [(5, COMMAND_PENDING)]
    commands.relay_inhibited()
    assert said([commands.again(5, RELAY_INHIBITED)]) == [(5, COMMAND_APPLIED)]


def test_an_answer_that_is_forgotten_or_was_never_given_is_unknown_and_says_how_the_relay_is():
    commands = Commands()
    for number in range(2, 8):
        take(commands, inhibit(number), NOW_S, RELAY_INHIBITED)
    for number in (1, 2, 3):
        assert not commands.begin(number)
        assert commands.again(number, RELAY_ENABLED) == (number, COMMAND_UNKNOWN, RELAY_ENABLED)
    assert said([commands.again(4, RELAY_ENABLED)]) == [(4, COMMAND_APPLIED)]


def test_a_newer_inhibit_takes_the_place_of_a_pending_one():
    commands = Commands()
    take(commands, inhibit(1), NOW_S, RELAY_ENABLED)
    results = take(commands, inhibit(2), NOW_S, RELAY_ENABLED)
    assert said(results) == [(1, COMMAND_CANCELLED), (2, COMMAND_PENDING)]


def test_an_expired_command_does_nothing_and_says_so():
    commands = Commands()
    results = take(commands, inhibit(1, expires_s=NOW_S), NOW_S, RELAY_ENABLED)
    assert said(results) == [(1, COMMAND_EXPIRED)]
    assert commands.pending_id == 0


def test_without_a_clock_a_command_is_refused():
    assert said(take(Commands(), inhibit(1), 0, RELAY_ENABLED)) == [(1, COMMAND_REFUSED)]


def test_an_unknown_kind_is_refused():
    command = Command(1, NOW_S + 100, 99, bytes(8))
    assert said(take(Commands(), command, NOW_S, RELAY_ENABLED)) == [(1, COMMAND_REFUSED)]


def test_highest_and_pending_survive_a_restart():
    commands = Commands()
    take(commands, inhibit(8), NOW_S, RELAY_ENABLED)
    again = Commands(commands.to_bytes())
    assert not again.begin(8)
    assert again.owed(RELAY_ENABLED) == []
    assert said(again.relay_inhibited()) == [(8, COMMAND_APPLIED)]


def test_after_a_power_loss_before_the_act_was_done_the_result_is_unknown():
    commands = Commands()
    commands.begin(8)
    again = Commands(commands.to_bytes())
    assert not again.begin(8)
    assert again.owed(RELAY_ENABLED) == [(8, COMMAND_UNKNOWN, RELAY_ENABLED)]
    assert again.pending_id == 0


def test_after_a_power_loss_before_the_record_the_result_is_given_once_more():
    commands = Commands()
    take(commands, inhibit(7), NOW_S, RELAY_ENABLED)
    commands.begin(8)
    commands.act(inhibit(8), NOW_S, RELAY_ENABLED, True)
    again = Commands(commands.to_bytes())
    assert said(again.owed(RELAY_ENABLED)) == [(7, COMMAND_CANCELLED), (8, COMMAND_PENDING)]
    again.recorded()
    assert Commands(again.to_bytes()).owed(RELAY_ENABLED) == []


def test_what_an_earlier_firmware_stored_is_still_read():
    again = Commands(bytes((0, 0, 0, 9, 0, 0, 0, 8)))
    assert (again.highest_id, again.pending_id) == (9, 8)
    assert again.owed(RELAY_ENABLED) == []


def test_a_command_that_flash_does_not_take_is_refused():
    commands = Commands()
    commands.begin(3)
    assert said([commands.refuse(3, RELAY_ENABLED)]) == [(3, COMMAND_REFUSED)]
    assert commands.pending_id == 0
