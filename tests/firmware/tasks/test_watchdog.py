"""The watchdog is fed while the car's loop lives; garbage is collected when nobody waits."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from firmware.tasks import watchdog


class Stop(Exception):  # noqa: N818 - it ends a task that never ends by itself
    pass


class Hardware:
    def __init__(self) -> None:
        self.fed = 0

    def feed(self) -> None:
        self.fed += 1


def turn(
    monkeypatch: pytest.MonkeyPatch,
    silent_ms: int = 0,
    occupied: bool = False,
    after_ms: int = 0,
) -> tuple[int, int, int]:
    """One turn of the task: how often watchdog was fed, heap collected, and failures forgotten."""
    hardware, collected, forgotten = Hardware(), [], []
    clock_ms = [100_000]

    async def sleep(seconds: float) -> None:
        raise Stop

    monkeypatch.setattr(watchdog.gc, "collect", lambda: collected.append(1))
    monkeypatch.setattr(watchdog.asyncio, "sleep", sleep)
    parts: dict[str, Any] = {
        "watchdog": hardware,
        "uptime": SimpleNamespace(now_ms=lambda: clock_ms[0]),
        "vehicle": SimpleNamespace(looked_ms=clock_ms[0] + after_ms - silent_ms),
        "presence": SimpleNamespace(occupied=occupied),
        "on_stand": lambda: forgotten.append(1),
    }
    task = watchdog.WatchdogTask(**parts)
    clock_ms[0] += after_ms
    for _ in range(2):
        with pytest.raises(Stop):
            asyncio.run(task.run())
    return hardware.fed // 2, len(collected) // 2, len(forgotten)


def test_it_is_fed_until_the_cars_loop_has_been_silent_for_15_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert turn(monkeypatch, silent_ms=14_999)[0] == 1
    assert turn(monkeypatch, silent_ms=15_000)[0] == 0


def test_no_collection_begins_while_a_badge_is_at_the_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert turn(monkeypatch, occupied=True)[1] == 0
    assert turn(monkeypatch)[1] == 1


def test_failed_starts_are_forgotten_once_and_only_by_a_loop_that_lived_for_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert turn(monkeypatch, after_ms=59_999)[2] == 0
    assert turn(monkeypatch, after_ms=60_000, silent_ms=15_000)[2] == 0
    assert turn(monkeypatch, after_ms=60_000)[2] == 1
