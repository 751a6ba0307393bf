"""Commands: once each, in rising order, none too late."""

from firmware.logic.access.commands import Commands
from shared_protocol.limits import MAX_COMMAND_STEP
from shared_protocol.messages import (
    COMMAND_CANCEL_INHIBIT,
    COMMAND_END_TRIP,
    COMMAND_END_TRIP_WITHOUT_KEYS,
    COMMAND_INHIBIT,
    COMMAND_LEARN_BADGE,
    Command,
)
from shared_protocol.records import (
    ASKED_END_COMMAND,
    ASKED_END_COMMAND_WITHOUT_KEYS,
    ASKED_NOTHING,
    ASKED_PAUSE,
    COMMAND_APPLIED,
    COMMAND_CANCELLED,
    COMMAND_EXPIRED,
    COMMAND_PENDING,
    COMMAND_REFUSED,
    COMMAND_UNKNOWN,
    END_COMMAND,
    REFUSED_KEYS_MISSING,
    REFUSED_MOVING,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    RELAY_UNKNOWN,
    CommandResult,
    Refusal,
    TripAsked,
    TripEnd,
)

NOW_S = 1_700_000_000
MARIE = b"marie---"
ENDS = TripEnd(5000, 0, 0, END_COMMAND)


def inhibit(number, expires_s=NOW_S + 100):
    return Command(number, expires_s, COMMAND_INHIBIT, bytes(8))


def cancel(number):
    return Command(number, NOW_S + 100, COMMAND_CANCEL_INHIBIT, bytes(8))


def end(number, kind=COMMAND_END_TRIP, expires_s=NOW_S + 100):
    return Command(number, expires_s, kind, MARIE)


def take(commands, command, time_s, relay, keys_in=True):
    """Begin and act, as the car does when flash takes every step."""
    assert commands.begin(command.command_id)
    results = obey(commands, command, time_s, relay, keys_in).results
    commands.recorded()
    return results


def obey(commands, command, time_s, relay, keys_in=True, stored=True, asked=None):
    """Of a trip that stands, and answers as trip.py does, unless `asked` says otherwise."""
    if asked is None:
        free = keys_in or command.kind == COMMAND_END_TRIP_WITHOUT_KEYS
        asked = (ENDS if free else Refusal(MARIE, REFUSED_KEYS_MISSING),)
    return commands.obey(command, stored=stored, time_s=time_s, relay=relay, asked=asked)


def ends_trip(command, time_s, relay=RELAY_ENABLED, **others):
    commands = Commands()
    assert commands.begin(command.command_id)
    return obey(commands, command, time_s, relay, **others).ends_trip


def said(results):
    return [(result.command_id, result.result) for result in results]


def test_an_inhibit_is_pending_until_the_relay_is_inhibited():
    commands = Commands()
    assert said(take(commands, inhibit(1), NOW_S, RELAY_ENABLED)) == [(1, COMMAND_PENDING)]
    assert said(commands.relay_shows(RELAY_INHIBITED)) == [(1, COMMAND_APPLIED)]
    assert commands.relay_shows(RELAY_INHIBITED) == []


def test_an_inhibit_of_an_inhibited_car_is_applied_at_once():
    assert said(take(Commands(), inhibit(1), NOW_S, RELAY_INHIBITED)) == [(1, COMMAND_APPLIED)]


def test_a_pending_inhibit_can_be_cancelled():
    commands = Commands()
    take(commands, inhibit(1), NOW_S, RELAY_ENABLED)
    results = take(commands, cancel(2), NOW_S, RELAY_ENABLED)
    assert said(results) == [(1, COMMAND_CANCELLED), (2, COMMAND_APPLIED)]
    assert commands.relay_shows(RELAY_INHIBITED) == []


def test_what_is_applied_cannot_be_cancelled():
    commands = Commands()
    take(commands, inhibit(1), NOW_S, RELAY_INHIBITED)
    assert said(take(commands, cancel(2), NOW_S, RELAY_INHIBITED)) == [(2, COMMAND_REFUSED)]


def test_a_repeated_command_is_not_acted_upon_and_gets_the_answer_it_had():
    commands = Commands()
    take(commands, inhibit(5), NOW_S, RELAY_ENABLED)
    assert not commands.begin(5)
    assert said([commands.again(5, RELAY_ENABLED)]) == [(5, COMMAND_PENDING)]
    commands.relay_shows(RELAY_INHIBITED)
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
    assert said(again.relay_shows(RELAY_INHIBITED)) == [(8, COMMAND_APPLIED)]


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
    obey(commands, inhibit(8), NOW_S, RELAY_ENABLED)
    again = Commands(commands.to_bytes())
    assert said(again.owed(RELAY_ENABLED)) == [(7, COMMAND_CANCELLED), (8, COMMAND_PENDING)]
    again.recorded()
    assert Commands(again.to_bytes()).owed(RELAY_ENABLED) == []


def test_what_an_earlier_firmware_stored_is_still_read():
    again = Commands(bytes((0, 0, 0, 9, 0, 0, 0, 8)))
    assert (again.highest_id, again.pending_id) == (9, 8)
    assert again.owed(RELAY_ENABLED) == []


def test_a_command_whose_number_flash_does_not_take_is_refused_and_does_nothing():
    for command in (inhibit(3), end(3)):
        commands = Commands()
        commands.begin(3)
        obeyed = obey(commands, command, NOW_S, RELAY_ENABLED, stored=False)
        assert obeyed == (False, [(3, COMMAND_REFUSED, RELAY_ENABLED)])
        assert commands.pending_id == 0
        assert said([commands.again(3, RELAY_ENABLED)]) == [(3, COMMAND_REFUSED)]


def test_an_end_of_a_trip_that_is_over_or_another_badges_is_applied_and_ends_nothing():
    for kind in (COMMAND_END_TRIP, COMMAND_END_TRIP_WITHOUT_KEYS):
        commands = Commands()
        commands.begin(1)
        obeyed = obey(commands, end(1, kind), NOW_S, RELAY_ENABLED, asked=())
        assert obeyed == (False, [(1, COMMAND_APPLIED, RELAY_ENABLED)])


def test_only_a_contact_that_shows_inhibited_settles_a_pending_inhibit():
    commands = Commands()
    take(commands, inhibit(1), NOW_S, RELAY_ENABLED)
    for relay in (RELAY_ENABLED, RELAY_UNKNOWN):
        assert commands.relay_shows(relay) == []
        assert commands.pending_id == 1
    assert commands.relay_shows(RELAY_INHIBITED) == [(1, COMMAND_APPLIED, RELAY_INHIBITED)]


def test_a_command_to_end_the_trip_is_applied_with_the_keys_in_their_holder():
    for relay in (RELAY_ENABLED, RELAY_INHIBITED, RELAY_UNKNOWN):
        results = take(Commands(), end(1), NOW_S, relay)
        assert results == [(1, COMMAND_APPLIED, relay)]
        assert ends_trip(end(1), NOW_S, relay) is True


def test_without_the_keys_it_is_refused_unless_it_says_that_it_does_not_matter():
    for kind, result in (
        (COMMAND_END_TRIP, COMMAND_REFUSED), (COMMAND_END_TRIP_WITHOUT_KEYS, COMMAND_APPLIED),
    ):  # fmt: skip
        results = take(Commands(), end(1, kind), NOW_S, RELAY_ENABLED, keys_in=False)
        assert said(results) == [(1, result)]
        ends = ends_trip(end(1, kind), NOW_S, keys_in=False)
        assert ends is (result == COMMAND_APPLIED)


def test_an_end_that_has_expired_or_came_at_an_unknown_time_ends_nothing():
    for kind in (COMMAND_END_TRIP, COMMAND_END_TRIP_WITHOUT_KEYS):
        for time_s, result in (
            (NOW_S + 99, COMMAND_APPLIED), (NOW_S + 100, COMMAND_EXPIRED), (0, COMMAND_REFUSED),
        ):  # fmt: skip
            results = take(Commands(), end(1, kind), time_s, RELAY_ENABLED)
            assert said(results) == [(1, result)]
            assert ends_trip(end(1, kind), time_s) is (result == COMMAND_APPLIED)


def test_no_other_command_ends_a_trip():
    for command in (inhibit(1), cancel(1), Command(1, NOW_S + 100, 99, bytes(8))):
        for relay in (RELAY_ENABLED, RELAY_INHIBITED):
            assert ends_trip(command, NOW_S, relay) is False


def test_an_end_leaves_a_pending_inhibit_pending():
    commands = Commands()
    take(commands, inhibit(1), NOW_S, RELAY_ENABLED)
    take(commands, end(2), NOW_S, RELAY_ENABLED)
    assert commands.pending_id == 1


def test_a_car_without_a_start_relay_refuses_what_is_about_it():
    commands = Commands()
    assert said(take(commands, inhibit(1), NOW_S, RELAY_UNKNOWN)) == [(1, COMMAND_REFUSED)]
    assert said(take(commands, cancel(2), NOW_S, RELAY_UNKNOWN)) == [(2, COMMAND_REFUSED)]
    assert commands.pending_id == 0


def test_a_cancel_at_an_unknown_time_or_too_late_leaves_the_inhibit_pending():
    for time_s, result in ((0, COMMAND_REFUSED), (NOW_S + 100, COMMAND_EXPIRED)):
        commands = Commands()
        take(commands, inhibit(1), NOW_S, RELAY_ENABLED)
        assert said(take(commands, cancel(2), time_s, RELAY_ENABLED)) == [(2, result)]
        assert commands.pending_id == 1


def test_an_inhibit_is_obeyed_until_its_last_second_and_not_in_it():
    for time_s, result in ((NOW_S + 99, COMMAND_PENDING), (NOW_S + 100, COMMAND_EXPIRED)):
        assert said(take(Commands(), inhibit(1), time_s, RELAY_ENABLED)) == [(1, result)]


def test_an_inhibit_that_is_applied_at_once_settles_the_pending_one_before():
    commands = Commands()
    take(commands, inhibit(1), NOW_S, RELAY_ENABLED)
    results = take(commands, inhibit(2), NOW_S, RELAY_INHIBITED)
    assert said(results) == [(1, COMMAND_CANCELLED), (2, COMMAND_APPLIED)]
    assert commands.pending_id == 0


def test_every_result_tells_the_relay_and_is_owed_until_it_is_recorded():
    commands = Commands()
    commands.begin(1)
    obeyed = obey(commands, inhibit(1), NOW_S, RELAY_ENABLED)
    assert obeyed.results == [(1, COMMAND_PENDING, RELAY_ENABLED)]
    assert commands.owed(RELAY_INHIBITED) == [(1, COMMAND_PENDING, RELAY_INHIBITED)]
    commands.recorded()
    assert commands.owed(RELAY_ENABLED) == []
    assert commands.relay_shows(RELAY_INHIBITED) == [(1, COMMAND_APPLIED, RELAY_INHIBITED)]
    assert said(commands.owed(RELAY_INHIBITED)) == [(1, COMMAND_APPLIED)]


def test_only_a_rising_number_begins():
    commands = Commands()
    assert not commands.begin(0)
    assert [commands.begin(number) for number in (5, 5, 4, 6, 0, 6)] == [
        True, False, False, True, False, False,
    ]  # fmt: skip
    assert commands.highest_id == 6


def test_what_is_torn_in_flash_is_no_command_and_half_an_answer_is_none():
    commands = Commands()
    take(commands, inhibit(7), NOW_S, RELAY_ENABLED)
    commands.begin(8)
    stored = commands.to_bytes()
    assert len(stored) == 8 + 2 * 6
    for cut in range(8):
        again = Commands(stored[:cut])
        assert (again.highest_id, again.pending_id, again.owed(1)) == (0, 0, [])
    for cut in range(8, len(stored)):
        again = Commands(stored[:cut])
        assert (again.highest_id, again.pending_id) == (8, 7)
        assert again.owed(RELAY_ENABLED) == []
        kept = COMMAND_PENDING if cut >= 14 else COMMAND_UNKNOWN
        assert again.again(7, RELAY_ENABLED).result == kept
    assert said(Commands(stored).owed(RELAY_ENABLED)) == [(8, COMMAND_UNKNOWN)]


def test_four_answers_are_kept_each_once():
    commands = Commands()
    for number in range(1, 7):
        take(commands, inhibit(number), NOW_S, RELAY_INHIBITED)
        obey(commands, inhibit(number), NOW_S, RELAY_INHIBITED, stored=False)
    assert len(commands.to_bytes()) == 8 + 4 * 6
    for number in range(1, 7):
        kept = COMMAND_REFUSED if number > 2 else COMMAND_UNKNOWN
        assert commands.again(number, RELAY_ENABLED).result == kept


def test_what_is_stored_is_the_numbers_and_each_answer_with_whether_it_is_owed():
    commands = Commands()
    commands.begin(8)
    assert commands.to_bytes() == bytes((0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 8, COMMAND_UNKNOWN, 1))
    commands.recorded()
    assert commands.to_bytes()[-1] == 0


PENDING = (TripAsked(5000, ASKED_END_COMMAND),)


def pending_end(number=1):
    commands = Commands()
    commands.begin(number)
    assert obey(commands, end(number), NOW_S, RELAY_ENABLED, asked=PENDING) == (
        True,
        [(number, COMMAND_PENDING, RELAY_ENABLED)],
    )
    commands.recorded()
    return commands


def test_an_end_is_pending_until_the_trip_has_ended_also_over_a_restart():
    for commands in (pending_end(), Commands(pending_end().to_bytes())):
        commands.trip_asks(ASKED_END_COMMAND, ASKED_NOTHING)
        assert commands.trip_did(PENDING, RELAY_ENABLED) == []
        assert said(commands.trip_did((ENDS,), RELAY_ENABLED)) == [(1, COMMAND_APPLIED)]
        assert commands.trip_did((ENDS,), RELAY_ENABLED) == []


def test_a_pending_end_that_is_withdrawn_or_replaced_is_cancelled():
    for what in (ASKED_NOTHING, ASKED_PAUSE):
        commands = pending_end()
        results = commands.trip_did((TripAsked(5000, what),), RELAY_ENABLED)
        assert said(results) == [(1, COMMAND_CANCELLED)]
        assert commands.trip_did((ENDS,), RELAY_ENABLED) == []
    commands = pending_end()
    commands.begin(2)
    again = obey(commands, end(2), NOW_S, RELAY_ENABLED, asked=PENDING)
    assert said(again.results) == [(1, COMMAND_CANCELLED), (2, COMMAND_PENDING)]


def test_an_end_while_the_car_moves_is_refused():
    asked = (Refusal(MARIE, REFUSED_MOVING),)
    for kind in (COMMAND_END_TRIP, COMMAND_END_TRIP_WITHOUT_KEYS):
        commands = Commands()
        commands.begin(1)
        obeyed = obey(commands, end(1, kind), NOW_S, RELAY_ENABLED, asked=asked)
        assert obeyed == (False, [(1, COMMAND_REFUSED, RELAY_ENABLED)])


def test_a_pending_end_whose_trip_asks_nothing_any_more_at_boot_is_unknown():
    commands = Commands(pending_end().to_bytes())
    for what in (ASKED_END_COMMAND, ASKED_END_COMMAND_WITHOUT_KEYS):
        commands.trip_asks(what, ASKED_NOTHING)
        assert commands.owed(RELAY_ENABLED) == []
    commands.trip_asks(ASKED_NOTHING, ASKED_NOTHING)
    assert said(commands.owed(RELAY_ENABLED)) == [(1, COMMAND_UNKNOWN)]


def test_a_pending_inhibit_and_a_pending_end_are_settled_each_by_itself():
    commands = pending_end()
    take(commands, inhibit(2), NOW_S, RELAY_ENABLED)
    assert said(commands.relay_shows(RELAY_INHIBITED)) == [(2, COMMAND_APPLIED)]
    take(commands, inhibit(3), NOW_S, RELAY_ENABLED)
    assert said(commands.trip_did((ENDS,), RELAY_ENABLED)) == [(1, COMMAND_APPLIED)]
    assert commands.pending_id == 3


def test_a_command_of_the_far_future_is_refused_and_keeps_no_later_one_away():
    commands = Commands()
    now_s = 1_790_000_000
    for far, time_s in ((0xFFFFFFFF, now_s), (now_s + MAX_COMMAND_STEP + 1, now_s), (5, 0)):
        answer = commands.refused_as_jump(far, time_s, RELAY_ENABLED)
        assert answer == CommandResult(far, COMMAND_REFUSED, RELAY_ENABLED)
    assert commands.highest_id == 0
    for near in (now_s, now_s + MAX_COMMAND_STEP):
        assert commands.refused_as_jump(near, now_s, RELAY_ENABLED) is None
    commands.begin(now_s)
    assert commands.refused_as_jump(now_s, 0, RELAY_ENABLED) is None, "it is answered again"


def test_an_end_that_waits_is_asked_of_the_trip_though_it_cancels_another():
    waits = (TripAsked(5000, ASKED_END_COMMAND),)
    commands = Commands()
    for number, answers in (
        (1, [(1, COMMAND_PENDING)]), (2, [(1, COMMAND_CANCELLED), (2, COMMAND_PENDING)]),
    ):  # fmt: skip
        assert commands.begin(number)
        obeyed = obey(commands, end(number), NOW_S, RELAY_ENABLED, asked=waits)
        assert obeyed.ends_trip is True and said(obeyed.results) == answers
        commands.recorded()


def learn(number, expires_s=NOW_S + 300):
    return Command(number, expires_s, COMMAND_LEARN_BADGE, bytes(8))


def test_an_order_to_learn_a_card_is_pending_until_it_ends_as_it_is_told():
    for result in (COMMAND_APPLIED, COMMAND_EXPIRED):
        commands = Commands()
        assert said(take(commands, learn(1), NOW_S, RELAY_INHIBITED)) == [(1, COMMAND_PENDING)]
        ended = commands.learning_ends(result, RELAY_INHIBITED)
        assert ended == [CommandResult(1, result, RELAY_INHIBITED)]
        assert commands.learning_ends(result, RELAY_INHIBITED) == []
        assert Commands(commands.to_bytes()).learning_ends(result, RELAY_INHIBITED) == []


def test_the_next_order_to_learn_cancels_the_one_that_waits():
    commands = Commands()
    take(commands, learn(1), NOW_S, RELAY_INHIBITED)
    results = take(commands, learn(2), NOW_S, RELAY_INHIBITED)
    assert said(results) == [(1, COMMAND_CANCELLED), (2, COMMAND_PENDING)]
    assert said(commands.learning_ends(COMMAND_APPLIED, RELAY_INHIBITED)) == [(2, COMMAND_APPLIED)]


def test_an_order_to_learn_that_is_late_or_of_an_unknown_time_begins_nothing():
    commands = Commands()
    assert said(take(commands, learn(1, NOW_S), NOW_S, RELAY_INHIBITED)) == [(1, COMMAND_EXPIRED)]
    assert said(take(commands, learn(2), 0, RELAY_INHIBITED)) == [(2, COMMAND_REFUSED)]
    assert commands.learning_ends(COMMAND_APPLIED, RELAY_INHIBITED) == []


def test_an_order_to_learn_ends_with_a_reset_and_is_answered_then():
    commands = Commands()
    take(commands, learn(1), NOW_S, RELAY_INHIBITED)
    after = Commands(commands.to_bytes())
    after.trip_asks(ASKED_NOTHING, ASKED_NOTHING)
    assert said(after.owed(RELAY_INHIBITED)) == [(1, COMMAND_CANCELLED)]
    assert after.learning_ends(COMMAND_APPLIED, RELAY_INHIBITED) == []


def test_an_order_to_learn_is_left_alone_by_what_becomes_of_an_end():
    commands = Commands()
    take(commands, learn(1), NOW_S, RELAY_ENABLED)
    assert commands.trip_did([ENDS], RELAY_ENABLED) == []
    assert said(commands.learning_ends(COMMAND_APPLIED, RELAY_ENABLED)) == [(1, COMMAND_APPLIED)]


def test_what_flash_holds_of_an_order_to_learn_means_the_same_to_every_version():
    commands = Commands()
    take(commands, learn(1), NOW_S, RELAY_INHIBITED)
    assert commands.to_bytes().hex() == "0000000100000000" + "000000010100" + "000000018200"
