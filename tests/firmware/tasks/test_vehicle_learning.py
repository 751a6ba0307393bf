"""Learn at this car: the card of a stranger is told once, to who asked, and opens nothing."""

import pytest

from firmware.logic.access.outcome import SIGNAL_LEARNED
from shared_protocol.messages import (
    COMMAND_LEARN_BADGE,
    COMMAND_THEFT,
    GRANT_BOOKING,
    GRANT_REVOKED,
    Command,
    Grant,
)
from shared_protocol.records import (
    COMMAND_APPLIED,
    COMMAND_CANCELLED,
    COMMAND_EXPIRED,
    COMMAND_PENDING,
    REFUSED_REVOKED,
    REFUSED_UNKNOWN_BADGE,
    RELAY_INHIBITED,
    BadgeLearned,
    CommandResult,
    Refusal,
    TripStart,
)
from tests.firmware.tasks.vehicle_bench import MARIE, NOW_S, PAUL, STRANGER, Box, Power, start

UID = bytes.fromhex("04a1b2c3d4e5f6")
UNKNOWN = Refusal(STRANGER, REFUSED_UNKNOWN_BADGE)


def learn(box: Box, number: int = NOW_S, valid_s: int = 300) -> None:
    now_s = NOW_S + box.wires.ms // 1000
    order = Command(number, now_s + valid_s, COMMAND_LEARN_BADGE, bytes(8))
    box.vehicle.command(order, box.wires.ms)


async def card(box: Box, uid: bytes = UID) -> None:
    await box.vehicle.badge_arrived(STRANGER, 0, uid)
    await box.vehicle.badge_left(STRANGER, False)


def results(box: Box) -> list[tuple[int, int]]:
    return [(result.command_id, result.result) for result in box.facts(CommandResult)]


async def test_the_first_unknown_card_is_told_once_opens_nothing_and_ends_the_order(boot) -> None:
    box = boot()
    await box.stand(90)
    learn(box)
    assert box.vehicle.learns
    box.wires.log.clear()
    await card(box)
    assert box.facts(BadgeLearned) == [BadgeLearned(NOW_S, UID)]
    assert results(box) == [(NOW_S, COMMAND_PENDING), (NOW_S, COMMAND_APPLIED)]
    assert box.wires.log == [SIGNAL_LEARNED]
    assert box.wires.state == RELAY_INHIBITED
    assert not box.facts(Refusal)
    assert not box.vehicle.learns
    await card(box)
    assert len(box.facts(BadgeLearned)) == 1
    assert box.facts(Refusal) == [UNKNOWN]


async def test_a_badge_that_the_box_knows_is_judged_as_ever_and_the_order_waits_on(boot) -> None:
    box = boot()
    box.hold(
        Grant(MARIE, 1, 0, NOW_S * 2, GRANT_BOOKING, 0),
        Grant(PAUL, 2, 0, NOW_S * 2, GRANT_REVOKED, 0),
    )
    await box.stand(90)
    learn(box)
    await box.vehicle.badge_arrived(PAUL, 0, UID)
    assert box.facts(Refusal) == [Refusal(PAUL, REFUSED_REVOKED)]
    await box.vehicle.badge_arrived(MARIE, 0, UID)
    assert len(box.facts(TripStart)) == 1
    assert not box.facts(BadgeLearned)
    assert box.vehicle.learns


async def test_a_passengers_card_is_not_learned_while_somebody_drives_but_in_a_pause(boot) -> None:
    box = boot()
    await start(box)
    await box.drive(20, 14_000)
    learn(box)
    await card(box)
    await box.drive(20, 0)
    await card(box)  # at a light
    assert not box.facts(BadgeLearned)
    box.wires.on = False
    await box.stand(10)
    await start(box)  # a pause
    await card(box)
    assert box.facts(BadgeLearned) == [BadgeLearned(NOW_S, UID)]


async def test_a_card_is_not_learned_in_a_car_that_is_nobodys_and_moves(boot) -> None:
    box = boot()
    await box.stand(90)
    learn(box)
    await box.drive(5, 14_000)
    await card(box)
    assert not box.facts(BadgeLearned)


@pytest.mark.parametrize("valid_s", [60, 300, 24 * 3600])
async def test_the_order_ends_in_time_and_after_five_minutes_at_most(boot, valid_s: int) -> None:
    box = boot()
    await box.stand(90)
    learn(box, valid_s=valid_s)
    await box.stand(min(valid_s, 300) - 1)
    assert box.vehicle.learns
    await box.stand(1)
    assert not box.vehicle.learns
    assert results(box) == [(NOW_S, COMMAND_PENDING), (NOW_S, COMMAND_EXPIRED)]
    await card(box)
    assert not box.facts(BadgeLearned)


async def test_the_next_order_takes_the_place_of_the_first(boot) -> None:
    box = boot()
    learn(box)
    learn(box, NOW_S + 1)
    await card(box)
    assert box.facts(BadgeLearned) == [BadgeLearned(NOW_S + 1, UID)]
    assert (NOW_S, COMMAND_CANCELLED) in results(box)


async def test_a_repeated_order_does_not_begin_again(boot) -> None:
    box = boot()
    learn(box)
    await card(box)
    learn(box)
    await card(box)
    assert len(box.facts(BadgeLearned)) == 1


async def test_the_order_ends_with_a_reset_and_is_answered_then(boot) -> None:
    box = boot()
    learn(box)
    box = boot()
    box.vehicle.answer_owed()
    assert not box.vehicle.learns
    assert results(box)[-1] == (NOW_S, COMMAND_CANCELLED)
    await card(box)
    assert not box.facts(BadgeLearned)


async def test_under_a_theft_order_no_card_is_learned(boot) -> None:
    box = boot()
    box.vehicle.command(Command(NOW_S, NOW_S + 3600, COMMAND_THEFT, bytes(8)), box.wires.ms)
    learn(box, NOW_S + 1)
    await card(box)
    assert not box.facts(BadgeLearned)
    assert box.facts(Refusal) == [UNKNOWN]


@pytest.mark.parametrize("fails_at", range(1, 12))
async def test_wherever_power_fails_a_card_is_told_once_at_most_and_the_order_answered(
    boot, fails_at: int
) -> None:
    box = boot()
    box.flash.power = box.state.power = Power(fails_at)
    try:
        learn(box)
        await card(box)
    except KeyboardInterrupt:
        pass
    box.flash.power = box.state.power = None
    box = boot()
    box.vehicle.answer_owed()
    learn(box)  # the server asks again on the next connection
    await card(box)
    assert len(box.facts(BadgeLearned)) <= 1
    assert results(box)[-1][1] != COMMAND_PENDING
