"""The machine's own clock, as the server asks it."""

import asyncio

import pytest

from server.clock import SystemClock


async def test_the_system_clock_calls_when_the_instant_has_come() -> None:
    clock = SystemClock()
    came = asyncio.Event()
    due_ms = clock.monotonic_ms() + 20
    clock.call_at(due_ms, came.set)
    clock.call_at(due_ms - 10, lambda: pytest.fail("it was called off")).cancel()
    await asyncio.wait_for(came.wait(), 10)
    assert clock.monotonic_ms() >= due_ms - 1
