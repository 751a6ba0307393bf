"""Commands: once each, in rising order, none too late."""

from firmware.logic.commands import Commands
from shared_protocol.messages import COMMAND_CANCEL_INHIBIT, COMMAND_INHIBIT, Command
from shared_protocol.records import (
    COMMAND_APPLIED,
    COMMAND_CANCELLED,
    COMMAND_EXPIRED,
    COMMAND_PENDING,
    COMMAND_REFUSED,
    RELAY_ENABLED,
    RELAY_INHIBITED,
)

NOW_S = 1_700_000_000


def inhibit(number, expires_s=NOW_S + 100):
    return Command(number, expires_s, COMMAND_INHIBIT)


def cancel(number):
    return Command(number, NOW_S + 100, COMMAND_CANCEL_INHIBIT)


def said(results):
    return [(result.command_id, result.result) for result in results]


def test_an_inhibit_is_pending_until_the_relay_is_inhibited():
    commands = Commands()
    assert said(commands.take(inhibit(1), NOW_S, RELAY_ENABLED)) == [(1, COMMAND_PENDING)]
    assert said(commands.relay_inhibited()) == [(1, COMMAND_APPLIED)]
    assert commands.relay_inhibited() == []


def test_an_inhibit_of_an_inhibited_car_is_applied_at_once():
    assert said(Commands().take(inhibit(1), NOW_S, RELAY_INHIBITED)) == [(1, COMMAND_APPLIED)]


def test_a_pending_inhibit_can_be_cancelled():
    commands = Commands()
    commands.take(inhibit(1), NOW_S, RELAY_ENABLED)
    results = commands.take(cancel(2), NOW_S, RELAY_ENABLED)
    assert said(results) == [(1, COMMAND_CANCELLED), (2, COMMAND_APPLIED)]
    assert commands.relay_inhibited() == []


def test_what_is_applied_cannot_be_cancelled():
    commands = Commands()
    commands.take(inhibit(1), NOW_S, RELAY_INHIBITED)
    assert said(commands.take(cancel(2), NOW_S, RELAY_INHIBITED)) == [(2, COMMAND_REFUSED)]


def test_a_repeated_or_older_command_says_nothing():
    commands = Commands()
    commands.take(inhibit(5), NOW_S, RELAY_ENABLED)
    assert commands.take(inhibit(5), NOW_S, RELAY_ENABLED) == []
    assert commands.take(cancel(4), NOW_S, RELAY_ENABLED) == []
    assert commands.pending_id == 5


def test_a_newer_inhibit_takes_the_place_of_a_pending_one():
    commands = Commands()
    commands.take(inhibit(1), NOW_S, RELAY_ENABLED)
    results = commands.take(inhibit(2), NOW_S, RELAY_ENABLED)
    assert said(results) == [(1, COMMAND_CANCELLED), (2, COMMAND_PENDING)]


def test_an_expired_command_does_nothing_and_says_so():
    commands = Commands()
    results = commands.take(inhibit(1, expires_s=NOW_S), NOW_S, RELAY_ENABLED)
    assert said(results) == [(1, COMMAND_EXPIRED)]
    assert commands.pending_id == 0


def test_without_a_clock_a_command_is_refused():
    assert said(Commands().take(inhibit(1), 0, RELAY_ENABLED)) == [(1, COMMAND_REFUSED)]


def test_an_unknown_kind_is_refused():
    command = Command(1, NOW_S + 100, 99)
    assert said(Commands().take(command, NOW_S, RELAY_ENABLED)) == [(1, COMMAND_REFUSED)]


def test_highest_and_pending_survive_a_restart():
    commands = Commands()
    commands.take(inhibit(8), NOW_S, RELAY_ENABLED)
    again = Commands(commands.to_bytes())
    assert again.take(inhibit(8), NOW_S, RELAY_ENABLED) == []
    assert said(again.relay_inhibited()) == [(8, COMMAND_APPLIED)]
