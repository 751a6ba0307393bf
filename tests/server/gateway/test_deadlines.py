"""What happens by the clock, with the clock in the test's hand."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Callable

import pytest

from server.clock import SystemClock, Timer
from server.config import Address
from server.fleet.grants import VALID_S
from server.gateway.connection import Services
from server.gateway.conversation import (
    GRANTS_RENEW_S,
    HEARTBEAT_MARGIN_S,
    LONGEST_HEARTBEAT_S,
    TIME_EVERY_MS,
)
from server.gateway.listener import Listener
from server.gateway.pipeline import Pipeline
from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from shared_protocol import limits, messages, records, sets
from tests.fleet import HOUR_S, NOW_S
from tests.server.gateway.box_client import BoxClient, a_status, until_closed


class HandClock(SystemClock):
    """Time passes when the test says so."""

    def __init__(self) -> None:
        self._now_ms = NOW_S * 1000
        self._deadlines: list[tuple[int, int, HandTimer]] = []
        self._order = itertools.count()

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic_ms(self) -> int:
        return self._now_ms

    def call_at(self, monotonic_ms: int, call: Callable[[], None]) -> Timer:
        timer = HandTimer(call)
        heapq.heappush(self._deadlines, (monotonic_ms, next(self._order), timer))
        return timer

    def pass_ms(self, elapsed_ms: int) -> None:
        self._now_ms += elapsed_ms
        while self._deadlines and self._deadlines[0][0] <= self._now_ms:
            heapq.heappop(self._deadlines)[2].fire()


class HandTimer:
    def __init__(self, call: Callable[[], None]) -> None:
        self.fire = call

    def cancel(self) -> None:
        self.fire = lambda: None


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def port(store: Store, clock: HandClock) -> AsyncIterator[int]:
    listener = Listener(Services(store, clock, Pipeline(store), Registry()))
    await listener.start(Address("127.0.0.1", 0))
    yield listener.address.port
    await listener.stop()


async def greeted(port: int, box: BoxSecrets) -> BoxClient:
    """A box whose greeting is over."""
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.expect(messages.Grants)
    await client.report(1, 1, records.Odometer(5))
    return client


async def live(car: BoxClient, clock: HandClock, elapsed_ms: int) -> None:
    """Let time pass for a box that says that it is there."""
    while elapsed_ms:
        step_ms = min(elapsed_ms, 1_200_000)
        clock.pass_ms(step_ms)
        car.send(messages.Heartbeat(1_500))
        await car.expect(messages.HeartbeatSeen)
        elapsed_ms -= step_ms


async def test_a_box_that_is_silent_beyond_its_interval_is_gone(
    port: int, box: BoxSecrets, clock: HandClock
) -> None:
    car = await greeted(port, box)
    car.send(messages.Heartbeat(120))
    await car.expect(messages.HeartbeatSeen)
    clock.pass_ms(1000 * (120 + HEARTBEAT_MARGIN_S) - 1)
    car.send(messages.Heartbeat(120))
    await car.expect(messages.HeartbeatSeen)
    clock.pass_ms(1000 * (120 + HEARTBEAT_MARGIN_S))
    await car.wait_closed()


async def test_a_box_that_has_announced_no_interval_is_gone_after_the_longest(
    port: int, box: BoxSecrets, clock: HandClock
) -> None:
    car = await greeted(port, box)
    clock.pass_ms(1000 * (LONGEST_HEARTBEAT_S + HEARTBEAT_MARGIN_S))
    await car.wait_closed()


async def test_a_stranger_who_says_little_is_dropped_after_ten_seconds(
    port: int, box: BoxSecrets, clock: HandClock
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x00")
    car = await greeted(port, box)  # by now the server has taken the stranger's byte
    clock.pass_ms(limits.HANDSHAKE_TIMEOUT_MS - 1)
    await car.report(1, 2, records.Odometer(6))
    assert not reader.at_eof()
    clock.pass_ms(1)
    await until_closed(reader)
    writer.close()
    assert (await car.report(1, 3, records.Odometer(7))).seq == 3
    car.close()


async def test_a_stranger_who_says_nothing_is_dropped_after_ten_seconds(
    port: int, box: BoxSecrets, clock: HandClock
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    car = await greeted(port, box)
    clock.pass_ms(limits.HANDSHAKE_TIMEOUT_MS)
    await until_closed(reader)
    writer.close()
    car.close()


async def test_the_time_is_told_again_each_hour(
    port: int, box: BoxSecrets, clock: HandClock
) -> None:
    car = await greeted(port, box)
    await live(car, clock, TIME_EVERY_MS - 1)
    await car.report(1, 2, records.Odometer(6))
    assert car.count(messages.Time) == 1
    clock.pass_ms(1)
    assert await car.expect(messages.Time) == messages.Time(NOW_S + HOUR_S, 0, 1)
    car.close()


async def test_a_box_gets_the_same_grants_again_each_day_before_they_run_out(
    port: int, box: BoxSecrets, clock: HandClock
) -> None:
    car = await greeted(port, box)
    await live(car, clock, 5 * HOUR_S * 1000)  # long after the booking: an empty set
    car.send(a_status())
    none_left = await car.expect(messages.Grants)
    assert none_left.grants == []
    holds = sets.set_hash(b"")
    car.send(a_status(grants_hash=holds))
    await car.report(1, 2, records.Odometer(6))
    sent = car.count(messages.Grants)
    await live(car, clock, 18 * HOUR_S * 1000)
    car.send(a_status(grants_hash=holds))
    await car.report(1, 3, records.Odometer(7))
    assert car.count(messages.Grants) == sent
    car.close()
    clock.pass_ms((GRANTS_RENEW_S - 18 * HOUR_S) * 1000)
    again = await BoxClient.connect(port, box)  # which it must daily: keys serve a day
    await again.greet(grants_hash=holds)
    renewed = await again.expect(messages.Grants)
    assert renewed.generation == none_left.generation
    assert renewed.expires_s == clock.now_s() + VALID_S
    again.close()


async def test_a_box_that_does_not_take_its_grants_is_not_flooded_with_them(
    port: int, box: BoxSecrets, clock: HandClock
) -> None:
    car = await greeted(port, box)
    car.send(a_status())
    car.send(a_status())
    await car.report(1, 2, records.Odometer(6))
    assert car.count(messages.Grants) == 1
    clock.pass_ms(300_000)
    car.send(a_status())
    assert len((await car.expect(messages.Grants)).grants) == 1
    car.close()


async def test_keys_that_served_a_day_are_given_up(
    port: int, box: BoxSecrets, clock: HandClock
) -> None:
    car = await greeted(port, box)
    clock.pass_ms(limits.REKEY_AGE_MS)
    await car.wait_closed()
    assert (await (await BoxClient.connect(port, box)).greet()).seq == 1
