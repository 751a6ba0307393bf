"""What somebody else orders from afar: a trip's end that strands nobody, and a theft order."""

import pytest

from firmware.logic.access.outcome import SIGNAL_REFUSED
from shared_protocol.messages import (
    COMMAND_END_FROM_AFAR,
    COMMAND_END_FROM_AFAR_WITHOUT_KEYS,
    COMMAND_THEFT,
    COMMAND_WITHDRAW_END,
    COMMAND_WITHDRAW_THEFT,
    GRANT_BOOKING,
    GRANT_TECHNICIAN,
    Command,
    Grant,
)
from shared_protocol.records import (
    COMMAND_APPLIED,
    COMMAND_CANCELLED,
    COMMAND_EXPIRED,
    COMMAND_PENDING,
    COMMAND_REFUSED,
    COMMAND_UNKNOWN,
    END_BADGE_HELD,
    END_FROM_AFAR,
    END_TECHNICIAN,
    REFUSED_THEFT_ORDER,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    CommandResult,
    Refusal,
    TripEnd,
    TripStart,
)
from tests.firmware.tasks.vehicle_bench import MARIE, NOW_S, PAUL, Box, Power

LEA = b"lea-----"  # a technician
CITY_MM_S = 14_000
DAY_S = 24 * 3600


async def start(box: Box, tag: bytes = MARIE) -> None:
    await box.badge(tag)
    await box.vehicle.badge_left(tag, False)


async def hold(box: Box, tag: bytes) -> None:
    await box.badge(tag)
    await box.vehicle.badge_held(tag)
    await box.vehicle.badge_left(tag, True)


def with_lea(box: Box) -> Box:
    box.hold(
        Grant(MARIE, 1, 0, NOW_S * 2, GRANT_BOOKING, 0),
        Grant(PAUL, 2, 0, NOW_S * 2, GRANT_BOOKING, 0),
        Grant(LEA, 3, 0, NOW_S * 2, GRANT_TECHNICIAN, 0),
    )
    return box


def order(box: Box, number: int, kind: int, tag: bytes = bytes(8), for_s: int = DAY_S) -> None:
    now_s = NOW_S + box.wires.ms // 1000
    box.vehicle.command(Command(number, now_s + for_s, kind, tag), box.wires.ms)


def end(box: Box, number: int = 1, kind: int = COMMAND_END_FROM_AFAR) -> None:
    order(box, number, kind, MARIE)


def theft(box: Box, number: int = 1) -> None:
    order(box, number, COMMAND_THEFT)


def answers(box: Box) -> list[tuple[int, int]]:
    return [(answer.command_id, answer.result) for answer in box.facts(CommandResult)]


def ends(box: Box) -> list[int]:
    return [record.reason for record in box.facts(TripEnd)]


async def drives(box: Box, tag: bytes = MARIE) -> None:
    await start(box, tag)
    await box.drive(20, CITY_MM_S)


async def stops(box: Box, seconds: int) -> None:
    box.wires.on = False
    await box.stand(seconds)


async def test_a_managers_end_leaves_the_car_to_its_driver_at_a_petrol_pump(boot, wires):
    box = boot()
    await drives(box)
    end(box)
    assert answers(box) == [(1, COMMAND_PENDING)] and box.trip.open
    await stops(box, 600)
    assert box.trip.holds_start and wires.state == RELAY_ENABLED and "lock" not in wires.log
    await box.drive(60, CITY_MM_S)
    assert box.trip.holds_start and not ends(box), "and driving on withdraws nothing"
    await stops(box, 3590)
    assert box.trip.open, "the 60 min begin anew"
    await box.stand(20)
    assert ends(box) == [END_FROM_AFAR] and sorted(wires.log[-2:]) == ["inhibit", "lock"]
    assert answers(box) == [(1, COMMAND_PENDING), (1, COMMAND_APPLIED)]


async def test_a_managers_end_of_a_car_that_has_been_off_for_an_hour_is_done_at_once(boot):
    box = boot()
    await drives(box)
    await stops(box, 3700)
    end(box)
    await box.stand(1)
    assert ends(box) == [END_FROM_AFAR]


async def test_the_drivers_badge_pauses_and_resumes_meanwhile_and_the_hour_begins_anew(boot):
    box = boot()
    await drives(box)
    end(box)
    await stops(box, 60)
    await start(box)
    assert box.trip.paused
    await box.stand(3500)
    await start(box)
    assert box.trip.holds_start
    await box.stand(3500)
    assert box.trip.open and answers(box) == [(1, COMMAND_PENDING)]
    await box.stand(200)
    assert ends(box) == [END_FROM_AFAR]


async def test_a_car_that_is_towed_is_not_taken_for_parked(boot):
    box = boot()
    await drives(box)
    end(box)
    await stops(box, 3500)
    for _ in range(60):  # on the lorry
        box.wires.ms += 1000
        box.vehicle.fix(box.fix(CITY_MM_S), box.wires.ms)
        await box.vehicle._look()
    await box.stand(3500)
    assert box.trip.open
    await box.stand(200)
    assert ends(box) == [END_FROM_AFAR]


async def test_without_any_trusted_sign_a_managers_end_ends_nothing_and_expires(boot, wires):
    box = boot()
    await drives(box)
    end(box)
    wires.on = False
    for _ in range(DAY_S // 4):  # underground, the line not proven
        wires.ms += 4000
        await box.vehicle._look()
    assert not ends(box) and box.trip.open
    assert answers(box) == [(1, COMMAND_PENDING), (1, COMMAND_EXPIRED)]


async def test_an_ignition_that_reads_on_ends_after_twelve_hours_of_stillness(boot):
    box = boot()
    await drives(box)
    end(box)
    await box.drive(12 * 3600 - 10, 0)
    assert box.trip.open
    await box.drive(20, 0)
    assert ends(box) == [END_FROM_AFAR] and box.wires.state == RELAY_ENABLED


@pytest.mark.parametrize("clock", ["known", "unknown"])
async def test_a_managers_end_expires_after_a_day_also_without_a_clock(boot, monkeypatch, clock):
    box = boot()
    await drives(box)
    end(box)
    if clock == "unknown":
        monkeypatch.setattr(box.clock, "settled_s", lambda now_ms: 0)
    box.wires.on = False
    for _ in range(47):  # a day of errands, each of half an hour
        await box.stand(60)
        box.wires.ms += 1_739_000
        await box.drive(1, CITY_MM_S)
        box.wires.on = False
    assert answers(box) == [(1, COMMAND_PENDING)]
    box.wires.ms += 1_800_000
    await box.stand(60)
    assert answers(box) == [(1, COMMAND_PENDING), (1, COMMAND_EXPIRED)]
    assert box.trip.open, "nobody's end is pending any more"


async def test_a_managers_end_is_withdrawn_from_afar(boot):
    box = boot()
    await drives(box)
    end(box)
    order(box, 2, COMMAND_WITHDRAW_END)
    assert answers(box)[1:] == [(1, COMMAND_CANCELLED), (2, COMMAND_APPLIED)]
    await stops(box, 4000)
    assert box.trip.open
    order(box, 3, COMMAND_WITHDRAW_END)
    assert answers(box)[-1] == (3, COMMAND_REFUSED), "there is nothing to withdraw"


async def test_a_managers_end_of_a_trip_that_is_over_ends_no_other(boot):
    box = boot()
    await drives(box)
    end(box)
    await stops(box, 60)
    await hold(box, MARIE)
    assert ends(box) == [END_BADGE_HELD]
    assert answers(box)[-1] == (1, COMMAND_APPLIED)
    await drives(box, PAUL)
    end(box, 2)
    assert answers(box)[-1] == (2, COMMAND_APPLIED)
    await stops(box, 4000)
    assert box.trip.is_driver(PAUL)


async def test_a_managers_end_waits_for_the_keys_unless_it_need_not(boot, wires):
    box = boot()
    await drives(box)
    wires.keys.is_closed = False
    end(box)
    await stops(box, 4000)
    assert box.trip.open
    end(box, 2, COMMAND_END_FROM_AFAR_WITHOUT_KEYS)
    await box.stand(1)
    assert ends(box) == [END_FROM_AFAR]
    assert answers(box)[1:] == [(1, COMMAND_CANCELLED), (2, COMMAND_PENDING), (2, COMMAND_APPLIED)]


async def test_a_managers_end_survives_a_reset_with_its_hour_anew(boot):
    box = boot()
    await drives(box)
    end(box)
    await stops(box, 3500)
    again = boot()
    await again.stand(3500)
    assert again.trip.open
    await again.stand(200)
    assert ends(again) == [END_FROM_AFAR] and answers(again)[-1] == (1, COMMAND_APPLIED)


async def test_who_was_ended_from_afar_takes_the_trip_up_again(boot):
    box = boot()
    await drives(box)
    end(box)
    await stops(box, 4000)
    box.hold(Grant(PAUL, 2, 0, NOW_S * 2, GRANT_BOOKING, 0))  # Marie's booking is over
    assert not box.trip.open
    await start(box, PAUL)
    assert box.trip.is_driver(PAUL)
    box = boot()
    await stops(box, 60)
    await hold(box, PAUL)
    await drives(box)
    end(box, 2)
    await stops(box, 4000)
    box.hold()
    await start(box)
    assert box.trip.is_driver(MARIE)


@pytest.mark.parametrize("fails_at", range(1, 12))
async def test_a_power_cut_anywhere_leaves_an_order_told_of_or_in_force(boot, wires, fails_at: int):
    box = boot()
    await drives(box)
    box.state.power = box.flash.power = Power(fails_at)
    try:
        end(box)
        await stops(box, 3700)
        return  # that many writes are not made
    except KeyboardInterrupt:
        box.state.power = box.flash.power = None
    again = boot()
    again.vehicle.answer_owed()
    await stops(again, 3700)
    if not again.trip.open:
        return
    told = answers(again)
    taken = again.commands.highest_id == 1
    assert told[-1] == (1, COMMAND_UNKNOWN) if taken else not told


async def test_a_technicians_short_badge_opens_and_leaves_a_trip_that_is_to_end_from_afar(boot):
    box = with_lea(boot())
    await drives(box)
    end(box)
    await stops(box, 60)
    box.wires.log.clear()
    await start(box, LEA)
    assert box.wires.log == ["enable", "released", "unlock"] and box.trip.is_driver(MARIE)
    assert answers(box) == [(1, COMMAND_PENDING)]


async def test_a_technicians_held_badge_ends_at_once_what_was_to_end_from_afar(boot):
    box = with_lea(boot())
    await drives(box)
    end(box)
    await stops(box, 10)
    await hold(box, LEA)
    assert ends(box) == [END_TECHNICIAN] and answers(box)[-1] == (1, COMMAND_APPLIED)


async def test_a_theft_order_stops_no_engine_and_is_not_withdrawn_by_driving(boot, wires):
    box = with_lea(boot())
    await drives(box)
    theft(box)
    assert answers(box) == [(1, COMMAND_PENDING)]
    await box.drive(600, CITY_MM_S)
    await box.drive(300, 0)  # at a light, the engine on
    assert box.trip.holds_start and wires.state == RELAY_ENABLED
    await stops(box, 30)
    await box.drive(60, CITY_MM_S)
    assert box.trip.holds_start and wires.state == RELAY_ENABLED
    await stops(box, 60)
    assert box.trip.open
    await box.stand(10)
    assert ends(box) == [END_FROM_AFAR] and wires.state == RELAY_INHIBITED
    assert sorted(wires.log[-2:]) == ["inhibit", "lock"]
    assert answers(box) == [(1, COMMAND_PENDING), (1, COMMAND_APPLIED)]


async def test_under_a_theft_order_only_a_technicians_badge_opens(boot, wires):
    box = with_lea(boot())
    await drives(box)
    theft(box)
    await stops(box, 70)
    for tag in (MARIE, PAUL):
        wires.log.clear()
        await hold(box, tag)
        assert wires.log == [SIGNAL_REFUSED.format(REFUSED_THEFT_ORDER)] and not box.trip.open
    box = with_lea(boot())
    await hold(box, MARIE)
    assert not box.trip.open, "a reset takes nothing away"
    assert {record.reason for record in box.facts(Refusal)} == {REFUSED_THEFT_ORDER}
    wires.log.clear()
    await start(box, LEA)
    assert wires.log[:3] == ["enable", "started", "unlock"]
    await box.drive(60, CITY_MM_S)
    await stops(box, 10)
    await hold(box, LEA)
    await box.stand(70)
    assert wires.state == RELAY_INHIBITED
    await start(box)
    assert not box.trip.open, "a technician's badge does not withdraw it"


async def test_under_a_theft_order_nobody_takes_the_car_over(boot, wires):
    box = with_lea(boot())
    await drives(box)
    theft(box)
    await stops(box, 20)
    await start(box, PAUL)
    assert box.trip.is_driver(MARIE) and box.facts(Refusal)[-1] == (PAUL, REFUSED_THEFT_ORDER)


async def test_the_badge_of_a_stolen_car_goes_on_until_its_trip_ends(boot, wires):
    box = boot()
    await drives(box)
    theft(box)
    await stops(box, 20)
    await start(box)
    assert box.trip.paused
    await start(box)
    assert box.trip.holds_start
    await start(box)
    await box.stand(70)
    assert ends(box) == [END_FROM_AFAR] and wires.state == RELAY_INHIBITED


async def test_a_theft_order_for_a_car_that_nobody_has_shuts_it_at_once(boot, wires):
    box = boot()
    await box.stand(2)
    theft(box)
    await box.stand(1)
    assert answers(box) == [(1, COMMAND_PENDING), (1, COMMAND_APPLIED)]
    await start(box)
    assert not box.trip.open and not box.facts(TripStart)


async def test_a_theft_order_is_withdrawn_from_afar_and_its_trip_taken_up_again(boot):
    box = with_lea(boot())
    await drives(box)
    theft(box)
    await stops(box, 100)
    order(box, 2, COMMAND_WITHDRAW_END)
    assert answers(box)[-1] == (2, COMMAND_REFUSED)
    await start(box)
    assert not box.trip.open
    order(box, 3, COMMAND_WITHDRAW_THEFT)
    assert answers(box)[-1] == (3, COMMAND_APPLIED)
    box.hold()
    await start(box)
    assert box.trip.is_driver(MARIE)


async def test_a_theft_order_withdrawn_in_time_was_none(boot):
    box = boot()
    await drives(box)
    theft(box)
    order(box, 2, COMMAND_WITHDRAW_THEFT)
    assert answers(box)[1:] == [(1, COMMAND_CANCELLED), (2, COMMAND_APPLIED)]
    await stops(box, 4000)
    assert box.trip.is_driver(MARIE)


async def test_a_theft_order_is_stronger_than_a_managers_end(boot):
    box = boot()
    await drives(box)
    end(box)
    theft(box, 2)
    end(box, 3)
    assert answers(box) == [
        (1, COMMAND_PENDING),
        (1, COMMAND_CANCELLED),
        (2, COMMAND_PENDING),
        (3, COMMAND_REFUSED),
    ]
    await stops(box, 70)
    assert ends(box) == [END_FROM_AFAR] and answers(box)[-1] == (2, COMMAND_APPLIED)


async def test_a_theft_order_never_expires(boot):
    box = boot()
    theft(box)
    box.wires.ms += 40 * DAY_S * 1000
    await box.stand(5)
    await start(box)
    assert not box.trip.open
