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
    monkeypatch: pytest.MonkeyPatch, silent_ms: int = 0, occupied: bool = False
) -> tuple[int, int]:
    """One turn of the task: how often the watchdog was fed, and the heap collected."""
    hardware, collected = Hardware(), []

    async def sleep(seconds: float) -> None:
        raise Stop

    monkeypatch.setattr(watchdog.gc, "collect", lambda: collected.append(1))
    monkeypatch.setattr(watchdog.asyncio, "sleep", sleep)
    parts: dict[str, Any] = {
        "make_watchdog": lambda timeout: hardware,
        "uptime": SimpleNamespace(now_ms=lambda: 100_000),
        "vehicle": SimpleNamespace(looked_ms=100_000 - silent_ms),
        "presence": SimpleNamespace(occupied=occupied),
    }
    with pytest.raises(Stop):
        asyncio.run(watchdog.WatchdogTask(**parts).run())
    return hardware.fed, len(collected)


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
